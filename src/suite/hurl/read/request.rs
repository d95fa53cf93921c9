// SPDX-License-Identifier: GPL-2.0-or-later
//! The request of a Hurl entry (<https://hurl.dev/docs/request.html>) as that of a test.
//!
//! Must not keep or repeat a cookie, a password or a token.

use super::values::Values;
use crate::exchange::{Method, Redirects};
use crate::suite::Test;
use crate::suite::fields::{encoded_as, multipart, take_fields, with_cookies, with_query, without_password};
use crate::suite::lost::{LossAt, Losses};
use crate::suite::placeholder::Spelling;
use hurl_core::ast::{
    Body, BooleanOption, Bytes, DurationOption, EntryOption, KeyValue, MultilineStringKind, MultipartParam, OptionKind,
    Request, SectionValue,
};
use hurl_core::types::{DurationUnit, ToSource};
use url::form_urlencoded;

const METHODS: [Method; 7] =
    [Method::Get, Method::Head, Method::Post, Method::Put, Method::Patch, Method::Delete, Method::Options];

/// The request; `None` where no test can ask it.
pub(super) fn read(request: &Request, values: &mut Values, lost: &mut Losses) -> Option<Test> {
    let line = request.url.source_info.start.line;
    lost.go_to(LossAt::Line(line));
    let name = request.method.to_string();
    let Some(method) = METHODS.into_iter().find(|method| method.as_str() == name) else {
        lost.matters(format!("<{name}> is no method of a test, the entry is left out"));
        return None;
    };
    let mut test = Test { name: comment(request), method, ..Test::default() };
    let mut fields: Vec<(String, String)> = Vec::new();
    // What the options set holds for the whole entry.
    for option in request.options() {
        lost.go_to(LossAt::Line(option.space0.source_info.start.line));
        read_option(option, &mut test, &mut fields, values, lost);
    }
    lost.go_to(LossAt::Line(line));
    test.url = with_query(&values.asked_as(&request.url, Spelling::Url, lost, str::to_owned), "");
    let pair = |kv: &KeyValue, lost: &mut Losses| (values.asked(&kv.key, lost), values.asked(&kv.value, lost));
    fields.splice(0..0, request.headers.iter().map(|kv| pair(kv, lost)).collect::<Vec<_>>());
    take_fields(&mut test, fields, lost);
    for section in &request.sections {
        lost.go_to(LossAt::Line(section.source_info.start.line));
        match &section.value {
            SectionValue::QueryParams(params, _) => {
                test.url = with_query(&test.url, &encoded(params, Spelling::Url, values, lost));
            }
            SectionValue::FormParams(params, _) => {
                test.body = Some(encoded(params, Spelling::Form, values, lost).replace("%20", "+"));
                encoded_as(&mut test, "application/x-www-form-urlencoded");
            }
            SectionValue::MultipartFormData(params, _) => read_parts(params, &mut test, values, lost),
            SectionValue::Cookies(_) => {
                with_cookies(&mut test, lost);
                lost.matters("[Cookies]: left out, cookies are never stored");
            }
            SectionValue::BasicAuth(_) => without_password("[BasicAuth]", lost),
            SectionValue::Captures(_) | SectionValue::Asserts(_) | SectionValue::Options(_) => {}
        }
    }
    if let Some(body) = &request.body {
        lost.go_to(LossAt::Line(body.space0.source_info.start.line));
        read_body(body, &mut test, values, lost);
    }
    if test.body.is_some() && matches!(method, Method::Get | Method::Head) {
        test.body = None;
        lost.matters(format!("a {name} request has no body here, it is left out"));
    }
    Some(test)
}

/// The comment in the line above.
fn comment(request: &Request) -> String {
    let last = request.line_terminators.last().and_then(|line| line.comment.as_ref());
    last.map(|comment| comment.value.trim().to_owned()).unwrap_or_default()
}

/// Names and values for a query or a form.
fn encoded(params: &[KeyValue], spelling: Spelling, values: &Values, lost: &mut Losses) -> String {
    // A plus that was meant is `%2B` by then.
    let part = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
    let mut asked = |template| values.asked_as(template, spelling, lost, part);
    params.iter().map(|kv| format!("{}={}", asked(&kv.key), asked(&kv.value))).collect::<Vec<_>>().join("&")
}

fn read_parts(params: &[MultipartParam], test: &mut Test, values: &Values, lost: &mut Losses) {
    let mut parts = Vec::new();
    for param in params {
        match param {
            MultipartParam::Param(kv) => parts.push((values.asked(&kv.key, lost), values.asked(&kv.value, lost))),
            MultipartParam::FilenameParam(file) => {
                let name = values.asked(&file.key, lost);
                lost.matters(format!("[Multipart] {name}: a file cannot be sent, it is left out"));
            }
        }
    }
    let (encoding, body) = multipart(&parts);
    encoded_as(test, &encoding);
    test.body = Some(body);
}

