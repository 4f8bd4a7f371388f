"""A back end as small as can be; what it makes is told by the table `[tool.stage]`, and so is how it fails."""

import base64
import hashlib
import os
import sys
import tomllib
import zipfile


def table():
    with open("pyproject.toml", "rb") as file:
        return tomllib.load(file)["tool"]["stage"]


def begin(hook, settings):
    stage = table()
    for line in stage.get("says", []):
        print(hook, line)
    if settings and stage.get("tells-settings"):
        with open("settings.txt", "a") as file:
            print(hook, sorted(settings.items()), file=file)
    how = stage.get("fail", {}).get(hook)
    if how == "exit":
        print("this back end gives up")
        sys.exit(stage.get("code", 1))
    if how == "warn":
        print("trouble", file=sys.stderr)
        sys.exit(1)
    if how == "silent":
        sys.exit(1)
    if how == "binary":
        sys.stdout.buffer.write(b"bytes \xff\xfe and \xc3\xa9\n")
        sys.exit(1)
    if how == "long":
        for number in range(60):
            print("line", number)
        sys.exit(1)
    if how == "kill":
        os.kill(os.getpid(), 9)
    if how == "raise":
        raise ValueError("this back end fails")
    return stage


def metadata(stage):
    name = stage.get("metadata-name", stage["name"])
    version = stage.get("metadata-version", stage["version"])
    lines = ["Metadata-Version: 2.1", "Name: " + name, "Version: " + version, "Summary: The " + name]
    if "python" in stage:
        lines.append("Requires-Python: " + stage["python"])
    for requirement in stage.get("requires", []):
        lines.append("Requires-Dist: " + requirement)
    for extra, requirements in stage.get("extras", {}).items():
        lines.append("Provides-Extra: " + extra)
        for requirement in requirements:
            lines.append("Requires-Dist: " + requirement + "; extra == '" + extra + "'")
    return "\n".join(lines + stage.get("headers", [])) + "\n"


def module(stage):
    return stage["name"].lower().replace("-", "_")


def info(stage):
    return module(stage) + "-" + stage["version"] + ".dist-info"


def infos(stage):
    files = {"METADATA": metadata(stage)}
    files["WHEEL"] = "Wheel-Version: 1.0\nGenerator: stage\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    if "script" in stage:
        files["entry_points.txt"] = "[console_scripts]\n" + stage["script"] + " = " + module(stage) + ":main\n"
    return {info(stage) + "/" + name: text for name, text in files.items()}


def write(stage, folder, files):
    name = stage.get("file", module(stage) + "-" + stage["version"] + "-py3-none-any.whl")
    record = []
    with zipfile.ZipFile(os.path.join(folder, name), "w") as wheel:

        def add(path, data):
            wheel.writestr(zipfile.ZipInfo(path, (2024, 1, 1, 0, 0, 0)), data)

        for path, text in files.items():
            data = text.encode()
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
            record.append(path + ",sha256=" + digest + "," + str(len(data)))
            add(path, data)
        record.append(info(stage) + "/RECORD,,")
        add(info(stage) + "/RECORD", "\n".join(record) + "\n")
    return name


def prepare(stage, folder):
    for path, text in infos(stage).items():
        place = os.path.join(folder, path)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, "w") as file:
            file.write(text)
    return info(stage)


def code(stage):
    if os.path.exists(module(stage) + ".py"):
        with open(module(stage) + ".py") as file:
            return file.read()
    return "def main():\n    print('" + stage["name"] + "')\n"


def get_requires_for_build_wheel(config_settings=None):
    return begin("get_requires_for_build_wheel", config_settings).get("wheel-requires", [])


def prepare_metadata_for_build_wheel(folder, config_settings=None):
    return prepare(begin("prepare_metadata_for_build_wheel", config_settings), folder)


def build_wheel(folder, config_settings=None, metadata_directory=None):
    stage = begin("build_wheel", config_settings)
    return write(stage, folder, {module(stage) + ".py": code(stage), **infos(stage)})


def get_requires_for_build_editable(config_settings=None):
    return begin("get_requires_for_build_editable", config_settings).get("editable-requires", [])


def prepare_metadata_for_build_editable(folder, config_settings=None):
    return prepare(begin("prepare_metadata_for_build_editable", config_settings), folder)


def build_editable(folder, config_settings=None, metadata_directory=None):
    stage = begin("build_editable", config_settings)
    return write(stage, folder, {module(stage) + ".pth": os.getcwd() + "\n", **infos(stage)})


def build_sdist(folder, config_settings=None):
    raise NotImplementedError


if "import" in table().get("fail", {}):
    raise ImportError("this back end cannot be imported")
for hook in table().get("lacks", []):
    del globals()[hook]
