// SPDX-License-Identifier: GPL-2.0-or-later
//! A run: its plan, the journal of what came, the evidence of who answered, and the verdict.
//!
//! Must not send a request or read a clock; `app` does both and tells this module.

mod absence;
mod cache;
mod code;
mod comparison;
mod difference;
mod doubt;
mod earlier;
mod evidence;
mod failure;
mod journal;
mod limits;
mod outcome;
mod parser_cache;
mod plan;
mod sent;
mod version;

pub use absence::Flaw;
pub use cache::{is_cached, past_caches, without_past_caches};
pub use code::weigh_code;
pub use comparison::Comparison;
pub use difference::{Difference, Field, Hunk, Line, Page, Place, RULES, Rule, normal};
pub use doubt::{Doubt, Side};
pub use earlier::{Earlier, Glimpse, SamePage, Since};
pub use evidence::{doubt_of, weigh};
pub use failure::MediaWikiFailure;
pub use journal::{Ending, Journal, Pause, Tally};
pub use limits::{Limits, LimitsError};
pub use outcome::{CodeSeen, Evidence, Outcome, Reason, Step, Verdict};
pub use parser_cache::weigh_parser_cache;
pub use plan::{Job, Plan, Stage, Subject, Target};
pub use sent::weigh_sent;
pub use version::weigh_version;
