// SPDX-License-Identifier: GPL-2.0-or-later
//! The lines that put a change on the calendar, and the tool that writes them for somebody.
//!
//! Must not decide whether the change is fit for a window.

use super::literal::{literal, unnamed_literal};
use crate::change::{Change, ChangeStatus, Destination};
use crate::schedule::Nick;

/// The nick of the template's unfilled slot: nobody's.
const PLACEHOLDER: &str = "irc-nickname";

/// The unfilled slot, as the calendar's template has it (repository `mediawiki/tools/release`,
/// `make-deployment-calendar`).
const UNFILLED: &str = "{{ircnick|irc-nickname|Requesting Developer}}";

/// The `{{ircnick}}` and `{{deploy}}` lines of a change, as the calendar wants them
/// (<https://wikitech.wikimedia.org/wiki/Backport_windows>, example entry). Whatever the title holds, the calendar reads
/// it back as it was, with its white space made single spaces. `None` for a change that no backport window deploys.
#[must_use]
pub fn calendar_entry(change: &Change, nick: Option<&Nick>) -> Option<String> {
    let kind = match change.destination() {
        Destination::Config => "config".to_owned(),
        Destination::Backport { version } => literal(&version),
        Destination::Development | Destination::Elsewhere => return None,
    };
    let nick = nick.map(|nick| unnamed_literal(nick.as_str()));
    let nick = nick.filter(|nick| !nick.is_empty() && !nick.eq_ignore_ascii_case(PLACEHOLDER));
    let who = nick.map_or_else(|| UNFILLED.to_owned(), |nick| format!("{{{{ircnick|{nick}}}}}"));
    let title = literal(&change.subject);
    Some(format!("{who}\n{{{{deploy|type={kind}|gerrit={}|title={title}|status=}}}}", change.number))
}

/// The tool behind "Schedule backport of this change" in Gerrit's menu, for the changes for which Gerrit offers it: open
/// ones that a backport window deploys, but for those of `mediawiki/vendor` (Gerrit's plugin `wm-schedule-deployment`).
#[must_use]
pub fn schedule_link(change: &Change) -> Option<String> {
    let offered = match change.destination() {
        Destination::Config => true,
        Destination::Backport { .. } => change.project != "mediawiki/vendor",
        Destination::Development | Destination::Elsewhere => false,
    };
    (offered && change.status == ChangeStatus::New)
        .then(|| format!("https://schedule-deployment.toolforge.org/backport/{}", change.number))
}

#[cfg(test)]
mod tests {
    use super::{calendar_entry, schedule_link};
    use crate::change::{Change, ChangeStatus};
    use crate::schedule::{Nick, Patch, PatchKind, parse};

    fn change(project: &str, branch: &str, subject: &str) -> Change {
        Change {
            number: 1_330_001,
            project: project.to_owned(),
            branch: branch.to_owned(),
            subject: subject.to_owned(),
            ..Change::default()
        }
    }

    fn config(subject: &str) -> Change {
        change("operations/mediawiki-config", "master", subject)
    }

    /// The patch that the calendar reads from these lines, between two of other people.
    fn read(entry: &str) -> Patch {
        let page = format!(
            "{{{{Deployment calendar event card\n |when=2026-08-24 06:00 SF\n |length=1\n \
             |window=[[Backport windows|UTC afternoon backport window]]\n |who={{{{ircnick|deployer}}}}\n |what=\n\
             {{{{ircnick|before}}}}\n{{{{deploy|type=config|gerrit=1|title=Before|status=}}}}\n{entry}\n\
             {{{{ircnick|after}}}}\n{{{{deploy|type=config|gerrit=2|title=After|status=}}}}\n}}}}\n"
        );
        let schedule = parse(&page).unwrap();
        let [window] = schedule.windows.as_slice() else { panic!("{page}") };
        assert_eq!(window.unread, [], "{page}");
        let [before, patch, after] = window.patches.as_slice() else { panic!("{page}") };
        assert_eq!((before.title.as_str(), after.title.as_str()), ("Before", "After"), "{page}");
        patch.clone()
    }

    /// What hostile titles are made of.
    const PIECES: &[&str] = &[
        "|",
        "{",
        "}",
        "{{",
        "}}",
        "{{{",
        "}}}",
        "[",
        "]",
        "[[",
        "]]",
        "<",
        ">",
        "<!--",
        "-->",
        "<nowiki>",
        "</nowiki>",
        "<s>",
        "<br/>",
        "'",
        "''",
        "'''",
        "~~~~",
        "=",
        "&",
        "&amp;",
        "&#124;",
        "https://example.org/a",
        "[https://example.org x]",
        "gerrit:1330009",
        "{{!}}",
        "{{deploy|gerrit=3|title=x}}",
        "{{ircnick|other}}",
        "{{Deployment calendar event card",
        "__TOC__",
        "amp;",
        "#",
        " ",
        "a",
        "é",
    ];

