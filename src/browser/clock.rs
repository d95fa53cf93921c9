// SPDX-License-Identifier: GPL-2.0-or-later
//! Time and names from the browser.

use super::{BrowserPorts, sys};
use crate::ports::Clock;
use jiff::Timestamp;
use std::fmt::Write;

/// Now, UTC.
pub(super) fn now() -> Timestamp {
    #[expect(clippy::cast_possible_truncation, reason = "a date's milliseconds are whole and far below 2^63")]
    let ms = js_sys::Date::now() as i64;
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Resolves after `ms` milliseconds.
pub(super) async fn sleep(ms: u32) {
    gloo::timers::future::TimeoutFuture::new(ms).await;
}

/// 128 random bits in hexadecimal.
pub(super) fn unique() -> String {
    let mut bytes = [0_u8; 16];
    if let Err(thrown) = sys::fill_random(&mut bytes) {
        sys::complain("draw random numbers", &thrown);
        for byte in &mut bytes {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between 0 and 255")]
            let drawn = (js_sys::Math::random() * 256.0) as u8;
            *byte = drawn;
        }
    }
    bytes.iter().fold(String::with_capacity(32), |mut name, byte| {
        // Writing to a String cannot fail.
        let _ = write!(name, "{byte:02x}");
        name
    })
}

impl Clock for BrowserPorts {
    fn now(&self) -> Timestamp {
        now()
    }

    async fn wait(&self, ms: u32) {
        sleep(ms).await;
    }

    fn unique(&self) -> String {
        unique()
    }
}
