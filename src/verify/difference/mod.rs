// SPDX-License-Identifier: GPL-2.0-or-later
//! What differs between two answers, in a form that a human can read: bodies are laid out in lines and freed of what
//! differs in every answer before they are compared.
//!
//! Must not decide a verdict, and must not get into a report as it is: a page may be one that only its asker
//! can see.

mod hunks;
mod layout;
mod normal;
mod page;
mod rules;

pub use hunks::{Hunk, Line};
pub use layout::Place;
pub use normal::normal;
pub use page::{Difference, Field, Page};
pub use rules::{RULES, Rule};
