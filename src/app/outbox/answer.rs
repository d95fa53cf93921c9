// SPDX-License-Identifier: GPL-2.0-or-later
//! What an attempt to post came to: said, to be tried again, or over; and whether it may have arrived.
//!
//! Must not send anything.

use crate::exchange::{Response, TransportError};
use crate::report::{Receiver, shorten, visible};
use crate::verify::Doubt;
use serde::Deserialize;

/// Bytes of a receiver's own words that are shown, at most.
const WORDS: usize = 200;

/// What an attempt came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Came {
    /// The receiver has said it, or does so by itself.
    Said,
    /// The relay has it and says it when it can.
    Queued,
    /// It was not taken.
    NotTaken {
        /// Why, as a sentence.
        why: String,
        /// Seconds for which the receiver wants to be left alone.
        wait: Option<u32>,
        /// Whether it may have arrived all the same.
        doubtful: bool,
    },
    /// There is no such webhook any more.
    Gone,
    /// It was not said, and trying again does not help.
    Refused {
        /// Why and what next, as sentences.
        detail: String,
        /// Whether the receiver remembers that under the message's name.
        remembered: bool,
    },
    /// Whether it was said cannot be known.
    Unclear {
        /// Why, as a sentence.
        detail: String,
        /// Whether the receiver itself says so, and keeps to that under the message's name.
        remembered: bool,
    },
}

/// What the relay says of a post.
#[derive(Debug, Deserialize)]
struct Told {
    status: Status,
    #[serde(default)]
    detail: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Said,
    Queued,
    Unclear,
    Refused,
    Late,
}

impl Came {
    /// What a post came to.
    pub(super) fn of_post(receiver: Receiver, answer: &Result<Response, TransportError>) -> Self {
        match answer {
            Ok(response) => Self::of_response(receiver, response),
            Err(error) => Self::of_error(error),
        }
    }

    fn of_response(receiver: Receiver, response: &Response) -> Self {
        let status = response.status;
        // The relay gives 502 when the channel has refused the line, and so may a proxy before it.
        if let (Receiver::Relay, 502, Some(came)) = (receiver, status, told(&response.body)) {
            return came;
        }
        match status {
            200..=299 if receiver == Receiver::Relay => {
                told(&response.body).unwrap_or(if status == 202 { Self::Queued } else { Self::Said })
            }
            200..=299 => Self::Said,
            410 => Self::Gone,
            429 | 500..=599 => Self::NotTaken {
                why: match status {
                    429 => "The webhook asks to slow down (status 429).".to_owned(),
                    507 => "The webhook has no room left (status 507).".to_owned(),
                    _ => format!("The webhook has trouble itself (status {status})."),
                },
                wait: wait_of(response),
                // A gateway that got no proper answer does not know what became of what it passed on (RFC 9110, sections
                // 15.6.3 and 15.6.5).
                doubtful: matches!(status, 502 | 504),
            },
            _ => Self::Refused { detail: refusal(status), remembered: false },
        }
    }

    fn of_error(error: &TransportError) -> Self {
        let not_taken = |doubtful| Self::NotTaken {
            why: if doubtful {
                format!("The webhook did not answer ({error}).")
            } else {
                format!("The webhook {error}.")
            },
            wait: None,
            doubtful,
        };
        match error {
            TransportError::Name { .. } | TransportError::Refused { .. } | TransportError::Tls { .. } => {
                not_taken(false)
            }
            TransportError::Timeout { .. } | TransportError::Broken { .. } | TransportError::Network { .. } => {
                not_taken(true)
            }
            TransportError::NotPermitted { origin } => Self::Refused {
                detail: format!(
                    "The browser gives this extension no access to {origin}. Save the webhook in the settings again, and \
                     allow it when the browser asks."
                ),
                remembered: false,
            },
            TransportError::FieldNotSendable { .. } => Self::Refused {
                detail: format!("The post cannot be sent: {error}. Copy the line into the channel."),
                remembered: false,
            },
        }
    }

    /// What the relay says of a post when it is asked.
    pub(super) fn of_asking(answer: &Result<Response, TransportError>) -> Self {
        let later = |why: String, wait| Self::NotTaken { why, wait, doubtful: true };
        let unclear = |detail: String| Self::Unclear { detail, remembered: false };
        match answer {
            Err(error) => later(error.to_string(), None),
            Ok(response) => match response.status {
                200..=299 => told(&response.body)
                    .unwrap_or_else(|| unclear("What the relay says of it cannot be read.".to_owned())),
                410 => Self::Gone,
                429 | 500..=599 => later(format!("status {}", response.status), wait_of(response)),
                status => unclear(format!("The relay does not tell what became of it (status {status}).")),
            },
        }
    }
}

/// Seconds for which a server wants to be left alone.
fn wait_of(response: &Response) -> Option<u32> {
    let field = |name| response.headers.get(name);
    Doubt::too_many_requests(field("retry-after").as_deref(), field("date").as_deref()).wait()
}

fn told(body: &str) -> Option<Came> {
    let Told { status, detail } = serde_json::from_str(body).ok()?;
    let detail = detail.map(|detail| shorten(&visible(&detail), WORDS)).filter(|detail| !detail.is_empty());
    let with = |what: &str| match &detail {
        Some(detail) => format!("{what}: {}.", detail.trim_end_matches('.')),
        None => format!("{what}."),
    };
    Some(match status {
        Status::Said => Came::Said,
        Status::Queued => Came::Queued,
        Status::Unclear => {
            Came::Unclear { detail: with("The relay cannot tell whether the channel has it"), remembered: true }
        }
        Status::Refused => Came::Refused { detail: with("The relay did not say it"), remembered: true },
        Status::Late => Came::Refused { detail: with("The relay could not say it in time"), remembered: true },
    })
}

