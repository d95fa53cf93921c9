// SPDX-License-Identifier: GPL-2.0-or-later
//! A run: its plan, the journal of what came, the evidence of who answered, and the verdict.
//!
//! Must not send a request or read a clock; `app` does both and tells this module.

mod code;
mod comparison;
mod evidence;
mod journal;
mod outcome;
mod plan;
mod version;

pub use code::weigh_code;
pub use comparison::Comparison;
pub use evidence::{Doubt, Side, doubt_of, is_cached, past_caches, weigh, without_past_caches};
pub use journal::{Ending, Journal, Tally};
pub use outcome::{CodeSeen, Evidence, Outcome, Reason, Verdict};
pub use plan::{Job, Plan, Stage, Subject, Target};
pub use version::weigh_version;
