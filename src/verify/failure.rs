// SPDX-License-Identifier: GPL-2.0-or-later
//! The ways in which MediaWiki fails and says so with status 200, since the head was sent before, or by design.
//!
//! They are told by what MediaWiki itself writes around its messages, never by the message alone: a page that quotes an
//! error is no failure. Where the marks come from, in repository `mediawiki/core`: `includes/api/ApiMain.php` (field and
//! result of an error), `includes/Exception/MWExceptionRenderer.php` (exception pages),
//! `includes/ResourceLoader/ResourceLoader.php` (states of modules), `includes/EditPage/IntroMessageBuilder.php` and
//! `includes/Output/OutputPage.php` (read-only notices).

use crate::check::{Assertion, Predicate, Subject};
use crate::exchange::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use thiserror::Error;

/// The field in which `api.php` names the codes of its errors.
const API_ERROR: &str = "mediawiki-api-error";
/// What every exception page has behind its message. No wikitext can write a comment.
const EXCEPTION_COMMENT: &str = "<!-- Set $wgShowExceptionDetails";
/// What the plainest exception page ends with, also where it came into a page that was half sent.
const PLAIN_EXCEPTION_END: &str = r#"<meta name="color-scheme" content="light dark">"#;
const FATAL: &str = "Fatal exception of type ";
const INTERNAL_ERROR: &str = "MediaWiki internal error.";
const PROBLEMATIC: &str = "Problematic modules: ";
/// The container of what users wrote. What stands before it is MediaWiki's own.
const CONTENT: &str = "mw-parser-output";
const READ_ONLY_BOXES: [&str; 2] = [r#"<div id="mw-read-only-warning""#, r#"<div class="mw-readonly-error""#];
const READ_ONLY_PAGE: &str = r#""wgErrorPageMessageKey":"readonly""#;
/// The variable of every page of an error that MediaWiki found itself.
const ERROR_PAGE: &str = r#""wgErrorPageMessageKey":""#;
/// The name of that variable, and of the one that tells which special page it is.
const ERROR_PAGE_KEY: &str = "wgErrorPageMessageKey";
const SPECIAL_PAGE: &str = "wgCanonicalSpecialPageName";
/// The variable of the page on which users log in.
const LOG_IN_PAGE: &str = r#""wgCanonicalSpecialPageName":"Userlogin""#;
/// API codes that say that nothing can be saved now.
const READ_ONLY_CODES: [&str; 2] = ["readonly", "readonlyreason"];
/// API codes that ask for fewer or later requests.
const BUSY_CODES: [&str; 2] = ["maxlag", "ratelimited"];
/// Names of more modules than this are not told.
const NAMED: usize = 3;

/// A way in which MediaWiki failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Error)]
#[serde(rename_all = "snake_case")]
pub enum MediaWikiFailure {
    /// The API answered with an error.
    #[error("the API answered with the error <{code}>")]
    Api {
        /// Its code, or several, joined by `, `.
        code: String,
    },
    /// An exception that nothing caught.
    #[error("MediaWiki failed with a fatal exception{}", of_type(class.as_ref()))]
    FatalException {
        /// The exception's class, where the message names it.
        class: Option<String>,
    },
    /// `ResourceLoader` could not deliver modules that were asked for.
    #[error("ResourceLoader could not deliver {}", modules.join(", "))]
    Modules {
        /// Name and state of a few of them: `ext.example (missing)`.
        modules: Vec<String>,
    },
    /// The wiki takes no edits now, and the page says so.
    #[error("the wiki is read-only")]
    ReadOnly,
    /// The page is the one with which MediaWiki refuses a request.
    #[error("MediaWiki answered with its error page <{key}>")]
    ErrorPage {
        /// The message's key, such as `badaccess-groups`.
        key: String,
    },
    /// A redirect led to the page on which users log in.
    #[error("the wiki asked to log in")]
    LogIn,
}

/// The one value that is demanded, or `null`.
fn is_value(is: &Predicate) -> &Value {
    if let Predicate::Is { value } = is { value } else { &Value::Null }
}

fn of_type(class: Option<&String>) -> String {
    class.map_or_else(String::new, |class| format!(" of type <{class}>"))
}

impl MediaWikiFailure {
    /// The failure that `response` tells of, if it does.
    #[must_use]
    pub fn of(response: &Response) -> Option<Self> {
        let url = url::Url::parse(&response.url).ok();
        let path = url.as_ref().map_or("", |url| url.path());
        if let Some(code) = response.headers.get(API_ERROR) {
            return Some(Self::Api { code });
        }
        if path.ends_with("/api.php") {
            return api_error(&response.body).map(|code| Self::Api { code });
        }
        if path.ends_with("/load.php") {
            return of_load(&response.body);
        }
        let kind = response.headers.get("content-type").unwrap_or_default().to_ascii_lowercase();
        if !kind.is_empty() && !kind.contains("html") {
            return None;
        }
        of_page(&response.body).or_else(|| led_to_log_in(response).then_some(Self::LogIn))
    }

    /// Whether `assertion`, which held, names this very failure, so that the test wants it.
    #[must_use]
    pub fn is_meant_by(&self, assertion: &Assertion) -> bool {
        if assertion.is.forbids() {
            return false;
        }
        let named = |value: &Value| value.as_str().is_some_and(|text| self.is_named_in(text));
        match (&assertion.of, &assertion.is) {
            (Subject::Body, Predicate::Contains { value } | Predicate::Is { value }) => named(value),
            (Subject::Body, Predicate::Matches { pattern }) => self.is_named_in(pattern),
            (
                Subject::Header { name },
                Predicate::Is { .. } | Predicate::Matches { .. } | Predicate::Contains { .. },
            ) => matches!(self, Self::Api { .. }) && name.eq_ignore_ascii_case(API_ERROR),
            (Subject::ApiError, _) => matches!(self, Self::Api { .. }),
            (Subject::Json { path } | Subject::JsonCount { path }, _) => {
                matches!(self, Self::Api { .. })
                    && !assertion.wants_absence()
                    && (has_word(path, "error") || has_word(path, "errors"))
            }
            // What an element says may stand on any page; the failures that have words of their own are named by them.
            (Subject::Html { .. }, Predicate::Contains { value } | Predicate::Is { value }) => {
                !matches!(self, Self::ErrorPage { .. } | Self::LogIn) && named(value)
            }
            (Subject::MwConfig { name }, _) => match self {
                Self::ErrorPage { .. } | Self::ReadOnly => name.trim() == ERROR_PAGE_KEY,
                Self::LogIn => name.trim() == SPECIAL_PAGE && *is_value(&assertion.is) == "Userlogin",
                _ => false,
            },
            _ => false,
        }
    }

    /// What the page of a refusal says is in the wiki's language: a test that found something there meant it.
    fn is_named_in(&self, text: &str) -> bool {
        match self {
            Self::Api { code } => {
                text.contains("\"error\"")
                    || text.contains("\"errors\"")
                    || code.split(", ").any(|code| has_word(text, code))
            }
            Self::FatalException { class } => {
                let text = text.to_ascii_lowercase();
                text.contains("fatal exception")
                    || text.contains("internal error")
                    || class.as_ref().is_some_and(|class| text.contains(&class.to_ascii_lowercase()))
            }
            Self::Modules { modules } => {
                let states = ["missing", "error"].iter().any(|state| has_word(text, state));
                let names = modules.iter().filter_map(|module| module.split(' ').next());
                text.contains(PROBLEMATIC.trim_end_matches([':', ' ']))
                    || (states && names.into_iter().any(|name| text.contains(name)))
            }
            Self::ErrorPage { .. } | Self::LogIn => true,
            Self::ReadOnly => {
                let text = text.to_ascii_lowercase();
                ["read-only", "readonly", "locked"].iter().any(|word| text.contains(word))
            }
        }
    }

    /// What the submitter can do about it, as a sentence.
    #[must_use]
    pub fn next_step(&self) -> &'static str {
        match self {
            Self::Api { code } if names_one(code, &BUSY_CODES) => "Wait a minute, then verify again.",
            Self::Api { code } if names_one(code, &READ_ONLY_CODES) => READ_ONLY_STEP,
            Self::Api { .. } => {
                "Open the URL to read the error; if the test wants it, assert its code or the field MediaWiki-API-Error."
            }
            Self::FatalException { .. } => "Tell the deployer: the patch may be the cause.",
            Self::Modules { .. } => {
                "Look whether the patch registers these modules and whether their files are there; if the test wants \
                 it, assert the module's name with its state."
            }
            Self::ReadOnly => READ_ONLY_STEP,
            Self::ErrorPage { .. } => {
                "Open the URL to read the refusal; if the test wants it, assert a text of it that must be there."
            }
            Self::LogIn => "Test a page that needs no account, or choose to send your cookies with the test.",
        }
    }
}

