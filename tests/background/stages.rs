// SPDX-License-Identifier: GPL-2.0-or-later
//! Several backends in one run, and production held against the stages before.

use super::fake::{Answer, Browser, page};
use super::{
    GERRIT, HEADER, NEXT, PRODUCTION, URL, also_on_next, prepared, saving, server_of, started, state, test, verified,
    wikimedia,
};
use backport_verify::app::{Command, SettingsForm};
use backport_verify::debug::Backend;
use backport_verify::exchange::Request;
use backport_verify::ports::Area;
use backport_verify::report::to_json;
use backport_verify::suite::Test;
use backport_verify::verify::{Doubt, Earlier, Journal, Reason, SamePage, Since, Verdict};
use jiff::SignedDuration;

/// Wikimedia, whose servers of these names show what the patch brings, and no other.
fn showing(servers: &'static [&'static str]) -> impl Fn(&Request) -> Answer {
    let usual = wikimedia(false);
    move |request| {
        let server = server_of(request);
        if request.url.starts_with(URL) {
            page(request, server, "pass", if servers.contains(&server) { "eventcoordinator" } else { "…" })
        } else if request.url.ends_with("/w/deployment-info.php") {
            page(request, server, "pass", &super::version::deployment_info("1.47.0-wmf.15"))
        } else {
            usual(request)
        }
    }
}

fn line(browser: &Browser, production: bool) -> String {
    state(browser).run_of(GERRIT, production).unwrap().report.clone().unwrap().line
}

#[tokio::test]
async fn every_chosen_backend_is_asked_beside_production_and_must_pass() {
    let both = "deployer: PASS on mwdebug (k8s-mwdebug, k8s-mwdebug-next): 1/1 pass, 1 fixed. Good to continue. ";
    let first = "deployer: FAIL on mwdebug (k8s-mwdebug, k8s-mwdebug-next): 0/1 pass, 1 still failing. \
                 en.wikipedia.org/wiki/Special:ListGroupRights on k8s-mwdebug-next: body contains <eventcoordinator>";
    for (servers, verdict, said) in
        [(&[super::DEBUG, NEXT] as &'static [_], Verdict::Pass, both), (&[super::DEBUG], Verdict::Fail, first)]
    {
        let browser = Browser::new();
        let app = prepared(&browser).await;
        also_on_next(&app).await;
        browser.answers(showing(servers));
        let before = browser.sent().len();
        let journal = verified(&app, &browser, false).await;
        assert_eq!(journal.verdict(), Some(verdict));
        assert!(line(&browser, false).starts_with(said), "{}", line(&browser, false));
        let sent = browser.sent().split_off(before);
        let mut asked: Vec<_> =
            sent.iter().filter(|sent| sent.url.starts_with(URL)).map(|sent| sent.headers.get(HEADER)).collect();
        asked.sort();
        let header = |name: &str| Some(format!("backend={name}"));
        assert_eq!(asked, [None, header("k8s-mwdebug"), header("k8s-mwdebug-next")]);
        let json = to_json(&journal);
        assert_eq!(json["backend"], "k8s-mwdebug, k8s-mwdebug-next");
        let of = |place: usize| &json["tests"][0]["backends"][place];
        assert_eq!((&of(0)["backend"], &of(0)["outcome"]["verdict"]), (&"k8s-mwdebug".into(), &"pass".into()));
        let second = if verdict == Verdict::Pass { "pass" } else { "fail" };
        assert_eq!((&of(1)["backend"], &of(1)["outcome"]["verdict"]), (&"k8s-mwdebug-next".into(), &second.into()));
    }
}

#[tokio::test]
async fn a_backend_in_whose_place_another_answers_is_inconclusive_and_named() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    also_on_next(&app).await;
    // Whatever is asked for, the usual test servers answer.
    browser.answers(wikimedia(false));
    let journal = verified(&app, &browser, false).await;
    assert_eq!(journal.verdict(), Some(Verdict::Inconclusive));
    let doubt = Doubt::OtherBackend { backend: "k8s-mwdebug-next".into(), server: super::DEBUG.into() };
    assert_eq!(journal.deciding(0).unwrap().reason, Some(Reason::Doubt { doubt }));
    assert!(line(&browser, false).contains(" on k8s-mwdebug-next: mw-debug.eqiad"), "{}", line(&browser, false));
}

#[tokio::test]
async fn further_backends_are_kept_and_left_alone_by_who_does_not_speak_of_them() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    also_on_next(&app).await;
    let settings = |also: Option<Vec<String>>| Command::SaveSettings {
        form: SettingsForm {
            nick: Some("submitter".into()),
            backend: Some("k8s-mwdebug".into()),
            also,
            ..SettingsForm::default()
        },
    };
    app.handle(settings(None)).await;
    let app = started(&browser).await;
    app.work().await;
    assert_eq!(state(&browser).settings.also.iter().map(Backend::as_str).collect::<Vec<_>>(), ["k8s-mwdebug-next"]);
    app.handle(settings(Some(vec!["no such".into()]))).await;
    app.work().await;
    assert_eq!(state(&browser).settings.also.len(), 1);
    app.handle(settings(Some(Vec::new()))).await;
    app.work().await;
    assert_eq!(state(&browser).settings.also.len(), 0);
}

