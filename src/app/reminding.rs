// SPDX-License-Identifier: GPL-2.0-or-later
//! Use case: remind the user of windows, and tell how far their patches have got.

use super::App;
use crate::deployed::Progress;
use crate::ports::Ports;
use jiff::Timestamp;
use std::collections::BTreeMap;

impl<P: Ports> App<P> {
    /// Patches may have moved on since `before`, which was known at `looked_before`.
    #[expect(clippy::unused_async, reason = "nothing is told yet")]
    pub(super) async fn progress_changed(&self, _before: &BTreeMap<u64, Progress>, _looked_before: Option<Timestamp>) {}
}