const READ_ONLY_STEP: &str = "Ask in the channel how long the wiki stays read-only, then verify again.";

fn names_one(codes: &str, of: &[&str]) -> bool {
    codes.split(", ").any(|code| of.contains(&code))
}

/// Whether `word` stands in `text` and is no part of a longer one, so that the code `x` is not found in every text.
fn has_word(text: &str, word: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '-';
    !word.is_empty()
        && text.match_indices(word).any(|(at, _)| {
            let (before, from) = text.split_at(at);
            let after = from.get(word.len()..).unwrap_or_default();
            !before.ends_with(is_part) && !after.starts_with(is_part)
        })
}

/// The code of an error in a result of `api.php`: `error` as of old, `errors` with the newer `errorformat`s.
fn api_error(body: &str) -> Option<String> {
    let result: Map<String, Value> = serde_json::from_str(body).ok()?;
    let code = |error: &Value| error.get("code").and_then(Value::as_str).map(str::to_owned);
    if let Some(error) = result.get("error").filter(|error| error.is_object()) {
        return Some(code(error).unwrap_or_else(|| "unknown".into()));
    }
    let errors = result.get("errors")?.as_array().filter(|errors| !errors.is_empty())?;
    Some(errors.iter().filter_map(code).collect::<Vec<_>>().join(", "))
}

