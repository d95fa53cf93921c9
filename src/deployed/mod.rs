// SPDX-License-Identifier: GPL-2.0-or-later
//! Where a change has got to: what servers run, what the Server Admin Log says, and what follows from both.
//!
//! Must not ask a server, and must not guess from time.

mod announcement;
mod held;
mod html;
mod log;
mod progress;
mod public;
mod running;
mod versions;
mod wiki;

pub use announcement::{Announcement, Deployment, deployment_of};
pub use held::{Held, held, other_version};
pub use log::{LOG_URL, LogEntry, LogError, entries_from_toolforge, entries_from_wikitech, log_page_url};
pub use progress::{Phase, Progress, Runs, Servers, progress_of};
pub use public::PublicWikis;
pub use running::{Checkout, Running, RunningError, deployment_info_url, siteinfo_url};
pub use versions::{NOC_VERSIONS_URL, VersionsError, Wikiversions, compare_versions};
pub use wiki::{dbname_of_host, host_of_dbname};
