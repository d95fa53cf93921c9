// SPDX-License-Identifier: GPL-2.0-or-later
//! The envelope around everything that is kept: `{"schema": 2, "data": …}`.

use super::schema_2::from_schema_1;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;
use thiserror::Error;

/// The newest schema that this version writes.
pub(super) const SCHEMA: u32 = 2;

/// Why a kept value cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EnvelopeError {
    /// A newer version of the extension wrote it.
    #[error("it was written by a newer version (schema {found}, this one knows {SCHEMA})")]
    Newer {
        /// The schema found.
        found: u32,
    },
    /// It is not what any version writes.
    #[error("it cannot be read: {0}")]
    Broken(String),
}

/// What stands around the data; generic over how the data is held, so that it is written and read in one pass.
#[derive(Serialize, Deserialize)]
struct Envelope<T> {
    schema: u32,
    data: T,
}

/// Puts `data` into an envelope.
///
/// # Errors
/// When `data` cannot be written as JSON.
pub fn seal<T: Serialize>(data: &T) -> Result<String, EnvelopeError> {
    serde_json::to_string(&Envelope { schema: SCHEMA, data }).map_err(broken)
}

/// Takes the data out of an envelope, brought up to the newest schema.
///
/// # Errors
/// When it is of a newer schema or broken; the caller must then leave the stored value alone.
pub fn open<T: DeserializeOwned>(text: &str) -> Result<T, EnvelopeError> {
    // The schema is looked at first: data of a newer one need not be understood to be recognised.
    let Envelope { schema, data } = serde_json::from_str::<Envelope<&RawValue>>(text).map_err(broken)?;
    if schema > SCHEMA {
        return Err(EnvelopeError::Newer { found: schema });
    }
    if schema == SCHEMA {
        return serde_json::from_str(data.get()).map_err(broken);
    }
    let old = serde_json::from_str(data.get()).map_err(broken)?;
    // By its text again: to read from a `Value` would be a second reader of every type that is kept.
    serde_json::from_str(&from_schema_1(old).to_string()).map_err(broken)
}

#[expect(clippy::needless_pass_by_value, reason = "as map_err hands it over")]
fn broken(error: serde_json::Error) -> EnvelopeError {
    EnvelopeError::Broken(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::{EnvelopeError, open, seal};

    #[test]
    fn what_is_sealed_comes_out_as_it_was() {
        let text = seal(&vec![1, 2]).unwrap();
        assert_eq!(text, r#"{"schema":2,"data":[1,2]}"#);
        assert_eq!(open::<Vec<u8>>(&text), Ok(vec![1, 2]));
    }

    #[test]
    fn data_of_a_newer_schema_is_recognised_without_being_understood() {
        assert_eq!(open::<Vec<u8>>(r#"{"schema":3,"data":{"x":1}}"#), Err(EnvelopeError::Newer { found: 3 }));
    }

    #[test]
    fn what_no_version_writes_is_broken() {
        for text in ["", "[]", r#"{"data":[]}"#, r#"{"schema":1,"data":"x"}"#] {
            assert!(matches!(open::<Vec<u8>>(text), Err(EnvelopeError::Broken(_))), "{text}");
        }
    }
}
