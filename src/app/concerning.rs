// SPDX-License-Identifier: GPL-2.0-or-later
//! Use case: know which wikis a change is about: as the user says, else as its title does. The suites that apply, the
//! values `{host}` and `{wiki}`, and the presets all take it from here.
//!
//! Must not choose one of several wikis.

use super::background::{Inner, LIBRARY};
use super::owning::forget_change_id;
use super::{App, Problem};
use crate::deployed::{dbname_of_host, host_of_dbname};
use crate::ports::Ports;
use crate::suite::{About, Owner, in_scope, wikis_in};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is known of the wikis that a change is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Concern {
    /// The wikis.
    pub about: About,
    /// Whether the user has said so; else it is what the title names.
    pub said: bool,
    /// The host that the change's newest test asks, as far as it is a wiki's.
    pub last: Option<String>,
}

impl Inner {
    /// The wikis that a change is about.
    pub(super) fn about(&self, gerrit: u64) -> Concern {
        let last = self.last_host(gerrit);
        if let Some(about) = self.library.about.get(&self.about_key(gerrit)) {
            return Concern { about: about.clone(), said: true, last };
        }
        let of = |title: &str| wikis_in(title, &self.gathered.wikis);
        let by_gerrit = self.change(gerrit).map(|change| of(&change.subject)).filter(|wikis| !wikis.is_empty());
        // What Gerrit does not tell may stand on the calendar.
        let wikis = by_gerrit.or_else(|| self.scheduled_title(gerrit).map(of)).unwrap_or_default();
        Concern { about: About::these(wikis), said: false, last }
    }

    /// The same of every change of which anything is known.
    pub(super) fn concerns(&self) -> BTreeMap<u64, Concern> {
        let all = self.known_changes().into_iter().map(|gerrit| (gerrit, self.about(gerrit)));
        all.filter(|(_, concern)| *concern != Concern::default()).collect()
    }

    fn about_key(&self, gerrit: u64) -> Owner {
        self.key_of(gerrit, |numbered| self.library.about.contains_key(numbered))
    }

    fn scheduled_title(&self, gerrit: u64) -> Option<&str> {
        let mut patches = self.schedule()?.windows.iter().flat_map(|window| &window.patches);
        patches.find(|patch| patch.gerrit == gerrit).map(|patch| patch.title.as_str())
    }

    fn last_host(&self, gerrit: u64) -> Option<String> {
        let suite = self.library.suites.get(&self.owner_of(gerrit))?;
        let host = |url: &str| in_scope(url).ok()?.host_str().map(str::to_owned);
        suite.tests.iter().rev().filter_map(|test| host(&test.url)).find(|host| dbname_of_host(host).is_some())
    }
}

impl<P: Ports> App<P> {
    /// Keeps what the user says of the wikis that a change is about; nothing takes it back, so that the title counts.
    pub(super) async fn say_about(&self, gerrit: u64, about: Option<About>) -> Result<(), Problem> {
        let (key, id, mut library) = {
            let inner = self.inner.borrow();
            for wiki in about.iter().flat_map(|about| &about.wikis) {
                let is_listed = inner.gathered.versions.as_ref().is_none_or(|all| all.version_of(wiki).is_some());
                if !is_listed || host_of_dbname(wiki).is_none() {
                    let list = if is_listed { "no wiki is called so" } else { "noc's list of wikis does not have it" };
                    return Err(Problem::NoSuchWiki { wiki: wiki.clone(), detail: list.to_owned() });
                }
            }
            let id = inner.change(gerrit).map(|change| change.change_id.clone()).filter(|id| !id.is_empty());
            (inner.about_key(gerrit), id, inner.library.clone())
        };
        if let Some(about) = about {
            if let Some(id) = id.filter(|id| Owner::Change(id.clone()) == key) {
                library.change_ids.insert(gerrit, id);
            }
            library.about.insert(key, about);
        } else {
            library.about.remove(&key);
            forget_change_id(&mut library, &key);
        }
        self.keep(LIBRARY, &library).await?;
        self.inner.borrow_mut().library = library;
        Ok(())
    }
}
