// SPDX-License-Identifier: GPL-2.0-or-later
//! How polite a run is.
//!
//! Must not count requests: the engine does.

use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;
use thiserror::Error;

/// How many requests may be in flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// To one host.
    pub per_host: usize,
    /// In all.
    pub in_all: usize,
    /// To debug backends, of all hosts together: they are few and small.
    pub debug: usize,
}

/// A number of requests at once that is not to be had.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{what} take a number from {least} to {most}, not <{found}>")]
pub struct LimitsError {
    /// Which limit, in words.
    what: &'static str,
    /// The least.
    least: usize,
    /// The most.
    most: usize,
    /// What was asked for.
    found: usize,
}

impl Limits {
    /// Bounds of [`Limits::per_host`]. None of the uppermost is near what makes the edge refuse (a thousand requests in
    /// ten seconds; repository `operations/puppet`, `modules/varnish`).
    pub const PER_HOST: RangeInclusive<usize> = 1..=24;
    /// Bounds of [`Limits::in_all`].
    pub const IN_ALL: RangeInclusive<usize> = 1..=100;
    /// Bounds of [`Limits::debug`].
    pub const DEBUG: RangeInclusive<usize> = 1..=12;

    /// These numbers, if each of them is within its bounds.
    ///
    /// # Errors
    /// With the first that is not.
    pub fn new(per_host: usize, in_all: usize, debug: usize) -> Result<Self, LimitsError> {
        for (what, bounds, found) in [
            ("requests at once to one site", Self::PER_HOST, per_host),
            ("requests at once in all", Self::IN_ALL, in_all),
            ("requests at once to the test servers", Self::DEBUG, debug),
        ] {
            if !bounds.contains(&found) {
                return Err(LimitsError { what, least: *bounds.start(), most: *bounds.end(), found });
            }
        }
        Ok(Self { per_host, in_all, debug })
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { per_host: 6, in_all: 24, debug: 6 }
    }
}

#[cfg(test)]
mod tests {
    use super::Limits;

    #[test]
    fn the_usual_limits_are_within_their_bounds() {
        let Limits { per_host, in_all, debug } = Limits::default();
        assert_eq!(Limits::new(per_host, in_all, debug), Ok(Limits::default()));
    }

    #[test]
    fn a_number_out_of_bounds_is_refused_with_the_bounds() {
        for (numbers, said) in [
            ([0, 24, 6], "requests at once to one site take a number from 1 to 24, not <0>"),
            ([25, 24, 6], "requests at once to one site take a number from 1 to 24, not <25>"),
            ([6, 101, 6], "requests at once in all take a number from 1 to 100, not <101>"),
            ([6, 24, 13], "requests at once to the test servers take a number from 1 to 12, not <13>"),
        ] {
            let [per_host, in_all, debug] = numbers;
            assert_eq!(Limits::new(per_host, in_all, debug).map_err(|error| error.to_string()), Err(said.to_owned()));
        }
    }
}
