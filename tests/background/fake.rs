// SPDX-License-Identifier: GPL-2.0-or-later
//! A browser in memory: the ports filled so that a test decides what every request gets and when time passes.

use backport_verify::exchange::{Headers, Request, Response, TransportError};
use backport_verify::ports::{
    Announcements, Area, Clock, HeaderRule, Host, Http, Notifications, Storage, StorageError, TabId, Tabs, Tone,
};
use jiff::{SignedDuration, Timestamp};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// What a request gets; `None` is an answer that never comes.
pub(crate) type Answer = Option<Result<Response, TransportError>>;

/// Who decides what a request gets.
type Answering = dyn Fn(&Request) -> Answer;

/// A handle on the browser; clones are the same browser, so that it outlives a background that is "killed".
#[derive(Clone)]
pub(crate) struct Browser(Rc<Inside>);

struct Inside {
    kept: RefCell<BTreeMap<(Area, String), String>>,
    full: Cell<bool>,
    closed: RefCell<BTreeSet<String>>,
    answer: RefCell<Box<Answering>>,
    sent: RefCell<Vec<Request>>,
    now: Cell<Timestamp>,
    named: Cell<u32>,
    rules: RefCell<Vec<HeaderRule>>,
    navigated: RefCell<Vec<(TabId, String)>>,
    badge: RefCell<(String, String)>,
    mute: Cell<bool>,
    awake: Cell<bool>,
    offline: Cell<usize>,
    alarm: Cell<Option<Timestamp>>,
    pages: RefCell<Vec<String>>,
    notifications: RefCell<Vec<(String, String, String)>>,
    writes: RefCell<Vec<String>>,
    turns: Cell<usize>,
    in_flight: RefCell<Vec<Request>>,
    crowds: RefCell<Vec<Vec<Request>>>,
    /// Each with how many requests had been sent by then.
    waits: RefCell<Vec<(u32, usize)>>,
    waits_forever: Cell<bool>,
    waits_take_time: Cell<bool>,
    /// What is listened to, each time another.
    listened: RefCell<Vec<Option<String>>>,
    moments: Cell<usize>,
    ends_at: Cell<Option<usize>>,
    ended: Cell<bool>,
    kept_for_good: Cell<usize>,
    full_from: Cell<Option<(usize, usize)>>,
}

impl Browser {
    pub(crate) fn new() -> Self {
        Self(Rc::new(Inside {
            kept: RefCell::default(),
            full: Cell::new(false),
            closed: RefCell::default(),
            answer: RefCell::new(Box::new(|_| None)),
            sent: RefCell::default(),
            now: Cell::new("2026-08-18T13:05:00Z".parse().unwrap()),
            named: Cell::new(0),
            rules: RefCell::default(),
            navigated: RefCell::default(),
            badge: RefCell::default(),
            mute: Cell::new(false),
            awake: Cell::new(false),
            offline: Cell::new(0),
            alarm: Cell::new(None),
            pages: RefCell::default(),
            notifications: RefCell::default(),
            writes: RefCell::default(),
            turns: Cell::new(0),
            in_flight: RefCell::default(),
            crowds: RefCell::default(),
            waits: RefCell::default(),
            waits_forever: Cell::new(false),
            waits_take_time: Cell::new(false),
            listened: RefCell::default(),
            moments: Cell::new(0),
            ends_at: Cell::new(None),
            ended: Cell::new(false),
            kept_for_good: Cell::new(0),
            full_from: Cell::new(None),
        }))
    }

    pub(crate) fn answers(&self, answer: impl Fn(&Request) -> Answer + 'static) {
        *self.0.answer.borrow_mut() = Box::new(answer);
    }

    /// Others get so many turns before a request is answered.
    pub(crate) fn takes_turns(&self, turns: usize) {
        self.0.turns.set(turns);
    }

    /// The most requests of this kind that were in flight at once.
    pub(crate) fn most_at_once(&self, is_meant: impl Fn(&Request) -> bool) -> usize {
        let meant = |crowd: &Vec<Request>| crowd.iter().filter(|request| is_meant(request)).count();
        self.0.crowds.borrow().iter().map(meant).max().unwrap_or_default()
    }

    /// The waits that were begun, in milliseconds; each is over at once.
    pub(crate) fn waits(&self) -> Vec<u32> {
        self.0.waits.borrow().iter().map(|(ms, _)| *ms).collect()
    }

    /// How many requests had been sent when the first wait began.
    pub(crate) fn sent_before_waiting(&self) -> usize {
        self.0.waits.borrow()[0].1
    }

    /// No wait is ever over.
    pub(crate) fn waits_forever(&self) {
        self.0.waits_forever.set(true);
    }

    /// Every wait is over at once again.
    pub(crate) fn waits_no_more_than_an_instant(&self) {
        self.0.waits_forever.set(false);
    }

    /// The clock goes on by every wait.
    pub(crate) fn waits_take_time(&self) {
        self.0.waits_take_time.set(true);
    }

