// SPDX-License-Identifier: GPL-2.0-or-later
//! The ways in which MediaWiki and what stands around it fail, most of them with status 200, where a test of what must be
//! absent finds nothing to complain about.

use super::bed::{Answer, Lie, PATCH_TEXT};
use super::kind::Kind::{
    AbsentFromNothing, Api, Assertion as NotHeld, BadStatus, EdgeError, ErrorPage, FatalException, LogIn, Modules,
    ReadOnly,
};
use super::row::On::Both;
use super::row::{Row, absence, lie, of, presence};
use backport_verify::check::Assertion;
use backport_verify::exchange::Redirects;
use backport_verify::suite::Test;

const API: &str = "https://en.wikipedia.org/w/api.php?action=query&meta=siteinfo&siprop=usergroups&format=json";
const LOAD: &str = "https://en.wikipedia.org/w/load.php?modules=jquery&only=scripts";
const ROOT: &str = "https://en.wikipedia.org/";
const ID: &str = "5a1c7b0e-2f7d-4a55-9a7e-0c4c8d1b2e3f";
/// What ends the plainest exception.
const PLAIN_END: &str = "\n<meta name=\"color-scheme\" content=\"light dark\">";

/// Every row.
pub(crate) fn rows() -> Vec<Row> {
    [exceptions(), apis(), loads(), refusals(), statuses(), nothings()].concat()
}

fn message() -> String {
    format!("[{ID}] 2026-11-22 13:05:00: Fatal exception of type &quot;TypeError&quot;")
}

/// The page of an exception that nothing caught.
pub(crate) fn fatal() -> String {
    let comment = "<!-- Set $wgShowExceptionDetails = true; at the bottom of LocalSettings.php -->";
    format!("<!DOCTYPE html><html><title>Internal error</title><div>{}</div>{comment}</html>", message())
}

/// Both default tests, with the answer's body in this way.
fn body(name: &'static str, change: impl Fn(String) -> String + Send + Sync + 'static) -> Row {
    lie(name, Both).tells(move |answer| answer.body = change(answer.text_of()).into())
}

fn nowhere(url: &str) -> Test {
    Test { url: url.into(), ..absence() }
}

fn exceptions() -> Vec<Row> {
    vec![
        body("a page of a fatal exception", |_| fatal()).fails(FatalException, "fatal exception of type <TypeError>"),
        body("a fatal exception that repeats what is looked for", |_| {
            fatal().replace("<div>", "<div>eventcoordinator")
        })
        .fails(FatalException, "fatal exception of type <TypeError>"),
        body("a fatal exception without a page", |_| message()).fails(FatalException, "of type <TypeError>"),
        body("a fatal exception in the middle of a page", |page| {
            format!("{}{}{PLAIN_END}", page.split("</table>").next().unwrap(), message())
        })
        .fails(FatalException, "of type <TypeError>"),
        body("a fatal exception behind a whole page", |page| format!("{page}\n{}{PLAIN_END}", message()))
            .fails(FatalException, "of type <TypeError>"),
        body("an internal error while one was told", |_| {
            format!("MediaWiki internal error.<br />Original exception: {}<br />{PLAIN_END}", message())
        })
        .fails(FatalException, "fatal exception"),
    ]
}

