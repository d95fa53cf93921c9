// SPDX-License-Identifier: GPL-2.0-or-later
//! Use case: keep a suite with the team, on a wiki page: read it, take over what the submitter has seen, save ours there.
//!
//! Must not write to a wiki or take anything over unasked, and must not keep a token.

use super::background::{Inner, LIBRARY};
use super::wiki_page::{self, PageRead};
use super::{App, Loaded, Offer, Problem, Refusal, Saving, Shared, SharedSuite};
use crate::ports::Ports;
use crate::suite::{
    Difference, Owner, SharedPage, Suite, Test, differences, not_whole, page_with, suite_in, taken_over, write,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The longest summary that a wiki keeps, in letters.
const LONGEST_SUMMARY: usize = 500;

/// What is known of the page of one suite; it outlives the background, not the browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Fetched {
    page: SharedPage,
    read: Loaded<(PageRead, Vec<Test>)>,
    saving: Option<Saving>,
}

/// What waits to be done with a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wish {
    Read(Owner),
    Save { owner: Owner, summary: String },
}

impl Inner {
    /// The pages of suites as pages of the extension see them.
    pub(super) fn shared(&self) -> BTreeMap<Owner, Shared> {
        let view = |(owner, page): (&Owner, &SharedPage)| {
            let fetched = self.fetched.get(owner).filter(|fetched| fetched.page == *page);
            let read = fetched.map_or(Loaded::Absent, |fetched| {
                fetched.read.map(|(read, tests)| self.held_against(owner, read, tests))
            });
            let saving = fetched.and_then(|fetched| fetched.saving.clone());
            (owner.clone(), Shared { page: page.clone(), read, saving })
        };
        self.library.shared.iter().map(view).collect()
    }

    fn held_against(&self, owner: &Owner, read: &PageRead, theirs: &[Test]) -> SharedSuite {
        let ours = self.suite(owner);
        let offer = |difference: Difference| {
            let refused = difference.brings().and_then(|test| test.validate().err()).map(|error| error.to_string());
            Offer { difference, refused }
        };
        let label = |place: usize| ours.tests.get(place).map(|test| test.label().to_owned());
        SharedSuite {
            revision: read.revision,
            tests: theirs.len(),
            offers: differences(&ours.tests, theirs).into_iter().map(offer).collect(),
            not_whole: not_whole(&ours).into_iter().filter_map(label).collect(),
        }
    }

    fn suite(&self, owner: &Owner) -> Suite {
        self.library.suites.get(owner).cloned().unwrap_or_default()
    }

    /// What was under way when the background was stopped will not go on.
    pub(super) fn settle_sharing(&mut self) {
        for fetched in self.fetched.values_mut() {
            if fetched.read == Loaded::Loading {
                fetched.read = Loaded::Absent;
            }
            if fetched.saving == Some(Saving::UnderWay) {
                fetched.saving = Some(Saving::Failed { refusal: Refusal::Interrupted });
            }
        }
    }
}

impl<P: Ports> App<P> {
    /// Keeps where the suite of a repository or a wiki is shared; an empty URL takes that back.
    pub(super) async fn set_shared(&self, owner: Owner, url: &str) -> Result<(), Problem> {
        if matches!(owner, Owner::Change(_)) {
            return Err(refused("only the suite of a repository or a wiki can be shared"));
        }
        let mut library = self.inner.borrow().library.clone();
        if url.trim().is_empty() {
            library.shared.remove(&owner);
        } else {
            let page = SharedPage::from_url(url).map_err(|error| refused(error.to_string()))?;
            library.shared.insert(owner.clone(), page);
        }
        self.keep(LIBRARY, &library).await?;
        let mut inner = self.inner.borrow_mut();
        inner.library = library;
        inner.fetched.remove(&owner);
        Ok(())
    }

    /// Notes that a page is to be read; [`App::work`] does.
    pub(super) fn want_shared(&self, owner: Owner) -> Result<(), Problem> {
        let mut inner = self.inner.borrow_mut();
        let page = inner.library.shared.get(&owner).cloned().ok_or(Problem::Gone)?;
        let known = inner.fetched.remove(&owner).filter(|fetched| fetched.page == page);
        if known.as_ref().is_some_and(|fetched| fetched.saving == Some(Saving::UnderWay)) {
            inner.fetched.extend(known.map(|fetched| (owner, fetched)));
            return Err(refused("it is being saved; wait until that ends"));
        }
        inner.fetched.insert(owner.clone(), Fetched { page, read: Loaded::Loading, saving: None });
        inner.wishes.push(Wish::Read(owner));
        Ok(())
    }

