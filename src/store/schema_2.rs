// SPDX-License-Identifier: GPL-2.0-or-later
//! From schema 1 to schema 2: assertions became a subject and a predicate, and suites belong to owners.

use serde_json::{Map, Value, json};

/// Brings data of schema 1 up to schema 2, wherever assertions stand in it. What is of neither shape stays as it is, for
/// the reader to refuse.
pub(super) fn from_schema_1(mut data: Value) -> Value {
    if let Some(Value::Object(suites)) = data.get_mut("suites") {
        let numbered = std::mem::take(suites).into_iter().map(|(gerrit, suite)| (format!("change:{gerrit}"), suite));
        *suites = numbered.collect();
    }
    convert(&mut data);
    data
}

/// Kept values nest as deep as their types do, so that this may call itself.
fn convert(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(convert),
        Value::Object(fields) => {
            for (name, field) in fields {
                match (name.as_str(), &mut *field) {
                    ("assertion", Value::Object(old)) => rename(old),
                    ("assertions", Value::Array(items)) => {
                        items.iter_mut().filter_map(Value::as_object_mut).for_each(rename);
                    }
                    _ => {}
                }
                convert(field);
            }
        }
        _ => {}
    }
}

/// `{"header_equals": {"name": "X", "value": "y"}}` becomes `{"of": {"header": {"name": "X"}}, "is": {"is": {"value":
/// "y"}}}`.
fn rename(assertion: &mut Map<String, Value>) {
    let Some((kind, fields)) = assertion.iter().next().filter(|_| assertion.len() == 1) else { return };
    let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let header = || json!({ "header": { "name": field("name") } });
    let (of, is) = match kind.as_str() {
        "status" => (json!("status"), json!({ "is": { "value": field("equals") } })),
        "body_contains" => (json!("body"), json!({ "contains": { "value": field("text") } })),
        "body_not_contains" => (json!("body"), json!({ "lacks": { "value": field("text") } })),
        "body_matches" => (json!("body"), json!({ "matches": { "pattern": field("pattern") } })),
        "header_equals" => (header(), json!({ "is": { "value": field("value") } })),
        "header_matches" => (header(), json!({ "matches": { "pattern": field("pattern") } })),
        "header_absent" => (header(), json!("absent")),
        _ => return,
    };
    *assertion = Map::from_iter([("of".to_owned(), of), ("is".to_owned(), is)]);
}

#[cfg(test)]
mod tests {
    use super::from_schema_1;
    use crate::check::Assertion;
    use crate::store::Library;
    use crate::suite::Owner;
    use serde_json::json;

    #[test]
    fn a_library_of_schema_1_is_read_whole() {
        let url = "https://en.wikipedia.org/";
        let kept = json!({ "suites": { "1330001": { "tests": [{ "name": "", "url": url, "assertions": [
            { "status": { "equals": 200 } },
            { "body_contains": { "text": "a" } },
            { "body_not_contains": { "text": "b" } },
            { "body_matches": { "pattern": "c" } },
            { "header_equals": { "name": "X", "value": "d" } },
            { "header_matches": { "name": "X", "pattern": "e" } },
            { "header_absent": { "name": "Y" } },
        ] }] } } });
        let library: Library = serde_json::from_value(from_schema_1(kept)).unwrap();
        assert_eq!(
            library.suites[&Owner::numbered(1_330_001)].tests[0].assertions,
            [
                Assertion::status(200),
                Assertion::body_contains("a"),
                Assertion::body_lacks("b"),
                Assertion::body_matches("c"),
                Assertion::header_is("X", "d"),
                Assertion::header_matches("X", "e"),
                Assertion::header_absent("Y"),
            ]
        );
    }

    #[test]
    fn what_came_of_a_run_is_brought_up_too_and_other_reasons_stay() {
        let outcome = json!({ "reason": { "assertion": { "at": 0 } }, "assertions": [
            { "assertion": { "status": { "equals": 200 } }, "held": false, "expected": "e", "actual": "a" }
        ] });
        assert_eq!(
            from_schema_1(outcome),
            json!({ "reason": { "assertion": { "at": 0 } }, "assertions": [
                { "assertion": { "of": "status", "is": { "is": { "value": 200 } } }, "held": false, "expected": "e",
                  "actual": "a" }
            ] })
        );
    }
}
