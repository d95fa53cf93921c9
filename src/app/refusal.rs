// SPDX-License-Identifier: GPL-2.0-or-later
//! Why a wiki did not save a page, in the user's words, and what to do next.
//!
//! The codes are those of <https://www.mediawiki.org/wiki/API:Edit> and <https://www.mediawiki.org/wiki/API:Errors_and_warnings>.

use serde::{Deserialize, Serialize};

/// Why a page was not saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// Nobody is logged in on that wiki in this browser.
    NotLoggedIn {
        /// The wiki's host.
        host: String,
    },
    /// Somebody has saved the page since it was read, or has made or removed it.
    Conflict,
    /// The wiki saves nothing now.
    ReadOnly {
        /// Its reason.
        detail: String,
    },
    /// A filter against abuse or spam stands against it.
    Filtered {
        /// What the wiki said.
        detail: String,
    },
    /// The account or the address is blocked.
    Blocked {
        /// What the wiki said.
        detail: String,
    },
    /// The page is protected, or the account may not edit it.
    Protected {
        /// What the wiki said.
        detail: String,
    },
    /// The wiki did not take the token, nor a second one.
    Token,
    /// It asks for fewer edits.
    TooMany,
    /// It wants to be shown that a person edits.
    Captcha,
    /// There was no answer: it may have been saved.
    NoAnswer {
        /// Why, as a fragment.
        detail: String,
    },
    /// The browser stopped the background in between: it may have been saved.
    Interrupted,
    /// Anything else.
    Other {
        /// The wiki's code.
        code: String,
        /// What it said.
        detail: String,
    },
}

impl Refusal {
    /// The reason for a code of the API.
    #[must_use]
    pub fn of(code: &str, info: &str, host: &str) -> Self {
        let detail = info.to_owned();
        match code {
            "assertuserfailed" | "assertnameduserfailed" | "notloggedin" => Self::NotLoggedIn { host: host.to_owned() },
            "editconflict" | "articleexists" | "missingtitle" | "pagedeleted" => Self::Conflict,
            "readonly" => Self::ReadOnly { detail },
            "spamblacklist" | "hookaborted" => Self::Filtered { detail },
            filter if filter.starts_with("abusefilter") => Self::Filtered { detail },
            "blocked" | "autoblocked" | "globalblocking-blocked-error" => Self::Blocked { detail },
            "protectedpage"
            | "cascadeprotected"
            | "permissiondenied"
            | "noedit"
            | "cantcreate"
            | "noedit-anon"
            | "customcssjsprotected" => Self::Protected { detail },
            protected if protected.starts_with("protectednamespace") => Self::Protected { detail },
            "badtoken" => Self::Token,
            "ratelimited" | "maxlag" => Self::TooMany,
            other => Self::Other { code: other.to_owned(), detail },
        }
    }

    /// What is wrong, as a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let said = |what: &str, detail: &str| match detail.trim().trim_end_matches('.') {
            "" => format!("{what}."),
            detail => format!("{what}: {detail}."),
        };
        match self {
            Self::NotLoggedIn { host } => format!("Not saved: nobody is logged in on {host} in this browser."),
            Self::Conflict => "Not saved: somebody has changed the page since you read it.".to_owned(),
            Self::ReadOnly { detail } => said("Not saved: the wiki is read-only now", detail),
            Self::Filtered { detail } => said("Not saved: a filter of the wiki stands against this edit", detail),
            Self::Blocked { detail } => said("Not saved: your account or address is blocked there", detail),
            Self::Protected { detail } => said("Not saved: you may not edit this page", detail),
            Self::Token => "Not saved: the wiki did not take its own token, twice.".to_owned(),
            Self::TooMany => "Not saved: the wiki asks for fewer edits now.".to_owned(),
            Self::Captcha => "Not saved: the wiki wants to be shown that a person edits.".to_owned(),
            Self::NoAnswer { detail } => said("The wiki did not answer, so the page may be saved or not", detail),
            Self::Interrupted => "The browser interrupted the saving, so the page may be saved or not.".to_owned(),
            Self::Other { code, detail } => said(&format!("Not saved: the wiki refused ({code})"), detail),
        }
    }

    /// What to do next, as a sentence.
    #[must_use]
    pub const fn next_step(&self) -> &'static str {
        match self {
            Self::NotLoggedIn { .. } => "Log in on that wiki in a tab, then save again.",
            Self::Conflict => {
                "Your tests are still here, and theirs are on the page. Read the page again, look at both, then save."
            }
            Self::ReadOnly { .. } | Self::TooMany => "Wait some minutes, then save again.",
            Self::Filtered { .. } => {
                "Look at the tests and the summary for what the filter means, or edit the page by hand."
            }
            Self::Blocked { .. } => "Export the YAML, and ask somebody else to put it on the page.",
            Self::Protected { .. } => "Choose another page, or export the YAML and ask somebody who may edit it.",
            Self::Token => "Reload a page of that wiki in a tab, log in again if it asks, then save again.",
            Self::Captcha => "Copy the YAML, and save it on the page by hand.",
            Self::NoAnswer { .. } | Self::Interrupted => "Read the page again: it shows whether your tests are there.",
            Self::Other { .. } => "Open the page in a tab and try to edit it there; then save again.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Refusal;

    #[test]
    fn codes_of_the_api_have_their_reasons() {
        let of = |code| Refusal::of(code, "Why.", "www.mediawiki.org");
        let detail = || "Why.".to_owned();
        for (code, refusal) in [
            ("assertuserfailed", Refusal::NotLoggedIn { host: "www.mediawiki.org".into() }),
            ("editconflict", Refusal::Conflict),
            ("articleexists", Refusal::Conflict),
            ("missingtitle", Refusal::Conflict),
            ("readonly", Refusal::ReadOnly { detail: detail() }),
            ("abusefilter-disallowed", Refusal::Filtered { detail: detail() }),
            ("abusefilter-warning", Refusal::Filtered { detail: detail() }),
            ("blocked", Refusal::Blocked { detail: detail() }),
            ("protectedpage", Refusal::Protected { detail: detail() }),
            ("protectednamespace-interface", Refusal::Protected { detail: detail() }),
            ("badtoken", Refusal::Token),
            ("ratelimited", Refusal::TooMany),
            ("newerror", Refusal::Other { code: "newerror".into(), detail: detail() }),
        ] {
            assert_eq!(of(code), refusal);
        }
        assert_eq!(of("blocked").sentence(), "Not saved: your account or address is blocked there: Why.");
    }
}
