// SPDX-License-Identifier: GPL-2.0-or-later
//! Lines on their way into the channel: how long they may be, how fast they may follow, and when one counts as said.

use super::Unsaid;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::Instant;

/// Lines that may be said at once after a silence.
const AT_ONCE: u32 = 4;
/// What one message may have, in bytes, with its line break (RFC 2812, section 2.3).
const MESSAGE: usize = 512;

/// A line that somebody wants to be said.
#[derive(Debug)]
pub(super) struct Line {
    /// What is to be said.
    pub(super) text: String,
    told: oneshot::Sender<Result<(), Unsaid>>,
    taken: Arc<AtomicBool>,
}

/// The other end of a line: who asked for it.
#[derive(Debug)]
pub(super) struct Asker {
    answer: oneshot::Receiver<Result<(), Unsaid>>,
    taken: Arc<AtomicBool>,
}

impl Line {
    /// A line and the end at which its fate is told.
    pub(super) fn new(text: String) -> (Self, Asker) {
        let (told, answer) = oneshot::channel();
        let taken = Arc::new(AtomicBool::new(false));
        (Self { text, told, taken: taken.clone() }, Asker { answer, taken })
    }

    /// Claims it to be said now; `false` when whoever asked has given up. Said then, it would be said twice.
    pub(super) fn take(&self) -> bool {
        !self.told.is_closed() && !self.taken.swap(true, Ordering::AcqRel)
    }

    /// Tells its fate.
    pub(super) fn tell(self, fate: Result<(), Unsaid>) {
        // Whoever asked may have gone by now; then nobody is to be told.
        self.told.send(fate).ok();
    }
}

impl Asker {
    /// Waits for the line's fate; a line that is not begun when `patience` ends is withdrawn.
    pub(super) async fn wait(mut self, patience: impl Future<Output = ()>) -> Result<(), Unsaid> {
        let told = tokio::select! {
            biased;
            told = &mut self.answer => told,
            () = patience => {
                if !self.taken.swap(true, Ordering::AcqRel) {
                    return Err(Unsaid::Busy);
                }
                self.answer.await
            }
        };
        match told {
            Ok(fate) => fate,
            // The connection broke: before the line was begun, or after.
            Err(_) if self.taken.load(Ordering::Acquire) => Err(Unsaid::NotConfirmed),
            Err(_) => Err(Unsaid::NotConnected),
        }
    }
}

/// How many bytes of text fit into a message to `channel` as others get it, from a source (`nick!user@host`) of so many
/// bytes.
pub(super) fn room(source: usize, channel: &str) -> usize {
    MESSAGE.saturating_sub(": PRIVMSG  :\r\n".len() + source + channel.len())
}

/// The pace of the relay's own lines: a few at once, then one each time.
#[derive(Debug)]
pub(super) struct Pace {
    each: Duration,
    /// When the last line would have been said, had all been said at the steady pace.
    due: Instant,
}

impl Pace {
    /// A pace of one line each `each`.
    pub(super) fn new(each: Duration, now: Instant) -> Self {
        Self { each, due: now }
    }

    /// When the next line may be said; a time that is past means now.
    pub(super) fn free(&self) -> Instant {
        let ahead = self.each * (AT_ONCE - 1);
        self.due.checked_sub(ahead).unwrap_or(self.due)
    }

    /// Counts a line.
    pub(super) fn count(&mut self, now: Instant) {
        self.due = self.due.max(now) + self.each;
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, Pace, room};
    use crate::native::relay::channel::Unsaid;
    use std::future::{pending, ready};
    use std::time::Duration;
    use tokio::time::Instant;

    #[test]
    fn a_message_with_its_prefix_is_as_long_as_it_may_be() {
        let (source, channel) = ("verifybot!~backport@user/verifybot", "#wikimedia-operations");
        let text = "x".repeat(room(source.len(), channel));
        assert_eq!(format!(":{source} PRIVMSG {channel} :{text}\r\n").len(), 512);
    }

    #[test]
    fn four_lines_go_at_once_and_then_one_each_time() {
        let each = Duration::from_millis(1500);
        let now = Instant::now();
        let mut pace = Pace::new(each, now);
        for _ in 0..4 {
            assert!(pace.free() <= now);
            pace.count(now);
        }
        assert_eq!(pace.free() - now, each);
        let later = now + each;
        pace.count(later);
        assert_eq!(pace.free() - later, each);
    }

    #[tokio::test]
    async fn a_line_that_waits_too_long_is_withdrawn_and_then_not_said() {
        let (line, asker) = Line::new("PASS".into());
        assert_eq!(asker.wait(ready(())).await, Err(Unsaid::Busy));
        assert!(!line.take());
    }

    #[tokio::test]
    async fn a_line_whose_connection_breaks_may_have_been_said_only_when_it_was_begun() {
        for (begun, fate) in [(false, Unsaid::NotConnected), (true, Unsaid::NotConfirmed)] {
            let (line, asker) = Line::new("PASS".into());
            assert!(!begun || line.take());
            drop(line);
            assert_eq!(asker.wait(pending()).await, Err(fate), "{begun}");
        }
    }

    #[test]
    fn a_line_that_nobody_waits_for_is_not_said() {
        let (line, asker) = Line::new("PASS".into());
        drop(asker);
        assert!(!line.take());
    }
}
