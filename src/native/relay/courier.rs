// SPDX-License-Identifier: GPL-2.0-or-later
//! Takes the lines from the queue to the channel: one at a time, in their order, each once.
//!
//! Must not say a line whose row is not marked as being sent, nor a second one before the first has ended.

use super::channel::{Speaker, Unsaid};
use super::numbers::Numbers;
use super::queue::{Next, Queue, Standing, State, Turn};
use super::store::StoreError;
use jiff::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, broadcast, watch};
use tokio::time::{sleep, timeout};

/// How often the courier looks whether the relay is in its channel, and whether something has become too old.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How long the line on the way may take once the relay is to end. It is less than the channel's `confirm`: most servers
/// answer at once, and with `quit` after it the relay must be gone before a service manager kills it (10 s where it is
/// impatient). A line whose turn has not come is withdrawn at once and stays in the queue.
const LAST_LINE: Duration = Duration::from_secs(4);
/// How long to wait when the file cannot be written.
const REST: Duration = Duration::from_secs(1);
/// Ends that a slow listener may fall behind by before it must look them up.
const ENDS: usize = 256;

/// What the HTTP side and the courier tell each other.
#[derive(Debug)]
pub(super) struct Desk {
    /// The queue.
    pub(super) queue: Queue,
    /// What is counted.
    pub(super) numbers: Numbers,
    /// Every end of a post.
    pub(super) ends: broadcast::Sender<Standing>,
    /// Something new is in the queue.
    pub(super) new: Notify,
    /// Whether the file took the last change.
    pub(super) is_kept: AtomicBool,
}

impl Desk {
    /// A desk before `queue`.
    pub(super) fn new(queue: Queue) -> Self {
        let (ends, _) = broadcast::channel(ENDS);
        Self { queue, numbers: Numbers::new(), ends, new: Notify::new(), is_kept: AtomicBool::new(true) }
    }

    /// Tells everybody that a post has ended.
    pub(super) fn tell(&self, ended: Standing) {
        let Standing { place, state, detail } = &ended;
        tracing::info!(place, state = state.told(), detail, "a line has ended");
        self.numbers.ended(*state, Timestamp::now().as_second());
        // Nobody may be waiting for it.
        self.ends.send(ended).ok();
    }

    /// Writes down whether the file took a change.
    pub(super) fn kept<T>(&self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        let was = self.is_kept.swap(result.is_ok(), Ordering::Relaxed);
        match &result {
            Err(error) if was => tracing::error!("{error}"),
            Ok(_) if !was => tracing::info!("the relay's file can be written again"),
            _ => {}
        }
        result
    }
}

/// Carries until `closing` says that the relay is to end; the line on the way is let end then.
pub(super) async fn carry(desk: Arc<Desk>, speaker: Speaker, mut closing: watch::Receiver<bool>) {
    let (mut was_in, mut was_ever_in) = (false, false);
    // The file is not touched while nothing waits, and seldom while nothing can be said.
    let (mut waits, mut looked) = (true, None::<Instant>);
    while !*closing.borrow() {
        let is_in = speaker.is_in_channel();
        if is_in && !was_in && was_ever_in {
            desk.numbers.returned();
        }
        (was_in, was_ever_in) = (is_in, was_ever_in || is_in);
        let mut rest = LOOK_EVERY;
        if waits && (is_in || looked.is_none_or(|at| at.elapsed() >= REST)) {
            looked = Some(Instant::now());
            match turn(&desk, is_in).await {
                Ok((Some(next), _)) if say(&desk, &speaker, &next, &mut closing).await => continue,
                Ok((next, left)) => waits = left > 0 || next.is_some(),
                Err(_) => rest = REST,
            }
        }
        tokio::select! {
            () = sleep(rest) => {}
            () = desk.new.notified(), if !waits || (is_in && rest == LOOK_EVERY) => waits = true,
            _ = closing.wait_for(|closing| *closing) => {}
        }
    }
}

/// The line whose turn it is and how many wait still; what has ended without being said is told.
async fn turn(desk: &Desk, is_in: bool) -> Result<(Option<Next>, u32), StoreError> {
    let mut turn = desk.queue.turn(Timestamp::now().as_millisecond(), is_in).await;
    // A look that changes nothing does not show that the file can be written.
    if !matches!(&turn, Ok(turn) if turn.next.is_none() && turn.ended.is_empty()) {
        turn = desk.kept(turn);
    }
    let Turn { next, ended, left } = turn?;
    for ended in ended {
        desk.tell(ended);
    }
    Ok((next, left))
}

/// Says a line and writes down what became of it; `false` when it has to wait on.
async fn say(desk: &Desk, speaker: &Speaker, next: &Next, closing: &mut watch::Receiver<bool>) -> bool {
    // Its turn comes after `pace` at most, and when the server was slow to answer for the line before, after `answer`:
    // both are less than `wait`, after which it is given back. Then it may be sent for `confirm`.
    let saying = speaker.say(next.line.clone(), closing.clone());
    tokio::pin!(saying);
    let told = tokio::select! {
        told = &mut saying => told,
        _ = closing.wait_for(|closing| *closing) => {
            // Whoever no longer listens to its end is not said late.
            timeout(LAST_LINE, saying).await.unwrap_or(Err(Unsaid::NotConfirmed))
        }
    };
    let (state, detail) = match &told {
        Ok(()) => (State::Said, String::new()),
        Err(Unsaid::NotConnected | Unsaid::Busy) => (State::Queued, String::new()),
        Err(Unsaid::Refused(why)) => (State::Refused, format!("the channel did not take the line: {why}")),
        Err(Unsaid::NotConfirmed) => (State::Unclear, "it was sent, but the server did not confirm it".to_owned()),
    };
    loop {
        match desk.kept(desk.queue.settle(next.place, state, &detail).await) {
            Ok(standing) if state.is_final() => {
                desk.tell(standing);
                return true;
            }
            Ok(_) => return false,
            // Nothing else may be said before this is written down. Should the relay end first, it is unclear.
            Err(_) if *closing.borrow() => return false,
            Err(_) => sleep(REST).await,
        }
    }
}
