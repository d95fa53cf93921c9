// SPDX-License-Identifier: GPL-2.0-or-later
//! Stands in for the views until they are there.
#![allow(missing_docs, dead_code, reason = "a stand-in")]

use crate::app::{Command, Problem, Reply, State};
use jiff::Timestamp;
use std::collections::BTreeMap;

pub(super) struct Region {
    pub id: &'static str,
    pub html: String,
}
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Screen {
    Popup,
    Workbench,
}
#[derive(Debug)]
pub(super) struct Event {
    pub act: String,
    pub data: BTreeMap<String, String>,
    pub form: Vec<(String, String)>,
}
pub(super) enum Effect {
    Send(Command),
    RequestAccess { origins: Vec<String>, reports_leave_browser: bool, then: Command },
    Open(String),
    Copy(String),
}
pub(super) struct Page {
    pub screen: Screen,
    pub now: Timestamp,
    pub state: Option<State>,
    pub change: Option<u64>,
    pub problem: Option<Problem>,
    pub firefox: bool,
    pub last: String,
}

impl Page {
    pub(super) fn new(screen: Screen, now: Timestamp, zone_offset_minutes: i32, change: Option<u64>) -> Self {
        let last = format!("zone {zone_offset_minutes}");
        Self { screen, now, state: None, change, problem: None, firefox: false, last }
    }
    pub(super) fn set_state(&mut self, state: State) {
        self.state = Some(state);
    }
    pub(super) fn set_reply(&mut self, reply: Reply) {
        self.problem = match reply {
            Reply::Refused { problem } => Some(problem),
            Reply::Done => None,
        };
    }
    pub(super) fn set_change(&mut self, change: Option<u64>) {
        self.change = change;
    }
    pub(super) fn set_now(&mut self, now: Timestamp) {
        self.now = now;
    }
    pub(super) fn act(&mut self, event: Event) -> Vec<Effect> {
        self.last = format!("{event:?}");
        let word = |name: &str| event.form.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone()).unwrap_or_default();
        match event.act.as_str() {
            "save-settings" => vec![Effect::Send(Command::SaveSettings {
                nick: word("nick"),
                backend: String::new(),
                webhook: Some(word("webhook")),
            })],
            "browse" => vec![Effect::Send(Command::BrowseOnMwdebug { url: word("webhook") })],
            "stop-browsing" => vec![Effect::Send(Command::StopBrowsing { tab: 7 })],
            "open" => vec![Effect::Open("workbench.html#1330001".to_owned())],
            "copy" => vec![Effect::Copy("copied".to_owned())],
            "grant-access" => vec![Effect::RequestAccess {
                origins: vec!["https://hook.example.org:8443".to_owned()],
                reports_leave_browser: true,
                then: Command::Refresh { force: true },
            }],
            _ => vec![],
        }
    }
    pub(super) fn regions(&self) -> Vec<Region> {
        let notice = format!("{:?}", self.state.as_ref().map(|state| &state.notice));
        let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
        let form = "<form id=\"f\" data-act=\"save-settings\"><input id=nick name=nick><input id=webhook name=webhook \
                    size=90 data-act=edit><button id=save>Save</button></form><div data-act=outer data-patch=1>\
                    <button type=button id=b1 data-act=probe data-run=r1><b id=inner>x</b></button></div><button id=open data-act=open></button><form><input type=hidden name=webhook value='https://en.wikipedia.org/browse'>\
                    <button id=browse data-act=browse></button></form><button data-act=grant-access id=grant></button>\
                    <button data-act=stop-browsing id=stop></button>";
        vec![
            Region { id: "form", html: format!("{form}<i>{}</i>", self.now.as_second() / 3) },
            Region {
                id: "rest",
                html: format!(
                    "<p id=notice>{}</p><p id=problem>{}</p><p id=last>{}</p><p id=change>{:?}</p><p id=now>{}</p>",
                    escape(&notice),
                    escape(&format!("{:?}", self.problem)),
                    escape(&self.last),
                    self.change,
                    self.now
                ),
            },
        ]
    }
}
