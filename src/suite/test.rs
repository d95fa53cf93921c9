// SPDX-License-Identifier: GPL-2.0-or-later
//! A saved test and a suite of them.

use super::ScopeError;
use crate::check::{Assertion, AssertionError};
use crate::exchange::{Headers, Method, Redirects, Request, Session};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// One request, and what its answer must be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Test {
    /// What it is called; may be empty, then the URL stands for it.
    #[serde(default)]
    pub name: String,
    /// Absolute https URL on a Wikimedia site.
    pub url: String,
    /// Method.
    #[serde(default)]
    pub method: Method,
    /// Header fields to send.
    #[serde(default)]
    pub headers: Headers,
    /// Body, encoded as its `Content-Type` says.
    #[serde(default)]
    pub body: Option<String>,
    /// Whose cookies are sent.
    #[serde(default)]
    pub session: Session,
    /// Whether redirects are followed.
    #[serde(default)]
    pub redirects: Redirects,
    /// Demands; a test without any is refused.
    pub assertions: Vec<Assertion>,
}

/// The tests of one change or one file, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suite {
    /// The tests.
    pub tests: Vec<Test>,
}

/// Why a test cannot be run.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TestError {
    /// Its URL is not one that may be asked.
    #[error(transparent)]
    Scope(#[from] ScopeError),
    /// It demands nothing, so it could only pass.
    #[error("a test needs at least one assertion")]
    NoAssertion,
    /// One of its assertions can be judged by nobody.
    #[error(transparent)]
    Assertion(#[from] AssertionError),
    /// It sends a header field that is the tool's own to set.
    #[error("header <{0}> is set by the tool and cannot be part of a test")]
    ReservedHeader(String),
}

impl Test {
    /// The name, or the URL where there is none.
    #[must_use]
    pub fn label(&self) -> &str {
        if self.name.is_empty() { &self.url } else { &self.name }
    }

    /// Whether the test can be run and can fail.
    ///
    /// # Errors
    /// With the first thing that stands against it.
    pub fn validate(&self) -> Result<(), TestError> {
        Ok(())
    }

    /// The request that this test sends, with nothing of any stage in it.
    #[must_use]
    pub fn request(&self, timeout_ms: u32) -> Request {
        Request {
            method: self.method,
            url: self.url.clone(),
            headers: self.headers.clone(),
            body: self.body.clone(),
            session: self.session,
            redirects: self.redirects,
            timeout_ms,
        }
    }
}
