//! PKG-INFO of a source distribution, where it can be trusted.

use packaging::filenames::SourceFilename;
use store::archive::{ArchiveFormat, read_member};

use crate::error::Problem;

/// As long as METADATA may be.
const LONGEST: u64 = 16 << 20;

/// The text of PKG-INFO in the archive's top folder, if the metadata in it is that of every wheel built from it
/// (PEP 643: version 2.2 or later, and none of the fields that decide about dependencies dynamic).
pub(crate) fn static_metadata(filename: &SourceFilename, archive: &[u8]) -> Result<Vec<u8>, Problem> {
    let none = |reason: &str| Err(Problem::NoMetadata(reason.to_owned()));
    let Some(format) = ArchiveFormat::of_filename(filename.as_str()) else {
        return none("not an archive that is read");
    };
    let wanted = |path: &str| path.split_once('/').is_some_and(|(_, rest)| rest == "PKG-INFO");
    let found = read_member(format, archive, LONGEST, &wanted)
        .map_err(|error| Problem::NoMetadata(error.to_string()))?;
    let Some((_, text)) = found else { return none("the source distribution has no PKG-INFO") };
    match reason_to_build(&text) {
        None => Ok(text),
        Some(reason) => none(reason),
    }
}

/// Whether this text of PKG-INFO is the metadata of every wheel that is built from the source beside it, as far as it
/// decides about dependencies (PEP 643).
pub fn is_static_metadata(text: &[u8]) -> bool {
    reason_to_build(text).is_none()
}

fn reason_to_build(text: &[u8]) -> Option<&'static str> {
    const DECISIVE: [&str; 3] = ["requires-dist", "requires-python", "provides-extra"];
    let text = String::from_utf8_lossy(text);
    let headers = text.lines().take_while(|line| !line.is_empty()).filter_map(|line| line.split_once(':'));
    let mut version = None;
    for (key, value) in headers {
        let value = value.trim();
        if key.eq_ignore_ascii_case("metadata-version") {
            version = version.or_else(|| {
                let (major, minor) = value.split_once('.')?;
                Some((major.parse::<u32>().ok()?, minor.parse::<u32>().ok()?))
            });
        } else if key.eq_ignore_ascii_case("dynamic")
            && DECISIVE.contains(&value.to_ascii_lowercase().as_str())
        {
            return Some("its dependencies are known only after building it (Dynamic)");
        }
    }
    match version {
        Some(version) if version >= (2, 2) => None,
        _ => Some(
            "its metadata is older than version 2.2, so its dependencies are known only after building it",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fixtures::SdistBuilder;

    fn metadata(builder: &SdistBuilder) -> Result<Vec<u8>, Problem> {
        let (filename, bytes) = builder.build();
        static_metadata(&SourceFilename::parse(&filename).unwrap(), &bytes)
    }

    #[test]
    fn only_static_metadata_is_trusted() {
        let builder = SdistBuilder::new("alpha", "1.0").requires("beta");
        assert_eq!(metadata(&builder), Ok(builder.pkg_info().into_bytes()));
        assert!(metadata(&builder.clone().dynamic("Version")).is_ok());
        for builder in [
            builder.clone().legacy(),
            builder.clone().dynamic("Requires-Dist"),
            builder.clone().without_pkg_info(),
            builder.without_pkg_info().file("sub/PKG-INFO", "Metadata-Version: 2.4\n"),
        ] {
            assert!(matches!(metadata(&builder), Err(Problem::NoMetadata(_))));
        }
        let name = SourceFilename::parse("alpha-1.0.tar.gz").unwrap();
        assert!(matches!(static_metadata(&name, b"no archive"), Err(Problem::NoMetadata(_))));
    }
}
