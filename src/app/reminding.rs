// SPDX-License-Identifier: GPL-2.0-or-later
//! Use case: remind the user of windows, and of patches that wait for them.
//!
//! What is given is noted before it is shown: a background that is stopped in between gives it never, and none gives it
//! twice.

use super::background::REMINDERS;
use super::refreshing::origin_of;
use super::{App, Loaded, Problem, calendar};
use crate::deployed::Progress;
use crate::ports::Ports;
use crate::reminder::{Agenda, Reminder};
use crate::schedule::{PAGE_URL, Schedule};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// A calendar older than this many seconds is read again before a window is announced: the patch may have been moved.
const OLD: i64 = 5 * 60;

/// The page on which a click ends.
const PAGE: &str = "popup.html";

impl<P: Ports> App<P> {
    /// Makes the reminders of windows those of the calendar and the settings. What is planned stays while the calendar
    /// is not known.
    pub(super) async fn plan_reminders(&self) {
        let now = self.ports.now();
        self.change_agenda(|agenda, known| {
            let wanted = known.settings.reminders;
            match (&known.settings.nick, known.schedule()) {
                (Some(nick), Some(schedule)) => agenda.plan(&schedule.windows_of(nick), nick, wanted, now),
                (Some(_), None) => {}
                (None, _) => agenda.pending.clear(),
            }
        })
        .await;
    }

    /// Reminds of what has become of the patches since they were as `before`, which was seen at `looked_before`.
    pub async fn progress_changed(&self, before: &BTreeMap<u64, Progress>, looked_before: Option<Timestamp>) {
        let now = self.ports.now();
        self.change_agenda(|agenda, known| {
            for (gerrit, after) in &known.progress {
                let title = known.schedule().and_then(|schedule| title_of(schedule, *gerrit));
                let patch = (*gerrit, title.unwrap_or_default());
                agenda.observe(patch, before.get(gerrit), looked_before, after, known.settings.reminders, now);
            }
        })
        .await;
        self.remind_if_due().await;
    }

    /// Gives the reminders that are due, and forgets those for which it is too late. One caller does it at a time;
    /// another comes back at once.
    pub(super) async fn remind_if_due(&self) {
        if self.reminding.replace(true) {
            return;
        }
        while self.inner.borrow().agenda.next().is_some_and(|due| due <= self.ports.now()) {
            self.set_alarm(&self.view()).await;
            self.look_at_the_calendar_before_a_window().await;
            let now = self.ports.now();
            let mut due = Vec::new();
            let noted = self.change_agenda(|agenda, _| due = agenda.take_due(now)).await;
            let wanted = self.inner.borrow().settings.reminders;
            due.retain(|reminder| noted && wanted.has(reminder.occasion));
            for reminder in due {
                self.give(&reminder).await;
            }
            self.publish().await;
        }
        self.reminding.set(false);
    }

    async fn give(&self, reminder: &Reminder) {
        let given = self.ports.notify(&reminder.notification(), &reminder.title, &reminder.text).await;
        if let Err(detail) = given {
            self.inner.borrow_mut().notice = Some(Problem::Notification { detail });
        }
    }

    /// Where the calendar cannot be read, what is known of it stands.
    async fn look_at_the_calendar_before_a_window(&self) {
        let now = self.ports.now();
        let wanted = {
            let inner = self.inner.borrow();
            let mut due = inner.agenda.pending.iter().filter(|reminder| reminder.due <= now && now < reminder.until);
            let old = !matches!(&inner.calendar, Loaded::Ready { at, .. } if self.age_of(*at) <= OLD);
            old && due.any(|reminder| reminder.occasion.is_of_window())
        };
        if !wanted || !self.without_access(origin_of(PAGE_URL).into_iter().collect()).await.is_empty() {
            return;
        }
        let awake = self.awake();
        let read = calendar(&self.ports, PAGE_URL).await;
        drop(awake);
        if let Ok(value) = read {
            self.inner.borrow_mut().calendar = Loaded::Ready { at: self.ports.now(), value };
            self.plan_reminders().await;
        }
    }

    /// A notification was clicked: shows the patch that it is about.
    pub async fn notification_clicked(&self, notification: &str) {
        self.ports.withdraw(notification).await;
        let page = match Reminder::patch_of(notification) {
            Some(gerrit) => format!("{PAGE}#{gerrit}"),
            None => PAGE.to_owned(),
        };
        if let Err(detail) = self.ports.show(&page).await {
            self.inner.borrow_mut().notice = Some(Problem::Tab { detail });
            self.publish().await;
        }
    }

    /// Changes the agenda by what is known and keeps it; whether what is kept is what it is now.
    async fn change_agenda(&self, change: impl FnOnce(&mut Agenda, &super::background::Inner)) -> bool {
        let agenda = {
            let mut inner = self.inner.borrow_mut();
            let mut agenda = std::mem::take(&mut inner.agenda);
            let before = agenda.clone();
            change(&mut agenda, &inner);
            inner.agenda = agenda;
            if inner.agenda == before {
                return true;
            }
            inner.agenda.clone()
        };
        match self.keep(REMINDERS, &agenda).await {
            Ok(()) => true,
            Err(problem) => {
                self.inner.borrow_mut().notice = Some(problem);
                false
            }
        }
    }
}

fn title_of(schedule: &Schedule, gerrit: u64) -> Option<&str> {
    let mut patches = schedule.windows.iter().flat_map(|window| &window.patches);
    patches.find(|patch| patch.gerrit == gerrit && !patch.struck).map(|patch| patch.title.as_str())
}
