// SPDX-License-Identifier: GPL-2.0-or-later
//! Saved tests: the model, the hosts they may reach, and the file format they are read from and written to.
//!
//! Must not run a test. A suite is data: nothing in it is evaluated.

mod capture;
mod export;
mod httpbb;
mod json;
mod owner;
mod preset;
mod scope;
mod suggest;
mod test;
mod vocabulary;
mod yaml;

pub use capture::Capture;
pub use export::write;
pub use httpbb::{SuiteError, read};
pub use owner::{Owner, OwnerError, wikis_in};
pub use preset::{Field, PRESETS, Preset, PresetError, WIKI};
pub use scope::{SITES, ScopeError, in_scope};
pub use suggest::{Cleaned, Suggestion, cleaned, suggest};
pub use test::{Only, Suite, Test, TestError};
pub use vocabulary::Httpbb;
