// SPDX-License-Identifier: GPL-2.0-or-later
//! What differs between production as it is and the debug backend, as a run keeps it.

use super::fake::{Browser, page};
use super::{DEBUG, GERRIT, HEADER, PRODUCTION, URL, killed_at_work, prepared, started, state, verified, wikimedia};
use backport_verify::app::Command;
use backport_verify::exchange::Request;
use backport_verify::report::{Form, channel_line};
use backport_verify::verify::{Journal, Line};

/// A page with what is different in each answer of each server.
fn rendered(server: &str, id: usize, group: &str) -> String {
    format!(
        "<!DOCTYPE html><html><head><script>RLCONF={{\"wgRequestId\":\"{id:036x}\",\"wgPageName\":\"X\"}};</script></head>\
         <body><ul><li>bureaucrat</li><li>{group}</li><li>steward</li></ul>\
         <script>mw.config.set({{\"wgHostname\":\"{server}\",\"wgBackendResponseTime\":{id}}});</script></body></html>"
    )
}

/// Wikimedia whose page names `patched` on the debug backend and `confirmed` on production.
fn differing(browser: &Browser, patched: &'static str) {
    let usual = wikimedia(false);
    let asked = std::cell::Cell::new(90);
    browser.answers(move |request: &Request| {
        if request.url != URL {
            return usual(request);
        }
        asked.set(asked.get() + 1);
        let debug = request.headers.get(HEADER).is_some();
        let (server, group) = if debug { (DEBUG, patched) } else { (PRODUCTION, "confirmed") };
        page(request, server, "pass", &rendered(server, asked.get(), group))
    });
}

async fn run(patched: &'static str) -> Journal {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    differing(&browser, patched);
    verified(&app, &browser, false).await
}

#[tokio::test]
async fn the_line_that_the_patch_changed_is_kept_and_nothing_that_always_differs() {
    let journal = run("eventcoordinator").await;
    let difference = &journal.differences[&0];
    let changed: Vec<&Line> =
        difference.hunks.iter().flat_map(|hunk| &hunk.lines).filter(|line| line.is_changed()).collect();
    let (gone, new) = ("<li>confirmed</li>".to_owned(), "<li>eventcoordinator</li>".to_owned());
    assert_eq!(changed, [&Line::Gone(gone), &Line::New(new)]);
    assert_eq!((difference.lines, difference.left_out, journal.differences.len()), (1, 0, 1));
    assert_ne!(journal.outcomes[&0].evidence.page, journal.outcomes[&1].evidence.page);
}

#[tokio::test]
async fn a_page_that_did_not_change_has_no_difference_and_one_digest() {
    let journal = run("confirmed").await;
    assert!(journal.differences.is_empty(), "{:?}", journal.differences);
    let digest = journal.outcomes[&0].evidence.page.clone();
    assert!(digest.is_some());
    assert_eq!(digest, journal.outcomes[&1].evidence.page);
}

#[tokio::test]
async fn the_report_as_html_alone_holds_a_difference_and_the_line_no_word_of_the_page() {
    let journal = run("eventcoordinator").await;
    assert!(!journal.differences.is_empty());
    assert!(!channel_line(&journal).contains("<li>"));
    let [html, json, junit, tap] = Form::ALL.map(|form| form.of_run(&journal).unwrap());
    let gone = "Only on production: </span>&lt;li&gt;confirmed&lt;/li&gt;";
    assert!(html.contains(gone), "{html}");
    // What an assertion found is told with a few words around it.
    for report in [json, junit, tap] {
        assert!(
            !report.contains("\"hunks\"") && !report.contains("\"gone\"") && !report.contains("confirmed"),
            "{report}"
        );
    }
}

#[tokio::test]
async fn an_answer_of_another_server_is_compared_with_nothing() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    let usual = wikimedia(false);
    browser.answers(move |request: &Request| match request.headers.get(HEADER) {
        Some(_) if request.url == URL => page(request, PRODUCTION, "pass", "eventcoordinator"),
        _ => usual(request),
    });
    assert!(verified(&app, &browser, false).await.differences.is_empty());
}

#[tokio::test]
async fn a_stopped_worker_loses_the_difference_and_nothing_else() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    browser.answers(|request| match request.headers.get(HEADER) {
        Some(_) => None,
        None => page(request, PRODUCTION, "miss", "old"),
    });
    app.handle(Command::VerifyOnMwdebug { gerrit: GERRIT }).await;
    killed_at_work(app).await;
    differing(&browser, "eventcoordinator");
    let app = started(&browser).await;
    app.work().await;
    let journal = state(&browser).run_of(GERRIT, false).unwrap().journal.clone();
    assert!(journal.pending().is_empty() && journal.differences.is_empty());
    assert!(journal.outcomes.values().all(|outcome| outcome.evidence.page.is_some()));
}

#[test]
fn a_run_that_was_kept_before_pages_were_compared_is_still_one() {
    let journal = r#"{"plan":{"id":"1","subject":{"gerrit":1,"title":"T","deployers":[]},"stage":"production",
        "asked":"2026-08-18T13:05:00Z","tests":[],"jobs":[],"timeout_ms":1},"outcomes":{"0":{"verdict":"pass","reason":null,
        "assertions":[],"evidence":{"status":200,"server":null,"cache_status":null,"age":null,"request_id":null,
        "elapsed_ms":1,"repeated_past_cache":false}}},"ended":null}"#;
    let journal: Journal = serde_json::from_str(journal).unwrap();
    assert!(journal.differences.is_empty());
    assert_eq!(journal.outcomes[&0].evidence.page, None);
}
