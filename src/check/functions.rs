// SPDX-License-Identifier: GPL-2.0-or-later
//! `match()` and `search()` of `JSONPath` (RFC 9535, sections 2.4.6 and 2.4.7) by the regular expressions that assertions use,
//! since those of the library would add a third to what a browser loads. They are registered with `inventory`, whose
//! constructors run in the browser too: the linker calls them before whatever the module exports. Were they not run, an
//! expression that names the functions would be refused as one with unknown functions.
//!
//! The standard makes no match of an expression that cannot be read. Then its negation would hold by accident, so here that
//! is a complaint: the reader of the result must ask for it.

use super::pattern::{self, Regex};
use super::words::shown;
use serde_json_path_core::spec::functions::{
    Evaluator, Function, FunctionArgType, FunctionExprArg, FunctionValidationError, JsonPathType, JsonPathValue,
    LogicalType, Validator, ValueType,
};
use serde_json_path_core::spec::selector::filter::Literal;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::LazyLock;

thread_local! {
    static COMPLAINT: RefCell<Option<String>> = const { RefCell::new(None) };
    /// The expression that was used last, since one is mostly asked of many values.
    static LAST: RefCell<Option<(String, Extent, Regex)>> = const { RefCell::new(None) };
}

/// How much of a text an expression must match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// All of it.
    Whole,
    /// Something in it.
    Part,
}

impl Extent {
    const fn name(self) -> &'static str {
        match self {
            Self::Whole => "match",
            Self::Part => "search",
        }
    }
}

static MATCH_VALID: Validator = LazyLock::new(|| Box::new(|arguments| validate(Extent::Whole, arguments)));
static SEARCH_VALID: Validator = LazyLock::new(|| Box::new(|arguments| validate(Extent::Part, arguments)));
static MATCH: Evaluator = LazyLock::new(|| Box::new(|arguments| evaluate(Extent::Whole, arguments)));
static SEARCH: Evaluator = LazyLock::new(|| Box::new(|arguments| evaluate(Extent::Part, arguments)));

inventory::submit! { Function::new("match", FunctionArgType::Logical, &MATCH, &MATCH_VALID) }
inventory::submit! { Function::new("search", FunctionArgType::Logical, &SEARCH, &SEARCH_VALID) }

/// Forgets a complaint of before.
pub(super) fn forget() {
    COMPLAINT.take();
}

/// Why an expression that was met since could not be read.
pub(super) fn complaint() -> Option<String> {
    COMPLAINT.take()
}

fn complain(why: String) {
    COMPLAINT.set(Some(why));
}

fn validate(extent: Extent, arguments: &[FunctionExprArg]) -> Result<(), FunctionValidationError> {
    let [_, pattern] = arguments else {
        return Err(FunctionValidationError::NumberOfArgsMismatch { expected: 2, received: arguments.len() });
    };
    for (position, argument) in arguments.iter().enumerate() {
        let received = argument.as_type_kind()?;
        if !received.converts_to(JsonPathType::Value) {
            let (name, expected) = (extent.name().to_owned(), JsonPathType::Value);
            return Err(FunctionValidationError::MismatchTypeKind { name, expected, received, position });
        }
    }
    let readable = match pattern {
        FunctionExprArg::Literal(Literal::String(pattern)) => with(pattern, extent, |_| ()).is_some(),
        FunctionExprArg::Literal(_) => {
            complain(format!("the regular expression of {}() must be a text", extent.name()));
            false
        }
        _ => true,
    };
    if readable { Ok(()) } else { Err(FunctionValidationError::IncorrectFunctionReturnType) }
}

fn evaluate(extent: Extent, mut arguments: VecDeque<JsonPathValue<'_>>) -> JsonPathValue<'_> {
    let mut next = || arguments.pop_front().and_then(|argument| ValueType::try_from(argument).ok());
    let (text, pattern) = (next(), next());
    let text = text.as_ref().and_then(ValueType::as_value).and_then(|text| text.as_str());
    let pattern = pattern.as_ref().and_then(ValueType::as_value).and_then(|pattern| pattern.as_str());
    let held = text.zip(pattern).and_then(|(text, pattern)| with(pattern, extent, |regex| regex.is_match(text)));
    JsonPathValue::Logical(LogicalType::from(held.unwrap_or(false)))
}

/// Uses the expression; one that cannot be read is complained about.
fn with<T>(pattern: &str, extent: Extent, used: impl FnOnce(&Regex) -> T) -> Option<T> {
    LAST.with_borrow_mut(|last| {
        if !last.as_ref().is_some_and(|(known, as_what, _)| known == pattern && *as_what == extent) {
            // What is no expression by itself must not become one within our parentheses.
            let built = pattern::in_json(pattern).and_then(|part| match extent {
                Extent::Part => Ok(part),
                Extent::Whole => pattern::in_json(&format!(r"\A(?:{pattern})\z")),
            });
            match built {
                Ok(regex) => *last = Some((pattern.to_owned(), extent, regex)),
                Err(why) => {
                    complain(format!("regular expression <{}> cannot be read: {why}", shown(pattern)));
                    return None;
                }
            }
        }
        last.as_ref().map(|(_, _, regex)| used(regex))
    })
}
