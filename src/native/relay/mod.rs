// SPDX-License-Identifier: GPL-2.0-or-later
//! `backport-verify relay`: takes the posts of webhooks, keeps them, and says each once in one IRC channel; and passes on
//! what the channel's bots announce.
//!
//! Must not say anything else, must not obey anything heard in the channel, and must not log a token, a password or what
//! was posted.

mod allowance;
mod channel;
mod courier;
mod durations;
mod events;
mod health;
mod hook;
mod irc;
mod log;
mod numbers;
mod post;
mod queue;
mod serving;
mod settings;
mod store;
mod tokens;

pub(super) use settings::RelayError;
pub(super) use store::Journal;

use super::args::{RelayArgs, RelayCall, RelayCommand, TokenArgs, TokenCommand};
use super::http::install_crypto;
use super::terminal::{complain, plain, print};
use allowance::Allowance;
use courier::{Desk, carry};
use events::Ears;
use hook::Hook;
use log::log;
use queue::Queue;
use serving::Serving;
use settings::Settings;
use std::num::NonZeroU32;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::{Lock, Store};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Refused posts that the log tells of; the metrics count all.
const REFUSALS_A_MINUTE: NonZeroU32 = NonZeroU32::new(30).unwrap();
/// As many at once.
const REFUSALS_AT_ONCE: NonZeroU32 = NonZeroU32::new(20).unwrap();

/// Runs the relay, or does what is to be done to its tokens.
///
/// # Errors
/// When what the user said cannot be used, the file cannot, or the address cannot be listened on.
pub(super) async fn call(said: RelayCall) -> Result<ExitCode, RelayError> {
    match said {
        RelayCall::Do(RelayCommand::Token(said)) => tokens(said),
        RelayCall::Run(said) => run(*said).await,
    }
}

fn tokens(said: TokenArgs) -> Result<ExitCode, RelayError> {
    let store = Store::open(&store::place(said.data)?, None)?;
    let text = match said.command {
        TokenCommand::Add { nick, note, url } => {
            let (id, token) = tokens::add(&store, &nick, &note)?;
            complain(&format!("token {id} of {nick}: keep the webhook below to its holder; nothing can show it again"));
            let base = url.map(|url| url.as_str().trim_end_matches('/').to_owned()).unwrap_or_default();
            format!("{base}/hook/{token}\n")
        }
        TokenCommand::List => tokens::list(&store)?.iter().map(row).collect(),
        TokenCommand::Revoke { who } => {
            let count = tokens::revoke(&store, &who)?;
            format!("revoked {count}\n")
        }
    };
    print(&text).map_err(RelayError::Output)?;
    Ok(ExitCode::SUCCESS)
}

fn row(token: &tokens::Listed) -> String {
    let tokens::Listed { id, nick, note, made, revoked } = token;
    let revoked = revoked.map_or_else(|| "may post".to_owned(), |at| format!("revoked {at}"));
    let row = format!("{id}\t{nick}\t{made}\t{revoked}\t{}", plain(note));
    format!("{}\n", row.trim_end())
}

/// Runs until it is told to end by SIGTERM or Ctrl-C.
async fn run(said: RelayArgs) -> Result<ExitCode, RelayError> {
    let Settings { listen: asked, irc, queue: said } = Settings::new(said)?;
    install_crypto();
    log::start();
    let path = store::place(said.data)?;
    let _lock = Lock::take(&path)?;
    let store = Store::open(&path, said.journal)?;
    let (queue, unclear) = Queue::open(store.clone(), i64::from(said.keep_for) * 1000, said.waiting)?;
    let listener = TcpListener::bind(asked).await.map_err(|source| RelayError::Listen { address: asked, source })?;
    let address = listener.local_addr().map_err(|source| RelayError::Listen { address: asked, source })?;
    let (close, closing) = watch::channel(false);
    let (end, ended) = watch::channel(false);
    let ears = Ears::new(jiff::Timestamp::now());
    let (keep_alive, headers, body) = (irc.durations.keep_alive, irc.durations.headers, irc.durations.body);
    let room = usize::from(said.connections);
    // However many listen, there is room for those who post.
    let events = events::router(ears.clone(), store.clone(), closing.clone(), keep_alive, room / 2);
    let (speaker, channel) = channel::new(irc, ears);
    let desk = Arc::new(Desk::new(queue));
    for unclear in unclear {
        desk.tell(unclear);
    }
    let hook = Hook {
        store,
        desk: Arc::clone(&desk),
        speaker: speaker.clone(),
        allowance: Allowance::new(said.a_minute, said.burst),
        told_refusals: Allowance::new(REFUSALS_A_MINUTE, REFUSALS_AT_ONCE),
        body,
        keep_for: Duration::from_secs(said.keep_for.into()),
        began: Instant::now(),
        closing: closing.clone(),
    };
    if !address.ip().is_loopback() {
        log("this address can be reached from outside and tokens come unencrypted; put a TLS proxy in front");
    }
    print(&format!("listening on http://{address}/hook/…\n")).map_err(RelayError::Output)?;
    let connections = desk.numbers.connections.clone();
    let routes = hook::router(Arc::new(hook)).merge(events);
    let serving = Serving { routes, crowded: hook::crowded(), room, headers, connections };
    // Posts first, then the line on the way, and the channel is left last.
    tokio::join!(
        serving.serve(listener, closing.clone()),
        async {
            carry(desk, speaker, closing).await;
            end.send_replace(true);
        },
        channel.stay(ended),
        async {
            let signal = told_to_end().await;
            log(&format!("{signal}, leaving"));
            close.send_replace(true);
        },
    );
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
