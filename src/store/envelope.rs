// SPDX-License-Identifier: GPL-2.0-or-later
//! The envelope around everything that is kept: `{"schema": 1, "data": …}`.

use serde::{Serialize, de::DeserializeOwned};
use thiserror::Error;

/// The newest schema that this version writes.
pub(super) const SCHEMA: u32 = 1;

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

/// Puts `data` into an envelope.
///
/// # Errors
/// When `data` cannot be written as JSON.
pub fn seal<T: Serialize>(data: &T) -> Result<String, EnvelopeError> {
    serde_json::to_string(&serde_json::json!({ "schema": SCHEMA, "data": data }))
        .map_err(|error| EnvelopeError::Broken(error.to_string()))
}

/// Takes the data out of an envelope, brought up to the newest schema.
///
/// # Errors
/// When it is of a newer schema or broken; the caller must then leave the stored value alone.
pub fn open<T: DeserializeOwned>(text: &str) -> Result<T, EnvelopeError> {
    #[derive(serde::Deserialize)]
    struct Envelope {
        schema: u32,
        data: serde_json::Value,
    }
    let envelope: Envelope = serde_json::from_str(text).map_err(|error| EnvelopeError::Broken(error.to_string()))?;
    if envelope.schema > SCHEMA {
        return Err(EnvelopeError::Newer { found: envelope.schema });
    }
    serde_json::from_value(envelope.data).map_err(|error| EnvelopeError::Broken(error.to_string()))
}