/// `load.php` writes its errors into comments before everything else, and the states of modules that scripts wait for
/// into the last statement.
fn of_load(body: &str) -> Option<MediaWikiFailure> {
    let mut rest = body.trim_start();
    while let Some((comment, behind)) = rest.strip_prefix("/*").and_then(|rest| rest.split_once("*/")) {
        if let Some((_, states)) = comment.split_once(PROBLEMATIC) {
            let modules = problems(states);
            return Some(MediaWikiFailure::Modules { modules });
        }
        if comment.trim_start().starts_with('[') && comment.contains(FATAL) {
            return Some(MediaWikiFailure::FatalException { class: class_in(comment) });
        }
        rest = behind.trim_start();
    }
    let (before, last) = body.rsplit_once("mw.loader.state(")?;
    let is_statement = before.is_empty() || before.ends_with(['\n', ';', '}']);
    let is_last = last.trim_end().trim_end_matches(';').ends_with("})");
    let modules = if is_statement && is_last { problems(last) } else { Vec::new() };
    (!modules.is_empty()).then_some(MediaWikiFailure::Modules { modules })
}

/// The modules that are missing or broken in an object of names and states at the beginning of `text`.
fn problems(text: &str) -> Vec<String> {
    let states = serde_json::Deserializer::from_str(text).into_iter::<Map<String, Value>>().next();
    let states = states.and_then(Result::ok).unwrap_or_default();
    let bad = states.iter().filter_map(|(name, state)| {
        let state = state.as_str().filter(|state| matches!(*state, "missing" | "error"))?;
        Some(format!("{name} ({state})"))
    });
    let mut bad: Vec<String> = bad.collect();
    bad.sort();
    bad.truncate(NAMED);
    bad
}

fn of_page(body: &str) -> Option<MediaWikiFailure> {
    if let Some((before, _)) = body.split_once(EXCEPTION_COMMENT) {
        let message = before.rsplit_once('[').map_or(before, |(_, message)| message);
        return Some(MediaWikiFailure::FatalException { class: class_in(message) });
    }
    if let Some(message) = plain_exception(body) {
        return Some(MediaWikiFailure::FatalException { class: class_in(message) });
    }
    let own = body.split_once(CONTENT).map_or(body, |(own, _)| own);
    let head = own.split_once("<body").map_or(own, |(head, _)| head);
    let read_only = READ_ONLY_BOXES.iter().any(|mark| own.contains(mark)) || head.contains(READ_ONLY_PAGE);
    if read_only {
        return Some(MediaWikiFailure::ReadOnly);
    }
    let (_, key) = head.split_once(ERROR_PAGE)?;
    let key: String =
        key.chars().take_while(|letter| letter.is_ascii_alphanumeric() || "-_".contains(*letter)).collect();
    (!key.is_empty()).then_some(MediaWikiFailure::ErrorPage { key })
}

