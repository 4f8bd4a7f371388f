// tidy: table
//! Sources: folders, archives, repositories, editable projects, and all the ways in which a build fails.
//!
//! What they name is made by the script `make.sh` (see `projects`).

use super::{Case, case};

/// Where the programs of repositories lie; git may be told to fetch from folders.
const GIT: &[(&str, &str)] =
    &[("PATH", "/usr/local/bin:/usr/bin:/bin"), ("GIT_ALLOW_PROTOCOL", "file:http:https")];

/// The same where somebody may be asked.
const ASKED: &[(&str, &str)] = &[
    ("PATH", "/usr/local/bin:/usr/bin:/bin"),
    ("GIT_ALLOW_PROTOCOL", "file:http:https"),
    ("PIP_NO_INPUT", ""),
];

const CLONED: &str = "repositories are cloned into the store, by other commands";
const ASKED_FIRST: &str = "what is in the way of a source is asked about before the line about that";

/// A working copy of a repository that is somewhere else now.
const MOVED: &[&str] = &[
    "!sh make.sh git",
    "install -q -e git+file://{stage}/proj.git#egg=proj",
    "!git clone -q --bare proj.git moved.git",
];

/// A folder where a working copy belongs.
const FOLDER: &[&str] = &["!sh make.sh git", "!mkdir -p env/src/proj; echo x >env/src/proj/note.txt"];

/// A time for the files of wheels that are built by real back ends.
const EPOCH: &[(&str, &str)] = &[("SOURCE_DATE_EPOCH", "1700000000")];

/// How lines begin that Python and pip's program for hooks add to a traceback.
const FRAMES: &[&str] = &["  ╰─> [", "        File ", "          "];

/// How lines begin that pip shows of the programs of repositories, and the commits that `make.sh` makes.
const PROGRAMS: &[&str] = &[
    "  Running command ",
    "  warning: filtering not recognized",
    "  Switched to ",
    "  branch '",
    "  Stored in directory",
    "  git version ",
    "  Cloning into '",
    "  d8e9a61",
    "  ebd993a",
];

