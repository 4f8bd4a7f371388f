// tidy: table
//! The text files that the cases name. `{gamma}`, `{low1}` and `{beta}` are hashes of wheels of the index, `{wrong}` is
//! one of none.

/// Names and texts.
pub const TEXTS: &[(&str, &str)] = &[
    ("requirements.txt", "# what we use\nalpha==1.0\n\ngamma>=0.5  # a comment\n"),
    ("nested.txt", "-r requirements.txt\ntool\n"),
    ("constraints.txt", "beta<1.5\n"),
    ("tight.txt", "beta<0.9\nalpha==2.0\n"),
    ("markers.txt", "alpha; python_version < '3'\ngamma; python_version >= '3'\n"),
    ("malformed.txt", "gamma\nalpha >>1.0\n"),
    ("hashed.txt", "gamma==1.0 --hash=sha256:{gamma}\n"),
    ("wrong-hash.txt", "gamma==1.0 --hash=sha256:{wrong}\n"),
    ("missing-hash.txt", "gamma==1.0 --hash=sha256:{gamma}\nbeta==1.0\n"),
    ("unpinned-hash.txt", "gamma --hash=sha256:{gamma}\n"),
    ("unpinned-both.txt", "gamma>=1 --hash=sha256:{gamma}\nbeta --hash=sha256:{beta}\n"),
    ("two-hashes.txt", "gamma==1.0 --hash=sha256:{wrong} --hash=sha256:{gamma}\n"),
    ("two-wrong.txt", "gamma==1.0 --hash=sha256:{wrong} --hash=sha512:{wrong}{wrong}\n"),
    ("weak-hash.txt", "gamma==1.0 --hash=md5:00000000000000000000000000000000\n"),
    ("bad-hash.txt", "gamma==1.0 --hash=sha256\n"),
    ("hash-and-dependency.txt", "alpha==1.0 --hash=sha256:{wrong}\n"),
    ("dependency-hash.txt", "chain-two==1.0 --hash=sha256:{gamma}\n"),
    ("hash-in-url.txt", "gamma @ {index}/files/gamma-1.0-py3-none-any.whl#sha256={gamma}\n"),
    ("wrong-in-url.txt", "gamma @ {index}/files/gamma-1.0-py3-none-any.whl#sha256={wrong}\n"),
    ("constraint-hash.txt", "gamma==1.0 --hash=sha256:{gamma}\n"),
    ("require-hashes.txt", "--require-hashes\ngamma==1.0\n"),
    ("no-require-hashes.txt", "--no-require-hashes\ngamma==1.0 --hash=sha256:{gamma}\nlow==1.0\n"),
    ("url.txt", "gamma @ {index}/files/gamma-1.0-py3-none-any.whl\n"),
    ("bare-url.txt", "{index}/files/gamma-1.0-py3-none-any.whl\n"),
    ("path.txt", "./links/omega-1.0-py3-none-any.whl\n"),
    ("path-extra.txt", "./links/omega-1.1-py3-none-any.whl[more]\n"),
    ("install-options.txt", "--no-index\n--find-links links\nomega\n"),
    ("index.txt", "-i {index}/simple/\n--extra-index-url {index}/simple/\ngamma\n"),
    ("pre.txt", "--pre\nfinal\n"),
    ("all-releases.txt", "--all-releases final\nfinal\nbeta\n"),
    ("only-final.txt", "--only-final :all:\nunfinished\n"),
    ("binary.txt", "--only-binary :all:\n--no-binary gamma\nbeta\n"),
    ("prefer.txt", "--prefer-binary\ngamma\n"),
    ("trusted.txt", "--trusted-host 127.0.0.1\ngamma\n"),
    ("continued.txt", "alpha\\\n==1.0 \\\n  # done\ngamma \\\n  >= 0.5\n"),
    ("variable.txt", "gamma${WANTED}\nlow${UNSET_ONE}\n"),
    ("set-variable.txt", "low${WANTED}\n"),
    ("include.txt", "-r sub/inner.txt\n"),
    ("include-constraint.txt", "-c constraints.txt\nalpha\n"),
    ("circular.txt", "-r circular-two.txt\ngamma\n"),
    ("circular-two.txt", "-r circular.txt\n"),
    ("include-missing.txt", "gamma\n-r nowhere.txt\n"),
    ("constraint-missing.txt", "gamma\n-c nowhere.txt\n"),
    ("sub/inner.txt", "gamma\n-r deeper.txt\n-c ../constraints.txt\n"),
    ("sub/deeper.txt", "beta  # limited above\n"),
    ("sub/links.txt", "--no-index\n-f ../links\nomega\n"),
    ("bad-option.txt", "--bogus\ngamma\n"),
    ("bad-line-option.txt", "gamma --bogus=1\n"),
    ("no-value.txt", "--index-url\n"),
    ("unclosed.txt", "gamma --hash='x\n"),
    ("single-equals.txt", "gamma\n\nbeta=1.0\n"),
    ("not-there.txt", "gamma\n./nowhere/at/all\n"),
    ("doubled.txt", "alpha==1.0\nalpha==2.0\n"),
    ("doubled-fitting.txt", "alpha>=1\nalpha<2\n"),
    ("empty.txt", "# nothing\n"),
    ("options.txt", "--pre\n-i https://index.example/simple\n--no-binary alpha\nalpha\n"),
    ("unclear.txt", "# first\n./links\n-e src/devel\n\n-e git+https://vcs.example/x#egg=alpha\n"),
    ("extras.txt", "layers[all]\n"),
    ("tight-low.txt", "low<2\n"),
    ("constraint-extras.txt", "layers[fast]<1\n"),
    ("constraint-editable.txt", "-e ./plain\n"),
    ("constraint-path.txt", "./links/omega-1.0-py3-none-any.whl\n"),
    ("constraint-url.txt", "gamma @ {index}/files/gamma-1.0-py3-none-any.whl\n"),
    ("constraint-marker.txt", "low<2; python_version < '3'\n"),
    ("constraint-nested.txt", "-r requirements.txt\nbeta==1.0\n"),
    ("byte-order.txt", "\u{feff}gamma\n"),
    (
        "pyproject.toml",
        "[project]\nname = \"here\"\nversion = \"1\"\n[dependency-groups]\ndocs = [\"gamma\"]\ndev = [\"gamma\"]\n\
         test = [{include-group = \"dev\"}, \"beta<1.2\"]\nbad = [{include-group = \"nowhere\"}]\n\
         circle = [{include-group = \"circle\"}]\nbroken = [\"beta >>1\"]\n",
    ),
    ("sub/pyproject.toml", "[dependency-groups]\nother = [\"low<3\"]\n"),
    (
        "script.py",
        "# /// script\n# requires-python = \">=3.8\"\n# dependencies = [\n#   \"gamma\",\n#   \"low<3\",\n# ]\n# ///\n\
         print(1)\n",
    ),
    ("any-python.py", "# /// script\n# dependencies = [\"gamma\", \"low<3\"]\n# ///\n"),
    ("future.py", "# /// script\n# requires-python = \">=4\"\n# dependencies = [\"gamma\"]\n# ///\n"),
    ("plain.py", "print(1)\n"),
    ("twice.py", "# /// script\n# dependencies = []\n# ///\n\n# /// script\n# dependencies = []\n# ///\n"),
    ("broken.py", "# /// script\n# dependencies = [\n# ///\n"),
    ("bare.py", "# /// script\n# dependencies = []\n# ///\n"),
    (
        "pylock.toml",
        "lock-version = \"1.0\"\ncreated-by = \"hand\"\nextras = [\"more\"]\ndependency-groups = [\"docs\", \"dev\"]\n\
         default-groups = [\"dev\"]\n\n[[packages]]\nname = \"gamma\"\nversion = \"1.0\"\n\n[[packages.wheels]]\n\
         url = \"{index}/files/gamma-1.0-py3-none-any.whl\"\nhashes = {sha256 = \"{gamma}\"}\n\n[[packages]]\n\
         name = \"low\"\nversion = \"1.0\"\nmarker = \"'more' in extras\"\n\n[[packages.wheels]]\n\
         url = \"{index}/files/low-1.0-py3-none-any.whl\"\nhashes = {sha256 = \"{low1}\"}\n\n[[packages]]\n\
         name = \"beta\"\nversion = \"1.0\"\nmarker = \"'docs' in dependency_groups\"\n\n[[packages.wheels]]\n\
         url = \"{index}/files/beta-1.0-py3-none-any.whl\"\nhashes = {sha256 = \"{beta}\"}\n",
    ),
    (
        "pylock.wrong.toml",
        "lock-version = \"1.0\"\ncreated-by = \"hand\"\n\n[[packages]]\nname = \"gamma\"\nversion = \"1.0\"\n\n\
         [[packages.wheels]]\nurl = \"{index}/files/gamma-1.0-py3-none-any.whl\"\nhashes = {sha256 = \"{wrong}\"}\n",
    ),
    (
        "pylock.path.toml",
        "lock-version = \"1.0\"\ncreated-by = \"hand\"\n\n[[packages]]\nname = \"omega\"\nversion = \"1.0\"\n\n\
         [[packages.wheels]]\npath = \"links/omega-1.0-py3-none-any.whl\"\nhashes = {}\n",
    ),
    (
        "pylock.python.toml",
        "lock-version = \"1.0\"\ncreated-by = \"hand\"\nrequires-python = \">=4\"\n\n[[packages]]\n\
         name = \"gamma\"\nversion = \"1.0\"\n\n[[packages.wheels]]\n\
         url = \"{index}/files/gamma-1.0-py3-none-any.whl\"\nhashes = {sha256 = \"{gamma}\"}\n",
    ),
    ("pylock.broken.toml", "lock-version = \"1.0\"\npackages = 3\n"),
    ("pylock.syntax.toml", "lock-version = \n"),
];
