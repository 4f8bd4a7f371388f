//! What is printed and written when a build is done, and checks before.

use std::path::Path;

use anstyle::AnsiColor;
use builder::{BuiltFile, Product};
use packaging::metadata::{RawMetadata, RawValue, Source};
use sha2::{Digest as _, Sha256};
use store::archive::FileBytes;
use store::archive::zip::{Inflater, Limits, Strictness, ZipArchive, ZipError};

use super::errors::Failure;
use crate::output::{Json, Level, Terminal};

/// A warning in build's words.
pub fn warn(terminal: &Terminal, text: &str) {
    let word = terminal.stderr_style().bright(AnsiColor::Yellow, "WARNING");
    terminal.say(Level::Critical, &format!("{word} {text}"));
}

/// `--metadata`: the fields of METADATA as JSON.
pub fn print_metadata(terminal: &Terminal, metadata: &[u8]) {
    let (raw, _) = RawMetadata::parse(Source::Bytes(metadata));
    let text = |text: &String| Json::from(text.as_str());
    let fields = raw.fields.iter().map(|(field, value)| {
        let value = match value {
            RawValue::Text(one) => text(one),
            RawValue::List(list) => Json::from(list.clone()),
            RawValue::Table(rows) => Json::table(rows.iter().map(|(key, value)| (key.clone(), text(value)))),
        };
        (field.raw_key(), value)
    });
    terminal.line(&Json::table(fields).pretty());
}

/// METADATA of a wheel.
pub fn wheel_metadata(path: &Path, shown: &str) -> Result<Vec<u8>, Failure> {
    let wrong = |what: String| Failure::error(what);
    let bytes = FileBytes::open(path).map_err(|error| wrong(error.to_string()))?;
    let archive = ZipArchive::parse(&bytes, &Limits::default(), Strictness::Wheel).map_err(|error| {
        wrong(match error {
            ZipError::NotAZip => "File is not a zip file".to_owned(),
            error => error.to_string(),
        })
    })?;
    let is_metadata = |path: &str| path.ends_with(".dist-info/METADATA") && path.matches('/').count() == 1;
    let found: Vec<_> =
        archive.members().iter().filter(|member| is_metadata(member.path().as_str())).collect();
    let [member] = found.as_slice() else {
        let count = found.len();
        return Err(wrong(format!(
            "'{shown}' is not a valid wheel: expected one .dist-info/METADATA, found {count}"
        )));
    };
    let mut buffer = Vec::new();
    let text =
        member.read(&mut Inflater::default(), &mut buffer).map_err(|error| wrong(error.to_string()))?;
    Ok(text.to_vec())
}

/// `--report`
pub fn write_report(path: &Path, out: &Path, built: &[BuiltFile]) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::system(&error, &path.display().to_string());
    let folder = path.parent().unwrap_or(Path::new("/"));
    std::fs::metadata(folder).map_err(failed)?;
    let mut artifacts = Vec::new();
    for one in built {
        let bytes = std::fs::read(&one.path).map_err(failed)?;
        let kind = if one.product == Product::SourceDistribution { "sdist" } else { "wheel" };
        let sha256: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let name = one.filename.as_str();
        artifacts.push(Json::table([
            ("name", Json::from(name)),
            ("path", Json::from(out.join(name).display().to_string())),
            ("kind", Json::from(kind)),
            ("size", Json::from(bytes.len())),
            ("hashes", Json::table([("sha256", Json::from(sha256))])),
        ]));
    }
    let report = Json::table([("version", Json::from("1.0")), ("artifacts", Json::List(artifacts))]);
    let text = report.pretty() + "\n";
    let file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    std::fs::write(file.path(), text).map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

/// `--env-dir` must be empty.
pub fn check_place(place: &Path, typed: &str) -> Result<(), Failure> {
    if place.exists() && !place.is_dir() {
        return Err(Failure::error(format!("Build environment location is not a directory: {typed}")));
    }
    if std::fs::read_dir(place).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Failure::error(format!("Build environment location is not empty: {typed}")));
    }
    Ok(())
}
