// SPDX-License-Identifier: GPL-2.0-or-later
//! Servers that no table has, as far as the user has said what they are.
//!
//! Must not say anything of a name that the tables have: they are the first word.

use super::{Backend, Origin, Realm};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// As many letters as a host's name may have (RFC 1035, 2.3.4).
const LONGEST: usize = 253;

/// What the user said of the servers of a release, or of one host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettledServer {
    /// [`Origin::pattern`] of the server that was met.
    pub pattern: String,
    /// What it is.
    pub realm: Realm,
}

/// Everything that the user has said, in the order in which it was said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Known(Vec<SettledServer>);

/// Why a server cannot be settled.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SettleError {
    /// A table has it.
    #[error("the server <{0}> is known already; nothing needs to be said about it")]
    InTable(String),
    /// Its beginning says the contrary.
    #[error("the name <{0}> begins as one of production does, or of a test server; it cannot be the other")]
    Contrary(String),
    /// It names no server: `ATS/9.2.1`, `envoy`.
    #[error("<{0}> is not the name of one server; a program gives it wherever it runs")]
    NoServer(String),
}

impl Known {
    /// Which part of the fleet a server belongs to: as the tables say, else as the user has said.
    #[must_use]
    pub fn realm_of(&self, origin: &Origin) -> Realm {
        match origin.realm {
            Realm::Unknown => self.said_of(origin).unwrap_or(Realm::Unknown),
            known => known,
        }
    }

    /// Whether a server is one of those that `backend` stands for. One that the user calls a test server is, unless its
    /// name says otherwise: another datacentre than the backend's, or another backend's release.
    #[must_use]
    pub fn answers_for(&self, origin: &Origin, backend: &Backend) -> bool {
        match origin.realm {
            Realm::Unknown => self.said_of(origin) == Some(Realm::Debug) && origin.may_answer_for(backend),
            _ => origin.answers_for(backend),
        }
    }

    /// What the user has said, one by one.
    #[must_use]
    pub fn settled(&self) -> &[SettledServer] {
        &self.0
    }

    /// Whether the user can say of a server that it is `realm`.
    ///
    /// # Errors
    /// When a table has it, its name is none of a server, or the name's beginning is in a table as the contrary.
    pub fn may_settle(origin: &Origin, realm: Realm) -> Result<(), SettleError> {
        let name = || origin.name.clone();
        let of_a_name = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
        let labels = origin.name.contains('.') && origin.name.split('.').all(|label| !label.is_empty());
        if !labels || origin.name.len() > LONGEST || !origin.name.chars().all(of_a_name) {
            return Err(SettleError::NoServer(name()));
        }
        if origin.realm != Realm::Unknown {
            return Err(SettleError::InTable(name()));
        }
        let hint = origin.hint();
        if hint == Realm::Unknown || hint == realm { Ok(()) } else { Err(SettleError::Contrary(name())) }
    }

    /// Keeps what the user says of a server, over what was said before; [`Realm::Unknown`] takes it back.
    ///
    /// # Errors
    /// When [`Known::may_settle`] says so.
    pub fn settle(&mut self, server: &str, realm: Realm) -> Result<(), SettleError> {
        let origin = Origin::from_server_header(server);
        let pattern = origin.pattern();
        if realm == Realm::Unknown {
            self.0.retain(|settled| settled.pattern != pattern);
            return Ok(());
        }
        Self::may_settle(&origin, realm)?;
        self.0.retain(|settled| settled.pattern != pattern);
        self.0.push(SettledServer { pattern, realm });
        Ok(())
    }

    /// What the user has said of a server. What is kept was allowed when it was said; the tables may have grown since.
    #[must_use]
    pub fn said_of(&self, origin: &Origin) -> Option<Realm> {
        let pattern = origin.pattern();
        let said = self.0.iter().find(|settled| settled.pattern == pattern)?.realm;
        Self::may_settle(origin, said).is_ok().then_some(said)
    }
}

#[cfg(test)]
mod tests {
    use super::{Known, SettleError};
    use crate::debug::{Backend, Origin, Realm};

