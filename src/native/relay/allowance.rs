// SPDX-License-Identifier: GPL-2.0-or-later
//! How many posts a token has left: some at once, and new ones as time goes by.
//!
//! Must not read a clock: the time comes from outside.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Who has how many left. What it knows is gone with the process.
#[derive(Debug)]
pub(super) struct Allowance {
    /// How long one post takes to come back.
    each: Duration,
    /// How many there are at once, as the time that they take to come back.
    burst: Duration,
    /// Until when each token has spent what it had, since the start of the relay.
    spent: Mutex<HashMap<i64, Duration>>,
}

impl Allowance {
    /// `a_minute` posts a minute, and `burst` of them at once.
    pub(super) fn new(a_minute: NonZeroU32, burst: NonZeroU32) -> Self {
        let each = Duration::from_mins(1) / a_minute.get();
        Self { each, burst: each * burst.get(), spent: Mutex::default() }
    }

    /// Takes one from `token` at `now`, the time since the relay began.
    ///
    /// # Errors
    /// With how long to wait, when it has none left.
    pub(super) fn take(&self, token: i64, now: Duration) -> Result<(), Duration> {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        let until = spent.get(&token).copied().unwrap_or_default().max(now) + self.each;
        match until.checked_sub(now + self.burst) {
            Some(wait) if !wait.is_zero() => Err(wait),
            _ => {
                spent.insert(token, until);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Allowance;
    use std::num::NonZeroU32;
    use std::time::Duration;

    #[test]
    fn a_burst_goes_at_once_and_then_one_at_a_time_for_each_token() {
        let of = |number| NonZeroU32::new(number).unwrap();
        let allowance = Allowance::new(of(30), of(3));
        let at = Duration::from_millis;
        assert_eq!([1, 1, 1, 1].map(|token| allowance.take(token, at(0))), [Ok(()), Ok(()), Ok(()), Err(at(2000))]);
        assert_eq!(allowance.take(2, at(0)), Ok(()));
        assert_eq!(allowance.take(1, at(500)), Err(at(1500)));
        assert_eq!(allowance.take(1, at(2000)), Ok(()));
        assert_eq!(allowance.take(1, at(2000)), Err(at(2000)));
        assert_eq!([1, 1, 1, 1].map(|token| allowance.take(token, at(60_000)).is_ok()), [true, true, true, false]);
    }
}