/// Folders, archives, the index; what is done with them.
pub const CASES: &[Case<'_>] = &[
    case("src-folder", &["!sh make.sh proj"], "install ./proj"),
    case("src-folder-plain", &["!sh make.sh proj"], "install proj/"),
    case("src-folder-file-url", &["!sh make.sh proj"], "install file://{stage}/proj"),
    case("src-folder-extra", &["!sh make.sh proj"], "install ./proj[PDF]"),
    case("src-folder-two-extras", &["!sh make.sh proj"], "install ./proj[PDF,more]"),
    case("src-folder-unknown-extra", &["!sh make.sh proj"], "install ./proj[nothing]"),
    case("src-folder-named", &["!sh make.sh proj"], "install 'proj @ file://{stage}/proj'"),
    case("src-folder-named-extra", &["!sh make.sh proj"], "install 'proj[PDF] @ file://{stage}/proj'"),
    case("src-folder-other-name", &["!sh make.sh proj"], "install 'other @ file://{stage}/proj'"),
    case("src-folder-egg", &["!sh make.sh proj"], "install file://{stage}/proj#egg=proj"),
    case("src-folder-egg-other", &["!sh make.sh proj"], "install file://{stage}/proj#egg=other"),
    case(
        "src-folder-subdirectory",
        &["!sh make.sh sub"],
        "install file://{stage}/sub-source#subdirectory=inner",
    ),
    case(
        "src-folder-subdirectory-egg",
        &["!sh make.sh sub"],
        "install 'file://{stage}/sub-source#egg=inner&subdirectory=inner'",
    ),
    case(
        "src-folder-no-subdirectory",
        &["!sh make.sh sub"],
        "install file://{stage}/sub-source#subdirectory=outer",
    ),
    case("src-folder-needs", &["!sh make.sh needy"], "install ./needy"),
    case("src-folder-no-deps", &["!sh make.sh needy"], "install --no-deps ./needy"),
    case("src-folder-only-deps", &["!sh make.sh needy"], "install --only-deps ./needy"),
    case("src-folder-twice", &["!sh make.sh proj", "install -q ./proj"], "install ./proj"),
    case("src-folder-upgrade", &["!sh make.sh proj", "install -q ./proj"], "install -U ./proj"),
    case("src-folder-renamed", &["!sh make.sh proj renamed", "install -q ./proj"], "install ./renamed"),
    case("src-folder-forced", &["!sh make.sh proj", "install -q ./proj"], "install --force-reinstall ./proj"),
    case("src-folder-quiet", &["!sh make.sh proj"], "install -q ./proj"),
    case("src-folder-verbose", &["!sh make.sh chatty"], "install -v ./chatty"),
    case("src-folder-chatty", &["!sh make.sh chatty"], "install ./chatty"),
    case("src-folder-dry-run", &["!sh make.sh proj"], "install --dry-run ./proj"),
    case("src-folder-report", &["!sh make.sh proj"], "install --dry-run --quiet --report - ./proj[PDF]"),
    case("src-folder-log", &["!sh make.sh chatty"], "install --log log.txt ./chatty")
        .differs("the log has what is said, not what pip tells its own debuggers"),
    case("src-folder-progress-off", &["!sh make.sh needy"], "install --progress-bar off ./needy"),
    case("src-folder-progress-raw", &["!sh make.sh needy"], "install --progress-bar raw ./needy"),
    case("src-folder-target", &["!sh make.sh proj"], "install --target out ./proj").except(
        "pip's RECORD names scripts where they were before it moved them",
        &["out/proj-1.0.dist-info/RECORD"],
    ),
    case("src-folder-prefix", &["!sh make.sh proj"], "install --prefix out ./proj"),
    case("src-folder-odd-name", &["!sh make.sh Odd.Name-source"], "install ./odd-source"),
    case("src-folder-python", &["!sh make.sh future-source"], "install ./future-source"),
    case(
        "src-folder-ignore-python",
        &["!sh make.sh future-source"],
        "install --ignore-requires-python ./future-source",
    ),
    case("src-folder-conflict", &["!sh make.sh pinned"], "install ./pinned"),
    case("src-folder-and-pin", &["!sh make.sh proj"], "install ./proj proj==3"),
    case("src-folders-same-name", &["!sh make.sh proj renamed"], "install ./proj ./renamed"),
    case("src-folders", &["!sh make.sh proj needy chatty"], "install ./needy ./proj ./chatty"),
    case("src-folder-constrained", &["!sh make.sh needy"], "install ./needy -c constraints.txt"),
    case("src-folder-no-clean", &["!sh make.sh proj"], "install --no-clean ./proj"),
    case("src-folder-use-pep517", &["!sh make.sh proj"], "install --use-pep517 ./proj"),
    case("src-folder-settings", &["!sh make.sh settings"], "install -C a=b -C c=d -C a=e ./settings"),
    case("src-folder-line-settings", &["!sh make.sh proj lists"], "install -r line-settings.txt"),
    case("src-folder-shared", &["!sh make.sh proj"], "install --no-build-isolation ./proj"),
    case("src-folder-shared-lacks", &["!sh make.sh requires-beta"], "install --no-build-isolation ./tooled"),
    case(
        "src-folder-shared-checked",
        &["!sh make.sh requires-beta"],
        "install --no-build-isolation --check-build-dependencies ./tooled",
    ),
    case(
        "src-folder-shared-conflict",
        &["!sh make.sh requires-beta", "install -q --pre beta>=2b1"],
        "install --no-build-isolation --check-build-dependencies ./tooled",
    ),
    case(
        "src-folder-shared-has",
        &["!sh make.sh requires-beta", "install -q beta"],
        "install --no-build-isolation --check-build-dependencies ./tooled",
    ),
    case("src-folder-checked", &["!sh make.sh requires-beta"], "install --check-build-dependencies ./tooled"),
    case("src-folder-requires", &["!sh make.sh requires-beta"], "install ./tooled"),
    case("src-folder-requires-verbose", &["!sh make.sh requires-beta"], "install -v ./tooled").except(
        "what is installed for a build is not told package by package",
        &[
            "  Using pip",
            "  Looking in",
            "  Collecting",
            "    Obtaining",
            "    Downloading",
            "  Downloading",
            "  Installing collected",
            "  Successfully installed",
        ],
    ),
    case(
        "src-folder-build-constraint",
        &["!sh make.sh requires-beta constraint"],
        "install --build-constraint build-constraint.txt ./tooled",
    ),
    case(
        "src-folder-build-conflict",
        &["!sh make.sh requires-beta constraint"],
        "install --build-constraint build-conflict.txt ./tooled",
    ),
    case(
        "src-folder-build-constraint-missing",
        &["!sh make.sh requires-beta"],
        "install --build-constraint nowhere.txt ./tooled",
    ),
    case("src-folder-requires-later", &["!sh make.sh later-gamma"], "install ./tooled"),
    case("src-folder-not-built", &["!sh make.sh proj"], "install --only-binary :all: ./proj"),
    case("src-requirements-folder", &["!sh make.sh proj lists"], "install -r folder.txt"),
    case("src-requirements-extra", &["!sh make.sh proj lists"], "install -r folder-extra.txt"),
    case("src-requirements-named", &["!sh make.sh proj lists"], "install -r named.txt"),
    case("src-requirements-editable", &["!sh make.sh proj lists"], "install -r editable.txt"),
    case("src-requirements-editable-extra", &["!sh make.sh proj lists"], "install -r editable-extra.txt"),
    case("src-requirements-both", &["!sh make.sh proj lists"], "install -r both.txt"),
    case("src-requirements-subdirectory", &["!sh make.sh sub lists"], "install -r sub.txt"),
    case("src-requirements-deeper", &["!sh make.sh proj lists"], "install -r lists/deeper.txt"),
    case("src-requirements-deeper-editable", &["!sh make.sh proj lists"], "install -r lists/editable.txt"),
    case("src-editable", &["!sh make.sh proj"], "install -e ./proj"),
    case("src-editable-bare", &["!sh make.sh proj"], "install -e proj"),
    case("src-editable-extra", &["!sh make.sh proj"], "install -e ./proj[PDF]"),
    case("src-editable-url", &["!sh make.sh proj"], "install -e file://{stage}/proj"),
    case("src-editable-egg", &["!sh make.sh proj"], "install -e file://{stage}/proj#egg=proj"),
    case("src-editable-named", &["!sh make.sh proj"], "install -e 'proj @ file://{stage}/proj'"),
    case("src-editable-twice", &["!sh make.sh proj", "install -q -e ./proj"], "install -e ./proj"),
    case("src-editable-after-folder", &["!sh make.sh proj", "install -q ./proj"], "install -e ./proj"),
    case("src-folder-after-editable", &["!sh make.sh proj", "install -q -e ./proj"], "install ./proj"),
    case("src-editable-quiet", &["!sh make.sh proj"], "install -q -e ./proj"),
    case("src-editable-verbose", &["!sh make.sh proj"], "install -v -e ./proj")
        .except("what is done to single files is not told", &["  changing mode of "]),
    case("src-editable-dry-run", &["!sh make.sh proj"], "install --dry-run -e ./proj"),
    case("src-editable-report", &["!sh make.sh proj"], "install -q --dry-run --report - -e ./proj"),
    case("src-editable-lacks", &["!sh make.sh lacks-build_editable"], "install -e ./lacks"),
    case(
        "src-editable-lacks-metadata",
        &["!sh make.sh lacks-prepare_metadata_for_build_editable"],
        "install -e ./lacks",
    ),
    case("src-lacks-metadata", &["!sh make.sh lacks-prepare_metadata_for_build_wheel"], "install ./lacks"),
    case("src-lacks-requires", &["!sh make.sh lacks-get_requires_for_build_wheel"], "install ./lacks"),
    case("src-lacks-build", &["!sh make.sh lacks-build_wheel"], "install ./lacks")
        .except("the traceback has no frames of what calls a hook", FRAMES),
    case("src-editable-missing", &[], "install -e ./nowhere"),
    case("src-editable-name", &[], "install -e gamma"),
    case("src-editable-wheel", &[], "install -e links/omega-1.0-py3-none-any.whl"),
    case("src-editable-archive", &["!sh make.sh archives"], "install -e ./packed-1.0.tar.gz"),
    case("src-editable-target", &["!sh make.sh proj"], "install --target out -e ./proj").except(
        "pip's RECORD names scripts where they were before it moved them",
        &["out/proj-1.0.dist-info/RECORD"],
    ),
    case("src-editable-freeze", &["!sh make.sh proj", "install -q -e ./proj[PDF]"], "freeze"),
    case("src-editable-list", &["!sh make.sh proj", "install -q -e ./proj"], "list"),
    case("src-editable-list-e", &["!sh make.sh proj", "install -q -e ./proj gamma"], "list -e"),
    case("src-editable-list-json", &["!sh make.sh proj", "install -q -e ./proj"], "list --format json"),
    case("src-editable-show", &["!sh make.sh proj", "install -q -e ./proj"], "show -f proj"),
    case("src-editable-inspect", &["!sh make.sh proj", "install -q -e ./proj"], "inspect"),
    case("src-editable-uninstall", &["!sh make.sh proj", "install -q -e ./proj"], "uninstall -y proj"),
    case("src-folder-freeze", &["!sh make.sh proj", "install -q ./proj"], "freeze"),
    case("src-folder-list", &["!sh make.sh proj", "install -q ./proj"], "list"),
    case("src-folder-inspect", &["!sh make.sh proj", "install -q ./proj"], "inspect"),
    case("src-folder-uninstall", &["!sh make.sh proj", "install -q ./proj"], "uninstall -y proj"),
    case("src-archive", &["!sh make.sh archives"], "install ./packed-1.0.tar.gz"),
    case("src-archive-zip", &["!sh make.sh archives"], "install ./packed-1.0.zip"),
    case("src-archive-tar", &["!sh make.sh archives"], "install ./packed-1.0.tar"),
    case(
        "src-archive-named",
        &["!sh make.sh archives"],
        "install 'packed @ file://{stage}/packed-1.0.tar.gz'",
    ),
    case("src-archive-freeze", &["!sh make.sh archives", "install -q ./packed-1.0.tar.gz"], "freeze"),
    case(
        "src-archive-twice",
        &["!sh make.sh archives", "install -q ./packed-1.0.tar.gz"],
        "install ./packed-1.0.tar.gz",
    )
    .differs("a wheel that was built before is used for what is named by its place alone, too"),
    case(
        "src-archive-again",
        &["!sh make.sh archives", "install -q ./packed-1.0.tar.gz", "uninstall -qy packed"],
        "install ./packed-1.0.tar.gz",
    )
    .differs("a wheel that was built before is used for what is named by its place alone, too"),
    case("src-archive-find-links", &["!sh make.sh archive"], "install --no-index -f . packed"),
    case(
        "src-archive-find-links-again",
        &["!sh make.sh archive", "install -q --no-index -f . packed", "uninstall -qy packed"],
        "install --no-index -f . packed",
    ),
    case("src-archive-broken", &["!sh make.sh not-an-archive"], "install ./broken-1.0.tar.gz")
        .differs("pip ends with a traceback"),
    case("src-archive-broken-zip", &["!sh make.sh not-an-archive"], "install ./broken-1.0.zip")
        .differs("pip ends with a traceback"),
    case("src-archive-empty", &["!sh make.sh empty-archive"], "install ./nothing-1.0.tar.gz"),
    case("src-archive-missing", &[], "install ./nowhere-1.0.tar.gz"),
    case(
        "src-archive-not-built",
        &["!sh make.sh archives"],
        "install --only-binary :all: ./packed-1.0.tar.gz",
    ),
    case("src-hash-right", &["!sh make.sh archives hashes"], "install -r hash-right.txt"),
    case("src-hash-wrong", &["!sh make.sh archives hashes"], "install -r hash-wrong.txt"),
    case("src-hash-named", &["!sh make.sh archives hashes"], "install -r hash-named.txt"),
    case(
        "src-hash-fragment",
        &["!sh make.sh archives hashes"],
        "install --require-hashes -r hash-fragment.txt",
    ),
    case("src-hash-folder", &["!sh make.sh archives proj hashes"], "install -r hash-folder.txt"),
    case("src-hash-editable", &["!sh make.sh archives proj hashes"], "install -r hash-editable.txt"),
    case("src-hash-missing", &["!sh make.sh archives"], "install --require-hashes ./packed-1.0.tar.gz"),
    case("src-hash-index", &[], "install --require-hashes src-only==1.0"),
    case("src-index", &[], "install src-only"),
    case("src-index-pinned", &[], "install src-only==1.0"),
    case("src-index-needs", &[], "install src-needy"),
    case("src-index-extra", &[], "install src-extra[fast]"),
    case("src-index-dependency", &[], "install needs-src"),
    case("src-index-no-deps", &[], "install --no-deps needs-src src-needy"),
    case("src-index-quiet", &[], "install -q src-only"),
    case("src-index-verbose", &[], "install -v src-only"),
    case("src-index-dry-run", &[], "install --dry-run src-only"),
    case("src-index-report", &[], "install -q --dry-run --report - src-only"),
    case("src-index-again", &["install -q src-only", "uninstall -qy src-only"], "install src-only"),
    case("src-index-satisfied", &["install -q src-only"], "install src-only"),
    case("src-index-upgrade", &["install -q src-only==1.0"], "install -U src-only"),
    case("src-index-both", &[], "install both"),
    case("src-index-prefer-binary", &[], "install --prefer-binary both"),
    case("src-index-only-binary", &[], "install --only-binary both both"),
    case("src-index-only-binary-none", &[], "install --only-binary :all: src-only"),
    case("src-index-no-binary", &[], "install --no-binary both both==1.0"),
    case("src-index-no-binary-all", &[], "install --no-binary :all: both"),
    case("src-index-future", &[], "install src-future"),
    case("src-index-future-ignored", &[], "install --ignore-requires-python src-future"),
    case("src-index-no-cache", &[], "install --no-cache-dir src-only"),
    case("src-index-other-name", &[], "install src-other-name")
        .differs("what contradicts its own file name is refused at once"),
    case("src-index-other-version", &[], "install src-other-version")
        .differs("what contradicts its own file name is refused at once"),
    case("src-index-fails", &[], "install src-fails"),
    case("src-index-metadata-fails", &[], "install src-metadata-fails"),
    case("src-index-fails-late", &[], "install src-fails-late"),
    case("src-index-dependency-fails-late", &[], "install needs-src-fails"),
    case("src-index-older", &[], "install src-older"),
    case("src-index-fails-beside", &[], "install src-only src-fails-late gamma"),
    case("src-cache-list", &["install -q src-only"], "cache list"),
    case("src-cache-list-pattern", &["install -q src-only src-needy"], "cache list src_only"),
    case("src-cache-list-abspath", &["install -q src-only"], "cache list --format abspath"),
    case("src-cache-remove", &["install -q src-only"], "cache remove src_only")
        .except("the cache is Tilsit's own", &["Directories removed"]),
    case("src-cache-remove-none", &["install -q src-only"], "cache remove other"),
    case("src-cache-info", &["install -q src-only"], "cache info")
        .except("the cache is Tilsit's own", &["Package index page cache"]),
    case("src-wheel-folder", &["!sh make.sh proj"], "wheel -w w ./proj"),
    case("src-wheel-here", &["!sh make.sh proj"], "wheel ./proj"),
    case("src-wheel-no-deps", &["!sh make.sh needy"], "wheel -w w --no-deps ./needy"),
    case("src-wheel-needs", &["!sh make.sh needy"], "wheel -w w ./needy"),
    case("src-wheel-editable", &["!sh make.sh proj"], "wheel -w w -e ./proj"),
    case("src-wheel-index", &[], "wheel -w w src-only"),
    case("src-wheel-dependency", &[], "wheel -w w needs-src"),
    case("src-wheel-again", &["install -q src-only"], "wheel -w w src-only"),
    case("src-wheel-twice", &["!sh make.sh proj", "wheel -q -w w ./proj"], "wheel -w w ./proj"),
    case("src-wheel-requirements", &["!sh make.sh proj lists"], "wheel -w w -r both.txt"),
    case("src-wheel-settings", &["!sh make.sh settings"], "wheel -w w -C a=b ./settings"),
    case("src-wheel-fails", &["!sh make.sh fail-build_wheel.exit"], "wheel -w w ./fails"),
    case(
        "src-wheel-fails-beside",
        &["!sh make.sh fail-build_wheel.exit proj"],
        "wheel -w w ./proj ./fails gamma",
    ),
    case("src-wheel-other-version", &["!sh make.sh other-file-version"], "wheel -w w ./fails"),
    case("src-wheel-no-verify", &["!sh make.sh other-file-version"], "wheel -w w --no-verify ./fails"),
    case("src-wheel-other-name", &["!sh make.sh other-file"], "wheel -w w ./fails"),
    case("src-wheel-no-verify-name", &["!sh make.sh other-file"], "wheel -w w --no-verify ./fails"),
    case("src-wheel-shared", &["!sh make.sh proj"], "wheel -w w --no-build-isolation ./proj"),
    case("src-wheel-no-binary", &[], "wheel -w w --no-binary both both"),
    case("src-wheel-setuptools", &["!sh make.sh setuptools"], "wheel -w w ./tools")
        .except(
            "what is understood is built without its back end",
            &["tools/build/", "tools/tools_made.egg-info/"],
        )
        .env(EPOCH),
    case("src-download-index", &[], "download -d w src-only"),
    case("src-download-no-deps", &[], "download -d w --no-deps src-needy"),
    case("src-download-needs", &[], "download -d w src-needy"),
    case("src-download-folder", &["!sh make.sh proj"], "download -d w ./proj"),
    case("src-download-archive", &["!sh make.sh archives"], "download -d w ./packed-1.0.tar.gz"),
    case("src-download-twice", &["download -q -d w src-only"], "download -d w src-only"),
    case("src-download-no-binary", &[], "download -d w --no-binary :all: both"),
    case("src-download-only-binary", &[], "download -d w --only-binary :all: src-only"),
    case("src-download-kept", &["install -q src-only"], "download -d w src-only").except(
        "archives are not kept beside the wheels that were built of them",
        &["  Downloading", "  Using cached"],
    ),
    case("src-download-fails", &[], "download -d w src-metadata-fails"),
    case("src-lock-index", &[], "lock -o - src-only"),
    case("src-lock-folder", &["!sh make.sh proj"], "lock -o - ./proj"),
    case("src-lock-editable", &["!sh make.sh proj"], "lock -o - -e ./proj"),
    case("src-lock-archive", &["!sh make.sh archives"], "lock -o - ./packed-1.0.tar.gz"),
    case("src-lock-needs", &[], "lock -o - src-needy"),
    case("src-lock-no-binary", &[], "lock -o - --no-binary both both"),
    case("src-setup", &["!sh make.sh setup"], "install ./old").env(EPOCH),
    case("src-setup-editable", &["!sh make.sh setup"], "install -e ./old").env(EPOCH).except(
        "warnings of back ends are told without their place",
        &["  {stage}/home/", "  BuildBackendWarning", "    with strategy"],
    ),
    case("src-setup-fails", &["!sh make.sh setup-fails"], "install ./broken"),
    case("src-flit", &["!sh make.sh flit"], "install ./flit").env(EPOCH),
    case("src-flit-extra", &["!sh make.sh flit"], "install ./flit[more]").env(EPOCH),
    case("src-flit-editable", &["!sh make.sh flit"], "install -e ./flit").env(EPOCH),
    case("src-hatch", &["!sh make.sh hatch"], "install ./hatch").env(EPOCH),
    case("src-setuptools", &["!sh make.sh setuptools"], "install ./tools")
        .except(
            "what is understood is built without its back end",
            &["tools/build/", "tools/tools_made.egg-info/"],
        )
        .env(EPOCH),
    case("src-setuptools-dynamic", &["!sh make.sh dynamic"], "install ./dynamic")
        .except(
            "what is understood is built without its back end",
            &["dynamic/build/", "dynamic/dynamic.egg-info/"],
        )
        .env(EPOCH),
    case(
        "src-setuptools-shared",
        &["!sh make.sh setuptools", "install -q setuptools"],
        "install --no-build-isolation ./tools",
    )
    .except(
        "what is understood is built without its back end",
        &["tools/build/", "tools/tools_made.egg-info/"],
    )
    .env(EPOCH),
    case("src-setuptools-no-index", &["!sh make.sh setuptools"], "install --no-index ./tools")
        .differs("what is understood is built without its back end"),
];

