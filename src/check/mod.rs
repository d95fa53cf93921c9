// SPDX-License-Identifier: GPL-2.0-or-later
//! One closed, declarative vocabulary of assertions over a response.
//!
//! Must not hold an expression language and must not know how the response was come by.

mod api;
mod assertion;
mod config;
mod functions;
mod html;
mod json;
mod judge;
mod near;
mod path;
mod pattern;
mod reading;
mod sayable;
mod seen;
mod validate;
mod words;

pub use assertion::{Assertion, Order, Predicate, Subject, leads_on};
pub use judge::{AssertionResult, judge, judge_all};
pub use pattern::literally;
pub use sayable::PredicateKind;
pub use seen::{Seen, seen};
pub use validate::{AssertionError, Kind};

#[cfg(test)]
mod tests;