fn read_body(body: &Body, test: &mut Test, values: &Values, lost: &mut Losses) {
    let spelling = test.spelling_of_body();
    let asked = |template, lost: &mut Losses| values.asked_as(template, spelling, lost, str::to_owned);
    let (content, encoding) = match &body.value {
        Bytes::Json(json) => (values.in_source(json.to_source().as_str(), lost), Some("application/json")),
        Bytes::OnelineString(template) => (asked(template, lost), None),
        Bytes::MultilineString(lines) => match &lines.kind {
            MultilineStringKind::Text(lines) | MultilineStringKind::Raw(lines) => (asked(lines, lost), None),
            MultilineStringKind::Json(lines) => (values.asked(lines, lost), Some("application/json")),
            MultilineStringKind::Xml(lines) => (values.asked(lines, lost), Some("application/xml")),
            MultilineStringKind::GraphQl(_) => return lost.matters("a body in GraphQL is left out"),
        },
        Bytes::Base64(bytes) => match String::from_utf8(bytes.value.clone()) {
            Ok(content) => (content, None),
            Err(_) => return lost.matters("a body of bytes that are no text is left out"),
        },
        Bytes::Hex(bytes) => match String::from_utf8(bytes.value.clone()) {
            Ok(content) => (content, None),
            Err(_) => return lost.matters("a body of bytes that are no text is left out"),
        },
        Bytes::File(_) => return lost.matters("a body from a file is left out; put its text in its place"),
        Bytes::Xml(_) => return lost.matters("a body in XML is left out; put it between lines of <```>"),
    };
    if let Some(encoding) = encoding {
        encoded_as(test, encoding);
    }
    test.body = Some(content);
}

fn read_option(
    option: &EntryOption,
    test: &mut Test,
    fields: &mut Vec<(String, String)>,
    values: &mut Values,
    lost: &mut Losses,
) {
    use OptionKind as Kind;
    let name = option.kind.identifier();
    match &option.kind {
        Kind::FollowLocation(BooleanOption::Literal(follows)) => {
            test.redirects = if *follows { Redirects::Follow } else { Redirects::Manual };
        }
        Kind::FollowLocationTrusted(BooleanOption::Literal(true)) => test.redirects = Redirects::Follow,
        Kind::Skip(BooleanOption::Literal(skips)) => {
            let why = option.line_terminators.last().and_then(|line| line.comment.as_ref());
            let why = why.map_or_else(|| "the Hurl file skips it".to_owned(), |why| why.value.trim().to_owned());
            test.skip = skips.then_some(why);
        }
        Kind::MaxTime(DurationOption::Literal(limit)) => {
            let unit = match limit.unit {
                None | Some(DurationUnit::MilliSecond) => 1,
                Some(DurationUnit::Second) => 1000,
                Some(DurationUnit::Minute) => 60_000,
                Some(DurationUnit::Hour) => 3_600_000,
            };
            let limit = limit.value.as_u64().checked_mul(unit).and_then(|limit| u32::try_from(limit).ok());
            test.timeout_ms = limit;
            if limit.is_none() {
                lost.aside("max-time: too long, it is left out");
            }
        }
        Kind::Header(template) => match values.asked(template, lost).split_once(':') {
            Some((name, value)) => fields.push((name.trim().to_owned(), value.trim().to_owned())),
            None => lost.matters("header: left out, it has no <:>"),
        },
        Kind::Variable(variable) => {
            let value = match &variable.value {
                hurl_core::ast::VariableValue::String(template) => values.asked(template, lost),
                other => other.to_string(),
            };
            values.set.insert(variable.name.clone(), value);
        }
        Kind::User(_)
        | Kind::AwsSigV4(_)
        | Kind::ClientCert(_)
        | Kind::ClientKey(_)
        | Kind::Digest(_)
        | Kind::Negotiate(_)
        | Kind::NetRc(_)
        | Kind::NetRcFile(_)
        | Kind::NetRcOptional(_)
        | Kind::Ntlm(_) => without_password(name, lost),
        Kind::ConnectTo(_) | Kind::Resolve(_) | Kind::UnixSocket(_) | Kind::Proxy(_) => {
            lost.aside(format!("{name}: left out, the stage of a run chooses the server"));
        }
        Kind::FollowLocation(_) | Kind::FollowLocationTrusted(_) | Kind::Skip(_) | Kind::MaxTime(_) => {
            lost.matters(format!("{name}: left out, it depends on a variable"));
        }
        Kind::PathAsIs(_)
        | Kind::NoHeader(_)
        | Kind::Repeat(_)
        | Kind::Retry(_)
        | Kind::NoJsonpathCoercion(_)
        | Kind::FailWithBody(_) => lost.matters(format!("{name} cannot be part of a test, it is left out")),
        _ => lost.aside(format!("{name}: left out, it makes no difference to what is asked")),
    }
}
