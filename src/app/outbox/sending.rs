// SPDX-License-Identifier: GPL-2.0-or-later
//! Use case: bring what stands in the outbox to the webhook, one attempt after the other, and ask the relay what became
//! of it.
//!
//! Each attempt is noted before it is made: a background that was stopped in between knows that one may have arrived.

use super::super::background::SETTINGS;
use super::super::verifying::{TIMEOUT_MS, WATCHDOG_AFTER};
use super::super::{App, Problem};
use super::answer::Came;
use super::post::{ASKABLE, Due, LATE, OUTBOX, Post, Step};
use crate::exchange::{Headers, Method, Request};
use crate::ports::Ports;
use crate::report::{Posting, Receiver, Secret};
use crate::store::Webhook;
use futures_util::future::{AbortHandle, Abortable};
use jiff::{SignedDuration, Timestamp};
use url::Url;

/// The first wait between two attempts, in seconds; each is twice the one before.
const FIRST_WAIT: i64 = 2;

/// The longest wait that is not the receiver's wish, in seconds.
const LONGEST_WAIT: i64 = 60;

/// A wait that is longer is left to the alarm: it outlives the background, and comes half a minute late at times.
const PATIENCE: SignedDuration = SignedDuration::from_secs(90);

/// How long to wait for a network before the next look.
const OFFLINE: SignedDuration = SignedDuration::from_secs(5);

/// Bytes of a part of a webhook's address that may be a secret; a shorter one is a word.
const SECRET: usize = 12;

/// What who tries the webhook can do about one that does not take it.
const TRY_AGAIN: &str = "Try again in a minute; if that does not help, check its address in the settings.";

const NONE_SET: &str = "The webhook was removed; set one in the settings.";
const SWITCHED_OFF: &str = "The webhook is gone (status 410) and is switched off; paste a new one in the settings.";

/// What stands at the other end, as the settings have it.
struct Hook {
    webhook: Webhook,
    url: Url,
    receiver: Receiver,
    secret: Option<Secret>,
}

impl<P: Ports> App<P> {
    /// Sends what is due, and stays for what is due soon. One caller does it at a time; another comes back at once.
    pub(in crate::app) async fn deliver(&self) {
        if self.sending.replace(true) {
            return;
        }
        // What was waited for is over, whatever the clock says by then.
        let mut waited = Timestamp::MIN;
        loop {
            self.take_reports_to_send_at_once().await;
            let now = self.ports.now().max(waited);
            let Some(due) = self.inner.borrow().outbox.next() else { break };
            let wait = due.at.duration_since(now);
            // A clock that was set back since must not hold it up.
            if wait.is_positive() && wait <= LATE {
                if wait > PATIENCE {
                    break;
                }
                if self.wait_for_next(wait).await {
                    waited = due.at;
                }
                continue;
            }
            if due.ask { self.ask_about(&due, now).await } else { self.attempt(&due, now).await }
        }
        self.sending.set(false);
    }

    /// Waits; false when something else is to be done first.
    async fn wait_for_next(&self, wait: SignedDuration) -> bool {
        let (handle, registration) = AbortHandle::new_pair();
        self.inner.borrow_mut().abort_wait = Some(handle);
        let awake = self.awake();
        let ms = u32::try_from(wait.as_millis()).unwrap_or(u32::MAX);
        let done = Abortable::new(self.ports.wait(ms), registration).await.is_ok();
        drop(awake);
        done
    }

    /// The outbox has changed: whoever waits for the next attempt looks again.
    pub(in crate::app) fn look_at_outbox_again(&self) {
        let waiting = self.inner.borrow_mut().abort_wait.take();
        if let Some(waiting) = waiting {
            waiting.abort();
        }
    }

