// SPDX-License-Identifier: GPL-2.0-or-later
//! Whether a relay's announcements are listened to, and when one that was heard is looked after.
//!
//! Must not ask anybody, and must not take what is heard for true: it is a hint, which leads to a look and to nothing else.

use super::Hearing;
use crate::deployed::{Announcement, LogEntry};
use crate::report::Receiver;
use crate::store::{Settings, Webhook};
use jiff::{SignedDuration, Timestamp};
use std::collections::VecDeque;
use url::Url;

/// A page asks every few seconds while it is seen; one that has not asked for so long is closed or hidden.
const PAGE: SignedDuration = SignedDuration::from_secs(15);

/// A stream that was open for so long does not count among the broken ones.
const STEADY: SignedDuration = SignedDuration::from_secs(20);

/// The browser opens a broken stream again by itself, every few seconds; after so many in a row it is given up.
const BREAKS: u32 = 3;

/// How long a stream is left alone that was given up once; twice as long every further time.
const REST: SignedDuration = SignedDuration::from_secs(30);

/// The longest rest.
const LONGEST_REST: SignedDuration = SignedDuration::from_mins(10);

/// When it is looked after an announcement was heard, until the log has it: it comes there some seconds later.
const LOOKS: [SignedDuration; 4] = [
    SignedDuration::from_secs(0),
    SignedDuration::from_secs(2),
    SignedDuration::from_secs(5),
    SignedDuration::from_secs(10),
];

/// From one such look to the next at least.
const BETWEEN: SignedDuration = SignedDuration::from_secs(1);

/// So many such looks within [`WHILE`] at most: a relay may announce without end.
const MANY: usize = 12;

/// As long as [`MANY`] looks take at least.
const WHILE: SignedDuration = SignedDuration::from_mins(1);

/// How much earlier an entry of the log may be than the line in the channel: it has its time to the minute.
const EARLIER: SignedDuration = SignedDuration::from_secs(90);

/// From one reading of the calendar because of a call in the channel to the next at least.
const CALLS: SignedDuration = SignedDuration::from_secs(30);

/// Announcements that are waited for; more come in no window.
const AWAITED: usize = 20;

/// How it stands with the stream, and what was heard and not seen yet.
#[derive(Debug, Default)]
pub(super) struct Listening {
    /// When a page last asked for something.
    asked: Option<Timestamp>,
    /// What is listened to.
    stream: Option<Webhook>,
    /// Since when it is open.
    opened: Option<Timestamp>,
    /// How often it broke off in a row.
    breaks: u32,
    /// How often it was given up in a row.
    rests: u32,
    /// The stream that was given up, until when it is left alone, and why.
    given_up: Option<(Webhook, Timestamp, &'static str)>,
    awaited: Vec<Awaited>,
    /// The last [`MANY`] looks that hints led to, the newest at the end.
    looked: VecDeque<Timestamp>,
    /// The last call to a window that was heeded.
    called: Option<Timestamp>,
}

/// An announcement that the log has not shown yet.
#[derive(Debug)]
struct Awaited {
    told: Announcement,
    /// When it was said, by the relay's clock.
    said: Timestamp,
    /// When it was heard, by ours.
    heard: Timestamp,
    /// How many of [`LOOKS`] were taken.
    looks: usize,
}

/// Where the announcements of the user's relay are to be heard: the webhook's path and `/events`.
pub(super) fn stream_of(settings: &Settings) -> Option<Webhook> {
    let webhook = settings.webhook.as_ref().filter(|_| !settings.reporting.gone)?;
    let mut url = Url::parse(webhook.reveal()).ok()?;
    if settings.reporting.receiver.unwrap_or_else(|| Receiver::guess(&url)) != Receiver::Relay {
        return None;
    }
    url.path_segments_mut().ok()?.pop_if_empty().push("events");
    Webhook::new(url.as_str()).ok()
}

impl Listening {
    /// A page has asked for something.
    pub(super) const fn page_asked(&mut self, now: Timestamp) {
        self.asked = Some(now);
    }

    /// What is to be listened to now: the relay's `stream`, where there is one, while a page is open or `watched`, that is,
    /// while a window with an unfinished patch is open.
    pub(super) fn wanted(&self, stream: Option<Webhook>, watched: bool, now: Timestamp) -> Option<Webhook> {
        let page = self.asked.is_some_and(|asked| now.duration_since(asked) <= PAGE);
        let rests =
            |stream: &Webhook| self.given_up.as_ref().is_some_and(|(known, until, _)| known == stream && now < *until);
        stream.filter(|stream| (page || watched) && !rests(stream))
    }

    /// What is listened to.
    pub(super) const fn stream(&self) -> Option<&Webhook> {
        self.stream.as_ref()
    }

    /// From now on this is listened to.
    pub(super) fn tune(&mut self, stream: Option<Webhook>) {
        (self.stream, self.opened, self.breaks) = (stream, None, 0);
    }

    /// Forgets what was given up, unless it is this.
    pub(super) fn keep_trouble_of(&mut self, stream: Option<&Webhook>) {
        if self.given_up.as_ref().is_some_and(|(known, ..)| Some(known) != stream) {
            (self.given_up, self.rests) = (None, 0);
        }
    }