    /// The streams that were listened to, one after the other; `None` is none.
    pub(crate) fn listened(&self) -> Vec<Option<String>> {
        self.0.listened.borrow().clone()
    }

    pub(crate) fn storage_is_full(&self, full: bool) {
        self.0.full.set(full);
    }

    /// It has no network at the next so many looks.
    pub(crate) fn is_offline_for(&self, looks: usize) {
        self.0.offline.set(looks);
    }

    pub(crate) fn closes(&self, origin: &str) {
        self.0.closed.borrow_mut().insert(origin.to_owned());
    }

    pub(crate) fn time_passes(&self, by: SignedDuration) {
        self.0.now.set(self.0.now.get() + by);
    }

    pub(crate) fn sent(&self) -> Vec<Request> {
        self.0.sent.borrow().clone()
    }

    pub(crate) fn kept(&self, area: Area, key: &str) -> Option<String> {
        self.0.kept.borrow().get(&(area, key.to_owned())).cloned()
    }

    /// Everything that is kept: where, under which key, and what.
    pub(crate) fn all_kept(&self) -> Vec<(Area, String, String)> {
        let kept = self.0.kept.borrow();
        kept.iter().map(|((area, key), value)| (*area, key.clone(), value.clone())).collect()
    }

    /// How often a key has been written.
    pub(crate) fn writes(&self, key: &str) -> usize {
        self.0.writes.borrow().iter().filter(|written| *written == key).count()
    }

    pub(crate) fn put(&self, area: Area, key: &str, value: &str) {
        self.0.kept.borrow_mut().insert((area, key.to_owned()), value.to_owned());
    }

    pub(crate) fn rules(&self) -> Vec<HeaderRule> {
        self.0.rules.borrow().clone()
    }

    pub(crate) fn navigated(&self) -> Vec<(TabId, String)> {
        self.0.navigated.borrow().clone()
    }

    pub(crate) fn is_kept_awake(&self) -> bool {
        self.0.awake.get()
    }

    /// When the background wants to be woken.
    pub(crate) fn alarm(&self) -> Option<Timestamp> {
        self.0.alarm.get()
    }

    /// Pages of the extension that were shown in tabs.
    pub(crate) fn pages(&self) -> Vec<String> {
        self.0.pages.borrow().clone()
    }

    /// Notifications that stand now: id, title, text.
    pub(crate) fn notifications(&self) -> Vec<(String, String, String)> {
        self.0.notifications.borrow().clone()
    }

    pub(crate) fn badge_text(&self) -> String {
        self.0.badge.borrow().0.clone()
    }

    /// What the toolbar icon says of itself.
    pub(crate) fn badge_title(&self) -> String {
        self.0.badge.borrow().1.clone()
    }

    /// The system shows no notifications.
    pub(crate) fn shows_no_notifications(&self) {
        self.0.mute.set(true);
    }

    /// The worker is stopped before the moment of this number, counted from now; not at all with `None`. A moment is before
    /// and after whatever the outside does for it: a value written or taken away, a request sent, its answer given.
    pub(crate) fn stops_the_worker_at(&self, moment: Option<usize>) {
        self.0.moments.set(0);
        self.0.ends_at.set(moment);
        self.0.ended.set(false);
    }

    /// How many moments there have been.
    pub(crate) fn moments(&self) -> usize {
        self.0.moments.get()
    }

    /// Ready once the worker was stopped.
    pub(crate) async fn stopped(&self) {
        while !self.0.ended.get() {
            tokio::task::yield_now().await;
        }
    }

    /// A stopped worker does nothing more.
    async fn moment(&self) {
        let moment = self.0.moments.get();
        self.0.moments.set(moment + 1);
        if self.0.ends_at.get().is_some_and(|end| moment >= end) {
            self.0.ended.set(true);
            std::future::pending::<()>().await;
        }
    }

    /// So many values are still kept for good from now on, and then so many are not.
    pub(crate) fn is_full_after(&self, writes: usize, refused: usize) {
        self.0.kept_for_good.set(0);
        self.0.full_from.set(Some((writes, writes.saturating_add(refused))));
    }

    /// How often a value was to be kept for good since [`Browser::is_full_after`].
    pub(crate) fn kept_for_good(&self) -> usize {
        self.0.kept_for_good.get()
    }

    fn refuses(&self, area: Area) -> bool {
        if area != Area::Local {
            return false;
        }
        let place = self.0.kept_for_good.get();
        self.0.kept_for_good.set(place + 1);
        self.0.full.get() || self.0.full_from.get().is_some_and(|(from, until)| (from..until).contains(&place))
    }

    /// It is closed and opened again: what lives in the session is gone.
    pub(crate) fn is_restarted(&self) {
        self.0.kept.borrow_mut().retain(|(area, _), _| *area == Area::Local);
        self.0.rules.borrow_mut().clear();
        self.0.badge.take();
        self.0.alarm.set(None);
        self.0.notifications.borrow_mut().clear();
    }
}

