// SPDX-License-Identifier: GPL-2.0-or-later
//! What really left the browser: an answer to another request than was meant proves nothing.

use super::{GERRIT, URL, prepared, state, verified, wikimedia};
use crate::fake::{Answer, Browser};
use backport_verify::debug::HEADER;
use backport_verify::exchange::{Request, Response, Sent};
use backport_verify::verify::{Doubt, Reason, Verdict};

const OTHERS: &str = "backend=k8s-mwdebug-next";
const COOKIE: &str = "backend%3Dk8s-mwdebug%3Blog";

/// What becomes of what was meant.
type Bend = fn(Sent) -> Sent;

/// Wikimedia with the patch everywhere, asked through a browser that says what it sent.
fn told(sent: impl Fn(Sent) -> Sent) -> impl Fn(&Request) -> Answer {
    let usual = wikimedia(true);
    move |request| {
        let meant = Sent { debug_header: request.headers.get(HEADER), debug_cookie: None };
        let sent = if request.url.starts_with(URL) { sent(meant) } else { meant };
        usual(request).map(|came| came.map(|response| Response { sent: Some(sent), ..response }))
    }
}

#[tokio::test]
async fn an_answer_that_claims_to_be_the_right_one_passes_only_where_the_right_request_left() {
    let removed = |sent| Sent { debug_header: None, ..sent };
    let other = |sent| Sent { debug_header: Some(OTHERS.into()), ..sent };
    let cookie = |sent| Sent { debug_cookie: Some(COOKIE.into()), ..sent };
    let wanted = || "backend=k8s-mwdebug".to_owned();
    let along = Doubt::DebugCookie { host: "en.wikipedia.org".into(), value: COOKIE.into() };
    let rows: [(bool, Bend, Option<Doubt>); 7] = [
        (true, |sent| sent, None),
        (true, other, Some(Doubt::HeaderAdded { value: OTHERS.into() })),
        (true, cookie, Some(along.clone())),
        (false, |sent| sent, None),
        (false, removed, Some(Doubt::HeaderRemoved { wanted: wanted() })),
        (false, other, Some(Doubt::HeaderChanged { wanted: wanted(), sent: OTHERS.into() })),
        (false, cookie, Some(along)),
    ];
    for (production, sent, expected) in rows {
        let browser = Browser::new();
        let app = prepared(&browser).await;
        browser.answers(told(sent));
        let journal = verified(&app, &browser, production).await;
        let verdict = if expected.is_none() { Verdict::Pass } else { Verdict::Inconclusive };
        assert_eq!(journal.verdict(), Some(verdict), "{expected:?}");
        let reason = expected.map(|doubt| Reason::Doubt { doubt });
        assert_eq!(journal.deciding(0).unwrap().reason, reason);
        let line = state(&browser).run_of(GERRIT, production).unwrap().report.clone().unwrap().line;
        assert_eq!(line.contains("PASS"), verdict == Verdict::Pass, "{line}");
    }
}
