// SPDX-License-Identifier: GPL-2.0-or-later
//! What is kept, and in which shape: a versioned envelope, and one migration a file.
//!
//! Must not touch a storage API; `app` does, through its port.

mod envelope;
mod schema_2;
mod settings;

pub use envelope::{EnvelopeError, open, seal};
pub use settings::{Library, Reporting, Settings, Webhook, WebhookError};
