// SPDX-License-Identifier: GPL-2.0-or-later
//! Use case: what the user, or the settings, want of a report: send it, send it now, take it back; and try the webhook.
//!
//! Must not send anything: `sending` does.

use super::super::background::Inner;
use super::super::{App, Delivery, Problem, Run};
use super::post::{LATE, OUTBOX, Post, Step};
use crate::ports::Ports;
use crate::report::{About, Message};
use crate::verify::{Journal, Verdict};

/// What a trial says.
const TRIAL: &str = "Test message from Backport Verify: the webhook works.";

impl<P: Ports> App<P> {
    /// Puts the report of a run into the outbox; [`App::work`] sends it. One that waits there is tried at once.
    pub(in crate::app) async fn want_report(&self, run: &str) -> Result<(), Problem> {
        self.can_post().await?;
        let _turn = self.outbox_turn.lock().await;
        let now = self.ports.now();
        let before = self.inner.borrow().outbox.of_run(run).cloned();
        match before.as_ref().map(|post| &post.step) {
            Some(Step::Sending { .. }) => return Err(Problem::Busy),
            // Said once is enough.
            Some(Step::Delivered { .. } | Step::Queued { .. }) => return Ok(()),
            Some(Step::Waiting { .. }) => {
                self.inner.borrow_mut().outbox.hurry(run, now);
                self.look_at_outbox_again();
                return Ok(());
            }
            Some(Step::Unclear { .. } | Step::Failed { .. } | Step::Late | Step::TakenBack) => {
                let posts = &mut self.inner.borrow_mut().outbox.posts;
                let place = posts.iter().position(|post| post.run() == Some(run)).ok_or(Problem::Gone)?;
                let mut post = posts.remove(place);
                post.ask_again(now);
                posts.push(post);
            }
            None => {
                let mut inner = self.inner.borrow_mut();
                let known = inner.runs.iter().find(|known| known.journal.plan.id == run).ok_or(Problem::Gone)?;
                let report = known.report.as_ref().ok_or(Problem::Gone)?;
                if matches!(report.delivery, Delivery::Delivered { .. }) {
                    return Ok(());
                }
                let message = message_of(&known.journal, &report.line).ok_or(Problem::Gone)?;
                inner.outbox.posts.push(Post::new(message, now, now));
            }
        }
        // It is not sent before that is kept: a background that was stopped meanwhile would offer it as unsent.
        if let Err(problem) = self.keep_outbox().await {
            let mut inner = self.inner.borrow_mut();
            inner.outbox.posts.retain(|post| post.run() != Some(run));
            inner.outbox.posts.extend(before);
            return Err(problem);
        }
        self.look_at_outbox_again();
        Ok(())
    }

    /// Takes back the report of a run that waits; what came to nothing and has no run any more is put away.
    pub(in crate::app) async fn take_back(&self, run: &str) -> Result<(), Problem> {
        let _turn = self.outbox_turn.lock().await;
        let before = {
            let mut inner = self.inner.borrow_mut();
            let post = inner.outbox.of_run_mut(run).ok_or(Problem::Gone)?;
            let before = post.clone();
            post.step = match &post.step {
                Step::Sending { .. } => return Err(Problem::Busy),
                Step::Queued { .. } | Step::Delivered { .. } => return Err(Problem::Gone),
                Step::Waiting { .. } if post.doubtful => Step::unheard_of(
                    "You took it back, but an earlier attempt may have been said: look into the channel.".into(),
                ),
                Step::Waiting { .. } | Step::Unclear { .. } | Step::Failed { .. } | Step::Late | Step::TakenBack => {
                    Step::TakenBack
                }
            };
            before
        };
        if let Err(problem) = self.keep_outbox().await {
            if let Some(post) = self.inner.borrow_mut().outbox.of_run_mut(run) {
                *post = before;
            }
            return Err(problem);
        }
        self.look_at_outbox_again();
        Ok(())
    }

    /// Puts a trial into the outbox, in the place of the last one.
    pub(in crate::app) async fn want_trial(&self) -> Result<(), Problem> {
        self.can_post().await?;
        let _turn = self.outbox_turn.lock().await;
        let now = self.ports.now();
        let before = self.inner.borrow().outbox.trial().cloned();
        if matches!(before.as_ref().map(|post| &post.step), Some(Step::Sending { .. } | Step::Waiting { .. })) {
            return Err(Problem::Busy);
        }
        let message =
            Message { id: format!("{}-1", self.ports.unique()), at: now, line: TRIAL.to_owned(), about: About::Trial };
        {
            let posts = &mut self.inner.borrow_mut().outbox.posts;
            posts.retain(|post| post.run().is_some());
            posts.push(Post::new(message, now, now));
        }
        if let Err(problem) = self.keep_outbox().await {
            let posts = &mut self.inner.borrow_mut().outbox.posts;
            posts.retain(|post| post.run().is_some());
            posts.extend(before);
            return Err(problem);
        }
        self.look_at_outbox_again();
        Ok(())
    }