/// Whether a page that was asked for led to the one on which users log in.
fn led_to_log_in(response: &Response) -> bool {
    let head = response.body.split_once("<body").map_or("", |(head, _)| head);
    let asked = response.hops.first().map(|hop| hop.url.to_ascii_lowercase());
    head.contains(LOG_IN_PAGE) && asked.is_some_and(|url| !url.contains("userlogin"))
}

/// An exception's message without a page around it: alone, or behind what had been sent before. An article ends with
/// `</html>`.
fn plain_exception(body: &str) -> Option<&str> {
    let behind = body.rsplit_once("</html>").map_or(body, |(_, behind)| behind).trim();
    if is_message(behind) {
        return Some(behind);
    }
    let message = behind.strip_suffix(PLAIN_EXCEPTION_END)?.trim_end();
    [INTERNAL_ERROR, FATAL].iter().find_map(|mark| message.get(message.rfind(mark)?..))
}

/// `[request id] date: Fatal exception of type "…"`, or that behind `MediaWiki internal error.`
fn is_message(text: &str) -> bool {
    text.starts_with(INTERNAL_ERROR)
        || text.strip_prefix('[').and_then(|rest| rest.split_once("] ")).is_some_and(|(id, rest)| {
            let date = rest.split_once(": ").map_or("", |(date, _)| date);
            is_request_id(id) && date.starts_with(|c: char| c.is_ascii_digit()) && rest.contains(FATAL)
        })
}

/// The class behind `Fatal exception of type`, with or without quotes.
fn class_in(message: &str) -> Option<String> {
    let (_, rest) = message.split_once(FATAL)?;
    let rest = rest.trim_start_matches("&quot;").trim_start_matches('"');
    let class: String =
        rest.chars().take_while(|letter| letter.is_ascii_alphanumeric() || "\\_".contains(*letter)).collect();
    (!class.is_empty()).then_some(class)
}

/// The request id in an exception's message, `[…] 2026-08-18 …`, for answers whose field `x-request-id` the edge has
/// taken out.
pub(super) fn request_id_in(body: &str) -> Option<String> {
    body.split('[').skip(1).find_map(|from| {
        let (id, behind) = from.split_once("] ")?;
        let dated = behind.get(..4).is_some_and(|year| year.bytes().all(|digit| digit.is_ascii_digit()));
        (is_request_id(id) && dated && behind.contains(':')).then(|| id.to_owned())
    })
}