    /// When the background is to be woken for the outbox.
    pub(in crate::app) fn outbox_due(&self) -> Option<Timestamp> {
        let now = self.ports.now();
        let inner = self.inner.borrow();
        let stopped = (inner.outbox.is_sending() || inner.has_report_to_send_at_once()).then(|| now + WATCHDOG_AFTER);
        let next =
            inner.outbox.next().map(|due| if self.sending.get() { due.at.max(now + WATCHDOG_AFTER) } else { due.at });
        next.into_iter().chain(stopped).min()
    }

    fn hook(&self) -> Result<Hook, &'static str> {
        let inner = self.inner.borrow();
        let settings = &inner.settings;
        let webhook = settings.webhook.clone().ok_or(NONE_SET)?;
        if settings.reporting.gone {
            return Err(SWITCHED_OFF);
        }
        let url = webhook.url().clone();
        let receiver = settings.receiver().unwrap_or_else(|| Receiver::guess(&url));
        Ok(Hook { webhook, url, receiver, secret: settings.reporting.secret.clone() })
    }

    async fn attempt(&self, due: &Due, now: Timestamp) {
        let turn = self.outbox_turn.lock().await;
        // Meanwhile it may have been taken back, or not have been kept.
        let Some(post) = self.post(due).filter(|post| matches!(post.step, Step::Waiting { .. })) else { return };
        if now >= post.ends() {
            return self.settle(due, or_unclear(&post, Step::Late, "It could not be delivered in time.")).await;
        }
        let hook = match self.hook() {
            Ok(hook) => hook,
            Err(why) => {
                let failed = Step::Failed { detail: why.into(), anew: false };
                return self.settle(due, or_unclear(&post, failed, why)).await;
            }
        };
        // Without a network an attempt would fail in a way that does not tell whether the post arrived.
        if !self.ports.is_online() {
            return self
                .settle(due, Step::Waiting { until: now + OFFLINE, why: "This browser is offline.".into() })
                .await;
        }
        self.alter(due, |post| {
            post.attempts = post.attempts.saturating_add(1);
            post.step = Step::Sending { again: hook.receiver.knows_ids() };
        });
        // It is not sent before that is kept: a background that was stopped meanwhile would send it again unasked.
        if let Err(problem) = self.keep_outbox().await {
            let why = problem.sentence();
            let until = now + self.pause(post.attempts + 1, None);
            self.alter(due, |post| post.step = Step::Waiting { until, why });
            self.inner.borrow_mut().notice = Some(problem);
            return self.publish().await;
        }
        drop(turn);
        self.publish().await;
        let answer = {
            let _awake = self.awake();
            let (message, secret, now) = (&post.message, hook.secret.as_ref(), self.ports.now());
            let Posting { fields, body } = Posting::new(hook.receiver, message, post.asked, &hook.url, secret, now);
            let request = Request {
                method: Method::Post,
                url: hook.webhook.reveal().to_owned(),
                headers: fields.into_iter().collect::<Headers>(),
                body: Some(body),
                timeout_ms: TIMEOUT_MS,
                ..Request::default()
            };
            self.ports.send(&request).await
        };
        let came = Came::of_post(hook.receiver, &answer);
        self.attempted(due, &hook, came, now).await;
    }

    /// Notes what came of an attempt.
    async fn attempted(&self, due: &Due, hook: &Hook, came: Came, began: Timestamp) {
        let turn = self.outbox_turn.lock().await;
        let Some(post) = self.post(due) else { return };
        // The settings may have changed meanwhile.
        let again = matches!(post.step, Step::Sending { again: true });
        let now = self.ports.now().max(began);
        let is_gone = came == Came::Gone;
        let step = match came {
            Came::Said => Step::Delivered { at: self.ports.now() },
            Came::Queued => Step::Queued { ask_at: now + self.pause(1, None), asks: 0 },
            Came::Gone => or_unclear(&post, Step::Failed { detail: SWITCHED_OFF.into(), anew: false }, SWITCHED_OFF),
            // The relay itself knows what became of all attempts.
            Came::Refused { detail, remembered: true } => Step::Failed { detail: hook.hush(&detail), anew: true },
            Came::Refused { detail, remembered: false } => {
                let detail = hook.hush(&detail);
                or_unclear(&post, Step::Failed { detail: detail.clone(), anew: false }, &detail)
            }
            Came::Unclear { detail, remembered } => {
                Step::Unclear { detail: to_look_for(&hook.hush(&detail)), anew: remembered }
            }
            Came::NotTaken { why, doubtful: true, .. } if !again => Step::unheard_of(to_look_for(&hook.hush(&why))),
            Came::NotTaken { why, doubtful, wait } => {
                let why = hook.hush(&why);
                self.alter(due, |post| post.doubtful |= doubtful);
                match (post.run(), doubtful) {
                    (Some(_), _) => Step::Waiting { until: now + self.pause(post.attempts, wait), why },
                    // Who tries the webhook wants to know at once.
                    (None, true) => Step::unheard_of(to_look_for(&why)),
                    (None, false) => Step::Failed { detail: format!("{why} {TRY_AGAIN}"), anew: false },
                }
            }
        };
        self.settle(due, step).await;
        drop(turn);
        if is_gone {
            self.switch_off(hook).await;
        }
    }

    /// Asks the relay what became of a post that it took.
    async fn ask_about(&self, due: &Due, now: Timestamp) {
        let hook = match self.hook() {
            Ok(hook) => hook,
            Err(why) => {
                let _turn = self.outbox_turn.lock().await;
                return self.settle(due, Step::unheard_of(to_look_for(why))).await;
            }
        };
        let request = Request { url: status_url(&hook.url, &due.id), timeout_ms: TIMEOUT_MS, ..Request::default() };
        let answer = {
            let _awake = self.awake();
            self.ports.send(&request).await
        };
        let came = Came::of_asking(&answer);
        let turn = self.outbox_turn.lock().await;
        let Some(post) = self.post(due) else { return };
        let Step::Queued { asks, .. } = post.step else { return };
        let is_gone = came == Came::Gone;
        let now = self.ports.now().max(now);
        let is_over = now.duration_since(post.asked) > ASKABLE;
        let later = |wait| Step::Queued { ask_at: now + self.pause(asks + 2, wait), asks: asks + 1 };
        let step = match came {
            Came::Said => Step::Delivered { at: self.ports.now() },
            Came::Gone => Step::unheard_of(to_look_for(SWITCHED_OFF)),
            Came::Refused { detail, remembered } => Step::Failed { detail: hook.hush(&detail), anew: remembered },
            Came::Unclear { detail, remembered } => {
                Step::Unclear { detail: to_look_for(&hook.hush(&detail)), anew: remembered }
            }
            Came::NotTaken { .. } | Came::Queued if is_over => Step::unheard_of(to_look_for(
                "The relay has had it for half an hour and does not tell whether it said it.",
            )),
            Came::NotTaken { wait, .. } => later(wait),
            Came::Queued => later(None),
        };
        self.settle(due, step).await;
        drop(turn);
        if is_gone {
            self.switch_off(&hook).await;
        }
    }

    fn post(&self, due: &Due) -> Option<Post> {
        self.inner.borrow_mut().outbox.by_id(&due.id).cloned()
    }

    fn alter(&self, due: &Due, change: impl FnOnce(&mut Post)) {
        if let Some(post) = self.inner.borrow_mut().outbox.by_id(&due.id) {
            change(post);
        }
    }

    /// Notes how far a post has got; whoever calls has the turn.
    async fn settle(&self, due: &Due, step: Step) {
        self.alter(due, |post| post.step = step);
        if let Err(problem) = self.keep_outbox().await {
            self.inner.borrow_mut().notice = Some(problem);
        }
        self.publish().await;
    }

    /// The webhook has said that it is gone for good.
    async fn switch_off(&self, hook: &Hook) {
        let turn = self.turn.lock().await;
        let mut settings = self.inner.borrow().settings.clone();
        if settings.webhook.as_ref() != Some(&hook.webhook) {
            return;
        }
        settings.reporting.gone = true;
        if let Err(problem) = self.keep(SETTINGS, &settings).await {
            self.inner.borrow_mut().notice = Some(problem);
        }
        self.inner.borrow_mut().settings.reporting.gone = true;
        drop(turn);
        self.publish().await;
    }

    /// Keeps the outbox, without what is no longer to be shown.
    pub(in crate::app) async fn keep_outbox(&self) -> Result<(), Problem> {
        let now = self.ports.now();
        let outbox = {
            let mut inner = self.inner.borrow_mut();
            let mut outbox = std::mem::take(&mut inner.outbox);
            outbox.forget(|run| inner.runs.iter().any(|known| known.journal.plan.id == run), now);
            inner.outbox = outbox;
            inner.outbox.clone()
        };
        self.keep(OUTBOX, &outbox).await
    }

    /// How long to wait after so many attempts: what the receiver wishes, at least. A little is left to chance, so that
    /// not all come back at once.
    fn pause(&self, attempts: u32, wish: Option<u32>) -> SignedDuration {
        let doublings = attempts.saturating_sub(1).min(6);
        let wait = (FIRST_WAIT << doublings).min(LONGEST_WAIT).max(wish.map_or(0, i64::from)) * 1000;
        let name = self.ports.unique();
        let chance = name.get(name.len().saturating_sub(4)..).and_then(|digits| i64::from_str_radix(digits, 16).ok());
        SignedDuration::from_millis(wait + wait.min(LONGEST_WAIT * 1000) / 4 * chance.unwrap_or_default() / 0xffff)
    }
}