    const NEW: &str = "mw-pretrain.eqiad.main-5fb6d6bf94-28hjj";

    fn origin(name: &str) -> Origin {
        Origin::from_server_header(name)
    }

    fn knowing(server: &str, realm: Realm) -> Known {
        let mut known = Known::default();
        known.settle(server, realm).unwrap();
        known
    }

    #[test]
    fn the_next_pod_of_a_settled_release_is_known_and_no_other() {
        let known = knowing(NEW, Realm::Debug);
        assert_eq!(known.settled()[0].pattern, "mw-pretrain.eqiad.main");
        for (name, realm) in [
            (NEW, Realm::Debug),
            ("mw-pretrain.eqiad.main-7975f7f879-shbjt", Realm::Debug),
            ("mw-pretrain.codfw.main-7975f7f879-shbjt", Realm::Unknown),
            ("mw-pretrain.eqiad.next-7975f7f879-shbjt", Realm::Unknown),
            ("mw-pretrain.eqiad.main-canary-7975f7f879-shbjt", Realm::Unknown),
            ("xmw-pretrain.eqiad.main-7975f7f879-shbjt", Realm::Unknown),
        ] {
            assert_eq!(known.realm_of(&origin(name)), realm, "{name}");
        }
    }

    #[test]
    fn an_odd_name_is_settled_whole() {
        let known = knowing("testhost7.example.wmnet", Realm::Production);
        assert_eq!(known.realm_of(&origin("testhost7.example.wmnet")), Realm::Production);
        assert_eq!(known.realm_of(&origin("testhost8.example.wmnet")), Realm::Unknown);
    }

    #[test]
    fn a_name_of_the_tables_is_never_settled() {
        for name in
            ["mw-web.eqiad.main-a-b", "mw-debug.eqiad.pinkunicorn-a-b", "mw1326.eqiad.wmnet", "mwdebug1001.eqiad.wmnet"]
        {
            for realm in [Realm::Debug, Realm::Production] {
                let refused = Known::default().settle(name, realm);
                assert_eq!(refused, Err(SettleError::InTable(name.into())), "{name} {realm:?}");
            }
        }
    }

    #[test]
    fn a_name_that_begins_as_production_does_is_no_test_server_and_the_reverse() {
        for (name, refused, allowed) in [
            ("mw-web.newdc.main-a-b", Realm::Debug, Realm::Production),
            ("mw-api-ext.eqiad.main", Realm::Debug, Realm::Production),
            ("mw1326.newdc.wmnet", Realm::Debug, Realm::Production),
            ("mw-debug.newdc.pinkunicorn-a-b", Realm::Production, Realm::Debug),
        ] {
            assert_eq!(Known::default().settle(name, refused), Err(SettleError::Contrary(name.into())));
            assert_eq!(Known::default().settle(name, allowed), Ok(()), "{name}");
        }
    }

    #[test]
    fn a_program_is_no_server() {
        for name in
            ["", "envoy", "nginx", "HAProxy", "ATS/9.2.1", "Apache/2.4.62 (Debian)", "a..b", ".", "a.b c", "a.<b>"]
        {
            let refused = Known::default().settle(name, Realm::Debug);
            assert!(matches!(refused, Err(SettleError::NoServer(_))), "{name}");
        }
    }

    #[test]
    fn a_name_is_as_long_as_that_of_a_host_may_be() {
        let name = |length: usize| format!("a.{}", "b".repeat(length - 2));
        assert_eq!(Known::default().settle(&name(253), Realm::Debug), Ok(()));
        assert_eq!(Known::default().settle(&name(254), Realm::Debug), Err(SettleError::NoServer(name(254))));
    }

