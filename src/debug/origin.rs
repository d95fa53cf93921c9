// SPDX-License-Identifier: GPL-2.0-or-later
//! Who answered, read from the `server` header.
//!
//! Servers on Kubernetes name themselves `<namespace>.<datacentre>.<release>-<hash>-<pod>`; the namespaces and releases
//! stand in repository `operations/deployment-charts`, `helmfile.d/services/mw-*`. Older servers gave their host name,
//! `mwdebug1001.eqiad.wmnet` (repository `operations/puppet`, `conftool-data`).

use super::Backend;
use serde::{Deserialize, Serialize};

/// Which of the fleet's parts a server belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Realm {
    /// A test server.
    Debug,
    /// A server that readers meet.
    Production,
    /// A name that no table here has.
    Unknown,
}

/// The namespaces of MediaWiki on Kubernetes. One that is not here is no proof of anything.
const NAMESPACES: [(&str, Realm); 8] = [
    ("mw-debug", Realm::Debug),
    ("mw-experimental", Realm::Debug),
    ("mw-web", Realm::Production),
    ("mw-api-ext", Realm::Production),
    ("mw-api-int", Realm::Production),
    ("mw-parsoid", Realm::Production),
    ("mw-wikifunctions", Realm::Production),
    ("mw-misc", Realm::Production),
];

/// Which servers a backend of `noc.wikimedia.org/conf/debug.json` stands for: its name without the datacentre, then
/// namespace and release. What a debug pod calls itself is derived from the charts, not captured.
const BACKENDS: [(&str, &str, Option<&str>); 3] = [
    ("k8s-mwdebug", "mw-debug", Some("pinkunicorn")),
    ("k8s-mwdebug-next", "mw-debug", Some("next")),
    ("k8s-mw-experimental", "mw-experimental", None),
];

const DATACENTRES: [&str; 2] = ["eqiad", "codfw"];

/// The server that rendered an answer, as it names itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The whole name: `mw-debug.eqiad.pinkunicorn-5fb6d6bf94-28hjj`.
    pub name: String,
    /// Which part of the fleet.
    pub realm: Realm,
}

impl Origin {
    /// Reads a `server` header.
    #[must_use]
    pub fn from_server_header(value: &str) -> Self {
        let name = value.trim().to_owned();
        let realm = realm_of_pod(&name).or_else(|| realm_of_host(&name)).unwrap_or(Realm::Unknown);
        Self { name, realm }
    }

    /// Whether this server is one of those that `backend` stands for: same namespace and release, and the same
    /// datacentre where the backend's name has one; for a host name, the very host.
    #[must_use]
    pub fn answers_for(&self, backend: &Backend) -> bool {
        let asked = backend.as_str();
        let Some((namespace, datacentre, release)) = pod(&self.name) else {
            return self.realm == Realm::Debug && self.name == asked;
        };
        let (family, only) = DATACENTRES
            .iter()
            .find_map(|dc| Some((asked.strip_suffix(dc)?.strip_suffix('-')?, Some(*dc))))
            .unwrap_or((asked, None));
        BACKENDS.iter().any(|(name, wanted_namespace, wanted_release)| {
            family == *name
                && namespace == *wanted_namespace
                && wanted_release.is_none_or(|wanted| wanted == release)
                && only.is_none_or(|wanted| wanted == datacentre)
        })
    }
}

