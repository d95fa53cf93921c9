// SPDX-License-Identifier: GPL-2.0-or-later
//! What is to be posted, how far each post has got, and which of them is next.
//!
//! Must not send anything and must not read a clock.

use super::super::Delivery;
use crate::report::{About, Message};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Under this key of the store for good.
pub(in crate::app) const OUTBOX: &str = "outbox";

/// A post is not tried any more so long after the word that it be sent: a line that comes so late misleads who reads it.
pub(super) const LATE: SignedDuration = SignedDuration::from_mins(15);

/// A relay is asked so long, at most, what became of a post that it took.
pub(super) const ASKABLE: SignedDuration = SignedDuration::from_mins(30);

/// What came to nothing is shown so long after its run has left the results.
const SHOWN: SignedDuration = SignedDuration::from_hours(24);

const INTERRUPTED: &str = "The browser interrupted the sending: look into the channel before you send again.";

/// The posts, in the order in which they are to be said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::app) struct Outbox {
    pub(super) posts: Vec<Post>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Post {
    pub(super) message: Message,
    /// When the user, or the settings, last said that it be sent, UTC.
    pub(super) asked: Timestamp,
    /// Attempts since then.
    pub(super) attempts: u32,
    /// Whether an attempt may have arrived of which nothing is known.
    pub(super) doubtful: bool,
    pub(super) step: Step,
}

/// How far a post has got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Step {
    /// It is tried at `until`, and not before those in front of it; `why` says what came of the last attempt.
    Waiting { until: Timestamp, why: String },
    /// It is on its way. `again` says whether it may be sent again when nothing is heard of it.
    Sending { again: bool },
    /// The relay has it, and is asked at `ask_at` what became of it.
    Queued { ask_at: Timestamp, asks: u32 },
    /// The receiver took it.
    Delivered { at: Timestamp },
    /// Whether it was said cannot be known. `anew`: the receiver itself says so and keeps to that under its name, so that
    /// another attempt needs another one. Otherwise the network alone is in doubt, and the name stays, by which a receiver
    /// that has said it drops the second one.
    Unclear {
        detail: String,
        #[serde(default)]
        anew: bool,
    },
    /// It was not said. `anew`: the receiver remembers that under its name, so that another attempt needs another one.
    Failed { detail: String, anew: bool },
    /// It was not said in time.
    Late,
    /// The user took it back before it was said.
    TakenBack,
}

impl Step {
    /// Nobody has said what became of it.
    pub(super) const fn unheard_of(detail: String) -> Self {
        Self::Unclear { detail, anew: false }
    }

    const fn is_under_way(&self) -> bool {
        matches!(self, Self::Waiting { .. } | Self::Sending { .. } | Self::Queued { .. })
    }
}

/// What is to be done next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Due {
    /// When, UTC.
    pub(super) at: Timestamp,
    /// With which post, by its message's name.
    pub(super) id: String,
    /// Whether the relay is to be asked about it; otherwise it is to be sent.
    pub(super) ask: bool,
}

impl Post {
    pub(super) fn new(message: Message, asked: Timestamp, until: Timestamp) -> Self {
        let step = Step::Waiting { until, why: String::new() };
        Self { message, asked, attempts: 0, doubtful: false, step }
    }

    /// The run that it is about; none for a trial.
    pub(super) fn run(&self) -> Option<&str> {
        match &self.message.about {
            About::Run { run, .. } => Some(run),
            About::Trial => None,
        }
    }

    /// Until when it is tried.
    pub(super) fn ends(&self) -> Timestamp {
        self.asked.saturating_add(LATE).unwrap_or(Timestamp::MAX)
    }

    /// It is to be sent, once more or after all.
    pub(super) fn ask_again(&mut self, now: Timestamp) {
        if let Step::Failed { anew: true, .. } | Step::Unclear { anew: true, .. } = self.step {
            self.message.id = next_name(&self.message.id);
            // Nothing has gone out under this name.
            self.doubtful = false;
        }
        self.asked = now;
        self.attempts = 0;
        self.step = Step::Waiting { until: now, why: String::new() };
    }
}

/// `run-1` becomes `run-2`.
fn next_name(id: &str) -> String {
    match id.rsplit_once('-').and_then(|(run, count)| Some((run, count.parse::<u32>().ok()?.checked_add(1)?))) {
        Some((run, count)) => format!("{run}-{count}"),
        None => format!("{id}-2"),
    }
}

impl Outbox {
    pub(super) fn of_run(&self, run: &str) -> Option<&Post> {
        self.posts.iter().find(|post| post.run() == Some(run))
    }

    pub(super) fn of_run_mut(&mut self, run: &str) -> Option<&mut Post> {
        self.posts.iter_mut().find(|post| post.run() == Some(run))
    }

    pub(super) fn by_id(&mut self, id: &str) -> Option<&mut Post> {
        self.posts.iter_mut().find(|post| post.message.id == id)
    }

    pub(super) fn trial(&self) -> Option<&Post> {
        self.posts.iter().find(|post| post.run().is_none())
    }