    /// Takes over differences that the user has seen. What is there otherwise by now is refused.
    pub(super) async fn take_shared(&self, owner: Owner, chosen: &[Difference]) -> Result<(), Problem> {
        let tests = {
            let inner = self.inner.borrow();
            let fetched = inner.fetched.get(&owner).ok_or(Problem::Gone)?;
            let (_, (_, theirs)) = fetched.read.value().ok_or(Problem::Gone)?;
            let ours = inner.suite(&owner).tests;
            let known = differences(&ours, theirs);
            for difference in chosen {
                if !known.contains(difference) {
                    let test = match difference {
                        Difference::Added { test } | Difference::Removed { test } => test,
                        Difference::Changed { after, .. } => after,
                    };
                    return Err(Problem::TestChanged { test: test.label().to_owned() });
                }
                difference.brings().map_or(Ok(()), super::settings::valid)?;
            }
            taken_over(&ours, theirs, chosen)
        };
        self.keep_suite(owner, tests).await
    }

    /// Notes that the kept suite is to be saved on its page, over the revision that the user has seen.
    pub(super) fn want_saved(&self, owner: Owner, revision: Option<u64>, summary: &str) -> Result<(), Problem> {
        let summary = summary.trim();
        if summary.is_empty() || summary.chars().count() > LONGEST_SUMMARY {
            return Err(refused(format!("the summary must say in 1 to {LONGEST_SUMMARY} letters what the edit does")));
        }
        let mut inner = self.inner.borrow_mut();
        let suite = inner.suite(&owner);
        if suite.tests.is_empty() {
            return Err(refused("there is no saved test to share"));
        }
        if let Some(place) = not_whole(&suite).first() {
            let label = suite.tests.get(*place).map_or("", Test::label).to_owned();
            return Err(refused(format!(
                "the file cannot say all of test <{label}>, and others would get a weaker one"
            )));
        }
        let fetched = inner.fetched.get_mut(&owner).ok_or(Problem::Gone)?;
        let seen = matches!(&fetched.read, Loaded::Ready { value: (read, _), .. } if read.revision == revision);
        if !seen || fetched.saving == Some(Saving::UnderWay) {
            return Err(Problem::Gone);
        }
        fetched.saving = Some(Saving::UnderWay);
        inner.wishes.push(Wish::Save { owner, summary: summary.to_owned() });
        Ok(())
    }

    pub(super) async fn share_if_wanted(&self) {
        if self.sharing.replace(true) {
            return;
        }
        loop {
            let wish = {
                let mut inner = self.inner.borrow_mut();
                if inner.wishes.is_empty() { None } else { Some(inner.wishes.remove(0)) }
            };
            let awake = self.awake();
            match wish {
                None => break,
                Some(Wish::Read(owner)) => self.read_shared(&owner).await,
                Some(Wish::Save { owner, summary }) => self.save_shared(&owner, &summary).await,
            }
            drop(awake);
            self.publish().await;
        }
        self.sharing.set(false);
    }

    async fn read_shared(&self, owner: &Owner) {
        let page = self.inner.borrow().fetched.get(owner).map(|fetched| fetched.page.clone());
        let Some(page) = page else { return };
        let failed = |detail: String| Loaded::Failed {
            problem: Problem::PageUnreadable { page: page.url(), detail },
            stale: None,
        };
        let found = match wiki_page::read(&self.ports, &page).await {
            Err(error) => failed(error.to_string()),
            Ok(read) => match suite_on(&read) {
                Ok(tests) => Loaded::Ready { at: self.ports.now(), value: (read, tests) },
                Err(detail) => failed(detail),
            },
        };
        let mut inner = self.inner.borrow_mut();
        // Another page may have been chosen while this one was read.
        if let Some(fetched) = inner.fetched.get_mut(owner).filter(|fetched| fetched.page == page) {
            fetched.read = found;
        }
    }

    async fn save_shared(&self, owner: &Owner, summary: &str) {
        let wanted = {
            let inner = self.inner.borrow();
            let fetched = inner.fetched.get(owner);
            let base = fetched.and_then(|fetched| Some((fetched.page.clone(), fetched.read.value()?.1.0.clone())));
            base.map(|(page, base)| (page, base, inner.suite(owner)))
        };
        let Some((page, base, suite)) = wanted else { return };
        let done = match page_with(&base.wikitext, &write(&suite)) {
            None => {
                Err(Refusal::Other { code: "unwritable".into(), detail: "the tests cannot stand in a page".into() })
            }
            Some(wikitext) => wiki_page::save(&self.ports, &page, &base, &wikitext, summary).await,
        };
        let at = self.ports.now();
        let mut inner = self.inner.borrow_mut();
        let Some(fetched) = inner.fetched.get_mut(owner).filter(|fetched| fetched.page == page) else { return };
        fetched.saving = Some(match done {
            Ok(read) => {
                let tests = suite_on(&read).unwrap_or_default();
                fetched.read = Loaded::Ready { at, value: (read, tests) };
                Saving::Saved { at }
            }
            Err(refusal) => Saving::Failed { refusal },
        });
    }
}

/// The tests of a page; one that is empty or not there has none.
fn suite_on(read: &PageRead) -> Result<Vec<Test>, String> {
    if read.wikitext.trim().is_empty() {
        return Ok(Vec::new());
    }
    suite_in(&read.wikitext).map(|suite| suite.tests).map_err(|error| error.to_string())
}

fn refused(detail: impl Into<String>) -> Problem {
    Problem::NotShared { detail: detail.into() }
}
