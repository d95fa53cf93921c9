// SPDX-License-Identifier: GPL-2.0-or-later
//! Packs the extension: the reviewed manifest, what lies in `extension/`, and the built wasm become one folder or zip.
//!
//! Must not build anything, and must add nothing that is not in the sources: the same input gives the same bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Cursor, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use serde_json::Value;
use thiserror::Error;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// Packs the extension into a folder that a browser can load, or into a zip for the stores.
#[derive(Parser)]
#[command(name = "pack")]
struct Arguments {
    /// The project: holds `manifest.json` and `extension/`.
    #[arg(long, default_value = env!("CARGO_MANIFEST_DIR"))]
    project: PathBuf,
    /// The folder that wasm-pack wrote; it becomes `pkg/`.
    #[arg(long)]
    pkg: PathBuf,
    /// Write the unpacked extension here, in place of what was there.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Write the zip here.
    #[arg(long)]
    zip: Option<PathBuf>,
    /// Make this optional host pattern a granted one. For tests only: no automation can answer a browser's prompt.
    #[arg(long)]
    grant: Vec<String>,
}

/// Why the extension could not be packed. Each reads on after "failed to pack the extension: ".
#[derive(Debug, Error)]
enum PackError {
    #[error("cannot read or write <{path}>: {source}")]
    File { path: String, source: io::Error },
    #[error("<manifest.json> is not valid JSON: {0}")]
    Manifest(#[from] serde_json::Error),
    #[error("<{0}> is not an optional host permission of the manifest; grant one of those, written the same")]
    NotOptional(String),
    #[error("<{0}> would be packed twice; rename one of the two")]
    Twice(String),
    #[error("missing: {}", .0.join(", "))]
    Missing(Vec<String>),
    #[error("cannot write the zip: {0}")]
    Zip(#[from] zip::result::ZipError),
    #[error("nothing to write; say --out FOLDER or --zip FILE")]
    NothingToDo,
}

/// The extension's files by their path inside it, with `/` between the parts.
type Files = BTreeMap<String, Vec<u8>>;

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "failed to pack the extension: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), PackError> {
    if arguments.out.is_none() && arguments.zip.is_none() {
        return Err(PackError::NothingToDo);
    }
    let files = collect(&arguments.project, &arguments.pkg, &arguments.grant)?;
    let missing = missing(&files);
    if !missing.is_empty() {
        return Err(PackError::Missing(missing));
    }
    if let Some(folder) = &arguments.out {
        unpack(&files, folder)?;
    }
    if let Some(path) = &arguments.zip {
        let parent = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(parent).map_err(at(parent))?;
        fs::write(path, archive(&files)?).map_err(at(path))?;
    }
    Ok(())
}

fn at(path: &Path) -> impl Fn(io::Error) -> PackError {
    move |source| PackError::File { path: path.display().to_string(), source }
}

/// All files of the extension.
fn collect(project: &Path, pkg: &Path, grant: &[String]) -> Result<Files, PackError> {
    let mut files = Files::new();
    let source = project.join("manifest.json");
    let text = fs::read_to_string(&source).map_err(at(&source))?;
    files.insert("manifest.json".to_owned(), manifest(&text, env!("CARGO_PKG_VERSION"), grant)?.into_bytes());
    let licence = project.join("LICENSE");
    files.insert("LICENSE".to_owned(), fs::read(&licence).map_err(at(&licence))?);
    gather(&project.join("extension"), "", &|name| !ends_in(name, &["rs"]) && !name.starts_with('.'), &mut files)?;
    gather(pkg, "pkg/", &|name| ends_in(name, &["js", "wasm"]), &mut files)?;
    Ok(files)
}

fn ends_in(name: &str, extensions: &[&str]) -> bool {
    Path::new(name).extension().is_some_and(|found| extensions.iter().any(|wanted| found == *wanted))
}

/// Adds the files under `folder` whose name is `wanted`, their paths led by `prefix`.
fn gather(folder: &Path, prefix: &str, wanted: &impl Fn(&str) -> bool, files: &mut Files) -> Result<(), PackError> {
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        let path = entry.map_err(at(folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let inside = format!("{prefix}{name}");
        if path.is_dir() {
            gather(&path, &format!("{inside}/"), wanted, files)?;
        } else if wanted(&name) {
            let bytes = fs::read(&path).map_err(at(&path))?;
            if files.insert(inside.clone(), bytes).is_some() {
                return Err(PackError::Twice(inside));
            }
        }
    }
    Ok(())
}

/// The manifest as browsers load it: with the package's version, and the patterns of `grant` granted at install.
///
/// An optional pattern is granted when it is listed as such, or lies under the listed `https://*/*`.
fn manifest(text: &str, version: &str, grant: &[String]) -> Result<String, PackError> {
    let mut manifest: Value = serde_json::from_str(text)?;
    manifest["version"] = Value::from(version);
    for pattern in grant {
        let optional = manifest["optional_host_permissions"].as_array_mut();
        let Some(optional) = optional.filter(|listed| listed.iter().any(|known| covers(known, pattern))) else {
            return Err(PackError::NotOptional(pattern.clone()));
        };
        optional.retain(|known| known != pattern.as_str());
        if let Some(granted) = manifest["host_permissions"].as_array_mut() {
            granted.push(Value::from(pattern.as_str()));
        }
    }
    Ok(format!("{manifest:#}\n"))
}

fn covers(known: &Value, pattern: &str) -> bool {
    known == pattern || (known == "https://*/*" && pattern.starts_with("https://") && pattern.ends_with('*'))
}

/// What the manifest, a page or a script of ours names but the extension does not have, with who names it.
fn missing(files: &Files) -> Vec<String> {
    let mut found = BTreeSet::new();
    let mut need = |by: &str, target: &str| {
        let target = target.trim_start_matches("./").trim_start_matches('/');
        if !files.contains_key(target) {
            found.insert(format!("<{target}>, named by {by}"));
        }
    };
    for (name, bytes) in files {
        let text = String::from_utf8_lossy(bytes);
        if name == "manifest.json" {
            strings(&serde_json::from_str(&text).unwrap_or_default(), &mut |value| {
                if ends_in(value, &["js", "html", "png", "css"]) && !value.contains("://") {
                    need(name, value);
                }
            });
        } else if ends_in(name, &["html"]) {
            references(&text, "src=\"").chain(references(&text, "href=\"")).for_each(|target| need(name, target));
        } else if ends_in(name, &["js"]) && !name.starts_with("pkg/") {
            references(&text, "from './").chain(references(&text, "from \"./")).for_each(|target| need(name, target));
        }
    }
    found.into_iter().collect()
}

fn strings(value: &Value, visit: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => visit(text),
        Value::Array(items) => items.iter().for_each(|item| strings(item, visit)),
        Value::Object(fields) => fields.values().for_each(|item| strings(item, visit)),
        _ => {}
    }
}

/// The local paths that stand in `text` between `mark` and the next quote.
fn references<'a>(text: &'a str, mark: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(mark)
        .skip(1)
        .filter_map(|rest| rest.split(['"', '\'']).next())
        .filter(|target| !target.is_empty() && !target.contains(':') && !target.starts_with('#'))
        .filter_map(|target| target.split(['#', '?']).next())
}