    /// The post that goes first of those that wait. A trial passes them: somebody looks at it.
    fn first(&self) -> Option<(&Post, Timestamp)> {
        let until = |post: &'_ Post| match post.step {
            Step::Waiting { until, .. } => Some(until),
            _ => None,
        };
        let mut waiting = self.posts.iter().filter_map(|post| Some((post, until(post)?)));
        let trial = self.trial().and_then(|trial| Some((trial, until(trial)?)));
        trial.or_else(|| waiting.next())
    }

    /// What is to be done next, and when.
    pub(super) fn next(&self) -> Option<Due> {
        let due = |post: &Post, at, ask| Due { at, id: post.message.id.clone(), ask };
        let send = self.first().map(|(post, until)| due(post, until.min(post.ends()), false));
        let asks = self.posts.iter().filter_map(|post| match post.step {
            Step::Queued { ask_at, .. } => Some(due(post, ask_at, true)),
            _ => None,
        });
        send.into_iter().chain(asks).min_by_key(|due| due.at)
    }

    /// Whether one is on its way.
    pub(super) fn is_sending(&self) -> bool {
        self.posts.iter().any(|post| matches!(post.step, Step::Sending { .. }))
    }

    /// Everything up to the post of a run is tried at once.
    pub(super) fn hurry(&mut self, run: &str, now: Timestamp) {
        for post in &mut self.posts {
            if let Step::Waiting { until, .. } = &mut post.step {
                *until = now.min(*until);
            }
            if post.run() == Some(run) {
                break;
            }
        }
    }

    /// The background was stopped while a post was on its way: whether that has arrived cannot be known.
    pub(in crate::app) fn was_interrupted(&mut self, now: Timestamp) {
        for post in &mut self.posts {
            if let Step::Sending { again } = post.step {
                post.doubtful = true;
                post.step = if again {
                    Step::Waiting { until: now, why: "The browser interrupted the last attempt.".into() }
                } else {
                    Step::unheard_of(INTERRUPTED.into())
                };
            }
        }
    }

    /// Another receiver stands at the other end from now on: it does not know what the one before has said. Whether that
    /// changed anything.
    pub(in crate::app) fn receiver_changed(&mut self) -> bool {
        let before = self.clone();
        for post in &mut self.posts {
            let doubtful = post.doubtful;
            let unclear = |what: &str| {
                Step::unheard_of(format!(
                    "The webhook was changed {what}, so it may have been said: look into the channel before you send again."
                ))
            };
            match &mut post.step {
                Step::Waiting { .. } if doubtful => {
                    post.step = unclear("before it was known what became of the last attempt");
                }
                Step::Queued { .. } => post.step = unclear("while the relay had this line"),
                Step::Sending { again } => *again = false,
                _ => {}
            }
        }
        *self != before
    }

    /// Lets go of what is no longer to be shown: these are the runs that are.
    pub(super) fn forget(&mut self, is_shown: impl Fn(&str) -> bool, now: Timestamp) {
        let is_old = |post: &Post| now.duration_since(post.asked) > SHOWN;
        self.posts.retain(|post| match post.run() {
            Some(run) if is_shown(run) => true,
            _ if post.step.is_under_way() => true,
            Some(_) => !is_old(post) && !matches!(post.step, Step::Delivered { .. } | Step::TakenBack),
            None => !is_old(post),
        });
    }

    /// What became of a post, as it is shown.
    fn delivery(&self, post: &Post) -> Delivery {
        match &post.step {
            Step::Waiting { until, why } => {
                let first = self.first().filter(|(first, _)| first.message.id != post.message.id);
                let (again_at, why) = match first {
                    Some((_, until)) if post.run().is_some() => (until, "An earlier report waits."),
                    _ => (*until, why.as_str()),
                };
                Delivery::Waiting { again_at, why: why.to_owned(), attempts: post.attempts }
            }
            Step::Sending { .. } => Delivery::Sending,
            Step::Queued { .. } => Delivery::Queued,
            Step::Delivered { at } => Delivery::Delivered { at: *at },
            Step::Unclear { detail, .. } => Delivery::Unclear { detail: detail.clone() },
            Step::Failed { detail, .. } => Delivery::Failed { detail: detail.clone() },
            Step::Late => Delivery::Late,
            Step::TakenBack => Delivery::Preview,
        }
    }

    /// What became of the report of a run, if it was ever to be sent.
    pub(in crate::app) fn delivery_of(&self, run: &str) -> Option<Delivery> {
        self.of_run(run).map(|post| self.delivery(post))
    }

    /// What became of the trial.
    pub(in crate::app) fn delivery_of_trial(&self) -> Option<Delivery> {
        self.trial().map(|post| self.delivery(post))
    }

    /// The posts of runs: run, line, and what became of it.
    pub(in crate::app) fn of_runs(&self) -> impl Iterator<Item = (&str, &str, Delivery)> {
        self.posts.iter().filter_map(|post| Some((post.run()?, post.message.line.as_str(), self.delivery(post))))
    }
}

