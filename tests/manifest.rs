// SPDX-License-Identifier: GPL-2.0-or-later
//! The manifest: it asks for what the extension needs, says so in public, and for nothing else.
//!
//! Must not load a browser; what a browser makes of the manifest is tested in one.
#![allow(clippy::unwrap_used, reason = "a manifest that cannot be read must fail the test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use backport_verify::suite::SITES;
use rustls::crypto::ring::cipher_suite::TLS13_AES_128_GCM_SHA256;
use rustls::pki_types::SubjectPublicKeyInfoDer;
use rustls::pki_types::pem::PemObject;
use serde_json::{Value, json};

/// The extension's id in Chromium, which follows from `key`: the webhook and the tests know it by this name.
const CHROMIUM_ID: &str = "jcfnhmpamnmpmlfihbeakcinlnkaekki";

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

fn manifest() -> Value {
    serde_json::from_str(&read("manifest.json")).unwrap()
}

fn list(value: &Value) -> BTreeSet<String> {
    value.as_array().unwrap().iter().map(|item| item.as_str().unwrap().to_owned()).collect()
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    let suite = TLS13_AES_128_GCM_SHA256.tls13().unwrap();
    suite.common.hash_provider.hash(bytes).as_ref().to_vec()
}

#[test]
fn the_sites_of_the_scope_are_granted_with_the_log_and_no_more() {
    let mut expected: BTreeSet<String> = SITES.iter().map(|site| format!("https://*.{site}/*")).collect();
    expected.insert("https://sal.toolforge.org/*".to_owned());
    assert_eq!(list(&manifest()["host_permissions"]), expected);
}

#[test]
fn every_permission_has_its_reason_in_contributing_and_no_reason_is_left_over() {
    let manifest = manifest();
    let sites: BTreeSet<String> = SITES.iter().map(|site| format!("https://*.{site}/*")).collect();
    let mut asked = list(&manifest["permissions"]);
    asked.extend(list(&manifest["host_permissions"]).difference(&sites).cloned());
    asked.extend(list(&manifest["optional_host_permissions"]));
    asked.insert("https://*.SITE/*".to_owned());

    let text = read("CONTRIBUTING.md");
    let section = text.split("\n## ").find(|section| section.starts_with("Permissions\n")).unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    let given: BTreeSet<String> = rows.filter(|(_, why)| why.len() > 20).map(|(name, _)| name.to_owned()).collect();
    assert_eq!(given, asked);
}

#[test]
fn the_key_gives_the_known_chromium_id() {
    let pem =
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", manifest()["key"].as_str().unwrap());
    let key = SubjectPublicKeyInfoDer::from_pem_slice(pem.as_bytes()).unwrap();
    let digits = sha256(&key).into_iter().take(16).flat_map(|byte| [byte >> 4, byte & 15]);
    let id: String = digits.map(|digit| char::from(b'a' + digit)).collect();
    assert_eq!(id, CHROMIUM_ID);
}

#[test]
fn both_browsers_run_the_same_background_as_a_module() {
    assert_eq!(
        manifest()["background"],
        json!({"service_worker": "background.js", "scripts": ["background.js"], "type": "module"})
    );
}

#[test]
fn firefox_is_told_that_no_data_is_taken_unless_the_user_says_so() {
    assert_eq!(
        manifest()["browser_specific_settings"]["gecko"]["data_collection_permissions"],
        json!({"required": ["none"], "optional": ["websiteContent"]})
    );
}

#[test]
fn no_script_but_our_own_runs_in_our_pages() {
    let policy = manifest()["content_security_policy"]["extension_pages"].as_str().unwrap().to_owned();
    let directives: Vec<&str> = policy.split("; ").collect();
    for expected in
        ["default-src 'self'", "script-src 'self' 'wasm-unsafe-eval'", "object-src 'self'", "style-src 'self'"]
    {
        assert!(directives.contains(&expected), "{policy}");
    }
    assert!(!policy.contains("'unsafe-"), "{policy}");
}

#[test]
fn our_pages_may_connect_to_whatever_may_be_granted() {
    let policy = manifest()["content_security_policy"]["extension_pages"].as_str().unwrap().to_owned();
    let sources = policy.split("; ").find_map(|directive| directive.strip_prefix("connect-src ")).unwrap();
    // Posts to the webhook and the stream of its announcements go the same way.
    let granted = list(&manifest()["optional_host_permissions"]);
    assert_eq!(sources, "https: http://127.0.0.1:* http://localhost:*");
    assert_eq!(granted.len(), sources.split(' ').count());
}

#[test]
fn each_icon_has_the_size_that_the_manifest_says() {
    let manifest = manifest();
    let icons = manifest["icons"].as_object().unwrap();
    let sizes: Vec<u32> = icons.keys().map(|size| size.parse().unwrap()).collect();
    assert_eq!(BTreeSet::from_iter(sizes), BTreeSet::from([16, 32, 48, 128]));
    for (size, path) in icons {
        let path = format!("extension/{}", path.as_str().unwrap());
        let png = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(&path)).unwrap();
        let side = |at: usize| u32::from_be_bytes(png.get(at..at + 4).unwrap().try_into().unwrap()).to_string();
        assert_eq!(png.get(1..4), Some(b"PNG".as_slice()), "{path}");
        assert_eq!([side(16), side(20)], [size.clone(), size.clone()], "{path}");
    }
}

#[test]
fn the_version_is_left_to_the_packer() {
    assert_eq!(manifest().get("version"), None);
}
