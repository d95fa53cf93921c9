// SPDX-License-Identifier: GPL-2.0-or-later
//! The background of the extension: the only writer of state.
//!
//! Each use case has a file of its own beside this one, and so have what is shown and how values are kept; here is what
//! they share. No borrow of the inner state is ever
//! held while something is awaited.

use super::drafting::DRAFTS;
use super::earlier::Month;
use super::listening::Listening;
use super::looking::{Depth, Watch};
use super::outbox::{OUTBOX, Outbox, unknown};
use super::refreshing::Gathered;
use super::sharing::{Fetched, Wish};
use super::trying::{Tries, Wanted};
use super::{Browsing, Command, Delivery, Loaded, Problem, Reply, Run, State, Suggested, Unreadable, UnsavedTests};
use crate::debug::Backend;
use crate::deployed::Progress;
use crate::ports::{Area, Ports, StorageError};
use crate::reminder::Agenda;
use crate::schedule::Schedule;
use crate::store::{Library, Settings};
use crate::suite::Owner;
use futures_util::FutureExt;
use futures_util::future::{AbortHandle, join, join5};
use futures_util::lock::Mutex;
use jiff::Timestamp;
use serde::Serialize;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

pub(super) const SETTINGS: &str = "settings";
pub(super) const LIBRARY: &str = "library";
pub(super) const RUNS: &str = "runs";
/// The run under way is kept apart, so that each outcome writes little.
pub(super) const JOURNAL: &str = "journal";
const CALENDAR: &str = "calendar";
/// What Gerrit and noc said.
const GATHERED: &str = "gathered";
/// How far patches have got, and what is known for that.
const WATCHED: &str = "watched";
/// What was told and what is to be told; see [`Agenda`].
pub(super) const REMINDERS: &str = "reminders";
/// No key of a store: under it stands what the badge last showed.
pub(super) const BADGE: &str = "badge";
/// The same for the alarm.
pub(super) const ALARM: &str = "alarm";
const CARRIED: &str = "carried";
/// What wiki pages said of the suites that they hold.
const FETCHED: &str = "shared";

/// The use cases over the ports, for as long as the browser lets the background live.
#[derive(Debug)]
pub struct App<P> {
    pub(super) ports: P,
    pub(super) inner: RefCell<Inner>,
    pub(super) performing: Cell<bool>,
    pub(super) refreshing: Cell<bool>,
    pub(super) looking: Cell<bool>,
    /// What was heard is looked after.
    pub(super) hinted: Cell<bool>,
    pub(super) reading_earlier: Cell<bool>,
    pub(super) sending: Cell<bool>,
    pub(super) sharing: Cell<bool>,
    pub(super) reminding: Cell<bool>,
    pub(super) trying: Cell<bool>,
    pub(super) suggesting: Cell<bool>,
    /// A run has ended, and the results were not kept since.
    pub(super) unfiled: Cell<bool>,
    /// How many things are under way that the browser must not interrupt.
    busy: Cell<u32>,
    /// What was last shown under each key of the session store, and on the badge.
    pub(super) shown: RefCell<BTreeMap<&'static str, String>>,
    /// Commands come one after the other: each reads, keeps and then changes, and no other may do so in between. So does
    /// what changes settings or suites without a command. Taken before `outbox_turn`, never while that is held.
    pub(super) turn: Mutex<()>,
    /// The same of changes of the outbox, each with its writing: what is sent must be what is kept.
    pub(super) outbox_turn: Mutex<()>,
}

