// SPDX-License-Identifier: GPL-2.0-or-later
//! How a test stands to the stages before, in words.
//!
//! Must not compare anything: `verify` does.

use crate::verify::{Comparison, Difference, Journal, SamePage, Since};

/// How a test on the test servers stands to production without the patch, as a sentence.
#[must_use]
pub const fn comparison_in_words(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Fixed => "Fixed: production without the patch fails it.",
        Comparison::Kept => "Kept: production without the patch passes it too.",
        Comparison::Regressed => "Regressed: production without the patch passes it.",
        Comparison::StillFailing => "Still failing: production without the patch fails it too.",
        Comparison::Unknown => "No comparison with production: one of the two is not certain.",
    }
}

/// How a test on production stands to both stages before, as a sentence, with what to do next.
#[must_use]
pub const fn since_in_words(since: Since) -> &'static str {
    match since {
        Since::Fixed => "Fixed by the patch: it passed on mwdebug, and production failed it before.",
        Since::Kept => "Kept: it passed on mwdebug, and on production before.",
        Since::AsOnMwdebug => "As on mwdebug: it passed there.",
        Since::Regressed => {
            "Regressed between the stages: it passed on mwdebug. The sync may not have reached every server: verify again \
             in a minute; if it stays so, tell the deployer."
        }
        Since::StillFailing => "Still failing: it failed on mwdebug too.",
        Since::PassesOnlyHere => "Passes here, and did not pass on mwdebug: look there for why.",
        Since::Unknown => "No comparison with mwdebug: one of the two is not certain.",
        Since::NotVerified => "Not verified on mwdebug.",
    }
}

/// Which page of an earlier stage production gives, as one sentence; `None` where that says nothing.
#[must_use]
pub const fn same_page_in_words(same: SamePage) -> Option<&'static str> {
    match same {
        SamePage::AsOnMwdebug => Some("The page is the same as on mwdebug."),
        SamePage::AsBefore => Some(
            "The page is the same as before the patch, not as on mwdebug: the sync may not have reached this server.",
        ),
        SamePage::AsNowhere => Some("The page differs from that on mwdebug."),
        SamePage::AsAlways => None,
    }
}

/// What is said of a run whose every test passes without the patch as well.
pub const PROVES_NOTHING: &str = "Every test passes without the patch too, so this proves nothing about the patch. Add a test for what the patch \
     changes.";

/// The counts of a run: `3 of 5 passed, 2 failed (1 regressed, 1 still failing), 2 fixed by the patch`.
#[must_use]
pub fn counts_in_words(journal: &Journal) -> String {
    let tally = journal.tally();
    let [regressed, still_failing] = if journal.on_production() {
        ["regressed since mwdebug", "failed on mwdebug too"]
    } else {
        ["regressed", "still failing"]
    };
    let failed = listed(&[(tally.regressed, regressed), (tally.still_failing, still_failing)]);
    let failed = if failed.is_empty() { "failed".to_owned() } else { format!("failed ({})", failed.join(", ")) };
    let mut counts = vec![format!("{} of {} passed", tally.passed, tally.total)];
    counts.extend(listed(&[
        (tally.failed, &failed),
        (tally.inconclusive, "inconclusive"),
        (tally.fixed, "fixed by the patch"),
        (tally.kept, "passed before too"),
        (tally.skipped, "skipped"),
    ]));
    counts.join(", ")
}

/// Each number that is not 0, with its words.
fn listed(numbers: &[(usize, &str)]) -> Vec<String> {
    numbers.iter().filter(|(number, _)| *number > 0).map(|(number, words)| format!("{number} {words}")).collect()
}
/// What a difference has: its fields, as `name` calls them, and how many lines. `status, 2 lines`.
#[must_use]
pub fn difference_in_words(difference: &Difference, name: impl Fn(&str) -> String) -> String {
    let mut parts: Vec<String> = difference.fields.iter().map(|field| name(&field.name)).collect();
    match difference.lines {
        0 => {}
        1 => parts.push("1 line".to_owned()),
        many => parts.push(format!("{many} lines")),
    }
    if difference.too_long {
        parts.push("too long to compare".to_owned());
    }
    parts.join(", ")
}
