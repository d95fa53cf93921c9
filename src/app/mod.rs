// SPDX-License-Identifier: GPL-2.0-or-later
//! The use cases: read the schedule, keep settings and tests, verify, browse, report.
//!
//! Sees the pure modules and the ports, and nothing of a browser. The background is the only one that runs it.

mod agent;
mod alarm;
mod asking;
mod background;
mod badge;
mod browsing;
mod capturing;
mod command;
mod comparing;
mod concerning;
mod containing;
mod drafting;
mod earlier;
mod engine;
mod examining;
mod guarding;
mod hearing;
mod keeping;
mod listening;
mod looking;
mod naming;
mod outbox;
mod owning;
mod placing;
mod problem;
mod refreshing;
mod refusal;
mod reminding;
mod settings;
mod shared;
mod sharing;
mod state;
mod suggesting;
mod traffic;
mod train;
mod trying;
mod verifying;
mod viewing;
mod watching;
mod wiki_page;

pub use agent::{AGENT, AGENT_FIELD};
pub use asking::{AskError, LogSource, branches, calendar, changes, contains, log, running, versions};
pub use background::App;
pub use command::{Chosen, Command, Reply, SettingsForm};
pub use concerning::Concern;
pub use engine::{Progress, perform};
pub use keeping::Unreadable;
pub use naming::NamedTest;
pub use problem::Problem;
pub use refusal::Refusal;
pub use shared::{Offer, Saving, Shared, SharedSuite};
pub use state::{
    Browsing, Delivery, Hearing, Loaded, Posted, Report, ReportingView, Run, SettingsView, State, Tried, TriedAbove,
    UnsavedTests,
};
pub use suggesting::{Look, Suggested};
