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
const BACKENDS: [Row; 3] = [
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
    /// datacentre where the backend's name has one; for a host name, the very host. Only the tables here decide.
    #[must_use]
    pub fn answers_for(&self, backend: &Backend) -> bool {
        let asked = backend.as_str();
        if self.realm != Realm::Debug {
            return false;
        }
        let Some(pod) = Pod::read(&self.name) else { return self.name == asked };
        let (family, only) = family(asked);
        let is_of =
            |row: &Row| row.0 == family && row.1 == pod.namespace && row.2.is_none_or(|name| name == pod.release);
        only.is_none_or(|wanted| wanted == pod.datacentre) && BACKENDS.iter().any(is_of)
    }

    /// Whether a server that the user calls a test server may be one of those that `backend` stands for: nothing in its
    /// name says otherwise. It has the datacentre of the backend's name where there is one; a release or namespace that
    /// a table here gives to backends is only theirs; and for a backend that is a host, it is the very host.
    pub(super) fn may_answer_for(&self, backend: &Backend) -> bool {
        let asked = backend.as_str();
        if asked.contains('.') {
            return self.name == asked;
        }
        let (family, only) = family(asked);
        if !only.is_none_or(|wanted| self.name.split('.').any(|label| label == wanted)) {
            return false;
        }
        let Some(pod) = Pod::read(&self.name) else { return true };
        let of_namespace = |row: &Row| row.1 == pod.namespace;
        let of_release = |row: &Row| row.2 == Some(pod.release);
        let namespace =
            !BACKENDS.iter().any(of_namespace) || BACKENDS.iter().any(|row| of_namespace(row) && row.0 == family);
        let release = !BACKENDS.iter().any(of_release) || BACKENDS.iter().any(|row| of_release(row) && row.0 == family);
        namespace && release
    }

    /// What stays the same from one pod of a release to the next: `mw-debug.eqiad.pinkunicorn`. The whole name where it
    /// is not that of a pod.
    #[must_use]
    pub fn pattern(&self) -> String {
        Pod::read(&self.name)
            .map_or_else(|| self.name.clone(), |pod| format!("{}.{}.{}", pod.namespace, pod.datacentre, pod.release))
    }

    /// Whether a server that calls itself `other` in what it says can be this one: a pod of the same release, or the
    /// host of the same name (a host says `mw1326` in a page and `mw1326.eqiad.wmnet` in the header).
    #[must_use]
    pub fn may_be(&self, other: &str) -> bool {
        if Pod::read(&self.name).is_some() || Pod::read(other).is_some() {
            return self.pattern() == Self::from_server_header(other).pattern();
        }
        let host = |name: &str| name.split('.').next().unwrap_or_default().to_ascii_lowercase();
        host(&self.name) == host(other)
    }

    /// What the beginning of the name says, also where the rest of it is unheard of: `mw-web.` is production in any
    /// datacentre.
    pub(super) fn hint(&self) -> Realm {
        let first = self.name.split('.').next().unwrap_or_default();
        let known = NAMESPACES.iter().find(|(namespace, _)| *namespace == first).map(|(_, realm)| *realm);
        known.or_else(|| realm_of_label(first)).unwrap_or(Realm::Unknown)
    }
}

type Row = (&'static str, &'static str, Option<&'static str>);

/// A backend's name without its datacentre, and that.
fn family(asked: &str) -> (&str, Option<&'static str>) {
    let split = |dc: &&'static str| Some((asked.strip_suffix(*dc)?.strip_suffix('-')?, Some(*dc)));
    DATACENTRES.iter().find_map(split).unwrap_or((asked, None))
}

/// The name of a pod, taken apart. The datacentre need not be one that is known.
struct Pod<'a> {
    namespace: &'a str,
    datacentre: &'a str,
    release: &'a str,
}

impl<'a> Pod<'a> {
    /// The release is what stands before the two pieces that Kubernetes adds; it may itself have hyphens.
    fn read(name: &'a str) -> Option<Self> {
        let mut parts = name.split('.');
        let (namespace, datacentre, rest) = (parts.next()?, parts.next()?, parts.next()?);
        let (rest, pod) = rest.rsplit_once('-')?;
        let (release, hash) = rest.rsplit_once('-')?;
        let pieces = [namespace, datacentre, release, hash, pod];
        // Two fields of the name `server` are joined by a comma, and the second must not pass for the end of the first.
        let of_a_name =
            |piece: &&str| !piece.is_empty() && piece.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let whole = parts.next().is_none() && pieces.iter().all(of_a_name);
        whole.then_some(Self { namespace, datacentre, release })
    }
}

fn realm_of_pod(name: &str) -> Option<Realm> {
    let pod = Pod::read(name).filter(|pod| DATACENTRES.contains(&pod.datacentre))?;
    NAMESPACES.iter().find(|(known, _)| *known == pod.namespace).map(|(_, realm)| *realm)
}

