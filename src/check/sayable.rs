// SPDX-License-Identifier: GPL-2.0-or-later
//! Which predicates can be said of which subject, as the rule that judges them knows it.
//!
//! Must not have a rule of its own.

use super::{Assertion, Order, Predicate, Subject};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A kind of predicate, without what it compares with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PredicateKind {
    /// [`Predicate::Contains`].
    Contains,
    /// [`Predicate::Lacks`].
    Lacks,
    /// [`Predicate::Is`].
    Is,
    /// [`Predicate::IsNot`].
    IsNot,
    /// [`Predicate::OneOf`].
    OneOf,
    /// [`Predicate::Between`].
    Between,
    /// [`Predicate::Compares`].
    Compares(Order),
    /// [`Predicate::Matches`].
    Matches,
    /// [`Predicate::MatchesNot`].
    MatchesNot,
    /// [`Predicate::Exists`].
    Exists,
    /// [`Predicate::Absent`].
    Absent,
}

impl PredicateKind {
    /// Every kind, the usual ones first.
    pub const ALL: [Self; 14] = [
        Self::Contains,
        Self::Lacks,
        Self::Is,
        Self::IsNot,
        Self::OneOf,
        Self::Between,
        Self::Compares(Order::AtLeast),
        Self::Compares(Order::AtMost),
        Self::Compares(Order::Above),
        Self::Compares(Order::Below),
        Self::Matches,
        Self::MatchesNot,
        Self::Exists,
        Self::Absent,
    ];

    /// Predicates of this kind with a value of every sort.
    fn samples(self) -> Vec<Predicate> {
        let values = [json!(200), json!("text"), json!([])];
        let with = |make: fn(Value) -> Predicate| values.clone().into_iter().map(make).collect();
        match self {
            Self::Contains => with(|value| Predicate::Contains { value }),
            Self::Lacks => with(|value| Predicate::Lacks { value }),
            Self::Is => with(|value| Predicate::Is { value }),
            Self::IsNot => with(|value| Predicate::IsNot { value }),
            Self::OneOf => with(|value| Predicate::OneOf { values: vec![value] }),
            Self::Between => vec![Predicate::Between { from: 1.into(), to: 2.into() }],
            Self::Compares(order) => vec![Predicate::Compares { order, number: 1.into() }],
            Self::Matches => vec![Predicate::Matches { pattern: "x".to_owned() }],
            Self::MatchesNot => vec![Predicate::MatchesNot { pattern: "x".to_owned() }],
            Self::Exists => vec![Predicate::Exists],
            Self::Absent => vec![Predicate::Absent],
        }
    }
}

impl Predicate {
    /// Which kind it is.
    #[must_use]
    pub const fn kind(&self) -> PredicateKind {
        match self {
            Self::Is { .. } => PredicateKind::Is,
            Self::IsNot { .. } => PredicateKind::IsNot,
            Self::OneOf { .. } => PredicateKind::OneOf,
            Self::Between { .. } => PredicateKind::Between,
            Self::Compares { order, .. } => PredicateKind::Compares(*order),
            Self::Contains { .. } => PredicateKind::Contains,
            Self::Lacks { .. } => PredicateKind::Lacks,
            Self::Matches { .. } => PredicateKind::Matches,
            Self::MatchesNot { .. } => PredicateKind::MatchesNot,
            Self::Exists => PredicateKind::Exists,
            Self::Absent => PredicateKind::Absent,
        }
    }
}

impl Subject {
    /// The kinds of predicates that make sense of it, the usual ones first.
    #[must_use]
    pub fn predicates(&self) -> Vec<PredicateKind> {
        let says = |is: Predicate| Assertion { of: self.clone(), is }.applies().is_ok();
        PredicateKind::ALL.into_iter().filter(|kind| kind.samples().into_iter().any(says)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::PredicateKind::{self, Absent, Contains, Exists, Is, IsNot, Lacks, Matches, MatchesNot, OneOf};
    use crate::check::Subject;

    #[test]
    fn what_can_be_said_depends_on_what_is_spoken_of() {
        let text = vec![Contains, Lacks, Is, IsNot, OneOf, Matches, MatchesNot];
        let found = [text.as_slice(), &[Exists, Absent]].concat();
        assert_eq!(Subject::Body.predicates(), text);
        assert_eq!(Subject::Header { name: String::new() }.predicates(), found);
        assert_eq!(Subject::Redirects.predicates(), [Contains, Lacks, Is, IsNot]);
        assert_eq!(Subject::Json { path: String::new() }.predicates(), PredicateKind::ALL);
        assert_eq!(Subject::Status.predicates(), PredicateKind::ALL[2..10]);
    }
}
