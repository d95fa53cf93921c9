// SPDX-License-Identifier: GPL-2.0-or-later
//! A YAML node as the JSON text that httpbb would send for it.
//!
//! httpbb reads its files with `PyYAML`, so that scalars are typed as in YAML 1.1: `yes` and `no` are truth values.

use super::SuiteError;
use super::yaml::{Value, Yaml, is_null};
use serde_json::{Map, Number, Value as Json};

/// The JSON text of a node: keys in the file's order, `, ` and `: ` between them, as Python writes it.
pub(super) fn json_text(yaml: &Yaml) -> Result<String, SuiteError> {
    let mut out = String::new();
    append(yaml, &mut out)?;
    Ok(out)
}

/// Nesting is bounded by the reader, so that this may call itself.
fn append(yaml: &Yaml, out: &mut String) -> Result<(), SuiteError> {
    match &yaml.value {
        Value::Scalar { text, plain: true } => out.push_str(&typed(yaml, text)?),
        Value::Scalar { text, .. } => out.push_str(&string(text)),
        Value::Sequence(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                append(item, out)?;
            }
            out.push(']');
        }
        Value::Mapping(pairs) => {
            out.push('{');
            for (index, (key, value)) in pairs.iter().enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                let name = key.scalar("a key of json_body")?;
                if pairs.iter().take(index).any(|(other, _)| other.scalar("").is_ok_and(|other| other == name)) {
                    return Err(key.error(format!("key <{name}> is there twice"), "remove one"));
                }
                out.push_str(&string(name));
                out.push_str(": ");
                append(value, out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

/// A node as the JSON value that it plainly is. Where YAML's versions read a scalar differently, what is meant must be
/// written so that all read the same.
pub(super) fn json_value(yaml: &Yaml) -> Result<Json, SuiteError> {
    match &yaml.value {
        Value::Scalar { text, plain: true } => plain(yaml, text),
        Value::Scalar { text, .. } => Ok(Json::from(text.as_str())),
        Value::Sequence(items) => items.iter().map(json_value).collect(),
        Value::Mapping(pairs) => {
            let mut map = Map::new();
            for (key, value) in pairs {
                let name = key.scalar("a key of a value")?;
                if map.insert(name.to_owned(), json_value(value)?).is_some() {
                    return Err(key.error(format!("key <{name}> is there twice"), "remove one"));
                }
            }
            Ok(Json::Object(map))
        }
    }
}

fn plain(yaml: &Yaml, text: &str) -> Result<Json, SuiteError> {
    if let Some(number) = number(text) {
        return Ok(Json::Number(number));
    }
    let like_a_number = text.contains(|c: char| c.is_ascii_digit()) && text.parse::<f64>().is_ok();
    match text {
        "true" => Ok(true.into()),
        "false" => Ok(false.into()),
        _ if is_null(text) => Ok(Json::Null),
        _ if like_a_number || typed(yaml, text)? != string(text) => Err(yaml.error(
            format!("<{text}> is read differently by different readers of YAML"),
            "quote it if it is a text, or write true, false or a number as JSON has it",
        )),
        _ => Ok(text.into()),
    }
}

/// The number of a JSON text. The library's own reading can be off by the last bit.
fn number(text: &str) -> Option<Number> {
    let number: Number = serde_json::from_str(text).ok()?;
    if number.is_f64() { Number::from_f64(text.parse().ok()?) } else { Some(number) }
}

fn string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn typed(yaml: &Yaml, text: &str) -> Result<String, SuiteError> {
    if is_null(text) {
        return Ok("null".into());
    }
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => return Ok("true".into()),
        "false" | "no" | "off" => return Ok("false".into()),
        ".inf" | "+.inf" | "-.inf" | ".nan" => {
            return Err(yaml.error(format!("<{text}> is no number in JSON"), "quote it"));
        }
        _ => {}
    }
    Ok(integer(text).or_else(|| float(text)).unwrap_or_else(|| string(text)))
}

/// A whole number of YAML 1.1 (<https://yaml.org/type/int.html>), without the base 60.
pub(super) fn integer(text: &str) -> Option<String> {
    let negative = text.starts_with('-');
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let digits = if digits.starts_with('_') { return None } else { digits.replace('_', "") };
    let value = match digits.as_bytes() {
        [b'0', b'x', ..] => i128::from_str_radix(digits.get(2..)?, 16).ok()?,
        [b'0', b'b', ..] => i128::from_str_radix(digits.get(2..)?, 2).ok()?,
        [b'0', _, ..] => i128::from_str_radix(&digits, 8).ok()?,
        [first, ..] if first.is_ascii_digit() => digits.parse().ok()?,
        _ => return None,
    };
    Some(if negative { format!("-{value}") } else { value.to_string() })
}

/// A number with a point, as `PyYAML` knows it: an exponent has a sign.
fn float(text: &str) -> Option<String> {
    let body = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, rest) = body.split_once('.')?;
    let (fraction, exponent) = match rest.split_once(['e', 'E']) {
        Some((fraction, exponent)) => (fraction, Some(exponent)),
        None => (rest, None),
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let signed = exponent.is_none_or(|e| e.strip_prefix(['-', '+']).is_some_and(|e| !e.is_empty() && digits(e)));
    if !digits(whole) || !digits(fraction) || (whole.is_empty() && fraction.is_empty()) || !signed {
        return None;
    }
    let value: f64 = text.strip_prefix('+').unwrap_or(text).parse().ok()?;
    serde_json::Number::from_f64(value).map(|number| number.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::yaml::document;
    use super::{json_text, json_value};
    use serde_json::json;

    fn json(yaml: &str) -> String {
        json_text(&document(yaml).unwrap().unwrap()).unwrap()
    }

    #[test]
    fn scalars_are_typed_as_httpbb_types_them() {
        for (yaml, expected) in [
            ("{rev_id: 21774755, lang: en}", r#"{"rev_id": 21774755, "lang": "en"}"#),
            ("[yes, No, true, on, 'yes', y]", r#"[true, false, true, true, "yes", "y"]"#),
            ("[~, null, '', 'null']", r#"[null, null, "", "null"]"#),
            ("[1, -2, +3, 1_000, 0x1F, 017, 0b11, '1']", r#"[1, -2, 3, 1000, 31, 15, 3, "1"]"#),
            ("[1.5, -.5, 1.0e+3, 1e3, 1.2.3]", r#"[1.5, -0.5, 1000.0, "1e3", "1.2.3"]"#),
            ("[089, 1a, _1, .]", r#"["089", "1a", "_1", "."]"#),
            ("{a: {b: [1, {c: \"x\\ny\"}]}}", r#"{"a": {"b": [1, {"c": "x\ny"}]}}"#),
            ("{}", "{}"),
        ] {
            assert_eq!(json(yaml), expected, "{yaml}");
            assert_eq!(json(expected), expected, "JSON is YAML");
        }
    }

    #[test]
    fn what_json_cannot_say_is_refused() {
        for (yaml, message) in [
            ("[.inf]", "line 1, column 2: <.inf> is no number in JSON; quote it"),
            ("{a: 1, a: 2}", "line 1, column 8: key <a> is there twice; remove one"),
        ] {
            assert_eq!(json_text(&document(yaml).unwrap().unwrap()).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn a_value_is_what_every_reader_takes_it_for() {
        let read = |yaml: &str| json_value(&document(yaml).unwrap().unwrap());
        for (yaml, expected) in [
            ("Wikipedia", json!("Wikipedia")),
            ("'5'", json!("5")),
            ("[5, -0.5, 1.0e+3, true, ~, 'no', 1.2.3, 1a]", json!([5, -0.5, 1000.0, true, null, "no", "1.2.3", "1a"])),
            ("{a: {b: []}}", json!({"a": {"b": []}})),
            ("0.1", json!(0.1)),
        ] {
            assert_eq!(read(yaml), Ok(expected), "{yaml}");
        }
        for yaml in ["no", "Yes", "on", "True", "017", "0x1F", "1_000", "+5", ".5", "1e999", ".inf", "{a: 1, a: 2}"] {
            assert!(read(yaml).is_err(), "{yaml}");
        }
    }
}
