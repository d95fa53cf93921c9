// SPDX-License-Identifier: GPL-2.0-or-later
//! The system's clock.

use crate::ports::Clock;
use jiff::Timestamp;

/// The clock of the machine, and names from its random source.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn wait(&self, ms: u32) {
        tokio::time::sleep(std::time::Duration::from_millis(ms.into())).await;
    }

    fn unique(&self) -> String {
        uuid::Uuid::new_v4().simple().to_string()
    }
}
