// SPDX-License-Identifier: GPL-2.0-or-later
//! Use case: hear what a relay announces, and look at once where it is about the user's patches.
//!
//! Must not show or keep what was heard: only a look tells how far a patch has got.

use super::App;
use super::listening::stream_of;
use super::looking::Depth;
use crate::deployed::{Announcement, Phase};
use crate::ports::Ports;
use crate::schedule::calls_to_a_window;
use crate::store::Webhook;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

/// Who says scap's announcements in the channel.
const SCAP: &str = "logmsgbot";

/// Who calls people to a window.
const CALLER: &str = "jouncebot";

/// The longest data of an event that is read, in bytes: a line of IRC has 512.
const LONGEST: usize = 4096;

/// No look that a hint leads to is further away.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(1);

/// The data of an event.
#[derive(Deserialize)]
struct Said {
    at: Timestamp,
    from: String,
    text: String,
}

impl<P: Ports> App<P> {
    /// Listens where and while it is wanted.
    pub(super) async fn tune_in(&self) {
        let now = self.ports.now();
        let stream = stream_of(&self.inner.borrow().settings);
        let watched = stream.is_some() && self.is_watched();
        let wanted = {
            let listening = &mut self.inner.borrow_mut().listening;
            listening.keep_trouble_of(stream.as_ref());
            let wanted = listening.wanted(stream, watched, now);
            if wanted.as_ref() == listening.stream() {
                return;
            }
            wanted
        };
        let closed = match &wanted {
            Some(stream) => !self.ports.may_reach(&stream.origin()).await,
            None => false,
        };
        let wanted = {
            let listening = &mut self.inner.borrow_mut().listening;
            match wanted {
                Some(stream) if closed => {
                    listening.cannot(stream, "this browser does not let the extension reach it", now);
                }
                // Another may have tuned in meanwhile.
                wanted if wanted.as_ref() == listening.stream() => {}
                wanted => listening.tune(wanted),
            }
            listening.stream().cloned()
        };
        self.ports.listen(wanted.as_ref().map(Webhook::reveal));
    }

    /// The stream of announcements is open.
    pub async fn stream_opened(&self) {
        self.inner.borrow_mut().listening.opened(self.ports.now());
        self.publish().await;
    }

    /// The stream of announcements broke off; `ended` when the browser does not open it again by itself.
    pub async fn stream_broke(&self, ended: bool) {
        let given_up = self.inner.borrow_mut().listening.broke(ended, self.ports.now());
        if given_up {
            self.ports.listen(None);
        }
        self.publish().await;
    }

    /// Something was announced: the data of the event. What is no announcement about the user's patches or windows is
    /// nothing; [`App::work`] looks after what is.
    pub async fn heard(&self, data: &str) {
        let is_open = self.inner.borrow().listening.stream().is_some();
        let said = (is_open && data.len() <= LONGEST).then(|| serde_json::from_str::<Said>(data).ok()).flatten();
        let Some(Said { at, from, text }) = said else { return };
        let now = self.ports.now();
        if from == SCAP {
            if let Some(told) = Announcement::of_line(&text).filter(|told| self.concerns(told)) {
                self.inner.borrow_mut().listening.hear(told, at, now);
            }
        } else if from == CALLER && calls_to_a_window(&text) && self.heeds_call(now) {
            // It can fail for nothing but its own reasons, which the state tells.
            self.want_refresh(true).await.ok();
        }
        // A page may have been closed since.
        self.publish().await;
    }

    fn heeds_call(&self, now: Timestamp) -> bool {
        self.inner.borrow_mut().listening.heeds_call(now)
    }

    /// Whether an announcement is about one of the user's changes. One that names none is, where it is of a deployer
    /// whose deployment of such a change has not ended.
    fn concerns(&self, told: &Announcement) -> bool {
        let inner = self.inner.borrow();
        if !told.changes.is_empty() {
            return !told.changes.is_disjoint(&inner.my_patches());
        }
        let under_way = |phase| !matches!(phase, Phase::Deployed | Phase::RolledBack);
        let mut deployments = inner.watch.deployments.values();
        deployments.any(|known| known.deployer == told.deployer() && under_way(known.phase))
            || inner.listening.awaits(&told.by)
    }

    /// Looks as often as what was heard asks for. One caller does it at a time; another comes back at once.
    pub(super) async fn look_after_hints(&self) {
        if self.hinted.replace(true) {
            return;
        }
        while let Some(due) = self.next_hinted() {
            let awake = self.awake();
            // A clock that was set back must not make it wait for ever.
            let wait = due.duration_since(self.ports.now()).min(LONGEST_WAIT).as_millis();
            if let Ok(wait @ 1..) = u32::try_from(wait) {
                self.ports.wait(wait).await;
            }
            let now = self.ports.now().max(due);
            // A look meanwhile may have shown it.
            if self.next_hinted().is_some_and(|due| due <= now) {
                let mut inner = self.inner.borrow_mut();
                inner.listening.looks(now);
                inner.look_wanted = inner.look_wanted.max(Some(Depth::Servers));
            }
            self.look_if_wanted().await;
            drop(awake);
        }
        self.hinted.set(false);
    }

    fn next_hinted(&self) -> Option<Timestamp> {
        self.inner.borrow().listening.next_look()
    }
}
