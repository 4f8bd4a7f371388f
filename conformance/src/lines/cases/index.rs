// tidy: table
//! `index versions`, `search`, `lock`: what indexes have.

use super::{Case, case};

/// A project with a back end of its own.
const FOLDER: &str = "!mkdir solo; printf '[build-system]\nrequires = []\nbuild-backend = \"back\"\nbackend-path = [\".\"]\n' >solo/pyproject.toml; printf 'import os\n\ndef prepare_metadata_for_build_wheel(folder, *rest):\n    name = \"solo-1.0.dist-info\"\n    os.mkdir(os.path.join(folder, name))\n    with open(os.path.join(folder, name, \"METADATA\"), \"w\") as file:\n        file.write(\"Metadata-Version: 2.1\\\\nName: solo\\\\nVersion: 1.0\\\\n\")\n    return name\n\nprepare_metadata_for_build_editable = prepare_metadata_for_build_wheel\nbuild_wheel = build_editable = None\n' >solo/back.py";
const NO_BYTECODE: &[(&str, &str)] = &[("PYTHONDONTWRITEBYTECODE", "1")];
const FAR: &str = "!mkdir -p a-long-name/a-long-name/a-long-name/a-long-name/a-long-name; mv solo a-long-name/a-long-name/a-long-name/a-long-name/a-long-name/";