    async fn can_post(&self) -> Result<(), Problem> {
        let origin = {
            let settings = &self.inner.borrow().settings;
            let webhook = settings.webhook.as_ref().ok_or(Problem::NoWebhook)?;
            if settings.reporting.gone {
                return Err(Problem::WebhookGone);
            }
            webhook.origin()
        };
        let origins = self.without_access(vec![origin]).await;
        if origins.is_empty() { Ok(()) } else { Err(Problem::NoAccess { origins }) }
    }

    /// What becomes of the report of a run that ends now: it is shown first, unless the user said that it be sent at once.
    /// That is kept with the run itself, so that it is neither lost nor done twice whenever the background is stopped.
    pub(in crate::app) fn delivery_of_ended(&self, journal: &Journal) -> Delivery {
        let now = self.ports.now();
        let settings = &self.inner.borrow().settings;
        let wanted = settings.reporting.at_once && !settings.reporting.gone && settings.webhook.is_some();
        // Nobody waits any more for one that was found hours later.
        let is_of_now = now.duration_since(journal.plan.asked) <= LATE;
        if wanted && is_of_now {
            Delivery::Waiting { again_at: now, why: String::new(), attempts: 0 }
        } else {
            Delivery::Preview
        }
    }

    /// Puts the reports of runs into the outbox that are to be sent without a word of the user's.
    pub(super) async fn take_reports_to_send_at_once(&self) {
        let _turn = self.outbox_turn.lock().await;
        // What the store does not know as ended could end once more, and otherwise.
        if self.unfiled.get() || !self.inner.borrow().has_report_to_send_at_once() {
            return;
        }
        let taken = {
            let mut inner = self.inner.borrow_mut();
            // They stand newest first.
            let posts: Vec<Post> = inner.to_send_at_once().rev().filter_map(post_of).collect();
            let taken: Vec<String> = posts.iter().map(|post| post.message.id.clone()).collect();
            inner.outbox.posts.extend(posts);
            taken
        };
        match self.keep_outbox().await {
            Ok(()) => self.publish().await,
            Err(problem) => {
                let mut inner = self.inner.borrow_mut();
                inner.outbox.posts.retain(|post| !taken.contains(&post.message.id));
                inner.notice = Some(problem);
            }
        }
    }

    /// What was sent is not known any more, as the outbox was removed: nothing of it is sent unasked.
    pub(in crate::app) async fn outbox_was_lost(&self) -> Result<(), Problem> {
        for run in &mut self.inner.borrow_mut().runs {
            if let Some(report) = &mut run.report {
                report.delivery = unknown();
            }
        }
        self.keep_runs().await
    }
}

/// What is shown of a report while nobody can read what became of it.
pub(in crate::app) fn unknown() -> Delivery {
    let detail = "What became of it could not be read: look into the channel before you send it.".to_owned();
    Delivery::Unclear { detail }
}

impl Inner {
    /// Ended runs whose report is to be sent and is not in the outbox.
    fn to_send_at_once(&self) -> impl DoubleEndedIterator<Item = &Run> {
        self.runs.iter().filter(|run| {
            let report = run.report.as_ref();
            let is_wanted = report.is_some_and(|report| matches!(report.delivery, Delivery::Waiting { .. }));
            is_wanted && self.outbox.of_run(&run.journal.plan.id).is_none()
        })
    }

    pub(super) fn has_report_to_send_at_once(&self) -> bool {
        // Where the outbox cannot be read, it may have been sent.
        !self.unreadable.contains_key(OUTBOX) && self.to_send_at_once().next().is_some()
    }
}

fn post_of(run: &Run) -> Option<Post> {
    let message = message_of(&run.journal, &run.report.as_ref()?.line)?;
    let asked = message.at;
    Some(Post::new(message, asked, asked))
}

/// The message about an ended run.
fn message_of(journal: &Journal, line: &str) -> Option<Message> {
    let (at, _) = journal.ended?;
    let plan = &journal.plan;
    let total = plan.tests.len();
    let passes = |place: &usize| journal.deciding(*place).is_some_and(|outcome| outcome.verdict == Verdict::Pass);
    let about = About::Run {
        run: plan.id.clone(),
        verdict: journal.verdict().unwrap_or(Verdict::Inconclusive),
        stage: if journal.on_production() { "production" } else { "mwdebug" }.to_owned(),
        gerrit: plan.subject.gerrit,
        passed: (0..total).filter(passes).count(),
        total,
    };
    Some(Message { id: format!("{}-1", plan.id), at, line: line.to_owned(), about })
}
