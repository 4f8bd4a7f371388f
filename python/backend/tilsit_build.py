"""The build back end (PEP 517) of Tilsit's own wheel: a release binary and the few files of `tilsit/`.

The binary is the one that the setting `binary` (`-C binary=PATH`) or the variable TILSIT_WHEEL_BINARY names; else
`target/release/tilsit` of the checkout; else the tilsit that runs this build (TILSIT_BINARY), if it is a release build of
the same version; else what cargo makes. Nothing but Python is needed to pack it. The platform in the wheel's name is read from the binary: the C library that it needs, and no older one.
"""

import base64
import hashlib
import io
import os
import re
import shutil
import struct
import subprocess
import sysconfig
import tarfile
import time
import zipfile

NAME = "tilsit"
SUMMARY = "The Python packaging tool: environments, packages, pins; pip when called as pip"
LICENSES = ("LICENSE-APACHE", "LICENSE-MIT")
# Processors by their number in the ELF header.
MACHINES = {62: "x86_64", 183: "aarch64", 243: "riscv64", 21: "ppc64le", 22: "s390x"}
# What manylinux (PEP 600) lets a binary need; the C library's own parts.
LIBRARIES = re.compile(r"(lib(c|m|dl|rt|pthread)\.so\.\d|libgcc_s\.so\.1|ld-linux.*)$")


class UnsupportedOperation(Exception):
    """PEP 517: what cannot be built here."""


# ---- the checkout ----


def _root():
    """The folder of the Rust workspace: above `python/`, or the source distribution itself."""
    here = os.getcwd()
    for folder in (here, os.path.dirname(here)):
        if os.path.isdir(os.path.join(folder, "crates")):
            return folder
    raise UnsupportedOperation("the Rust workspace of tilsit is neither here nor in the folder above")


def _read(*parts):
    with open(os.path.join(_root(), *parts), "rb") as file:
        return file.read()


def _version():
    manifest = _read("Cargo.toml").decode("utf-8")
    table = manifest.split("[workspace.package]", 1)[1]
    return re.search(r'^version = "([^"]+)"', table, re.MULTILINE).group(1)


def _moment():
    return int(os.environ.get("SOURCE_DATE_EPOCH") or 315532800)


def _metadata():
    fields = [
        ("Metadata-Version", "2.4"),
        ("Name", NAME),
        ("Version", _version()),
        ("Summary", SUMMARY),
        ("License-Expression", "MIT OR Apache-2.0"),
    ]
    fields += [("License-File", name) for name in LICENSES]
    fields += [
        ("Classifier", "Environment :: Console"),
        ("Classifier", "Intended Audience :: Developers"),
        ("Classifier", "Programming Language :: Rust"),
        ("Classifier", "Topic :: Software Development :: Build Tools"),
        ("Requires-Python", ">=3.8"),
        ("Description-Content-Type", "text/markdown"),
    ]
    head = "".join("%s: %s\n" % field for field in fields)
    return head.encode() + b"\n" + _read("README.md")


# ---- the binary ----


HELP = """
What to do: make the binary first (cargo build --release), then build again; or name a release build by
TILSIT_WHEEL_BINARY=PATH or -C binary=PATH."""


def _lack(path):
    """What keeps the program at `path` from being packed; nothing if it is a release build of this version."""
    if not os.path.isfile(path):
        return "there is no %s" % path
    try:
        said = subprocess.check_output([path, "--version"]).decode("utf-8", "replace").strip()
    except (OSError, subprocess.CalledProcessError) as error:
        return "%s cannot be run: %s" % (path, error)
    if said != "%s %s" % (NAME, _version()):
        return "%s is %s" % (path, said)
    with open(path, "rb") as file:
        data = file.read()
    # Release builds are stripped; others would be ten times as large, and slow.
    return "%s is no release build" % path if data[:4] == b"\x7fELF" and _Elf(data).has_symbols() else None


def _made_by_cargo(path, lacks):
    """`path`, made in the checkout; `lacks` says why nothing that is there will do."""
    if not shutil.which("cargo"):
        raise UnsupportedOperation("; ".join(lacks + ["there is no cargo to make it"]) + HELP)
    try:
        subprocess.check_call(["cargo", "build", "--release", "--locked", "-p", NAME], cwd=_root())
    except subprocess.CalledProcessError as error:
        why = "cargo failed with exit code %d (a confined build reaches no network)" % error.returncode
        raise UnsupportedOperation("; ".join(lacks + [why]) + HELP)
    return path


