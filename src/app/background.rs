// SPDX-License-Identifier: GPL-2.0-or-later
//! The background of the extension: the only writer of state.
//!
//! Each use case has a file of its own beside this one; here is what they share. No borrow of the inner state is ever
//! held while something is awaited.

use super::{Browsing, Command, Delivery, Loaded, Problem, Reply, Run, SettingsView, State};
use crate::debug::Backend;
use crate::deployed::Progress;
use crate::ports::{Area, Ports, StorageError};
use crate::reminder::Agenda;
use crate::schedule::Schedule;
use crate::store::{EnvelopeError, Library, Settings, open, seal};
use futures_util::future::{AbortHandle, join4};
use futures_util::lock::Mutex;
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

pub(super) const SETTINGS: &str = "settings";
pub(super) const LIBRARY: &str = "library";
pub(super) const RUNS: &str = "runs";
/// The run under way is kept apart, so that each outcome writes little.
pub(super) const JOURNAL: &str = "journal";
const CALENDAR: &str = "calendar";
/// What was told and what is to be told; see [`Agenda`].
pub(super) const REMINDERS: &str = "reminders";
/// No key of a store: under it stands what the badge last showed.
pub(super) const BADGE: &str = "badge";
/// The same for the alarm.
pub(super) const ALARM: &str = "alarm";
const CARRIED: &str = "carried";

/// The use cases over the ports, for as long as the browser lets the background live.
#[derive(Debug)]
pub struct App<P> {
    pub(super) ports: P,
    pub(super) inner: RefCell<Inner>,
    pub(super) performing: Cell<bool>,
    pub(super) refreshing: Cell<bool>,
    pub(super) sending: Cell<bool>,
    pub(super) reminding: Cell<bool>,
    /// How many things are under way that the browser must not interrupt.
    busy: Cell<u32>,
    /// What was last shown under each key of the session store, and on the badge.
    pub(super) shown: RefCell<BTreeMap<&'static str, String>>,
    /// Commands come one after the other: each reads, keeps and then changes, and no other may do so in between.
    turn: Mutex<()>,
}

/// What the background knows while it is awake. All of it is kept somewhere, so that it may be stopped at any moment.
#[derive(Debug, Default)]
pub(super) struct Inner {
    pub(super) settings: Settings,
    pub(super) library: Library,
    /// Newest first.
    pub(super) runs: Vec<Run>,
    pub(super) calendar: Loaded<Schedule>,
    pub(super) carried: Carried,
    /// How far each of the user's patches has got.
    pub(super) progress: BTreeMap<u64, Progress>,
    pub(super) agenda: Agenda,
    pub(super) no_access: Vec<String>,
    pub(super) notice: Option<Problem>,
    pub(super) refresh_wanted: bool,
    pub(super) abort: Option<AbortHandle>,
    /// Values that must not be written over, because this version could not read them.
    pub(super) unreadable: Vec<&'static str>,
}

/// What outlives the background but not the browser.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, serde::Deserialize)]
pub(super) struct Carried {
    pub(super) backends: Vec<Backend>,
    pub(super) browsing: Vec<Browsing>,
}

/// Puts a run in front. One is kept a change and stage: it takes the place of an older one.
pub(super) fn put_first(runs: &mut Vec<Run>, run: Run) {
    let of = |run: &Run| (run.journal.plan.subject.gerrit, run.journal.on_production());
    let place = of(&run);
    runs.retain(|known| of(known) != place);
    runs.insert(0, run);
}

impl<P: Ports> App<P> {
    /// A background over these ports; nothing is read before [`App::start`].
    #[must_use]
    pub fn new(ports: P) -> Self {
        let (performing, refreshing, sending) = (Cell::new(false), Cell::new(false), Cell::new(false));
        let (reminding, busy) = (Cell::new(false), Cell::new(0));
        let (inner, shown, turn) = (RefCell::default(), RefCell::default(), Mutex::default());
        Self { ports, inner, performing, refreshing, sending, reminding, busy, shown, turn }
    }

