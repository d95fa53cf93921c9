// SPDX-License-Identifier: GPL-2.0-or-later
//! `--connect-to`: a connection meant for one place is made to another (<https://curl.se/docs/manpage.html#--connect-to>).
//!
//! Only where the connection goes changes; URL, `Host` and the certificate's name stay.

use std::str::FromStr;
use thiserror::Error;

/// One rule: `HOST:PORT:ADDR:PORT`, each part may be empty, an IPv6 address stands in brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectTo {
    /// Host that the rule is for; `None` for all.
    from_host: Option<String>,
    /// Port that the rule is for; `None` for all.
    from_port: Option<u16>,
    /// Host to connect to; `None` keeps the one meant.
    to_host: Option<String>,
    /// Port to connect to; `None` keeps the one meant.
    to_port: Option<u16>,
}

/// Why a text is no such rule.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ConnectToError {
    /// There are more or fewer parts.
    #[error("expected four parts, HOST:PORT:ADDR:PORT, with IPv6 addresses in brackets; there are <{0}>")]
    Parts(usize),
    /// A bracket is not closed, or something follows it.
    #[error("an address in brackets must end with ] and then a colon: <{0}>")]
    Bracket(String),
    /// A port is none.
    #[error("<{0}> is not a port; expected 1 to 65535")]
    Port(String),
}

impl FromStr for ConnectTo {
    type Err = ConnectToError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = parts(text)?;
        let [from_host, from_port, to_host, to_port] = parts.as_slice() else {
            return Err(ConnectToError::Parts(parts.len()));
        };
        Ok(Self {
            from_host: host(from_host),
            from_port: port(from_port)?,
            to_host: host(to_host),
            to_port: port(to_port)?,
        })
    }
}

/// Cuts at the colons that are not inside brackets; the brackets go.
fn parts(text: &str) -> Result<Vec<&str>, ConnectToError> {
    let mut parts = Vec::new();
    let mut rest = Some(text);
    while let Some(here) = rest {
        if let Some(inside) = here.strip_prefix('[') {
            let (address, behind) = inside.split_once(']').ok_or_else(|| ConnectToError::Bracket(here.to_owned()))?;
            parts.push(address);
            rest = match behind.strip_prefix(':') {
                None if behind.is_empty() => None,
                None => return Err(ConnectToError::Bracket(here.to_owned())),
                next => next,
            };
        } else if let Some((part, behind)) = here.split_once(':') {
            parts.push(part);
            rest = Some(behind);
        } else {
            parts.push(here);
            rest = None;
        }
    }
    Ok(parts)
}

fn host(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_ascii_lowercase())
}

fn port(text: &str) -> Result<Option<u16>, ConnectToError> {
    if text.is_empty() {
        return Ok(None);
    }
    match text.parse() {
        Ok(0) | Err(_) => Err(ConnectToError::Port(text.to_owned())),
        Ok(port) => Ok(Some(port)),
    }
}

/// Where to connect for `host` and `port`: by the first rule that is for them, else there.
pub(super) fn destination(rules: &[ConnectTo], host: &str, port: u16) -> (String, u16) {
    let host = host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
    let rule = rules.iter().find(|rule| {
        rule.from_host.as_ref().is_none_or(|wanted| *wanted == host)
            && rule.from_port.is_none_or(|wanted| wanted == port)
    });
    match rule {
        Some(rule) => (rule.to_host.clone().unwrap_or(host), rule.to_port.unwrap_or(port)),
        None => (host, port),
    }
}

#[cfg(test)]
mod tests {
    use super::{ConnectTo, ConnectToError, destination};

    fn rules(texts: &[&str]) -> Vec<ConnectTo> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn place(texts: &[&str], host: &str, port: u16) -> String {
        let (host, port) = destination(&rules(texts), host, port);
        format!("{host} {port}")
    }

    #[test]
    fn empty_parts_match_all_and_keep_what_was_meant() {
        assert_eq!(place(&["::127.0.0.1:8443"], "en.wikipedia.org", 443), "127.0.0.1 8443");
        assert_eq!(place(&[":::8443"], "en.wikipedia.org", 443), "en.wikipedia.org 8443");
        assert_eq!(place(&["::127.0.0.1:"], "en.wikipedia.org", 443), "127.0.0.1 443");
    }

    #[test]
    fn a_rule_is_only_for_its_host_and_port() {
        let only = ["en.wikipedia.org:443:127.0.0.1:8443"];
        assert_eq!(place(&only, "EN.wikipedia.org", 443), "127.0.0.1 8443");
        assert_eq!(place(&only, "de.wikipedia.org", 443), "de.wikipedia.org 443");
        assert_eq!(place(&only, "en.wikipedia.org", 80), "en.wikipedia.org 80");
    }

    #[test]
    fn the_first_match_wins() {
        let both = ["en.wikipedia.org::127.0.0.2:1", "::127.0.0.3:2"];
        assert_eq!(place(&both, "en.wikipedia.org", 443), "127.0.0.2 1");
        assert_eq!(place(&both, "de.wikipedia.org", 443), "127.0.0.3 2");
    }

    #[test]
    fn addresses_of_ip_version_6_stand_in_brackets() {
        assert_eq!(place(&["[2001:db8::1]:443:[::1]:8443"], "[2001:db8::1]", 443), "::1 8443");
    }

    #[test]
    fn what_is_no_rule_is_refused_with_what_is_wrong() {
        let refused = |text: &str| text.parse::<ConnectTo>().unwrap_err();
        assert_eq!(refused("127.0.0.1:8443"), ConnectToError::Parts(2));
        assert_eq!(refused("::::1:8443"), ConnectToError::Parts(6));
        assert_eq!(refused("::[::1:8443"), ConnectToError::Bracket("[::1:8443".into()));
        assert_eq!(refused("::[::1]8443"), ConnectToError::Bracket("[::1]8443".into()));
        assert_eq!(refused("::a:0"), ConnectToError::Port("0".into()));
        assert_eq!(refused("a:https:b:1"), ConnectToError::Port("https".into()));
    }
}
