// SPDX-License-Identifier: GPL-2.0-or-later
//! What the user said on the command line, word for word.
//!
//! Must not read a file or open a connection: whether it can be done is found out by the commands.

mod irc;
mod relay;
mod suite;

pub(super) use irc::{IrcArgs, SaslKind};
pub(super) use relay::{QueueArgs, RelayCall, RelayCommand, TokenArgs, TokenCommand};
pub(super) use suite::{CheckArgs, ConvertArgs, Kind, SuiteCommand};

use super::connect_to::ConnectTo;
use crate::change::change_number;
use crate::debug::Backend;
use crate::deployed::host_of_dbname;
use crate::schedule::{Nick, PAGE, PAGE_URL, moment, page_url};
use crate::suite::{HOST, WIKI, is_wikimedia};
use crate::verify::Limits;
use clap::builder::RangedU64ValueParser;
use clap::{Args, Parser, ValueEnum};
use jiff::Timestamp;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use url::{Host, Url};

/// Runs saved test URLs on Wikimedia's test servers and then on production, in a backport window.
#[derive(Debug, Parser)]
#[command(name = "backport-verify", version, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 pass, 1 fail, 2 bad input or usage, 3 inconclusive or not reachable.")]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Subcommand,
}

#[derive(Debug, clap::Subcommand)]
pub(super) enum Subcommand {
    /// Shows the windows and patches of the Deployments calendar.
    Schedule(ScheduleArgs),
    /// Looks at changes for a backport window: what stands against them, and how to schedule them.
    Preflight(PreflightArgs),
    /// Runs httpbb suites on the test servers, on production, or on both.
    Verify(VerifyArgs),
    /// Works on suite files without running them.
    #[command(subcommand)]
    Suite(SuiteCommand),
    /// Takes the posts of webhooks and says them in one IRC channel.
    Relay(RelayCall),
}

#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 done, 2 bad input or usage, 3 the wiki is not reachable.")]
pub(super) struct ScheduleArgs {
    /// Only the patches of this IRC nick.
    #[arg(long, value_parser = nick)]
    pub(super) nick: Option<Nick>,
    #[command(flatten)]
    pub(super) calendar: CalendarArgs,
    /// Only windows that are open at this time or open later: now, 2026-08-24T13:00:00Z, or as on the calendar,
    /// "2026-08-24 06:00 SF" or "… UTC". A time before the calendar begins is looked up in its archive.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(super) at: Option<Timestamp>,
    /// Print JSON.
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) connection: ConnectionArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes: 0 nothing blocks, 1 something blocks, 2 bad input or usage, 3 not everything could be read.
When the calendar or the versions of the wikis cannot be read, their rules are left out, which is said on the standard \
error and in the JSON.")]
pub(super) struct PreflightArgs {
    /// Gerrit changes, as numbers or URLs.
    #[arg(value_name = "GERRIT", required = true, value_parser = change)]
    pub(super) changes: Vec<u64>,
    /// IRC nick of the submitter, for the calendar entry that is printed.
    #[arg(long, value_parser = nick)]
    pub(super) nick: Option<Nick>,
    #[command(flatten)]
    pub(super) calendar: CalendarArgs,
    /// Print JSON.
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) connection: ConnectionArgs,
}

/// Where the calendar is read.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct CalendarArgs {
    /// Read the calendar's wikitext from this file (- is the standard input), not from wikitech.
    #[arg(long, value_name = "FILE", conflicts_with = "wiki")]
    pub(super) page: Option<PathBuf>,
    /// Read the calendar from this wiki, not from wikitech: its root, or its api.php; https, or http on loopback.
    #[arg(long, value_name = "URL", value_parser = wiki)]
    pub(super) wiki: Option<Url>,
}

impl CalendarArgs {
    /// The request that reads the calendar's page, or another one of the same wiki.
    pub(super) fn url_of(&self, page: &str) -> String {
        match &self.wiki {
            Some(api) => page_url(api.as_str(), page),
            None if page == PAGE => PAGE_URL.to_owned(),
            None => page_url(crate::schedule::WIKITECH_API, page),
        }
    }

    /// The wiki's name in a message.
    pub(super) fn wiki_name(&self) -> String {
        self.wiki.as_ref().and_then(Url::host_str).unwrap_or("wikitech").to_owned()
    }
}

/// How connections are made; the options are those of curl.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct ConnectionArgs {
    /// Connect to ADDR:PORT in place of HOST:PORT, as curl does; empty parts match all. Repeatable, the first match wins.
    #[arg(long, value_name = "HOST:PORT:ADDR:PORT")]
    pub(super) connect_to: Vec<ConnectTo>,
    /// Trust the certificates of this PEM file too.
    #[arg(long, value_name = "FILE")]
    pub(super) cacert: Option<PathBuf>,
    /// Do not check certificates. Only for a test bed: anybody could answer.
    #[arg(long)]
    pub(super) insecure: bool,
}

/// Where to verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum On {
    /// The test servers, and production beside them as the baseline.
    Mwdebug,
    /// Production, without the debug header.
    Production,
    /// The test servers, then production.
    Both,
}