/// What the background knows while it is awake. All of it is kept somewhere, so that it may be stopped at any moment.
#[derive(Debug, Default)]
pub(super) struct Inner {
    pub(super) settings: Settings,
    pub(super) library: Library,
    /// Newest first.
    pub(super) runs: Vec<Run>,
    pub(super) calendar: Loaded<Schedule>,
    pub(super) gathered: Gathered,
    /// How far each of the user's patches has got, by its number.
    pub(super) progress: BTreeMap<u64, Progress>,
    pub(super) watch: Watch,
    pub(super) listening: Listening,
    /// Months of the archive that were read, newest first; not kept anywhere.
    pub(super) earlier: Loaded<Vec<Month>>,
    pub(super) carried: Carried,
    pub(super) agenda: Agenda,
    pub(super) no_access: Vec<String>,
    pub(super) notice: Option<Problem>,
    /// A page from which a test is to be made; not kept anywhere.
    pub(super) suggested: Option<Suggested>,
    pub(super) refresh_wanted: bool,
    /// Gerrit alone is to be asked, about a change that is new here.
    pub(super) gerrit_wanted: bool,
    pub(super) look_wanted: Option<Depth>,
    pub(super) earlier_wanted: bool,
    /// When this background was started.
    pub(super) woken: Timestamp,
    pub(super) abort: Option<AbortHandle>,
    /// What is typed and not saved, by what it belongs to.
    pub(super) drafts: BTreeMap<Owner, UnsavedTests>,
    /// Tests that were asked at once; not kept anywhere.
    pub(super) tries: Tries,
    /// Reports on their way to the webhook.
    pub(super) outbox: Outbox,
    /// Ends the wait for the next attempt.
    pub(super) abort_wait: Option<AbortHandle>,
    /// Values that must not be written over, because this version could not read them.
    pub(super) unreadable: BTreeMap<&'static str, Unreadable>,
    /// The wiki pages of suites, as far as they were read.
    pub(super) fetched: BTreeMap<Owner, Fetched>,
    /// What is to be done with such pages, oldest first.
    pub(super) wishes: Vec<Wish>,
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
        Self {
            ports,
            inner: RefCell::default(),
            performing: Cell::new(false),
            refreshing: Cell::new(false),
            looking: Cell::new(false),
            hinted: Cell::new(false),
            reading_earlier: Cell::new(false),
            sending: Cell::new(false),
            sharing: Cell::new(false),
            reminding: Cell::new(false),
            trying: Cell::new(false),
            suggesting: Cell::new(false),
            unfiled: Cell::new(false),
            busy: Cell::new(0),
            shown: RefCell::default(),
            turn: Mutex::default(),
            outbox_turn: Mutex::default(),
        }
    }

    /// Reads what is kept and shows it; call it once a wake, before anything else.
    pub async fn start(&self) {
        let settings = self.kept::<Settings>(SETTINGS).await;
        let library = self.kept::<Library>(LIBRARY).await;
        let drafts = self.kept(DRAFTS).await;
        let agenda = self.kept::<Agenda>(REMINDERS).await;
        let mut runs = self.kept::<Vec<Run>>(RUNS).await.unwrap_or_default();
        let journalled = self.kept::<Run>(JOURNAL).await;
        let mut outbox = self.kept::<Outbox>(OUTBOX).await.unwrap_or_default();
        outbox.was_interrupted(self.ports.now());
        if let Some(run) = journalled.clone() {
            let id = &run.journal.plan.id;
            // The browser may have stopped us between keeping the ended run and removing its journal.
            if !runs.iter().any(|known| known.journal.plan.id == *id && known.journal.ended.is_some()) {
                put_first(&mut runs, run);
            }
        }
        for report in runs.iter_mut().filter_map(|run| run.report.as_mut()) {
            // A version without an outbox was sending it. Whether that has arrived cannot be known.
            if report.delivery == Delivery::Sending {
                report.delivery = unknown();
            }
        }
        let calendar = self.carried(CALENDAR).await.unwrap_or_default();
        let carried = self.carried(CARRIED).await.unwrap_or_default();
        let gathered = self.carried(GATHERED).await.unwrap_or_default();
        let fetched = self.carried(FETCHED).await.unwrap_or_default();
        let (progress, watch) = self.carried(WATCHED).await.unwrap_or_default();
        {
            let mut inner = self.inner.borrow_mut();
            inner.settings = settings.unwrap_or_default();
            inner.library = library.unwrap_or_default();
            inner.drafts = drafts.unwrap_or_default();
            inner.agenda = agenda.unwrap_or_default();
            inner.runs = runs;
            inner.outbox = outbox;
            inner.calendar = calendar;
            inner.carried = carried;
            inner.gathered = gathered;
            inner.fetched = fetched;
            inner.settle_sharing();
            inner.progress = progress;
            inner.watch = watch;
            inner.woken = self.ports.now();
        }
        self.file_journal(journalled).await;
        self.end_stale_run().await;
        self.expire_browsing().await;
        self.check_access().await;
        self.publish().await;
    }

    /// Does what a page asks, as far as it is quick; what takes longer is left for [`App::work`].
    pub async fn handle(&self, command: Command) -> Reply {
        let _turn = self.turn.lock().await;
        self.inner.borrow_mut().listening.page_asked(self.ports.now());
        let done = match command {
            // Being called is all that it is for; it comes every second and changes nothing to show.
            Command::Wake => return Reply::Done,
            Command::Refresh { force } => self.want_refresh(force).await,
            Command::SaveSettings { form } => self.save_settings(&form).await,
            Command::SettleServer { server, realm } => self.settle_server(&server, realm).await,
            Command::SaveTests { gerrit, owner, began, tests } => self.save_tests(gerrit, owner, &began, tests).await,
            Command::KeepDraft { owner, rows } => self.keep_draft(owner, rows).await,
            Command::TryTest { owner, gerrit, test, above, on_mwdebug } => {
                self.want_try(Wanted { owner, gerrit, test, above, on_mwdebug }).await
            }
            Command::CancelTry => {
                self.inner.borrow_mut().tries.give_up();
                Ok(())
            }
            Command::AddTests { gerrit, tests } => self.add_tests(gerrit, tests).await,
            Command::SayAbout { gerrit, about } => self.say_about(gerrit, about).await,
            Command::SetShared { owner, url } => self.set_shared(owner, &url).await,
            Command::ReadShared { owner } => self.want_shared(owner),
            Command::TakeShared { owner, chosen } => self.take_shared(owner, &chosen).await,
            Command::SaveShared { owner, revision, summary } => self.want_saved(owner, revision, &summary),
            Command::LookAtPage { gerrit, url } => self.want_page(&url, None, Some(gerrit)),
            Command::ForgetPage => {
                self.forget_page();
                Ok(())
            }
            Command::Allow { run, test } => self.allow(&run, test).await,
            Command::VerifyOnMwdebug { gerrit } => self.begin_run(gerrit, false).await,
            Command::VerifyOnProduction { gerrit, anyway } => self.begin_on_production(gerrit, anyway).await,
            Command::Examine { gerrit } => self.want_examined(gerrit).await,
            Command::ShowEarlier => {
                self.want_earlier();
                Ok(())
            }
            Command::Cancel => self.cancel_run().await,
            Command::SendReport { run } => self.want_report(&run).await,
            Command::TakeBackReport { run } => self.take_back(&run).await,
            Command::SendTrial => self.want_trial().await,
            Command::BrowseOnMwdebug { url } => self.browse(&url).await,
            Command::StopBrowsing { tab } => {
                self.stop_browsing(tab).await;
                Ok(())
            }
            Command::ExportStored { what } => match self.export_stored(&what).await {
                Ok(reply) => {
                    self.publish().await;
                    return reply;
                }
                Err(problem) => Err(problem),
            },
            Command::StartAnew { what } => self.start_anew(&what).await,
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

    /// Performs what waits: a refresh, a look at how far patches have got or several after a hint, a run, a report, a
    /// reminder. Each is done by one caller at a time; another comes back at once.
    pub async fn work(&self) {
        let refresh = async {
            self.refresh_if_wanted().await;
            // A look that had to wait for it.
            self.look_if_wanted().await;
        };
        let look = self.look_if_wanted();
        let run = async {
            self.perform_if_pending().await;
            // What is to be sent at once.
            self.deliver().await;
        };
        let (earlier, tried) = (self.read_earlier_if_wanted(), self.try_if_wanted());
        let (share, page) = (self.share_if_wanted(), self.look_at_page_if_wanted());
        let rest = join(self.look_after_hints(), join5(earlier, self.remind_if_due(), tried, share, page));
        // Each apart on the heap: together they are too large for the stack of who waits.
        let (refresh, look, run) = (refresh.boxed_local(), look.boxed_local(), run.boxed_local());
        join5(refresh, look, run, self.deliver().boxed_local(), rest.boxed_local()).await;
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
        self.want_look_if_due().await;
        self.remind_if_due().await;
        self.publish().await;
    }

    /// The user has given or taken away access to an origin.
    pub async fn access_changed(&self) {
        self.check_access().await;
        self.publish().await;
    }

    /// Shows the state to the pages and on the badge, and carries over what the next wake needs.
    pub(super) async fn publish(&self) {
        self.tune_in().await;
        let state = self.view();
        self.show_badge(&state).await;
        self.set_alarm(&state).await;
        for key in [CALENDAR, CARRIED, GATHERED, WATCHED, FETCHED, State::KEY] {
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
            GATHERED => serde_json::to_string(&self.inner.borrow().gathered),
            FETCHED => serde_json::to_string(&self.inner.borrow().fetched),
            WATCHED => {
                let inner = self.inner.borrow();
                serde_json::to_string(&(&inner.progress, &inner.watch))
            }
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
