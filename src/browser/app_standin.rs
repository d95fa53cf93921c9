// SPDX-License-Identifier: GPL-2.0-or-later
//! Stands in for `crate::app::App` until it is there: does nothing.
#![allow(clippy::unused_async, clippy::unused_self, dead_code, reason = "a stand-in")]

use crate::app::{Command, Reply};
use crate::ports::{Ports, TabId};

pub(super) struct App<P>(P);

impl<P: Ports> App<P> {
    pub(super) const fn new(ports: P) -> Self {
        Self(ports)
    }
    pub(super) async fn start(&self) {}
    pub(super) async fn handle(&self, _command: Command) -> Reply {
        Reply::Done
    }
    pub(super) async fn work(&self) {}
    pub(super) async fn tab_closed(&self, _tab: TabId) {}
    pub(super) async fn alarm(&self, _name: &str) {}
    pub(super) async fn access_changed(&self) {}
    pub(super) async fn tab_header_seen(&self, _tab: TabId, _url: &str, _value: Option<&str>) {}
}
