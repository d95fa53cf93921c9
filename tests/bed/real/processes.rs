// SPDX-License-Identifier: GPL-2.0-or-later
//! The servers of the real bed as child processes: started, waited for, stopped, and ended whatever becomes of us.
//! Must not know what the servers are for.

use super::RealError;
use std::fs::File;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::net::{TcpStream, UnixStream};
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

/// How long a server may take to listen, and a program to end.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long a server may take to stop before it is killed.
const FAREWELL: Duration = Duration::from_secs(5);
/// How long to leave a server alone between two attempts to connect.
const PAUSE: Duration = Duration::from_millis(10);
/// Ends, when our end of its standard input closes, every process group that `$1/*.pid` names and unmounts `$2/*/tree`.
const GUARD: &str = r#"cat >/dev/null
for file in "$1"/*.pid; do [ -e "$file" ] && kill -s KILL -- "-$(cat "$file")" 2>/dev/null; done
for tree in "$2"/*/tree; do umount -l "$tree" 2>/dev/null; done
exit 0"#;

/// The folders of a bed and the account that its servers run as.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) dir: PathBuf,
    /// `www-data` when we are root, else `None`: ourselves.
    account: Option<(u32, u32)>,
}

impl Place {
    /// Makes the folders.
    pub(super) fn lay_out(dir: &Path) -> Result<Self, RealError> {
        use std::os::unix::fs::{MetadataExt, PermissionsExt};
        let at = |error| RealError::file("lay out", dir, error);
        let dir = dir.canonicalize().map_err(at)?;
        let root = dir.metadata().map_err(at)?.uid() == 0 && File::open("/etc/shadow").is_ok();
        let place = Self { dir, account: if root { Some(www_data()?) } else { None } };
        if root {
            std::fs::set_permissions(&place.dir, PermissionsExt::from_mode(0o711)).map_err(at)?;
            let closed = |path: &&Path| path.metadata().is_ok_and(|meta| meta.mode() & 0o001 == 0);
            if let Some(path) = place.dir.ancestors().find(closed) {
                return Err(RealError::Unreachable(path.to_owned()));
            }
        }
        for name in ["etc", "log", "run", "data", "cache", "pages", "irc", "trees"] {
            let folder = place.dir.join(name);
            std::fs::create_dir_all(&folder).map_err(|error| RealError::file("make", &folder, error))?;
            place.hand_over(&folder)?;
        }
        Ok(place)
    }

    /// A path below the bed's folder.
    pub(super) fn at(&self, path: &str) -> PathBuf {
        self.dir.join(path)
    }

    /// Gives a file to the servers' account.
    pub(super) fn hand_over(&self, path: &Path) -> Result<(), RealError> {
        let Some((user, group)) = self.account else { return Ok(()) };
        std::os::unix::fs::chown(path, Some(user), Some(group))
            .map_err(|error| RealError::file("hand over", path, error))
    }

    /// Writes a file below the bed's folder from a template: every `@name@` becomes its value.
    pub(super) fn write(&self, path: &str, template: &str, values: &[(&str, &str)]) -> Result<PathBuf, RealError> {
        let text =
            values.iter().fold(template.to_owned(), |text, (name, value)| text.replace(&format!("@{name}@"), value));
        let file = self.at(path);
        std::fs::write(&file, text).map_err(|error| RealError::file("write", &file, error))?;
        self.hand_over(&file)?;
        Ok(file)
    }

    /// A command that runs as the servers' account, in a process group of its own.
    pub(super) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.dir).env("HOME", self.at("run")).process_group(0).kill_on_drop(true);
        if let Some((user, group)) = self.account {
            command.uid(user).gid(group);
        }
        command
    }

    fn pid_file(&self, name: &str) -> PathBuf {
        self.at("run").join(format!("{name}.pid"))
    }

    /// Where a program's output goes.
    pub(super) fn log(&self, name: &str) -> PathBuf {
        self.at("log").join(format!("{name}.log"))
    }

    /// Starts a program whose output goes to its log.
    fn spawn(&self, name: &'static str, mut command: Command) -> Result<Process, RealError> {
        let log = self.log(name);
        let file = File::options().create(true).append(true).open(&log);
        let file = file.map_err(|error| RealError::file("make", &log, error))?;
        self.hand_over(&log)?;
        let second = file.try_clone().map_err(|error| RealError::file("open", &log, error))?;
        let child = command.stdin(Stdio::null()).stdout(file).stderr(second).spawn();
        let child = child.map_err(|source| RealError::Spawn { name, source })?;
        let pid = child.id().ok_or_else(|| RealError::Spawn { name, source: ErrorKind::NotFound.into() })?;
        let pid_file = self.pid_file(name);
        std::fs::write(&pid_file, pid.to_string()).map_err(|error| RealError::file("write", &pid_file, error))?;
        Ok(Process { name, child, pid, pid_file, log })
    }

    /// Runs a program to its end.
    pub(super) async fn run(&self, name: &'static str, command: Command) -> Result<(), RealError> {
        let mut process = self.spawn(name, command)?;
        let ended = timeout(PATIENCE, process.child.wait()).await;
        let fine = matches!(&ended, Ok(Ok(status)) if status.success());
        process.end().await;
        if fine { Ok(()) } else { Err(process.failure(&format!("do its work: {ended:?}"))) }
    }

    /// Starts a server and waits until it can be connected to at every one of its doors.
    pub(super) async fn serve(
        &self,
        name: &'static str,
        command: Command,
        doors: &[Door],
    ) -> Result<Process, RealError> {
        let mut process = self.spawn(name, command)?;
        for door in doors {
            process.until(&format!("listen at {door:?}"), async || door.opens().await).await?;
        }
        Ok(process)
    }
}