/// Repositories.
pub const REPOSITORIES: &[Case<'_>] = &[
    case("vcs-git", &["!sh make.sh git"], "install git+file://{stage}/proj.git")
        .env(GIT)
        .except("repositories are cloned into the store, by other commands", PROGRAMS),
    case("vcs-git-named", &["!sh make.sh git"], "install 'proj @ git+file://{stage}/proj.git'")
        .env(GIT)
        .except("repositories are cloned into the store, by other commands", PROGRAMS),
    case("vcs-git-egg", &["!sh make.sh git"], "install git+file://{stage}/proj.git#egg=proj")
        .env(GIT)
        .except("repositories are cloned into the store, by other commands", PROGRAMS),
    case("vcs-git-odd-egg", &["!sh make.sh odd-git"], "install git+file://{stage}/Odd_Repo#egg=Odd_Repo")
        .env(GIT)
        .except("repositories are cloned into the store, by other commands", PROGRAMS),
    case(
        "vcs-git-editable-odd-egg",
        &["!sh make.sh odd-git"],
        "install --src src -e git+file://{stage}/Odd_Repo#egg=Odd_Repo",
    )
    .env(GIT)
    .except("repositories are cloned into the store, by other commands", PROGRAMS),
    case("src-editable-odd", &["!sh make.sh odd-git"], "install -e ./Odd_Repo"),
    case("src-folder-odd-underscore", &["!sh make.sh odd-git"], "install ./Odd_Repo"),
    case("vcs-git-extra", &["!sh make.sh git"], "install 'proj[PDF] @ git+file://{stage}/proj.git@v1'")
        .env(GIT)
        .except("repositories are cloned into the store, by other commands", PROGRAMS),
    case("vcs-git-tag", &["!sh make.sh git"], "install git+file://{stage}/proj.git@v1")
        .env(GIT)
        .except("repositories are cloned into the store, by other commands", PROGRAMS),
    case("vcs-git-branch", &["!sh make.sh git"], "install git+file://{stage}/proj.git@dev")
        .env(GIT)
        .except("repositories are cloned into the store, by other commands", PROGRAMS),
    case(
        "vcs-git-subdirectory",
        &["!sh make.sh git"],
        "install git+file://{stage}/proj.git#subdirectory=inner",
    )
    .env(GIT)
    .except("repositories are cloned into the store, by other commands", PROGRAMS),
    case(
        "vcs-git-no-subdirectory",
        &["!sh make.sh git"],
        "install git+file://{stage}/proj.git#subdirectory=outer",
    )
    .env(GIT)
    .except("repositories are cloned into the store, by other commands", PROGRAMS),
    case("vcs-git-commit", &["!sh make.sh git commits"], "install -r commits.txt")
        .env(GIT)
        .except("repositories are cloned into the store, by other commands", PROGRAMS),
    case("vcs-git-short-commit", &["!sh make.sh git commits"], "install -r commits-short.txt")
        .env(GIT)
        .except("repositories are cloned into the store, by other commands", PROGRAMS),
    case("vcs-git-wrong-revision", &["!sh make.sh git"], "install git+file://{stage}/proj.git@nowhere")
        .env(GIT)
        .except("repositories are cloned into the store, by other commands", PROGRAMS),
    case("vcs-git-missing", &["!sh make.sh git"], "install git+file://{stage}/nowhere.git")
        .env(GIT)
        .differs("repositories are cloned into the store, by other commands"),
    case("vcs-git-other-name", &["!sh make.sh git"], "install 'other @ git+file://{stage}/proj.git'")
        .env(GIT)
        .except("repositories are cloned into the store, by other commands", PROGRAMS),
    case("vcs-git-empty-revision", &["!sh make.sh git"], "install git+file://{stage}/proj.git@").env(GIT),
    case("vcs-git-quiet", &["!sh make.sh git"], "install -q git+file://{stage}/proj.git").env(GIT),
    case("vcs-git-verbose", &["!sh make.sh git"], "install -v git+file://{stage}/proj.git")
        .env(GIT)
        .except("repositories are cloned into the store, by other commands", PROGRAMS),
    case("vcs-git-submodule", &["!sh make.sh git-submodule"], "install git+file://{stage}/withsub.git")
        .env(GIT)
        .except("repositories are cloned into the store, by other commands", PROGRAMS),
    case("vcs-git-dry-run", &["!sh make.sh git"], "install --dry-run git+file://{stage}/proj.git")
        .env(GIT)
        .except("repositories are cloned into the store, by other commands", PROGRAMS),
    case(
        "vcs-git-report",
        &["!sh make.sh git"],
        "install -q --dry-run --report - git+file://{stage}/proj.git@dev",
    )
    .env(GIT),
    case(
        "vcs-git-twice",
        &["!sh make.sh git", "install -q git+file://{stage}/proj.git"],
        "install git+file://{stage}/proj.git",
    )
    .env(GIT)
    .differs("wheels of commits are kept, whatever name they had"),
    case(
        "vcs-git-commit-again",
        &["!sh make.sh git commits", "install -q -r commits.txt", "uninstall -qy proj"],
        "install -r commits.txt",
    )
    .env(GIT)
    .differs("wheels of commits are kept, whatever name they had"),
    case(
        "vcs-git-changed",
        &["!sh make.sh git", "install -q git+file://{stage}/proj.git"],
        "install git+file://{stage}/proj.git@dev",
    )
    .env(GIT)
    .except("repositories are cloned into the store, by other commands", PROGRAMS),
    case("vcs-git-freeze", &["!sh make.sh git", "install -q git+file://{stage}/proj.git@dev"], "freeze")
        .env(GIT),
    case(
        "vcs-git-freeze-subdirectory",
        &["!sh make.sh git", "install -q git+file://{stage}/proj.git#subdirectory=inner"],
        "freeze",
    )
    .env(GIT),
    case("vcs-git-list", &["!sh make.sh git", "install -q git+file://{stage}/proj.git@dev"], "list").env(GIT),
    case("vcs-git-inspect", &["!sh make.sh git", "install -q git+file://{stage}/proj.git@dev"], "inspect")
        .env(GIT),
    case(
        "vcs-git-uninstall",
        &["!sh make.sh git", "install -q git+file://{stage}/proj.git@dev"],
        "uninstall -y proj",
    )
    .env(GIT),
    case("vcs-git-editable", &["!sh make.sh git"], "install -e git+file://{stage}/proj.git#egg=proj")
        .env(GIT)
        .except("repositories are cloned into the store, by other commands", PROGRAMS),
    case("vcs-git-editable-no-egg", &["!sh make.sh git"], "install -e git+file://{stage}/proj.git").env(GIT),
    case("vcs-git-editable-tag", &["!sh make.sh git"], "install -e git+file://{stage}/proj.git@v1#egg=proj")
        .env(GIT)
        .except("repositories are cloned into the store, by other commands", PROGRAMS),
    case(
        "vcs-git-editable-branch",
        &["!sh make.sh git"],
        "install -e git+file://{stage}/proj.git@dev#egg=proj",
    )
    .env(GIT)
    .except("repositories are cloned into the store, by other commands", PROGRAMS),
    case(
        "vcs-git-editable-src",
        &["!sh make.sh git"],
        "install --src sources -e git+file://{stage}/proj.git#egg=proj",
    )
    .env(GIT)
    .except("repositories are cloned into the store, by other commands", PROGRAMS),
    case(
        "vcs-git-editable-subdirectory",
        &["!sh make.sh git"],
        "install -e 'git+file://{stage}/proj.git#egg=inner&subdirectory=inner'",
    )
    .env(GIT)
    .except("repositories are cloned into the store, by other commands", PROGRAMS),
    case("vcs-git-editable-named", &["!sh make.sh git"], "install -e 'proj @ git+file://{stage}/proj.git'")
        .env(GIT)
        .except("repositories are cloned into the store, by other commands", PROGRAMS),
    case(
        "vcs-git-editable-twice",
        &["!sh make.sh git", "install -q -e git+file://{stage}/proj.git#egg=proj"],
        "install -e git+file://{stage}/proj.git#egg=proj",
    )
    .env(GIT)
    .except("repositories are cloned into the store, by other commands", PROGRAMS),
    case(
        "vcs-git-editable-other-branch",
        &["!sh make.sh git", "install -q -e git+file://{stage}/proj.git#egg=proj"],
        "install -e git+file://{stage}/proj.git@dev#egg=proj",
    )
    .env(GIT)
    .except("repositories are cloned into the store, by other commands", PROGRAMS),
    case("exists-switch", MOVED, "install --exists-action s -e git+file://{stage}/moved.git#egg=proj")
        .env(GIT)
        .without("--exists-action s")
        .except(CLONED, PROGRAMS),
    case(
        "exists-switch-revision",
        MOVED,
        "install --exists-action s -e git+file://{stage}/moved.git@dev#egg=proj",
    )
    .env(GIT)
    .except(CLONED, PROGRAMS),
    case("exists-ignore", MOVED, "install --exists-action i -e git+file://{stage}/moved.git#egg=proj")
        .env(GIT)
        .without("--exists-action i"),
    case("exists-wipe", MOVED, "install --exists-action w -e git+file://{stage}/moved.git#egg=proj")
        .env(GIT)
        .without("--exists-action w")
        .except(CLONED, PROGRAMS),
    case("exists-backup", MOVED, "install --exists-action b -e git+file://{stage}/moved.git#egg=proj")
        .env(GIT)
        .without("--exists-action b")
        .except(CLONED, PROGRAMS),
    case("exists-abort", MOVED, "install --exists-action a -e git+file://{stage}/moved.git#egg=proj")
        .env(GIT)
        .differs("the traceback is Python's"),
    case("exists-nothing-said", MOVED, "install -e git+file://{stage}/moved.git#egg=proj")
        .env(GIT)
        .differs("the traceback is Python's"),
    case(
        "exists-first-that-fits",
        FOLDER,
        "install --exists-action s --exists-action i -e git+file://{stage}/proj.git#egg=proj",
    )
    .env(GIT),
    case("exists-folder-wipe", FOLDER, "install --exists-action w -e git+file://{stage}/proj.git#egg=proj")
        .env(GIT)
        .except(CLONED, PROGRAMS),
    case("exists-folder-backup", FOLDER, "install --exists-action b -e git+file://{stage}/proj.git#egg=proj")
        .env(GIT)
        .except(CLONED, PROGRAMS),
    case("exists-folder-switch", FOLDER, "install --exists-action s -e git+file://{stage}/proj.git#egg=proj")
        .env(GIT)
        .differs("the traceback is Python's"),
    case("exists-asked-wipe", MOVED, "install -e git+file://{stage}/moved.git#egg=proj")
        .env(ASKED)
        .stdin("w\n")
        .differs(ASKED_FIRST),
    case("exists-asked-oddly", MOVED, "install -e git+file://{stage}/moved.git#egg=proj")
        .env(ASKED)
        .stdin("what\ni\n")
        .differs(ASKED_FIRST),
    case("exists-asked-nobody", MOVED, "install -e git+file://{stage}/moved.git#egg=proj")
        .env(ASKED)
        .differs(ASKED_FIRST),
    case(
        "vcs-git-editable-wrong",
        &["!sh make.sh git"],
        "install -e git+file://{stage}/proj.git@nowhere#egg=proj",
    )
    .env(GIT)
    .differs("repositories are cloned into the store, by other commands"),
    case(
        "vcs-git-editable-freeze",
        &["!sh make.sh git", "install -q -e git+file://{stage}/proj.git#egg=proj"],
        "freeze",
    )
    .env(GIT),
    case(
        "vcs-git-editable-list",
        &["!sh make.sh git", "install -q -e git+file://{stage}/proj.git#egg=proj"],
        "list",
    )
    .env(GIT),
    case(
        "vcs-git-editable-show",
        &["!sh make.sh git", "install -q -e git+file://{stage}/proj.git#egg=proj"],
        "show proj",
    )
    .env(GIT),
    case(
        "vcs-git-editable-uninstall",
        &["!sh make.sh git", "install -q -e git+file://{stage}/proj.git#egg=proj"],
        "uninstall -y proj",
    )
    .env(GIT),
    case("vcs-git-wheel", &["!sh make.sh git"], "wheel -w w git+file://{stage}/proj.git@v1")
        .env(GIT)
        .except("repositories are cloned into the store, by other commands", PROGRAMS),
    case(
        "vcs-git-wheel-editable",
        &["!sh make.sh git"],
        "wheel -w w -e git+file://{stage}/proj.git#egg=proj",
    )
    .env(GIT)
    .except("repositories are cloned into the store, by other commands", PROGRAMS),
    case("vcs-git-download", &["!sh make.sh git"], "download -d w git+file://{stage}/proj.git@v1")
        .env(GIT)
        .except("repositories are cloned into the store, by other commands", PROGRAMS),
    case("vcs-git-lock", &["!sh make.sh git"], "lock -o - git+file://{stage}/proj.git@dev")
        .env(GIT)
        .except("repositories are cloned into the store, by other commands", PROGRAMS),
    case("vcs-git-hash", &["!sh make.sh git"], "install --require-hashes git+file://{stage}/proj.git")
        .env(GIT),
    case("vcs-git-ssh-form", &["!sh make.sh git"], "install git+git@host.example:proj.git")
        .env(GIT)
        .differs("`git+HOST:PATH` is an address, too"),
    case("vcs-git-no-scheme", &["!sh make.sh git"], "install git+nowhere").env(GIT),
    case("vcs-hg", &["!sh make.sh hg"], "install hg+file://{stage}/proj.hg")
        .env(GIT)
        .differs("commits of Mercurial are hashes"),
    case("vcs-hg-branch", &["!sh make.sh hg"], "install hg+file://{stage}/proj.hg@dev")
        .env(GIT)
        .differs("commits of Mercurial are hashes"),
    case("vcs-hg-wrong", &["!sh make.sh hg"], "install hg+file://{stage}/proj.hg@nowhere")
        .env(GIT)
        .differs("repositories are cloned into the store, by other commands"),
    case("vcs-hg-missing", &["!sh make.sh hg"], "install hg+file://{stage}/nowhere")
        .env(GIT)
        .differs("repositories are cloned into the store, by other commands"),
    case("vcs-hg-freeze", &["!sh make.sh hg", "install -q hg+file://{stage}/proj.hg"], "freeze")
        .env(GIT)
        .differs("commits of Mercurial are hashes"),
    case("vcs-hg-editable", &["!sh make.sh hg"], "install -e hg+file://{stage}/proj.hg#egg=proj")
        .env(GIT)
        .except("repositories are cloned into the store, by other commands", PROGRAMS),
    case(
        "vcs-hg-editable-freeze",
        &["!sh make.sh hg", "install -q -e hg+file://{stage}/proj.hg#egg=proj"],
        "freeze",
    )
    .env(GIT),
    case("vcs-svn", &["!sh make.sh svn"], "install svn+file://{stage}/proj.svn/trunk")
        .env(GIT)
        .except("repositories are cloned into the store, by other commands", PROGRAMS),
    case("vcs-svn-revision", &["!sh make.sh svn"], "install svn+file://{stage}/proj.svn/trunk@1")
        .env(GIT)
        .except("repositories are cloned into the store, by other commands", PROGRAMS),
    case("vcs-svn-wrong", &["!sh make.sh svn"], "install svn+file://{stage}/proj.svn/trunk@77")
        .env(GIT)
        .differs("repositories are cloned into the store, by other commands"),
    case("vcs-svn-missing", &["!sh make.sh svn"], "install svn+file://{stage}/nowhere")
        .env(GIT)
        .differs("repositories are cloned into the store, by other commands"),
    case("vcs-svn-freeze", &["!sh make.sh svn", "install -q svn+file://{stage}/proj.svn/trunk"], "freeze")
        .env(GIT),
    case("vcs-svn-editable", &["!sh make.sh svn"], "install -e svn+file://{stage}/proj.svn/trunk#egg=proj")
        .env(GIT)
        .except("repositories are cloned into the store, by other commands", PROGRAMS),
    case(
        "vcs-svn-editable-freeze",
        &["!sh make.sh svn", "install -q -e svn+file://{stage}/proj.svn/trunk#egg=proj"],
        "freeze",
    )
    .env(GIT),
];

