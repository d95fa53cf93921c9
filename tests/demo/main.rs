// SPDX-License-Identifier: GPL-2.0-or-later
//! Plays the story in a real browser over the local Wikimedia, tells each step in a sentence, and keeps a picture of it.
//!
//! Must not do anything that a submitter or a deployer could not do.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "telling the story is what this program is for")]

#[path = "../bed/mod.rs"]
mod bed;
#[path = "../browser/driver/mod.rs"]
#[allow(dead_code, reason = "the tests need more of it")]
mod driver;
#[path = "../browser/stage.rs"]
#[allow(dead_code, unused_imports, unused_macros, reason = "the tests need more of it")]
mod stage;
#[path = "../browser/submitter.rs"]
#[allow(dead_code, reason = "the tests need more of it")]
mod submitter;

use bed::{GERRIT, Kind, NICK, PATCH_TEXT, TEST_URL, TITLE};
use clap::{Parser, ValueEnum};
use driver::Which;
use stage::{Company, Played, Stage, expect};
use std::cell::Cell;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use submitter::{Step, patch};

/// Plays the story of one backport, step by step, and keeps a picture of each step in target/demo.
#[derive(Debug, Parser)]
#[command(name = "demo")]
struct Wishes {
    /// The browser to play it in.
    #[arg(long, value_enum, default_value_t = Choice::Chromium)]
    browser: Choice,
    /// Leave browser and local Wikimedia open at the end, until Enter or Ctrl-C.
    #[arg(long)]
    keep: bool,
    /// Play it over real wikis, caches and an IRC server, which must be installed.
    #[arg(long)]
    real: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Choice {
    Chromium,
    Firefox,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let wishes = Wishes::parse();
    let which = match wishes.browser {
        Choice::Chromium => Which::Chromium,
        Choice::Firefox => Which::Firefox,
    };
    let kind = if wishes.real { Kind::Real } else { Kind::Embedded };
    let display =
        ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some_and(|at| !at.is_empty()));
    let stage = match Stage::set(which, kind, Company::Alone, display).await {
        Ok(stage) => stage,
        Err(failure) => {
            eprintln!("The demo could not begin: failed to {failure}");
            return ExitCode::FAILURE;
        }
    };
    let album = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/demo");
    let told = tell(&Teller::new(&stage, album), &wishes, display).await;
    let struck = stage.strike().await;
    match told.and(struck) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("The demo ended badly: failed to {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Plays the story, and keeps the stage open at the end where that is wished. Ctrl-C ends either.
async fn tell(teller: &Teller<'_>, wishes: &Wishes, display: bool) -> Played {
    let played = tokio::select! {
        played = play(teller) => played,
        _ = tokio::signal::ctrl_c() => return Ok(()),
    };
    if let Err(failure) = played {
        teller.last_picture().await;
        return Err(failure);
    }
    println!("\nPictures of every step: {}", teller.album.display());
    if !wishes.keep {
        return Ok(());
    }
    if display {
        println!("The browser is open to play with. Press Enter here, or Ctrl-C, to end it.");
    } else {
        println!("There is no display, so the browser cannot be seen; it stays until Enter or Ctrl-C.");
    }
    tokio::select! {
        () = entered() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    Ok(())
}

/// Waits for Enter; without a terminal it waits for ever.
async fn entered() {
    if !std::io::stdin().is_terminal() {
        return std::future::pending().await;
    }
    let (said, heard) = tokio::sync::oneshot::channel();
    // A thread of its own: a read that is still waiting must not hold up the program's end.
    std::thread::spawn(move || {
        let mut line = String::new();
        drop(std::io::stdin().read_line(&mut line));
        let _listened = said.send(());
    });
    drop(heard.await);
}

/// Tells steps by number, prints what the channel has heard since, and takes pictures.
struct Teller<'a> {
    stage: &'a Stage,
    album: PathBuf,
    step: Cell<usize>,
    heard: Cell<usize>,
}

impl<'a> Teller<'a> {
    fn new(stage: &'a Stage, album: PathBuf) -> Self {
        // Pictures of an earlier play would be mistaken for this one's.
        drop(std::fs::remove_dir_all(&album));
        Self { stage, album, step: Cell::new(0), heard: Cell::new(0) }
    }

    /// Tells what has just been done and seen.
    fn say(&self, sentence: &str) {
        self.step.set(self.step.get() + 1);
        println!("{:2}. {sentence}", self.step.get());
        let lines = self.stage.bed.channel();
        for line in lines.iter().skip(self.heard.get()) {
            println!("      #wikimedia-operations <{}> {}", line.nick, line.text);
        }
        self.heard.set(lines.len());
    }

    /// The same, with a picture of the page.
    async fn show(&self, name: &str, sentence: &str) -> Played {
        self.say(sentence);
        let picture = self.album.join(format!("{:02}-{name}.png", self.step.get()));
        Ok(self.stage.browser.picture(&picture).await?)
    }

    /// What the page showed when the story broke off.
    async fn last_picture(&self) {
        let saved = self.stage.browser.save_remains(&self.album, "broken-off").await;
        for path in saved {
            eprintln!("left behind: {}", path.display());
        }
    }
}

/// The story.
async fn play(teller: &Teller<'_>) -> Played {
    prepare(teller).await?;
    on_mwdebug(teller).await?;
    on_production(teller).await
}

async fn prepare(teller: &Teller<'_>) -> Played {
    let Stage { browser, .. } = teller.stage;
    browser.popup().await?;
    browser.wait_for("[name=\"nick\"]").await?;
    teller.show("first-look", "The submitter opens the popup for the first time. It asks for the IRC nick.").await?;

    teller.stage.set_nick(NICK).await?;
    browser.wait_text(&patch(), TITLE).await?;
    let sentence = format!("With the nick \"{NICK}\" set, it lists the patch from the Deployments calendar: {TITLE}.");
    teller.show("my-patch", &sentence).await?;
    browser.wait_for(&format!("{} [data-findings]", patch())).await?;
    browser.wait_for(&format!("{} [data-phase=\"scheduled\"]", patch())).await?;
    let sentence =
        "Gerrit, noc and the Server Admin Log have answered: is it fit for its window, and how far has it got?";
    teller.show("fitness", sentence).await?;

    teller.stage.save_test().await?;
    let sentence = format!("In the workbench the submitter saves one test: {TEST_URL} must contain \"{PATCH_TEXT}\".");
    teller.show("the-test", &sentence).await?;

    teller.stage.save_webhook().await?;
    teller.show("the-webhook", "The channel's webhook is saved. Only its host stays in sight.").await
}

async fn on_mwdebug(teller: &Teller<'_>) -> Played {
    let Stage { browser, bed, .. } = teller.stage;
    browser.popup().await?;
    bed.merge().await?;
    bed.sync_testservers().await?;
    teller.say("The deployer merges the patch and syncs it to the test servers.");
    browser.wait_for(&format!("{} [data-phase=\"on_test_servers\"]", patch())).await?;
    teller
        .show("on-test-servers", "The popup, open all the while, shows that it is there, and so does a reminder.")
        .await?;

    teller.stage.verify(Step::Mwdebug, "pass").await?;
    browser.wait_for(&format!("{} [data-comparison=\"fixed\"]", Step::Mwdebug.place())).await?;
    let sentence = "\"Verify on mwdebug\": the test passes there, and production, without the patch, still fails it.";
    teller.show("mwdebug-passes", sentence).await?;

    let line = teller.stage.preview(Step::Mwdebug).await?;
    teller.stage.send(Step::Mwdebug).await?;
    // A real relay says first who has sent it.
    expect("whether the line is heard", &true, &bed.heard("PASS on mwdebug").await?.text.ends_with(&line))?;
    teller.show("mwdebug-reported", "The submitter reads the line, sends it, and the channel hears it.").await
}

async fn on_production(teller: &Teller<'_>) -> Played {
    let Stage { browser, bed, .. } = teller.stage;
    bed.sync_everywhere().await?;
    teller.say("The deployer continues: the whole fleet gets the patch.");
    browser.wait_for(&format!("{} [data-phase=\"deployed\"]", patch())).await?;

    teller.stage.verify(Step::Production, "pass").await?;
    teller.show("production-passes", "\"Verify on production\": the same test passes without the header.").await?;

    let line = teller.stage.preview(Step::Production).await?;
    teller.stage.send(Step::Production).await?;
    expect("whether the second line is heard", &true, &bed.heard("PASS on production").await?.text.ends_with(&line))?;
    teller.show("production-reported", "The second line goes out. The backport is verified.").await?;

    browser.workbench(GERRIT).await?;
    browser.wait_for("[data-test=\"0\"]").await?;
    teller.show("the-record", "The workbench keeps the tests and both results for this change.").await
}
