// SPDX-License-Identifier: GPL-2.0-or-later
//! The ways in which the bed can be told to mislead or to fail.
//!
//! Wikitech is a wiki too, but the lies about wikis spare it, so that the calendar stays readable while they are told.

use super::BedError;
use std::str::FromStr;

/// Something untrue or broken that the bed does until [`super::Bed::be_honest`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lie {
    /// Requests that ask for a test server are answered by a production server, with production's code.
    DebugAnsweredByProduction,
    /// The test servers name themselves rightly, but run the code without the patch.
    DebugIgnoresPatch,
    /// A test server of the other data centre answers: codfw for eqiad, eqiad for codfw.
    DebugAnsweredByOtherDatacentre,
    /// Production pages come from a days-old cache entry without the patch, whatever the query string is.
    StaleCacheEvenWhenBusted,
    /// After the sync to everywhere, every second production answer still comes from an old server with old code.
    HalfSynced,
    /// Wikis do not say who answered.
    NoServerHeader,
    /// Wikis name a server that is of no known kind.
    UnknownServerName,
    /// Wikis answer with this status and an error page.
    ServerError(u16),
    /// Wikis do not answer until the bed is honest again.
    Hang,
    /// Wikis send half of the body and then break the stream.
    CutBody,
    /// Wikis answer 429 with `Retry-After`.
    TooManyRequests,
    /// Wikitech answers 503.
    WikitechDown,
    /// The page `Deployments` is there, but is prose without any window.
    CalendarIsNotACalendar,
    /// There is no page `Deployments`.
    CalendarMissing,
    /// noc.wikimedia.org answers 503.
    NocDown,
    /// gerrit.wikimedia.org answers 503.
    GerritDown,
    /// Gerrit tells of changes, but Gitiles, which tells of commits, answers 503.
    GitilesDown,
    /// sal.toolforge.org answers 503; the page on wikitech is still there.
    SalDown,
    /// The Server Admin Log answers 503 in both of its places.
    LogNowhere,
    /// Wikis have no deployment-info: 404 with `{}`.
    DeploymentInfoMissing,
    /// Deployment-info has the shape of 12 August 2026: the checkouts of all versions together.
    DeploymentInfoOldShape,
    /// Deployment-info has a shape that it never had.
    DeploymentInfoOddShape,
    /// The webhook answers with this status and says nothing in the channel.
    WebhookRefuses(u16),
    /// Every host answers 200 with the sign-in page of somebody's guest network.
    CaptivePortal,
    /// Every answer of every host is held back for so many milliseconds.
    Slow(u64),
    /// Wikis do not answer what asks for a test server until the bed is honest again.
    HoldDebug,
    /// Wikis do not answer what asks for production until the bed is honest again.
    HoldProduction,
    /// The webhook takes posts and announces nothing: whoever wants to listen gets 405.
    NoEvents,
    /// What comes to the webhook is neither said nor answered until the bed is honest again.
    HoldWebhook,
    /// What comes to the webhook is said, but not answered until the bed is honest again.
    HoldWebhookAnswer,
}

impl FromStr for Lie {
    type Err = BedError;

    /// Reads a lie as the example program takes it: its name, then its number if it has one (`ServerError 503`).
    fn from_str(text: &str) -> Result<Self, BedError> {
        let unknown = || BedError::UnknownLie(text.to_owned());
        let mut words = text.split_whitespace();
        let name = words.next().ok_or_else(unknown)?;
        let number = words.next();
        let status = || number.and_then(|number| number.parse().ok()).ok_or_else(unknown);
        Ok(match name {
            "DebugAnsweredByProduction" => Self::DebugAnsweredByProduction,
            "DebugIgnoresPatch" => Self::DebugIgnoresPatch,
            "DebugAnsweredByOtherDatacentre" => Self::DebugAnsweredByOtherDatacentre,
            "StaleCacheEvenWhenBusted" => Self::StaleCacheEvenWhenBusted,
            "HalfSynced" => Self::HalfSynced,
            "NoServerHeader" => Self::NoServerHeader,
            "UnknownServerName" => Self::UnknownServerName,
            "ServerError" => Self::ServerError(status()?),
            "Hang" => Self::Hang,
            "CutBody" => Self::CutBody,
            "TooManyRequests" => Self::TooManyRequests,
            "WikitechDown" => Self::WikitechDown,
            "CalendarIsNotACalendar" => Self::CalendarIsNotACalendar,
            "CalendarMissing" => Self::CalendarMissing,
            "NocDown" => Self::NocDown,
            "GerritDown" => Self::GerritDown,
            "GitilesDown" => Self::GitilesDown,
            "SalDown" => Self::SalDown,
            "LogNowhere" => Self::LogNowhere,
            "DeploymentInfoMissing" => Self::DeploymentInfoMissing,
            "DeploymentInfoOldShape" => Self::DeploymentInfoOldShape,
            "DeploymentInfoOddShape" => Self::DeploymentInfoOddShape,
            "WebhookRefuses" => Self::WebhookRefuses(status()?),
            "CaptivePortal" => Self::CaptivePortal,
            "Slow" => Self::Slow(status()?.into()),
            "HoldDebug" => Self::HoldDebug,
            "HoldProduction" => Self::HoldProduction,
            "NoEvents" => Self::NoEvents,
            "HoldWebhook" => Self::HoldWebhook,
            "HoldWebhookAnswer" => Self::HoldWebhookAnswer,
            _ => return Err(unknown()),
        })
    }
}
