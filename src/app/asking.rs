// SPDX-License-Identifier: GPL-2.0-or-later
//! Asks the outside for one thing each, and has the pure modules read the answer. Extension and command share it.
//!
//! Must not keep anything and must not decide what to ask for.

use super::agent::name_oneself;
use crate::change::{
    Change, Destination, Reference, branches_from_gerrit, by_numbers, by_references, changes_from_gerrit,
    contained_from_gitiles, included_in, missing_from,
};
use crate::debug::{Backend, Directives, HEADER, Known};
use crate::deployed::{
    LOG_URL, LogEntry, NOC_VERSIONS_URL, Running, Wikiversions, deployment_info_url, entries_from_toolforge,
    entries_from_wikitech, log_page_url, siteinfo_url,
};
use crate::exchange::{Headers, Request, Response, TransportError};
use crate::ports::Http;
use crate::schedule::{CalendarError, PageError, Schedule, page_from_api, parse};
use crate::verify::{Target, doubt_of};
use std::collections::BTreeSet;
use thiserror::Error;

/// Limit of one request, in milliseconds.
const TIMEOUT_MS: u32 = 15_000;

/// Why something was not told.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AskError {
    /// There was no answer.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The answer is a refusal.
    #[error("it answered with status <{0}>")]
    Status(u16),
    /// The wiki has no such page.
    #[error("the wiki has no page <{0}>")]
    Missing(String),
    /// The page is no calendar.
    #[error(transparent)]
    NotACalendar(#[from] CalendarError),
    /// The answer cannot be read.
    #[error("{0}")]
    Unreadable(String),
}

/// Which of its two places the log was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogSource {
    /// sal.toolforge.org.
    Toolforge,
    /// The page `Server_Admin_Log` on wikitech.
    Wikitech,
}

/// The calendar, or a month of its archive, by the URL that [`page_url`](crate::schedule::page_url) gives.
///
/// # Errors
/// When it is not told, or is no calendar.
pub async fn calendar(http: &impl Http, url: &str) -> Result<Schedule, AskError> {
    let page = page_from_api(&text(http, url).await?).map_err(|error| match error {
        PageError::Missing { title } => AskError::Missing(title),
        error => unreadable(error),
    })?;
    Ok(parse(&page.wikitext)?)
}

/// These changes in one query, and in a second one the siblings of those on release branches and all that they depend
/// on. A number that Gerrit does not know is not among them.
///
/// # Errors
/// When either query is not told: without its siblings a backport would seem to have none.
pub async fn changes(http: &impl Http, numbers: &[u64]) -> Result<Vec<Change>, AskError> {
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let mut known = query(http, &by_numbers(numbers)).await?;
    let mut references: BTreeSet<Reference> = known.iter().flat_map(Change::depends_on).collect();
    let has_siblings = |change: &&Change| !matches!(change.destination(), Destination::Config | Destination::Elsewhere);
    references.extend(known.iter().filter(has_siblings).map(|change| Reference::ChangeId(change.change_id.clone())));
    if !references.is_empty() {
        let references: Vec<Reference> = references.into_iter().collect();
        for found in query(http, &by_references(&references)).await? {
            if !known.iter().any(|change| change.number == found.number) {
                known.push(found);
            }
        }
    }
    Ok(known)
}

/// This change alone, with its current revision; `None` where Gerrit does not know it.
///
/// # Errors
/// When it is not told.
pub(super) async fn change(http: &impl Http, number: u64) -> Result<Option<Change>, AskError> {
    Ok(query(http, &by_numbers(&[number])).await?.into_iter().find(|change| change.number == number))
}

/// The branches that contain a merged change.
///
/// # Errors
/// When they are not told.
pub async fn branches(http: &impl Http, number: u64) -> Result<Vec<String>, AskError> {
    branches_from_gerrit(&text(http, &included_in(number)).await?).map_err(unreadable)
}

