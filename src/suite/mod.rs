// SPDX-License-Identifier: GPL-2.0-or-later
//! Saved tests: the model, the hosts they may reach, and the file format they are read from and written to.
//!
//! Must not run a test. A suite is data: nothing in it is evaluated.

mod capture;
mod curl;
mod export;
pub(crate) mod fields;
mod httpbb;
pub(crate) mod hurl;
mod json;
pub(crate) mod lost;
mod owner;
mod plain;
mod scope;
mod test;
mod vocabulary;
mod yaml;

pub use capture::Capture;
pub use curl::{read_curl, write_curl};
pub use export::write;
pub use httpbb::{SuiteError, read};
pub use hurl::write_hurl;
pub use lost::{Exported, Imported, Lost, Place};
pub use owner::{Owner, OwnerError};
pub use plain::{write_httpbb, write_ours};
pub use scope::{SITES, ScopeError, in_scope};
pub use test::{Only, Suite, Test, TestError};
pub use vocabulary::Httpbb;
