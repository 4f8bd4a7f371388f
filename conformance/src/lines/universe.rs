//! The little world in which the cases take place: an index and a folder of files.

use super::texts;
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
        wheel("chain", "1.0").requires("chain-two>=1"),
        wheel("chain-two", "1.0").requires("chain-three"),
        wheel("chain-three", "1.0"),
        wheel("circle", "1.0").requires("circle-back"),
        wheel("circle-back", "1.0").requires("circle"),
        wheel("top", "1.0").requires("mid").requires("low"),
        wheel("top", "2.0").requires("mid==2.0").requires("low<2"),
        wheel("mid", "1.0").requires("low"),
        wheel("mid", "2.0").requires("low>=2"),
        wheel("low", "1.0"),
        wheel("low", "2.0"),
        wheel("low", "3.0"),
        wheel("many", "1.0").requires("low<2"),
        wheel("many", "1.1").requires("low>=9"),
        wheel("many", "1.2").requires("low>=9"),
        wheel("many", "1.3").requires("low>=9"),
        wheel("final", "1.0"),
        wheel("final", "2.0rc1"),
        wheel("unfinished", "1.0a1"),
        wheel("unfinished", "1.0a2"),
        wheel("local", "1.0"),
        wheel("local", "1.0+mine"),
        wheel("marked", "1.0")
            .requires("gamma; python_version >= '3'")
            .requires("beta; sys_platform == 'win32'")
            .requires("low>=1,<3; python_version >= '3'"),
        wheel("layers", "1.0")
            .extra("fast")
            .extra("all")
            .requires("gamma; extra == 'fast'")
            .requires("layers[fast]; extra == 'all'")
            .requires("low; extra == 'all'"),
        wheel("layers", "0.9").extra("fast").requires("gamma; extra == 'fast'"),
        wheel("needs-extra", "1.0").requires("layers[fast]>=1.0"),
        wheel("plat", "1.0").tag("cp311-cp311-manylinux_2_17_x86_64"),
        wheel("plat", "1.0").tag("cp312-cp312-manylinux_2_17_aarch64"),
        wheel("plat", "1.0").tag("pp310-pypy310_pp73-win_amd64"),
        wheel("plat", "0.9"),
        wheel("picky", "1.0").requires_python(">=3.12"),
        wheel("picky", "0.9").requires_python("<3.13"),
        wheel("described", "1.0").description(&"A long story.\n".repeat(200)),
        wheel("Odd.Name", "1.0"),
        wheel("data", "1.0")
            .data_file("scripts", "data-script", "#!python\nprint('hello')\n")
            .data_file("data", "share/data.txt", "data\n")
            .data_file("headers", "data.h", "/* data */\n"),
        wheel("nosources", "1.0").tag("cp27-cp27m-macosx_10_9_x86_64"),
    ] {
        index.add(wheel);
    }
    for (version, time) in [("1.0", "2020-01-01T00:00:00Z"), ("2.0", "2024-01-01T00:00:00Z")] {
        index.add(ServedFile::from(wheel("timed", version)).uploaded(time));
    }
    index.add(ServedFile::from(wheel("gone-bad", "1.0")).yanked(""));
    index.add(ServedFile::from(wheel("lying", "1.0")).claimed_sha256(&"1".repeat(64)));
    let page = "<html><body><a href=\"files/gamma-1.0-py3-none-any.whl\">gamma-1.0-py3-none-any.whl</a></body></html>";
    index.put("/links.html", "text/html", page);
    // what is asked of a proxy
    index.put("http://elsewhere.example/simple/gamma/", "text/html", page);
    index.put("/remote.txt", "text/plain", "gamma\nlow<3\n");
    index.put("/simple/strange/", "application/octet-stream", "what?");
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
pub fn files(folder: &Path, index: &FakeIndex) -> io::Result<()> {
    let links = folder.join("links");
    std::fs::create_dir_all(&links)?;
    for (folder, wheel) in [
        (&links, wheel("omega", "1.0")),
        (&links, wheel("omega", "1.1").extra("more").requires("gamma; extra == 'more'")),
        (&links, wheel("windows-only", "1.0").tag("cp311-cp311-win_amd64")),
        (&links, wheel("needs-omega", "1.0").requires("omega==1.0")),
        (&links, wheel("spaced", "1.0").requires("gamma")),
    ] {
        let (filename, bytes) = wheel.build();
        std::fs::write(folder.join(&filename), bytes)?;
    }
    std::fs::write(links.join("odd.whl"), "not a wheel")?;
    let newer = folder.join("newer");
    std::fs::create_dir_all(&newer)?;
    let (filename, bytes) = wheel("omega", "2.0").build();
    std::fs::write(newer.join(&filename), bytes)?;
    std::fs::write(links.join("empty-1.0-py3-none-any.whl"), "not a wheel")?;
    std::fs::write(links.join("other-1.0-py3-none-any.whl"), wheel("different", "1.0").build().1)?;
    std::fs::create_dir_all(folder.join("plain"))?;
    std::fs::create_dir_all(folder.join("sub"))?;
    std::fs::write(folder.join("file"), "a file\n")?;

    let hash = |name: &str, version: &str| fixtures::sha256_hex(&wheel(name, version).build().1);
    let address = index.url("");
    let address = address.trim_end_matches('/');
    for (name, text) in texts::TEXTS {
        let text = text.replace("{index}", address).replace("{stage}", &folder.to_string_lossy());
        let text = text.replace("{gamma}", &hash("gamma", "1.0")).replace("{wrong}", &"0".repeat(64));
        let text = text.replace("{low1}", &hash("low", "1.0")).replace("{beta}", &hash("beta", "1.0"));
        std::fs::write(folder.join(name), text)?;
    }
    Ok(())
}