/// Whether the commit `running` of a project contains the commit `patch`, as Gitiles tells it.
///
/// # Errors
/// When it is not told, such as for a commit that Gerrit does not have.
pub async fn contains(http: &impl Http, project: &str, running: &str, patch: &str) -> Result<bool, AskError> {
    contained_from_gitiles(&text(http, &missing_from(project, running, patch)).await?).map_err(unreadable)
}

/// The versions of all wikis.
///
/// # Errors
/// When they are not told.
pub async fn versions(http: &impl Http) -> Result<Wikiversions, AskError> {
    Wikiversions::from_noc(&text(http, NOC_VERSIONS_URL).await?).map_err(unreadable)
}

/// The newest entries of the Server Admin Log, oldest first; from wikitech where toolforge does not tell.
///
/// # Errors
/// When neither tells: what toolforge did.
pub async fn log(http: &impl Http) -> Result<(LogSource, Vec<LogEntry>), AskError> {
    let read = |html: String| entries_from_toolforge(&html).map_err(unreadable);
    let failed = match text(http, LOG_URL).await.and_then(read) {
        Ok(entries) => return Ok((LogSource::Toolforge, entries)),
        Err(error) => error,
    };
    // Yesterday's section first, so that the entries stay in order.
    let mut entries = Vec::new();
    for section in [2, 1] {
        let Ok(json) = text(http, &log_page_url(section)).await else { continue };
        let Ok(page) = page_from_api(&json) else { continue };
        entries.extend(entries_from_wikitech(&page.wikitext).unwrap_or_default());
    }
    if entries.is_empty() { Err(failed) } else { Ok((LogSource::Wikitech, entries)) }
}

/// What the server that answers for `host` runs: a test server's with `backend`, production's without. Where
/// deployment-info does not tell, the version alone, as siteinfo tells it. An answer of another server, or of a cache,
/// tells nothing; `known` is what the user has said of servers.
///
/// # Errors
/// When neither tells: what deployment-info did.
pub async fn running(
    http: &impl Http,
    host: &str,
    backend: Option<&Backend>,
    known: &Known,
) -> Result<Running, AskError> {
    let header = backend.map(|backend| (HEADER, Directives::to(backend.clone()).value()));
    let ask = |url: String| {
        let mut request = request(&url);
        if let Some((name, value)) = &header {
            request.headers.push(*name, value.clone());
        }
        async move { http.send(&request).await }
    };
    let target = backend.map_or(Target::Production, |backend| Target::Debug { backend: backend.clone() });
    let from_there =
        |response: &Response| doubt_of(&target, response, known).map_or(Ok(()), |doubt| Err(unreadable(doubt)));
    let info = ask(deployment_info_url(host)).await?;
    let told =
        from_there(&info).and_then(|()| Running::from_deployment_info(info.status, &info.body).map_err(unreadable));
    let failed = match told {
        Ok(running) => return Ok(running),
        // Who asks to slow down is not asked something else at once.
        Err(error) if info.status == 429 => return Err(error),
        Err(error) => error,
    };
    let site = ask(siteinfo_url(host)).await?;
    let told = from_there(&site).and_then(|()| Running::from_siteinfo(site.status, &site.body).map_err(unreadable));
    told.map_err(|_| failed)
}

async fn query(http: &impl Http, url: &str) -> Result<Vec<Change>, AskError> {
    changes_from_gerrit(&text(http, url).await?).map_err(unreadable)
}

/// The body of an answer with status 200.
pub(super) async fn text(http: &impl Http, url: &str) -> Result<String, AskError> {
    match http.send(&request(url)).await? {
        Response { status: 200, body, .. } => Ok(body),
        response => Err(AskError::Status(response.status)),
    }
}

fn request(url: &str) -> Request {
    let mut headers = Headers::new();
    name_oneself(&mut headers);
    Request { url: url.to_owned(), headers, timeout_ms: TIMEOUT_MS, ..Request::default() }
}

#[expect(clippy::needless_pass_by_value, reason = "as map_err hands it over")]
fn unreadable(error: impl ToString) -> AskError {
    AskError::Unreadable(error.to_string())
}
