// SPDX-License-Identifier: GPL-2.0-or-later
//! The lies that a server, a cache or a network can tell, one a row, each told to the real run engine over the command's
//! own HTTP client. No row ends in PASS.
//!
//! A row is run honestly first, and passes: what it asks can pass. Then the lie is told, and the verdict and the one reason
//! for it must be the row's. Must not reach beyond the loopback. What only a browser can meet is in the browsers' tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod answers;
#[path = "../bed/mod.rs"]
mod bed;
mod complete;
mod how;
mod kind;
mod row;
mod server;
mod what;
mod when;
mod who;
mod wire;

use row::Row;

/// Runs a table, and says of every row that did not come out as it says what came instead.
async fn hold(rows: impl IntoIterator<Item = Row>, stand: &mut impl row::Stand) {
    let mut wrong = Vec::new();
    for row in rows {
        wrong.extend(row.run(stand).await);
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[tokio::test]
async fn no_lie_about_who_answered_passes() {
    let mut stand = row::OnBed::start().await;
    hold(who::rows(), &mut stand).await;
}

#[tokio::test]
async fn no_lie_about_when_it_was_answered_passes() {
    let mut stand = row::OnBed::start().await;
    hold(when::rows(), &mut stand).await;
}

#[tokio::test]
async fn no_lie_about_the_code_passes() {
    let mut stand = row::OnBed::start().await;
    hold(what::rows(&what::Commits::of(&stand.bed)), &mut stand).await;
}

#[tokio::test]
async fn no_way_of_mediawiki_to_fail_passes() {
    let mut stand = row::OnBed::start().await;
    hold(how::rows(), &mut stand).await;
}

#[tokio::test]
async fn no_broken_answer_passes() {
    let mut stand = wire::OnWire::start().await;
    hold(wire::rows(), &mut stand).await;
}
