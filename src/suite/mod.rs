// SPDX-License-Identifier: GPL-2.0-or-later
//! Saved tests: the model, the hosts they may reach, and the file format they are read from and written to.
//!
//! Must not run a test. A suite is data: nothing in it is evaluated.

mod block;
mod capture;
mod difference;
mod export;
mod httpbb;
mod import;
mod json;
mod owner;
mod place;
mod scope;
mod test;
mod vocabulary;
mod yaml;

pub use block::{page_with, suite_in};
pub use capture::Capture;
pub use difference::{Difference, differences, not_whole, says_the_same, taken_over};
pub use export::write;
pub use httpbb::{SuiteError, read};
pub use import::{Format, Imported, import};
pub use owner::{Owner, OwnerError};
pub use place::{PlaceError, SharedPage};
pub use scope::{SITES, ScopeError, in_scope};
pub use test::{Only, Suite, Test, TestError};
pub use vocabulary::Httpbb;