/// Namespace, datacentre and release of a pod's name.
fn pod(name: &str) -> Option<(&str, &str, &str)> {
    let mut parts = name.split('.');
    let (namespace, datacentre, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let (release, hash) = rest.split_once('-')?;
    let whole = parts.next().is_none() && DATACENTRES.contains(&datacentre) && !release.is_empty() && !hash.is_empty();
    whole.then_some((namespace, datacentre, release))
}

fn realm_of_pod(name: &str) -> Option<Realm> {
    let (namespace, ..) = pod(name)?;
    NAMESPACES.iter().find(|(known, _)| *known == namespace).map(|(_, realm)| *realm)
}

fn realm_of_host(name: &str) -> Option<Realm> {
    let mut parts = name.split('.');
    let host = parts.next()?;
    let ours = parts.next().is_some_and(|dc| DATACENTRES.contains(&dc)) && parts.next() == Some("wmnet");
    if !ours || parts.next().is_some() {
        return None;
    }
    let numbered = |prefix: &str| {
        host.strip_prefix(prefix).is_some_and(|number| number.len() == 4 && number.bytes().all(|b| b.is_ascii_digit()))
    };
    if numbered("mwdebug") {
        Some(Realm::Debug)
    } else if numbered("mw") {
        Some(Realm::Production)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{Origin, Realm};
    use crate::debug::Backend;

    fn realm(name: &str) -> Realm {
        Origin::from_server_header(name).realm
    }

    fn answers(server: &str, backend: &str) -> bool {
        Origin::from_server_header(server).answers_for(&Backend::new(backend).unwrap())
    }

    #[test]
    fn the_namespace_tells_test_servers_from_production() {
        assert_eq!(realm("mw-debug.eqiad.pinkunicorn-5fb6d6bf94-28hjj"), Realm::Debug);
        assert_eq!(realm("mw-web.codfw.main-7975f7f879-shbjt"), Realm::Production);
        assert_eq!(realm("mw-api-ext.eqiad.main-58fb894d6b-9gjtq"), Realm::Production);
        assert_eq!(realm("mwdebug1001.eqiad.wmnet"), Realm::Debug);
        assert_eq!(realm("mw1326.eqiad.wmnet"), Realm::Production);
    }

    #[test]
    fn a_name_that_only_looks_like_a_test_server_is_unknown() {
        for name in [
            "",
            "HAProxy",
            "mw-debug",
            "mw-debug.eqiad",
            "mw-debug.eqiad.pinkunicorn",
            "mw-debug.example.pinkunicorn-1-2",
            "mw-debug.eqiad.pinkunicorn-1-2.example.org",
            "xmw-debug.eqiad.pinkunicorn-1-2",
            "mwdebug1001.eqiad.wmnet.example.org",
            "mwdebug1.eqiad.wmnet",
        ] {
            assert_eq!(realm(name), Realm::Unknown, "{name}");
        }
    }

    #[test]
    fn a_backend_without_datacentre_is_answered_by_both() {
        assert!(answers("mw-debug.eqiad.pinkunicorn-a-b", "k8s-mwdebug"));
        assert!(answers("mw-debug.codfw.pinkunicorn-a-b", "k8s-mwdebug"));
    }

    #[test]
    fn datacentre_release_and_namespace_must_be_those_of_the_backend() {
        assert!(answers("mw-debug.codfw.pinkunicorn-a-b", "k8s-mwdebug-codfw"));
        assert!(!answers("mw-debug.eqiad.pinkunicorn-a-b", "k8s-mwdebug-codfw"));
        assert!(!answers("mw-debug.eqiad.next-a-b", "k8s-mwdebug"));
        assert!(answers("mw-debug.eqiad.next-a-b", "k8s-mwdebug-next-eqiad"));
        assert!(!answers("mw-debug.eqiad.pinkunicorn-a-b", "k8s-mw-experimental-eqiad"));
        assert!(!answers("mw-web.eqiad.main-a-b", "k8s-mwdebug"));
        assert!(!answers("mw-debug.eqiad.pinkunicorn-a-b", "k8s-unheard-of"));
    }

    #[test]
    fn an_old_host_answers_only_for_itself() {
        assert!(answers("mwdebug1001.eqiad.wmnet", "mwdebug1001.eqiad.wmnet"));
        assert!(!answers("mwdebug1002.eqiad.wmnet", "mwdebug1001.eqiad.wmnet"));
        assert!(!answers("mw1326.eqiad.wmnet", "mw1326.eqiad.wmnet"));
    }
}