#[cfg(test)]
mod tests {
    use super::{Due, Outbox, Post, Step};
    use crate::app::Delivery;
    use crate::report::{About, Message};
    use crate::verify::Verdict;
    use jiff::Timestamp;

    fn at(time: &str) -> Timestamp {
        format!("2026-08-18T13:{time}Z").parse().unwrap()
    }

    fn post(run: &str, until: &str) -> Post {
        let (run, stage) = (run.to_owned(), "mwdebug".to_owned());
        let id = format!("{run}-1");
        let about = About::Run { run, verdict: Verdict::Pass, stage, gerrit: None, passed: 1, total: 1 };
        Post::new(Message { id, at: at("05:00"), line: "line".into(), about }, at("05:00"), at(until))
    }

    fn waits(outbox: &Outbox, run: &str) -> Option<(Timestamp, String)> {
        match outbox.delivery_of(run) {
            Some(Delivery::Waiting { again_at, why, .. }) => Some((again_at, why)),
            _ => None,
        }
    }

    #[test]
    fn the_first_that_waits_holds_back_the_others_and_a_queued_one_holds_back_none() {
        let mut outbox = Outbox { posts: vec![post("a", "06:00"), post("b", "05:00")] };
        assert_eq!(outbox.next(), Some(Due { at: at("06:00"), id: "a-1".into(), ask: false }));
        assert_eq!(waits(&outbox, "b"), Some((at("06:00"), "An earlier report waits.".into())));
        outbox.posts[0].step = Step::Queued { ask_at: at("06:00"), asks: 0 };
        assert_eq!(outbox.next(), Some(Due { at: at("05:00"), id: "b-1".into(), ask: false }));
        outbox.posts[1].step = Step::Delivered { at: at("05:01") };
        assert_eq!(outbox.next(), Some(Due { at: at("06:00"), id: "a-1".into(), ask: true }));
    }

    #[test]
    fn a_post_is_due_at_the_latest_when_it_is_too_late_for_it() {
        let outbox = Outbox { posts: vec![post("a", "59:00")] };
        assert_eq!(outbox.next().map(|due| due.at), Some(at("20:00")));
    }

    #[test]
    fn a_line_goes_under_another_name_where_its_receiver_keeps_to_what_it_said_of_this_one() {
        let detail = String::new;
        let mut post = post("a", "05:00");
        post.doubtful = true;
        for (step, id, doubtful) in [
            (Step::Failed { detail: detail(), anew: false }, "a-1", true),
            (Step::unheard_of(detail()), "a-1", true),
            (Step::Unclear { detail: detail(), anew: true }, "a-2", false),
            (Step::Failed { detail: detail(), anew: true }, "a-3", false),
        ] {
            post.step = step.clone();
            post.ask_again(at("06:00"));
            assert_eq!((post.message.id.as_str(), post.doubtful), (id, doubtful), "{step:?}");
        }
    }

    #[test]
    fn what_was_kept_as_unclear_before_that_was_told_apart_keeps_its_name() {
        let kept: Step = serde_json::from_str(r#"{"unclear":{"detail":"It may have been said."}}"#).unwrap();
        assert_eq!(kept, Step::unheard_of("It may have been said.".into()));
    }

    #[test]
    fn what_may_have_been_said_is_not_said_to_another_receiver() {
        let mut doubtful = post("a", "06:00");
        doubtful.doubtful = true;
        let mut queued = post("b", "06:00");
        queued.step = Step::Queued { ask_at: at("06:00"), asks: 1 };
        let mut sending = post("c", "06:00");
        sending.step = Step::Sending { again: true };
        let mut outbox = Outbox { posts: vec![doubtful, queued, sending, post("d", "06:00")] };
        assert!(outbox.receiver_changed());
        outbox.was_interrupted(at("07:00"));
        for run in ["a", "b", "c"] {
            assert!(matches!(outbox.delivery_of(run), Some(Delivery::Unclear { .. })), "{run}: {outbox:?}");
        }
        assert_eq!(waits(&outbox, "d"), Some((at("06:00"), String::new())));
    }

    #[test]
    fn what_came_to_nothing_stays_for_a_day_and_what_was_said_as_long_as_its_run() {
        let with = |step: Step| Outbox { posts: vec![Post { step, ..post("a", "06:00") }] };
        let left = |step: Step, is_shown: bool, now: &str| {
            let mut outbox = with(step);
            outbox.forget(|_| is_shown, now.parse().unwrap());
            outbox.posts.len()
        };
        let (soon, later) = ("2026-08-18T14:00:00Z", "2026-08-20T14:00:00Z");
        let said = || Step::Delivered { at: at("05:00") };
        assert_eq!((left(said(), true, later), left(said(), false, soon)), (1, 0));
        assert_eq!((left(Step::Late, false, soon), left(Step::Late, false, later)), (1, 0));
        let waiting = Step::Waiting { until: at("06:00"), why: String::new() };
        assert_eq!(left(waiting, false, later), 1);
    }
}
