"""Calls the hooks of a build back end (PEP 517, PEP 660), each in a process of its own.

Standard input is a channel with two directions: a request is a line of JSON, and so is an answer. The back end is
imported once; every hook then runs in a forked child, which is as fresh as a new interpreter that has imported
the back end, and a lot cheaper. After the child's answer, if it gave one, comes a line that says how it ended.
"""

import json
import os
import sys
from importlib.machinery import PathFinder


class InTree:
    """Finds a back end in the folders of `backend-path` and nowhere else (PEP 517)."""

    def __init__(self, folders, module):
        self.folders = folders
        self.module = module

    def find_spec(self, name, path=None, target=None):
        if "." in name:
            return None  # submodules are found through their parent
        spec = PathFinder.find_spec(name, self.folders)
        if spec is None and name == self.module.partition(".")[0]:
            raise ImportError("No module named %r in %s" % (self.module, ", ".join(map(repr, self.folders))))
        return spec

    def find_distributions(self, context=None):
        from importlib.metadata import DistributionFinder, MetadataPathFinder

        wanted = DistributionFinder.Context(name=context.name if context else None, path=self.folders)
        return MetadataPathFinder.find_distributions(wanted)


def load(backend):
    """The object with the hooks."""
    from importlib import import_module

    folders = [os.path.join(backend["tree"], folder) for folder in backend["folders"]]
    if folders:
        sys.meta_path.insert(0, InTree([os.path.normpath(folder) for folder in folders], backend["module"]))
    found = import_module(backend["module"])
    for name in filter(None, backend["object"].split(".")):
        found = getattr(found, name)
    return found


def explained(error, depth):
    """An exception as Python shows it, without the frames of this program."""
    import traceback

    frames = error.__traceback__
    for _ in range(depth):
        frames = frames.tb_next if frames is not None and frames.tb_next is not None else frames
    lines = traceback.format_exception(type(error), error, frames)
    last = traceback.format_exception_only(type(error), error)
    return {"exception": "".join(last[-1:]).strip() or type(error).__name__, "traceback": "".join(lines)}


def raised(error, depth):
    """As `explained`, with what the interpreter itself would say at its end."""
    said = explained(error, depth)
    if isinstance(error, SystemExit):
        is_number = error.code is None or isinstance(error.code, int)
        said["exception"] = "SystemExit: %s" % ((error.code or 0) if is_number else error.code)
        said["said"] = "" if is_number else "%s\n" % (error.code,)
    return said


class Importer:
    """Imports a back end once and remembers how that went."""

    def __init__(self):
        self.name = None
        self.backend = None
        self.trouble = None
        self.caught = []

    def get(self, name):
        if name != self.name:
            self.name, self.trouble, self.caught = name, None, []
            with Listening(self.caught):
                self.load(name)
        return self.backend

    def load(self, name):
        try:
            self.backend = load(name)
        except (ImportError, AttributeError) as error:
            self.trouble = {"unavailable": explained(error, 1)}
        except BaseException as error:
            self.trouble = {"failed": raised(error, 1)}


class Listening:
    """Catches warnings as `warnings.catch_warnings` does, but leaves the filters that are set meanwhile."""

    def __init__(self, caught):
        self.caught = caught

    def __enter__(self):
        import warnings

        self.usual, warnings.showwarning = warnings.showwarning, self.show

    def __exit__(self, *ignored):
        import warnings

        if warnings.showwarning == self.show:
            warnings.showwarning = self.usual

    def show(self, message, category, filename, lineno, file=None, line=None):
        import warnings

        self.caught.append(warnings.WarningMessage(message, category, filename, lineno, file, line))


class Nothing(Exception):
    """Stands for what a back end does not have: a hook, or an `UnsupportedOperation`, which nobody raises then."""


def call(backend, request):
    """Runs the hook and words its end."""
    hook = getattr(backend, request["hook"], Nothing)
    if hook is Nothing:
        return {"missing": True}
    if request["probe"]:
        return {"value": True}
    try:
        value = hook(*request["arguments"])
    except getattr(backend, "UnsupportedOperation", Nothing) as error:
        return {"unsupported": explained(error, 1)}
    except BaseException as error:
        return {"failed": raised(error, 1)}
    try:
        json.dumps(value, ensure_ascii=False).encode()  # text that is none (lone surrogates) is no answer either
    except (TypeError, ValueError, RecursionError):
        return {"strange": shown(value)}
    return {"value": value}


def shown(value):
    try:
        return ascii(value)[:200]
    except Exception:
        return "a %s" % type(value).__name__


def told(caught):
    """The warnings that are meant for users."""
    kept = [one for one in caught if isinstance(one.category, type) and issubclass(one.category, UserWarning)]
    return [str(one.message) for one in kept]


def send(channel, answer):
    data = (json.dumps(answer) + "\n").encode("ascii", "backslashreplace")
    while data:
        data = data[os.write(channel, data):]


def flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass


def child(channel, importer, request):
    """One hook, from a fresh process to its end."""
    import warnings

    os.chdir(request["tree"])
    with warnings.catch_warnings(record=True) as caught:
        answer = importer.trouble or call(importer.backend, request)
    if "failed" in answer:
        sys.stderr.write(answer["failed"].get("said", answer["failed"]["traceback"]))
    answer["warnings"] = told(importer.caught + caught)
    flush()
    send(channel, answer)


def run_child(channel, importer, request):
    """As the interpreter's own end: exit functions run, buffers are written."""
    try:
        child(channel, importer, request)
        import atexit

        run = getattr(atexit, "_run_exitfuncs", None)
        if run is not None:
            run()
    except BaseException as error:
        try:
            sys.stderr.write(explained(error, 0)["traceback"])
        except Exception:
            pass
    finally:
        flush()
        os._exit(0)


def requests(channel):
    with os.fdopen(os.dup(channel), "rb") as lines:
        for line in lines:
            yield json.loads(line)


def wait_for(process, channel):
    """How a child ended. Whoever asked may end meanwhile, perhaps killed: then all that runs here is for nobody."""
    try:
        import select

        child = os.pidfd_open(process)
    except (ImportError, AttributeError, OSError):
        pass  # before Python 3.9, and where the system does not allow it
    else:
        watched = select.poll()
        watched.register(child, select.POLLIN)
        watched.register(channel, 0)
        if any(ready != child for ready, _ in watched.poll()):
            os.killpg(0, 9)
        os.close(child)
    return os.waitpid(process, 0)[1]


def main():
    sys.path[:] = [folder for folder in sys.path if folder]  # `-c` puts the working folder in front
    channel = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    try:
        sys.stdout.reconfigure(line_buffering=True)
    except Exception:
        pass
    importer = Importer()
    for request in requests(channel):
        os.chdir(request["tree"])
        importer.get(request["backend"])
        flush()
        process = os.fork()
        if process == 0:
            run_child(channel, importer, request)
        status = wait_for(process, channel)
        if os.WIFSIGNALED(status):
            send(channel, {"signal": os.WTERMSIG(status)})
        else:
            send(channel, {"code": os.WEXITSTATUS(status)})


main()
