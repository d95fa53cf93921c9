// SPDX-License-Identifier: GPL-2.0-or-later
//! What can go wrong, in the user's words, and what to do next.

use crate::deployed::Phase;
use serde::{Deserialize, Serialize};

/// Something that stands against what the user wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// No IRC nick is set.
    NoNick,
    /// Wikitech did not give the calendar.
    CalendarUnreachable {
        /// Why, as a fragment.
        detail: String,
    },
    /// The page is no calendar.
    NotACalendar {
        /// Why, as a fragment.
        detail: String,
    },
    /// Wikitech has no such page of the calendar's archive.
    NoArchive {
        /// The page, such as `Deployments/Archive/2026/10`.
        page: String,
    },
    /// What was given is no number of a change.
    NoChange,
    /// The change has no saved tests.
    NoTests {
        /// Gerrit change number.
        gerrit: u64,
    },
    /// A test cannot be kept or run.
    BadTest {
        /// Its label.
        test: String,
        /// Why, as a fragment.
        detail: String,
    },
    /// Which wiki `{host}` means is not known.
    NoWiki {
        /// The test's label.
        test: String,
        /// The version that the wiki must run, where the change is for one.
        version: Option<String>,
    },
    /// The change is about several wikis, and which of them `{host}` means was not chosen.
    WhichWiki {
        /// Gerrit change number.
        gerrit: u64,
        /// The test's label.
        test: String,
        /// Their database names.
        wikis: Vec<String>,
    },
    /// There is no wiki of a name.
    NoSuchWiki {
        /// The name.
        wiki: String,
        /// Why, as a fragment.
        detail: String,
    },
    /// A test is not as it was when the user saw it.
    TestChanged {
        /// Its label.
        test: String,
    },
    /// Other tests are saved than those from which a page began.
    SavedElsewhere,
    /// A page cannot be tested.
    BadPage {
        /// Why, as a fragment.
        detail: String,
    },
    /// A setting cannot be kept.
    BadSetting {
        /// Why, as a fragment.
        detail: String,
    },
    /// The user has taken away the access that a run needs.
    NoAccess {
        /// Origins without access.
        origins: Vec<String>,
    },
    /// A run is under way already.
    Busy,
    /// Nothing is known under that name.
    Gone,
    /// Storage is full or broken.
    Storage {
        /// Why, as a fragment.
        detail: String,
    },
    /// Unsaved tests of so many owners are kept that no more are.
    TooManyUnsaved {
        /// Of how many.
        kept: usize,
    },
    /// What is kept was written by a newer version, or is broken; it is left alone.
    Unreadable {
        /// What: `settings`, `tests`, `unsaved tests`, `results`, `run` or `reminders`.
        what: String,
        /// Why, as a fragment.
        detail: String,
    },
    /// The sync of a patch to the whole fleet has not been seen.
    NotDeployed {
        /// Gerrit change number.
        gerrit: u64,
        /// How far it has got.
        phase: Phase,
        /// What is known and how, as a fragment.
        detail: String,
    },
    /// Gerrit did not tell about changes.
    GerritUnreachable {
        /// Why, as a fragment.
        detail: String,
    },
    /// A suite was not shared, or not taken over.
    NotShared {
        /// Why, as a fragment.
        detail: String,
    },
    /// The wiki page of a suite could not be read, or holds none.
    PageUnreadable {
        /// Its URL.
        page: String,
        /// Why, as a fragment.
        detail: String,
    },
    /// No webhook is set.
    NoWebhook,
    /// The webhook has said that it is gone, and is switched off.
    WebhookGone,
    /// The browser did not put a text on the clipboard.
    NotCopied,
    /// A report could not be put into the form that was wanted.
    NotWritten {
        /// Why, as a fragment.
        detail: String,
    },
    /// The browser did not open a tab.
    Tab {
        /// What it said.
        detail: String,
    },
    /// The browser did not show a reminder.
    Notification {
        /// What it said.
        detail: String,
    },
    /// The page and the background are of different versions.
    Protocol {
        /// What could not be understood.
        detail: String,
    },
}

