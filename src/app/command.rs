// SPDX-License-Identifier: GPL-2.0-or-later
//! What pages ask of the background: one closed union, one typed reply each.

use super::Problem;
use crate::debug::{Realm, Switch};
use crate::reminder::Wanted;
use crate::report::Receiver;
use crate::suite::{About, Difference, Owner, Test};
use crate::verify::Limits;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A page's wish.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Keeps the background alive and lets it go on with an interrupted run; a page sends it every second while one runs.
    Wake,
    /// Reads calendar, backends and permissions again unless they are younger than a minute; `force` asks anyway.
    Refresh {
        /// Whether age does not matter.
        force: bool,
    },
    /// Keeps the settings.
    SaveSettings {
        /// What was typed and ticked.
        form: SettingsForm,
    },
    /// Keeps what the user says of a server that no table has, and of the other servers of its release.
    SettleServer {
        /// The server as it named itself, or the [`pattern`](crate::debug::SettledServer::pattern) that is kept of it.
        server: String,
        /// What it is; [`Realm::Unknown`] takes back what was said.
        realm: Realm,
    },
    /// Keeps the tests of a change, its repository or a wiki, over those from which the page began. Refused with
    /// [`Problem::SavedElsewhere`] when others are saved by now, unless they are just these.
    SaveTests {
        /// Gerrit change number.
        gerrit: u64,
        /// What they belong to; `None` is the change.
        owner: Option<Owner>,
        /// The saved tests from which the page began; none where there was no suite.
        began: Vec<Test>,
        /// The tests; empty takes the suite away.
        tests: Vec<Test>,
    },
    /// Keeps what is typed and not saved, for when the page is opened again.
    KeepDraft {
        /// What the tests belong to; a change by its number.
        owner: Owner,
        /// What is typed, as the page writes it; `None` when nothing is unsaved.
        rows: Option<String>,
    },
    /// Asks one test at once, outside of any run, and before it those above that give it a value; a try that waits for
    /// its answer is given up.
    TryTest {
        /// What the test belongs to; a change by its number.
        owner: Owner,
        /// The change in whose run the test would stand; `None` where a suite is open without one.
        gerrit: Option<u64>,
        /// The test, saved or not.
        test: Test,
        /// The tests above it, in the order of a run and saved or not, as far as it needs them; others are not asked.
        above: Vec<Test>,
        /// Whether the test servers are asked, not production.
        on_mwdebug: bool,
    },
    /// Gives up the try that waits for its answer, if one does.
    CancelTry,
    /// Adds tests behind those of a change's own suite, where they are not there already, and puts the page from which
    /// they were made away.
    AddTests {
        /// Gerrit change number.
        gerrit: u64,
        /// The tests.
        tests: Vec<Test>,
    },
    /// Keeps what the user says of the wikis that a change is about.
    SayAbout {
        /// Gerrit change number.
        gerrit: u64,
        /// The wikis, also none; `None` takes back what was said, so that the title counts.
        about: Option<About>,
    },
    /// Keeps on which wiki page the suite of a repository or a wiki is shared.
    SetShared {
        /// What the suite belongs to.
        owner: Owner,
        /// The page's URL as typed; empty takes it back.
        url: String,
    },
    /// Reads that page.
    ReadShared {
        /// What the suite belongs to.
        owner: Owner,
    },
    /// Takes over what that page has otherwise. Refused with [`Problem::TestChanged`] when it is not so any more.
    TakeShared {
        /// What the suite belongs to.
        owner: Owner,
        /// The differences that the user has seen and chosen.
        chosen: Vec<Difference>,
    },
    /// Saves the kept suite on that page, as the user of the browser's own session.
    SaveShared {
        /// What the suite belongs to.
        owner: Owner,
        /// The revision that the user has seen; `None` where there is no page yet.
        revision: Option<u64>,
        /// The edit summary.
        summary: String,
    },
    /// Asks for something kept as it stands in the store; answered with [`Reply::Stored`].
    ExportStored {
        /// What, as [`Unreadable`](super::Unreadable) calls it.
        what: String,
    },
    /// Removes something kept that cannot be read. Refused unless it was exported.
    StartAnew {
        /// What, as [`Unreadable`](super::Unreadable) calls it.
        what: String,
    },
    /// Looks at a page once, on production and as nobody, so that what a test of it could demand can be offered.
    LookAtPage {
        /// Gerrit change number for which a test is to be made.
        gerrit: u64,
        /// Its URL.
        url: String,
    },
    /// Puts the page away from which a test was to be made.
    ForgetPage,
    /// Allows that a test be sent although its method can change something, as a run has it that did not send it. Refused
    /// with [`Problem::TestChanged`] when it asks for something else by now.
    Allow {
        /// The run's name.
        run: String,
        /// The test's place in it.
        test: usize,
    },
    /// Runs the tests of a change on the test servers.
    VerifyOnMwdebug {
        /// Gerrit change number.
        gerrit: u64,
    },
    /// Runs the tests of a change on production. Refused with [`Problem::NotDeployed`] while the sync of the patch to the
    /// whole fleet has not been seen, unless `anyway`.
    VerifyOnProduction {
        /// Gerrit change number.
        gerrit: u64,
        /// Whether the user has been asked and wants it all the same.
        anyway: bool,
    },
    /// Looks at a change for a backport window, whether it stands on the calendar or not.
    Examine {
        /// Gerrit change number.
        gerrit: u64,
    },
    /// Reads the archive page of the month in which the last week before the calendar's first one began, and adds the
    /// user's windows of it to those before.
    ShowEarlier,
    /// Ends the run that is under way.
    Cancel,
    /// Puts the report of a run into the outbox, as previewed; one that waits there is tried at once.
    SendReport {
        /// The run's name.
        run: String,
    },
    /// Takes back the report of a run that waits in the outbox, or puts an undelivered one away.
    TakeBackReport {
        /// The run's name.
        run: String,
    },
    /// Sends a test message to the webhook.
    SendTrial,
    /// Opens a test's URL in a tab of its own that is served by the debug backend.
    BrowseOnMwdebug {
        /// The URL.
        url: String,
    },
    /// Takes the header from such a tab.
    StopBrowsing {
        /// The tab.
        tab: i32,
    },
    /// Puts a notice away.
    Dismiss,
}

