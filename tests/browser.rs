// SPDX-License-Identifier: GPL-2.0-or-later
//! The extension from outside: real browsers, the local Wikimedia, and what a submitter sees and the channel hears.

#[path = "samples/answers.rs"]
#[allow(dead_code, reason = "a browser is answered wrong in a few respects only")]
#[allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]
mod answers;
#[path = "bed/mod.rs"]
mod bed;
#[path = "browser/driver/mod.rs"]
mod driver;
#[path = "samples/runs.rs"]
#[allow(dead_code, reason = "the browser runs what the engine alone runs elsewhere")]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod runs;
#[path = "support/samples.rs"]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod samples;
#[path = "samples/server.rs"]
#[allow(dead_code, reason = "a browser needs a wire")]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod server;
#[path = "browser/stage.rs"]
mod stage;
#[path = "browser/submitter.rs"]
mod submitter;

#[path = "samples/suites.rs"]
#[allow(dead_code, reason = "the tests without a browser count them too")]
#[allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]
mod suites_at_hand;

#[path = "browser/browsing.rs"]
mod browsing;
#[path = "browser/delivery.rs"]
mod delivery;
#[path = "browser/files.rs"]
mod files;
#[path = "browser/keys.rs"]
mod keys;
#[path = "browser/kills.rs"]
mod kills;
#[path = "browser/others.rs"]
mod others;
#[path = "browser/refusals.rs"]
mod refusals;
#[path = "browser/relayed.rs"]
mod relayed;
#[path = "browser/saving.rs"]
mod saving;
#[path = "browser/sharing.rs"]
mod sharing;
#[path = "browser/smoke.rs"]
mod smoke;
#[path = "browser/story.rs"]
mod story;
#[path = "browser/suites.rs"]
mod suites;
#[path = "browser/truth.rs"]
mod truth;
#[path = "browser/window.rs"]
mod window;
#[path = "browser/writing.rs"]
mod writing;