impl Problem {
    /// What is wrong, as a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::NoNick => "Your IRC nick is not set.".to_owned(),
            Self::CalendarUnreachable { detail } => with("The Deployments calendar could not be read", detail),
            Self::NotACalendar { detail } => with("The page Deployments on wikitech is not a calendar", detail),
            Self::NoArchive { page } => format!("Wikitech has no page {page}, so nothing earlier can be shown."),
            Self::NoChange => "That is not the number of a Gerrit change.".to_owned(),
            Self::NoTests { gerrit } => format!("Change {gerrit} has no saved test, so there is nothing to verify."),
            Self::BadTest { test, detail } => with(&format!("Test “{test}” cannot be saved or run"), detail),
            Self::NoWiki { test, version: Some(version) } => {
                format!("Test “{test}” asks a wiki that runs {version}, and none is known.")
            }
            Self::NoWiki { test, version: None } => {
                format!("Test “{test}” asks {{host}}, and the change does not say which wiki that is.")
            }
            Self::WhichWiki { test, wikis, .. } => {
                format!("Test “{test}” asks {{host}}, and the change is about {}.", wikis.join(", "))
            }
            Self::NoSuchWiki { wiki, detail } => with(&format!("“{wiki}” cannot be a wiki of the change"), detail),
            Self::TestChanged { test } => format!("Test “{test}” was changed since that run, so nothing was allowed."),
            Self::SavedElsewhere => {
                "Your tests were not saved: the saved tests were changed elsewhere in the meantime.".to_owned()
            }
            Self::BadPage { detail } => with("This page cannot become a test", detail),
            Self::BadSetting { detail } => with("The settings were not saved", detail),
            Self::NoAccess { origins } if origins.is_empty() => {
                "The browser does not let this extension reach the sites that it needs.".to_owned()
            }
            Self::NoAccess { origins } => {
                format!("The browser does not let this extension reach {}.", origins.join(", "))
            }
            Self::Busy => "A run is under way already.".to_owned(),
            Self::Gone => "What you asked for is not there any more.".to_owned(),
            Self::Storage { detail } => with("The browser could not save the data", detail),
            Self::TooManyUnsaved { kept } => {
                format!("Tests of {kept} changes are typed and not saved, and more cannot be kept for later.")
            }
            Self::Unreadable { what, detail } => with(&format!("The saved {what} could not be read"), detail),
            Self::NotDeployed { gerrit, detail, .. } => {
                with(&format!("The sync of change {gerrit} to the whole fleet has not been seen"), detail)
            }
            Self::GerritUnreachable { detail } => with("Gerrit could not be read", detail),
            Self::NotShared { detail } => with("The suite was not shared", detail),
            Self::PageUnreadable { detail, .. } => with("No suite could be read from the page", detail),
            Self::NoWebhook => "No webhook is set, so the report cannot be sent.".to_owned(),
            Self::WebhookGone => "The webhook is gone (status 410), so it is switched off.".to_owned(),
            Self::NotCopied => "The browser did not copy the text.".to_owned(),
            Self::NotWritten { detail } => with("The report could not be written in this form", detail),
            Self::Tab { detail } => with("The browser did not open the tab", detail),
            Self::Notification { detail } => with("The browser did not show a reminder", detail),
            Self::Protocol { detail } => with("This page and the background do not understand each other", detail),
        }
    }

    /// What to do next, as a sentence.
    #[must_use]
    pub fn next_step(&self) -> String {
        match self {
            Self::NoNick => "Type the nick under which your patches stand on the Deployments calendar.",
            Self::CalendarUnreachable { .. } => "Check that wikitech.wikimedia.org opens in a tab, then try again.",
            Self::NotACalendar { .. } => "Look at the page: somebody may be editing it. Then try again.",
            Self::NoArchive { .. } => {
                "A week is moved to the archive when it is over. Look at the page Deployments on wikitech for it."
            }
            Self::NoChange => "Type the number or paste the URL of the change, as it stands in Gerrit.",
            Self::NoTests { .. } => "Add a test: the URL of a page, and what it must show once the patch is there.",
            Self::BadTest { .. } => "Correct the test, save it, and try again.",
            Self::NoWiki { version: Some(_), .. } => {
                "Refresh, then verify again; or write the wiki's host into the test's URL in the place of {host}."
            }
            Self::NoWiki { version: None, .. } => {
                "Say in the workbench which wiki the change is about, or write its host into the test's URL."
            }
            Self::WhichWiki { .. } => "Choose in the workbench which of them {host} means, then verify again.",
            Self::NoSuchWiki { .. } => {
                "Write its database name, such as jawiki, or its host, such as ja.wikipedia.org."
            }
            Self::TestChanged { .. } => "Look at the test as it is now; to allow it, tick the box in it and save.",
            Self::SavedElsewhere => "The form has both now. Look at it, then save again.",
            Self::BadPage { .. } => "Open a page of a wiki that is served by mwdebug in the tab, then try again.",
            Self::BadSetting { .. } => "Correct it and save again.",
            Self::NoAccess { .. } => "Grant the access; without it nothing can be read or verified there.",
            Self::Busy => "Wait until it ends, or cancel it.",
            Self::Gone => "Refresh, and try again.",
            Self::Storage { .. } => {
                "Remove the tests of changes that are done, then save again. What was saved before is still there."
            }
            Self::TooManyUnsaved { .. } => {
                "Save these tests before you close the page, or save or discard some that are marked “Not saved”."
            }
            Self::Unreadable { .. } => {
                "It is left untouched. If a newer version of this extension wrote it, install that version again."
            }
            Self::NotDeployed { .. } => {
                "Wait until the deployer says that it is finished; before that, a run tests the code without the patch."
            }
            Self::GerritUnreachable { .. } => "Check that gerrit.wikimedia.org opens in a tab, then try again.",
            Self::NotShared { .. } => "Correct that, and try again.",
            Self::PageUnreadable { .. } => {
                "Look at the page, correct it there, and read it again. Your tests are as they were."
            }
            Self::NoWebhook => "Set the webhook in the settings, or copy the line into the channel yourself.",
            Self::WebhookGone => "Paste a new one in the settings, or copy the line into the channel yourself.",
            Self::NotCopied => "Mark the text and copy it yourself.",
            Self::NotWritten { .. } => "Save it in another form.",
            Self::Tab { .. } => "Try again; close some tabs if the browser has too many.",
            Self::Notification { .. } => {
                "Allow the notifications of this browser in the system's settings, or switch the reminders off."
            }
            Self::Protocol { .. } => "Close this page and open it again. If that does not help, reload the extension.",
        }
        .to_owned()
    }
}

/// `what` and its detail as one sentence.
fn with(what: &str, detail: &str) -> String {
    match detail.trim().trim_end_matches('.') {
        "" => format!("{what}."),
        detail => format!("{what}: {detail}."),
    }
}

#[cfg(test)]
mod tests {
    use super::Problem;

    #[test]
    fn a_detail_ends_the_sentence_with_one_full_stop() {
        let problem = Problem::BadSetting { detail: "the webhook is not a URL.".into() };
        assert_eq!(problem.sentence(), "The settings were not saved: the webhook is not a URL.");
    }

    #[test]
    fn an_empty_detail_leaves_no_colon_behind() {
        let problem = Problem::Storage { detail: " ".into() };
        assert_eq!(problem.sentence(), "The browser could not save the data.");
    }

    #[test]
    fn missing_access_names_the_origins() {
        let problem = Problem::NoAccess { origins: vec!["https://a.org".into(), "https://b.org".into()] };
        assert_eq!(problem.sentence(), "The browser does not let this extension reach https://a.org, https://b.org.");
    }
}
