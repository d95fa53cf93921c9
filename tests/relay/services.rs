// SPDX-License-Identifier: GPL-2.0-or-later
//! A network with accounts, of Debian's packages: `InspIRCd`, and Atheme's services linked to it.

use crate::servers::{Server, must_be_there};
use crate::stage::{PATIENCE, send_signal};
use crate::support::closed_port;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const ATHEME: &str = "/usr/bin/atheme-services";
/// What the server loads for services: accounts and the login to them, and what Atheme misses elsewhere.
const FOR_SERVICES: [&str; 9] =
    ["spanningtree", "ircv3_capnotify", "sasl", "services_account", "sslinfo", "deaf", "chghost", "cban", "svshold"];
/// What Atheme loads. `enforce` has REGAIN.
const MODULES: [&str; 12] = [
    "protocol/inspircd",
    "backend/opensex",
    "crypto/posix",
    "nickserv/main",
    "nickserv/cert",
    "nickserv/enforce",
    "nickserv/identify",
    "nickserv/register",
    "chanserv/main",
    "saslserv/main",
    "saslserv/plain",
    "saslserv/external",
];

/// A server and its services; both end with the value.
pub(crate) struct Network {
    pub(crate) server: Server,
    services: Child,
}

impl Network {
    pub(crate) fn start() -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), "")
    }

    /// The same, with TLS on a second port, where the server asks for the client's certificate.
    pub(crate) fn start_tls(certificate: &str, key: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("certificate.pem"), certificate).unwrap();
        std::fs::write(folder.path().join("key.pem"), key).unwrap();
        let secured = closed_port();
        let more = format!(
            r#"<module name="ssl_gnutls">
               <sslprofile name="own" provider="gnutls" certfile="@folder@/certificate.pem" keyfile="@folder@/key.pem"
                hash="sha256" requestclientcert="yes">
               <bind address="127.0.0.1" port="{secured}" type="clients" sslprofile="own">
               "#
        );
        let mut network = Self::start_in(folder, &more);
        network.server.secured.set_port(secured);
        network
    }

    fn start_in(folder: TempDir, more: &str) -> Self {
        must_be_there(ATHEME);
        let link = closed_port();
        std::fs::write(folder.path().join("atheme.conf"), atheme(link)).unwrap();
        let mut tags = format!(
            r#"<bind address="127.0.0.1" port="{link}" type="servers">
               <link name="services.example.org" ipaddr="127.0.0.1" port="{link}" allowmask="127.0.0.1"
                sendpass="sesame" recvpass="sesame">
               <uline server="services.example.org" silent="yes">
               <sasl target="services.example.org">
               {more}"#
        );
        for module in FOR_SERVICES {
            writeln!(tags, "<module name=\"{module}\">").unwrap();
        }
        let server = Server::inspircd_in(folder, &tags);
        let services = run(server.folder.path());
        Self { server, services }
    }

    /// Ends the services as an operator does: they write down what they know.
    pub(crate) fn stop_services(&mut self) {
        self.signal_services("-TERM");
        self.services.wait().unwrap();
    }

    pub(crate) fn start_services_again(&mut self) {
        self.services = run(self.server.folder.path());
    }

    pub(crate) fn signal_services(&self, signal: &str) {
        send_signal(self.services.id(), signal);
    }

    /// How many logins the services have refused since they were started.
    pub(crate) fn refused(&self) -> usize {
        let log = log(self.server.folder.path());
        log.lines().filter(|line| line.contains(" SASL ") && line.ends_with(" D F")).count()
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        self.services.kill().ok();
        self.services.wait().ok();
    }
}

fn atheme(link: u16) -> String {
    let mut config = format!(
        r#"serverinfo {{
               name = "services.example.org"; desc = "test"; numeric = "00A"; recontime = 1; netname = "Test";
               hidehostsuffix = "users.example.org"; adminname = "test"; adminemail = "test@example.org";
               registeremail = "test@example.org"; mta = "/bin/false"; loglevel = {{ all; }}; maxlogins = 5; maxusers = 5;
               mdlimit = 30; emaillimit = 10; emailtime = 300; auth = none; casemapping = rfc1459;
           }};
           uplink "irc.example.org" {{ host = "127.0.0.1"; password = "sesame"; port = {link}; }};
           general {{ commit_interval = 5; uplink_sendq_limit = 1048576; language = "en"; }};
           "#
    );
    for module in MODULES {
        writeln!(config, "loadmodule \"modules/{module}\";").unwrap();
    }
    for (block, nick) in [("nickserv", "NickServ"), ("chanserv", "ChanServ"), ("saslserv", "SaslServ")] {
        let host = "services.example.org";
        writeln!(config, r#"{block} {{ nick = "{nick}"; user = "{nick}"; host = "{host}"; real = "test"; }};"#)
            .unwrap();
    }
    config
}

fn log(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("atheme.log")).unwrap_or_default()
}

/// Starts the services; they are linked when this returns.
fn run(folder: &Path) -> Child {
    // They add to a log that is there.
    std::fs::remove_file(folder.join("atheme.log")).ok();
    let mut command = Command::new(ATHEME);
    // In the foreground they log what they hear and say.
    command.arg("-n").arg("-D").arg(folder);
    for (option, file) in [("-c", "atheme.conf"), ("-l", "atheme.log"), ("-p", "atheme.pid")] {
        command.arg(option).arg(folder.join(file));
    }
    let mut process = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let begun = Instant::now();
    while !log(folder).contains("finished synching with uplink") {
        if begun.elapsed() > PATIENCE {
            process.kill().unwrap();
            panic!("{ATHEME} does not link: {}", log(folder));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    process
}