fn is_request_id(id: &str) -> bool {
    (8..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::{MediaWikiFailure, request_id_in};
    use crate::check::{Assertion, Order, Predicate, Subject};
    use crate::exchange::{Headers, Hop, Response};

    const API: &str = "https://en.wikipedia.org/w/api.php?action=query&format=json";
    const LOAD: &str = "https://en.wikipedia.org/w/load.php?modules=ext.example";
    const PAGE: &str = "https://en.wikipedia.org/wiki/X";
    const ID: &str = "5a1c7b0e-2f7d-4a55-9a7e-0c4c8d1b2e3f";

    fn response(url: &str, body: &str) -> Response {
        Response { url: url.into(), status: 200, body: body.into(), ..Response::default() }
    }

    fn api(code: &str) -> MediaWikiFailure {
        MediaWikiFailure::Api { code: code.into() }
    }

    fn fatal(class: &str) -> MediaWikiFailure {
        MediaWikiFailure::FatalException { class: Some(class.into()) }
    }

    fn modules(names: &[&str]) -> MediaWikiFailure {
        MediaWikiFailure::Modules { modules: names.iter().map(|name| (*name).to_owned()).collect() }
    }

    #[test]
    fn an_error_of_the_api_is_a_failure_in_every_shape() {
        for (body, failure) in [
            (
                r#"{"error":{"code":"badvalue","info":"Unrecognized value.","*":"See"},"servedby":"mw1"}"#,
                Some(api("badvalue")),
            ),
            (r#"{"error":{"code":"badvalue","info":"Unrecognized value.","docref":"See"}}"#, Some(api("badvalue"))),
            (r#"{"errors":[{"code":"a","text":"A"},{"code":"b","text":"B"}]}"#, Some(api("a, b"))),
            (r#"{"error":{}}"#, Some(api("unknown"))),
            (r#"{"batchcomplete":true,"query":{"error":{"code":"x"}}}"#, None),
            (r#"{"errors":[]}"#, None),
            (r#"{"error":"a text"}"#, None),
            (r#"{"query":{"general":{"readonly":true,"readonlyreason":"x"}}}"#, None),
            (r#"[{"error":{"code":"x"}}]"#, None),
            ("", None),
        ] {
            assert_eq!(MediaWikiFailure::of(&response(API, body)), failure, "{body}");
        }
        let elsewhere = response(PAGE, r#"{"error":{"code":"badvalue"}}"#);
        assert_eq!(MediaWikiFailure::of(&elsewhere), None);
    }

    #[test]
    fn the_field_of_the_api_is_a_failure_whatever_the_body() {
        for body in ["", "<api><error code=\"badvalue\"/></api>", "callback({})"] {
            let headers = Headers::from_iter([("MediaWiki-API-Error", "badvalue")]);
            let failed = Response { headers, ..response(API, body) };
            assert_eq!(MediaWikiFailure::of(&failed), Some(api("badvalue")), "{body}");
        }
    }

    #[test]
    fn an_exception_page_is_a_failure_and_an_article_about_it_is_none() {
        let message = format!("[{ID}] 2026-08-18 13:05:00: Fatal exception of type &quot;TypeError&quot;");
        let comment = "<!-- Set $wgShowExceptionDetails = true; at the bottom\nof LocalSettings.php -->";
        let double = format!("MediaWiki internal error.<br />\n<br />\nOriginal exception: {message}<br />\n");
        let end = "\n<meta name=\"color-scheme\" content=\"light dark\">";
        let article = format!("<html><title>Manual</title><pre>\n{message}\n{double}</pre></html>");
        for (body, failure) in [
            (
                format!("<html><title>Internal error</title><div>{message}</div>{comment}</html>"),
                Some(fatal("TypeError")),
            ),
            (
                format!("<html><div>[{ID}] Schwerer Fehler</div>{comment}</html>"),
                Some(MediaWikiFailure::FatalException { class: None }),
            ),
            (format!("{message}{end}"), Some(fatal("TypeError"))),
            (message.clone(), Some(fatal("TypeError"))),
            (message.replace(ID, "x"), None),
            (message.replace("2026", "year"), None),
            (message.replace("Fatal", "A"), None),
            (double.clone() + end, Some(fatal("TypeError"))),
            (double.clone(), Some(fatal("TypeError"))),
            (format!("<html><script>x('</html>')</script></html>{message}"), Some(fatal("TypeError"))),
            (
                format!("<html><title>Fatal exception of type Other</title><div>{message}</div>{comment}</html>"),
                Some(fatal("TypeError")),
            ),
            (format!("<html><p>half a page{message}{end}"), Some(fatal("TypeError"))),
            (format!("<html></html>\n{message}{end}"), Some(fatal("TypeError"))),
            (article, None),
            (format!("<html>&lt;!-- Set $wgShowExceptionDetails {message}</html>"), None),
            ("MediaWiki is software. MediaWiki internal error.".into(), None),
        ] {
            assert_eq!(MediaWikiFailure::of(&response(PAGE, &body)), failure, "{body}");
        }
        let headers = Headers::from_iter([("content-type", "text/HTML; charset=UTF-8")]);
        let page = Response { headers, ..response(PAGE, &format!("{message}{comment}")) };
        assert_eq!(MediaWikiFailure::of(&page), Some(fatal("TypeError")));
        let headers = Headers::from_iter([("content-type", "text/x-wiki; charset=UTF-8")]);
        let source = Response { headers, ..response(PAGE, &format!("{message}{comment}")) };
        assert_eq!(MediaWikiFailure::of(&source), None);
    }

    #[test]
    fn modules_that_were_not_delivered_are_a_failure() {
        for (body, failure) in [
            (
                "/*\nProblematic modules: {\"ext.example\":\"missing\"}\n*/\n.a{}",
                Some(modules(&["ext.example (missing)"])),
            ),
            (
                "/*\nProblematic modules: {\n    \"ext.b\": \"error\",\n    \"ext.a\": \"missing\"\n}\n*/",
                Some(modules(&["ext.a (missing)", "ext.b (error)"])),
            ),
            (
                "/*\n[5a1c7b0e] 2026-08-18 13:05:00: Fatal exception of type \"LogicException\"\n*/\nx();",
                Some(fatal("LogicException")),
            ),
            (
                "/* one */\n/*\nProblematic modules: {\"ext.example\":\"error\"}\n*/",
                Some(modules(&["ext.example (error)"])),
            ),
            (
                "mw.loader.impl(function(){});\nmw.loader.state({\"ext.example\":\"missing\"});",
                Some(modules(&["ext.example (missing)"])),
            ),
            (
                "mw.loader.state({\n    \"ext.example\": \"error\",\n    \"ext.b\": \"ready\"\n});\n",
                Some(modules(&["ext.example (error)"])),
            ),
            (
                "mw.loader.state({\"a\":\"ready\"});mw.loader.state({\"ext.example\":\"missing\"});",
                Some(modules(&["ext.example (missing)"])),
            ),
            ("if(x){}mw.loader.state({\"ext.example\":\"error\"})", Some(modules(&["ext.example (error)"]))),
            (
                "/* Problematic modules: {\"d\":\"error\",\"c\":\"error\",\"b\":\"missing\",\"a\":\"error\"} */",
                Some(modules(&["a (error)", "b (missing)", "c (error)"])),
            ),
            ("x();\nmw.loader.state({\"ext.example\":\"ready\"});", None),
            ("log('mw.loader.state({\"x\":\"missing\"})');", None),
            ("x('Problematic modules: {\"x\":\"missing\"}');", None),
            ("/* A licence. */ x();", None),
            ("/* [x] A licence. */ x();", None),
            ("/* Fatal exception of type \"LogicException\" is caught here. */ x();", None),
            ("x();\nmw.loader.state({\"ext.example\":\"missing\"});\ny();", None),
            ("state = mw.loader.state({\"ext.example\":\"missing\"});", None),
        ] {
            assert_eq!(MediaWikiFailure::of(&response(LOAD, body)), failure, "{body}");
        }
    }

    #[test]
    fn a_notice_of_mediawiki_that_the_wiki_is_read_only_is_a_failure() {
        let read_only = Some(MediaWikiFailure::ReadOnly);
        for (body, failure) in [
            ("<html><body><div id=\"mw-read-only-warning\">\nLocked.</div><form>", read_only.clone()),
            ("<html><head><script>RLCONF={\"wgErrorPageMessageKey\":\"readonly\"}</script></head><body>", read_only),
            ("<html><body><div class=\"mw-readonly-error\">\nLocked.</div>", Some(MediaWikiFailure::ReadOnly)),
            ("<html><body><div class=\"mw-parser-output\"><div id=\"mw-read-only-warning\">", None),
            ("<html><head></head><body>\"wgErrorPageMessageKey\":\"readonly\"", None),
            ("<html><body>The database is locked.", None),
        ] {
            assert_eq!(MediaWikiFailure::of(&response(PAGE, body)), failure, "{body}");
        }
    }

    #[test]
    fn a_page_of_a_refusal_is_a_failure() {
        let refused = MediaWikiFailure::ErrorPage { key: "badaccess-groups".into() };
        for (body, failure) in [
            ("<html><head>RLCONF={\"wgErrorPageMessageKey\":\"badaccess-groups\"}</head><body>", Some(refused)),
            ("<html><head>RLCONF={\"wgErrorPageMessageKey\":\"\"}</head><body>", None),
            ("<html><head></head><body>\"wgErrorPageMessageKey\":\"badaccess-groups\"", None),
        ] {
            assert_eq!(MediaWikiFailure::of(&response(PAGE, body)), failure, "{body}");
        }
    }

    #[test]
    fn a_page_that_led_to_the_one_for_logging_in_is_a_failure() {
        let body = "<html><head>RLCONF={\"wgCanonicalSpecialPageName\":\"Userlogin\"}</head><body>";
        let hop = |url: &str| Hop { url: url.into(), status: 302, location: None, headers: None, sent: None };
        for (hops, failure) in [
            (vec![hop("https://en.wikipedia.org/wiki/Special:Preferences")], Some(MediaWikiFailure::LogIn)),
            (vec![hop("https://en.wikipedia.org/wiki/Special:Userlogin")], None),
            (vec![], None),
        ] {
            let led = Response { hops, ..response(PAGE, body) };
            assert_eq!(MediaWikiFailure::of(&led), failure);
        }
    }

    #[test]
    fn a_failure_is_meant_where_its_own_sign_is_named() {
        let contains = |text: &str| Assertion::body_contains(text);
        let field = |name: &str| Assertion::header_is(name, "badvalue");
        let matches = |pattern: &str| Assertion::body_matches(pattern);
        for (failure, assertion, meant) in [
            (api("badvalue"), contains("badvalue"), true),
            (api("badvalue"), contains(r#""code":"badvalue""#), true),
            (api("a, badvalue"), matches("code.*badvalue"), true),
            (api("badvalue"), contains(r#""error""#), true),
            (api("badvalue"), contains(r#""errors""#), true),
            (api("badvalue"), contains("error"), false),
            (api("badvalue"), field("mediawiki-api-error"), true),
            (api("badvalue"), field("x-other"), false),
            (api("badvalue"), contains("eventcoordinator"), false),
            (api("badvalue"), contains("badvalues"), false),
            (api("badvalue"), contains("badvalue-x"), false),
            (api("badvalue"), contains("x_badvalue"), false),
            (api("badvalue"), contains("badvalues, badvalue"), true),
            (api("badvalue"), Assertion::body_lacks("badvalue"), false),
            (api("badvalue"), Assertion::header_absent("MediaWiki-API-Error"), false),
            (api("badvalue"), Assertion::status(200), false),
            (fatal("TypeError"), contains("Fatal exception of type"), true),
            (fatal("TypeError"), contains("TypeError"), true),
            (fatal("TypeError"), contains("Internal error"), true),
            (fatal("TypeError"), contains("<html"), false),
            (fatal("TypeError"), field("mediawiki-api-error"), false),
            (modules(&["ext.a (missing)"]), contains("Problematic modules"), true),
            (modules(&["ext.a (missing)"]), contains(r#""ext.a":"missing""#), true),
            (modules(&["ext.a (error)"]), contains(r#""ext.a":"error""#), true),
            (modules(&["ext.a (missing)"]), contains("ext.a"), false),
            (modules(&["ext.a (missing)"]), contains("missing"), false),
            (MediaWikiFailure::ReadOnly, contains("mw-read-only-warning"), true),
            (MediaWikiFailure::ReadOnly, contains("wgErrorPageMessageKey\":\"readonly"), true),
            (MediaWikiFailure::ReadOnly, contains("The database is locked"), true),
            (MediaWikiFailure::ReadOnly, contains("Edit"), false),
            (MediaWikiFailure::LogIn, contains("Log in"), true),
            (MediaWikiFailure::LogIn, Assertion::body_lacks("Log out"), false),
        ] {
            assert_eq!(failure.is_meant_by(&assertion), meant, "{assertion:?}");
        }
    }

    #[test]
    fn a_failure_is_meant_by_who_asks_for_it_elsewhere_than_in_the_text() {
        let value = |value: &str| Predicate::Is { value: value.into() };
        let error = || Subject::ApiError;
        let json = |path: &str| Subject::Json { path: path.into() };
        let count = |path: &str| Subject::JsonCount { path: path.into() };
        let element = || Subject::Html { selector: "p".into() };
        let config = |name: &str| Subject::MwConfig { name: name.into() };
        let above = || Predicate::Compares { order: Order::Above, number: 0.into() };
        let refused = || MediaWikiFailure::ErrorPage { key: "badaccess-groups".into() };
        for (failure, of, is, meant) in [
            (api("badtoken"), error(), value("badtoken"), true),
            (api("badtoken"), error(), Predicate::Exists, true),
            (api("badtoken"), error(), Predicate::Absent, false),
            (api("badtoken"), error(), Predicate::IsNot { value: "x".into() }, false),
            (api("badtoken"), json("$.error.code"), value("badtoken"), true),
            (api("badtoken"), json("$['errors'][0].code"), Predicate::Exists, true),
            (api("badtoken"), json("$.error"), Predicate::Absent, false),
            (api("badtoken"), json("$.query.errorbox"), Predicate::Exists, false),
            (api("badtoken"), count("$.errors"), above(), true),
            (api("badtoken"), count("$.errors"), Predicate::Is { value: 0.into() }, false),
            (api("badtoken"), element(), value("badtoken"), true),
            (api("badtoken"), element(), value("x"), false),
            (fatal("TypeError"), error(), Predicate::Exists, false),
            (fatal("TypeError"), json("$.error"), Predicate::Exists, false),
            (fatal("TypeError"), element(), value("Fatal exception of type"), true),
            (MediaWikiFailure::ReadOnly, element(), Predicate::Contains { value: "read-only".into() }, true),
            (MediaWikiFailure::ReadOnly, config("wgErrorPageMessageKey"), value("readonly"), true),
            (refused(), config("wgErrorPageMessageKey"), value("badaccess-groups"), true),
            (refused(), config("wgErrorPageMessageKey"), Predicate::Absent, false),
            (refused(), config("wgTitle"), Predicate::Exists, false),
            (refused(), element(), Predicate::Contains { value: "Wikipedia".into() }, false),
            (refused(), element(), Predicate::Exists, false),
            (MediaWikiFailure::LogIn, config("wgCanonicalSpecialPageName"), value("Userlogin"), true),
            (MediaWikiFailure::LogIn, config("wgCanonicalSpecialPageName"), Predicate::Exists, false),
            (MediaWikiFailure::LogIn, element(), value("Log in"), false),
        ] {
            let assertion = Assertion { of, is };
            assert_eq!(failure.is_meant_by(&assertion), meant, "{failure}: {assertion}");
        }
    }

    #[test]
    fn the_request_id_is_read_from_the_message() {
        for (body, id) in [
            (format!("<p>[[x]] [{ID}] 2026-08-18 13:05:00: Fatal"), Some(ID)),
            (format!("[{ID}]"), None),
            ("[1] 2026: x".into(), None),
            (format!("[{ID}] then: x"), None),
            (String::new(), None),
        ] {
            assert_eq!(request_id_in(&body).as_deref(), id, "{body}");
        }
        for (length, is_id) in [(7, false), (8, true), (64, true), (65, false)] {
            let found = request_id_in(&format!("[{}] 2026-08-18 13:05:00: Fatal", "a".repeat(length)));
            assert_eq!(found.is_some(), is_id, "{length}");
        }
    }

    #[test]
    fn a_failure_is_told_with_what_to_do_about_it() {
        let none = MediaWikiFailure::FatalException { class: None };
        let open =
            "Open the URL to read the error; if the test wants it, assert its code or the field MediaWiki-API-Error.";
        let (wait, deployer) = ("Wait a minute, then verify again.", "Tell the deployer: the patch may be the cause.");
        let read_only = "Ask in the channel how long the wiki stays read-only, then verify again.";
        for (failure, what, next_step) in [
            (api("badvalue"), "the API answered with the error <badvalue>", open),
            (api("x, maxlag"), "the API answered with the error <x, maxlag>", wait),
            (api("ratelimited"), "the API answered with the error <ratelimited>", wait),
            (api("readonly"), "the API answered with the error <readonly>", read_only),
            (api("readonlyreason"), "the API answered with the error <readonlyreason>", read_only),
            (fatal("TypeError"), "MediaWiki failed with a fatal exception of type <TypeError>", deployer),
            (none, "MediaWiki failed with a fatal exception", deployer),
            (MediaWikiFailure::ReadOnly, "the wiki is read-only", read_only),
        ] {
            assert_eq!((failure.to_string().as_str(), failure.next_step()), (what, next_step));
        }
        let missing = modules(&["ext.a (missing)", "ext.b (error)"]);
        assert_eq!(missing.to_string(), "ResourceLoader could not deliver ext.a (missing), ext.b (error)");
        assert!(missing.next_step().starts_with("Look whether the patch registers these modules"));
    }
}
