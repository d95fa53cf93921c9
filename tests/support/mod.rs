// SPDX-License-Identifier: GPL-2.0-or-later
//! The command run as its users run it: `Command::new().args(["schedule", "--page", "-"]).stdin("…").stdout("…").run()`.
//!
//! What is not said is expected to be empty, and the exit code to be 0.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

/// Where the built command is.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_backport-verify");

/// A call of the command and what is expected of it.
#[derive(Debug)]
#[must_use = "nothing runs before `run`"]
pub(crate) struct Command {
    args: Vec<String>,
    stdin: String,
    zone: &'static str,
    code: i32,
    stdout: Expected,
    stderr: Expected,
}

#[derive(Debug)]
enum Expected {
    Exactly(String),
    Holding(Vec<String>),
}

/// What a call printed.
#[derive(Debug)]
#[allow(dead_code, reason = "each test program reads what it needs")]
pub(crate) struct Printed {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

#[allow(dead_code, reason = "each test program expects what it needs")]
impl Command {
    /// A call without arguments, in the UTC time zone, that is expected to print nothing and to end with 0.
    pub(crate) fn new() -> Self {
        let nothing = || Expected::Exactly(String::new());
        Self { args: vec![], stdin: String::new(), zone: "UTC0", code: 0, stdout: nothing(), stderr: nothing() }
    }

    /// Adds one argument.
    pub(crate) fn arg(mut self, arg: impl AsRef<Path>) -> Self {
        self.args.push(arg.as_ref().display().to_string());
        self
    }

    /// Adds arguments.
    pub(crate) fn args<'a>(mut self, args: impl IntoIterator<Item = &'a str>) -> Self {
        self.args.extend(args.into_iter().map(str::to_owned));
        self
    }

    /// What is piped in.
    pub(crate) fn stdin(mut self, text: &str) -> Self {
        text.clone_into(&mut self.stdin);
        self
    }

    /// The time zone of the machine, as POSIX writes it.
    pub(crate) fn zone(mut self, zone: &'static str) -> Self {
        self.zone = zone;
        self
    }

    /// The exit code.
    pub(crate) fn code(mut self, code: i32) -> Self {
        self.code = code;
        self
    }

    /// The whole standard output.
    pub(crate) fn stdout(mut self, text: &str) -> Self {
        self.stdout = Expected::Exactly(text.to_owned());
        self
    }

    /// Something in the standard output; repeatable.
    pub(crate) fn stdout_has(mut self, text: &str) -> Self {
        self.stdout = self.stdout.and(text);
        self
    }

    /// The whole standard error.
    pub(crate) fn stderr(mut self, text: &str) -> Self {
        self.stderr = Expected::Exactly(text.to_owned());
        self
    }

    /// Something in the standard error; repeatable.
    pub(crate) fn stderr_has(mut self, text: &str) -> Self {
        self.stderr = self.stderr.and(text);
        self
    }

    /// Runs it and holds what came against what was expected.
    #[track_caller]
    pub(crate) fn run(self) -> Printed {
        let mut process = std::process::Command::new(PROGRAM)
            .args(&self.args)
            .env_clear()
            .env("TZ", self.zone)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that refuses its arguments is gone before it reads.
        process.stdin.take().unwrap().write_all(self.stdin.as_bytes()).ok();
        let output = process.wait_with_output().unwrap();
        let printed = Printed {
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        assert_eq!(output.status.code(), Some(self.code), "exit code of {:?}: {printed:#?}", self.args);
        self.stdout.check("standard output", &printed.stdout);
        self.stderr.check("standard error", &printed.stderr);
        printed
    }
}

impl Expected {
    fn and(self, text: &str) -> Self {
        match self {
            Self::Holding(mut parts) => {
                parts.push(text.to_owned());
                Self::Holding(parts)
            }
            Self::Exactly(_) => Self::Holding(vec![text.to_owned()]),
        }
    }

    #[track_caller]
    fn check(&self, what: &str, actual: &str) {
        match self {
            Self::Exactly(text) => assert_eq!(actual, text, "{what}"),
            Self::Holding(parts) => {
                for part in parts {
                    assert!(actual.contains(part), "{what} lacks <{part}>:\n{actual}");
                }
            }
        }
    }
}

/// A port of loopback at which nobody listens.
#[allow(dead_code, reason = "not every test program needs it")]
pub(crate) fn closed_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