/// An answer with status 200 and these fields and body, of the URL that was asked.
#[expect(clippy::unnecessary_wraps, reason = "it is what a request gets, as every other answer of a test")]
pub(crate) fn page(request: &Request, server: &str, cache_status: &str, body: &str) -> Answer {
    Some(Ok(Response {
        url: request.url.clone(),
        status: 200,
        headers: Headers::from_iter([("server", server), ("x-cache-status", cache_status), ("age", "0")]),
        body: body.to_owned(),
        ..Response::default()
    }))
}

impl Http for Browser {
    async fn send(&self, request: &Request) -> Result<Response, TransportError> {
        self.moment().await;
        self.0.sent.borrow_mut().push(request.clone());
        let answer = (self.0.answer.borrow())(request);
        self.0.in_flight.borrow_mut().push(request.clone());
        let crowd = self.0.in_flight.borrow().clone();
        self.0.crowds.borrow_mut().push(crowd);
        for _ in 0..self.0.turns.get() {
            tokio::task::yield_now().await;
        }
        self.moment().await;
        let place = self.0.in_flight.borrow().iter().position(|known| known == request);
        if let (Some(place), true) = (place, answer.is_some()) {
            self.0.in_flight.borrow_mut().remove(place);
        }
        match answer {
            Some(answer) => answer,
            None => std::future::pending().await,
        }
    }
}

impl Storage for Browser {
    async fn read(&self, area: Area, key: &str) -> Result<Option<String>, StorageError> {
        Ok(self.kept(area, key))
    }
    async fn write(&self, area: Area, key: &str, value: &str) -> Result<(), StorageError> {
        // As in a browser, others get their turn before it is written.
        tokio::task::yield_now().await;
        self.moment().await;
        if self.refuses(area) {
            return Err(StorageError::Full);
        }
        self.0.writes.borrow_mut().push(key.to_owned());
        self.put(area, key, value);
        self.moment().await;
        Ok(())
    }
    async fn remove(&self, area: Area, key: &str) -> Result<(), StorageError> {
        self.moment().await;
        self.0.kept.borrow_mut().remove(&(area, key.to_owned()));
        self.moment().await;
        Ok(())
    }
}

impl Clock for Browser {
    fn now(&self) -> Timestamp {
        self.0.now.get()
    }
    async fn wait(&self, ms: u32) {
        let sent = self.0.sent.borrow().len();
        self.0.waits.borrow_mut().push((ms, sent));
        if self.0.waits_forever.get() {
            std::future::pending::<()>().await;
        }
        if self.0.waits_take_time.get() {
            self.time_passes(SignedDuration::from_millis(ms.into()));
        }
    }
    fn unique(&self) -> String {
        self.0.named.set(self.0.named.get() + 1);
        format!("{:x}", self.0.named.get())
    }
}

impl Tabs for Browser {
    async fn open(&self) -> Result<TabId, String> {
        Ok(7)
    }
    async fn navigate(&self, tab: TabId, url: &str) -> Result<(), String> {
        self.0.navigated.borrow_mut().push((tab, url.to_owned()));
        Ok(())
    }
    async fn set_header_rules(&self, rules: &[HeaderRule]) -> Result<(), String> {
        *self.0.rules.borrow_mut() = rules.to_vec();
        Ok(())
    }
}

impl Host for Browser {
    async fn may_reach(&self, origin: &str) -> bool {
        !self.0.closed.borrow().contains(origin)
    }
    fn is_online(&self) -> bool {
        let looks = self.0.offline.get();
        self.0.offline.set(looks.saturating_sub(1));
        looks == 0
    }
    async fn wake_at(&self, when: Option<Timestamp>) {
        self.0.alarm.set(when);
    }
    fn stay_awake(&self, on: bool) {
        self.0.awake.set(on);
    }
    async fn badge(&self, text: &str, _tone: Tone, title: &str) {
        *self.0.badge.borrow_mut() = (text.to_owned(), title.to_owned());
    }
    async fn show(&self, page: &str) -> Result<(), String> {
        self.0.pages.borrow_mut().push(page.to_owned());
        Ok(())
    }
}

impl Announcements for Browser {
    fn listen(&self, url: Option<&str>) {
        let mut listened = self.0.listened.borrow_mut();
        if listened.last().cloned().flatten().as_deref() != url {
            listened.push(url.map(str::to_owned));
        }
    }
}

impl Notifications for Browser {
    async fn notify(&self, id: &str, title: &str, text: &str) -> Result<(), String> {
        // As in a browser, others get their turn before it is shown.
        tokio::task::yield_now().await;
        if self.0.mute.get() {
            return Err("Unable to show notification.".into());
        }
        self.0.notifications.borrow_mut().push((id.to_owned(), title.to_owned(), text.to_owned()));
        Ok(())
    }
    async fn withdraw(&self, id: &str) {
        self.0.notifications.borrow_mut().retain(|(known, ..)| known != id);
    }
}