/// What the user has changed in a page's settings. What is `None` stays as it is kept: another page may have changed it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsForm {
    /// IRC nick as typed; empty takes it away.
    pub nick: Option<String>,
    /// Backend name.
    pub backend: Option<String>,
    /// Names of further backends to verify on at the same time.
    pub also: Option<Vec<String>>,
    /// Webhook URL as typed; empty takes it away.
    pub webhook: Option<String>,
    /// What stands at its other end.
    pub receiver: Option<Chosen>,
    /// Signing secret as typed; empty takes it away.
    pub secret: Option<String>,
    /// Whether a report is shown before it is sent.
    pub preview: Option<bool>,
    /// Which reminders are wanted.
    pub reminders: Option<Wanted>,
    /// What is switched on for debug backends.
    pub switches: Option<BTreeSet<Switch>>,
    /// How many requests a run may have in flight.
    pub limits: Option<Limits>,
}

/// What stands at the webhook's other end, as a page has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Chosen {
    /// What its URL looks like.
    Guessed,
    /// What the user says.
    Is(Receiver),
}

impl Chosen {
    /// What the user has said, if anything.
    #[must_use]
    pub fn of(said: Option<Receiver>) -> Self {
        said.map_or(Self::Guessed, Self::Is)
    }
}

/// The background's answer to a [`Command`]: it was done, or what stood against it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// Done; what changed is in the state.
    Done,
    /// What was asked for, as it stands in the store.
    Stored {
        /// What it is.
        what: String,
        /// It, letter for letter.
        text: String,
    },
    /// Not done.
    Refused {
        /// What stood against it.
        problem: Problem,
    },
}
