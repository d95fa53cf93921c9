// SPDX-License-Identifier: GPL-2.0-or-later
//! Use case: look at any change for a backport window.

use super::{App, Loaded, Problem};
use crate::ports::Ports;

/// Changes that are remembered for it, the newest first.
const REMEMBERED: usize = 10;

impl<P: Ports> App<P> {
    pub(super) async fn want_examined(&self, gerrit: u64) -> Result<(), Problem> {
        if gerrit == 0 {
            return Err(Problem::NoChange);
        }
        {
            let mut inner = self.inner.borrow_mut();
            let gathered = &mut inner.gathered;
            gathered.examined.retain(|known| *known != gerrit);
            gathered.examined.insert(0, gerrit);
            gathered.examined.truncate(REMEMBERED);
            // The user waits for it, whatever was asked a moment ago.
            if !gathered.asked.contains(&gerrit) {
                if gathered.changes == Loaded::Absent {
                    gathered.changes = Loaded::Loading;
                }
                inner.gerrit_wanted = true;
            }
        }
        self.want_refresh(false).await
    }
}
