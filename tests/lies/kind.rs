// SPDX-License-Identifier: GPL-2.0-or-later
//! Why a row did not pass, as one word a variant of what the engine says.
//!
//! Must not have a wildcard: who adds a reason to the engine is to think of the lie that brings it about.

use backport_verify::exchange::TransportError;
use backport_verify::verify::{Doubt, MediaWikiFailure, Reason};

macro_rules! kinds {
    ($($name:ident),+ $(,)?) => {
        /// A reason without its details.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Kind { $($name),+ }

        impl Kind {
            /// Every one.
            pub(crate) const ALL: &[Self] = &[$(Self::$name),+];
        }
    };
}

kinds! {
    Assertion, BadStatus, NoAssertion,
    UnknownBackend, ProductionAnswered, OtherBackend, DebugAnswered, NoServer, UnknownServer, Contradiction,
    Cached, CacheUnstated, NotFromServer, TooManyRequests, RetryAfter, EdgeError, ParserCache, LeftSites, Interrupted,
    OtherVersion, VersionUnknown, PatchNotThere, PatchThereAlready, AbsentFromNothing, HeaderAdded, HeaderChanged, HeaderRemoved, DebugCookie,
    PassedBefore, BeforeUnknown, NotAllowed, NotCaptured, NotAsked, BodyHidden,
    Timeout, NotPermitted, FieldNotSendable, Name, Refused, Tls, Broken, Network,
    Api, FatalException, Modules, ReadOnly, ErrorPage, LogIn,
}

impl Kind {
    /// The kind of a reason.
    pub(crate) const fn of(reason: &Reason) -> Self {
        match reason {
            Reason::Assertion { .. } => Self::Assertion,
            Reason::BadStatus { .. } => Self::BadStatus,
            Reason::NoAssertion => Self::NoAssertion,
            Reason::Transport { error } => Self::of_transport(error),
            Reason::MediaWiki { failure } => Self::of_failure(failure),
            Reason::Doubt { doubt } => Self::of_doubt(doubt),
        }
    }

    const fn of_doubt(doubt: &Doubt) -> Self {
        match doubt {
            Doubt::UnknownBackend { .. } => Self::UnknownBackend,
            Doubt::ProductionAnswered { .. } => Self::ProductionAnswered,
            Doubt::OtherBackend { .. } => Self::OtherBackend,
            Doubt::DebugAnswered { .. } => Self::DebugAnswered,
            Doubt::NoServer { .. } => Self::NoServer,
            Doubt::UnknownServer { .. } => Self::UnknownServer,
            Doubt::Contradiction { .. } => Self::Contradiction,
            Doubt::Cached { .. } => Self::Cached,
            Doubt::CacheUnstated => Self::CacheUnstated,
            Doubt::NotFromServer { .. } => Self::NotFromServer,
            Doubt::TooManyRequests => Self::TooManyRequests,
            Doubt::RetryAfter { .. } => Self::RetryAfter,
            Doubt::EdgeError { .. } => Self::EdgeError,
            Doubt::ParserCache { .. } => Self::ParserCache,
            Doubt::LeftSites { .. } => Self::LeftSites,
            Doubt::Interrupted { .. } => Self::Interrupted,
            Doubt::OtherVersion { .. } => Self::OtherVersion,
            Doubt::VersionUnknown { .. } => Self::VersionUnknown,
            Doubt::PatchNotThere { .. } => Self::PatchNotThere,
            Doubt::PatchThereAlready { .. } => Self::PatchThereAlready,
            Doubt::AbsentFromNothing { .. } => Self::AbsentFromNothing,
            Doubt::HeaderAdded { .. } => Self::HeaderAdded,
            Doubt::HeaderChanged { .. } => Self::HeaderChanged,
            Doubt::HeaderRemoved { .. } => Self::HeaderRemoved,
            Doubt::DebugCookie { .. } => Self::DebugCookie,
            Doubt::PassedBefore => Self::PassedBefore,
            Doubt::BeforeUnknown => Self::BeforeUnknown,
            Doubt::NotAllowed { .. } => Self::NotAllowed,
            Doubt::NotCaptured { .. } => Self::NotCaptured,
            Doubt::NotAsked { .. } => Self::NotAsked,
            Doubt::BodyHidden => Self::BodyHidden,
        }
    }

    const fn of_transport(error: &TransportError) -> Self {
        match error {
            TransportError::Timeout { .. } => Self::Timeout,
            TransportError::NotPermitted { .. } => Self::NotPermitted,
            TransportError::FieldNotSendable { .. } => Self::FieldNotSendable,
            TransportError::Name { .. } => Self::Name,
            TransportError::Refused { .. } => Self::Refused,
            TransportError::Tls { .. } => Self::Tls,
            TransportError::Broken { .. } => Self::Broken,
            TransportError::Network { .. } => Self::Network,
        }
    }

    const fn of_failure(failure: &MediaWikiFailure) -> Self {
        match failure {
            MediaWikiFailure::Api { .. } => Self::Api,
            MediaWikiFailure::FatalException { .. } => Self::FatalException,
            MediaWikiFailure::Modules { .. } => Self::Modules,
            MediaWikiFailure::ReadOnly => Self::ReadOnly,
            MediaWikiFailure::ErrorPage { .. } => Self::ErrorPage,
            MediaWikiFailure::LogIn => Self::LogIn,
        }
    }
}