    #[test]
    fn what_is_kept_against_the_tables_says_nothing() {
        let kept = r#"[{"pattern": "mw-web.eqiad.main", "realm": "debug"},
            {"pattern": "mw-web.newdc.main", "realm": "debug"},
            {"pattern": "envoy", "realm": "production"}]"#;
        let known: Known = serde_json::from_str(kept).unwrap();
        assert_eq!(known.realm_of(&origin("mw-web.eqiad.main-a-b")), Realm::Production);
        assert_eq!(known.realm_of(&origin("mw-web.newdc.main-a-b")), Realm::Unknown);
        assert_eq!(known.realm_of(&origin("envoy")), Realm::Unknown);
    }

    #[test]
    fn what_was_said_can_be_said_anew_and_taken_back() {
        let mut known = knowing(NEW, Realm::Debug);
        known.settle(NEW, Realm::Production).unwrap();
        assert_eq!(known.settled().len(), 1);
        assert_eq!(known.realm_of(&origin(NEW)), Realm::Production);
        for name in [NEW, "mw-pretrain.eqiad.main", "mw-pretrain.eqiad.main-7975f7f879-shbjt"] {
            let mut known = known.clone();
            known.settle("testhost7.example.wmnet", Realm::Production).unwrap();
            known.settle(name, Realm::Unknown).unwrap();
            assert_eq!(known, knowing("testhost7.example.wmnet", Realm::Production), "{name}");
        }
    }

    #[test]
    fn a_settled_test_server_answers_for_what_its_name_does_not_deny() {
        for (server, backend, expected) in [
            (NEW, "k8s-mwdebug", true),
            (NEW, "k8s-mwdebug-eqiad", true),
            (NEW, "k8s-mwdebug-codfw", false),
            (NEW, "mwdebug1001.eqiad.wmnet", false),
            ("mw-debug.newdc.pinkunicorn-a-b", "k8s-mwdebug", true),
            ("mw-debug.newdc.pinkunicorn-a-b", "k8s-mwdebug-next", false),
            ("mw-debug.newdc.pinkunicorn-a-b", "k8s-mw-experimental", false),
            ("mw-debug.newdc.pinkunicorn-a-b", "k8s-mwdebug-eqiad", false),
            ("mw-debug.newdc.other-a-b", "k8s-mwdebug", true),
            ("mw-debug.newdc.other-a-b", "k8s-mwdebug-next", true),
            ("mw-debug.newdc.other-a-b", "k8s-mw-experimental", false),
            ("mw-debug.newdc.other-a-b", "k8s-unheard-of", false),
            ("mw-test.eqiad.next-a-b", "k8s-mwdebug", false),
            ("mw-test.eqiad.next-a-b", "k8s-mwdebug-next-eqiad", true),
            ("test7.eqiad.wmnet", "k8s-mwdebug-eqiad", true),
            ("test7.eqiad.wmnet", "k8s-mwdebug-codfw", false),
            ("test7.eqiad.wmnet", "test7.eqiad.wmnet", true),
        ] {
            let known = knowing(server, Realm::Debug);
            let answers = known.answers_for(&origin(server), &Backend::new(backend).unwrap());
            assert_eq!(answers, expected, "{server} {backend}");
            assert!(!knowing_production(server).answers_for(&origin(server), &Backend::new(backend).unwrap()));
        }
    }

    #[test]
    fn what_a_server_of_the_tables_answers_for_is_in_the_tables_alone() {
        let settled = knowing(NEW, Realm::Debug);
        for (server, backend, expected) in [
            ("mw-debug.eqiad.pinkunicorn-a-b", "k8s-mwdebug", true),
            ("mw-debug.eqiad.other-a-b", "k8s-mwdebug", false),
            ("mwdebug1001.eqiad.wmnet", "mwdebug1001.eqiad.wmnet", true),
            ("mwdebug1001.eqiad.wmnet", "k8s-mwdebug", false),
            ("mw1326.eqiad.wmnet", "mw1326.eqiad.wmnet", false),
            ("mw1326.eqiad.wmnet", "k8s-mwdebug", false),
        ] {
            for known in [&Known::default(), &settled] {
                let answers = known.answers_for(&origin(server), &Backend::new(backend).unwrap());
                assert_eq!(answers, expected, "{server} {backend}");
            }
        }
    }

    fn knowing_production(server: &str) -> Known {
        let mut known = Known::default();
        known.settle(server, Realm::Production).ok();
        known
    }
}
