// SPDX-License-Identifier: GPL-2.0-or-later
//! A `JSONPath` expression (RFC 9535) that can be read, and evaluated in bounded time.
//!
//! `..` reaches a value by many ways, `[0, 0]` doubles what it finds and a `$` within a filter begins anew for each value,
//! so that a few letters could ask for more steps than there is time. What an expression would take is estimated from its
//! form and the body's, and one that would take too much is refused in words.

use super::AssertionError;
use super::functions;
use super::words::shown;
use serde_json::Value;
use serde_json_path::JsonPath;

/// Letters of an expression.
const LONGEST: usize = 500;
/// Brackets within brackets: the library reads them by recursion.
const DEEPEST: usize = 12;
/// Steps that an expression may take, as estimated. A million values that are reached by one `..` in a body ten levels deep
/// take ten million.
const MOST_STEPS: u64 = 50_000_000;

/// An expression that can be read.
pub(super) struct Path {
    path: JsonPath,
    shape: Shape,
}

/// What of an expression's form makes it slow.
#[derive(Debug, PartialEq, Eq)]
struct Shape {
    /// How many `..` it has.
    descents: u32,
    /// How often a value can be found by lists of selectors.
    copies: u64,
    /// How many filters look through the whole body.
    roots: u32,
}

impl Path {
    /// Reads it.
    ///
    /// # Errors
    /// When it cannot be read, is too long, or has a regular expression that cannot be read.
    pub(super) fn parse(expression: &str) -> Result<Self, AssertionError> {
        let bad = |detail: String| AssertionError::Path { path: shown(expression), detail };
        let shape = Shape::of(expression).map_err(|why| bad(why.into()))?;
        functions::forget();
        let path = JsonPath::parse(expression.trim())
            .map_err(|error| bad(functions::complaint().unwrap_or_else(|| error.to_string())))?;
        Ok(Self { path, shape })
    }

    /// What it finds in `body`.
    ///
    /// # Errors
    /// When that would take too long, or a regular expression out of the body cannot be read.
    pub(super) fn find<'a>(&'a self, body: &'a Value) -> Result<Vec<&'a Value>, String> {
        let (values, depth) = extent(body);
        if self.shape.steps(values, depth) > MOST_STEPS {
            return Err(format!(
                "the body has {values} values in {depth} levels, too many for this JSONPath: name more of the way, use `..` less"
            ));
        }
        functions::forget();
        let found = self.path.query(body).all();
        functions::complaint().map_or(Ok(found), Err)
    }
}

impl Shape {
    fn of(expression: &str) -> Result<Self, &'static str> {
        if expression.chars().count() > LONGEST {
            return Err("it is longer than 500 letters");
        }
        let mut shape = Self { descents: 0, copies: 1, roots: 0 };
        // The selectors of each open bracket, and `None` for a parenthesis, in which commas part arguments.
        let mut open: Vec<Option<u64>> = Vec::new();
        let (mut quote, mut escaped, mut before) = (None, false, ' ');
        for (at, letter) in expression.trim().char_indices() {
            if let Some(mark) = quote {
                if letter == mark && !escaped {
                    quote = None;
                }
                escaped = letter == '\\' && !escaped;
                continue;
            }
            match letter {
                '"' | '\'' => quote = Some(letter),
                '[' => open.push(Some(1)),
                '(' => open.push(None),
                ']' | ')' => shape.copies = shape.copies.saturating_mul(open.pop().flatten().unwrap_or(1)),
                ',' => {
                    if let Some(Some(selectors)) = open.last_mut() {
                        *selectors += 1;
                    }
                }
                '.' if before == '.' => shape.descents += 1,
                '$' if at > 0 && is_wide(expression.trim().get(at + 1..).unwrap_or_default()) => shape.roots += 1,
                _ => {}
            }
            before = letter;
            if open.len() > DEEPEST {
                return Err("it has too many brackets within brackets");
            }
        }
        Ok(shape)
    }

    /// How many steps it takes in a body of so many values in so many levels, at most.
    fn steps(&self, values: u64, depth: u64) -> u64 {
        let ways = depth.max(1).saturating_pow(self.descents).saturating_mul(self.copies);
        values.saturating_mul(ways).saturating_mul(values.saturating_pow(self.roots))
    }
}

/// Whether an absolute query within a filter, whose `$` has been read, can find more than one value.
fn is_wide(query: &str) -> bool {
    let mut open = 0_usize;
    let is_plain = |letter: &char| {
        let letter = *letter;
        open += usize::from(letter == '[');
        let closes = letter == ']' && open == 0;
        open = open.saturating_sub(usize::from(letter == ']'));
        !closes && (letter.is_alphanumeric() || "_-.[]'\"".contains(letter))
    };
    let plain: String = query.chars().take_while(is_plain).collect();
    let rest = query.get(plain.len()..).unwrap_or_default();
    plain.contains("..") || rest.starts_with(['*', '?', ':', ','])
}

