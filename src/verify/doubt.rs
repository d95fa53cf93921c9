// SPDX-License-Identifier: GPL-2.0-or-later
//! Why an answer proves nothing, and what the submitter can do about it.
//!
//! Must not find a doubt: `sent`, `evidence`, `version`, `code` and `parser_cache` do.

use super::absence::Flaw;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;
use thiserror::Error;

/// Why an answer proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Error)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// The edge knows no such backend.
    #[error("the edge knows no backend <{backend}>")]
    UnknownBackend {
        /// The backend asked for.
        backend: String,
    },
    /// Production answered in the backend's place.
    #[error("production answered ({server}), not {backend}")]
    ProductionAnswered {
        /// The backend asked for.
        backend: String,
        /// Who answered.
        server: String,
    },
    /// Another debug backend answered.
    #[error("{server} answered, which is not {backend}")]
    OtherBackend {
        /// The backend asked for.
        backend: String,
        /// Who answered.
        server: String,
    },
    /// X-Wikimedia-Debug went out although production was asked: something else in the browser set it.
    #[error("X-Wikimedia-Debug <{value}> went out with the request, set by another extension")]
    HeaderAdded {
        /// The header's value as it left.
        value: String,
    },
    /// X-Wikimedia-Debug went out with another value than ours.
    #[error("X-Wikimedia-Debug left as <{sent}>, not as <{wanted}>: another extension changed it")]
    HeaderChanged {
        /// What the run asked for.
        wanted: String,
        /// The header's value as it left.
        sent: String,
    },
    /// X-Wikimedia-Debug did not go out although a debug backend was asked.
    #[error("the request left without X-Wikimedia-Debug <{wanted}>: another extension removed it")]
    HeaderRemoved {
        /// What the run asked for.
        wanted: String,
    },
    /// A cookie of the header's name went along, and the edge listens to it before the header.
    #[error("a cookie X-Wikimedia-Debug <{value}> went along with the request")]
    DebugCookie {
        /// The host that got it.
        host: String,
        /// The cookie's value.
        value: String,
    },
    /// A debug server answered where production was asked.
    #[error("a test server answered ({server}), not production")]
    DebugAnswered {
        /// Who answered.
        server: String,
    },
    /// The answer does not say who gave it.
    #[error("the answer (status {status}) does not say which server gave it")]
    NoServer {
        /// Status code.
        status: u16,
    },
    /// The answering server's name is in no table.
    #[error("answered by <{server}> (status {status}), which is not known as a MediaWiki server of Wikimedia")]
    UnknownServer {
        /// Who answered.
        server: String,
        /// Status code.
        status: u16,
    },
    /// The page or API answer names another server than its `server` header.
    #[error("the answer's header says that {server} gave it, and the answer itself says {body}")]
    Contradiction {
        /// What the header says.
        server: String,
        /// What the body says.
        body: String,
    },
    /// A cache answered, also the second time.
    #[error("a cache answered (x-cache-status <{status}>, {}), also when asked past it", aged(*age))]
    Cached {
        /// `x-cache-status`.
        status: String,
        /// `age`, in seconds; `None` where it is missing or cannot be read.
        #[serde(default)]
        age: Option<u64>,
    },
    /// The answer does not say whether a cache gave it.
    #[error("the answer does not say whether a cache gave it (no x-cache-status)")]
    CacheUnstated,
    /// The edge says that neither a cache nor a server gave the answer, or something unheard of.
    #[error("the edge did not ask a server for this answer (x-cache-status <{status}>)")]
    NotFromServer {
        /// `x-cache-status`.
        status: String,
    },
    /// The site asks for fewer requests.
    #[error("the site asks to slow down (status 429)")]
    TooManyRequests,
    /// The site asks for fewer requests, and says for how long.
    #[error("the site asks to wait {seconds} s (status 429)")]
    RetryAfter {
        /// Seconds to wait, from `Retry-After`.
        seconds: u32,
    },
    /// The edge gave its error page, since no server answered it.
    #[error("the edge answered with its error page (Wikimedia Error, status {status}), no server did")]
    EdgeError {
        /// Status code.
        status: u16,
    },
    /// What failed is a page out of the parser cache, which the test servers and production share.
    #[error("the page is from the parser cache, rendered {}, maybe without the patch", rendered.strftime("%Y-%m-%d %H:%M:%S UTC"))]
    ParserCache {
        /// When it was rendered, UTC.
        rendered: Timestamp,
    },
    /// Everything that must be absent is, since there is no whole answer in which it could be.
    #[error("what must be absent is absent, but the answer {flaw}")]
    AbsentFromNothing {
        /// What is wrong with the answer.
        flaw: Flaw,
    },
    /// The client does not show the body, and the test speaks of it.
    #[error("the browser does not show the body of a redirect that is not followed, and the test asks for it")]
    BodyHidden,
    /// A redirect led away from the Wikimedia sites.
    #[error("a redirect led to {url}, which is not a Wikimedia site")]
    LeftSites {
        /// Where it ended.
        url: String,
    },
    /// The run was interrupted while this request, which must not be sent twice, may have been under way.
    #[error("the run was interrupted and a {method} request is not sent twice")]
    Interrupted {
        /// The method.
        method: String,
    },
    /// The wiki does not run the version that the backport is for, so that the patch is in no code that answered.
    #[error("the wiki {host} runs {runs}, and the patch is for {wanted}")]
    OtherVersion {
        /// The wiki's host.
        host: String,
        /// What it runs.
        runs: String,
        /// What the backport is for.
        wanted: String,
        /// Hosts of wikis that run it; empty where that is not known, or none does.
        wikis: Vec<String>,
    },
    /// Which version the wiki runs could not be read.
    #[error("the version that {host} runs is not known: {why}")]
    VersionUnknown {
        /// The wiki's host.
        host: String,
        /// What the backport is for.
        wanted: String,
        /// Why, as a fragment.
        why: String,
    },
    /// A test that must fail without the patch passes without it.
    #[error("the test passes without the patch, and it must fail before")]
    PassedBefore,
    /// Whether a test that must fail without the patch does so could not be shown.
    #[error("the test must fail before, and production gave no certain answer")]
    BeforeUnknown,
    /// The submitter has not allowed that this test sends a request that can change something.
    #[error("a {method} request can change something on the wiki, and it was not allowed for this test")]
    NotAllowed {
        /// The method.
        method: String,
    },
    /// The test asks what the tool never asks: plain http, another port, or a host that mwdebug does not serve.
    #[error("it was not asked: {why}")]
    NotAsked {
        /// What stands against it, as a fragment.
        why: String,
    },
    /// The servers that were asked do not run the patch: what they answer says nothing of it.
    #[error("the patch is not on {side}: {host} runs commit {} there", short(running))]
    PatchNotThere {
        /// The wiki's host.
        host: String,
        /// Which of its servers.
        side: Side,
        /// The commit of the patch's project that they run.
        running: String,
    },
    /// Production runs the patch where it was asked how it is without.
    #[error("production has the patch already: {host} runs commit {} there", short(running))]
    PatchThereAlready {
        /// The wiki's host.
        host: String,
        /// The commit of the patch's project that they run.
        running: String,
    },
    /// The test needs a value that another one was to capture and did not.
    #[error("the test was not sent: <{from}> did not give it {{{{{name}}}}}, since {why}")]
    NotCaptured {
        /// The value's name.
        name: String,
        /// The label of the test that captures it.
        from: String,
        /// Why there is none, as a fragment.
        why: String,
    },
}