/// Verifies on mwdebug with `before` showing the patch, and then on production with `after`.
async fn both(before: &'static [&'static str], after: &'static [&'static str]) -> (Journal, String) {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    browser.answers(showing(before));
    verified(&app, &browser, false).await;
    browser.answers(showing(after));
    let journal = verified(&app, &browser, true).await;
    (journal, line(&browser, true))
}

#[tokio::test]
async fn production_is_held_against_both_stages_before() {
    use super::DEBUG;
    for (before, after, since, said) in [
        (
            &[DEBUG] as &'static [_],
            &[PRODUCTION] as &'static [_],
            Since::Fixed,
            "PASS on production: 1/1 pass, 1 fixed by the patch.",
        ),
        (
            &[DEBUG, PRODUCTION],
            &[PRODUCTION],
            Since::Kept,
            "PASS on production: 1/1 pass, as before: proves nothing about the patch.",
        ),
        (&[DEBUG], &[], Since::Regressed, "FAIL on production: 0/1 pass, 1 regressed since mwdebug."),
        (&[], &[], Since::StillFailing, "FAIL on production: 0/1 pass, 1 failed on mwdebug too."),
        (&[], &[PRODUCTION], Since::PassesOnlyHere, "PASS on production: 1/1 pass. All done, thank you."),
    ] {
        let (journal, line) = both(before, after).await;
        assert_eq!(journal.since(0), Some(since));
        assert!(line.starts_with(&format!("deployer: {said}")), "{line}");
        assert_eq!(to_json(&journal)["tests"][0]["since"], serde_json::to_value(since).unwrap());
    }
    let (journal, _) = both(&[DEBUG], &[PRODUCTION]).await;
    assert_eq!(journal.plan.earlier.len(), 1);
    let Earlier { baseline, mwdebug } = &journal.plan.earlier[0];
    let (baseline, mwdebug) = (baseline.as_ref().unwrap(), mwdebug.as_ref().unwrap());
    assert_eq!((baseline.verdict, mwdebug.verdict), (Verdict::Fail, Verdict::Pass));
    assert_eq!(mwdebug.page, journal.deciding(0).unwrap().evidence.page);
    assert_ne!(mwdebug.page, baseline.page);
    assert_eq!(journal.same_page(0), Some(SamePage::AsOnMwdebug));
}

#[tokio::test]
async fn a_test_that_was_changed_after_mwdebug_was_not_verified_there() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    verified(&app, &browser, false).await;
    browser.answers(wikimedia(true));
    let renamed = Test { name: "renamed".into(), ..test() };
    let other = Test { url: format!("{URL}?uselang=de"), ..test() };
    app.handle(saving(&browser, GERRIT, None, vec![other, renamed])).await;
    let journal = verified(&app, &browser, true).await;
    assert_eq!([journal.since(0), journal.since(1)], [Some(Since::NotVerified), Some(Since::Fixed)]);
    let line = line(&browser, true);
    assert!(line.starts_with("deployer: PASS on production: 2/2 pass, 1 fixed by the patch."), "{line}");
}

#[tokio::test]
async fn production_without_a_run_on_mwdebug_is_compared_with_nothing() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    browser.answers(wikimedia(true));
    let journal = verified(&app, &browser, true).await;
    assert_eq!((journal.plan.earlier.len(), journal.since(0)), (0, Some(Since::NotVerified)));
    assert_eq!(journal.verdict(), Some(Verdict::Pass));
}

#[tokio::test]
async fn what_came_before_outlives_a_stopped_background_and_older_runs_are_still_read() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    verified(&app, &browser, false).await;
    browser.time_passes(SignedDuration::from_mins(5));
    let app = started(&browser).await;
    app.work().await;
    browser.answers(wikimedia(true));
    assert_eq!(verified(&app, &browser, true).await.since(0), Some(Since::Fixed));

    let runs = browser.kept(Area::Local, "runs").unwrap();
    let mut older: serde_json::Value = serde_json::from_str(&runs).unwrap();
    let plan = older.pointer_mut("/data/0/journal/plan").and_then(serde_json::Value::as_object_mut).unwrap();
    assert!(plan.remove("earlier").is_some());
    let later = Browser::new();
    later.put(Area::Local, "runs", &older.to_string());
    let app = started(&later).await;
    app.work().await;
    assert_eq!(state(&later).run_of(GERRIT, true).unwrap().journal.since(0), Some(Since::NotVerified));
}

#[tokio::test]
async fn a_test_that_must_fail_before_and_passes_is_no_pass_and_the_line_says_why() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    let must = Test { must_fail_before: true, ..test() };
    app.handle(saving(&browser, GERRIT, None, vec![must])).await;
    assert_eq!(verified(&app, &browser, false).await.verdict(), Some(Verdict::Pass));
    browser.answers(wikimedia(true));
    let journal = verified(&app, &browser, false).await;
    assert_eq!(journal.verdict(), Some(Verdict::Inconclusive));
    assert!(journal.proves_nothing());
    let line = line(&browser, false);
    let said = "deployer: INCONCLUSIVE on mwdebug (k8s-mwdebug), re-run: 0/1 pass. \
                en.wikipedia.org/wiki/Special:ListGroupRights: the test passes without the patch, and it must fail before. \
                Please hold while I look. ";
    assert!(line.starts_with(said), "{line}");
    // On production after the sync there is no before to ask.
    assert_eq!(verified(&app, &browser, true).await.verdict(), Some(Verdict::Pass));
}
