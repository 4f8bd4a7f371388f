# Prints those of the named platforms that the module _manylinux in a folder
# refuses, one a line (PEP 600: its function is asked, else the attributes of
# PEP 513, 571 and 599).
import sys

sys.path.append(sys.argv[1])
import _manylinux

OLDER = {(2, 5): "manylinux1_compatible", (2, 12): "manylinux2010_compatible",
         (2, 17): "manylinux2014_compatible"}


def is_refused(major, minor, arch):
    if hasattr(_manylinux, "manylinux_compatible"):
        answer = _manylinux.manylinux_compatible(major, minor, arch)
        return answer is not None and not answer
    older = OLDER.get((major, minor))
    return older is not None and not getattr(_manylinux, older, True)


for platform in sys.argv[2:]:
    kind, _, rest = platform.partition("_")
    if kind == "manylinux":
        major, minor, arch = rest.split("_", 2)
        if is_refused(int(major), int(minor), arch):
            print(platform)