/// Which servers of a wiki.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Those that answer to X-Wikimedia-Debug.
    TestServers,
    /// Those that answer to everybody.
    Production,
}

impl fmt::Display for Side {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::TestServers => "the test servers",
            Self::Production => "production",
        })
    }
}

fn aged(age: Option<u64>) -> String {
    age.map_or_else(|| "age not known".to_owned(), |age| format!("age {age} s"))
}

/// A commit as people write it.
fn short(commit: &str) -> String {
    commit.chars().take(10).collect()
}

impl Doubt {
    /// The doubt about an answer with status 429, this `Retry-After` and this `Date`. The former is in seconds or a date
    /// (RFC 9110, section 10.2.3), which is held against the server's own clock (section 6.6.1), not against ours.
    #[must_use]
    pub fn too_many_requests(retry_after: Option<&str>, date: Option<&str>) -> Self {
        let moment = |text: &str| DateTimeParser::new().parse_timestamp(text.trim()).ok();
        let until = |value: &str| {
            let wait = moment(value)?.duration_since(date.and_then(moment)?).as_secs();
            Some(u32::try_from(wait.max(0)).unwrap_or(u32::MAX))
        };
        match retry_after.and_then(|value| value.trim().parse().ok().or_else(|| until(value))) {
            Some(seconds) => Self::RetryAfter { seconds },
            None => Self::TooManyRequests,
        }
    }

    /// Whether the site refused to answer so many requests: more of them now would be impolite.
    #[must_use]
    pub const fn is_too_many_requests(&self) -> bool {
        matches!(self, Self::TooManyRequests | Self::RetryAfter { .. })
    }

    /// How many seconds the site wants to be left alone, where it refused so many requests and said so.
    #[must_use]
    pub const fn wait(&self) -> Option<u32> {
        match self {
            Self::RetryAfter { seconds } => Some(*seconds),
            _ => None,
        }
    }

