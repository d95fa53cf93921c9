// SPDX-License-Identifier: GPL-2.0-or-later
//! `backport-verify relay`: takes Slack-shaped posts with a token and says them in one IRC channel, and passes on what
//! the channel's bots announce.
//!
//! Must not say anything else, must not obey anything heard in the channel, and must not log a token or a password.

mod channel;
mod durations;
mod events;
mod hook;
mod irc;
mod settings;
mod tokens;

pub(super) use settings::RelayError;

use super::args::RelayArgs;
use super::http::install_crypto;
use super::terminal::{complain, print};
use events::Ears;
use settings::Settings;
use std::process::ExitCode;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Runs until it is told to end by SIGTERM or Ctrl-C.
///
/// # Errors
/// When what the user said cannot be used, or the address cannot be listened on.
pub(super) async fn run(said: RelayArgs) -> Result<ExitCode, RelayError> {
    install_crypto();
    let settings = Settings::new(said)?;
    let asked = settings.listen;
    let listener = TcpListener::bind(asked).await.map_err(|source| RelayError::Listen { address: asked, source })?;
    let address = listener.local_addr().map_err(|source| RelayError::Listen { address: asked, source })?;
    let (end, ended) = watch::channel(false);
    let ears = Ears::new(jiff::Timestamp::now());
    let tokens = settings.tokens.clone();
    let keep_alive = settings.irc.durations.keep_alive;
    let events = events::router(ears.clone(), move |token| tokens.admit(token), ended.clone(), keep_alive);
    let (speaker, channel) = channel::new(settings.irc, ears);
    let hook = hook::router(settings.tokens, speaker).merge(events);
    if !address.ip().is_loopback() {
        log("this address can be reached from outside and tokens come unencrypted; put a TLS proxy in front");
    }
    print(&format!("listening on http://{address}/hook/…\n")).map_err(RelayError::Output)?;
    let mut closing = ended.clone();
    let (served, (), ()) = tokio::join!(
        axum::serve(listener, hook)
            .with_graceful_shutdown(async move {
                closing.wait_for(|ended| *ended).await.ok();
            })
            .into_future(),
        channel.stay(ended),
        async {
            let signal = told_to_end().await;
            log(&format!("{signal}, leaving"));
            end.send_replace(true);
        },
    );
    served.map_err(RelayError::Serve)?;
    Ok(ExitCode::SUCCESS)
}

/// Waits for the signal to end, and names it.
async fn told_to_end() -> &'static str {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            return tokio::select! {
                _ = terminate.recv() => "told to end",
                _ = tokio::signal::ctrl_c() => "interrupted",
            };
        }
    }
    // Without a way to hear the signal the process still ends by it, only less politely.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
    "interrupted"
}

/// Writes a line of the log.
fn log(line: &str) {
    complain(&format!("{:.0} relay: {line}", jiff::Timestamp::now()));
}
