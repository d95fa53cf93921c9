// SPDX-License-Identifier: GPL-2.0-or-later
//! A browser's driver program as a child process: it picks its port, its output goes to a file, it ends with us.
//!
//! Must not know which browser it drives.

use super::{BrowserError, eventually};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::process::{Child, Command};

/// How often a program is started that finds its port taken.
const ATTEMPTS: usize = 5;
/// What such a program says.
const PORT_TAKEN: &str = "Address already in use";

/// A running driver program.
#[derive(Debug)]
pub(super) struct DriverProcess {
    child: Child,
    /// The group of the driver and its browser, which has the driver's own number.
    group: Option<u32>,
    log: PathBuf,
    port: u16,
}

impl DriverProcess {
    /// Starts `program`, whose output names its port behind `before_port`, and waits until it has. Where another
    /// program was quicker to take the port that it picked, it is started again.
    ///
    /// # Errors
    /// When it cannot be started, ends at once, or names no port in time.
    pub(super) async fn start(
        program: &Path,
        arguments: &[&str],
        log: &Path,
        before_port: &str,
    ) -> Result<Self, BrowserError> {
        let mut attempt = 1;
        loop {
            match Self::start_once(program, arguments, log.to_path_buf(), before_port).await {
                Err(BrowserError::Start { detail, .. }) if attempt < ATTEMPTS && detail.contains(PORT_TAKEN) => {
                    attempt += 1;
                }
                other => return other,
            }
        }
    }

    async fn start_once(
        program: &Path,
        arguments: &[&str],
        log: PathBuf,
        before_port: &str,
    ) -> Result<Self, BrowserError> {
        let refused = |detail: String| BrowserError::Start { program: program.to_path_buf(), detail };
        let output = std::fs::File::create(&log).map_err(|source| BrowserError::file(&log, source))?;
        let errors = output.try_clone().map_err(|source| BrowserError::file(&log, source))?;
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|source| refused(source.to_string()))?;
        let group = child.id();
        let port = eventually(async || {
            let said = std::fs::read_to_string(&log).unwrap_or_default();
            let ended = child.try_wait().ok().flatten();
            match (port_behind(&said, before_port), ended) {
                (Some(port), _) => Ok(Some(port)),
                (None, Some(status)) => Err(format!("it ended with <{status}> and said <{}>", said.trim())),
                (None, None) => Ok(None),
            }
        })
        .await
        .map_err(&refused)?
        .ok_or_else(|| refused(format!("it did not say <{before_port}PORT> in time")))?;
        Ok(Self { child, group, log, port })
    }

    /// Where it takes commands.
    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Everything that it and its browser have written so far.
    pub(super) fn log(&self) -> String {
        match std::fs::read(&self.log) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) => format!("{} could not be read: {error}", self.log.display()),
        }
    }

    /// Ends it. What cannot be ended here ends when the value is dropped.
    pub(super) async fn stop(&mut self) {
        if self.child.start_kill().is_ok() {
            drop(self.child.wait().await);
        }
    }
}

impl Drop for DriverProcess {
    /// A driver that is killed leaves its browser behind, so the whole group ends.
    fn drop(&mut self) {
        end_group(self.group);
    }
}

/// Kills what is left of a process group; one that is empty is as wanted.
fn end_group(group: Option<u32>) {
    let Some(group) = group else { return };
    let mut kill = std::process::Command::new("sh");
    kill.args(["-c", r#"kill -s KILL -- "-$1""#, "kill", &group.to_string()]);
    kill.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().ok();
}

/// The port in a line such as `Listening on 127.0.0.1:38599`; the line must be whole.
fn port_behind(said: &str, before: &str) -> Option<u16> {
    let (_, rest) = said.split_once(before)?;
    let (line, _) = rest.split_once('\n')?;
    let digits: String = line.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// The first of `candidates` that is a file.
pub(super) fn first_program(candidates: &[PathBuf]) -> Option<PathBuf> {
    candidates.iter().find(|path| path.is_file()).cloned()
}

/// Where a program of that name would be in each folder of `PATH`.
pub(super) fn on_path(name: &str) -> Vec<PathBuf> {
    std::env::var_os("PATH")
        .map(|path| std::env::split_paths(&path).map(|folder| folder.join(name)).collect())
        .unwrap_or_default()
}
