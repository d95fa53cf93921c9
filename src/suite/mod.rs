// SPDX-License-Identifier: GPL-2.0-or-later
//! Saved tests: the model, the hosts they may reach, and the file format they are read from and written to.
//!
//! Must not run a test. A suite is data: nothing in it is evaluated.

mod about;
mod asserted;
mod block;
mod capture;
mod curl;
mod difference;
mod export;
pub(crate) mod fields;
mod giving;
mod httpbb;
pub(crate) mod hurl;
mod import;
mod json;
mod lint;
pub(crate) mod lost;
mod owner;
mod place;
mod placed;
mod placeholder;
mod plain;
mod preset;
mod scope;
mod shared_page;
mod suggest;
mod test;
mod title;
mod variables;
mod vocabulary;
mod yaml;

pub use about::{About, dbname_meant};
pub use block::{page_with, suite_in};
pub use capture::Capture;
pub use curl::{read_curl, write_curl};
pub use difference::{Difference, differences, not_whole, says_the_same, taken_over};
pub use export::write;
pub use giving::{NameError, check_names, check_names_of, giver, givers};
pub use httpbb::{Read, read};
pub use hurl::{read_hurl, write_hurl};
pub use import::{Format, Taken, import};
pub use lint::{Checked, check};
pub use lost::{Exported, Imported, Loss, LossAt};
pub use owner::{Owner, OwnerError};
pub use place::{Note, Place, SuiteError, did_you_mean};
pub use placeholder::{HOST, WIKI};
pub use plain::{Lost, write_httpbb};
pub use preset::{Field, PRESETS, Preset, PresetError, WIKI_BLANK};
pub use scope::{SITES, ScopeError, in_scope};
pub use shared_page::{PlaceError, SharedPage};
pub use suggest::{Cleaned, Suggestion, cleaned, suggest};
pub use test::{Only, Suite, TIMEOUTS, Test, TestError};
pub use title::wikis_in;
pub use variables::{ResolveError, Variables, check_url, fill, given_to, is_wikimedia, origins, resolve, text_of};
pub use vocabulary::Httpbb;
