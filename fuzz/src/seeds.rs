//! What to start from.

use fixtures::{SdistBuilder, TUTORIAL_BACKENDS, WheelBuilder};

use crate::projects::NEXT_FILE;

fn bytes(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

pub(crate) fn requirements() -> Vec<Vec<u8>> {
    bytes(&[
        "flask",
        "Flask[async,dotenv] >=3, !=3.1.* ; python_version > '3.8' and extra == 'x'",
        "alpha @ https://files.example/alpha-1.0.zip#sha256=00 ; os_name == 'posix'",
        "alpha~=1.0.post1,===whatever",
    ])
}

pub(crate) fn specifiers() -> Vec<Vec<u8>> {
    bytes(&[">=1,<2", "==1.*,!=1.5", "~=1.4.2", "===1.0+odd", "<2!1.0.dev3", ">1.0.post2,<=3rc1"])
}

pub(crate) fn versions() -> Vec<Vec<u8>> {
    bytes(&[
        "1.0\n1.0.0\n1.0a1\n1.0.dev1",
        "v2!1.0-1\n1.0+local.7\n1.0rc1.post2.dev3",
        "99999999999999999999999",
    ])
}

pub(crate) fn markers() -> Vec<Vec<u8>> {
    bytes(&[
        "python_version >= '3.8' and (sys_platform == 'win32' or extra == 'a')",
        "'linux' in sys_platform or python_full_version != '3.12.*' and os_name not in 'nt java'",
        "implementation_version ~= '3.1' or platform_release < '6'",
    ])
}

pub(crate) fn filenames() -> Vec<Vec<u8>> {
    bytes(&[
        "a_b-1.0-1x-cp311.py3-abi3.none-manylinux_2_17_x86_64.any.whl",
        "alpha-1.0.post1.tar.gz",
        "alpha-1.0.zip",
    ])
}

pub(crate) fn metadata() -> Vec<Vec<u8>> {
    let metadata =
        WheelBuilder::new("alpha", "1.0").requires("beta>=1; extra == 'x'").extra("x").description("Text.\n");
    vec![metadata.metadata().into_bytes(), b"Name: a\r\nVersion: 1\r\nSummary: x\r\n  y\r\n\r\nbody".to_vec()]
}

pub(crate) fn records() -> Vec<Vec<u8>> {
    bytes(&[
        "a/b.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\n\"a \"\"b\"\".py\",,\r\nRECORD,,\n",
    ])
}

pub(crate) fn entry_points() -> Vec<Vec<u8>> {
    bytes(&["[console_scripts]\na = m.n:f.g [extra]\n# x\n[gui_scripts]\nb=m:f\n[other]\nc = x\n"])
}

pub(crate) fn direct_urls() -> Vec<Vec<u8>> {
    bytes(&[
        r#"{"url": "https://u:p@git.example/a.git", "vcs_info": {"vcs": "git", "commit_id": "0a", "requested_revision": "v1"}, "subdirectory": "x"}"#,
        r#"{"url": "file:///a/b%20c.whl", "archive_info": {"hash": "sha256=00", "hashes": {"sha256": "00"}}}"#,
        r#"{"url": "file:///a", "dir_info": {"editable": true}}"#,
    ])
}

pub(crate) fn licenses() -> Vec<Vec<u8>> {
    bytes(&["MIT OR (Apache-2.0 WITH LLVM-exception AND gpl-2.0+)", "LicenseRef-own-words"])
}

pub(crate) fn pylocks() -> Vec<Vec<u8>> {
    bytes(&[r#"lock-version = "1.0"
environments = ["sys_platform == 'linux'"]
requires-python = ">=3.9"
extras = ["x"]
created-by = "tilsit"
[[packages]]
name = "alpha"
version = "1.0"
marker = "'x' in extras"
dependencies = [{ name = "beta" }]
index = "https://index.example/simple/"
sdist = { url = "https://files.example/alpha-1.0.tar.gz", size = 3, hashes = { sha256 = "00" } }
[[packages.wheels]]
url = "https://files.example/alpha-1.0-py3-none-any.whl"
upload-time = 2024-01-01T00:00:00Z
hashes = { sha256 = "00" }
[[packages]]
name = "beta"
vcs = { type = "git", url = "https://git.example/beta", commit-id = "00" }
[[packages]]
name = "gamma"
directory = { path = "../gamma", editable = true }
"#])
}

pub(crate) fn project_pages() -> Vec<Vec<u8>> {
    bytes(&[
        r##"<!DOCTYPE html><html><head><base href="x/"><meta name="pypi:repository-version" content="1.1"></head><body>
<a href="alpha-1.0-py3-none-any.whl#sha256=00" data-requires-python="&gt;=3.8" data-yanked="" data-core-metadata="sha256=00">alpha-1.0-py3-none-any.whl</a><br>
<a href='../alpha-1.1.tar.gz' data-upload-time="2024-01-01T00:00:00Z">alpha-1.1.tar.gz</a></body></html>"##,
        r#"{"meta": {"api-version": "1.3"}, "name": "alpha", "versions": ["1.0"], "files": [
{"filename": "alpha-1.0-py3-none-any.whl", "url": "alpha-1.0-py3-none-any.whl", "hashes": {"sha256": "00"}, "size": 3,
"upload-time": "2024-01-01T00:00:00.5Z", "requires-python": ">=3.8", "yanked": "why", "core-metadata": {"sha256": "00"}},
{"filename": "alpha-1.1.tar.gz", "url": "../alpha-1.1.tar.gz", "hashes": {}}]}"#,
        r#"{"meta": {"api-version": "1.0"}, "projects": [{"name": "alpha"}, {"name": "Beta"}]}"#,
    ])
}

pub(crate) fn locations() -> Vec<Vec<u8>> {
    bytes(&[
        "https://user:pass@index.example:8080/simple/?a=b#c",
        "git+ssh://git@git.example/a/b.git@v1.0#egg=b&subdirectory=c",
        "file:///a%20b/c",
        "hg+https://hg.example/a@tip",
        "socks5h://[::1]:1080",
        "./links",
    ])
}

pub(crate) fn requirements_files() -> Vec<Vec<u8>> {
    bytes(&[
        "-r other.txt # why\nalpha==1.0 \\\n  --hash=sha256:00 \\\n  --hash sha512:11\n--index-url https://${USER}@index.example/\n-e git+https://git.example/a#egg=a\n--no-binary :all:\n./x.whl; python_version > '3'\n",
    ])
}

pub(crate) fn scripts() -> Vec<Vec<u8>> {
    bytes(&[
        "#!/usr/bin/env python\n# /// script\n# requires-python = \">=3.9\"\n# dependencies = [\"flask\"]\n#\n# [tool.x]\n# ///\nimport flask\n",
    ])
}

pub(crate) fn pyprojects() -> Vec<Vec<u8>> {
    tutorial().map(String::into_bytes).collect()
}

/// The `pyproject.toml` of each back end that the tutorial names.
fn tutorial() -> impl Iterator<Item = String> {
    let files = TUTORIAL_BACKENDS.iter().flat_map(fixtures::TutorialBackend::files);
    files.filter(|(path, _)| *path == "pyproject.toml").map(|(_, text)| text)
}

pub(crate) fn projects() -> Vec<Vec<u8>> {
    const SETUP_CFG: &str = "[metadata]\nname = example_package_me\nversion = attr: example_package_me.__version__\n[options]\npackages = find:\npackage_dir =\n    =src\n[options.extras_require]\nx = flask\n";
    const REST: [&str; 2] = [
        "include *.md\nrecursive-include tests *.py\nprune docs",
        "\"\"\"Example.\"\"\"\n__version__ = '1.0'\n",
    ];
    let project = |pyproject: &str, setup_cfg: &str| {
        [pyproject, setup_cfg, REST[0], REST[1]].join(NEXT_FILE).into_bytes()
    };
    let mut projects: Vec<_> = tutorial().map(|pyproject| project(&pyproject, "")).collect();
    projects.push(project(
        "[build-system]\nrequires = ['setuptools']\nbuild-backend = 'setuptools.build_meta'\n",
        SETUP_CFG,
    ));
    projects
}

pub(crate) fn wheels() -> Vec<Vec<u8>> {
    let wheel = WheelBuilder::new("alpha", "1.0").file("alpha/__init__.py", "x = 1\n".repeat(40));
    let wheel = wheel.exec("alpha/run.sh", "#!/bin/sh\n").data_file("scripts", "run", "#!python\n");
    let wheel = wheel.entry_point("console_scripts", "alpha", "alpha:main");
    vec![wheel.build().1, wheel.stored().build().1]
}

pub(crate) fn sources() -> Vec<Vec<u8>> {
    let source = SdistBuilder::new("alpha", "1.0").file("alpha/__init__.py", "x = 1\n").build().1;
    wheels().into_iter().chain([source]).chain(tars()).collect()
}

/// Not packed: what is changed in it stays readable.
pub(crate) fn tars() -> Vec<Vec<u8>> {
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(3);
    header.set_mode(0o755);
    tar.append_data(&mut header, format!("alpha-1.0/{}/file", "long".repeat(40)), &b"abc"[..]).unwrap();
    header.set_size(0);
    header.set_entry_type(tar::EntryType::Directory);
    tar.append_data(&mut header, "alpha-1.0/folder/", &b""[..]).unwrap();
    for (kind, name, target) in [
        (tar::EntryType::Symlink, "alpha-1.0/folder/link", "../folder"),
        (tar::EntryType::Link, "alpha-1.0/hard", "alpha-1.0/folder/link"),
    ] {
        header.set_entry_type(kind);
        tar.append_link(&mut header, name, target).unwrap();
    }
    vec![tar.into_inner().unwrap()]
}