    /// Reads what is kept and shows it; call it once a wake, before anything else.
    pub async fn start(&self) {
        let settings = self.kept::<Settings>(SETTINGS).await;
        let library = self.kept::<Library>(LIBRARY).await;
        let agenda = self.kept::<Agenda>(REMINDERS).await;
        let mut runs = self.kept::<Vec<Run>>(RUNS).await.unwrap_or_default();
        if let Some(run) = self.kept::<Run>(JOURNAL).await {
            let id = &run.journal.plan.id;
            // The browser may have stopped us between keeping the ended run and removing its journal.
            if !runs.iter().any(|known| known.journal.plan.id == *id && known.journal.ended.is_some()) {
                put_first(&mut runs, run);
            }
        }
        for run in &mut runs {
            // Whether a post that was under way has arrived cannot be known: it is not sent again unasked.
            if let Some(report) = run.report.as_mut().filter(|report| report.delivery == Delivery::Sending) {
                let detail = "The browser interrupted the sending; look into the channel before you send again.".into();
                report.delivery = Delivery::Failed { detail };
            }
        }
        let calendar = self.carried(CALENDAR).await.unwrap_or_default();
        let carried = self.carried(CARRIED).await.unwrap_or_default();
        {
            let mut inner = self.inner.borrow_mut();
            inner.settings = settings.unwrap_or_default();
            inner.library = library.unwrap_or_default();
            inner.agenda = agenda.unwrap_or_default();
            inner.runs = runs;
            inner.calendar = calendar;
            inner.carried = carried;
        }
        self.end_stale_run().await;
        self.expire_browsing().await;
        self.check_access().await;
        self.publish().await;
    }

    /// Does what a page asks, as far as it is quick; what takes longer is left for [`App::work`].
    pub async fn handle(&self, command: Command) -> Reply {
        let _turn = self.turn.lock().await;
        let done = match command {
            // Being called is all that it is for; it comes every second and changes nothing to show.
            Command::Wake => return Reply::Done,
            Command::Refresh { force } => self.want_refresh(force).await,
            Command::SaveSettings { nick, backend, webhook, reminders } => {
                self.save_settings(&nick, &backend, webhook.as_deref(), reminders).await
            }
            Command::SaveTests { gerrit, tests } => self.save_tests(gerrit, tests).await,
            Command::VerifyOnMwdebug { gerrit } => self.begin_run(gerrit, false).await,
            Command::VerifyOnProduction { gerrit, anyway: _ } => self.begin_run(gerrit, true).await,
            Command::Examine { gerrit: _ } | Command::ShowEarlier => Ok(()),
            Command::Cancel => self.cancel_run().await,
            Command::SendReport { run } => self.want_report(&run).await,
            Command::BrowseOnMwdebug { url } => self.browse(&url).await,
            Command::StopBrowsing { tab } => {
                self.stop_browsing(tab).await;
                Ok(())
            }
            Command::Dismiss => {
                self.inner.borrow_mut().notice = None;
                Ok(())
            }
        };
        self.publish().await;
        match done {
            Ok(()) => Reply::Done,
            Err(problem) => Reply::Refused { problem },
        }
    }

    /// Performs what waits: a refresh, a run, a report, a reminder. Each is done by one caller at a time; another comes back at once.
    pub async fn work(&self) {
        let reminded = self.remind_if_due();
        join4(self.refresh_if_wanted(), self.perform_if_pending(), self.send_if_wanted(), reminded).await;
    }

    /// A tab was closed.
    pub async fn tab_closed(&self, tab: crate::ports::TabId) {
        if self.inner.borrow().carried.browsing.iter().any(|browsing| browsing.tab == tab) {
            self.stop_browsing(tab).await;
            self.publish().await;
        }
    }

    /// The alarm went off. Whatever it was set for, what is due is looked up: alarms can be late.
    pub async fn alarm(&self) {
        self.shown.borrow_mut().remove(ALARM);
        self.expire_browsing().await;
        self.remind_if_due().await;
        self.publish().await;
    }

    /// The user has given or taken away access to an origin.
    pub async fn access_changed(&self) {
        self.check_access().await;
        self.publish().await;
    }

    pub(super) fn view(&self) -> State {
        let inner = self.inner.borrow();
        let settings = SettingsView {
            nick: inner.settings.nick.clone(),
            backend: inner.settings.backend.clone(),
            webhook: inner.settings.webhook.as_ref().map(crate::store::Webhook::origin),
            reminders: inner.settings.reminders,
        };
        let schedule = match &inner.settings.nick {
            Some(nick) => inner.calendar.map(|schedule| schedule.windows_of(nick)),
            None => Loaded::Absent,
        };
        State {
            settings,
            schedule,
            earlier: Loaded::Absent,
            fitness: Loaded::Absent,
            progress: inner.progress.clone(),
            backends: inner.carried.backends.clone(),
            suites: inner.library.suites.clone(),
            runs: inner.runs.clone(),
            browsing: inner.carried.browsing.clone(),
            no_access: inner.no_access.clone(),
            notice: inner.notice.clone(),
        }
    }

