// SPDX-License-Identifier: GPL-2.0-or-later
//! Reports on their way to the webhook. They are kept before the first attempt, so that neither the end of the worker nor
//! of the browser, of the network or of the run that they are about loses one.
//!
//! Must not hold the webhook's address or its secret: what is here is shown, kept and exported.

mod answer;
mod post;
mod sending;
mod wishes;

pub(super) use post::{OUTBOX, Outbox};
pub(super) use wishes::unknown;
