// SPDX-License-Identifier: GPL-2.0-or-later
//! Stands in for `crate::ui` until it is there: shows nothing.
#![allow(clippy::unused_self, clippy::needless_pass_by_value, dead_code, reason = "a stand-in")]

use crate::app::{Command, Problem, Reply, State};
use jiff::Timestamp;
use std::collections::BTreeMap;

pub(super) struct Region {
    pub(super) id: &'static str,
    pub(super) html: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Screen {
    Popup,
    Workbench,
}

pub(super) struct Event {
    pub(super) act: String,
    pub(super) data: BTreeMap<String, String>,
    pub(super) form: Vec<(String, String)>,
}

pub(super) enum Effect {
    Send(Command),
    RequestAccess { origins: Vec<String>, reports_leave_browser: bool, then: Command },
    Open(String),
    Copy(String),
}

pub(super) struct Page {
    pub(super) screen: Screen,
    pub(super) state: Option<State>,
    pub(super) change: Option<u64>,
    pub(super) problem: Option<Problem>,
    pub(super) firefox: bool,
}

impl Page {
    pub(super) const fn new(screen: Screen, _now: Timestamp, _zone_minutes: i32, change: Option<u64>) -> Self {
        Self { screen, state: None, change, problem: None, firefox: false }
    }
    pub(super) fn set_state(&mut self, state: State) {
        self.state = Some(state);
    }
    pub(super) fn set_reply(&mut self, _reply: Reply) {}
    pub(super) const fn set_change(&mut self, change: Option<u64>) {
        self.change = change;
    }
    pub(super) const fn set_now(&mut self, _now: Timestamp) {}
    pub(super) fn act(&mut self, _event: Event) -> Vec<Effect> {
        Vec::new()
    }
    pub(super) const fn regions(&self) -> Vec<Region> {
        Vec::new()
    }
}