    /// Shows the state to the pages and on the badge, and carries over what the next wake needs.
    pub(super) async fn publish(&self) {
        self.show_badge().await;
        self.set_alarm().await;
        for key in [CALENDAR, CARRIED, State::KEY] {
            // Written out right before it is handed over: with a wait between, an older state could come last.
            let Err(error) = self.publish_one(key).await else { continue };
            self.shown.borrow_mut().remove(key);
            self.inner.borrow_mut().notice = Some(Problem::Storage { detail: error.to_string() });
        }
    }

    async fn publish_one(&self, key: &'static str) -> Result<(), StorageError> {
        let text = match key {
            CALENDAR => serde_json::to_string(&self.inner.borrow().calendar),
            CARRIED => serde_json::to_string(&self.inner.borrow().carried),
            _ => serde_json::to_string(&self.view()),
        };
        let text = text.map_err(|error| StorageError::Failed(error.to_string()))?;
        // Most of a run's outcomes change the state alone; the calendar is long.
        if self.shown.borrow().get(key) == Some(&text) {
            return Ok(());
        }
        self.shown.borrow_mut().insert(key, text.clone());
        self.ports.write(Area::Session, key, &text).await
    }

    /// A kept value. One that cannot be read is told, left where it is, and never written over.
    async fn kept<T: DeserializeOwned>(&self, key: &'static str) -> Option<T> {
        let text = match self.ports.read(Area::Local, key).await {
            Ok(text) => text?,
            Err(error) => {
                self.cannot_read(key, error.to_string());
                return None;
            }
        };
        match open(&text) {
            Ok(value) => Some(value),
            Err(error) => {
                self.cannot_read(key, error.to_string());
                None
            }
        }
    }

    fn cannot_read(&self, key: &'static str, detail: String) {
        let mut inner = self.inner.borrow_mut();
        inner.notice = Some(Problem::Unreadable { what: in_words(key).to_owned(), detail });
        inner.unreadable.push(key);
    }

    /// Keeps a value for good.
    pub(super) async fn keep<T: Serialize>(&self, key: &'static str, value: &T) -> Result<(), Problem> {
        if self.inner.borrow().unreadable.contains(&key) {
            let detail = "it is left as it is, so nothing new can be saved over it".into();
            return Err(Problem::Unreadable { what: in_words(key).to_owned(), detail });
        }
        let text = seal(value).map_err(|error: EnvelopeError| Problem::Storage { detail: error.to_string() })?;
        let written = self.ports.write(Area::Local, key, &text).await;
        written.map_err(|error| Problem::Storage { detail: error.to_string() })
    }

    /// A value that the last wake carried over. A cache that cannot be read is fetched again.
    async fn carried<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        let text = self.ports.read(Area::Session, key).await.ok()??;
        serde_json::from_str(&text).ok()
    }

    /// Which of these origins the user does not let the extension reach.
    pub(super) async fn without_access(&self, origins: Vec<String>) -> Vec<String> {
        let mut missing = Vec::new();
        for origin in origins {
            if !missing.contains(&origin) && !self.ports.may_reach(&origin).await {
                missing.push(origin);
            }
        }
        missing
    }

    /// Keeps the background awake until the guard is dropped; several may be held at a time.
    pub(super) fn awake(&self) -> Awake<'_, P> {
        self.busy.set(self.busy.get() + 1);
        self.ports.stay_awake(true);
        Awake(self)
    }

    pub(super) fn age_of(&self, at: Timestamp) -> i64 {
        self.ports.now().duration_since(at).as_secs()
    }
}

/// Something is under way that the browser must not interrupt.
pub(super) struct Awake<'a, P: Ports>(&'a App<P>);

impl<P: Ports> Drop for Awake<'_, P> {
    fn drop(&mut self) {
        let left = self.0.busy.get().saturating_sub(1);
        self.0.busy.set(left);
        self.0.ports.stay_awake(left > 0);
    }
}

/// What is kept under a key, as the user calls it.
fn in_words(key: &str) -> &str {
    match key {
        LIBRARY => "tests",
        RUNS => "results",
        JOURNAL => "run",
        _ => key,
    }
}
