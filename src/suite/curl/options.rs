// SPDX-License-Identifier: GPL-2.0-or-later
//! curl's options (<https://curl.se/docs/manpage.html>), and what each is to a test.
//!
//! Must not know what a test is.

/// What an option is to a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// `--url`.
    Url,
    /// `--url-query`.
    UrlQuery,
    /// `--request`.
    Method,
    /// `--header`.
    Header,
    /// `--data`, where `@` names a file.
    Data,
    /// `--data-raw`, where it does not.
    DataRaw,
    /// `--data-urlencode`.
    DataEncoded,
    /// `--json`.
    Json,
    /// `--form`.
    Form,
    /// `--form-string`, where signs mean nothing.
    FormString,
    /// `--get`.
    Get,
    /// `--head`.
    Head,
    /// `--location`.
    Follow,
    /// `--fail`.
    Fail,
    /// `--globoff`.
    Globoff,
    /// `--compressed`.
    Compressed,
    /// `--cookie`.
    Cookie,
    /// A header field of this name.
    Field(&'static str),
    /// A password, a token or a key.
    Secret,
    /// `--max-time`.
    MaxTime,
    /// `--next`.
    Next,
    /// What curl prints and stores.
    Output,
    /// How curl connects, which the tool does its own way.
    Connection,
    /// Where curl connects to: the stage of a run chooses.
    Server,
    /// Certificates are not checked.
    Insecure,
    /// Something else that is asked.
    Other,
}

use Meaning::{
    Compressed, Connection, Cookie, Data, DataEncoded, DataRaw, Fail, Field, Follow, Form, FormString, Get, Globoff,
    Head, Header, Insecure, Json, MaxTime, Method, Next, Other, Output, Secret, Server, Url, UrlQuery,
};

/// Options that take a value: short (or a space), long, meaning.
const VALUED: [(char, &str, Meaning); 83] = [
    (' ', "url", Url),
    (' ', "url-query", UrlQuery),
    ('X', "request", Method),
    ('H', "header", Header),
    ('d', "data", Data),
    (' ', "data-ascii", Data),
    (' ', "data-binary", Data),
    (' ', "data-raw", DataRaw),
    (' ', "data-urlencode", DataEncoded),
    (' ', "json", Json),
    ('F', "form", Form),
    (' ', "form-string", FormString),
    ('b', "cookie", Cookie),
    ('A', "user-agent", Field("User-Agent")),
    ('e', "referer", Field("Referer")),
    ('r', "range", Field("Range")),
    ('u', "user", Secret),
    (' ', "oauth2-bearer", Secret),
    (' ', "aws-sigv4", Secret),
    ('E', "cert", Secret),
    (' ', "key", Secret),
    (' ', "pass", Secret),
    (' ', "netrc-file", Secret),
    ('m', "max-time", MaxTime),
    ('o', "output", Output),
    ('w', "write-out", Output),
    ('D', "dump-header", Output),
    ('c', "cookie-jar", Output),
    (' ', "trace", Output),
    (' ', "trace-ascii", Output),
    (' ', "stderr", Output),
    (' ', "output-dir", Output),
    (' ', "etag-save", Output),
    (' ', "connect-timeout", Connection),
    (' ', "retry", Connection),
    (' ', "retry-delay", Connection),
    (' ', "retry-max-time", Connection),
    (' ', "max-redirs", Connection),
    (' ', "max-filesize", Connection),
    (' ', "limit-rate", Connection),
    (' ', "rate", Connection),
    (' ', "parallel-max", Connection),
    (' ', "interface", Connection),
    (' ', "local-port", Connection),
    (' ', "keepalive-time", Connection),
    (' ', "expect100-timeout", Connection),
    (' ', "happy-eyeballs-timeout-ms", Connection),
    (' ', "tls-max", Connection),
    (' ', "ciphers", Connection),
    (' ', "tls13-ciphers", Connection),
    (' ', "curves", Connection),
    (' ', "cacert", Connection),
    (' ', "capath", Connection),
    (' ', "crlfile", Connection),
    (' ', "pinnedpubkey", Connection),
    (' ', "dns-servers", Connection),
    (' ', "doh-url", Connection),
    (' ', "proto", Connection),
    (' ', "proto-redir", Connection),
    (' ', "proto-default", Connection),
    ('y', "speed-time", Connection),
    ('Y', "speed-limit", Connection),
    (' ', "alt-svc", Connection),
    (' ', "hsts", Connection),
    ('x', "proxy", Server),
    ('U', "proxy-user", Server),
    (' ', "proxy-header", Server),
    (' ', "preproxy", Server),
    (' ', "noproxy", Server),
    (' ', "socks4", Server),
    (' ', "socks4a", Server),
    (' ', "socks5", Server),
    (' ', "socks5-hostname", Server),
    (' ', "resolve", Server),
    (' ', "connect-to", Server),
    (' ', "unix-socket", Server),
    (' ', "abstract-unix-socket", Server),
    ('T', "upload-file", Other),
    ('K', "config", Other),
    ('z', "time-cond", Other),
    ('C', "continue-at", Other),
    (' ', "etag-compare", Other),
    (' ', "request-target", Other),
];

