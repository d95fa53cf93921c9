// SPDX-License-Identifier: GPL-2.0-or-later
//! Use case: post the report of a run to the webhook.

use super::{App, Delivery, Problem};
use crate::exchange::{Headers, Method, Request};
use crate::ports::Ports;
use crate::report::slack_body;
use crate::store::Webhook;

const TIMEOUT_MS: u32 = 20_000;

/// The field that names a message: the same one when it is sent again, so that a receiver can tell
/// (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>). Others ignore it.
const ID: &str = "webhook-id";

impl<P: Ports> App<P> {
    /// Marks a report for sending; [`App::work`] sends it.
    pub(super) async fn want_report(&self, run: &str) -> Result<(), Problem> {
        let webhook = self.inner.borrow().settings.webhook.clone().ok_or(Problem::NoWebhook)?;
        let origins = self.without_access(vec![webhook.origin()]).await;
        if !origins.is_empty() {
            return Err(Problem::NoAccess { origins });
        }
        let before = self.delivery(run).ok_or(Problem::Gone)?;
        match before {
            Delivery::Sending => Err(Problem::Busy),
            // Said once is enough.
            Delivery::Delivered { .. } => Ok(()),
            Delivery::Preview | Delivery::Failed { .. } => {
                self.set_delivery(run, Delivery::Sending);
                // It is not sent before that is kept: a background that was stopped meanwhile would offer it as unsent.
                if let Err(problem) = self.keep_runs().await {
                    self.set_delivery(run, before);
                    return Err(problem);
                }
                self.inner.borrow_mut().to_send.push(run.to_owned());
                Ok(())
            }
        }
    }

    pub(super) async fn send_if_wanted(&self) {
        if self.sending.replace(true) {
            return;
        }
        while let Some((run, line)) = self.next_report() {
            let webhook = self.inner.borrow().settings.webhook.clone();
            let awake = self.awake();
            let delivery = match webhook {
                Some(webhook) => self.post(&webhook, &run, &line).await,
                None => Delivery::Failed { detail: "The webhook was removed; set one in the settings.".into() },
            };
            drop(awake);
            self.set_delivery(&run, delivery);
            if let Err(problem) = self.keep_runs().await {
                self.inner.borrow_mut().notice = Some(problem);
            }
            self.publish().await;
        }
        self.sending.set(false);
    }

    async fn post(&self, webhook: &Webhook, run: &str, line: &str) -> Delivery {
        let request = Request {
            method: Method::Post,
            url: webhook.reveal().to_owned(),
            headers: Headers::from_iter([("Content-Type", "application/json"), (ID, &*format!("{run}-1"))]),
            body: Some(slack_body(line)),
            timeout_ms: TIMEOUT_MS,
            ..Request::default()
        };
        match self.ports.send(&request).await {
            Ok(response) if (200..300).contains(&response.status) => Delivery::Delivered { at: self.ports.now() },
            Ok(response) => Delivery::Failed { detail: refusal(response.status) },
            Err(error) => Delivery::Failed {
                detail: format!(
                    "The webhook gave no answer ({error}). Look into the channel, then send again or copy the line."
                ),
            },
        }
    }

    fn next_report(&self) -> Option<(String, String)> {
        let mut inner = self.inner.borrow_mut();
        while let Some(id) = inner.to_send.pop() {
            // Another run may have taken its place.
            let run = inner.runs.iter().find(|run| run.journal.plan.id == id);
            if let Some(report) = run.and_then(|run| run.report.as_ref()) {
                return Some((id, report.line.clone()));
            }
        }
        None
    }

    fn delivery(&self, run: &str) -> Option<Delivery> {
        let inner = self.inner.borrow();
        let run = inner.runs.iter().find(|known| known.journal.plan.id == run)?;
        run.report.as_ref().map(|report| report.delivery.clone())
    }

    fn set_delivery(&self, run: &str, delivery: Delivery) {
        let mut inner = self.inner.borrow_mut();
        let run = inner.runs.iter_mut().find(|known| known.journal.plan.id == run);
        if let Some(report) = run.and_then(|run| run.report.as_mut()) {
            report.delivery = delivery;
        }
    }
}

fn refusal(status: u16) -> String {
    let next = match status {
        401 | 403 => "It does not accept this address any more; paste a new one in the settings.",
        404 | 410 => "There is no such webhook any more; paste a new one in the settings.",
        429 => "It asks to slow down; send again in a minute.",
        500..=599 => "It has trouble itself; send again in a minute, or copy the line into the channel.",
        _ => "Check its address in the settings, or copy the line into the channel.",
    };
    format!("The webhook refused the report (status {status}). {next}")
}