    /// The stream is open.
    pub(super) fn opened(&mut self, now: Timestamp) {
        if self.stream.is_some() {
            (self.opened, self.given_up) = (Some(now), None);
        }
    }

    /// The stream broke off; `ended` when the browser does not open it again. Whether it is given up for a while.
    pub(super) fn broke(&mut self, ended: bool, now: Timestamp) -> bool {
        if self.opened.take().is_some_and(|opened| now.duration_since(opened) >= STEADY) {
            (self.breaks, self.rests) = (0, 0);
        }
        self.breaks += 1;
        if !ended && self.breaks < BREAKS {
            return false;
        }
        let why = if ended { "it does not offer them, or has ended them" } else { "the connection breaks off" };
        self.give_up(why, now)
    }

    /// The stream cannot be opened for this reason.
    pub(super) fn cannot(&mut self, stream: Webhook, why: &'static str, now: Timestamp) {
        self.tune(Some(stream));
        self.give_up(why, now);
    }

    fn give_up(&mut self, why: &'static str, now: Timestamp) -> bool {
        let Some(stream) = self.stream.take() else { return false };
        let rest = REST.checked_mul(1 << self.rests.min(10)).unwrap_or(LONGEST_REST).min(LONGEST_REST);
        (self.breaks, self.rests) = (0, self.rests + 1);
        self.given_up = Some((stream, now + rest, why));
        true
    }

    /// How it stands, for the pages.
    pub(super) fn hearing(&self) -> Hearing {
        match &self.given_up {
            _ if self.opened.is_some() => Hearing::Live,
            Some((.., why)) => Hearing::Failed { detail: (*why).to_owned() },
            None => Hearing::Off,
        }
    }

    /// Something was announced about one of the user's changes: it is looked for in the log.
    pub(super) fn hear(&mut self, told: Announcement, said: Timestamp, now: Timestamp) {
        self.let_go();
        let known = |awaited: &Awaited| awaited.told == told && awaited.said == said;
        if self.awaited.len() < AWAITED && !self.awaited.iter().any(known) {
            self.awaited.push(Awaited { told, said, heard: now, looks: 0 });
        }
    }

    /// Whether this deployer's announcements are waited for.
    pub(super) fn awaits(&self, by: &str) -> bool {
        self.awaited.iter().any(|awaited| awaited.told.by == by)
    }

    /// Whether the calendar is to be read because a window was called.
    pub(super) fn heeds_call(&mut self, now: Timestamp) -> bool {
        let heeds = self.called.is_none_or(|called| now.duration_since(called) >= CALLS);
        if heeds {
            self.called = Some(now);
        }
        heeds
    }

    /// When the next look because of a hint is due.
    pub(super) fn next_look(&self) -> Option<Timestamp> {
        let due = |awaited: &Awaited| Some(awaited.heard + *LOOKS.get(awaited.looks)?);
        let due = self.awaited.iter().filter_map(due).min()?;
        let after_last = self.looked.back().map(|looked| *looked + BETWEEN);
        let after_many = self.looked.front().filter(|_| self.looked.len() >= MANY).map(|looked| *looked + WHILE);
        [after_last, after_many].into_iter().flatten().chain([due]).max()
    }

    /// That look is taken now.
    pub(super) fn looks(&mut self, now: Timestamp) {
        if self.looked.len() >= MANY {
            self.looked.pop_front();
        }
        self.looked.push_back(now);
        for awaited in &mut self.awaited {
            awaited.looks = LOOKS.iter().filter(|after| awaited.heard + **after <= now).count();
        }
    }

    /// The log was read: what it has is waited for no longer.
    pub(super) fn seen(&mut self, entries: &[LogEntry]) {
        let is_there = |awaited: &Awaited| {
            let recent = entries
                .iter()
                .rev()
                .take_while(|entry| entry.at.saturating_add(EARLIER).is_ok_and(|latest| latest >= awaited.said));
            recent.filter_map(Announcement::of_entry).any(|entry| entry == awaited.told)
        };
        self.awaited.retain(|awaited| !is_there(awaited));
    }

    /// What was looked for often enough is waited for no longer.
    fn let_go(&mut self) {
        self.awaited.retain(|awaited| awaited.looks < LOOKS.len());
    }
}

#[cfg(test)]
mod tests {
    use super::Listening;
    use crate::deployed::Announcement;
    use jiff::{SignedDuration, Timestamp};

    #[test]
    fn a_relay_that_announces_without_end_does_not_have_it_looked_without_end() {
        let told = Announcement::of_line("!log deployer@deploy2002 deployer: Continuing with deployment").unwrap();
        let (mut listening, mut looks) = (Listening::default(), 0);
        for second in 0..600 {
            let now = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second);
            listening.hear(told.clone(), now, now);
            if listening.next_look().is_some_and(|due| due <= now) {
                listening.looks(now);
                looks += 1;
            }
        }
        assert_eq!(looks, 120);
    }
}