/// Options that stand alone.
const FLAGS: [(char, &str, Meaning); 58] = [
    ('G', "get", Get),
    ('I', "head", Head),
    ('L', "location", Follow),
    (' ', "location-trusted", Follow),
    ('f', "fail", Fail),
    (' ', "fail-with-body", Fail),
    ('g', "globoff", Globoff),
    (' ', "compressed", Compressed),
    ('k', "insecure", Insecure),
    (':', "next", Next),
    ('n', "netrc", Secret),
    (' ', "netrc-optional", Secret),
    (' ', "digest", Secret),
    (' ', "ntlm", Secret),
    (' ', "negotiate", Secret),
    (' ', "anyauth", Secret),
    (' ', "basic", Secret),
    ('s', "silent", Output),
    ('S', "show-error", Output),
    ('v', "verbose", Output),
    ('i', "include", Output),
    (' ', "show-headers", Output),
    ('O', "remote-name", Output),
    ('J', "remote-header-name", Output),
    ('R', "remote-time", Output),
    (' ', "remote-name-all", Output),
    (' ', "create-dirs", Output),
    ('#', "progress-bar", Output),
    (' ', "progress-meter", Output),
    ('N', "buffer", Output),
    (' ', "styled-output", Output),
    (' ', "trace-time", Output),
    (' ', "trace-ids", Output),
    (' ', "xattr", Output),
    ('j', "junk-session-cookies", Output),
    ('q', "disable", Output),
    ('Z', "parallel", Connection),
    (' ', "parallel-immediate", Connection),
    (' ', "fail-early", Connection),
    ('0', "http1.0", Connection),
    (' ', "http1.1", Connection),
    (' ', "http2", Connection),
    (' ', "http2-prior-knowledge", Connection),
    (' ', "http3", Connection),
    (' ', "http3-only", Connection),
    ('4', "ipv4", Connection),
    ('6', "ipv6", Connection),
    ('1', "tlsv1", Connection),
    (' ', "tlsv1.2", Connection),
    (' ', "tlsv1.3", Connection),
    (' ', "ssl-reqd", Connection),
    (' ', "tcp-nodelay", Connection),
    (' ', "keepalive", Connection),
    (' ', "alpn", Connection),
    (' ', "sessionid", Connection),
    (' ', "retry-all-errors", Connection),
    (' ', "retry-connrefused", Connection),
    ('p', "proxytunnel", Server),
];

/// A word of a command, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// An option with its name as it is told, and its value or an empty text.
    Option(Meaning, String, String),
    /// A boolean option that is switched off.
    Off(Meaning, String),
    /// What is no option: a URL.
    Plain(String),
    /// An option that is not known.
    Unknown(String),
    /// An option whose value is missing.
    Missing(String),
}

/// The words behind `curl`, understood one by one.
pub(super) fn read(words: &[String]) -> Vec<Said> {
    let mut said = Vec::new();
    let mut rest = words.iter();
    let mut ended = false;
    while let Some(word) = rest.next() {
        if ended || word == "-" || !word.starts_with('-') {
            said.push(Said::Plain(word.clone()));
        } else if word == "--" {
            ended = true;
        } else if let Some(name) = word.strip_prefix("--") {
            said.push(long(name, &mut rest));
        } else {
            short(word, &mut rest, &mut said);
        }
    }
    said
}

fn long<'w>(name: &str, rest: &mut impl Iterator<Item = &'w String>) -> Said {
    // What stands behind a sign that curl does not know may be a secret.
    let shown = format!("--{}", name.split('=').next().unwrap_or_default());
    let of = |table: &[(char, &str, Meaning)], name: &str| {
        table.iter().find(|(_, known, _)| *known == name).map(|(_, _, meaning)| *meaning)
    };
    if let Some(meaning) = of(&VALUED, name) {
        return match rest.next() {
            Some(value) => Said::Option(meaning, shown, value.clone()),
            None => Said::Missing(shown),
        };
    }
    if let Some(meaning) = of(&FLAGS, name) {
        return Said::Option(meaning, shown, String::new());
    }
    match name.strip_prefix("no-").and_then(|name| of(&FLAGS, name)) {
        Some(meaning) => Said::Off(meaning, shown),
        None => Said::Unknown(shown),
    }
}

/// Short options that stand together, of which the last may take a value: `-sSLo file`, `-XPOST`.
fn short<'w>(word: &str, rest: &mut impl Iterator<Item = &'w String>, said: &mut Vec<Said>) {
    let mut letters = word.chars();
    letters.next();
    while let Some(letter) = letters.next() {
        let shown = format!("-{letter}");
        if let Some((_, _, meaning)) = VALUED.iter().find(|(known, ..)| *known == letter && letter != ' ') {
            let value = match letters.as_str() {
                "" => rest.next().cloned(),
                value => Some(value.to_owned()),
            };
            said.push(value.map_or_else(|| Said::Missing(shown.clone()), |v| Said::Option(*meaning, shown.clone(), v)));
            return;
        }
        let Some((_, _, meaning)) = FLAGS.iter().find(|(known, ..)| *known == letter && letter != ' ') else {
            said.push(Said::Unknown(shown));
            return;
        };
        said.push(Said::Option(*meaning, shown, String::new()));
    }
}

#[cfg(test)]
mod tests {
    use super::{Meaning, Said, read};

    #[test]
    fn options_stand_together_or_apart() {
        let words: Vec<String> =
            ["-sLXPOST", "-d", "a=1", "--no-location", "--", "-x"].into_iter().map(str::to_owned).collect();
        let option = |meaning, name: &str, value: &str| Said::Option(meaning, name.into(), value.into());
        assert_eq!(
            read(&words),
            [
                option(Meaning::Output, "-s", ""),
                option(Meaning::Follow, "-L", ""),
                option(Meaning::Method, "-X", "POST"),
                option(Meaning::Data, "-d", "a=1"),
                Said::Off(Meaning::Follow, "--no-location".into()),
                Said::Plain("-x".into()),
            ]
        );
        assert_eq!(read(&["-o".into()]), [Said::Missing("-o".into())]);
        assert_eq!(read(&["--frobnicate".into()]), [Said::Unknown("--frobnicate".into())]);
    }
}
