// SPDX-License-Identifier: GPL-2.0-or-later
//! One closed, declarative vocabulary of assertions over a response.
//!
//! Must not hold an expression language and must not know how the response was come by.

mod assertion;
mod judge;

pub use assertion::{Assertion, AssertionError};
pub use judge::{AssertionResult, judge};
