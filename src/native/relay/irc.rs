// SPDX-License-Identifier: GPL-2.0-or-later
//! Where the relay speaks on IRC, as whom, and whom it hears: checked, with the files read.

use super::super::args::{IrcArgs, SaslKind};
use super::durations::Durations;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use std::fmt;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use thiserror::Error;

/// Where to speak, and as whom.
#[derive(Clone)]
pub(super) struct Irc {
    /// Host name or address.
    pub(super) host: String,
    /// Port.
    pub(super) port: u16,
    /// How TLS is spoken, if it is.
    pub(super) tls: Option<Arc<ClientConfig>>,
    /// The channel.
    pub(super) channel: String,
    /// The channel's key.
    pub(super) key: Option<String>,
    /// Nick.
    pub(super) nick: String,
    /// What is shown to those who ask who it is.
    pub(super) realname: String,
    /// The server's password.
    pub(super) password: Option<String>,
    /// How to log in, if that is wanted.
    pub(super) sasl: Option<Sasl>,
    /// Whose lines are passed on.
    pub(super) bots: Vec<Bot>,
    /// How long to wait for what.
    pub(super) durations: Durations,
}

impl fmt::Debug for Irc {
    /// Everything but the secrets.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} in {} on {}:{}", self.nick, self.channel, self.host, self.port)
    }
}

/// How to log in: the mechanisms of <https://ircv3.net/specs/extensions/sasl-3.1>.
#[derive(Clone)]
pub(super) enum Sasl {
    /// RFC 4616.
    Plain {
        /// Account.
        account: String,
        /// Its password.
        password: String,
    },
    /// RFC 4422, appendix A: by the client certificate.
    External {
        /// Account; without it the one that the certificate belongs to.
        account: Option<String>,
    },
}

/// A bot whose lines are passed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bot {
    /// Its nick.
    pub(super) nick: String,
    /// The account that it must be logged in to.
    pub(super) account: Option<String>,
}