/// Builds that fail.
pub const FAILURES: &[Case<'_>] = &[
    case("fail-requires-exit", &["!sh make.sh fail-get_requires_for_build_wheel.exit"], "install ./fails"),
    case("fail-requires-warn", &["!sh make.sh fail-get_requires_for_build_wheel.warn"], "install ./fails"),
    case(
        "fail-requires-silent",
        &["!sh make.sh fail-get_requires_for_build_wheel.silent"],
        "install ./fails",
    ),
    case(
        "fail-requires-binary",
        &["!sh make.sh fail-get_requires_for_build_wheel.binary"],
        "install ./fails",
    ),
    case("fail-requires-long", &["!sh make.sh fail-get_requires_for_build_wheel.long"], "install ./fails"),
    case("fail-requires-kill", &["!sh make.sh fail-get_requires_for_build_wheel.kill"], "install ./fails"),
    case("fail-requires-raise", &["!sh make.sh fail-get_requires_for_build_wheel.raise"], "install ./fails")
        .except("the traceback has no frames of what calls a hook", FRAMES),
    case(
        "fail-requires-quiet",
        &["!sh make.sh fail-get_requires_for_build_wheel.exit"],
        "install -q ./fails",
    ),
    case(
        "fail-requires-quieter",
        &["!sh make.sh fail-get_requires_for_build_wheel.exit"],
        "install -qq ./fails",
    ),
    case(
        "fail-requires-verbose",
        &["!sh make.sh fail-get_requires_for_build_wheel.exit"],
        "install -v ./fails",
    )
    .except("a back end is called without a command line of its own", &["  full command: "]),
    case(
        "fail-requires-log",
        &["!sh make.sh fail-get_requires_for_build_wheel.exit"],
        "install --log log.txt ./fails",
    )
    .differs("the log has what is said, not what pip tells its own debuggers"),
    case(
        "fail-requires-named",
        &["!sh make.sh fail-get_requires_for_build_wheel.exit"],
        "install 'fails @ file://{stage}/fails'",
    ),
    case(
        "fail-requires-dry-run",
        &["!sh make.sh fail-get_requires_for_build_wheel.exit"],
        "install --dry-run ./fails",
    ),
    case(
        "fail-metadata-exit",
        &["!sh make.sh fail-prepare_metadata_for_build_wheel.exit"],
        "install ./fails",
    ),
    case(
        "fail-metadata-warn",
        &["!sh make.sh fail-prepare_metadata_for_build_wheel.warn"],
        "install ./fails",
    ),
    case(
        "fail-metadata-silent",
        &["!sh make.sh fail-prepare_metadata_for_build_wheel.silent"],
        "install ./fails",
    ),
    case(
        "fail-metadata-binary",
        &["!sh make.sh fail-prepare_metadata_for_build_wheel.binary"],
        "install ./fails",
    ),
    case(
        "fail-metadata-long",
        &["!sh make.sh fail-prepare_metadata_for_build_wheel.long"],
        "install ./fails",
    ),
    case(
        "fail-metadata-kill",
        &["!sh make.sh fail-prepare_metadata_for_build_wheel.kill"],
        "install ./fails",
    ),
    case(
        "fail-metadata-raise",
        &["!sh make.sh fail-prepare_metadata_for_build_wheel.raise"],
        "install ./fails",
    )
    .except("the traceback has no frames of what calls a hook", FRAMES),
    case(
        "fail-metadata-quiet",
        &["!sh make.sh fail-prepare_metadata_for_build_wheel.exit"],
        "install -q ./fails",
    ),
    case(
        "fail-metadata-quieter",
        &["!sh make.sh fail-prepare_metadata_for_build_wheel.exit"],
        "install -qq ./fails",
    ),
    case(
        "fail-metadata-verbose",
        &["!sh make.sh fail-prepare_metadata_for_build_wheel.exit"],
        "install -v ./fails",
    )
    .except("a back end is called without a command line of its own", &["  full command: "]),
    case(
        "fail-metadata-log",
        &["!sh make.sh fail-prepare_metadata_for_build_wheel.exit"],
        "install --log log.txt ./fails",
    )
    .differs("the log has what is said, not what pip tells its own debuggers"),
    case(
        "fail-metadata-named",
        &["!sh make.sh fail-prepare_metadata_for_build_wheel.exit"],
        "install 'fails @ file://{stage}/fails'",
    ),
    case(
        "fail-metadata-dry-run",
        &["!sh make.sh fail-prepare_metadata_for_build_wheel.exit"],
        "install --dry-run ./fails",
    ),
    case("fail-build-exit", &["!sh make.sh fail-build_wheel.exit"], "install ./fails"),
    case("fail-build-warn", &["!sh make.sh fail-build_wheel.warn"], "install ./fails"),
    case("fail-build-silent", &["!sh make.sh fail-build_wheel.silent"], "install ./fails"),
    case("fail-build-binary", &["!sh make.sh fail-build_wheel.binary"], "install ./fails"),
    case("fail-build-long", &["!sh make.sh fail-build_wheel.long"], "install ./fails"),
    case("fail-build-kill", &["!sh make.sh fail-build_wheel.kill"], "install ./fails"),
    case("fail-build-raise", &["!sh make.sh fail-build_wheel.raise"], "install ./fails")
        .except("the traceback has no frames of what calls a hook", FRAMES),
    case("fail-build-quiet", &["!sh make.sh fail-build_wheel.exit"], "install -q ./fails"),
    case("fail-build-quieter", &["!sh make.sh fail-build_wheel.exit"], "install -qq ./fails"),
    case("fail-build-verbose", &["!sh make.sh fail-build_wheel.exit"], "install -v ./fails")
        .except("a back end is called without a command line of its own", &["  full command: "]),
    case("fail-build-log", &["!sh make.sh fail-build_wheel.exit"], "install --log log.txt ./fails")
        .differs("the log has what is said, not what pip tells its own debuggers"),
    case(
        "fail-build-named",
        &["!sh make.sh fail-build_wheel.exit"],
        "install 'fails @ file://{stage}/fails'",
    ),
    case("fail-build-dry-run", &["!sh make.sh fail-build_wheel.exit"], "install --dry-run ./fails"),
    case(
        "fail-editable-requires",
        &["!sh make.sh fail-get_requires_for_build_editable.exit"],
        "install -e ./fails",
    ),
    case(
        "fail-editable-metadata",
        &["!sh make.sh fail-prepare_metadata_for_build_editable.exit"],
        "install -e ./fails",
    ),
    case("fail-editable-build", &["!sh make.sh fail-build_editable.exit"], "install -e ./fails"),
    case("fail-import", &["!sh make.sh fail-import.x"], "install ./fails"),
    case("fail-editable-import", &["!sh make.sh fail-import.x"], "install -e ./fails"),
    case("fail-file", &["!sh make.sh other-file"], "install ./fails"),
    case("fail-file-version", &["!sh make.sh other-file-version"], "install ./fails"),
    case("fail-strange-file", &["!sh make.sh strange-file"], "install ./fails")
        .differs("what contradicts its own file name is refused at once"),
    case("fail-name", &["!sh make.sh other-name"], "install ./fails"),
    case("fail-version", &["!sh make.sh other-version"], "install ./fails"),
    case("fail-bad-version", &["!sh make.sh bad-version"], "install ./fails")
        .differs("pip ends with a traceback"),
    case("fail-bad-requires", &["!sh make.sh bad-requires"], "install ./fails"),
    case("fail-name-named", &["!sh make.sh other-name"], "install 'fails @ file://{stage}/fails'")
        .differs("what contradicts its own file name is refused at once"),
    case("fail-file-editable", &["!sh make.sh other-file"], "install -e ./fails"),
    case("bad-syntax", &["!sh make.sh syntax"], "install ./bad").differs("pip ends with a traceback"),
    case("bad-no-requires", &["!sh make.sh no-requires"], "install ./bad"),
    case("bad-requires-text", &["!sh make.sh requires-text"], "install ./bad"),
    case("bad-requires-numbers", &["!sh make.sh requires-numbers"], "install ./bad"),
    case("bad-requires-broken", &["!sh make.sh requires-broken"], "install ./bad"),
    case("bad-system-number", &["!sh make.sh system-number"], "install ./bad")
        .differs("pip ends with a traceback"),
    case("bad-backend-missing", &["!sh make.sh backend-missing"], "install ./bad"),
    case("bad-backend-misspelt", &["!sh make.sh backend-misspelt"], "install ./bad")
        .except("the traceback has no frames of what calls a hook", FRAMES),
    case("bad-path-outside", &["!sh make.sh path-outside"], "install ./bad")
        .differs("pip ends with a traceback"),
    case("bad-path-absent", &["!sh make.sh path-absent"], "install ./bad")
        .differs("a wrong `backend-path` is found before the back end is called"),
    case("bad-only-requires", &["!sh make.sh only-requires"], "install ./bad")
        .env(EPOCH)
        .except("what a build needs is not warned about before it is missed", &["  WARNING: "]),
    case("bad-no-system", &["!sh make.sh no-system"], "install ./bad")
        .except("what is understood is built without its back end", &["bad/bad.egg-info/", "bad/build/"])
        .env(EPOCH),
    case("bad-project-wrong", &["!sh make.sh project-wrong"], "install ./bad")
        .except("the traceback has no frames of what calls a hook", FRAMES),
    case("bad-requires-gone", &["!sh make.sh requires-gone"], "install ./bad"),
    case("bad-requires-two", &["!sh make.sh requires-two"], "install ./bad"),
    case("bad-later-gone", &["!sh make.sh later-gone"], "install ./bad"),
    case("bad-later-conflict", &["!sh make.sh later-conflict"], "install ./bad"),
    case("bad-nothing", &["!sh make.sh nothing"], "install ./nothing"),
    case("bad-nothing-editable", &["!sh make.sh nothing"], "install -e ./nothing"),
    case("bad-nothing-url", &["!sh make.sh nothing"], "install file://{stage}/nothing"),
    case("bad-gone-quiet", &["!sh make.sh requires-gone"], "install -q ./bad"),
    case("bad-gone-verbose", &["!sh make.sh requires-gone"], "install -v ./bad")
        .differs("what is installed for a build is not told package by package"),
    case("bad-gone-editable", &["!sh make.sh requires-gone"], "install -e ./bad"),
    case("bad-gone-no-index", &["!sh make.sh requires-gone"], "install --no-index ./bad"),
    case("bad-backend-missing-editable", &["!sh make.sh backend-missing"], "install -e ./bad"),
    case("bad-syntax-editable", &["!sh make.sh syntax"], "install -e ./bad")
        .differs("pip ends with a traceback"),
    case("bad-setup-lies", &["!sh make.sh setup-lies"], "install ./lies")
        .except("the traceback has no frames of what calls a hook", FRAMES),
    case("bad-wheel-command", &["!sh make.sh backend-missing"], "wheel -w w ./bad"),
    case("bad-download-command", &["!sh make.sh requires-gone"], "download -d w ./bad"),
];
