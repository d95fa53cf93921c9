// SPDX-License-Identifier: GPL-2.0-or-later
//! The names of the debug backends.

use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// The name of a debug backend, such as `k8s-mwdebug`: letters, digits, `.` and `-`, which is what the edge's
/// routing reads (repository `operations/puppet`, `modules/profile/files/trafficserver/x-wikimedia-debug-routing.lua`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Backend(String);

/// Why a text names no backend.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BackendError {
    /// A letter that the edge's routing does not read.
    #[error("backend <{0}> may have only letters, digits, full stops and hyphens")]
    Letter(String),
    /// The list of backends is not what noc serves.
    #[error("the list of backends is not as expected: {0}")]
    List(String),
}

impl Backend {
    /// A backend by name.
    ///
    /// # Errors
    /// When the name is empty or has a letter that the edge does not read.
    pub fn new(name: &str) -> Result<Self, BackendError> {
        let fine = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-');
        if fine { Ok(Self(name.to_owned())) } else { Err(BackendError::Letter(name.to_owned())) }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Backend {
    /// The test servers to which `scap backport` syncs first.
    fn default() -> Self {
        Self("k8s-mwdebug".to_owned())
    }
}

impl TryFrom<String> for Backend {
    type Error = BackendError;
    fn try_from(name: String) -> Result<Self, BackendError> {
        Self::new(&name)
    }
}

impl From<Backend> for String {
    fn from(backend: Backend) -> Self {
        backend.0
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// The backends of one run: at least one, each once, in the order in which they were chosen. The first is where the
/// deployer syncs to. Kept as a list; a single name, as it was kept before, is read as well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Kept", into = "Vec<Backend>")]
pub struct Backends(Vec<Backend>);

#[derive(Deserialize)]
#[serde(untagged)]
enum Kept {
    One(Backend),
    Several(Vec<Backend>),
}

impl Backends {
    /// `first`, and then those of `others` that are not there yet.
    #[must_use]
    pub fn new(first: Backend, others: impl IntoIterator<Item = Backend>) -> Self {
        let mut all = vec![first];
        for backend in others {
            if !all.contains(&backend) {
                all.push(backend);
            }
        }
        Self(all)
    }

    /// Every backend, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Backend> {
        self.0.iter()
    }

    /// How many there are; never none.
    #[expect(clippy::len_without_is_empty, reason = "it never is")]
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl Default for Backends {
    fn default() -> Self {
        Backend::default().into()
    }
}

impl From<Backend> for Backends {
    fn from(only: Backend) -> Self {
        Self(vec![only])
    }
}

impl From<Backends> for Vec<Backend> {
    fn from(backends: Backends) -> Self {
        backends.0
    }
}

impl TryFrom<Kept> for Backends {
    type Error = BackendError;
    fn try_from(kept: Kept) -> Result<Self, BackendError> {
        let mut all = match kept {
            Kept::One(only) => vec![only],
            Kept::Several(all) => all,
        }
        .into_iter();
        let first = all.next().ok_or_else(|| BackendError::List("there is none in it".into()))?;
        Ok(Self::new(first, all))
    }
}

impl fmt::Display for Backends {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, backend) in self.0.iter().enumerate() {
            write!(out, "{}{backend}", if place > 0 { ", " } else { "" })?;
        }
        Ok(())
    }
}

/// Where the list of backends is.
pub const NOC_BACKENDS_URL: &str = "https://noc.wikimedia.org/conf/debug.json";

/// The backends that `https://noc.wikimedia.org/conf/debug.json` names: `{"backends": ["k8s-mwdebug", …]}`.
///
/// # Errors
/// When the text is no such list, or a name in it is none.
pub fn backends_from_noc(json: &str) -> Result<Vec<Backend>, BackendError> {
    #[derive(Deserialize)]
    struct Noc {
        backends: Vec<Backend>,
    }
    serde_json::from_str::<Noc>(json).map(|noc| noc.backends).map_err(|error| BackendError::List(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::{Backend, BackendError, Backends, backends_from_noc};

    fn backend(name: &str) -> Backend {
        Backend::new(name).unwrap()
    }

    #[test]
    fn the_backends_of_a_run_are_each_there_once_and_never_none() {
        let all = Backends::new(backend("a"), [backend("b"), backend("a"), backend("c")]);
        assert_eq!((all.to_string().as_str(), all.len()), ("a, b, c", 3));
        assert!(serde_json::from_str::<Backends>("[]").is_err());
        assert!(serde_json::from_str::<Backends>("[\"a b\"]").is_err());
    }

    #[test]
    fn one_name_that_was_kept_before_is_a_list_of_one() {
        assert_eq!(serde_json::from_str::<Backends>("\"k8s-mwdebug\"").unwrap(), Backends::default());
        let kept = serde_json::to_string(&Backends::new(backend("a"), [backend("b")])).unwrap();
        assert_eq!(kept, r#"["a","b"]"#);
        assert_eq!(serde_json::from_str::<Backends>(&kept).unwrap().to_string(), "a, b");
    }

    #[test]
    fn a_name_has_only_letters_that_the_edge_reads() {
        for name in ["k8s-mwdebug", "mwdebug1001.eqiad.wmnet", "1"] {
            assert_eq!(Backend::new(name).map(String::from), Ok(name.to_owned()));
        }
        for name in ["", " ", "k8s mwdebug", "k8s-mwdebug;log", "k8s_mwdebug", "ä"] {
            assert_eq!(Backend::new(name), Err(BackendError::Letter(name.to_owned())));
        }
    }

    #[test]
    fn a_kept_backend_is_read_again_as_the_one_it_was() {
        let backend = backend("k8s-mwdebug-next");
        let kept = serde_json::to_string(&backend).unwrap();
        assert_eq!(kept, r#""k8s-mwdebug-next""#);
        assert_eq!(serde_json::from_str::<Backend>(&kept).unwrap(), backend);
        assert!(serde_json::from_str::<Backend>(r#""a b""#).is_err());
    }

    #[test]
    fn the_list_of_noc_is_read_whole_or_not_at_all() {
        let names =
            |json: &str| backends_from_noc(json).map(|list| list.into_iter().map(String::from).collect::<Vec<_>>());
        assert_eq!(
            names(r#"{"backends": ["k8s-mwdebug", "k8s-mwdebug-next"], "aliases": {}}"#),
            Ok(vec!["k8s-mwdebug".to_owned(), "k8s-mwdebug-next".to_owned()])
        );
        for json in ["", "[]", "{}", r#"{"backends": ["k8s-mwdebug", "a b"]}"#] {
            assert!(matches!(names(json), Err(BackendError::List(_))), "{json}");
        }
    }
}