/// Writes the files under `folder`, which holds nothing else afterwards.
fn unpack(files: &Files, folder: &Path) -> Result<(), PackError> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(at(folder))?;
    }
    for (name, bytes) in files {
        let path = folder.join(name);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).map_err(at(parent))?;
        fs::write(&path, bytes).map_err(at(&path))?;
    }
    Ok(())
}

/// The zip: names sorted, one time and one set of permissions for all, so that equal input gives equal bytes.
fn archive(files: &Files) -> Result<Vec<u8>, PackError> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(9))
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name.as_str(), options)?;
        zip.write_all(bytes).map_err(at(Path::new(name)))?;
    }
    Ok(zip.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = r#"{
        "background": {"service_worker": "background.js"},
        "host_permissions": ["https://*.wikipedia.org/*"],
        "optional_host_permissions": ["https://*/*", "http://localhost/*"]
    }"#;

    fn files(pairs: &[(&str, &str)]) -> Files {
        pairs.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
    }

    fn packed(grant: &[&str]) -> Result<Value, PackError> {
        let grant: Vec<String> = grant.iter().map(|pattern| (*pattern).to_owned()).collect();
        manifest(MANIFEST, "1.2.3", &grant).map(|text| serde_json::from_str(&text).unwrap())
    }

    #[test]
    fn the_version_is_stamped_and_nothing_else_changes() {
        let mut expected: Value = serde_json::from_str(MANIFEST).unwrap();
        expected["version"] = Value::from("1.2.3");
        assert_eq!(packed(&[]).unwrap(), expected);
    }

    #[test]
    fn a_granted_pattern_joins_the_host_permissions() {
        let manifest = packed(&["https://hooks.example/*", "http://localhost/*"]).unwrap();
        assert_eq!(
            manifest["host_permissions"],
            serde_json::json!(["https://*.wikipedia.org/*", "https://hooks.example/*", "http://localhost/*"])
        );
        assert_eq!(manifest["optional_host_permissions"], serde_json::json!(["https://*/*"]));
    }

    #[test]
    fn a_pattern_that_is_not_optional_is_not_granted() {
        let error = packed(&["http://hooks.example/*"]).unwrap_err();
        assert!(matches!(error, PackError::NotOptional(pattern) if pattern == "http://hooks.example/*"));
    }

    #[test]
    fn what_is_named_but_absent_is_reported_with_who_names_it() {
        let found = missing(&files(&[
            ("manifest.json", MANIFEST),
            ("popup.html", r##"<link href="css/page.css"><a href="https://x.example/a.css"><a href="#top">"##),
            ("page.js", "import init from './pkg/backport_verify.js';"),
        ]));
        assert_eq!(
            found,
            [
                "<background.js>, named by manifest.json",
                "<css/page.css>, named by popup.html",
                "<pkg/backport_verify.js>, named by page.js",
            ]
        );
    }

    #[test]
    fn the_zip_is_the_same_bytes_for_the_same_files_and_gives_them_back() {
        let given = files(&[("b.js", "two"), ("a/c.css", "three")]);
        let first = archive(&given).unwrap();
        assert_eq!(first, archive(&given).unwrap());
        let mut zip = zip::ZipArchive::new(Cursor::new(first)).unwrap();
        let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
        assert_eq!(names, ["a/c.css", "b.js"]);
        assert_eq!(io::read_to_string(zip.by_name("b.js").unwrap()).unwrap(), "two");
    }

    #[test]
    fn an_unpacked_folder_keeps_nothing_of_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("extension");
        unpack(&files(&[("old.js", "")]), &out).unwrap();
        unpack(&files(&[("pkg/new.js", "new")]), &out).unwrap();
        assert_eq!(fs::read_to_string(out.join("pkg/new.js")).unwrap(), "new");
        assert!(!out.join("old.js").exists());
    }
}
