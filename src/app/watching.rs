// SPDX-License-Identifier: GPL-2.0-or-later
//! Use case: watch how far the user's patches have got.

use super::App;
use crate::ports::Ports;
use jiff::Timestamp;

impl<P: Ports> App<P> {
    /// When the patches are to be looked at next, UTC.
    #[expect(clippy::unused_self, reason = "nothing is watched yet")]
    pub(super) const fn next_look(&self) -> Option<Timestamp> {
        None
    }
}
