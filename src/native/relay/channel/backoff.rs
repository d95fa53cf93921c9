// SPDX-License-Identifier: GPL-2.0-or-later
//! Pauses between attempts: each twice as long as the last, none exactly as long as another's.

use std::time::Duration;
use uuid::Uuid;

/// The pauses of one kind of attempts.
#[derive(Debug)]
pub(super) struct Backoff {
    first: Duration,
    last: Duration,
    next: Duration,
}

impl Backoff {
    /// Pauses from `first` to `last`.
    pub(super) fn new(first: Duration, last: Duration) -> Self {
        Self { first, last, next: first }
    }

    /// Begins anew with the first pause.
    pub(super) fn reset(&mut self) {
        self.next = self.first;
    }

    /// The next pause.
    pub(super) fn pause(&mut self) -> Duration {
        let pause = self.next;
        self.next = (pause * 2).min(self.last);
        spread(pause)
    }

    /// The longest pause, where a short one would do harm.
    pub(super) fn long(&mut self) -> Duration {
        self.next = self.last;
        // Never shorter: servers count the attempts within a minute.
        self.last / 2 + spread(self.last)
    }
}

/// Between a half of `pause` and the whole: many who were thrown out together must not come back together.
fn spread(pause: Duration) -> Duration {
    let [byte, ..] = Uuid::new_v4().into_bytes();
    pause / 2 + pause / 512 * u32::from(byte)
}

#[cfg(test)]
mod tests {
    use super::Backoff;
    use std::time::Duration;

    #[test]
    fn pauses_double_up_to_the_last_and_begin_anew() {
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_mins(1));
        for whole in [1_u64, 2, 4, 8, 16, 32, 60, 60] {
            let (pause, whole) = (backoff.pause(), Duration::from_secs(whole));
            assert!(pause >= whole / 2 && pause <= whole, "{pause:?} of {whole:?}");
        }
        backoff.reset();
        assert!(backoff.pause() <= Duration::from_secs(1));
        assert!(backoff.long() >= Duration::from_mins(1));
    }
}
