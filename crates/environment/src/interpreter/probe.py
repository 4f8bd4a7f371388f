# Prints what Tilsit needs to know about an interpreter, as one line of JSON.
# Runs isolated (-I -S) and must parse on every Python since 2.7, so that an
# old one can be named instead of failing on syntax.
import json, os, struct, sys

facts = {"version": list(sys.version_info[:3]), "executable": sys.executable}
if sys.version_info >= (3, 6):
    import platform, site, sysconfig

    BASE = {"base": "{base}", "platbase": "{base}", "installed_base": "{base}",
            "installed_platbase": "{base}", "prefix": "{base}", "exec_prefix": "{base}",
            "userbase": "{userbase}"}

    def preferred(kind, fallback):
        ask = getattr(sysconfig, "get_preferred_scheme", None)  # since 3.10
        return ask(kind) if ask else fallback

    def paths(scheme, moved):
        found = sysconfig.get_paths(scheme, vars=BASE if moved else {})
        return dict((key, found[key]) for key in ("purelib", "platlib", "scripts", "data", "include"))

    default = preferred("prefix", "posix_prefix" if os.name == "posix" else "nt")
    if "venv" in sysconfig.get_scheme_names():
        inside = "venv"
    elif os.name == "posix":
        inside = "posix_prefix"
    else:
        inside = "nt"
    if "pypy" in sysconfig.get_scheme_names():
        inside = default = "pypy"
    user = preferred("user", "posix_user" if os.name == "posix" else "nt_user")
    info = sys.implementation.version
    implementation_version = "%d.%d.%d" % info[:3]
    if info[3] != "final":
        implementation_version += info[3][0] + str(info[4])

    def musl():
        # The loader named by the executable prints its version when run bare.
        try:
            with open(sys.executable, "rb") as file:
                head = file.read(4096)
            at = head.find(b"/lib/ld-musl-")
            if at < 0:
                return None
            import subprocess
            loader = head[at:head.index(b"\0", at)].decode()
            said = subprocess.Popen([loader], stderr=subprocess.PIPE).communicate()[1].decode()
            words = [line.split() for line in said.splitlines()]
            text = [line[1] for line in words if line[:1] == ["Version"]][0]
            return [int(part) for part in text.split(".")[:2]]
        except Exception:
            return None

    def hard_float():
        # EF_ARM_ABI_VER5 with EF_ARM_ABI_FLOAT_HARD in the ELF header of a 32-bit ARM program.
        try:
            with open(sys.executable, "rb") as file:
                head = file.read(40)
            if head[:5] != b"\x7fELF\x01" or struct.unpack("<H", head[18:20])[0] != 40:
                return True
            return struct.unpack("<I", head[36:40])[0] & 0xFF000400 == 0x05000400
        except Exception:
            return True

    def glibc():
        try:
            name, text = os.confstr("CS_GNU_LIBC_VERSION").rsplit(" ", 1)
            return [int(part) for part in text.split(".")[:2]]
        except Exception:
            return None

    try:
        sites = site.getsitepackages()
    except Exception:
        sites = []
    variable = sysconfig.get_config_var
    facts.update({
        "full_version": platform.python_version(),
        "implementation": sys.implementation.name,
        "implementation_version": implementation_version,
        "cache_tag": sys.implementation.cache_tag,
        "prefix": sys.prefix, "base_prefix": sys.base_prefix,
        "base_executable": getattr(sys, "_base_executable", None),
        "markers": {
            "os_name": os.name, "sys_platform": sys.platform,
            "platform_machine": platform.machine(),
            "platform_python_implementation": platform.python_implementation(),
            "platform_release": platform.release(),
            "platform_system": platform.system(),
            "platform_version": platform.version(),
        },
        "platform": sysconfig.get_platform(),
        "pointer_bits": struct.calcsize("P") * 8,
        "soabi": variable("SOABI"), "ext_suffix": variable("EXT_SUFFIX"),
        "free_threaded": bool(variable("Py_GIL_DISABLED")),
        "debug": bool(variable("Py_DEBUG") or hasattr(sys, "gettotalrefcount")),
        "glibc": glibc(), "musl": musl(),
        "hard_float": hard_float(),
        "macos": platform.mac_ver()[0] or None, "machine": platform.mac_ver()[2],
        "stdlib": sysconfig.get_path("stdlib", default),
        "site_packages": sites,
        "schemes": {
            "default": paths(default, False), "prefix": paths(default, True),
            "venv": paths(inside, True), "user": paths(user, True),
        },
    })
print(json.dumps(facts))
