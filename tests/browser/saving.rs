// SPDX-License-Identifier: GPL-2.0-or-later
//! A report leaves the browser as a file, in each of its forms, and is read again.

use crate::bed::{GERRIT, NICK, Seen, TEST_URL};
use crate::stage::{Failure, Played, Stage, expect, in_both_browsers, scenes};
use crate::submitter::Step;
use backport_verify::app::Run;
use backport_verify::report::Form;
use backport_verify::verify::Verdict;
use serde_json::Value;

in_both_browsers!(a_report_is_saved_in_every_form);

async fn a_report_is_saved_in_every_form(stage: &Stage) -> Played {
    stage.set_nick(NICK).await?;
    stage.save_test().await?;
    stage.bed.merge().await?;
    scenes!(stage: of_a_run_that_proves_nothing, of_a_run_that_passes)
}

async fn of_a_run_that_proves_nothing(stage: &Stage) -> Played {
    stage.browser.popup().await?;
    let run = stage.verify(Step::Mwdebug, "inconclusive").await?;
    expect("the verdict", &Some(Verdict::Inconclusive), &run.journal.verdict())?;
    saved(stage, &run).await
}

async fn of_a_run_that_passes(stage: &Stage) -> Played {
    stage.bed.sync_testservers().await?;
    stage.browser.popup().await?;
    let run = stage.verify(Step::Mwdebug, "pass").await?;
    saved(stage, &run).await
}

async fn save(stage: &Stage, run: &Run, form: Form) -> Result<String, Failure> {
    let end = form.extension();
    let button = format!("{} [data-act=\"save-report\"][data-form=\"{end}\"]", Step::Mwdebug.place());
    stage.browser.click_on(&button).await?;
    let verdict = run.journal.verdict().map(|verdict| verdict.to_string().to_lowercase()).unwrap_or_default();
    let asked = run.journal.plan.asked.strftime("%Y-%m-%dT%H%M%SZ");
    let name = format!("backport-verify-{GERRIT}-mwdebug-{asked}-{verdict}.{end}");
    Ok(stage.browser.downloaded(&name).await?)
}

async fn saved(stage: &Stage, run: &Run) -> Played {
    let is_pass = run.journal.verdict() == Some(Verdict::Pass);
    let (lower, upper) = if is_pass { ("pass", "PASS") } else { ("inconclusive", "INCONCLUSIVE") };
    let line = stage.preview(Step::Mwdebug).await?;
    let html = save(stage, run, Form::Html).await?;
    let json: Value = serde_json::from_str(&save(stage, run, Form::Json).await?)?;
    expect(
        "verdict and line",
        &(Some(lower), Some(line.as_str())),
        &(json["verdict"].as_str(), json["line"].as_str()),
    )?;
    let tap = save(stage, run, Form::Tap).await?;
    let point = if is_pass { "TAP version 14\n1..1\nok 1 - " } else { "TAP version 14\n1..1\nnot ok 1 - " };
    expect("the point", &(tap.as_str(), true), &(tap.as_str(), tap.starts_with(point)))?;
    let comment = format!("\n# {upper} on mwdebug (k8s-mwdebug): ");
    expect("the comment", &(tap.as_str(), true), &(tap.as_str(), tap.contains(&comment)))?;
    let junit = save(stage, run, Form::JUnit).await?;
    let errors = u8::from(!is_pass);
    let counts =
        format!("<testsuites name=\"backport-verify\" tests=\"1\" skipped=\"0\" failures=\"0\" errors=\"{errors}\">");
    expect("the counts", &(junit.as_str(), true), &(junit.as_str(), junit.contains(&counts)))?;
    opened_from_disk(stage, &html, lower, upper, &line).await
}

/// Requests for what belongs to a page: the background fetches, and what the browser asks for itself is for nothing.
fn for_a_page(stage: &Stage) -> Vec<String> {
    let is_for_page = |seen: &Seen| seen.header("sec-fetch-dest").is_some_and(|what| what != "empty");
    let of_page = stage.bed.seen().into_iter().filter(is_for_page);
    of_page.map(|seen| format!("{} {}{}", seen.method, seen.host, seen.path)).collect()
}

/// The file shows verdict and line, asks for nothing and gives the browser nothing to complain of; that both would be
/// noticed is tried with two others.
async fn opened_from_disk(stage: &Stage, html: &str, lower: &str, upper: &str, line: &str) -> Played {
    let browser = &stage.browser;
    stage.bed.forget_seen();
    let name = format!("as-saved-{lower}.html");
    browser.open_from_disk(&name, html).await?;
    expect("what is open", &true, &browser.url().await?.starts_with("file://"))?;
    browser.wait_text(&format!(".verdict[data-verdict=\"{lower}\"] h2"), upper).await?;
    expect("the line", &line, &browser.text("dd.line").await?.as_str())?;
    let loaded = browser.script("return performance.getEntriesByType('resource').length").await?;
    expect("what it has loaded", &Some(0), &loaded.as_u64())?;

    let picture = format!("<img src=\"{TEST_URL}\"></main>");
    let with_picture = html.replacen("</main>", &picture, 1);
    let kept = format!("kept-from-loading-{lower}.html");
    browser.open_from_disk(&kept, &with_picture).await?;
    browser.wait_complaint(&kept).await?;
    expect("complaints of the file", &Vec::<String>::new(), &browser.complaints(&name).await?)?;
    expect("requests for a page", &Vec::<String>::new(), &for_a_page(stage))?;

    let policy = "http-equiv=\"Content-Security-Policy\"";
    browser.open_from_disk("without-policy.html", &with_picture.replacen(policy, "name=\"none\"", 1)).await?;
    browser.wait_script("the picture asked for", "return document.images[0].complete", &Value::Bool(true)).await?;
    let picture = format!("GET {}", TEST_URL.trim_start_matches("https://"));
    expect("requests for a page without the policy", &vec![picture], &for_a_page(stage))
}
