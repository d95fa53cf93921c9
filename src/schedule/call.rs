// SPDX-License-Identifier: GPL-2.0-or-later
//! What jouncebot says in the channel when a window opens.
//!
//! Sentences: repository `wikimedia/jouncebot`, `jouncebot.py`. Anybody can say them; must not be more than a hint.

/// Where the line to the deployers leads: `(https://wikitech.wikimedia.org/wiki/Deployments#deploycal-item-…)`. It begins
/// in many ways and always ends so.
const ITEM: &str = "wikitech.wikimedia.org/wiki/Deployments#deploycal-item-";

/// In the line to the submitters.
const SCHEDULED: &str = ": A patch you scheduled for ";

/// Whether a line of jouncebot's calls people to a window.
#[must_use]
pub fn calls_to_a_window(line: &str) -> bool {
    line.contains(ITEM) || line.contains(SCHEDULED)
}

#[cfg(test)]
mod tests {
    use super::calls_to_a_window;

    #[test]
    fn deployers_and_submitters_are_called_and_nothing_else_is_a_call() {
        for (line, expected) in [
            (
                "deployer: Time to snap out of that daydream and deploy UTC afternoon backport window. Get on with it. \
                 (https://wikitech.wikimedia.org/wiki/Deployments#deploycal-item-20261123T1400)",
                true,
            ),
            (
                "submitter: A patch you scheduled for UTC afternoon backport window is about to be deployed. Please be around \
                 during the process.",
                true,
            ),
            ("No Gerrit patches in the queue for this window AFAICS.", false),
            ("I refreshed my knowledge about deployments.", false),
        ] {
            assert_eq!(calls_to_a_window(line), expected, "{line}");
        }
    }
}
