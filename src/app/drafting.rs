// SPDX-License-Identifier: GPL-2.0-or-later
//! Use case: keep what is typed and not saved, so that it survives a closed tab.
//!
//! Must not read it: what a page has typed is the page's own.

use super::{App, Problem, UnsavedTests};
use crate::ports::Ports;
use crate::suite::Owner;

/// Where it is kept.
pub(super) const DRAFTS: &str = "drafts";

/// Of so many owners; of one more it is refused, so that nothing typed is dropped unseen.
const KEPT: usize = 40;

impl<P: Ports> App<P> {
    /// Keeps what a page has typed for an owner; nothing takes it away. What is kept of others stays.
    pub(super) async fn keep_draft(&self, owner: Owner, rows: Option<String>) -> Result<(), Problem> {
        let mut drafts = self.inner.borrow().drafts.clone();
        match rows {
            Some(_) if drafts.len() >= KEPT && !drafts.contains_key(&owner) => {
                return Err(Problem::TooManyUnsaved { kept: drafts.len() });
            }
            // Told twice, it was still typed then.
            Some(rows) if drafts.get(&owner).is_some_and(|kept| kept.rows == rows) => return Ok(()),
            Some(rows) => drop(drafts.insert(owner, UnsavedTests { at: self.ports.now(), rows })),
            None if drafts.remove(&owner).is_none() => return Ok(()),
            None => {}
        }
        self.keep(DRAFTS, &drafts).await?;
        self.inner.borrow_mut().drafts = drafts;
        Ok(())
    }

    /// The tests of an owner were saved: what was not, is now. That it is kept once more does no harm.
    pub(super) async fn forget_draft(&self, owner: Owner) {
        if let Err(problem) = self.keep_draft(owner, None).await {
            self.inner.borrow_mut().notice = Some(problem);
        }
    }
}
