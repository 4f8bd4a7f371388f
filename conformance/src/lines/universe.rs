//! The little world in which the cases take place: an index and a folder of files.

use fixtures::{FakeIndex, SdistBuilder, ServedFile, WheelBuilder};
use std::io;
use std::path::Path;

fn wheel(name: &str, version: &str) -> WheelBuilder {
    let module = name.to_lowercase().replace(['-', '.'], "_");
    let text = format!("__version__ = \"{version}\"\n");
    let header = WheelBuilder::new(name, version).header("Summary", &format!("The {name} package"));
    header.header("License", "MIT").file(&format!("{module}/__init__.py"), text)
}

/// Starts the index.
pub fn index() -> FakeIndex {
    let index = FakeIndex::start();
    for wheel in [
        wheel("alpha", "1.0").requires("beta"),
        wheel("alpha", "2.0").requires("beta>=1"),
        wheel("beta", "0.5"),
        wheel("beta", "1.0"),
        wheel("beta", "1.5"),
        wheel("beta", "2.0b1"),
        wheel("gamma", "1.0"),
        wheel("Camel_Case.Name", "3.1.4"),
        wheel("extras", "1.0").extra("fast").requires("gamma; extra == 'fast'"),
        wheel("left", "1.0").requires("shared==1.0"),
        wheel("right", "1.0").requires("shared==2.0"),
        wheel("shared", "1.0"),
        wheel("shared", "2.0"),
        wheel("needs-gone", "1.0").requires("gone-for-good>=1"),
        wheel("windows-only", "1.0").tag("cp311-cp311-win_amd64"),
        wheel("future", "1.0").requires_python(">=4"),
        wheel("newer", "1.0"),
        wheel("newer", "2.0").requires_python(">=4"),
        wheel("yanked", "1.0"),
        wheel("sourced", "1.0"),
        wheel("sourced", "1.5"),
        wheel("pypy-only", "1.0").tag("pp311-pypy311_pp73-any"),
    ] {
        index.add(wheel);
    }
    index.add(ServedFile::from(wheel("yanked", "1.1")).yanked("it eats files"));
    index.add(SdistBuilder::new("sourced", "2.0"));
    index.add(tool());
    index
}

fn tool() -> WheelBuilder {
    wheel("tool", "1.2")
        .requires("gamma")
        .header("Home-page", "https://tool.example/")
        .header("Author", "A. Author")
        .header("Author-email", "author@tool.example")
        .header("Project-URL", "Source, https://tool.example/source")
        .header("Classifier", "Programming Language :: Python :: 3")
        .entry_point("console_scripts", "tool", "tool:main")
        .entry_point("console_scripts", "tool-more", "tool.more:main")
}

/// Writes the files that the cases name into `folder`.
pub fn files(folder: &Path) -> io::Result<()> {
    let links = folder.join("links");
    std::fs::create_dir_all(&links)?;
    let (filename, bytes) = wheel("omega", "1.0").build();
    std::fs::write(links.join(&filename), bytes)?;
    std::fs::write(links.join("odd.whl"), "not a wheel")?;
    let newer = folder.join("newer");
    std::fs::create_dir_all(&newer)?;
    let (filename, bytes) = wheel("omega", "2.0").build();
    std::fs::write(newer.join(&filename), bytes)?;

    let hash = fixtures::sha256_hex(&wheel("gamma", "1.0").build().1);
    let wrong = "0".repeat(64);
    let texts = [
        ("requirements.txt", "# what we use\nalpha==1.0\n\ngamma>=0.5  # a comment\n".to_owned()),
        ("nested.txt", "-r requirements.txt\ntool\n".to_owned()),
        ("constraints.txt", "beta<1.5\n".to_owned()),
        ("tight.txt", "beta<0.9\nalpha==2.0\n".to_owned()),
        ("markers.txt", "alpha; python_version < '3'\ngamma; python_version >= '3'\n".to_owned()),
        ("options.txt", "--pre\n-i https://index.example/simple\n--no-binary alpha\nalpha\n".to_owned()),
        (
            "unclear.txt",
            "# first\n./links\n-e src/devel\n\n-e git+https://vcs.example/x#egg=alpha\n".to_owned(),
        ),
        ("empty.txt", "# nothing\n".to_owned()),
        ("pyproject.toml", "[dependency-groups]\ndocs = ['gamma']\n".to_owned()),
        ("malformed.txt", "gamma\nalpha >>1.0\n".to_owned()),
        ("hashed.txt", format!("gamma==1.0 --hash=sha256:{hash}\n")),
        ("wrong-hash.txt", format!("gamma==1.0 --hash=sha256:{wrong}\n")),
        ("missing-hash.txt", format!("gamma==1.0 --hash=sha256:{hash}\nbeta==1.0\n")),
    ];
    for (name, text) in texts {
        std::fs::write(folder.join(name), text)?;
    }
    Ok(())
}
