//! What no pip of today makes, but finds: the script `odd.sh` in the folder of a case makes it by name.

use std::io;
use std::path::Path;

/// Each word names something in the environment `env` or beside it.
const SCRIPT: &str = r#"
site=$(echo env/lib/python3*/site-packages)
here=$PWD
# dist NAME VERSION [HEADER...]: metadata with a RECORD and one module
dist() {
    name=$1 version=$2
    info=$site/$1-$2.dist-info
    shift 2
    mkdir -p "$info"
    printf 'Metadata-Version: %s\nName: %s\nVersion: %s\nSummary: The %s\n' "${metadata:-2.1}" "$name" "$version" "$name" >"$info/METADATA"
    for header in "$@"; do printf '%s\n' "$header" >>"$info/METADATA"; done
    printf 'Wheel-Version: 1.0\nGenerator: odd\nRoot-Is-Purelib: true\nTag: %s\n' "${tag:-py3-none-any}" >"$info/WHEEL"
    echo "${installer:-pip}" >"$info/INSTALLER"
    echo "x = 1" >"$site/$name.py"
    printf '%s.py,,\n%s-%s.dist-info/METADATA,,\n%s-%s.dist-info/WHEEL,,\n%s-%s.dist-info/INSTALLER,,\n%s-%s.dist-info/RECORD,,\n' \
        "$name" "$name" "$version" "$name" "$version" "$name" "$version" "$name" "$version" >"$info/RECORD"
}
# direct NAME VERSION JSON
direct() {
    dist "$1" "$2"
    printf '%s' "$3" >"$info/direct_url.json"
}
editable() {
    mkdir -p "src/$1"
    echo '[project]' >"src/$1/pyproject.toml"
    direct "$1" 0.1 "{\"dir_info\": {\"editable\": true}, \"url\": \"file://$here/src/$1\"}"
}
commit() {
    export GIT_AUTHOR_DATE='2026-01-01T00:00:00Z' GIT_COMMITTER_DATE='2026-01-01T00:00:00Z'
    git -C "$1" init -q -b main
    git -C "$1" add -A
    git -C "$1" -c user.name=A -c user.email=a@a.example commit -q -m one
    # it holds the times of the files
    rm "$1/.git/index"
}
for word in "$@"; do
    case $word in
    editable) editable devel ;;
    editable-git) editable devel; commit src/devel; git -C src/devel remote add origin https://vcs.example/devel.git ;;
    editable-scp) editable devel; commit src/devel; git -C src/devel remote add origin git@vcs.example:a/devel.git ;;
    editable-no-remote) editable devel; commit src/devel ;;
    editable-bad-remote) editable devel; commit src/devel; git -C src/devel remote add origin ./no/such ;;
    editable-below) editable devel; commit src; git -C src remote add other https://vcs.example/all.git ;;
    editable-packed) editable devel; commit src/devel; git -C src/devel remote add origin https://vcs.example/devel.git; git -C src/devel pack-refs --all ;;
    egg-link)
        mkdir -p src/old/old.egg-info
        printf 'Metadata-Version: 1.0\nName: old\nVersion: 0.9\n' >src/old/old.egg-info/PKG-INFO
        printf '%s\n.' "$here/src/old" >"$site/old.egg-link"
        printf '%s\n' "$here/src/old" >"$site/easy-install.pth" ;;
    egg-info)
        mkdir -p "$site/eggy-1.0-py3.egg-info" "$site/eggy"
        printf 'Metadata-Version: 1.1\nName: eggy\nVersion: 1.0\nSummary: Eggs\n' >"$site/eggy-1.0-py3.egg-info/PKG-INFO"
        printf '../eggy/__init__.py\nPKG-INFO\ninstalled-files.txt\n' >"$site/eggy-1.0-py3.egg-info/installed-files.txt"
        echo beta >"$site/eggy-1.0-py3.egg-info/requires.txt"
        : >"$site/eggy/__init__.py" ;;
    distutils) printf 'Metadata-Version: 1.0\nName: stone\nVersion: 1.0\n' >"$site/stone-1.0.egg-info" ;;
    no-record) dist bare 1.0; rm "$info/RECORD" ;;
    no-record-other) installer=conda dist bare 1.0; rm "$info/RECORD" ;;
    legacy-version) dist ancient 2009b-unknown ;;
    broken-requires) dist broken 1.0 'Requires-Dist: what ever ??' ;;
    normal-version) dist shaped 1.0.0-RC1 ;;
    url-requires) dist pointing 1.0 'Requires-Dist: elsewhere @ https://files.example/elsewhere-1.0-py3-none-any.whl' ;;
    markers) dist marked 1.0 "Requires-Dist: nothere; sys_platform == 'win32'" "Requires-Dist: extra-only; extra == 'x'" "Provides-Extra: x" "Requires-Dist: Beta_Two>=1; python_version >= '3'" ;;
    foreign) tag=cp27-cp27m-win32 dist foreign 1.0 ;;
    build) dist built 1.0; echo 'Build: 3' >>"$info/WHEEL" ;;
    long) dist long 1.0 'License: First' '        second line' '         third line' 'Author: Ann' 'Author-email: Ann <ann@long.example>' 'Keywords: a,b' ;;
    homepage) dist homely 1.0 'Project-URL: Source, https://src.example' 'Project-URL: Home Page, https://home.example' ;;
    expression) metadata=2.4 dist licensed 1.0 'License-Expression: MIT' 'License: old words' ;;
    expression-early) metadata=2.3 dist licensed 1.0 'License-Expression: MIT' 'License: old words' ;;
    standard) dist wsgiref 0.1 ;;
    tools) dist setuptools 70.0; dist wheel 0.40; dist pip 26.0 ;;
    several) dist alpha 1.0; dist almond 1.0; dist beta 1.0 ;;
    leftover) mkdir -p "$site/~lpha-1.0.dist-info" ;;
    requested) dist asked 1.0; : >"$info/REQUESTED" ;;
    described) dist told 1.0 '' '# Told' '' 'ünïcode "quotes"' ;;
    entry-points) dist pointed 1.0; printf '[console_scripts]\npointed = pointed:main\n\n[other]\nx = pointed:x\n' >"$info/entry_points.txt" ;;
    vcs-url) direct fetched 1.0 '{"url": "https://vcs.example/f.git", "vcs_info": {"vcs": "git", "requested_revision": "main", "commit_id": "0123456789012345678901234567890123456789"}, "subdirectory": "py"}' ;;
    archive-url) direct packed 1.0 '{"url": "https://files.example/packed-1.0.tar.gz", "archive_info": {"hash": "sha256=aa", "hashes": {"sha256": "aa"}}}' ;;
    plain-url) direct packed 1.0 '{"url": "https://user:secret@files.example/packed-1.0.tar.gz", "archive_info": {}}' ;;
    folder-url) direct folded 1.0 "{\"url\": \"file://$here/src/folded\", \"dir_info\": {}}" ;;
    pth) mkdir -p more/further-1.0.dist-info; printf 'Metadata-Version: 2.1\nName: further\nVersion: 1.0\n' >more/further-1.0.dist-info/METADATA; printf '# more\n\nimport sys\n%s\n' "$here/more" >"$site/more.pth" ;;
    system) sed -i 's/include-system-site-packages = false/include-system-site-packages = true/' env/pyvenv.cfg ;;
    user) saved=$site; site=$(echo "user/lib/$(basename "$(echo env/lib/python3*)")/site-packages"); dist mine 1.0; site=$saved ;;
    stray) : >"$site/alpha/stray.txt" ;;
    outside) printf '../../../../outside.txt,,\n' >>"$(echo "$site"/alpha-*.dist-info/RECORD)"; : >outside.txt ;;
    esac
done
"#;

/// Writes the script.
pub fn script(folder: &Path) -> io::Result<()> {
    std::fs::write(folder.join("odd.sh"), SCRIPT)
}
