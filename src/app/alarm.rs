// SPDX-License-Identifier: GPL-2.0-or-later
//! The one alarm, set for whatever comes first, and the badge, which it keeps true while no page is open.

use super::background::{ALARM, BADGE};
use super::badge::{badge, next_change};
use super::verifying::WATCHDOG_AFTER;
use super::{App, State};
use crate::ports::Ports;

impl<P: Ports> App<P> {
    /// Shows the badge of now, unless it is shown.
    pub(super) async fn show_badge(&self, state: &State) {
        let badge = badge(state, self.ports.now());
        let text = format!("{badge:?}");
        if self.shown.borrow_mut().insert(BADGE, text.clone()).as_deref() != Some(&*text) {
            self.ports.badge(&badge.text, badge.tone, &badge.title).await;
        }
    }

    /// Has the browser wake the background for whatever comes first.
    pub(super) async fn set_alarm(&self, state: &State) {
        let now = self.ports.now();
        let next = {
            let inner = self.inner.borrow();
            let running = inner.runs.iter().any(|run| run.journal.ended.is_none());
            let watchdog = running.then(|| now + WATCHDOG_AFTER);
            let browsing = inner.carried.browsing.iter().map(|browsing| browsing.until);
            browsing.chain(watchdog).chain(inner.agenda.next()).chain(self.next_look()).min()
        };
        let next = next.into_iter().chain(next_change(state, now)).chain(self.outbox_due()).min();
        // While what is due is on its way, an alarm for it would go off at once, and again and again.
        let next = if self.reminding.get() { next.map(|due| due.max(now + WATCHDOG_AFTER)) } else { next };
        let text = next.map_or_else(String::new, |next| next.to_string());
        if self.shown.borrow_mut().insert(ALARM, text.clone()) != Some(text) {
            self.ports.wake_at(next).await;
        }
    }
}
