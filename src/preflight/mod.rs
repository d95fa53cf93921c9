// SPDX-License-Identifier: GPL-2.0-or-later
//! Whether a change is fit for a backport window: findings, each with the rule that it comes from, and what a submitter
//! copies to make it fit.
//!
//! Must not ask anybody: what Gerrit, the calendar and noc say is handed in.

mod branches;
mod cherry_pick;
mod entry;
mod finding;
mod fitness;
mod literal;
mod rules;

pub use branches::branches_to_ask;
pub use cherry_pick::{CherryPick, cherry_picks};
pub use entry::{calendar_entry, schedule_link};
pub use finding::{Finding, Rule, RuleSource, Severity};
pub use fitness::{Facts, Fitness, examine};

#[cfg(test)]
mod tests;
