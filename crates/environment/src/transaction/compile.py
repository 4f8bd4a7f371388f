# Compiles the modules named on standard input to bytecode, one at a time.
# A request is two paths, each ended by NUL: the file, and the name to note in the bytecode.
# The answer is "1" or "0". Failing is no error: not every file is for every Python.
import encodings.ascii
import encodings.idna
import encodings.utf_8
import os
import sys
import warnings
from importlib.util import cache_from_source
from py_compile import compile

warnings.filterwarnings("ignore")
requests, answers = sys.stdin.buffer, sys.stdout.buffer

# What was just installed is never imported, not by a codec that a source declares either: pip 26.3 blocks imports while
# it installs, and so leaves such sources (a `coding: big5` in the first line) uncompiled.
sys.meta_path.clear()


def path():
    name = bytearray()
    while True:
        byte = requests.read(1)
        if not byte or byte == b"\0":
            return os.fsdecode(bytes(name))
        name += byte


while True:
    source = path()
    if not source:
        break
    noted = path()
    try:
        compile(source, cache_from_source(source), noted, True)
        answers.write(b"1")
    except Exception:
        answers.write(b"0")
    answers.flush()