/// The cases.
pub const CASES: &[Case<'_>] = &[
    case("index-nothing", &[], "index"),
    case("index-bogus", &[], "index bogus"),
    case("index-versions", &[], "index versions alpha"),
    case("index-versions-in-any-form", &[], "index versions Camel.CASE-name"),
    case("index-versions-installed", &["install -q alpha==1.0"], "index versions alpha"),
    case("index-versions-installed-newest", &["install -q gamma"], "index versions gamma"),
    case("index-versions-json", &["install -q alpha==1.0"], "index versions alpha --json").without("--json"),
    case("index-versions-json-absent", &[], "index versions beta --json"),
    case("index-versions-pre", &[], "index versions beta --pre").without("--pre"),
    case("index-versions-pre-installed", &["install -q beta==1.5"], "index versions --pre beta"),
    case("index-versions-all-releases", &[], "index versions beta --all-releases :all:")
        .without("--all-releases :all:"),
    case("index-versions-only-final", &[], "index versions beta --all-releases :all: --only-final beta")
        .without("--only-final beta"),
    case("index-versions-unknown", &[], "index versions does-not-exist"),
    case("index-versions-none", &[], "index versions"),
    case("index-versions-two", &[], "index versions alpha beta"),
    case("index-versions-quiet", &[], "index versions -q alpha"),
    case("index-versions-yanked", &[], "index versions yanked"),
    case("index-versions-python", &[], "index versions newer"),
    case("index-versions-ignore-requires-python", &[], "index versions newer --ignore-requires-python")
        .without("--ignore-requires-python"),
    case(
        "index-versions-platform",
        &[],
        "index versions windows-only --platform win_amd64 --python-version 3.11",
    )
    .without("--platform win_amd64"),
    case("index-versions-python-version", &[], "index versions newer --python-version 4.0")
        .without("--python-version 4.0"),
    case(
        "index-versions-implementation",
        &[],
        "index versions pypy-only --implementation pp --abi pypy311_pp73 --platform any",
    )
    .without("--implementation pp"),
    case(
        "index-versions-abi",
        &[],
        "index versions pypy-only --implementation pp --abi pypy311_pp73 --platform any",
    )
    .without("--abi pypy311_pp73"),
    case("index-versions-bad-python-version", &[], "index versions newer --python-version x"),
    case("index-versions-other-platform", &[], "index versions windows-only"),
    case("index-versions-no-binary", &[], "index versions sourced --no-binary :all:")
        .without("--no-binary :all:"),
    case("index-versions-only-binary", &[], "index versions sourced --only-binary sourced")
        .without("--only-binary sourced"),
    case("index-versions-no-index", &[], "index versions alpha --no-index").without("--no-index"),
    case("index-versions-find-links", &[], "index versions omega -f links").without("-f links"),
    case("index-versions-index", &[], "index versions alpha -i {index}/empty/simple/")
        .without("-i {index}/empty/simple/"),
    case(
        "index-versions-extra-index",
        &[],
        "index versions alpha -i {index}/empty/simple/ --extra-index-url {index}/simple/",
    )
    .without("--extra-index-url {index}/simple/"),
    case("index-versions-pre-and-only-final", &[], "index versions beta --pre --only-final beta"),
    case("search-nothing", &[], "search"),
    case("search", &[], "search alpha -i {index}/pypi").differs("searches are refused without asking"),
    case("lock", &[], "lock alpha"),
    case("lock-stdout", &[], "lock -o - gamma").without("-o -"),
    case("lock-named", &[], "lock -o pylock.mine.toml gamma"),
    case("lock-badly-named", &[], "lock --output mine.toml gamma"),
    case("lock-no-folder", &[], "lock --output no/such/pylock.toml gamma")
        .differs("the traceback is Python's"),
    case("lock-again", &["lock gamma"], "lock alpha"),
    case("lock-installed-does-not-matter", &["install -q alpha==1.0"], "lock alpha"),
    case("lock-nothing", &[], "lock"),
    case("lock-quiet", &[], "lock -q -o - gamma"),
    case("lock-requirement", &[], "lock tool -o - -r requirements.txt").without("-r requirements.txt"),
    case("lock-constraint", &[], "lock alpha -o - -c constraints.txt").without("-c constraints.txt"),
    case("lock-no-deps", &[], "lock alpha -o - --no-deps").without("--no-deps"),
    case("lock-pre", &[], "lock beta -o - --pre").without("--pre"),
    case("lock-all-releases", &[], "lock beta -o - --all-releases beta").without("--all-releases beta"),
    case("lock-only-final", &[], "lock beta -o - --all-releases :all: --only-final beta")
        .without("--only-final beta"),
    case("lock-ignore-requires-python", &[], "lock newer -o - --ignore-requires-python")
        .without("--ignore-requires-python"),
    case("lock-wheel-file", &[], "lock -o - ./links/omega-1.0-py3-none-any.whl"),
    case("lock-folder", &[FOLDER], "lock -o - ./solo").env(NO_BYTECODE),
    case(
        "lock-folders",
        &[FOLDER, "!cp -r solo duo; sed -i s/solo/duo/ duo/back.py"],
        "lock -o - ./solo ./duo",
    )
    .env(NO_BYTECODE),
    case("lock-folder-and-more", &[FOLDER], "lock -o - ./solo gamma").env(NO_BYTECODE),
    case(
        "lock-folder-far",
        &[FOLDER, FAR],
        "lock -o - ./a-long-name/a-long-name/a-long-name/a-long-name/a-long-name/solo",
    )
    .env(NO_BYTECODE),
    case("lock-editable", &[FOLDER], "lock -o - -e ./solo").env(NO_BYTECODE),
    case("lock-folder-elsewhere", &[FOLDER], "lock -o sub/pylock.toml ./solo")
        .env(NO_BYTECODE)
        .differs("pip ends with a traceback"),
    case("lock-file-of-index", &[], "lock -o - {index}/files/gamma-1.0-py3-none-any.whl"),
    case("lock-file-and-folder", &[FOLDER], "lock -o - ./links/omega-1.0-py3-none-any.whl ./solo")
        .env(NO_BYTECODE),
    case("lock-find-links", &[], "lock omega -o - -f links").without("-f links"),
    case("lock-no-index", &[], "lock omega -o - -f links --no-index").without("--no-index"),
    case("lock-index", &[], "lock gamma -o - -i {index}/empty/simple/").without("-i {index}/empty/simple/"),
    case(
        "lock-extra-index",
        &[],
        "lock gamma -o - -i {index}/empty/simple/ --extra-index-url {index}/simple/",
    )
    .without("--extra-index-url {index}/simple/"),
    case("lock-require-hashes", &[], "lock -o - --require-hashes -r requirements.txt")
        .without("--require-hashes"),
    case("lock-no-require-hashes", &[], "lock -o - --no-require-hashes -r missing-hash.txt")
        .without("--no-require-hashes"),
    case("lock-hashed", &[], "lock -o - -r hashed.txt"),
    case("lock-unknown", &[], "lock does-not-exist"),
    case("lock-conflict", &[], "lock left right"),
    case("lock-group", &[], "lock -o - --group docs").without("--group docs"),
    case("lock-only-binary", &[], "lock -o - sourced --only-binary :all:").without("--only-binary :all:"),
    case("lock-prefer-binary", &[], "lock -o - sourced --prefer-binary").without("--prefer-binary"),
];