/// Why that cannot be used. Each text is a whole fragment that begins with "failed to".
#[derive(Debug, Error)]
pub(in super::super) enum IrcError {
    /// The server is not named as host and port.
    #[error("failed to read --server <{0}>: expected HOST:PORT, such as irc.libera.chat:6697")]
    Server(String),
    /// The channel is no channel's name.
    #[error("failed to read --channel <{0}>: expected one name with its #, such as '#wikimedia-operations'")]
    Channel(String),
    /// The nick is none.
    #[error("failed to read --nick <{0}>: expected letters, digits and -_[]{{}}\\|^`, not beginning with a digit or -")]
    Nick(String),
    /// The operator's nick is none.
    #[error("failed to read --operator <{0}>: expected a nick")]
    Operator(String),
    /// A bot's nick is none.
    #[error("failed to read --hear <{0}>: expected a nick, such as logmsgbot, or NICK=ACCOUNT")]
    Bot(String),
    /// A login lacks something.
    #[error("failed to use --sasl {kind}: it needs {needs}")]
    Sasl {
        /// The mechanism.
        kind: &'static str,
        /// What it needs.
        needs: &'static str,
    },
    /// A name could hold more than a name.
    #[error("failed to read --account <{0}>: expected a name without white space")]
    Account(String),
    /// A file cannot be read.
    #[error("failed to read <{}>: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A secret cannot be used.
    #[error("failed to read the {what} in <{}>: expected one line that is not empty, {limit}", path.display())]
    Secret {
        /// What it should hold.
        what: &'static str,
        /// What else is expected of it.
        limit: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// A certificate or key cannot be used.
    #[error("failed to read {what} in <{}>: {detail}", path.display())]
    Pem {
        /// What it should hold.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        detail: String,
    },
    /// A secret would be sent where others could read it.
    #[error("failed to take {what}: it would be readable on its way to {host}; add --tls")]
    Readable {
        /// The argument.
        what: &'static str,
        /// The server.
        host: String,
    },
    /// A duration has no such name.
    #[error("failed to read --durations <{0}>: there is none of that name")]
    Duration(String),
}

impl Irc {
    /// Checks what the user said and reads the files. The process's cryptography must be chosen by then.
    ///
    /// # Errors
    /// With the first thing that cannot be used.
    pub(super) fn new(said: IrcArgs) -> Result<Self, IrcError> {
        let (host, port) = server(&said.server)?;
        if !is_channel(&said.channel) {
            return Err(IrcError::Channel(said.channel));
        }
        if !is_nick(&said.nick) {
            return Err(IrcError::Nick(said.nick));
        }
        let realname = realname(said.operator)?;
        let mut durations = Durations::default();
        for (name, to) in said.durations {
            if !durations.set(&name, to) {
                return Err(IrcError::Duration(name));
            }
        }
        let word = |what, path: &Path| secret(path, what, "without white space", |c| c.is_whitespace() || c == ',');
        let key = said.channel_key_file.as_deref().map(|path| word("channel's key", path)).transpose()?;
        let password = said.password_file.as_deref();
        let password = password.map(|path| secret(path, "password", "without control codes", |_| false)).transpose()?;
        if let Some(account) = said.account.as_deref().filter(|name| name.is_empty() || name.contains(is_gap)) {
            return Err(IrcError::Account(account.to_owned()));
        }
        let secure = said.tls || is_loopback(&host);
        let secrets = [("--channel-key-file", key.is_some()), ("--password-file", password.is_some())];
        if let Some((what, _)) = secrets.into_iter().find(|(_, is_sent)| *is_sent && !secure && said.sasl.is_none()) {
            return Err(IrcError::Readable { what, host });
        }
        let (sasl, password) = match said.sasl {
            None => (None, password),
            Some(SaslKind::Plain) => (Some(plain(said.account, password, secure)?), None),
            Some(SaslKind::External) if said.certificate.is_none() => {
                return Err(IrcError::Sasl { kind: "external", needs: "--tls and --certificate" });
            }
            Some(SaslKind::External) => (Some(Sasl::External { account: said.account }), password),
        };
        let bots = said.hear.iter().map(|text| bot(text)).collect::<Result<_, _>>()?;
        let tls =
            said.tls.then(|| tls(said.ca_file.as_deref(), said.certificate.as_deref())).transpose()?.map(Arc::new);
        Ok(Self {
            host,
            port,
            tls,
            channel: said.channel,
            key,
            nick: said.nick,
            realname,
            password,
            sasl,
            bots,
            durations,
        })
    }
}

/// Networks want bots to be known as such, and whom to ask (<https://libera.chat/policies>).
fn realname(operator: Option<String>) -> Result<String, IrcError> {
    match operator {
        None => Ok("Backport Verify relay (bot)".to_owned()),
        Some(nick) if is_nick(&nick) => Ok(format!("Backport Verify relay (bot of {nick})")),
        Some(nick) => Err(IrcError::Operator(nick)),
    }
}

fn plain(account: Option<String>, password: Option<String>, secure: bool) -> Result<Sasl, IrcError> {
    let lacks = |needs| IrcError::Sasl { kind: "plain", needs };
    if !secure {
        return Err(lacks("--tls, since the password would be readable on its way"));
    }
    match (account, password) {
        (Some(account), Some(password)) => Ok(Sasl::Plain { account, password }),
        _ => Err(lacks("--account and --password-file")),
    }
}

fn tls(authorities: Option<&Path>, own: Option<&Path>) -> Result<ClientConfig, IrcError> {
    let mut roots = RootCertStore::empty();
    match authorities {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(path) => {
            for certificate in certificates(path)? {
                roots.add(certificate).map_err(|error| not_pem("a certificate", path, &error))?;
            }
        }
    }
    let config = ClientConfig::builder().with_root_certificates(roots);
    let Some(path) = own else { return Ok(config.with_no_client_auth()) };
    let key = PrivateKeyDer::from_pem_file(path).map_err(|error| not_pem("a private key", path, &error))?;
    config.with_client_auth_cert(certificates(path)?, key).map_err(|error| not_pem("a certificate", path, &error))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, IrcError> {
    let failed = |error: &dyn fmt::Display| not_pem("a certificate", path, error);
    let found = CertificateDer::pem_file_iter(path).map_err(|error| failed(&error))?;
    let found = found.collect::<Result<Vec<_>, _>>().map_err(|error| failed(&error))?;
    if found.is_empty() { Err(failed(&"there is none in PEM")) } else { Ok(found) }
}

fn not_pem(what: &'static str, path: &Path, error: &dyn fmt::Display) -> IrcError {
    IrcError::Pem { what, path: path.to_owned(), detail: error.to_string() }
}

fn secret(
    path: &Path,
    what: &'static str,
    limit: &'static str,
    forbidden: impl Fn(char) -> bool,
) -> Result<String, IrcError> {
    let text = std::fs::read_to_string(path).map_err(|source| IrcError::Read { path: path.to_owned(), source })?;
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    match (lines.next(), lines.next()) {
        (Some(line), None) if !line.contains(|c: char| c.is_control() || forbidden(c)) => Ok(line.to_owned()),
        _ => Err(IrcError::Secret { what, limit, path: path.to_owned() }),
    }
}

fn bot(text: &str) -> Result<Bot, IrcError> {
    let (nick, account) = text.split_once('=').map_or((text, None), |(nick, account)| (nick, Some(account)));
    if !is_nick(nick) || account.is_some_and(|account| account.is_empty() || account.contains(is_gap)) {
        return Err(IrcError::Bot(text.to_owned()));
    }
    Ok(Bot { nick: nick.to_owned(), account: account.map(str::to_owned) })
}

fn server(text: &str) -> Result<(String, u16), IrcError> {
    let bad = || IrcError::Server(text.to_owned());
    let (host, port) = text.rsplit_once(':').ok_or_else(bad)?;
    let bare = host.strip_prefix('[').and_then(|inside| inside.strip_suffix(']'));
    let host = match bare {
        Some(address) => address,
        None if host.contains(':') => return Err(bad()),
        None => host,
    };
    match port.parse() {
        Ok(port) if port > 0 && !host.is_empty() => Ok((host.to_owned(), port)),
        _ => Err(bad()),
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn is_gap(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

/// RFC 2812, section 1.3, but for the kinds of channels that nobody uses.
fn is_channel(text: &str) -> bool {
    text.len() > 1
        && text.len() <= 50
        && text.starts_with('#')
        && !text.chars().any(|c| c.is_control() || c.is_whitespace() || matches!(c, ',' | ':'))
}

/// RFC 2812, section 2.3.1, but for the length, which servers set.
pub(super) fn is_nick(text: &str) -> bool {
    let special = |c: char| "[]\\`_^{|}".contains(c);
    !text.starts_with(|c: char| c.is_ascii_digit() || c == '-')
        && !text.is_empty()
        && text.chars().all(|c| c.is_ascii_alphanumeric() || special(c) || c == '-')
}

#[cfg(test)]
mod tests {
    use super::{Bot, bot, is_channel, is_nick, plain, server};

    #[test]
    fn a_server_is_a_host_and_a_port() {
        assert_eq!(server("irc.libera.chat:6697").unwrap(), ("irc.libera.chat".to_owned(), 6697));
        assert_eq!(server("[::1]:6667").unwrap(), ("::1".to_owned(), 6667));
        for bad in ["irc.libera.chat", ":6667", "::1:6667", "host:0", "host:irc"] {
            assert!(server(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_channel_and_a_nick_cannot_smuggle_a_second_word() {
        assert!(is_channel("#wikimedia-operations"));
        assert!(is_nick("backport-verify"));
        for bad in ["", "#", "wikimedia", "#a,#b", "#a b", "#a\r\nQUIT"] {
            assert!(!is_channel(bad), "{bad}");
        }
        for bad in ["", "1a", "-a", "a b", "a\n", "a!b"] {
            assert!(!is_nick(bad), "{bad}");
        }
    }

    #[test]
    fn a_bot_is_a_nick_and_perhaps_an_account() {
        assert_eq!(bot("logmsgbot").unwrap(), Bot { nick: "logmsgbot".into(), account: None });
        assert_eq!(bot("logmsgbot=wm").unwrap(), Bot { nick: "logmsgbot".into(), account: Some("wm".into()) });
        for bad in ["", "=wm", "a b", "logmsgbot=", "logmsgbot=a b"] {
            assert!(bot(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_password_is_not_sent_where_others_could_read_it() {
        let plain = |secure| plain(Some("account".into()), Some("password".into()), secure);
        assert!(plain(true).is_ok());
        assert_eq!(
            plain(false).err().unwrap().to_string(),
            "failed to use --sasl plain: it needs --tls, since the password would be readable on its way"
        );
    }
}
