// SPDX-License-Identifier: GPL-2.0-or-later
//! Whether a server has a patch, as far as its own answer tells.
//!
//! Must not ask whether one commit contains another: it says what to ask.

use super::{Running, Runs};
use crate::change::PatchRef;

/// What can be said, or what has to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held<'a> {
    /// Known.
    Known(Runs),
    /// Known once it is known whether this commit, which the server runs, contains the patch.
    Ask {
        /// The server's commit of the patch's project.
        running: &'a str,
    },
}

/// Whether the server of `running` has `patch`: a commit of another branch can neither have it nor lack it.
#[must_use]
pub fn held<'a>(running: &'a Running, patch: &PatchRef) -> Held<'a> {
    let unknown = |why: String| Held::Known(Runs::Unknown { why });
    if let Some(why) = other_version(running, &patch.branch) {
        return unknown(why);
    }
    let Some(checkout) = running.checkout_of(&patch.project) else {
        return unknown(format!("the server does not tell which commit of {} it runs", patch.project));
    };
    if let Some(branch) = checkout.branch.as_ref().filter(|branch| **branch != patch.branch) {
        return unknown(format!("this wiki runs {}", branch.strip_prefix("wmf/").unwrap_or(branch)));
    }
    if checkout.commit == patch.commit { Held::Known(Runs::Yes) } else { Held::Ask { running: &checkout.commit } }
}

/// Says so where the wiki runs another version than the one of this release branch.
#[must_use]
pub fn other_version(running: &Running, branch: &str) -> Option<String> {
    let version = branch.strip_prefix("wmf/")?;
    let runs = running.version.as_deref().filter(|runs| *runs != version)?;
    Some(format!("this wiki runs {runs}"))
}

#[cfg(test)]
mod tests {
    use super::{Held, held};
    use crate::change::PatchRef;
    use crate::deployed::{Checkout, Running, Runs};

    const ECHO: &str = "mediawiki/extensions/Echo";

    fn patch() -> PatchRef {
        PatchRef { project: ECHO.into(), branch: "wmf/1.47.0-wmf.16".into(), commit: "b2".into() }
    }

    fn running(version: &str, project: &str, branch: Option<&str>, commit: &str) -> Running {
        let checkout = Checkout { project: project.into(), branch: branch.map(Into::into), commit: commit.into() };
        Running { dbname: None, version: Some(version.into()), checkouts: vec![checkout] }
    }

    #[test]
    fn the_patchs_own_commit_is_the_patch_and_another_one_has_to_be_asked_about() {
        for branch in [Some("wmf/1.47.0-wmf.16"), None] {
            assert_eq!(held(&running("1.47.0-wmf.16", ECHO, branch, "b2"), &patch()), Held::Known(Runs::Yes));
            let older = running("1.47.0-wmf.16", ECHO, branch, "b1");
            assert_eq!(held(&older, &patch()), Held::Ask { running: "b1" });
        }
    }

    #[test]
    fn another_version_branch_or_project_tells_nothing() {
        let branch = Some("wmf/1.47.0-wmf.16");
        for (running, why) in [
            (running("1.47.0-wmf.15", ECHO, branch, "b2"), "this wiki runs 1.47.0-wmf.15"),
            (running("1.47.0-wmf.16", ECHO, Some("wmf/1.47.0-wmf.15"), "b2"), "this wiki runs 1.47.0-wmf.15"),
            (
                running("1.47.0-wmf.16", "mediawiki/core", branch, "b2"),
                "the server does not tell which commit of mediawiki/extensions/Echo it runs",
            ),
        ] {
            assert_eq!(held(&running, &patch()), Held::Known(Runs::Unknown { why: why.into() }));
        }
    }
}
