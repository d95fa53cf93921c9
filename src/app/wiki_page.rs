// SPDX-License-Identifier: GPL-2.0-or-later
//! A wiki page read, and saved as the user, each by the API.
//!
//! Must not keep a token, and must not decide what is written or when. Forms: <https://www.mediawiki.org/wiki/API:Revisions>,
//! <https://www.mediawiki.org/wiki/API:Tokens>, <https://www.mediawiki.org/wiki/API:Edit>.

use super::agent::name_oneself;
use super::asking::text;
use super::{AskError, Refusal};
use crate::exchange::{Headers, Method, Request, Response, Session};
use crate::ports::Http;
use crate::schedule::{PageError, page_from_api};
use crate::suite::SharedPage;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::form_urlencoded::Serializer;

/// Limit of one request, in milliseconds: under the 30 s after which a browser ends a background without an answer.
const TIMEOUT_MS: u32 = 20_000;

/// The token of who is not logged in.
const NOBODYS: &str = "+\\";

/// A page as it was read: all that an edit needs to see a conflict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PageRead {
    /// The revision; `None` where there is no page yet.
    pub(super) revision: Option<u64>,
    /// When that was saved.
    saved: Option<Timestamp>,
    /// When it was read, by the wiki's clock, as the wiki wrote it.
    read: Option<String>,
    /// Its wikitext.
    pub(super) wikitext: String,
}

/// Reads a page, as nobody.
///
/// # Errors
/// When it is not told. That there is no such page is no error.
pub(super) async fn read(http: &impl Http, page: &SharedPage) -> Result<PageRead, AskError> {
    let query = Serializer::new(String::new())
        .extend_pairs([
            ("action", "query"),
            ("prop", "revisions"),
            ("rvprop", "ids|timestamp|content"),
            ("rvslots", "main"),
            ("curtimestamp", "1"),
            ("titles", page.title()),
            ("format", "json"),
            ("formatversion", "2"),
        ])
        .finish();
    let answer = text(http, &format!("{}?{query}", api(page))).await?;
    let read = serde_json::from_str::<Value>(&answer).ok();
    let read = read.and_then(|value| value.get("curtimestamp")?.as_str().map(str::to_owned));
    match page_from_api(&answer) {
        Ok(found) => Ok(PageRead {
            revision: Some(found.revision),
            saved: Some(found.timestamp),
            read,
            wikitext: found.wikitext,
        }),
        Err(PageError::Missing { .. }) => Ok(PageRead { revision: None, saved: None, read, wikitext: String::new() }),
        Err(error) => Err(AskError::Unreadable(error.to_string())),
    }
}

/// Saves `wikitext` over `base`, as the user of the browser's own session, and gives the page as it is then. A token that
/// the wiki does not take is asked for once more. Nothing is sent when nobody is logged in.
///
/// # Errors
/// Why it was not saved, or not known to be.
pub(super) async fn save(
    http: &impl Http,
    page: &SharedPage,
    base: &PageRead,
    wikitext: &str,
    summary: &str,
) -> Result<PageRead, Refusal> {
    let first = token(http, page).await?;
    match edit(http, page, base, wikitext, summary, &first).await {
        Err(Refusal::Token) => {
            let second = token(http, page).await?;
            edit(http, page, base, wikitext, summary, &second).await
        }
        done => done,
    }
}

async fn token(http: &impl Http, page: &SharedPage) -> Result<String, Refusal> {
    let query = "action=query&meta=tokens&type=csrf&assert=user&format=json&formatversion=2";
    let request = Request { url: format!("{}?{query}", api(page)), ..as_the_user() };
    let unsaid = |detail: String| Refusal::Other { code: "token".into(), detail };
    let answer = http.send(&request).await.map_err(|error| unsaid(error.to_string()))?;
    let value = told(&answer, page).map_err(|refusal| match refusal {
        // Nothing was sent yet that could be saved.
        Refusal::NoAnswer { detail } => unsaid(detail),
        refusal => refusal,
    })?;
    let token = value.pointer("/query/tokens/csrftoken").and_then(Value::as_str);
    match token {
        None => Err(unsaid("the wiki's answer lacks the token".into())),
        Some(NOBODYS) => Err(Refusal::NotLoggedIn { host: page.host().to_owned() }),
        Some(token) => Ok(token.to_owned()),
    }
}

async fn edit(
    http: &impl Http,
    page: &SharedPage,
    base: &PageRead,
    wikitext: &str,
    summary: &str,
    token: &str,
) -> Result<PageRead, Refusal> {
    let mut form = Serializer::new(String::new());
    form.extend_pairs([("action", "edit"), ("title", page.title()), ("text", wikitext), ("summary", summary)]);
    form.extend_pairs([("assert", "user"), ("format", "json"), ("formatversion", "2")]);
    match base.revision {
        Some(revision) => {
            form.append_pair("nocreate", "1").append_pair("baserevid", &revision.to_string());
        }
        None => {
            form.append_pair("createonly", "1");
        }
    }
    if let Some(saved) = base.saved {
        form.append_pair("basetimestamp", &saved.to_string());
    }
    if let Some(read) = &base.read {
        form.append_pair("starttimestamp", read);
    }
    // At the end, so that a form that was cut is not taken.
    form.append_pair("token", token);
    let mut request = Request { method: Method::Post, url: api(page), body: Some(form.finish()), ..as_the_user() };
    request.headers.push("Content-Type", "application/x-www-form-urlencoded");
    let answer = http.send(&request).await.map_err(|error| Refusal::NoAnswer { detail: error.to_string() })?;
    let value = told(&answer, page)?;
    let said = value.get("edit").cloned().unwrap_or_default();
    match said.get("result").and_then(Value::as_str) {
        Some("Success") => {
            let time = said.get("newtimestamp").and_then(Value::as_str).and_then(|time| time.parse().ok());
            Ok(PageRead {
                revision: said.get("newrevid").and_then(Value::as_u64).or(base.revision),
                saved: time.or(base.saved),
                // By this clock the page was known until then.
                read: said.get("newtimestamp").and_then(Value::as_str).map(str::to_owned).or_else(|| base.read.clone()),
                wikitext: wikitext.to_owned(),
            })
        }
        Some(_) if said.get("captcha").is_some() => Err(Refusal::Captcha),
        _ => {
            let field = |name: &str| said.get(name).and_then(Value::as_str).unwrap_or_default();
            let code = if field("code").is_empty() { "unknown" } else { field("code") };
            Err(Refusal::of(code, field("info"), page.host()))
        }
    }
}

/// What the API told, where it is no error.
fn told(answer: &Response, page: &SharedPage) -> Result<Value, Refusal> {
    let value: Option<Value> = serde_json::from_str(&answer.body).ok();
    let Some(value) = value.filter(Value::is_object) else {
        return Err(Refusal::NoAnswer { detail: format!("it answered with status {} and no JSON", answer.status) });
    };
    let error = value.get("error").or_else(|| value.get("errors")?.get(0));
    let Some(error) = error else { return Ok(value) };
    let field = |name: &str| error.get(name).and_then(Value::as_str);
    let info = field("info").or_else(|| field("text")).unwrap_or_default();
    Err(Refusal::of(field("code").unwrap_or("unknown"), info, page.host()))
}

fn as_the_user() -> Request {
    let mut headers = Headers::new();
    name_oneself(&mut headers);
    Request { headers, session: Session::Mine, timeout_ms: TIMEOUT_MS, ..Request::default() }
}

fn api(page: &SharedPage) -> String {
    format!("https://{}/w/api.php", page.host())
}
