// SPDX-License-Identifier: GPL-2.0-or-later
//! Whether a commit that a server runs contains a patch, in the words that everybody who asks uses.
//!
//! Must not remember the answers: who asks knows for how long.

use super::contains;
use crate::deployed::Runs;
use crate::ports::Http;

/// Asks Gitiles.
///
/// # Errors
/// Why it is not known, as a fragment.
pub(super) async fn contained(http: &impl Http, project: &str, running: &str, patch: &str) -> Result<bool, String> {
    let told = contains(http, project, running, patch).await;
    told.map_err(|error| format!("Gerrit did not tell whether commit {running} contains it: {error}"))
}

/// The same as what a server has.
pub(super) fn runs_of(contained: Result<bool, String>) -> Runs {
    match contained {
        Ok(true) => Runs::Yes,
        Ok(false) => Runs::No,
        Err(why) => Runs::Unknown { why },
    }
}
