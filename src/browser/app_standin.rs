// SPDX-License-Identifier: GPL-2.0-or-later
//! Stands in for the app until it is there: answers and publishes, and does nothing.
#![allow(clippy::unused_async, missing_docs, reason = "a stand-in")]

use crate::app::{Command, Problem, Reply, State};
use crate::ports::{Area, Ports, TabId};

pub(super) struct App<P> {
    ports: P,
}

impl<P: Ports> App<P> {
    pub(super) fn new(ports: P) -> Self {
        Self { ports }
    }

    async fn publish(&self, detail: String) {
        let state = State { notice: Some(Problem::Tab { detail }), ..State::default() };
        if let Ok(text) = serde_json::to_string(&state) {
            let _ = self.ports.write(Area::Session, State::KEY, &text).await;
        }
    }

    pub(super) async fn start(&self) {
        self.publish("started".to_owned()).await;
    }
    pub(super) async fn handle(&self, command: Command) -> Reply {
        match super::app_trial::perform(&self.ports, command).await {
            Some(detail) => {
                self.publish(detail).await;
                Reply::Done
            }
            None => Reply::Refused { problem: Problem::Gone },
        }
    }
    pub(super) async fn work(&self) {}
    pub(super) async fn tab_closed(&self, _tab: TabId) {}
    pub(super) async fn alarm(&self, name: &str) {
        self.publish(format!("alarm {name}")).await;
    }
    pub(super) async fn access_changed(&self) {}
    pub(super) async fn tab_header_seen(&self, tab: TabId, url: &str, value: Option<&str>) {
        self.publish(format!("tab {} {url} {value:?}", tab > 0)).await;
    }
}