    /// What the submitter can do about it, as a sentence.
    #[must_use]
    pub fn next_step(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::UnknownBackend { .. } => "Choose another backend in the settings.",
            Self::ProductionAnswered { .. } => {
                "The test servers do not serve this URL; test another URL, or ask the deployer."
            }
            Self::OtherBackend { .. } => "Choose the backend that the deployer synced to, then verify again.",
            Self::HeaderAdded { .. } => {
                "Switch WikimediaDebug off, or the extension that sets this header, then verify again."
            }
            Self::HeaderChanged { .. } | Self::HeaderRemoved { .. } => {
                "Switch off the extension that changes this header, such as WikimediaDebug, then verify again."
            }
            Self::DebugCookie { host, .. } => {
                return format!(
                    "Delete it: open https://{host}, press F12, choose Application (Chromium) or Storage (Firefox), \
                     then Cookies; delete X-Wikimedia-Debug there, then verify again."
                )
                .into();
            }
            Self::DebugAnswered { .. } => {
                "Switch WikimediaDebug off and delete the X-Wikimedia-Debug cookie, then verify again."
            }
            Self::NoServer { .. } | Self::UnknownServer { .. } | Self::Contradiction { .. } => {
                "Verify again; if it stays so, test this URL by hand and ask the deployer to wait."
            }
            Self::Cached { .. } | Self::CacheUnstated | Self::NotFromServer { .. } => {
                "Verify again in a minute, or test a URL that is not cached, such as one of api.php."
            }
            Self::PatchNotThere { side: Side::TestServers, .. } => {
                "Wait until the channel says that it is synced to the testservers, then verify again."
            }
            Self::PatchNotThere { side: Side::Production, .. } => {
                "Wait until the deployment is finished, then verify again; after a rollback there is nothing to verify."
            }
            Self::PassedBefore => "Test what the patch changes, or take the mark <must fail before> off.",
            Self::BeforeUnknown => "See why production gave none, then verify again.",
            Self::NotAllowed { .. } => {
                "Allow it for this test if it does no harm: mwdebug writes to the real databases."
            }
            Self::NotAsked { .. } => "Write it for a Wikimedia site over https, or take it out and check it by hand.",
            Self::AbsentFromNothing { .. } => {
                "Verify again; if it stays so, demand something that must be there too, such as the page's heading."
            }
            Self::BodyHidden => "Follow redirects in this test, or run it with the command.",
            Self::PatchThereAlready { .. } => "The tests can no longer show what the patch changes.",
            Self::NotCaptured { from, .. } => {
                return format!("See what became of <{from}>, then verify again.").into();
            }
            Self::RetryAfter { seconds } => {
                return format!("Wait {seconds} s, then verify again.").into();
            }
            Self::EdgeError { .. } => {
                "Verify again in a minute; if it stays so, tell the deployer: the servers may be down, or broken by the patch."
            }
            Self::ParserCache { .. } => {
                "Test with api.php?action=parse&text=… instead, which renders anew, or test another page; nothing is purged."
            }
            Self::TooManyRequests => "Wait a minute, then verify again.",
            Self::LeftSites { .. } => "Do not follow redirects in this test, or test the other URL by hand.",
            Self::Interrupted { .. } => "Verify again if sending the request once more does no harm.",
            Self::OtherVersion { wanted, wikis, .. } if wikis.is_empty() => {
                return format!("Test a wiki that runs {wanted}; https://versions.toolforge.org shows which do.")
                    .into();
            }
            Self::OtherVersion { wanted, wikis, .. } => {
                return format!("Test a wiki that runs {wanted}, such as {}.", wikis.join(", ")).into();
            }
            Self::VersionUnknown { host, wanted, .. } => {
                return format!("Verify again; if it stays so, look for {wanted} at https://{host}/wiki/Special:Version and test by hand.").into();
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Doubt;

    #[test]
    fn a_site_says_in_seconds_or_by_its_own_clock_how_long_to_wait() {
        let date = Some("Tue, 18 Aug 2026 13:10:00 GMT");
        for (retry_after, date, expected) in [
            (Some("7"), None, Some(7)),
            (Some(" 0 "), date, Some(0)),
            (Some("Tue, 18 Aug 2026 13:10:05 GMT"), date, Some(5)),
            (Some("Tue, 18 Aug 2026 14:10:00 GMT"), date, Some(3600)),
            (Some("Tue, 18 Aug 2026 13:09:00 GMT"), date, Some(0)),
            (Some("Tue, 18 Aug 2026 13:10:05 GMT"), None, None),
            (Some("-1"), date, None),
            (Some("soon"), date, None),
            (None, date, None),
        ] {
            assert_eq!(Doubt::too_many_requests(retry_after, date).wait(), expected, "{retry_after:?} {date:?}");
        }
    }

    #[test]
    fn a_site_that_asks_for_fewer_requests_says_for_how_long_or_not() {
        for (retry_after, doubt, next_step) in [
            (None, Doubt::TooManyRequests, "Wait a minute, then verify again."),
            (Some(" 30 "), Doubt::RetryAfter { seconds: 30 }, "Wait 30 s, then verify again."),
        ] {
            let told = Doubt::too_many_requests(retry_after, None);
            assert_eq!(told, doubt);
            assert!(told.is_too_many_requests());
            assert_eq!(told.next_step(), next_step);
        }
        assert!(!Doubt::CacheUnstated.is_too_many_requests());
    }
}