impl Hook {
    /// A text without the webhook's address, nor what may be secret in it: a client or a server may have put it there.
    fn hush(&self, text: &str) -> String {
        let text = text.replace(self.webhook.reveal(), &self.webhook.to_string());
        let path = self.url.path().trim_matches('/');
        let values: Vec<_> = self.url.query_pairs().map(|(_, value)| value).collect();
        let parts = path.split('/').chain(values.iter().map(|value| &**value)).filter(|part| part.len() >= SECRET);
        [path].into_iter().filter(|path| !path.is_empty()).chain(parts).fold(text, |text, part| text.replace(part, "…"))
    }
}

/// Where the relay tells of a post.
fn status_url(hook: &Url, id: &str) -> String {
    let mut url = hook.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(["posts", id]);
    }
    url.into()
}

/// `step`, which says that a post was not said, unless an earlier attempt may have been.
fn or_unclear(post: &Post, step: Step, why: &str) -> Step {
    if post.doubtful { Step::unheard_of(to_look_for(why)) } else { step }
}

/// A sentence about a post that may have been said, and what to do about it.
fn to_look_for(why: &str) -> String {
    format!("{why} It may have been said: look into the channel before you send it again.")
}

#[cfg(test)]
mod tests {
    use super::{Hook, status_url};
    use crate::report::Receiver;
    use crate::store::Webhook;
    use url::Url;

    #[test]
    fn what_is_secret_in_the_webhook_is_not_repeated() {
        let token = "0123456789abcdef";
        for url in [
            format!("https://relay.example.org/hook/{token}"),
            format!("https://team.zulipchat.com/api/v1/external/slack_incoming?api_key={token}&stream=b"),
        ] {
            let (webhook, url) = (Webhook::new(&url).unwrap(), Url::parse(&url).unwrap());
            let hook = Hook { webhook, receiver: Receiver::guess(&url), url, secret: None };
            assert_eq!(hook.hush(&format!("the token {token} is slow")), "the token … is slow");
        }
    }

    #[test]
    fn a_relay_tells_of_a_post_behind_its_hook() {
        for (hook, url) in [
            ("https://relay.example.org/hook/token", "https://relay.example.org/hook/token/posts/a-1"),
            ("https://relay.example.org/hook/token/", "https://relay.example.org/hook/token/posts/a-1"),
        ] {
            assert_eq!(status_url(&Url::parse(hook).unwrap(), "a-1"), url);
        }
    }
}