#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// Suites in httpbb's YAML (- is the standard input).
    #[arg(long = "suite", value_name = "FILE", required = true, num_args = 1..)]
    pub(super) suites: Vec<PathBuf>,
    /// Where to verify.
    #[arg(long)]
    pub(super) on: On,
    /// Debug backend; repeatable: every one of them must pass, and each is printed.
    #[arg(long = "backend", value_name = "BACKEND", default_values_t = [Backend::default()], value_parser = backend)]
    pub(super) backends: Vec<Backend>,
    #[command(flatten)]
    pub(super) jobs: JobsArgs,
    /// Send also the tests of these files whose method is neither GET nor HEAD. Without it they are INCONCLUSIVE and not
    /// sent: the test servers write to the real databases.
    #[arg(long)]
    pub(super) allow_changes: bool,
    /// A value for {{NAME}} in the suites; repeatable. host and wiki are also meant by {host} and {wiki} in a URL; where
    /// one of them is given alone, the other follows from it.
    #[arg(long = "variable", value_name = "NAME=VALUE", value_parser = variable)]
    pub(super) variables: Vec<(String, String)>,
    /// The Gerrit change that is verified, as number or URL: then the verdict also hangs on the version of each wiki and on
    /// whether its servers have the patch.
    #[arg(long, value_name = "GERRIT", value_parser = change)]
    pub(super) gerrit: Option<u64>,
    /// Only tests with this tag, or with another that is named so; repeatable.
    #[arg(long = "tag", value_name = "TAG")]
    pub(super) tags: Vec<String>,
    /// No test with this tag; repeatable.
    #[arg(long = "not-tag", value_name = "TAG")]
    pub(super) not_tags: Vec<String>,
    /// Send a GET or HEAD once more when no answer came in time, as httpbb does; never any other.
    #[arg(long, visible_alias = "retry_on_timeout")]
    pub(super) retry_on_timeout: bool,
    /// Seconds after which a request is given up whose test does not say another limit.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=600))]
    pub(super) timeout: u16,
    #[command(flatten)]
    pub(super) results: ResultArgs,
    #[command(flatten)]
    pub(super) connection: ConnectionArgs,
}

/// In which forms the results are wanted.
#[derive(Debug, Args)]
pub(super) struct ResultArgs {
    /// Print JSON.
    #[arg(long)]
    pub(super) json: bool,
    /// Print TAP (version 14).
    #[arg(long, conflicts_with = "json")]
    pub(super) tap: bool,
    /// Write one HTML file that needs nothing beside it, too.
    #[arg(long, value_name = "FILE")]
    pub(super) html: Option<PathBuf>,
    #[arg(long, value_name = "FILE", help = "Write JUnit XML to this file too")]
    pub(super) junit: Option<PathBuf>,
}

/// How many requests may be in flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Args)]
pub(super) struct JobsArgs {
    /// Requests in flight to one site.
    #[arg(long = "jobs", value_name = "N", default_value_t = Limits::default().per_host, value_parser = within(&Limits::PER_HOST))]
    pub(super) per_host: usize,
    /// Requests in flight in all.
    #[arg(long = "jobs-in-all", value_name = "N", default_value_t = Limits::default().in_all, value_parser = within(&Limits::IN_ALL))]
    pub(super) in_all: usize,
    /// Requests in flight to the test servers, which are few.
    #[arg(long = "jobs-debug", value_name = "N", default_value_t = Limits::default().debug, value_parser = within(&Limits::DEBUG))]
    pub(super) debug: usize,
}

#[derive(Debug, Args)]
pub(super) struct RelayArgs {
    /// Where to take posts; port 0 takes a free one.
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8080")]
    pub(super) listen: SocketAddr,
    #[command(flatten)]
    pub(super) irc: IrcArgs,
    #[command(flatten)]
    pub(super) queue: QueueArgs,
}

fn within(bounds: &RangeInclusive<usize>) -> RangedU64ValueParser<usize> {
    let bound = |bound: &usize| u64::try_from(*bound).unwrap_or(u64::MAX);
    RangedU64ValueParser::new().range(bound(bounds.start())..=bound(bounds.end()))
}

fn nick(text: &str) -> Result<Nick, &'static str> {
    Nick::new(text).ok_or("a nick must not be empty")
}

fn change(text: &str) -> Result<u64, &'static str> {
    change_number(text).ok_or("expected the number of a Gerrit change, or its URL on gerrit.wikimedia.org")
}

fn time(text: &str) -> Result<Timestamp, &'static str> {
    let time = if text == "now" { Some(Timestamp::now()) } else { text.parse().ok().or_else(|| moment(text)) };
    time.ok_or(
        "expected now, or a time such as 2026-08-24T13:00:00Z, \"2026-08-24 06:00 SF\" or \"2026-08-24 13:00 UTC\"",
    )
}