    #[test]
    fn an_entry_is_as_the_page_of_the_windows_shows_it() {
        let nick = Nick::new("submitter");
        assert_eq!(
            calendar_entry(&change("mediawiki/core", "wmf/1.47.0-wmf.16", "Show the new logo"), nick.as_ref()).unwrap(),
            "{{ircnick|submitter}}\n{{deploy|type=1.47.0-wmf.16|gerrit=1330001|title=Show the new logo|status=}}"
        );
        assert_eq!(
            calendar_entry(&config("Show the new logo"), None).unwrap(),
            "{{ircnick|irc-nickname|Requesting Developer}}\n\
             {{deploy|type=config|gerrit=1330001|title=Show the new logo|status=}}"
        );
    }

    #[test]
    fn the_calendar_reads_a_hostile_title_back_as_it_was() {
        let nick = Nick::new("submitter");
        let pairs = PIECES.iter().flat_map(|one| PIECES.iter().map(move |other| format!("{one}{other}")));
        let apart = PIECES.iter().flat_map(|one| PIECES.iter().map(move |other| format!("x{one} x{other}{one}x")));
        let whole = [
            "",
            "  leading and trailing  ",
            "a line\nand another\r\n\ttabbed",
            "Revert \"Show <b>'''bold'''</b> [[File:Logo.svg|thumb]]\" {{done}}",
            "{{{1|}}} -{zh-hans:a;zh-hant:b}- ~~~~~",
            "#REDIRECT [[Main Page]]",
            "== Heading ==",
            ";#*: list",
            "RFC 2119 &nbsp;&lt;&quot;&unknown;&#x7C;&",
            "a\u{0}b\u{7}c\u{85}d",
            "\u{202e}fdp\u{a0}\u{2028}\u{1f600}",
            "</noinclude><includeonly>x",
            "}}\n{{deploy|type=config|gerrit=3|title=Injected|status=}}",
        ];
        for title in pairs.chain(apart).chain(whole.map(str::to_owned)) {
            let entry = calendar_entry(&config(&title), nick.as_ref()).unwrap();
            assert_eq!(entry.lines().count(), 2, "{entry}");
            let patch = read(&entry);
            let spaced = title.replace(|letter: char| letter.is_control(), " ");
            let expected = spaced.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(patch.title, expected, "{entry}");
            assert_eq!((patch.gerrit, patch.kind, patch.struck), (1_330_001, PatchKind::Config, false), "{entry}");
            assert_eq!((patch.nicks.as_slice(), patch.placeholder), (nick.as_slice(), false), "{entry}");
        }
    }

    #[test]
    fn the_calendar_reads_every_nick_back() {
        for text in
            ["submitter", "Sub[m]", "s{}|\\^`_-", "__sub__", "[[sub]]", "a=b", "1=b", "''s''", "{{sub", "sub}}", "~~~"]
        {
            let nick = Nick::new(text);
            let patch = read(&calendar_entry(&config("Show the new logo"), nick.as_ref()).unwrap());
            let read: Vec<&str> = patch.nicks.iter().map(Nick::as_str).collect();
            assert_eq!(read, [text]);
        }
    }

    #[test]
    fn the_calendar_reads_the_version_back() {
        for version in ["1.47.0-wmf.16", "next", "1.47.0-wmf.16{{x|y}}"] {
            let change = change("mediawiki/extensions/Example", &format!("wmf/{version}"), "Show the new logo");
            let patch = read(&calendar_entry(&change, None).unwrap());
            assert_eq!(patch.kind, PatchKind::Branch(version.to_owned()));
        }
    }

    #[test]
    fn nobody_is_never_written_as_the_placeholders_nick() {
        for nick in [None, Nick::new("irc-nickname"), Nick::new("IRC-Nickname"), Nick::new("\u{1}")] {
            let entry = calendar_entry(&config("Show the new logo"), nick.as_ref()).unwrap();
            assert!(entry.starts_with("{{ircnick|irc-nickname|Requesting Developer}}\n"), "{entry}");
            let patch = read(&entry);
            assert_eq!((patch.nicks.as_slice(), patch.placeholder), (&[][..], true), "{entry}");
        }
    }

    #[test]
    fn what_no_window_deploys_has_no_entry() {
        for (project, branch) in
            [("mediawiki/core", "master"), ("mediawiki/core", "REL1_47"), ("operations/puppet", "production")]
        {
            let change = change(project, branch, "Show the new logo");
            assert_eq!((calendar_entry(&change, None), schedule_link(&change)), (None, None), "{project} {branch}");
        }
    }

    #[test]
    fn the_link_is_there_where_gerrit_offers_it() {
        let link = Some("https://schedule-deployment.toolforge.org/backport/1330001".to_owned());
        for (project, branch, status, expected) in [
            ("operations/mediawiki-config", "master", ChangeStatus::New, &link),
            ("mediawiki/core", "wmf/1.47.0-wmf.16", ChangeStatus::New, &link),
            ("mediawiki/skins/Example", "wmf/1.47.0-wmf.16", ChangeStatus::New, &link),
            ("mediawiki/vendor", "wmf/1.47.0-wmf.16", ChangeStatus::New, &None),
            ("operations/mediawiki-config", "master", ChangeStatus::Merged, &None),
            ("mediawiki/core", "wmf/1.47.0-wmf.16", ChangeStatus::Abandoned, &None),
            ("mediawiki/core", "master", ChangeStatus::New, &None),
        ] {
            let change = Change { status, ..change(project, branch, "Show the new logo") };
            assert_eq!(&schedule_link(&change), expected, "{project} {branch} {status:?}");
        }
    }
}