def _binary(settings):
    named = (settings or {}).get("binary") or os.environ.get("TILSIT_WHEEL_BINARY")
    if named:
        return os.path.abspath(named)
    folder = os.environ.get("CARGO_TARGET_DIR") or os.path.join(_root(), "target")
    path = os.path.join(folder, "release", NAME + (sysconfig.get_config_var("EXE") or ""))
    lacks = []
    for candidate in filter(None, (path, os.environ.get("TILSIT_BINARY"))):
        lack = _lack(candidate)
        if lack is None:
            return candidate
        lacks.append(lack)
    return _made_by_cargo(path, lacks)


class _Elf:
    """What a 64-bit ELF file needs of other libraries."""

    def __init__(self, data):
        self.data = data
        if data[:5] != b"\x7fELF\x02":
            raise UnsupportedOperation("the binary is not a 64-bit ELF file")
        self.order = "<" if data[5] == 1 else ">"
        self.machine = self._take("H", 18)[0]
        start, size, count = self._take("Q", 32)[0], self._take("H", 54)[0], self._take("H", 56)[0]
        self.segments = [self._take("IIQQQQQQ", start + at * size) for at in range(count)]
        dynamic = [segment for segment in self.segments if segment[0] == 2]
        self.dynamic = self._entries(dynamic[0]) if dynamic else []

    def _take(self, form, at):
        return struct.unpack_from(self.order + form, self.data, at)

    def _entries(self, segment):
        found = []
        for at in range(segment[2], segment[2] + segment[5], 16):
            tag, value = self._take("qQ", at)
            if tag == 0:
                break
            found.append((tag, value))
        return found

    def has_symbols(self):
        """Whether there is a table of symbols for debuggers (SHT_SYMTAB), which `strip` takes away."""
        start, size, count = self._take("Q", 40)[0], self._take("H", 58)[0], self._take("H", 60)[0]
        return any(self._take("I", start + at * size + 4)[0] == 2 for at in range(count))

    def _values(self, tag):
        return [value for found, value in self.dynamic if found == tag]

    def _place(self, address):
        """Where in the file an address of the loaded program is."""
        for kind, _, offset, start, _, size, _, _ in self.segments:
            if kind == 1 and start <= address < start + size:
                return offset + address - start
        raise UnsupportedOperation("the binary's dynamic section leads nowhere")

    def _text(self, at):
        start = self._place(self._values(5)[0]) + at
        return self.data[start : self.data.index(b"\0", start)].decode("ascii")

    def needed(self):
        """DT_NEEDED"""
        return [self._text(value) for value in self._values(1)]

    def versions(self):
        """The names of the symbol versions needed (DT_VERNEED), such as GLIBC_2.34."""
        names = []
        for address, count in zip(self._values(0x6FFFFFFE), self._values(0x6FFFFFFF)):
            at = self._place(address)
            for _ in range(count):
                _, many, _, inner, following = self._take("HHIII", at)
                other = at + inner
                for _ in range(many):
                    _, _, _, name, step = self._take("IHHII", other)
                    names.append(self._text(name))
                    other += step
                at += following
        return names


def _linux_tag(data):
    elf = _Elf(data)
    if elf.machine not in MACHINES:
        raise UnsupportedOperation("no wheels are known for this processor")
    strange = [name for name in elf.needed() if not LIBRARIES.match(name)]
    if strange:
        raise UnsupportedOperation("the binary needs libraries that not every Linux has: " + ", ".join(strange))
    found = [re.match(r"GLIBC_(\d+)\.(\d+)", name) for name in elf.versions()]
    versions = [tuple(map(int, match.groups())) for match in found if match]
    # PEP 600: the oldest C library that has every symbol. What needs no symbol runs with any.
    return "manylinux_%d_%d_%s" % (max(versions + [(2, 17)]) + (MACHINES[elf.machine],))