fn refusal(status: u16) -> String {
    let next = match status {
        300..=399 => "It has moved: paste its new address in the settings.",
        401 | 403 => "It does not accept this address any more; paste a new one in the settings.",
        404 => "There is no such webhook any more; paste a new one in the settings.",
        413 => "The line is too long for it; copy it into the channel.",
        _ => "Check its address in the settings, or copy the line into the channel.",
    };
    format!("The webhook refused the report (status {status}). {next}")
}

#[cfg(test)]
mod tests {
    use super::Came;
    use crate::exchange::{Headers, Response, TransportError};
    use crate::report::Receiver;

    #[expect(clippy::unnecessary_wraps, reason = "it is what an attempt gets")]
    fn answer(status: u16, body: &str) -> Result<Response, TransportError> {
        let headers = Headers::from_iter([("Retry-After", "7")]);
        Ok(Response { status, headers, body: body.into(), ..Response::default() })
    }

    fn doubtful(came: &Came) -> Option<bool> {
        match came {
            Came::NotTaken { doubtful, .. } => Some(*doubtful),
            _ => None,
        }
    }

    #[test]
    fn a_status_says_whether_to_try_again_and_whether_it_may_have_arrived() {
        for (status, expected) in [
            (200, None),
            (204, None),
            (302, None),
            (400, None),
            (404, None),
            (410, None),
            (429, Some(false)),
            (500, Some(false)),
            (502, Some(true)),
            (503, Some(false)),
            (504, Some(true)),
            (507, Some(false)),
        ] {
            let came = Came::of_post(Receiver::Slack, &answer(status, ""));
            assert_eq!(doubtful(&came), expected, "{status}: {came:?}");
        }
        assert_eq!(Came::of_post(Receiver::Slack, &answer(202, r#"{"status":"refused"}"#)), Came::Said);
        assert_eq!(Came::of_post(Receiver::Slack, &answer(410, "")), Came::Gone);
        let refused = r#"{"id":"a","status":"refused","detail":"the channel did not take the line: Cannot send"}"#;
        let came = Came::of_post(Receiver::Relay, &answer(502, refused));
        assert!(
            matches!(&came, Came::Refused { detail, remembered: true } if detail.contains("Cannot send")),
            "{came:?}"
        );
        assert_eq!(doubtful(&Came::of_post(Receiver::Relay, &answer(502, "<html>"))), Some(true));
        let came = Came::of_post(Receiver::Slack, &answer(503, ""));
        assert!(matches!(came, Came::NotTaken { wait: Some(7), .. }), "{came:?}");
    }

    #[test]
    fn what_never_left_or_was_never_let_in_has_not_arrived() {
        let detail = || "Failed to fetch".to_owned();
        for (error, expected) in [
            (TransportError::Name { detail: detail() }, Some(false)),
            (TransportError::Refused { detail: detail() }, Some(false)),
            (TransportError::Tls { detail: detail() }, Some(false)),
            (TransportError::Timeout { after_ms: 1 }, Some(true)),
            (TransportError::Broken { detail: detail() }, Some(true)),
            (TransportError::Network { detail: detail() }, Some(true)),
            (TransportError::NotPermitted { origin: "https://hooks.example.org".into() }, None),
            (TransportError::FieldNotSendable { name: "x".into() }, None),
        ] {
            let came = Came::of_post(Receiver::Slack, &Err(error.clone()));
            assert_eq!(doubtful(&came), expected, "{error:?}: {came:?}");
        }
    }

    #[test]
    fn the_relay_tells_what_became_of_a_post() {
        let of = |status, body: &str| Came::of_post(Receiver::Relay, &answer(status, body));
        assert_eq!(of(200, r#"{"id":"a-1","status":"said"}"#), Came::Said);
        assert_eq!(of(202, r#"{"id":"a-1","status":"queued"}"#), Came::Queued);
        assert_eq!((of(200, "ok"), of(202, "")), (Came::Said, Came::Queued));
        let asked = |status, body: &str| Came::of_asking(&answer(status, body));
        assert_eq!(asked(200, r#"{"status":"queued"}"#), Came::Queued);
        let detail = "The relay did not say it: the channel\u{2019}s mode +m.".to_owned();
        let body = "{\"status\":\"refused\",\"detail\":\"the channel\u{2019}s\\nmode +m.\"}";
        assert_eq!(asked(200, body), Came::Refused { detail, remembered: true });
        let unclear = r#"{"id":"a-1","status":"unclear"}"#;
        for (status, body, is_final) in
            [(404, "", false), (403, "", false), (200, "<html>", false), (200, unclear, true)]
        {
            let came = asked(status, body);
            assert!(
                matches!(came, Came::Unclear { remembered, .. } if remembered == is_final),
                "{status} {body}: {came:?}"
            );
        }
        assert!(matches!(of(202, unclear), Came::Unclear { remembered: true, .. }), "{:?}", of(202, unclear));
        assert_eq!(asked(410, ""), Came::Gone);
        assert!(matches!(asked(503, ""), Came::NotTaken { wait: Some(7), .. }));
    }
}
