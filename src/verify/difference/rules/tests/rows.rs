// SPDX-License-Identifier: GPL-2.0-or-later
//! The bodies for the tests of the rules: for each rule what it takes away, and what is near to that and stays.

/// A rule by its name: two bodies that differ only in what it takes away, and two whose difference must stay.
pub(super) struct Row {
    pub(super) rule: &'static str,
    pub(super) content_type: &'static str,
    pub(super) same: [&'static str; 2],
    pub(super) other: [&'static str; 2],
}

const HTML: &str = "text/html; charset=UTF-8";
pub(super) const JSON: &str = "application/json; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

const fn row(rule: &'static str, content_type: &'static str, same: [&'static str; 2], other: [&'static str; 2]) -> Row {
    Row { rule, content_type, same, other }
}

/// One row a rule, in the rules' order.
pub(super) const ROWS: &[Row] = &[
    row(
        "past-caches-first",
        HTML,
        ["<a href=\"/w/index.php?backport-verify=1f-2&amp;title=X\">", "<a href=\"/w/index.php?title=X\">"],
        ["<a href=\"/w/index.php?backport=1f&amp;title=X\">", "<a href=\"/w/index.php?title=X\">"],
    ),
    row(
        "past-caches",
        HTML,
        [
            "<a href=\"/w/index.php?title=Special:UserLogin&amp;returnto=X&amp;returntoquery=backport-verify%3D1f-2\">",
            "<a href=\"/w/index.php?title=Special:UserLogin&amp;returnto=X\">",
        ],
        [
            "<a href=\"/w/index.php?title=Special:UserLogin&amp;returnto=X&amp;returntoquery=verify%3D1f\">",
            "<a href=\"/w/index.php?title=Special:UserLogin&amp;returnto=X\">",
        ],
    ),
    row(
        "request-id",
        HTML,
        [
            "<script>RLCONF={\"wgRequestId\":\"3f94dd7b-0b55-4701-a64f-d4005851129d\"};</script>",
            "<script>RLCONF={\"wgRequestId\":\"29d5849385ecdd740f19fa89\"};</script>",
        ],
        ["<script>RLCONF={\"wgRevisionId\":1};</script>", "<script>RLCONF={\"wgRevisionId\":2};</script>"],
    ),
    row(
        "rest-request-id",
        JSON,
        [r#"{"httpCode":404,"reqId":"1f"}"#, r#"{"httpCode":404,"reqId":"2e"}"#],
        [r#"{"httpCode":404,"reqIds":"1f"}"#, r#"{"httpCode":404,"reqIds":"2e"}"#],
    ),
    row(
        "exception-id",
        HTML,
        [
            "<div>[3f94dd7b-0b55-4701-a64f-d4005851129d] 2026-08-18 13:05:00: Fatal exception of type \"TypeError\"</div>",
            "<div>[29d5849385ecdd740f19fa89] 2026-08-18 13:06:07: Fatal exception of type \"TypeError\"</div>",
        ],
        [
            "<div>[29d5849385ecdd740f19fa89] 2026-08-18 13:06:07: Fatal exception of type \"TypeError\"</div>",
            "<div>[29d5849385ecdd740f19fa89] 2026-08-18 13:06:07: Fatal exception of type \"DBError\"</div>",
        ],
    ),
    row(
        "hostname",
        HTML,
        [
            "<script>mw.config.set({\"wgHostname\":\"mw-web.eqiad.main-84b746899f-t5dd8\"});</script>",
            "<script>mw.config.set({\"wgHostname\":\"mw-debug.eqiad.pinkunicorn-5fb6d6bf94-28hjj\"});</script>",
        ],
        ["<p>\"wgHostname\":\"a\"</p>", "<p>\"wgHostname\":\"b\"</p>"],
    ),
    row(
        "response-time",
        HTML,
        [
            "<script>mw.config.set({\"wgBackendResponseTime\":187});</script>",
            "<script>mw.config.set({\"wgBackendResponseTime\":94});</script>",
        ],
        ["<script>mw.config.set({\"wgTimeout\":187});</script>", "<script>mw.config.set({\"wgTimeout\":94});</script>"],
    ),
    row(
        "csp-nonce",
        HTML,
        ["<script>RLCONF={\"wgCSPNonce\":\"aG9s\"};</script>", "<script>RLCONF={\"wgCSPNonce\":\"YWJj\"};</script>"],
        ["<script>RLCONF={\"wgCSPNonce\":\"aG9s\"};</script>", "<script>RLCONF={\"wgCSPNonce\":false};</script>"],
    ),
    row(
        "nonce-attribute",
        HTML,
        ["<script nonce=\"aG9s\">a()</script>", "<script nonce=\"YWJj\">a()</script>"],
        ["<script nonce=\"aG9s\">a()</script>", "<script>a()</script>"],
    ),
    row(
        "user-tokens",
        HTML,
        [
            r#"<script>mw.user.tokens.set({"csrfToken":"0123456789abcdef0123456789abcdef66f1a2b3+\\"});</script>"#,
            r#"<script>mw.user.tokens.set({"csrfToken":"fedcba9876543210fedcba987654321066f1a2b9+\\"});</script>"#,
        ],
        [
            r#"<script>mw.user.tokens.set({"csrfToken":"0123456789abcdef0123456789abcdef66f1a2b3+\\"});</script>"#,
            r#"<script>mw.user.tokens.set({"csrfToken":"+\\"});</script>"#,
        ],
    ),
    row(
        "form-token",
        HTML,
        [
            r#"<input type="hidden" value="0123456789abcdef0123456789abcdef66f1a2b3+\" name="wpEditToken">"#,
            r#"<input type="hidden" value="fedcba9876543210fedcba987654321066f1a2b9+\" name="wpEditToken">"#,
        ],
        [
            r#"<input type="hidden" value="0123456789abcdef0123456789abcdef" name="wpAutoSummary">"#,
            r#"<input type="hidden" value="fedcba9876543210fedcba9876543210" name="wpAutoSummary">"#,
        ],
    ),
    row(
        "link-token",
        HTML,
        [
            "<a href=\"/w/index.php?action=rollback&amp;from=A&amp;token=0123456789abcdef0123456789abcdef66f1a2b3%2B%5C\">",
            "<a href=\"/w/index.php?action=rollback&amp;from=A&amp;token=fedcba9876543210fedcba987654321066f1a2b9%2B%5C\">",
        ],
        [
            "<a href=\"/w/index.php?action=rollback&amp;from=A&amp;token=0123456789abcdef0123456789abcdef66f1a2b3%2B%5C\">",
            "<a href=\"/w/index.php?action=rollback&amp;from=B&amp;token=0123456789abcdef0123456789abcdef66f1a2b3%2B%5C\">",
        ],
    ),
    row(
        "edit-began",
        HTML,
        [
            "<input type=\"hidden\" value=\"20260818130500\" name=\"wpStarttime\">",
            "<input type=\"hidden\" value=\"20260818130507\" name=\"wpStarttime\">",
        ],
        [
            "<input type=\"hidden\" value=\"20260818130500\" name=\"wpEdittime\">",
            "<input type=\"hidden\" value=\"20260818130507\" name=\"wpEdittime\">",
        ],
    ),
    row(
        "editing-session",
        HTML,
        [
            "<input type=\"hidden\" name=\"editingStatsId\" id=\"editingStatsId\" value=\"0123456789abcdef0123456789abcdef\">",
            "<input type=\"hidden\" name=\"editingStatsId\" id=\"editingStatsId\" value=\"fedcba9876543210fedcba9876543210\">",
        ],
        [
            "<input type=\"hidden\" name=\"editingStatsId\" id=\"editingStatsId\" value=\"0123456789abcdef0123456789abcdef\">",
            "<input type=\"hidden\" name=\"editingStatsId\" id=\"editingStatsId\" value=\"\">",
        ],
    ),
    row(
        "captcha-field",
        HTML,
        [
            "<img src=\"/w/index.php?title=Special:Captcha/image&amp;wpCaptchaId=1234\"><input name=\"wpCaptchaId\" id=\"wpCaptchaId\" type=\"hidden\" value=\"1234\">",
            "<img src=\"/w/index.php?title=Special:Captcha/image&amp;wpCaptchaId=987\"><input name=\"wpCaptchaId\" id=\"wpCaptchaId\" type=\"hidden\" value=\"987\">",
        ],
        ["<input name=\"wpCaptchaWord\" value=\"1234\">", "<input name=\"wpCaptchaWord\" value=\"987\">"],
    ),
    row(
        "parsed-by",
        HTML,
        [
            "<!-- \nNewPP limit report\nParsed by mw‐web.eqiad.main‐84b746899f‐t5dd8\n-->",
            "<!-- \nNewPP limit report\nParsed by mw‐debug.eqiad.pinkunicorn‐5fb6d6bf94‐28hjj\n-->",
        ],
        ["<p>\nParsed by A\n</p>", "<p>\nParsed by B\n</p>"],
    ),
    row(
        "cached-time",
        HTML,
        [
            "<!--\nCached time: 20260818130500\nCache expiry: 2592000\nReduced expiry: false\n-->",
            "<!--\nCached time: 20260818130507\nCache expiry: 3600\nReduced expiry: false\n-->",
        ],
        ["<!--\nReduced expiry: false\n-->", "<!--\nReduced expiry: true\n-->"],
    ),
    row(
        "limit-report-seconds",
        HTML,
        [
            "<!--\nCPU time usage: 0.061 seconds\nReal time usage: 0.090 seconds\n-->",
            "<!--\nCPU time usage: 1.2 seconds\nReal time usage: 1.478 seconds\n-->",
        ],
        ["<pre>\nCPU time usage: 0.061 seconds\n</pre>", "<pre>\nCPU time usage: 1.2 seconds\n</pre>"],
    ),
    row(
        "limit-report-counts",
        HTML,
        [
            "<!--\nExpensive parser function count: 4/500\nPost‐expand include size: 4376/2097152 bytes\nLua time usage: 1.478/10.000 seconds\n-->",
            "<!--\nExpensive parser function count: 5/500\nPost‐expand include size: 4377/2097152 bytes\nLua time usage: 0.091/10.000 seconds\n-->",
        ],
        ["<!--\nExpensive parser function count: 4/500\n-->", "<!--\nExpensive parser function count: 4/1000\n-->"],
    ),
    row(
        "lua-profile",
        HTML,
        [
            "<!--\nLua Profile:\n    ?                       400 ms       26.0%\n    dataWrapper <mw.lua:661>  140 ms  9.1%\n-->",
            "<!--\nLua Profile:\n    [others]                 20 ms        2.0%\n-->",
        ],
        ["<pre>\n    ?    400 ms    26.0%\n</pre>", "<pre>\n    ?    401 ms    26.0%\n</pre>"],
    ),
    row(
        "transclusion-report",
        HTML,
        [
            "<!--\nTransclusion expansion time report (%,ms,calls,template)\n100.00%   56.090      1 -total\n 17.43%    9.775     72 Template:Cl\n-->",
            "<!--\nTransclusion expansion time report (%,ms,calls,template)\n100.00%    0.000      1 -total\n-->",
        ],
        ["<pre>\n100.00%   56.090      1 -total\n</pre>", "<pre>\n100.00%   57.090      1 -total\n</pre>"],
    ),
    row(
        "render-id",
        HTML,
        [
            "<!-- Render ID c711f07e-73dd-11f1-bf82-51066f3d6259 -->",
            "<!-- Render ID 4ff1550d-3f79-11f1-9eb5-73a1db04e258 -->",
        ],
        [
            "<p>Render ID c711f07e-73dd-11f1-bf82-51066f3d6259</p>",
            "<p>Render ID 4ff1550d-3f79-11f1-9eb5-73a1db04e258</p>",
        ],
    ),
    row(
        "saved-in-parser-cache",
        HTML,
        [
            "<!-- Saved in parser cache with key enwiki:pcache:1:|#|:idhash:canonical and timestamp 20260629171259 and revision id 7. Rendering was triggered because: page_view\n -->",
            "<!-- Saved in parser cache with key enwiki:pcache:1:|#|:idhash:canonical and timestamp 20260629171300 and revision id 7. Rendering was triggered because: api-parse\n -->",
        ],
        [
            "<!-- Saved in parser cache with key enwiki:pcache:1:|#|:idhash:canonical and timestamp 20260629171259 and revision id 7. -->",
            "<!-- Saved in parser cache with key enwiki:pcache:1:|#|:idhash:canonical and timestamp 20260629171259 and revision id 8. -->",
        ],
    ),
    row(
        "post-processed",
        HTML,
        [
            "<!-- Post‐processing cache key enwiki:postproc:7903:|#|:idhash:skin=vector‐2022, generated at 20260503041644\n -->",
            "<!-- Post‐processing cache key enwiki:postproc:7903:|#|:idhash:skin=vector‐2022, generated at 20260503041645\n -->",
        ],
        [
            "<!-- Post‐processing cache key enwiki:postproc:7903:|#|:idhash:skin=vector‐2022, generated at 20260503041644\n -->",
            "<!-- Post‐processing cache key enwiki:postproc:7903:|#|:idhash:skin=minerva, generated at 20260503041644\n -->",
        ],
    ),
    row(
        "served-by",
        HTML,
        ["<!-- Served by mw1234 in 0.123 secs. -->", "<!-- Served by mw-web.eqiad.main-1-2 in 1.1 secs. -->"],
        ["<p>Served by mw1234 in 0.123 secs.</p>", "<p>Served by mw1235 in 0.123 secs.</p>"],
    ),
    row(
        "parse-report-seconds",
        HTML,
        [
            r#"<script>mw.config.set({"wgPageParseReport":{"limitreport":{"cputime":"0.330","walltime":"0.420"}}});</script>"#,
            r#"<script>mw.config.set({"wgPageParseReport":{"limitreport":{"cputime":"0.001","walltime":"1.2"}}});</script>"#,
        ],
        [r#"<script>a({"wgX":{"cputime":"0.3"}});</script>"#, r#"<script>a({"wgX":{"cputime":"0.4"}});</script>"#],
    ),
    row(
        "parse-report-counts",
        HTML,
        [
            r#"<script>a({"wgPageParseReport":{"limitreport":{"expensivefunctioncount":{"value":15,"limit":500}},"scribunto":{"limitreport-timeusage":{"value":"0.091","limit":"10.000"}}}});</script>"#,
            r#"<script>a({"wgPageParseReport":{"limitreport":{"expensivefunctioncount":{"value":7,"limit":500}},"scribunto":{"limitreport-timeusage":{"value":"1.2","limit":"10.000"}}}});</script>"#,
        ],
        [
            r#"<script>a({"wgPageParseReport":{"limitreport":{"expensivefunctioncount":{"value":15,"limit":500}}}});</script>"#,
            r#"<script>a({"wgPageParseReport":{"limitreport":{"expensivefunctioncount":{"value":15,"limit":600}}}});</script>"#,
        ],
    ),
    row(
        "parse-report-profiles",
        HTML,
        [
            r#"<script>a({"wgPageParseReport":{"limitreport":{"timingprofile":["100.00%  303.867      1 -total"," 28.31%   86.019      1 Template:A\"]"]},"scribunto":{"limitreport-profile":[["?","120","40.0"],["[others]","20","2"]]}}});</script>"#,
            r#"<script>a({"wgPageParseReport":{"limitreport":{"timingprofile":["100.00%    0.000      1 -total"]},"scribunto":{"limitreport-profile":[["?","40","100"]]}}});</script>"#,
        ],
        [
            r#"<script>a({"wgPageParseReport":{"limitreport":{"timingprofile":["a"]},"b":["c"]}});</script>"#,
            r#"<script>a({"wgPageParseReport":{"limitreport":{"timingprofile":["a"]},"b":["d"]}});</script>"#,
        ],
    ),
    row(
        "cache-report",
        HTML,
        [
            r#"<script>a({"cachereport":{"origin":"mw-web.eqiad.main-1-2","timestamp":"20250412072105","ttl":2592000,"transientcontent":false}});</script>"#,
            r#"<script>a({"cachereport":{"origin":"mw-debug.eqiad.next-1-2","timestamp":"20250412072106","ttl":1,"transientcontent":false}});</script>"#,
        ],
        [
            r#"<script>a({"cachereport":{"timestamp":"20250412072105","ttl":2592000,"transientcontent":false}});</script>"#,
            r#"<script>a({"cachereport":{"timestamp":"20250412072105","ttl":2592000,"transientcontent":true}});</script>"#,
        ],
    ),
    row(
        "module-versions",
        SCRIPT,
        [
            r#"mw.loader.register([["site","1ysb8",[1]],["vue","zfi8r!"]]);"#,
            r#"mw.loader.register([["site","wabk1",[1]],["vue","11111!"]]);"#,
        ],
        [
            r#"mw.loader.register([["site","1ysb8",[1]]]);mw.config.set({"wgX":["en","abcde"]});"#,
            r#"mw.loader.register([["site","1ysb8",[1]]]);mw.config.set({"wgX":["en","fghij"]});"#,
        ],
    ),
    row(
        "module-version",
        HTML,
        [
            r#"<script>mw.loader.impl(function(){return["user.options@12s5i",function(){}];});mw.loader.implement("x@12s5i");</script>"#,
            r#"<script>mw.loader.impl(function(){return["user.options@1hzgi",function(){}];});mw.loader.implement("x@1hzgi");</script>"#,
        ],
        [
            r#"<script>mw.loader.impl(function(){return["user.options@12s5i",function(){}];});</script>"#,
            r#"<script>mw.loader.impl(function(){return["user.defaults@12s5i",function(){}];});</script>"#,
        ],
    ),
    row(
        "load-version",
        HTML,
        [
            "<script src=\"/w/load.php?lang=en&amp;modules=a&amp;version=1ysb8\"></script>",
            "<script src=\"/w/load.php?lang=en&amp;modules=a&amp;version=wabk1\"></script>",
        ],
        [
            "<a href=\"/w/index.php?title=load&amp;version=1ysb8\">",
            "<a href=\"/w/index.php?title=load&amp;version=wabk1\">",
        ],
    ),
    row(
        "api-servedby",
        JSON,
        [r#"{"servedby":"mw-api-ext.eqiad.main-1-2","a":1}"#, r#"{"servedby":"mw-debug.eqiad.next-1-2","a":1}"#],
        [r#"{"a":{"servedby":"a"}}"#, r#"{"a":{"servedby":"b"}}"#],
    ),
    row(
        "api-curtimestamp",
        JSON,
        [r#"{"curtimestamp":"2026-08-18T13:05:00Z"}"#, r#"{"curtimestamp":"2026-08-18T13:05:07Z"}"#],
        [
            r#"{"query":{"pages":[{"revisions":[{"timestamp":"2026-08-18T13:05:00Z"}]}]}}"#,
            r#"{"query":{"pages":[{"revisions":[{"timestamp":"2026-08-18T13:05:07Z"}]}]}}"#,
        ],
    ),
    row(
        "api-siteinfo-time",
        JSON,
        [
            r#"{"query":{"general":{"wikiid":"enwiki","time":"2026-08-18T13:05:00Z"}}}"#,
            r#"{"query":{"general":{"wikiid":"enwiki","time":"2026-08-18T13:05:07Z"}}}"#,
        ],
        [
            r#"{"query":{"logevents":[{"time":"2026-08-18T13:05:00Z"}]}}"#,
            r#"{"query":{"logevents":[{"time":"2026-08-18T13:05:07Z"}]}}"#,
        ],
    ),
    row(
        "api-tokens",
        JSON,
        [
            r#"{"query":{"tokens":{"csrftoken":"0123456789abcdef0123456789abcdef66f1a2b3+\\"}}}"#,
            r#"{"query":{"tokens":{"csrftoken":"fedcba9876543210fedcba987654321066f1a2b9+\\"}}}"#,
        ],
        [
            r#"{"query":{"tokens":{"csrftoken":"0123456789abcdef0123456789abcdef66f1a2b3+\\"}}}"#,
            r#"{"query":{"tokens":{"csrftoken":"+\\"}}}"#,
        ],
    ),
];