fn realm_of_host(name: &str) -> Option<Realm> {
    let mut parts = name.split('.');
    let host = parts.next()?;
    let ours = parts.next().is_some_and(|dc| DATACENTRES.contains(&dc)) && parts.next() == Some("wmnet");
    if !ours || parts.next().is_some() {
        return None;
    }
    realm_of_label(host)
}

/// The first part of a host's name: `mwdebug1001`, `mw1326`.
fn realm_of_label(host: &str) -> Option<Realm> {
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
    fn every_namespace_of_the_table_is_what_it_is() {
        let pod = |namespace: &str| realm(&format!(" {namespace}.codfw.main-7975f7f879-shbjt "));
        for namespace in ["mw-debug", "mw-experimental"] {
            assert_eq!(pod(namespace), Realm::Debug, "{namespace}");
        }
        for namespace in ["mw-web", "mw-api-ext", "mw-api-int", "mw-parsoid", "mw-wikifunctions", "mw-misc"] {
            assert_eq!(pod(namespace), Realm::Production, "{namespace}");
        }
        for namespace in ["mw-cron", "mw-videoscaler", "mw-jobrunner", "mw", ""] {
            assert_eq!(pod(namespace), Realm::Unknown, "{namespace}");
        }
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
            "mw-web.eqiad.main-5fb6d6bf94-28hjj, envoy",
            "mw-web.eqiad.main-5fb6d6bf94-28hjj, mw-debug",
            "mw-debug.eqiad.pinkunicorn-5fb6d6bf94-28hjj (mw-web)",
            "mw-debug.eqiad.pinkunicorn-5fb6d6bf94-28hjj\u{200b}",
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
        assert!(answers("mw-experimental.eqiad.main-a-b", "k8s-mw-experimental-eqiad"));
        assert!(!answers("mw-experimental.eqiad.pinkunicorn-a-b", "k8s-mwdebug"));
        assert!(!answers("mw-web.eqiad.main-a-b", "k8s-mwdebug"));
        assert!(!answers("mw-debug.eqiad.pinkunicorn-a-b", "k8s-unheard-of"));
    }

    #[test]
    fn a_release_is_what_stands_before_the_two_pieces_of_a_pod() {
        for (name, pattern) in [
            ("mw-debug.eqiad.pinkunicorn-5fb6d6bf94-28hjj", "mw-debug.eqiad.pinkunicorn"),
            ("mw-debug.eqiad.pink-unicorn-5fb6d6bf94-28hjj", "mw-debug.eqiad.pink-unicorn"),
            ("mw-test.newdc.main-5fb6d6bf94-28hjj", "mw-test.newdc.main"),
            ("mw-debug.eqiad.pinkunicorn", "mw-debug.eqiad.pinkunicorn"),
            ("mw-debug.eqiad.pinkunicorn-28hjj", "mw-debug.eqiad.pinkunicorn-28hjj"),
            ("mwdebug1001.eqiad.wmnet", "mwdebug1001.eqiad.wmnet"),
        ] {
            assert_eq!(Origin::from_server_header(name).pattern(), pattern);
        }
        assert!(!answers("mw-debug.eqiad.pinkunicorn-canary-a-b", "k8s-mwdebug"));
    }

    #[test]
    fn a_page_may_name_another_pod_of_the_same_release_and_nothing_else() {
        for (server, body, expected) in [
            ("mw-web.eqiad.main-a-b", "mw-web.eqiad.main-a-b", true),
            ("mw-web.eqiad.main-a-b", "mw-web.eqiad.main-c-d", true),
            ("mw-web.eqiad.main-a-b", "mw-web.codfw.main-a-b", false),
            ("mw-web.eqiad.main-a-b", "mw-web.eqiad.canary-a-b", false),
            ("mw-debug.eqiad.pinkunicorn-a-b", "mw-web.eqiad.main-a-b", false),
            ("mw-debug.eqiad.pinkunicorn-a-b", "mw-debug.eqiad.next-a-b", false),
            ("mw-debug.eqiad.pinkunicorn-a-b", "mw-debug", false),
            ("mwdebug1001.eqiad.wmnet", "mwdebug1001", true),
            ("mwdebug1001.eqiad.wmnet", "MWDEBUG1001", true),
            ("mwdebug1001.eqiad.wmnet", "mw1326", false),
            ("mwdebug1001.eqiad.wmnet", "mw-web.eqiad.main-a-b", false),
        ] {
            assert_eq!(Origin::from_server_header(server).may_be(body), expected, "{server} {body}");
        }
    }

    #[test]
    fn an_old_host_answers_only_for_itself() {
        assert!(answers("mwdebug1001.eqiad.wmnet", "mwdebug1001.eqiad.wmnet"));
        assert!(!answers("mwdebug1002.eqiad.wmnet", "mwdebug1001.eqiad.wmnet"));
        assert!(!answers("mw1326.eqiad.wmnet", "mw1326.eqiad.wmnet"));
    }
}
