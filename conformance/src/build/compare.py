"""Compares two archives of the same name: `compare.py THEIRS OURS`.

Prints `archive` when the bytes are the same, `members` when all members are (their names, order, modes and bytes),
else the first difference.
"""

import sys
import tarfile
import zipfile


def wheel(path):
    with zipfile.ZipFile(path) as archive:
        return [(m.filename, oct(m.external_attr >> 16), archive.read(m)) for m in archive.infolist()]


def sdist(path):
    with tarfile.open(path) as archive:
        rows = []
        for member in archive.getmembers():
            data = archive.extractfile(member).read() if member.isreg() else (member.type + member.linkname.encode())
            rows.append((member.name, oct(member.mode), data))
        return rows


def text(data):
    return data.decode("utf-8", "backslashreplace")


def difference(theirs, ours):
    if theirs == ours:
        return "members"
    names, own = [row[0] for row in theirs], [row[0] for row in ours]
    missing, extra = [n for n in names if n not in own], [n for n in own if n not in names]
    if missing:
        return f"lacks {missing[0]} ({len(missing)})"
    if extra:
        return f"has {extra[0]} too ({len(extra)})"
    if names != own:
        return next(f"order: {a} / {b}" for a, b in zip(names, own) if a != b)
    for (name, mode, data), (_, own_mode, own_data) in zip(theirs, ours):
        if mode != own_mode:
            return f"{name}: mode {mode} / {own_mode}"
        if data != own_data:
            left, right = text(data).split("\n"), text(own_data).split("\n")
            line = next((i for i, (a, b) in enumerate(zip(left, right)) if a != b), min(len(left), len(right)))
            pick = lambda lines: lines[line] if line < len(lines) else "(end)"
            return f"{name}:{line + 1}: {pick(left)[:120]!r} / {pick(right)[:120]!r}"
    return "differs"


def main(theirs, ours):
    with open(theirs, "rb") as left, open(ours, "rb") as right:
        if left.read() == right.read():
            return "archive"
    read = wheel if theirs.endswith(".whl") else sdist
    return difference(read(theirs), read(ours))


print(main(*sys.argv[1:]))
