// SPDX-License-Identifier: GPL-2.0-or-later
//! Real IRC servers of Debian's packages: ngircd, which has neither echo nor login, and `InspIRCd`, which echoes.

use crate::stage::{PATIENCE, send_signal};
use crate::support::closed_port;
use std::fmt::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;
use tempfile::TempDir;

const NGIRCD: &str = "/usr/sbin/ngircd";
const INSPIRCD: &str = "/usr/sbin/inspircd";

/// A running server; it ends with its value.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    /// Where TLS is spoken, if it is.
    pub(crate) secured: SocketAddr,
    process: Child,
    program: &'static str,
    args: Vec<String>,
    pub(crate) folder: TempDir,
}

impl Server {
    pub(crate) fn ngircd() -> Self {
        Self::ngircd_with("")
    }

    /// ngircd with more lines in its section `[Global]`.
    pub(crate) fn ngircd_with(more: &str) -> Self {
        Self::ngircd_in(tempfile::tempdir().unwrap(), more, "")
    }

    /// ngircd that speaks TLS on a second port, with a certificate and its key in PEM.
    pub(crate) fn ngircd_tls(certificate: &str, key: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let secured = closed_port();
        let mut section = format!("[SSL]\nPorts = {secured}\n");
        for (option, text) in [("CertFile", certificate), ("KeyFile", key)] {
            let path = folder.path().join(option);
            std::fs::write(&path, text).unwrap();
            writeln!(section, "{option} = {}", path.display()).unwrap();
        }
        let mut server = Self::ngircd_in(folder, "", &section);
        server.secured.set_port(secured);
        server
    }

    fn ngircd_in(folder: TempDir, global: &str, section: &str) -> Self {
        let port = closed_port();
        let config = format!(
            "[Global]\nName = irc.example.org\nInfo = test\nListen = 127.0.0.1\nPorts = {port}\nMotdPhrase = hello\n{global}\
             [Limits]\nMaxConnections = 0\nMaxConnectionsIP = 0\nMaxNickLength = 30\nMaxPenaltyTime = 0\n\
             [Options]\nDNS = no\nIdent = no\nPAM = no\n{section}"
        );
        Self::start(folder, NGIRCD, port, &config, &["-n", "-f", "@config@"])
    }

    pub(crate) fn inspircd() -> Self {
        Self::inspircd_in(tempfile::tempdir().unwrap(), "")
    }

    /// `InspIRCd` that keeps its files in a folder, with more tags; `@folder@` in these stands for it.
    pub(crate) fn inspircd_in(folder: TempDir, more: &str) -> Self {
        let port = closed_port();
        let at = "@folder@";
        let mut config = format!(
            r#"<server name="irc.example.org" description="test" network="Test" id="001">
               <admin name="test" nick="test" email="test@example.org">
               <bind address="127.0.0.1" port="{port}" type="clients">
               <connect name="all" allow="*" timeout="60" pingfreq="120" softsendq="8192" hardsendq="1M" recvq="64K"
                threshold="100" commandrate="100000" fakelag="no" localmax="200" globalmax="200" useconnectban="no"
                resolvehostnames="no">
               <performance nouserdns="yes">
               <dns server="127.0.0.1" timeout="1">
               <pid file="{at}/pid">
               <path configdir="{at}" datadir="{at}" logdir="{at}" runtimedir="{at}"
                moduledir="/usr/lib/inspircd/modules">
               "#
        );
        for module in ["cap", "ircv3_ctctags", "ircv3_echomessage", "ircv3_servertime", "botmode"] {
            writeln!(config, "<module name=\"{module}\">").unwrap();
        }
        config += more;
        Self::start(folder, INSPIRCD, port, &config, &["--nofork", "--runasroot", "--config", "@config@"])
    }

    fn start(folder: TempDir, program: &'static str, port: u16, config: &str, args: &[&str]) -> Self {
        must_be_there(program);
        let path = folder.path().join("config");
        std::fs::write(&path, config.replace("@folder@", &folder.path().display().to_string())).unwrap();
        let args: Vec<_> = args.iter().map(|arg| arg.replace("@config@", &path.display().to_string())).collect();
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let process = run(program, &args, address);
        Self { address, secured: address, process, program, args, folder }
    }

    pub(crate) fn stop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    pub(crate) fn start_again(&mut self) {
        self.process = run(self.program, &self.args, self.address);
    }

    pub(crate) fn signal(&self, signal: &str) {
        send_signal(self.process.id(), signal);
    }
}

/// Fails where the package of a program is not installed.
pub(crate) fn must_be_there(program: &str) {
    assert!(Path::new(program).exists(), "{program} is missing: install its package with apt-get");
}

fn run(program: &str, args: &[String], address: SocketAddr) -> Child {
    let mut command = Command::new(program);
    let mut process =
        command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let begun = Instant::now();
    while TcpStream::connect(address).is_err() {
        if begun.elapsed() > PATIENCE {
            process.kill().unwrap();
            panic!("{program} does not listen on {address}");
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    process
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