/// How many values there are in `value`, itself included, and in how many levels. A body has 128 at most.
fn extent(value: &Value) -> (u64, u64) {
    let of_all = |values: &mut dyn Iterator<Item = &Value>| {
        values.map(extent).fold((1, 0), |(all, deepest), (values, depth)| (all + values, depth.max(deepest)))
    };
    let (values, below) = match value {
        Value::Array(items) => of_all(&mut items.iter()),
        Value::Object(fields) => of_all(&mut fields.values()),
        _ => (1, 0),
    };
    (values, below + 1)
}

#[cfg(test)]
mod tests {
    use super::{Path, Shape};
    use serde_json::{Value, json};

    fn found(path: &str, body: &Value) -> Vec<Value> {
        Path::parse(path).unwrap().find(body).unwrap().into_iter().cloned().collect()
    }

    #[test]
    fn every_function_of_the_standard_works() {
        let body = json!([{"a": "bat"}, {"a": "a bat\r"}, {"a": 5}, {"b": [1, 2]}]);
        for (path, expected) in [
            ("$[?match(@.a, 'b.t')].a", json!(["bat"])),
            ("$[?search(@.a, \"b.t\")].a", json!(["bat", "a bat\r"])),
            ("$[?match(@.a, 'a b[a-c]t.')].a", json!([])),
            ("$[?match(@.a, 'x|bat')].a", json!(["bat"])),
            ("$[?!search(@.a, 'bat')]", json!([{"a": 5}, {"b": [1, 2]}])),
            ("$[?length(@.a) == 3].a", json!(["bat"])),
            ("$[?count(@.b[*]) > 1].b[1]", json!([2])),
            ("$[?value(@..a) == 5].a", json!([5])),
        ] {
            assert_eq!(Value::Array(found(path, &body)), expected, "{path}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_the_reason() {
        let deep = format!("$[?{}@.a{}]", "(".repeat(5_000), ")".repeat(5_000));
        let many = format!("${}", "[?@".repeat(100));
        for (path, why) in [
            ("query", "at position"),
            ("$.a[?match(@.b)]", "args"),
            ("$.a[?nothing(@.b)]", "function name 'nothing' is not defined"),
            ("$.a[?match(@.b, '(?=x)')]", "regular expression <(?=x)> cannot be read: it has a look-around"),
            ("$.a[?!search(@.b, 'a)(b')]", "regular expression <a)(b> cannot be read"),
            ("$.a[?!search(@.b, 5)]", "the regular expression of search() must be a text"),
            (&deep, "longer than 500"),
            (&many, "too many brackets"),
        ] {
            let said = Path::parse(path).err().unwrap().to_string();
            assert!(said.contains(why), "{path}: {said}");
        }
    }

    #[test]
    fn a_regular_expression_out_of_the_body_that_cannot_be_read_is_no_match_and_no_miss() {
        let body = json!([{"a": "x", "p": "("}]);
        let path = Path::parse("$[?!match(@.a, @.p)]").unwrap();
        assert!(path.find(&body).unwrap_err().contains("regular expression <(> cannot be read"));
    }

    #[test]
    fn what_would_take_too_long_is_refused() {
        let mut nested = json!(1);
        for _ in 0..100 {
            nested = json!([nested, nested.is_array(), 1]);
        }
        let wide = Value::Array(vec![json!({"a": [1, 2]}); 20_000]);
        for (path, body, refused) in [
            ("$..*", &nested, false),
            ("$..*..*..*..*..*", &nested, true),
            (&format!("${}", "[0,0]".repeat(60)), &nested, true),
            ("$[*].a[0]", &wide, false),
            ("$..a", &wide, false),
            ("$[?@.a[0] == $[0].a[0]]", &wide, false),
            ("$[?count($..a) > 1]", &wide, true),
        ] {
            let path_read = Path::parse(path).unwrap();
            assert_eq!(path_read.find(body).is_err(), refused, "{path}");
        }
    }

    #[test]
    fn what_makes_an_expression_slow_is_seen_outside_of_its_texts() {
        let shape = |path| Shape::of(path).unwrap();
        assert_eq!(shape("$..a['..','$..x'][?match(@.a, 'b,c')]"), Shape { descents: 1, copies: 2, roots: 0 });
        assert_eq!(shape("$[0,1,2][?@.a == $.b['c']][?$..x]"), Shape { descents: 1, copies: 3, roots: 1 });
    }
}
