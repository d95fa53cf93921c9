// SPDX-License-Identifier: GPL-2.0-or-later
//! The ports that a run needs, as one value.

use super::clock::SystemClock;
use super::http::NativeHttp;
use crate::exchange::{Request, Response, TransportError};
use crate::ports::{Clock, Http};
use jiff::Timestamp;

/// HTTP client and clock of the command.
#[derive(Debug)]
pub struct NativePorts {
    http: NativeHttp,
    clock: SystemClock,
}

impl NativePorts {
    /// Ports over `http` and the system's clock.
    #[must_use]
    pub const fn new(http: NativeHttp) -> Self {
        Self { http, clock: SystemClock }
    }
}

impl Http for NativePorts {
    async fn send(&self, request: &Request) -> Result<Response, TransportError> {
        self.http.send(request).await
    }
}

impl Clock for NativePorts {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    async fn wait(&self, ms: u32) {
        self.clock.wait(ms).await;
    }

    fn unique(&self) -> String {
        self.clock.unique()
    }
}
