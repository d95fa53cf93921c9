// SPDX-License-Identifier: GPL-2.0-or-later
//! Use case: watch how far the user's patches get, closely while a window with one that is not done is open.

use super::App;
use super::background::Inner;
use super::looking::Depth;
use crate::deployed::Phase;
use crate::ports::Ports;
use crate::schedule::Window;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// Watching begins so long before a window opens: scap may be early, and is prepared before.
const BEFORE: SignedDuration = SignedDuration::from_mins(15);

/// Watching ends so long after a window closes: deployments run late.
const AFTER: SignedDuration = SignedDuration::from_hours(2);

/// A look younger than this many seconds is not repeated, however often a page asks.
const FRESH: i64 = 10;

/// How often it is looked inside a window when no page asks.
const WATCHED: SignedDuration = SignedDuration::from_secs(60);

/// How often everything is read when there is no window.
const UNWATCHED: SignedDuration = SignedDuration::from_mins(30);

/// A browser that has just started has other things to do.
const SETTLED: SignedDuration = SignedDuration::from_secs(10);

impl<P: Ports> App<P> {
    /// Wants a look where one is due: with the servers inside a window or where the user insists, of the log alone beside a
    /// `refresh`.
    pub(super) fn want_look(&self, force: bool, refresh: bool) {
        let watched = self.is_watched();
        let fresh = self.looking.get() || self.inner.borrow().watch.looked.is_some_and(|at| self.age_of(at) < FRESH);
        let depth = if force || (watched && !fresh) {
            Depth::Servers
        } else if refresh && !watched {
            Depth::Log
        } else {
            return;
        };
        let mut inner = self.inner.borrow_mut();
        inner.look_wanted = inner.look_wanted.max(Some(depth));
    }

    /// The alarm has gone off: wants what [`next_look`](Self::next_look) has promised.
    pub(super) async fn want_look_if_due(&self) {
        if self.next_look().is_some_and(|due| due <= self.ports.now()) {
            // It can fail for nothing but its own reasons, which the state tells.
            self.want_refresh(false).await.ok();
        }
    }

    /// When the background has to be woken to look, if no page asks before. While it looks, an alarm for what is due would
    /// go off at once, and again and again.
    pub(super) fn next_look(&self) -> Option<Timestamp> {
        let soonest = (self.looking.get() || self.refreshing.get()).then(|| self.ports.now() + WATCHED);
        self.due().map(|due| soonest.map_or(due, |soonest| due.max(soonest)))
    }

    fn due(&self) -> Option<Timestamp> {
        let inner = self.inner.borrow();
        inner.settings.nick.as_ref()?;
        let (now, looked) = (self.ports.now(), inner.watch.looked);
        let windows = inner.my_windows();
        let open: Vec<&Window> = windows.iter().filter(|window| !inner.is_done(window)).collect();
        if open.iter().any(|window| is_open(window, now)) {
            return Some(looked.map_or(inner.woken, |looked| looked + WATCHED));
        }
        let all = inner.gathered.tried.map_or(inner.woken + SETTLED, |tried| tried + UNWATCHED);
        let next = open.iter().map(|window| window.start - BEFORE).filter(|at| *at > now).min();
        Some(next.map_or(all, |next| next.min(all)))
    }

    /// Whether a window with a patch of the user's that is not done is open, with some time around it.
    pub(super) fn is_watched(&self) -> bool {
        let (inner, now) = (self.inner.borrow(), self.ports.now());
        inner.my_windows().iter().any(|window| is_open(window, now) && !inner.is_done(window))
    }

    pub(super) async fn look_if_wanted(&self) {
        if self.looking.replace(true) {
            return;
        }
        while self.can_look() {
            let Some(depth) = self.inner.borrow_mut().look_wanted.take() else { break };
            let awake = self.awake();
            // That a window is open may have come only with the refresh that this look has waited for.
            let depth = if self.is_watched() { Depth::Servers } else { depth };
            self.look(depth).await;
            drop(awake);
            self.publish().await;
        }
        self.looking.set(false);
    }

    /// Before anything is known of the patches, a refresh under way has to bring it.
    fn can_look(&self) -> bool {
        let waiting = {
            let inner = self.inner.borrow();
            inner.refresh_wanted || inner.gerrit_wanted || self.refreshing.get()
        };
        !waiting || (self.inner.borrow().schedule().is_some() && !self.has_unasked())
    }

    async fn look(&self, depth: Depth) {
        let patches = self.inner.borrow().my_patches();
        let seen =
            if patches.is_empty() { BTreeMap::new() } else { self.look_at_patches(&self.ports, &patches, depth).await };
        let (before, looked_before) = {
            let mut inner = self.inner.borrow_mut();
            inner.watch.deployments.retain(|number, _| patches.contains(number));
            let looked_before = inner.watch.looked.replace(self.ports.now());
            (std::mem::replace(&mut inner.progress, seen), looked_before)
        };
        self.progress_changed(&before, looked_before).await;
    }
}

impl Inner {
    /// Whether all of the user's patches of a window are deployed, or were taken back in it.
    fn is_done(&self, window: &Window) -> bool {
        let Some(nick) = &self.settings.nick else { return true };
        window.patches_of(nick).all(|(_, patch)| {
            let Some(progress) = self.progress.get(&patch.gerrit) else { return false };
            match progress.phase {
                Phase::Deployed => true,
                // It may stand in this window to be tried again.
                Phase::RolledBack => progress.since.is_none_or(|since| since >= window.start - BEFORE),
                _ => false,
            }
        })
    }
}

/// Whether a window is open at `now`, with some time around it.
fn is_open(window: &Window, now: Timestamp) -> bool {
    window.start - BEFORE <= now && now <= window.end + AFTER
}