fn apis() -> Vec<Row> {
    let group = || of(API, Assertion::body_contains(PATCH_TEXT));
    let api = |name| lie(name, Both).asks([nowhere(API)]);
    vec![
        api("an error of the API")
            .tells(|answer| answer.body = r#"{"error":{"code":"internal_api_error_DBQueryError","info":"x"}}"#.into())
            .fails(Api, "the error <internal_api_error_DBQueryError>"),
        api("errors of the API in its newer form")
            .tells(|answer| answer.body = r#"{"errors":[{"code":"maxlag"},{"code":"readonly"}]}"#.into())
            .fails(Api, "the error <maxlag, readonly>"),
        api("an error that only the API's field tells of")
            .asks([group(), nowhere(API)])
            .tells(|answer| answer.headers.push(("mediawiki-api-error", "unknown_action".into())))
            .fails(Api, "the error <unknown_action>"),
        api("an error of the API that repeats what is looked for")
            .asks([group()])
            .tells(|answer| {
                answer.body = r#"{"error":{"code":"badvalue","info":"no such group: eventcoordinator"}}"#.into();
            })
            .fails(Api, "the error <badvalue>"),
        api("half of an API answer")
            .tells(|answer| answer.body = answer.body.slice(..answer.body.len() / 2))
            .inconclusive(AbsentFromNothing, "is not whole"),
        api("a page for an API answer")
            .tells(|answer| answer.body = "<!DOCTYPE html><html>API help</html>".into())
            .inconclusive(AbsentFromNothing, "not the text that it says it is"),
        api("the API's help")
            .asks([group()])
            .tells(|answer| *answer = page_of(answer, "MediaWiki API help"))
            .fails(NotHeld, "body contains <eventcoordinator>: not found"),
    ]
}

/// A page in the place of `answer`, by the same server.
fn page_of(answer: &Answer, text: &str) -> Answer {
    let page = format!("<!DOCTYPE html><html><head></head><body>{text}</body></html>");
    let mut page = Answer::html(answer.status, page);
    let kept = answer.headers.iter().filter(|(name, _)| !name.starts_with("content-"));
    page.headers.extend(kept.cloned());
    page
}

fn loads() -> Vec<Row> {
    let jquery = || of(LOAD, Assertion::body_contains("jquery"));
    let load = |name, body: &'static str| {
        lie(name, Both).asks([jquery(), nowhere(LOAD)]).tells(move |answer| answer.body = body.into())
    };
    vec![
        load("modules that are missing", "/*\nProblematic modules: {\"jquery\":\"missing\"}\n*/\n")
            .fails(Modules, "could not deliver jquery (missing)"),
        load("modules that are broken, by their state alone", "x();\nmw.loader.state({\"jquery\":\"error\"});")
            .fails(Modules, "could not deliver jquery (error)"),
        load(
            "a module that threw an exception",
            "/*\n[5a1c7b0e] 2026-11-22 13:05:00: Fatal exception of type \"LogicException\"\n*/\nx('jquery');",
        )
        .fails(FatalException, "of type <LogicException>"),
    ]
}

/// A page in whose head this stands.
fn with_head(head: &'static str) -> impl Fn(String) -> String {
    move |page| page.replacen("RLCONF={", &format!("RLCONF={{{head},"), 1)
}

fn root(assertion: Assertion) -> Test {
    Test { redirects: Redirects::Follow, ..of(ROOT, assertion) }
}

fn refusals() -> Vec<Row> {
    let log_in = "\"wgCanonicalSpecialPageName\":\"Userlogin\"";
    let no_text = || Assertion::body_lacks("this text is nowhere");
    vec![
        body("a wiki that is read-only", |page| {
            page.replacen("<main", "<div id=\"mw-read-only-warning\"></div><main", 1)
        })
        .fails(ReadOnly, "the wiki is read-only"),
        body("the page of a wiki that is read-only", with_head("\"wgErrorPageMessageKey\":\"readonly\""))
            .fails(ReadOnly, "the wiki is read-only"),
        lie("a refusal for want of rights", Both)
            .asks_absence()
            .tells(|answer| {
                let refused = with_head("\"wgErrorPageMessageKey\":\"badaccess-groups\"");
                answer.body = refused(answer.text_of()).into();
            })
            .fails(ErrorPage, "its error page <badaccess-groups>"),
        lie("the page to log in, where another was asked for", Both)
            .asks([root(no_text())])
            .tells_all(move |seen, answer| {
                if seen.route().starts_with("/wiki/") {
                    answer.body = with_head(log_in)(answer.text_of()).into();
                }
            })
            .fails(LogIn, "asked to log in"),
        lie("a redirect to log in, not followed", Both)
            .asks_absence()
            .tells(|answer| {
                answer.status = 302;
                answer.put("location", "/wiki/Special:UserLogin");
            })
            .fails(BadStatus, "302"),
        lie("the page that users see who must log in, with nothing of what was asked", Both)
            .asks([presence()])
            .tells(|answer| *answer = page_of(answer, "Please log in to view other pages."))
            .fails(NotHeld, "body contains <eventcoordinator>: not found"),
        lie("a search for what was asked", Both)
            .asks([presence()])
            .tells(|answer| *answer = page_of(answer, "There were no results matching the query."))
            .fails(NotHeld, "body contains <eventcoordinator>: not found"),
    ]
}

fn statuses() -> Vec<Row> {
    let status = |name, status: u16, says| {
        lie(name, Both).asks_absence().tells(move |answer| answer.status = status).fails(BadStatus, says)
    };
    vec![
        status("a page with status 500", 500, "500"),
        status("a page with status 502", 502, "502"),
        status("a page with status 504", 504, "504"),
        status("a page that wants a password", 401, "401"),
        status("a page that is forbidden", 403, "403"),
        status("a page that is gone", 410, "410"),
        lie("a page that is not there and repeats what is looked for", Both)
            .asks([presence()])
            .tells(|answer| {
                *answer = page_of(answer, "There is no page eventcoordinator.");
                answer.status = 404;
            })
            .fails(BadStatus, "404"),
        lie("a page that is not there", Both)
            .asks_absence()
            .tells(|answer| answer.status = 404)
            .fails(BadStatus, "404"),
        lie("a wiki under maintenance", Both)
            .tells(|answer| {
                *answer = Answer::html(503, "<html><title>Wikimedia Error</title>Maintenance</html>")
                    .with("server", "Varnish")
                    .with("retry-after", "600");
            })
            .inconclusive(EdgeError, "Wikimedia Error, status 503"),
        lie("the error page of a known server", Both).asks_absence().bed(Lie::ServerError(503)).fails(BadStatus, "503"),
    ]
}

fn nothings() -> Vec<Row> {
    let nothing = |name, change: fn(String) -> String, says| {
        lie(name, Both)
            .asks_absence()
            .tells(move |answer| answer.body = change(answer.text_of()).into())
            .inconclusive(AbsentFromNothing, says)
    };
    vec![
        nothing("an empty page", |_| String::new(), "is empty"),
        nothing("a page of blanks", |_| " \n \n".into(), "is empty"),
        nothing("half of a page", |page| page.split("</table>").next().unwrap().into(), "is not whole"),
        nothing("the beginning of a page", |_| "<!DOCTYPE html>\n<html class=\"client-nojs\">".into(), "is not whole"),
        nothing("the end of a page", |page| page.rsplit_once("</table>").unwrap().1.replace('<', " "), "not the text"),
        nothing("bytes for a page", |_| "\u{1f}\u{8}\0\0".into(), "not the text that it says it is"),
        lie("an empty page where the status is asked for", Both)
            .asks([Test { assertions: [absence().assertions, vec![Assertion::status(200)]].concat(), ..absence() }])
            .tells(|answer| answer.body = "".into())
            .inconclusive(AbsentFromNothing, "is empty"),
    ]
}
