// SPDX-License-Identifier: GPL-2.0-or-later
//! A finished run in words: the channel line, webhook bodies, HTML, JSON, `JUnit` XML, TAP.
//!
//! Must not send anything, and must not repeat what a page said beyond the one reason, cleaned.

mod cases;
mod clean;
mod discreet;
mod form;
mod html;
mod json;
mod junit;
mod line;
mod logstash;
mod planned;
mod reason;
mod receiver;
mod slack;
mod stages;
mod tap;

pub use cases::{Came, Case, cases, doubt_of_run};
pub use clean::{begins_with_a_bot, clean, clean_line, shorten, visible};
pub use form::Form;
pub use html::to_html;
pub use json::to_json;
pub use junit::{JUnitError, to_junit};
pub use line::{LINE_LIMIT, WIRE_LIMIT, channel_line};
pub use logstash::logstash_link;
pub use planned::{cut_in_words, source_in_words};
pub use reason::reason_in_words;
pub use receiver::{About, Message, Posting, Receiver, Secret, SecretError, relay_secret};
pub use slack::{slack_body, slack_text};
pub use stages::{
    PROVES_NOTHING, comparison_in_words, counts_in_words, difference_in_words, same_page_in_words, since_in_words,
};
pub use tap::to_tap;
