// SPDX-License-Identifier: GPL-2.0-or-later
//! Where a scenario plays: one local Wikimedia and one browser with the extension in it.
//!
//! Must not know any scenario; what a submitter does is in `submitter`.

use crate::bed::{Bed, BedError, Kind};
use crate::driver::{Beside, Browser, BrowserError, Which, Wiring};
use futures_util::FutureExt;
use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// A stage that is set.
pub(crate) struct Stage {
    /// The local Wikimedia.
    pub(crate) bed: Bed,
    /// The browser.
    pub(crate) browser: Browser,
    /// What the local Wikimedia is made of.
    pub(crate) kind: Kind,
    /// Who else is in the browser.
    pub(crate) company: Company,
}

/// Whether another extension that changes X-Wikimedia-Debug is in the browser; it is off until its page says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(dead_code, reason = "the demo plays alone")]
pub(crate) enum Company {
    /// Nobody.
    Alone,
    /// One that was installed before ours.
    Earlier,
    /// One that was installed after ours.
    Later,
}

/// Why a scenario could not go on. Reads on after "failed to".
#[derive(Debug, Error)]
pub(crate) enum Failure {
    /// Something in the browser.
    #[error(transparent)]
    Browser(#[from] BrowserError),
    /// Something in the bed.
    #[error(transparent)]
    Bed(#[from] BedError),
    /// Something else came than what was expected.
    #[error("see {what}: expected <{expected}>, saw <{actual}>")]
    Unlike {
        /// What was looked at.
        what: &'static str,
        /// What it should be.
        expected: String,
        /// What it is.
        actual: String,
    },
    /// A scene of several on one stage went wrong.
    #[error("play <{name}>: failed to {source}")]
    Scene {
        /// Which.
        name: &'static str,
        /// What it failed to do.
        source: Box<Failure>,
    },
    /// What the extension published cannot be read.
    #[error("read the state that the extension published: {0}")]
    State(#[from] serde_json::Error),
}

/// What a scenario comes to.
pub(crate) type Played = Result<(), Failure>;

/// Plays scenes one after the other on one stage, which saves the start of a browser for each: a scene must leave the
/// stage as the next one wants it. A failure names its scene.
macro_rules! scenes {
    ($stage:ident: $($scene:ident),* $(,)?) => {{
        $($scene($stage).await.map_err(|source| crate::stage::Failure::Scene {
            name: stringify!($scene),
            source: Box::new(source),
        })?;)*
        Ok(())
    }};
}
pub(crate) use scenes;

/// Fails unless `actual` is as expected.
pub(crate) fn expect<T: PartialEq + std::fmt::Debug>(what: &'static str, expected: &T, actual: &T) -> Played {
    if expected == actual {
        return Ok(());
    }
    Err(Failure::Unlike { what, expected: format!("{expected:?}"), actual: format!("{actual:?}") })
}

impl Stage {
    /// Starts bed and browser.
    ///
    /// # Errors
    /// When one of them does not start, or the extension is not built.
    pub(crate) async fn set(which: Which, kind: Kind, company: Company, window: bool) -> Result<Self, Failure> {
        let mut bed = Bed::start(kind).await?;
        if kind != Kind::Embedded {
            bed.start_relay(&command()).await?;
        }
        let extension = extension_folder(which);
        let other = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/wikimedia_debug");
        let beside =
            (company != Company::Alone).then_some(Beside { folder: &other, earlier: company == Company::Earlier });
        let wiring = Wiring { edge: bed.edge(), spki: bed.spki(), extension: &extension, beside, window };
        let browser = Browser::start(which, &wiring).await?;
        Ok(Self { bed, browser, kind, company })
    }

    /// Kills the whole browser and starts it again with the same profile (Chromium only).
    ///
    /// # Errors
    /// When it does not start again.
    pub(crate) async fn crash(self) -> Result<Self, Failure> {
        let Self { bed, browser, kind, company } = self;
        let extension = extension_folder(browser.which);
        let wiring = Wiring { edge: bed.edge(), spki: bed.spki(), extension: &extension, beside: None, window: false };
        let browser = browser.crash(&wiring).await?;
        Ok(Self { bed, browser, kind, company })
    }

    /// Ends browser and bed.
    ///
    /// # Errors
    /// When the browser's session cannot be ended.
    pub(crate) async fn strike(self) -> Played {
        let ended = self.browser.quit().await;
        self.bed.stop().await;
        Ok(ended?)
    }

    /// What the channel heard and the edge saw, for the one who looks into a failure.
    fn minutes(&self) -> String {
        let heard = self.bed.channel().into_iter().map(|line| format!("<{}> {}\n", line.nick, line.text));
        let seen = self.bed.seen().into_iter().map(|seen| {
            let debug = seen.headers.iter().find(|(name, _)| name == "x-wikimedia-debug");
            let debug = debug.map(|(_, value)| value.as_str()).unwrap_or_default();
            format!("{} https://{}{} {debug}\n", seen.method, seen.host, seen.path)
        });
        heard.chain(seen).collect()
    }
}

/// The command `backport-verify`: where cargo says it is, or for an example beside the examples' folder.
fn command() -> PathBuf {
    option_env!("CARGO_BIN_EXE_backport-verify").map_or_else(
        || {
            let program = std::env::current_exe().unwrap_or_default();
            let profile = program.parent().and_then(Path::parent).unwrap_or(Path::new("."));
            profile.join("backport-verify")
        },
        PathBuf::from,
    )
}

/// The built extension. Chromium shows a real question for optional access, which nobody can answer without a
/// display; there the copy is taken that has it from the start.
fn extension_folder(which: Which) -> PathBuf {
    let built = match which {
        Which::Chromium => "dist/extension-granted",
        Which::Firefox => "dist/extension",
    };
    std::env::var_os("BACKPORT_VERIFY_EXTENSION")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join(built), PathBuf::from)
}

/// Plays a scenario on a stage of its own. When it fails, picture, page, logs and minutes are left behind.
#[expect(clippy::panic, reason = "it is the test's way to fail")]
pub(crate) async fn play(
    name: &str,
    which: Which,
    kind: Kind,
    company: Company,
    scenario: impl AsyncFnOnce(&Stage) -> Result<(), Failure>,
) {
    let stage = match Stage::set(which, kind, company, false).await {
        Ok(stage) => stage,
        Err(failure) => panic!("failed to {failure}"),
    };
    let complaint = match AssertUnwindSafe(scenario(&stage)).catch_unwind().await {
        Ok(Ok(())) => panicked_inside(&stage.browser),
        Ok(Err(failure)) => Some(format!("failed to {failure}")),
        Err(payload) => Some(words(payload.as_ref())),
    };
    let Some(complaint) = complaint else {
        if let Err(failure) = stage.strike().await {
            panic!("failed to {failure}");
        }
        return;
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/browser-failures");
    let mut saved = stage.browser.save_remains(&folder, &format!("{name}-{which}")).await;
    let minutes = folder.join(format!("{name}-{which}.minutes"));
    if std::fs::write(&minutes, stage.minutes()).is_ok() {
        saved.push(minutes);
    }
    drop(stage.strike().await);
    let saved: Vec<String> = saved.iter().map(|path| path.display().to_string()).collect();
    panic!("{name} in {which}: {complaint}\nleft behind: {}", saved.join(", "));
}

/// The extension must not panic, whatever the pages show.
fn panicked_inside(browser: &Browser) -> Option<String> {
    let log = browser.background_log();
    log.iter().find(|line| line.contains("panicked at")).map(|line| format!("the extension panicked: {line}"))
}

fn words(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("it panicked without a word").to_owned()
}

/// Makes a test of each scenario for each browser; `beside Earlier` and `beside Later` put another extension beside ours,
/// `over Channel` has a real IRC server.
macro_rules! in_both_browsers {
    (@company) => { crate::stage::Company::Alone };
    (@company $company:ident) => { crate::stage::Company::$company };
    (@kind) => { crate::bed::Kind::Embedded };
    (@kind $kind:ident) => { crate::bed::Kind::$kind };
    ($($scenario:ident $(beside $company:ident)? $(over $kind:ident)?),* $(,)?) => {
        mod chromium {
            $(#[tokio::test]
            async fn $scenario() {
                let (name, which) = (stringify!($scenario), crate::driver::Which::Chromium);
                let company = crate::stage::in_both_browsers!(@company $($company)?);
                let kind = crate::stage::in_both_browsers!(@kind $($kind)?);
                crate::stage::play(name, which, kind, company, super::$scenario).await;
            })*
        }
        mod firefox {
            $(#[tokio::test]
            async fn $scenario() {
                let (name, which) = (stringify!($scenario), crate::driver::Which::Firefox);
                let company = crate::stage::in_both_browsers!(@company $($company)?);
                let kind = crate::stage::in_both_browsers!(@kind $($kind)?);
                crate::stage::play(name, which, kind, company, super::$scenario).await;
            })*
        }
    };
}
pub(crate) use in_both_browsers;
