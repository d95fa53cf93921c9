// SPDX-License-Identifier: GPL-2.0-or-later
//! The requests of a run that are in flight, and the hosts that asked to be left alone for a while.
//!
//! Must not send anything: the engine does.

use crate::verify::Limits;
use futures_util::FutureExt;
use futures_util::future::{LocalBoxFuture, Shared};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// The longest wait that a host may ask for, in seconds: a deployer waits for the run. Longer, and the submitter is told.
const LONGEST_WAIT: u32 = 20;

/// A wait that several can wait for.
pub(super) type Wait<'a> = Shared<LocalBoxFuture<'a, ()>>;

/// What is in flight, and who is left alone.
pub(super) struct Traffic<'a> {
    limits: Limits,
    per_host: BTreeMap<String, usize>,
    in_all: usize,
    debug: usize,
    refusing: BTreeMap<String, Refusing<'a>>,
}

/// A host that has refused to answer so many requests.
#[derive(Default)]
struct Refusing<'a> {
    /// It is not asked before all of them are over.
    waits: Vec<Wait<'a>>,
    /// Whether it was waited for once, before the run was interrupted.
    waited_before: bool,
    /// Whether it is asked nothing more.
    given_up: bool,
}

impl Refusing<'_> {
    fn is_resting(&self) -> bool {
        self.waits.iter().any(|wait| wait.peek().is_none())
    }
}

impl<'a> Traffic<'a> {
    pub(super) const fn new(limits: Limits) -> Self {
        Self { limits, per_host: BTreeMap::new(), in_all: 0, debug: 0, refusing: BTreeMap::new() }
    }

    /// Takes room for one request to the host, if there is any and the host wants one.
    pub(super) fn enter(&mut self, host: &str, debug: bool) -> bool {
        let of_host = self.per_host.get(host).copied().unwrap_or_default();
        // A limit of 0 would never end.
        let fits = |busy: usize, limit: usize| busy < limit.max(1);
        let has_room = !self.is_resting(host)
            && fits(of_host, self.limits.per_host)
            && fits(self.in_all, self.limits.in_all)
            && (!debug || fits(self.debug, self.limits.debug));
        if has_room {
            self.per_host.insert(host.to_owned(), of_host + 1);
            self.in_all += 1;
            self.debug += usize::from(debug);
        }
        has_room
    }

    pub(super) fn leave(&mut self, host: &str, debug: bool) {
        if let Some(of_host) = self.per_host.get_mut(host) {
            *of_host -= 1;
        }
        self.in_all -= 1;
        self.debug -= usize::from(debug);
    }

    /// Whether the host is to be left alone for now.
    pub(super) fn is_resting(&self, host: &str) -> bool {
        self.refusing.get(host).is_some_and(Refusing::is_resting)
    }

    /// A host has answered 429 and wants so many seconds; `None` where it named none. What it gives is how long it is left
    /// alone before it is asked again; nothing where it is asked nothing more: it has been waited for once already, or it
    /// wants more than a deployer can wait.
    pub(super) fn refused(&mut self, host: &str, seconds: Option<u32>) -> Option<u32> {
        let refusing = self.refusing.entry(host.to_owned()).or_default();
        let waited = refusing.waited_before || (!refusing.waits.is_empty() && !refusing.is_resting());
        let wait = seconds.filter(|seconds| *seconds <= LONGEST_WAIT && !waited && !refusing.given_up);
        refusing.given_up |= wait.is_none();
        wait
    }

    /// The host is left alone until `wait` is over.
    pub(super) fn rests(&mut self, host: &str, wait: LocalBoxFuture<'a, ()>) -> Wait<'a> {
        let wait = wait.shared();
        self.refusing.entry(host.to_owned()).or_default().waits.push(wait.clone());
        wait
    }

    /// The host was waited for already.
    pub(super) fn was_waited_for(&mut self, host: &str) {
        self.refusing.entry(host.to_owned()).or_default().waited_before = true;
    }
}

/// Waits until a host may be asked one thing more; false where it may not.
pub(super) async fn admitted(traffic: &RefCell<Traffic<'_>>, host: &str) -> bool {
    loop {
        let wait = match traffic.borrow().refusing.get(host) {
            None => return true,
            Some(refusing) if refusing.given_up => return false,
            Some(refusing) => refusing.waits.iter().find(|wait| wait.peek().is_none()).cloned(),
        };
        let Some(wait) = wait else { return true };
        wait.await;
    }
}

#[cfg(test)]
mod tests {
    use super::{Traffic, admitted};
    use crate::verify::Limits;
    use futures_util::FutureExt;
    use std::cell::{Cell, RefCell};
    use std::future::poll_fn;
    use std::rc::Rc;
    use std::task::Poll;

    const HOST: &str = "en.wikipedia.org";

    #[test]
    fn a_limit_is_exact() {
        for (limits, debug, room) in [
            (Limits { per_host: 1, in_all: 24, debug: 6 }, false, 1),
            (Limits { per_host: 6, in_all: 4, debug: 6 }, false, 4),
            (Limits { per_host: 6, in_all: 24, debug: 2 }, true, 2),
            (Limits { per_host: 6, in_all: 24, debug: 2 }, false, 6),
            (Limits { per_host: 0, in_all: 0, debug: 0 }, true, 1),
        ] {
            let mut traffic = Traffic::new(limits);
            assert_eq!((0..30).filter(|_| traffic.enter(HOST, debug)).count(), room, "{limits:?}");
            traffic.leave(HOST, debug);
            assert!(traffic.enter(HOST, debug));
        }
    }

    #[test]
    fn a_host_is_waited_for_once_and_not_for_long() {
        for (wanted, wait) in [(Some(0), Some(0)), (Some(20), Some(20)), (Some(21), None), (None, None)] {
            assert_eq!(Traffic::new(Limits::default()).refused(HOST, wanted), wait);
        }
        let mut traffic = Traffic::new(Limits::default());
        let over = Rc::new(Cell::new(false));
        let wait = poll_fn({
            let over = Rc::clone(&over);
            move |_| if over.get() { Poll::Ready(()) } else { Poll::Pending }
        });
        assert_eq!(traffic.refused(HOST, Some(1)), Some(1));
        let wait = traffic.rests(HOST, wait.boxed_local());
        assert!(!traffic.enter(HOST, false), "it rests");
        assert!(traffic.enter("de.wikipedia.org", false));
        // One that was under way is refused meanwhile: that is the same wish.
        assert_eq!(traffic.refused(HOST, Some(2)), Some(2));
        let traffic = RefCell::new(traffic);
        assert_eq!(admitted(&traffic, HOST).now_or_never(), None);
        over.set(true);
        assert_eq!(wait.now_or_never(), Some(()));
        assert_eq!(admitted(&traffic, HOST).now_or_never(), Some(true));
        let mut traffic = traffic.into_inner();
        assert!(traffic.enter(HOST, false));
        assert_eq!(traffic.refused(HOST, Some(1)), None);
        assert_eq!(admitted(&RefCell::new(traffic), HOST).now_or_never(), Some(false));
    }

    #[test]
    fn a_host_that_was_waited_for_before_an_interruption_is_not_waited_for_again() {
        let mut traffic = Traffic::new(Limits::default());
        traffic.was_waited_for(HOST);
        assert!(traffic.enter(HOST, false));
        assert_eq!(traffic.refused(HOST, Some(1)), None);
    }
}
