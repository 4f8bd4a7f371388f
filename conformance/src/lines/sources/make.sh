# Sources of every kind, in the folder of a case: each word makes one.
here=$PWD
export GIT_AUTHOR_DATE='2026-01-01T00:00:00Z' GIT_COMMITTER_DATE='2026-01-01T00:00:00Z' HGPLAIN=1
# project FOLDER NAME VERSION [LINE...]: built by the back end beside it; lines go into [tool.stage]
project() {
    mkdir -p "$1"
    cp backend.py "$1/backend.py"
    printf '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n\n[tool.stage]\nname = "%s"\nversion = "%s"\n' "$2" "$3" >"$1/pyproject.toml"
    folder=$1
    shift 3
    for line in "$@"; do printf '%s\n' "$line" >>"$folder/pyproject.toml"; done
}
# bare FOLDER TEXT: nothing but a pyproject.toml
bare() {
    mkdir -p "$1"
    printf "$2" >"$1/pyproject.toml"
}
# pack FOLDER NAME-VERSION: archives of a folder
pack() {
    python3 - "$1" "$2" <<'PYTHON'
import gzip, io, os, sys, tarfile, zipfile
folder, name = sys.argv[1:]
files = sorted(os.path.relpath(os.path.join(top, file), folder) for top, _, files in os.walk(folder) for file in files)
buffer = io.BytesIO()
with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
    for file in files:
        data = open(os.path.join(folder, file), "rb").read()
        member = tarfile.TarInfo(name + "/" + file)
        member.size, member.mode = len(data), 0o644
        tar.addfile(member, io.BytesIO(data))
open(name + ".tar.gz", "wb").write(gzip.compress(buffer.getvalue(), mtime=0))
open(name + ".tar", "wb").write(buffer.getvalue())
with zipfile.ZipFile(name + ".zip", "w") as zipped:
    for file in files:
        zipped.writestr(zipfile.ZipInfo(name + "/" + file, (2024, 1, 1, 0, 0, 0)), open(os.path.join(folder, file), "rb").read())
PYTHON
}
commit() {
    git -C "$1" add -A
    git -C "$1" -c user.name=A -c user.email=a@a.example commit -q -m "$2"
}
for word in "$@"; do
    case $word in
    proj) project proj proj 1.0 'script = "proj"' 'extras = {PDF = ["gamma"], more = ["low<2"]}' ;;
    needy) project needy needy 1.0 'requires = ["beta<2", "gamma"]' ;;
    chatty) project chatty chatty 1.0 'says = ["one", "two"]' ;;
    settings) project settings settings 1.0 'tells-settings = true' ;;
    pinned) project pinned pinned 1.0 'requires = ["gamma==9"]' ;;
    future-source) project future-source future-source 1.0 'python = ">=4"' ;;
    Odd.Name-source) project odd-source Odd.Source_Name 1.0.0 ;;
    odd-git) project Odd_Repo Odd_Repo 1.0; git -C Odd_Repo init -q -b main; commit Odd_Repo one ;;
    renamed) project renamed proj 2.0 ;;
    sub) project sub-source/inner inner 1.0; echo x >sub-source/README ;;
    archive) project packed packed 1.0; pack packed packed-1.0; rm -r packed packed-1.0.zip packed-1.0.tar ;;
    archives) project packed packed 1.0; pack packed packed-1.0; rm -r packed ;;
    git)
        project repo proj 1.0; git -C repo init -q -b main; commit repo one; git -C repo tag v1
        git -C repo checkout -q -b dev; project repo proj 1.1; commit repo two; git -C repo checkout -q main
        project repo/inner inner 1.0; commit repo three
        git clone -q --bare repo proj.git; rm -rf repo
        git -C proj.git rev-parse v1 >commit.txt ;;
    commits)
        echo "git+file://$here/proj.git@$(cat commit.txt)" >commits.txt
        echo "git+file://$here/proj.git@$(cut -c1-7 commit.txt)" >commits-short.txt ;;
    git-more) git clone -q proj.git more; project more proj 1.2; commit more four; git -C more push -q; rm -rf more ;;
    git-submodule)
        project inner inner 1.0; git -C inner init -q -b main; commit inner one; git clone -q --bare inner inner.git
        project repo withsub 1.0; git -C repo init -q -b main
        git -C repo -c protocol.file.allow=always submodule --quiet add "file://$here/inner.git" part
        commit repo one; git clone -q --bare repo withsub.git; rm -rf repo inner ;;
    hg)
        project repo proj 1.0; hg init repo; hg -R repo add -q
        hg -R repo commit -q -m one -u a -d '0 0'; hg -R repo tag v1 -u a -d '0 0'
        hg -R repo branch -q dev; project repo proj 1.1; hg -R repo commit -q -m two -u a -d '0 0'; hg -R repo update -q default
        mv repo proj.hg ;;
    svn)
        project work proj 1.0; svnadmin create proj.svn
        svn import -q -m one work "file://$here/proj.svn/trunk"; rm -rf work
        svn checkout -q "file://$here/proj.svn/trunk" work; project work proj 1.1; svn commit -q -m two work; rm -rf work ;;
    setup) mkdir -p old; printf 'from setuptools import setup\nsetup(name="old", version="1.0", py_modules=["old"], install_requires=["gamma"])\n' >old/setup.py; echo 'x = 1' >old/old.py ;;
    setup-fails) mkdir -p broken; printf 'import sys\nprint("setup says no")\nsys.exit("no way")\n' >broken/setup.py ;;
    setup-lies) mkdir -p lies; printf 'print("no setup here")\n' >lies/setup.py ;;
    flit) mkdir -p flit/flat; printf '[build-system]\nrequires = ["flit_core >=3.2,<5"]\nbuild-backend = "flit_core.buildapi"\n\n[project]\nname = "flat"\nversion = "1.0"\ndescription = "Flat"\ndependencies = ["gamma"]\n[project.optional-dependencies]\nmore = ["low<2"]\n[project.scripts]\nflat = "flat:main"\n' >flit/pyproject.toml; printf '"""Flat"""\n' >flit/flat/__init__.py ;;
    hatch) mkdir -p hatch/hatched; printf '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n\n[project]\nname = "hatched"\nversion = "1.0"\n' >hatch/pyproject.toml; : >hatch/hatched/__init__.py ;;
    setuptools) mkdir -p tools; printf '[build-system]\nrequires = ["setuptools>=61"]\nbuild-backend = "setuptools.build_meta"\n\n[project]\nname = "tools-made"\nversion = "1.0"\n' >tools/pyproject.toml; echo 'x = 1' >tools/tools_made.py ;;
    dynamic) mkdir -p dynamic; printf '[build-system]\nrequires = ["setuptools>=61"]\nbuild-backend = "setuptools.build_meta"\n\n[project]\nname = "dynamic"\ndynamic = ["version"]\n[tool.setuptools.dynamic]\nversion = {attr = "dynamic.__version__"}\n' >dynamic/pyproject.toml; echo '__version__ = "3.1"' >dynamic/dynamic.py ;;
    # what fails
    fail-*)
        hook=${word#fail-}; how=${hook##*.}; hook=${hook%.*}
        project fails fails 1.0 "fail = {$hook = \"$how\"}" 'code = 3' ;;
    lacks-*) project lacks lacks 1.0 "lacks = [\"${word#lacks-}\"]" ;;
    other-file) project fails fails 1.0 'file = "other-1.0-py3-none-any.whl"' ;;
    other-file-version) project fails fails 1.0 'file = "fails-2.0-py3-none-any.whl"' ;;
    strange-file) project fails fails 1.0 'file = "fails.zip"' ;;
    other-name) project fails fails 1.0 'metadata-name = "other"' ;;
    other-version) project fails fails 1.0 'metadata-version = "2.0"' ;;
    bad-version) project fails fails 1.0 'metadata-version = "one"' ;;
    bad-requires) project fails fails 1.0 'requires = ["what ever ??"]' ;;
    syntax) bare bad '[build-system\n' ;;
    no-requires) bare bad '[build-system]\nbuild-backend = "x"\n' ;;
    requires-text) bare bad '[build-system]\nrequires = "x"\n' ;;
    requires-numbers) bare bad '[build-system]\nrequires = [1]\n' ;;
    requires-broken) bare bad '[build-system]\nrequires = ["what ever ??"]\n' ;;
    system-number) bare bad 'build-system = 3\n' ;;
    backend-missing) bare bad '[build-system]\nrequires = []\nbuild-backend = "nowhere.at.all"\n' ;;
    backend-misspelt) project bad bad 1.0; sed -i 's/"backend"/"backend:wrong"/' bad/pyproject.toml ;;
    path-outside) project bad bad 1.0; sed -i 's/\["."\]/[".."]/' bad/pyproject.toml ;;
    path-absent) project bad bad 1.0; sed -i 's/\["."\]/["nowhere"]/' bad/pyproject.toml ;;
    only-requires) bare bad '[build-system]\nrequires = []\n'; echo 'x = 1' >bad/bad.py ;;
    no-system) bare bad '[project]\nname = "bad"\nversion = "1.0"\n' ;;
    project-wrong) bare bad '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n[project]\nname = 3\n' ;;
    requires-gone) project bad bad 1.0; sed -i 's/requires = \[\]/requires = ["gone-for-good>=1"]/' bad/pyproject.toml ;;
    requires-two) project bad bad 1.0; sed -i 's/requires = \[\]/requires = ["left", "right"]/' bad/pyproject.toml ;;
    requires-beta) project tooled tooled 1.0; sed -i 's/requires = \[\]/requires = ["beta<2"]/' tooled/pyproject.toml ;;
    later-gone) project bad bad 1.0 'wheel-requires = ["gone-for-good>=1"]' ;;
    later-gamma) project tooled tooled 1.0 'wheel-requires = ["gamma"]' ;;
    later-conflict) project bad bad 1.0 'wheel-requires = ["beta>=1.5"]'; sed -i 's/requires = \[\]/requires = ["beta<1.5"]/' bad/pyproject.toml ;;
    not-an-archive) echo nothing >broken-1.0.tar.gz; echo nothing >broken-1.0.zip ;;
    empty-archive) mkdir nothing; echo x >nothing/README; pack nothing nothing-1.0; rm -r nothing ;;
    nothing) mkdir -p nothing; echo x >nothing/README ;;
    constraint) echo 'beta<1' >build-constraint.txt; echo 'beta>=2' >build-conflict.txt ;;
    hashes) sum=$(sha256sum packed-1.0.tar.gz); sum=${sum%% *}
        printf './packed-1.0.tar.gz --hash=sha256:%s\n' "$sum" >hash-right.txt
        printf './packed-1.0.tar.gz --hash=sha256:%064d\n' 0 >hash-wrong.txt
        printf 'packed @ file://%s/packed-1.0.tar.gz --hash=sha256:%s\n' "$here" "$sum" >hash-named.txt
        printf 'packed @ file://%s/packed-1.0.tar.gz#sha256=%s\n' "$here" "$sum" >hash-fragment.txt
        printf './proj --hash=sha256:%s\n' "$sum" >hash-folder.txt
        printf -- '-e ./proj\n--require-hashes\n' >hash-editable.txt ;;
    lists)
        echo '-e ./proj' >editable.txt; echo '-e ./proj[PDF]' >editable-extra.txt; echo './proj' >folder.txt
        echo "proj @ file://$here/proj" >named.txt; echo './proj[more]' >folder-extra.txt
        printf -- '-e ./proj\ngamma\n' >both.txt; printf './proj --config-settings="a=b"\n' >line-settings.txt
        printf 'file://%s/sub-source#subdirectory=inner\n' "$here" >sub.txt; mkdir -p lists; echo './proj' >lists/deeper.txt; echo '-e proj' >lists/editable.txt ;;
    esac
done
