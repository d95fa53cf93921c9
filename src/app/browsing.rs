// SPDX-License-Identifier: GPL-2.0-or-later
//! Use case: open a page in a tab that a debug backend serves, for that tab alone and for a quarter of an hour.

use super::refreshing::origin_of;
use super::{App, Browsing, Problem};
use crate::debug::HEADER;
use crate::exchange::Sent;
use crate::ports::{HeaderRule, Ports, TabId};
use crate::suite::{SITES, in_scope};
use jiff::SignedDuration;

/// As long as the WikimediaDebug extension stays on, so that nobody's debugging is flooded unawares
/// (<https://wikitech.wikimedia.org/wiki/WikimediaDebug>).
const LASTS: SignedDuration = SignedDuration::from_mins(15);

impl<P: Ports> App<P> {
    pub(super) async fn browse(&self, url: &str) -> Result<(), Problem> {
        let refused =
            |error: crate::suite::ScopeError| Problem::BadTest { test: url.to_owned(), detail: error.to_string() };
        let url = in_scope(url).map_err(refused)?.to_string();
        let origins = self.without_access(origin_of(&url).into_iter().collect()).await;
        if !origins.is_empty() {
            return Err(Problem::NoAccess { origins });
        }
        let tab = self.ports.open().await.map_err(|detail| Problem::Tab { detail })?;
        {
            let mut inner = self.inner.borrow_mut();
            let (backend, switches) = (inner.settings.backend.clone(), inner.settings.switches.clone());
            let until = self.ports.now() + LASTS;
            let (url, conflict, cookie) = (url.clone(), None, None);
            inner.carried.browsing.push(Browsing { tab, url, backend, switches, until, conflict, cookie });
        }
        self.apply_rules().await?;
        self.ports.navigate(tab, &url).await.map_err(|detail| Problem::Tab { detail })
    }

    pub(super) async fn stop_browsing(&self, tab: TabId) {
        self.inner.borrow_mut().carried.browsing.retain(|browsing| browsing.tab != tab);
        self.apply_rules_or_tell().await;
    }

    /// Takes the header from tabs whose time is over, and makes the browser's rules ours again: they outlive the
    /// background.
    pub(super) async fn expire_browsing(&self) {
        let now = self.ports.now();
        self.inner.borrow_mut().carried.browsing.retain(|browsing| browsing.until > now);
        self.apply_rules_or_tell().await;
    }

    /// A request of a tab has gone out so, after every extension had its say.
    pub async fn tab_sent(&self, tab: TabId, sent: &Sent) {
        let changed = {
            let mut inner = self.inner.borrow_mut();
            let Some(browsing) = inner.carried.browsing.iter_mut().find(|browsing| browsing.tab == tab) else { return };
            let ours = browsing.directives().value();
            let value = sent.debug_header.as_deref();
            let conflict = (value != Some(ours.as_str())).then(|| value.unwrap_or("no header").to_owned());
            let before = (browsing.conflict.take(), browsing.cookie.take());
            (browsing.conflict, browsing.cookie) = (conflict, sent.debug_cookie.clone());
            before != (browsing.conflict.clone(), browsing.cookie.clone())
        };
        if changed {
            self.publish().await;
        }
    }

    async fn apply_rules_or_tell(&self) {
        if let Err(problem) = self.apply_rules().await {
            self.inner.borrow_mut().notice = Some(problem);
        }
    }

    async fn apply_rules(&self) -> Result<(), Problem> {
        let rule = |browsing: &Browsing| HeaderRule {
            tab: browsing.tab,
            domains: SITES.iter().map(|site| (*site).to_owned()).collect(),
            name: HEADER.to_owned(),
            value: browsing.directives().value(),
        };
        let rules: Vec<HeaderRule> = self.inner.borrow().carried.browsing.iter().map(rule).collect();
        self.ports.set_header_rules(&rules).await.map_err(|detail| Problem::Tab { detail })
    }
}
