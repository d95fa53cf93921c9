// SPDX-License-Identifier: GPL-2.0-or-later
//! Saved tests: the model, the hosts they may reach, and the file format they are read from and written to.
//!
//! Must not run a test. A suite is data: nothing in it is evaluated.

mod export;
mod httpbb;
mod json;
mod scope;
mod test;
mod vocabulary;
mod yaml;

pub use export::write;
pub use httpbb::{SuiteError, read};
pub use scope::{SITES, ScopeError, in_scope};
pub use test::{Suite, Test, TestError};
pub use vocabulary::Httpbb;
