// SPDX-License-Identifier: GPL-2.0-or-later
//! The value of the `X-Wikimedia-Debug` header.

use super::Backend;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The header's name.
pub const HEADER: &str = "X-Wikimedia-Debug";

/// A directive that is on or off (repository `operations/mediawiki-config`, `src/XWikimediaDebug.php`, and
/// <https://wikitech.wikimedia.org/wiki/WikimediaDebug>). The order is that of the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Switch {
    /// Everything that is logged for this request goes to Logstash, down to the level `debug`.
    Log,
    /// The wiki is read-only for this request: `$wgReadOnly` is set (there, `wmf-config/CommonSettings.php`).
    Readonly,
    /// The request ends after two seconds.
    Shorttimeout,
    /// A profile goes to `XHGui`.
    Profile,
    /// A flame graph goes to the Excimer UI.
    Excimer,
    /// A profile is written into the page itself.
    Forceprofile,
}

impl Switch {
    /// Every switch, in the order of the header.
    pub const ALL: [Self; 6] =
        [Self::Log, Self::Readonly, Self::Shorttimeout, Self::Profile, Self::Excimer, Self::Forceprofile];

    /// The directive as the header has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Readonly => "readonly",
            Self::Shorttimeout => "shorttimeout",
            Self::Profile => "profile",
            Self::Excimer => "excimer",
            Self::Forceprofile => "forceprofile",
        }
    }
}

/// The header's directives.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Directives {
    /// Which backend is to answer.
    pub backend: Backend,
    /// What is on.
    pub switches: BTreeSet<Switch>,
}

impl Directives {
    /// Directives that only choose the backend.
    #[must_use]
    pub const fn to(backend: Backend) -> Self {
        Self { backend, switches: BTreeSet::new() }
    }

    /// The header's value: directives with `; ` between them, the backend first.
    #[must_use]
    pub fn value(&self) -> String {
        let switches = self.switches.iter().map(|switch| format!("; {}", switch.name()));
        format!("backend={}", self.backend) + &switches.collect::<String>()
    }
}

#[cfg(test)]
mod tests {
    use super::{Directives, Switch};
    use crate::debug::Backend;
    use std::collections::{BTreeMap, BTreeSet};

    /// What MediaWiki reads: pieces between `;` and any white space after it, each a name or `name=value`.
    fn as_mediawiki_reads(value: &str) -> BTreeMap<String, Option<String>> {
        let pieces = value.split(';').enumerate();
        let pieces = pieces.map(|(place, piece)| if place == 0 { piece } else { piece.trim_start() });
        let named = |piece: &str| match piece.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (piece.to_owned(), None),
        };
        pieces.map(named).collect()
    }

    /// What the edge reads: the first `backend=` anywhere that a letter, digit, full stop or hyphen follows, as far as
    /// they go; without one, the whole header.
    fn as_the_edge_reads(value: &str) -> &str {
        let is_of_it = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
        let found = value.match_indices("backend=").find_map(|(at, mark)| {
            let rest = value.get(at + mark.len()..)?;
            let name = rest.split(|c| !is_of_it(c)).next()?;
            (!name.is_empty()).then_some(name)
        });
        found.unwrap_or(value)
    }

    /// Every choice of switches.
    fn choices() -> impl Iterator<Item = BTreeSet<Switch>> {
        (0..1_usize << Switch::ALL.len()).map(|choice| {
            let all = Switch::ALL.into_iter().enumerate();
            all.filter(|(place, _)| choice >> place & 1 == 1).map(|(_, switch)| switch).collect()
        })
    }

    #[test]
    fn mediawiki_and_the_edge_read_what_was_meant() {
        let names = ["k8s-mwdebug", "k8s-mwdebug-next-codfw", "mwdebug1001.eqiad.wmnet", "1"];
        for name in names {
            for switches in choices() {
                let directives = Directives { backend: Backend::new(name).unwrap(), switches: switches.clone() };
                let value = directives.value();
                assert_eq!(as_the_edge_reads(&value), name, "{value}");
                let mut read = as_mediawiki_reads(&value);
                assert_eq!(read.remove("backend"), Some(Some(name.to_owned())), "{value}");
                let meant = switches.iter().map(|switch| (switch.name().to_owned(), None));
                assert_eq!(read, meant.collect(), "{value}");
            }
        }
    }

    #[test]
    fn the_directives_stand_in_one_order() {
        let all = Directives { switches: Switch::ALL.into(), ..Directives::default() };
        assert_eq!(all.value(), "backend=k8s-mwdebug; log; readonly; shorttimeout; profile; excimer; forceprofile");
        let next = Backend::new("k8s-mwdebug-next").unwrap();
        assert_eq!(Directives::to(next).value(), "backend=k8s-mwdebug-next");
    }

    #[test]
    fn a_switch_is_kept_by_the_name_that_the_header_has() {
        for switch in Switch::ALL {
            assert_eq!(serde_json::to_value(switch).unwrap(), switch.name());
        }
    }
}