/// The account of the servers, as `/etc/passwd` has it.
fn www_data() -> Result<(u32, u32), RealError> {
    let path = Path::new("/etc/passwd");
    let text = std::fs::read_to_string(path).map_err(|error| RealError::file("read", path, error))?;
    let line = text.lines().find_map(|line| line.strip_prefix("www-data:"));
    let ids = line.and_then(|line| {
        let mut fields = line.split(':').skip(1);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    });
    ids.ok_or_else(|| RealError::file("find the account <www-data> in", path, ErrorKind::NotFound.into()))
}

/// Where a server listens.
#[derive(Debug, Clone)]
pub(super) enum Door {
    Port(SocketAddr),
    Socket(PathBuf),
}

impl Door {
    async fn opens(&self) -> bool {
        match self {
            Self::Port(address) => TcpStream::connect(address).await.is_ok(),
            Self::Socket(path) => UnixStream::connect(path).await.is_ok(),
        }
    }
}

/// Ports of the loopback interface that are free now.
pub(super) fn free_ports<const N: usize>() -> Result<[SocketAddr; N], RealError> {
    let held: Result<Vec<TcpListener>, _> = (0..N).map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).collect();
    let mut ports = [SocketAddr::from((Ipv4Addr::LOCALHOST, 0)); N];
    for (port, listener) in ports.iter_mut().zip(held.map_err(RealError::Port)?) {
        *port = listener.local_addr().map_err(RealError::Port)?;
    }
    Ok(ports)
}

/// A running server.
#[derive(Debug)]
pub(super) struct Process {
    name: &'static str,
    child: Child,
    pid: u32,
    pid_file: PathBuf,
    log: PathBuf,
}

impl Process {
    /// Waits until something holds, as long as the server lives.
    pub(super) async fn until(&mut self, goal: &str, holds: impl AsyncFn() -> bool) -> Result<(), RealError> {
        let start = Instant::now();
        while !holds().await {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(self.failure(&format!("{goal}: it ended with {status}")));
            }
            if start.elapsed() > PATIENCE {
                return Err(self.failure(&format!("{goal} within {PATIENCE:?}")));
            }
            sleep(PAUSE).await;
        }
        Ok(())
    }

    /// An error that shows the end of the log.
    pub(super) fn failure(&self, goal: &str) -> RealError {
        let text = std::fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text).into_owned();
        let lines: Vec<&str> = text.lines().collect();
        let last = lines.split_at(lines.len().saturating_sub(15)).1.join("\n");
        RealError::Process { name: self.name, goal: goal.to_owned(), log: self.log.clone(), last }
    }

    /// Asks the server to stop, kills what is left of its group, and forgets it.
    pub(super) async fn end(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            signal("TERM", &self.pid.to_string()).await;
            let _gone_or_killed_below = timeout(FAREWELL, self.child.wait()).await;
        }
        signal("KILL", &format!("-{}", self.pid)).await;
        let _reaped = timeout(FAREWELL, self.child.wait()).await;
        let _gone = std::fs::remove_file(&self.pid_file);
    }
}

/// Sends a signal to a process, or to a group when the number is negative. Nobody there is no error.
async fn signal(name: &str, target: &str) {
    let mut kill = Command::new("sh");
    kill.args(["-c", r#"kill -s "$1" -- "$2""#, "kill", name, target]);
    let _nobody_there = kill.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().await;
}

/// A small process that outlives ours and then ends every server and unmounts every tree, so that neither a panic nor
/// a killed test leaves anything behind.
#[derive(Debug)]
pub(super) struct Guard(std::process::Child);

impl Guard {
    /// Posts the guard.
    pub(super) fn post(place: &Place) -> Result<Self, RealError> {
        use std::os::unix::process::CommandExt;
        let mut guard = std::process::Command::new("sh");
        guard.args(["-c", GUARD, "bed-guard"]).arg(place.at("run")).arg(place.at("trees"));
        guard.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        guard.spawn().map(Self).map_err(|source| RealError::Spawn { name: "guard", source })
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _done = self.0.wait();
    }
}
