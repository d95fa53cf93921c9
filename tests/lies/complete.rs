// SPDX-License-Identifier: GPL-2.0-or-later
//! Whether the tables tell every lie for which the engine has a word.
//!
//! Must not excuse a reason that the command's client can meet.

use super::kind::Kind;
use super::row::{OnBed, Row};
use super::{how, what, when, who, wire};

/// What no row can bring about, and why.
const NOT_HERE: [(Kind, &str); 14] = [
    (Kind::NoAssertion, "a test that demands nothing cannot pass honestly, and is refused before it is run"),
    (Kind::LeftSites, "the client asks no other site, so that no answer of one can come"),
    (Kind::Interrupted, "only a background that the browser stops goes on with a run"),
    (Kind::PatchThereAlready, "it is said of the baseline, which decides nothing"),
    (Kind::NotPermitted, "only browsers withhold sites from an extension"),
    (Kind::FieldNotSendable, "only browsers withhold fields from an extension"),
    (Kind::HeaderAdded, "the command's requests leave as they were built"),
    (Kind::HeaderChanged, "the command's requests leave as they were built"),
    (Kind::HeaderRemoved, "the command's requests leave as they were built"),
    (Kind::DebugCookie, "the command has no cookies"),
    (Kind::NotAllowed, "nothing is asked, so that nobody can answer"),
    (Kind::NotCaptured, "nothing is asked, so that nobody can answer"),
    (Kind::NotAsked, "nothing is asked, so that nobody can answer"),
    (Kind::BodyHidden, "only browsers hide the body of a redirect"),
];

async fn all() -> Vec<Row> {
    let stand = OnBed::start().await;
    let commits = what::Commits::of(&stand.bed);
    [who::rows(), when::rows(), what::rows(&commits), how::rows(), wire::rows()].concat()
}

#[tokio::test]
async fn every_reason_of_the_engine_is_some_rows() {
    let rows = all().await;
    for kind in Kind::ALL {
        let told = rows.iter().filter(|row| row.because == *kind).count();
        let excuse = NOT_HERE.iter().find(|(excused, _)| excused == kind);
        match excuse {
            Some((_, why)) => assert_eq!(told, 0, "{kind:?} is brought about after all; it was said that {why}"),
            None => assert!(told > 0, "no row is for {kind:?}: think of the lie that brings it about"),
        }
    }
}

#[tokio::test]
async fn no_two_rows_have_one_name() {
    let rows = all().await;
    assert!(rows.len() >= 60, "only {} rows", rows.len());
    let mut names: Vec<&str> = rows.iter().map(|row| row.name).collect();
    names.sort_unstable();
    let twice: Vec<&str> = names.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
    assert_eq!(twice, [""; 0]);
}
