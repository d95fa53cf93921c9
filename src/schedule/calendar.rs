// SPDX-License-Identifier: GPL-2.0-or-later
//! A calendar page read into windows.

use super::Schedule;
use thiserror::Error;

/// Why a page is no calendar.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CalendarError {
    /// No window was found.
    #[error("the page holds no deployment calendar: it has no event card")]
    NoWindow,
}

/// Reads a calendar page.
///
/// # Errors
/// When the page holds no window at all.
pub fn parse(_wikitext: &str) -> Result<Schedule, CalendarError> {
    Err(CalendarError::NoWindow)
}

/// x
pub struct PageText {
    /// x
    pub wikitext: String,
}
/// x
/// # Errors
/// x
pub fn page_from_api(_json: &str) -> Result<PageText, CalendarError> {
    Err(CalendarError::NoWindow)
}
