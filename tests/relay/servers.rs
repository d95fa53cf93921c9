// SPDX-License-Identifier: GPL-2.0-or-later
//! Real IRC servers of Debian's packages: ngircd, which has neither echo nor login, and `InspIRCd`, which echoes.

use crate::PATIENCE;
use crate::support::closed_port;
use std::fmt::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

const NGIRCD: &str = "/usr/sbin/ngircd";
const INSPIRCD: &str = "/usr/sbin/inspircd";

/// A running server; it ends with its value.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    /// Where TLS is spoken, if it is.
    pub(crate) secured: SocketAddr,
    process: Child,
    _folder: tempfile::TempDir,
}

impl Server {
    pub(crate) fn ngircd() -> Self {
        Self::ngircd_with("")
    }

    /// ngircd that speaks TLS on a second port, with a certificate and its key in PEM.
    pub(crate) fn ngircd_tls(certificate: &str, key: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let secured = closed_port();
        let mut more = format!("[SSL]\nPorts = {secured}\n");
        for (option, text) in [("CertFile", certificate), ("KeyFile", key)] {
            let path = folder.path().join(option);
            std::fs::write(&path, text).unwrap();
            writeln!(more, "{option} = {}", path.display()).unwrap();
        }
        let mut server = Self::ngircd_with(&more);
        server.secured.set_port(secured);
        // It has read them by now.
        drop(folder);
        server
    }

    fn ngircd_with(more: &str) -> Self {
        let port = closed_port();
        let config = format!(
            "[Global]\nName = irc.example.org\nInfo = test\nListen = 127.0.0.1\nPorts = {port}\nMotdPhrase = hello\n\
             [Limits]\nMaxConnections = 0\nMaxConnectionsIP = 0\nMaxNickLength = 30\nMaxPenaltyTime = 0\n\
             [Options]\nDNS = no\nIdent = no\nPAM = no\n{more}"
        );
        Self::start(NGIRCD, "ngircd", port, &config, &["-n", "-f"], &[])
    }

    pub(crate) fn inspircd() -> Self {
        let port = closed_port();
        let folder = "@folder@";
        let mut config = format!(
            r#"<server name="irc.example.org" description="test" network="Test" id="001">
               <admin name="test" nick="test" email="test@example.org">
               <bind address="127.0.0.1" port="{port}" type="clients">
               <connect name="all" allow="*" timeout="60" pingfreq="120" softsendq="8192" hardsendq="1M" recvq="64K"
                threshold="100" commandrate="100000" fakelag="no" localmax="200" globalmax="200" useconnectban="no"
                resolvehostnames="no">
               <performance nouserdns="yes">
               <dns server="127.0.0.1" timeout="1">
               <pid file="{folder}/pid">
               <path configdir="{folder}" datadir="{folder}" logdir="{folder}" runtimedir="{folder}"
                moduledir="/usr/lib/inspircd/modules">
               "#
        );
        for module in ["cap", "ircv3_ctctags", "ircv3_echomessage", "ircv3_servertime", "botmode"] {
            writeln!(config, "<module name=\"{module}\">").unwrap();
        }
        Self::start(INSPIRCD, "inspircd", port, &config, &["--nofork", "--runasroot", "--config"], &[])
    }

    fn start(program: &str, package: &str, port: u16, config: &str, before: &[&str], after: &[&str]) -> Self {
        assert!(Path::new(program).exists(), "{program} is missing: install it with `apt-get install {package}`");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        std::fs::write(&path, config.replace("@folder@", &folder.path().display().to_string())).unwrap();
        let mut command = Command::new(program);
        command.args(before).arg(&path).args(after).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut process = command.spawn().unwrap();
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let begun = Instant::now();
        while TcpStream::connect(address).is_err() {
            if begun.elapsed() > PATIENCE {
                process.kill().unwrap();
                panic!("{package} does not listen on {port}");
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        Self { address, secured: address, process, _folder: folder }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