/// The api.php of a wiki.
fn wiki(text: &str) -> Result<Url, &'static str> {
    let mut url = Url::parse(text).map_err(|_| "expected a whole URL, such as https://wikitech.wikimedia.org/")?;
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if url.scheme() != "https" && !(url.scheme() == "http" && loopback) {
        return Err("expected https://, or http:// on this machine");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("expected no user and no password");
    }
    if !url.path().ends_with("/api.php") {
        url.set_path("/w/api.php");
    }
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

fn variable(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE, such as host=de.wikipedia.org")?;
    let is_name = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    match name {
        _ if !is_name => Err(format!("<{name}> is no name; it takes lower-case letters, digits and <_>")),
        _ if value.contains("{{") => Err("a value cannot have another one in it: take <{{> out".to_owned()),
        HOST if !is_wikimedia(value) => {
            Err(format!("<{value}> is no host of a Wikimedia site, such as de.wikipedia.org"))
        }
        WIKI if host_of_dbname(value).is_none() => Err(format!("<{value}> is no wiki's dbname, such as dewiki")),
        _ => Ok((name.to_owned(), value.to_owned())),
    }
}

fn backend(text: &str) -> Result<Backend, String> {
    Backend::new(text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::{Arguments, Backend, On, Subcommand, VerifyArgs};
    use clap::{CommandFactory, Parser};

    fn verify(words: &[&str]) -> super::VerifyArgs {
        match Arguments::try_parse_from([&["backport-verify", "verify"], words].concat()).unwrap().command {
            Subcommand::Verify(said) => said,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_definition_of_the_arguments_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn one_suite_option_takes_several_files() {
        let said = verify(&["--suite", "a.yaml", "b.yaml", "--on", "both", "--suite", "c.yaml"]);
        assert_eq!(
            said.suites.iter().map(|path| path.display().to_string()).collect::<Vec<_>>(),
            ["a.yaml", "b.yaml", "c.yaml"]
        );
        assert_eq!(said.on, On::Both);
        assert_eq!((said.backends, said.timeout, said.allow_changes), (vec![Backend::default()], 30, false));
    }

    #[test]
    fn several_backends_are_named_one_by_one_and_leave_the_usual_one_out() {
        let said = verify(&["--suite", "a", "--on", "mwdebug", "--backend", "a-b", "--backend", "c"]);
        assert_eq!(said.backends.iter().map(Backend::as_str).collect::<Vec<_>>(), ["a-b", "c"]);
    }

    #[test]
    fn a_variable_is_a_name_and_a_value_and_a_host_is_one_of_wikimedia() {
        for text in ["a=b", "a_1=", "title=A=B", "host=de.wikipedia.org", "wiki=dewiki"] {
            assert!(super::variable(text).is_ok(), "{text}");
        }
        assert_eq!(super::variable("title=A=B"), Ok(("title".to_owned(), "A=B".to_owned())));
        for text in ["a", "=b", "A=b", "a b=c", "a={{b}}", "host=evil.example", "host=de.wikipedia.org/x", "wiki=De"] {
            assert!(super::variable(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_wiki_is_named_by_its_root_or_its_api() {
        let api = |text: &str| super::wiki(text).map(String::from);
        for (text, expected) in [
            ("https://wikitech.wikimedia.org", "https://wikitech.wikimedia.org/w/api.php"),
            ("https://wikitech.wikimedia.org/wiki/Deployments", "https://wikitech.wikimedia.org/w/api.php"),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/w/api.php"),
            ("http://localhost:8080/mediawiki/api.php?x", "http://localhost:8080/mediawiki/api.php"),
            ("http://[::1]/api.php", "http://[::1]/api.php"),
        ] {
            assert_eq!(api(text), Ok(expected.to_owned()), "{text}");
        }
        for text in ["wikitech", "http://wikitech.wikimedia.org/", "ftp://127.0.0.1/", "https://me@wiki.example/"] {
            assert!(api(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_time_is_written_as_a_moment_or_as_on_the_calendar() {
        for text in ["2026-08-24T13:00:00Z", "2026-08-24T15:00:00+02:00", "2026-08-24 06:00 SF", "2026-08-24 13:00 UTC"]
        {
            assert_eq!(super::time(text).map(|time| time.to_string()), Ok("2026-08-24T13:00:00Z".to_owned()), "{text}");
        }
        assert!(super::time("tomorrow").is_err());
    }

    #[test]
    fn requests_in_flight_are_as_usual_unless_said_and_never_out_of_bounds() {
        let jobs = |words: &[&str]| {
            let words = [&["backport-verify", "verify", "--suite", "a", "--on", "both"], words].concat();
            let Arguments { command } = Arguments::try_parse_from(words).ok()?;
            let Subcommand::Verify(VerifyArgs { jobs, .. }) = command else { return None };
            Some([jobs.per_host, jobs.in_all, jobs.debug])
        };
        assert_eq!(jobs(&[]), Some([6, 24, 6]));
        assert_eq!(jobs(&["--jobs", "1", "--jobs-in-all", "100", "--jobs-debug", "12"]), Some([1, 100, 12]));
        for words in [["--jobs", "0"], ["--jobs", "25"], ["--jobs-in-all", "101"], ["--jobs-debug", "13"]] {
            assert_eq!(jobs(&words), None, "{words:?}");
        }
    }
}