def _platform(data):
    if data[:4] == b"\x7fELF":
        return _linux_tag(data)
    platform = re.sub(r"[-.]", "_", sysconfig.get_platform())
    if platform.startswith("linux"):
        raise UnsupportedOperation("the binary is no program for Linux")
    return platform


# ---- archives ----


def _wheel_text(tag):
    return ("Wheel-Version: 1.0\nGenerator: tilsit_build\nRoot-Is-Purelib: false\nTag: %s\n" % tag).encode()


def _write_wheel(path, members):
    dist_info = "%s-%s.dist-info" % (NAME, _version())
    rows = []
    stamp = max(time.gmtime(_moment())[:6], (1980, 1, 1, 0, 0, 0))
    with zipfile.ZipFile(path, "w") as archive:

        def add(name, data, mode):
            info = zipfile.ZipInfo(name, stamp)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = (0o100000 | mode) << 16
            archive.writestr(info, data, compresslevel=9)

        for name, data, mode in members:
            add(name, data, mode)
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            rows.append("%s,sha256=%s,%d\n" % (name, digest, len(data)))
        rows.append(dist_info + "/RECORD,,\n")
        add(dist_info + "/RECORD", "".join(rows).encode(), 0o644)


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    """PEP 517"""
    program = _binary(config_settings)
    print("packing " + program)
    with open(program, "rb") as file:
        data = file.read()
    stem = "%s-%s" % (NAME, _version())
    tag = "py3-none-" + _platform(data)
    script = NAME + (".exe" if data[:2] == b"MZ" else "")
    package = [("tilsit/" + name, _read("python", "tilsit", name), 0o644) for name in ("__init__.py", "__main__.py")]
    licenses = [(stem + ".dist-info/licenses/" + name, _read(name), 0o644) for name in LICENSES]
    members = package + [("%s.data/scripts/%s" % (stem, script), data, 0o755)] + licenses
    members += [
        (stem + ".dist-info/METADATA", _metadata(), 0o644),
        (stem + ".dist-info/WHEEL", _wheel_text(tag), 0o644),
    ]
    filename = "%s-%s.whl" % (stem, tag)
    _write_wheel(os.path.join(wheel_directory, filename), members)
    return filename


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    """PEP 517; the binary is not looked for."""
    dist_info = "%s-%s.dist-info" % (NAME, _version())
    os.makedirs(os.path.join(metadata_directory, dist_info))
    for name, data in (("METADATA", _metadata()), ("WHEEL", _wheel_text("py3-none-any"))):
        with open(os.path.join(metadata_directory, dist_info, name), "wb") as file:
            file.write(data)
    return dist_info


def _tracked():
    """The files of the checkout, as git knows them; of a source distribution, all."""
    root = _root()
    if os.path.exists(os.path.join(root, ".git")):
        listed = subprocess.check_output(["git", "ls-files", "-z"], cwd=root)
        names = [os.fsdecode(name) for name in listed.split(b"\0") if name]
    else:
        folders = ((folder, files) for folder, _, files in os.walk(root))
        names = [os.path.relpath(os.path.join(folder, name), root) for folder, files in folders for name in files]
    kept = (name for name in names if name not in ("PKG-INFO", "pyproject.toml") and not name.startswith("target/"))
    return sorted(name for name in kept if os.path.isfile(os.path.join(root, name)))


def build_sdist(sdist_directory, config_settings=None):
    """PEP 517: the whole workspace, with the project file at its root."""
    stem = "%s-%s" % (NAME, _version())
    project = _read("python", "pyproject.toml").replace(b'["backend"]', b'["python/backend"]')
    members = [(name, _read(name), os.access(os.path.join(_root(), name), os.X_OK)) for name in _tracked()]
    members += [("pyproject.toml", project, False), ("PKG-INFO", _metadata(), False)]
    with tarfile.open(os.path.join(sdist_directory, stem + ".tar.gz"), "w:gz", format=tarfile.PAX_FORMAT) as archive:
        for name, data, is_program in members:
            info = tarfile.TarInfo(stem + "/" + name)
            info.size, info.mtime, info.mode = len(data), _moment(), 0o755 if is_program else 0o644
            archive.addfile(info, io.BytesIO(data))
    return stem + ".tar.gz"
