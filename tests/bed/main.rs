// SPDX-License-Identifier: GPL-2.0-or-later
//! Starts the bed (`--real`: the one of Debian's own servers) and keeps it until ctrl-c, SIGTERM or the end of the input.
//!
//! Prints one JSON line with what a client needs, then takes a command a line: `merge`, `sync-testservers`, `continue`,
//! `sync-everywhere`, `roll-back`, `abort`, each for the story's change or for those whose numbers follow,
//! `lie NAME [NUMBER]`, `honest`, `channel`, `relay ADDRESS`. Each is answered by one JSON line.
#![allow(clippy::print_stdout, reason = "this program talks on its output")]

#[path = "mod.rs"]
mod bed;

use bed::{Bed, BedError, Kind, Lie};
use serde_json::{Value, json};
use std::io::BufRead;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BedError> {
    let kind = if std::env::args().any(|argument| argument == "--real") { Kind::Real } else { Kind::Embedded };
    let bed = Bed::start(kind).await?;
    let ready = json!({
        "edge": bed.edge().to_string(),
        "plain": bed.plain().to_string(),
        "ca": bed.ca_file(),
        "spki": bed.spki(),
        "test_url": bed::TEST_URL,
        "webhook": bed::WEBHOOK,
    });
    println!("{ready}");
    let mut lines = input()?;
    let mut terminated = signal(SignalKind::terminate())?;
    loop {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => break,
            _ = terminated.recv() => break,
            line = lines.recv() => match line {
                Some(line) if line.trim().is_empty() => {}
                Some(line) => println!("{}", obey(&bed, line.trim()).await),
                None => break,
            },
        }
    }
    bed.stop().await;
    Ok(())
}

/// The lines of the input, read on a thread of its own because reading blocks.
fn input() -> Result<mpsc::Receiver<String>, BedError> {
    let (send, lines) = mpsc::channel(1);
    std::thread::Builder::new().name("input".to_owned()).spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if send.blocking_send(line).is_err() {
                break;
            }
        }
    })?;
    Ok(lines)
}

async fn obey(bed: &Bed, line: &str) -> Value {
    let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
    let numbers: Vec<u64> = rest.split_whitespace().filter_map(|number| number.parse().ok()).collect();
    let scap = bed.scap(if numbers.is_empty() { &[bed::GERRIT] } else { &numbers });
    match (name, rest) {
        ("merge", _) => return told(line, scap.merge().await),
        ("sync-testservers", _) => return told(line, scap.sync_testservers().await),
        ("continue", _) => return told(line, scap.continue_everywhere().await),
        ("sync-everywhere", _) => return told(line, scap.sync_everywhere().await),
        ("roll-back", _) => return told(line, scap.roll_back().await),
        ("abort", _) => return told(line, scap.abort().await),
        ("honest", _) => bed.be_honest(),
        ("lie", name) => match name.parse::<Lie>() {
            Ok(told) => bed.lie(told),
            Err(error) => return json!({"error": format!("failed to {error}")}),
        },
        ("relay", address) => match address.parse() {
            Ok(address) => bed.set_relay(address),
            Err(_) => {
                return json!({"error": format!("failed to read the address <{address}>; write <127.0.0.1:8080>")});
            }
        },
        ("channel", _) => {
            let lines: Vec<Value> =
                bed.channel().into_iter().map(|line| json!({"nick": line.nick, "text": line.text})).collect();
            return json!({"channel": lines});
        }
        _ => return json!({"error": format!("failed to understand <{line}>")}),
    }
    json!({"done": line})
}

fn told(line: &str, done: Result<(), BedError>) -> Value {
    match done {
        Ok(()) => json!({"done": line}),
        Err(error) => json!({"error": format!("failed to {error}")}),
    }
}
