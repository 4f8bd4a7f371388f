//! Builds that came to nothing: what failed, whose fault it seems to be, what helps.

use std::path::Path;

use builder::native::NativeError;
use builder::{BuildError, BuildSystemError, Ending, Fault, HookRun, Network};

use super::super::{Diagnostic, Excerpt, codes, redact_text};
use super::headers::package_of;
use super::source::failed;
use crate::ops::build::{BuildOpError, DistributionsError, RequiresError, Unmet};

/// Lines of a failed build that are shown; the log has all.
const SHOWN: usize = 20;

/// The back end of a project that names none (PEP 517).
const IMPLIED: &str = "setuptools.build_meta:__legacy__";

/// The back ends that are in use, for names that nobody has.
const BACKENDS: &[(&str, &str)] = &[
    ("setuptools", "setuptools.build_meta"),
    ("hatchling", "hatchling.build"),
    ("flit_core", "flit_core.buildapi"),
    ("pdm", "pdm.backend"),
    ("poetry", "poetry.core.masonry.api"),
    ("uv_build", "uv_build"),
    ("maturin", "maturin"),
    ("mesonpy", "mesonpy"),
    ("scikit_build_core", "scikit_build_core.build"),
];

/// `what` was not built.
pub fn build(what: &str, error: &BuildOpError) -> Diagnostic {
    match error {
        BuildOpError::Never => super::requirements::needs_building(&redact_text(what))
            .hint("allow it: `--build allowed`, and without `--only-binary` for it"),
        BuildOpError::Cycle { chain } => failed(what)
            .fact(format!("to build it, it would have to be there already: {}", chain.join(" needs ")))
            .hint("a wheel of one of them ends the circle: `--only-binary NAME`"),
        BuildOpError::Build { source, confinement } => hook(what, source, *confinement),
        BuildOpError::Requires { requires, source, .. } => required(what, requires, source),
        BuildOpError::Unmet { missing } => Diagnostic::new(
            &codes::BUILD_REQUIRES,
            format!("the environment lacks what the build of `{}` requires", redact_text(what)),
        )
        .facts(missing.iter().map(unmet))
        .hint(format!("tilsit install {}", quoted(missing))),
        BuildOpError::Native(NativeError::Disk { path, source }) => on_disk(what, path, source),
        BuildOpError::Native(error) => failed(what).fact(error.to_string()),
        BuildOpError::Disk(error) => error.into(),
    }
}

/// A project that was to become a source distribution or a wheel.
pub fn distributions(source: &Path, error: &DistributionsError) -> Diagnostic {
    let archive = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Diagnostic::new(&codes::NOT_A_PROJECT, format!("`{name}` is no source distribution"))
    };
    match error {
        DistributionsError::Build(error) if is_no_project(error) => {
            super::source::no_project(&source.display().to_string())
                .hint("name the project's folder: `tilsit build FOLDER`")
        }
        DistributionsError::Build(error) => build(&source.display().to_string(), error),
        DistributionsError::Read { path, source } => super::cannot_read(&path.display().to_string(), source),
        DistributionsError::Out { path, source } => {
            super::cannot_write(path, source).hint("another folder is named by `--outdir FOLDER`")
        }
        DistributionsError::Unpack { path, source } => {
            super::source::unpack(&path.display().to_string(), source)
        }
        DistributionsError::Filename { source: error, .. } => archive(source).fact(error.to_string()),
        DistributionsError::Tops { path, found } => archive(path)
            .fact("everything in it should be in one folder")
            .fact(format!("found at its top: {}", found.join(", "))),
        DistributionsError::NoPkgInfo { path, top } => {
            archive(path).fact(format!("{top}/PKG-INFO is missing"))
        }
    }
}

fn is_no_project(error: &BuildOpError) -> bool {
    let BuildOpError::Build { source, .. } = error else { return false };
    matches!(&**source, BuildError::System(error) if matches!(**error, BuildSystemError::NotAProject(_)))
}

fn unmet(one: &Unmet) -> String {
    match &one.found {
        Some(found) => format!("missing: {} ({found} is there)", one.requirement),
        None => format!("missing: {}", one.requirement),
    }
}

fn quoted(missing: &[Unmet]) -> String {
    let word = |one: &Unmet| format!("\"{}\"", one.requirement.replace('"', "'"));
    missing.iter().map(word).collect::<Vec<_>>().join(" ")
}

fn required(what: &str, requires: &[String], error: &RequiresError) -> Diagnostic {
    let inner: Diagnostic = match error {
        RequiresError::Search(error) => super::search(error),
        RequiresError::Obtain(error) => error.into(),
        RequiresError::Interpreter(error) => error.into(),
        RequiresError::Venv(error) => error.into(),
        RequiresError::Install(error) => error.into(),
        RequiresError::Disk(error) => error.into(),
    };
    if matches!(inner.code.name, "interrupted" | "disk-full" | "no-permission") {
        return inner;
    }
    let summary = format!("what the build of `{}` requires cannot be had", redact_text(what));
    let mut diagnostic = Diagnostic::new(&codes::BUILD_REQUIRES, summary)
        .fact(format!("it requires: {}", requires.join(", ")))
        .fact(format!("{} [{}]", inner.summary, inner.code.name))
        .facts(inner.facts);
    diagnostic.hint = inner.hint;
    diagnostic
}

fn hook(what: &str, error: &BuildError, confinement: Option<Network>) -> Diagnostic {
    let what = redact_text(what);
    match error {
        BuildError::Interrupted => super::operation::interrupted(),
        BuildError::System(error) => system(&what, error),
        BuildError::Failed { exception, run } => ran(&what, exception, run, confinement),
        BuildError::Crashed { ending, run } => {
            let diagnostic = ran(
                &what,
                &format!("the back end's process ended with {ending}, without an answer"),
                run,
                confinement,
            );
            match ending {
                // which the kernel sends when there is no memory left, too
                Ending::Signal(9) => {
                    diagnostic.hint("was there enough memory? `dmesg` tells of processes that were ended")
                }
                _ => diagnostic,
            }
        }
        BuildError::Unavailable { backend, reason, traceback, .. } => {
            let diagnostic = Diagnostic::new(
                &codes::BUILD_BACKEND,
                format!("the build back end `{backend}` of `{what}` is not there"),
            )
            .fact(reason.clone())
            .facts(own_frames(traceback));
            match nearest_backend(&backend.to_string()) {
                // only an environment that was there already can lack what is required where nothing is said
                _ if backend.to_string() == IMPLIED => diagnostic.hint(
                    "without build isolation `setuptools` must be installed: tilsit install setuptools",
                ),
                Some(right) => {
                    let file = Path::new(&what).join("pyproject.toml");
                    let file = if file.is_absolute() { file } else { "its pyproject.toml".into() };
                    diagnostic.hint(format!("write in {}: build-backend = \"{right}\"", file.display()))
                }
                // a back end of the project itself
                None if reason.contains("' in '") => {
                    diagnostic.hint("`backend-path` of `[build-system]` names the folder that it is in")
                }
                None => diagnostic.hint("is the package that has it among `requires` of `[build-system]`?"),
            }
        }
        BuildError::HookMissing { .. } | BuildError::Unsupported { .. } => {
            Diagnostic::new(&codes::BUILD_BACKEND, format!("the build back end of `{what}` cannot do that"))
                .fact(error.to_string())
        }
        BuildError::BadAnswer { .. }
        | BuildError::BadRequirement { .. }
        | BuildError::WrongFile { .. }
        | BuildError::WrongMetadata { .. } => Diagnostic::new(
            &codes::BUILD_RESULT,
            format!("the build back end of `{what}` made something else than it should"),
        )
        .fact(error.to_string())
        .note("the back end is at fault, not your machine")
        .hint("take another version, and tell its authors"),
        BuildError::Disk { path, source } => on_disk(&what, path, source),
        _ => failed(&what).fact(error.to_string()),
    }
}

/// A file of a build that cannot be read or written: where the disk is full, or it is not allowed, that is what is wrong.
fn on_disk(what: &str, path: &Path, error: &std::io::Error) -> Diagnostic {
    use std::io::ErrorKind::{PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    match error.kind() {
        StorageFull | QuotaExceeded | PermissionDenied | ReadOnlyFilesystem => {
            super::cannot_write(path, error)
        }
        _ => failed(what).fact(format!("{}: {error}", path.display())),
    }
}

/// The last frame of the project's own code says more than the exception alone.
fn own_frames(traceback: &str) -> Vec<String> {
    let frames = traceback.lines().map(str::trim).filter(|line| line.starts_with("File "));
    frames.rev().find(|line| !is_foreign_frame(line)).map(str::to_owned).into_iter().collect()
}

/// The back end that a name begins like, or is a misspelling of.
fn nearest_backend(name: &str) -> Option<&'static str> {
    let top = name.split(['.', ':']).next().unwrap_or(name);
    let tops: Vec<&str> = BACKENDS.iter().map(|(top, _)| *top).collect();
    let known = tops.iter().find(|one| **one == top).copied();
    let near = known.or_else(|| crate::cli::nearest(top, tops.iter().copied()))?;
    let (_, right) = BACKENDS.iter().find(|(top, _)| *top == near)?;
    (*right != name).then_some(*right)
}

fn system(what: &str, error: &BuildSystemError) -> Diagnostic {
    match error {
        BuildSystemError::NotAFolder(path) => {
            Diagnostic::new(&codes::NO_SUCH_FILE, format!("{} is not a folder", path.display()))
        }
        BuildSystemError::NotAProject(path) => super::source::no_project(&path.display().to_string()),
        BuildSystemError::Open { path, source } => super::cannot_read(&path.display().to_string(), source),
        BuildSystemError::Wrong { path, line, column, text, length, fault } => {
            let excerpt = Excerpt {
                path: path.clone(),
                line: *line,
                column: *column,
                text: text.clone(),
                start: column.saturating_sub(1),
                length: *length,
                label: label(fault).to_owned(),
            };
            let summary = match fault {
                Fault::Syntax(message) => format!("the pyproject.toml of `{what}` is not TOML: {message}"),
                other => format!("the pyproject.toml of `{what}` is wrong: {other}"),
            };
            let diagnostic = Diagnostic::new(&codes::PROJECT_FILE, summary).excerpt(excerpt);
            match fault {
                Fault::RequiresMissing => diagnostic.hint("PEP 518 wants it: requires = [\"setuptools\"]"),
                Fault::UnknownKeys(_) => {
                    diagnostic.hint("`requires`, `build-backend` and `backend-path` are known")
                }
                _ => diagnostic,
            }
        }
    }
}

fn label(fault: &Fault) -> &'static str {
    match fault {
        Fault::NotATable => "expected a table",
        Fault::RequiresMissing => "`requires` belongs here",
        Fault::RequiresKind | Fault::BackendPathKind => "expected a list of strings",
        Fault::BackendKind => "expected a string",
        Fault::BackendPathOutside(_) => "leads out of the project",
        Fault::BackendPathMissing(_) => "no such folder",
        _ => "",
    }
}

/// A hook that ran and failed: what it says decides what helps.
fn ran(what: &str, why: &str, run: &HookRun, confinement: Option<Network>) -> Diagnostic {
    let told = without_foreign_frames(&run.tail);
    let skipped = told.len().saturating_sub(SHOWN);
    let lines = told.into_iter().skip(skipped).map(redact_text);
    let text = format!("{}\n{}", run.traceback, run.tail.join("\n"));
    let diagnostic = cause(what, &text, confinement);
    let repeated = run.tail.last().is_some_and(|line| line.trim() == why);
    let diagnostic = if repeated { diagnostic } else { diagnostic.fact(redact_text(why)) };
    diagnostic.facts(lines).note(format!("all that the build wrote: {}", run.log.display()))
}

/// The lines without those frames of Python's tracebacks that are not in the project: they tell how a back end is written,
/// and push away what a compiler said.
fn without_foreign_frames(lines: &[String]) -> Vec<&str> {
    let mut kept = Vec::new();
    // How deep the foreign frame is indented that is being left out.
    let mut foreign = None;
    for line in lines {
        let depth = line.len() - line.trim_start().len();
        if foreign.is_some_and(|frame| depth > frame) {
            continue;
        }
        foreign = is_foreign_frame(line.trim_start()).then_some(depth);
        if foreign.is_none() {
            kept.push(line.as_str());
        }
    }
    kept
}

/// `  File "PATH", line N, in NAME`, where PATH is of an installed package, the standard library or Python itself.
fn is_foreign_frame(line: &str) -> bool {
    let path =
        line.strip_prefix("File \"").and_then(|rest| rest.split_once("\", line ")).map(|(path, _)| path);
    path.is_some_and(|path| {
        ["site-packages/", "dist-packages/", "lib/python3.", "<frozen "]
            .iter()
            .any(|sign| path.contains(sign))
    })
}

fn cause(what: &str, text: &str, confinement: Option<Network>) -> Diagnostic {
    if ["No space left on device", "(os error 28)", "[Errno 122]"].iter().any(|sign| text.contains(sign)) {
        return Diagnostic::new(
            &codes::DISK_FULL,
            format!("there was no room left while `{what}` was built"),
        )
        .hint("builds write to their project and to the cache: `tilsit cache prune` makes room there");
    }
    if let Some(header) = missing_header(text) {
        let diagnostic = Diagnostic::new(
            &codes::MISSING_HEADER,
            format!("`{what}` could not be built: {header} is not installed"),
        );
        return match package_of(&header) {
            Some(package) => diagnostic.hint(format!("on Debian: apt-get install {package}")),
            None => diagnostic.hint("find its package with `apt-file search`, or install a wheel"),
        };
    }
    if let Some(compiler) = missing_compiler(text) {
        return Diagnostic::new(
            &codes::MISSING_COMPILER,
            format!("`{what}` could not be built: {} is not installed", compiler.name),
        )
        .hint(format!("on Debian: apt-get install {}", compiler.package));
    }
    let confined =
        |way: &str| Diagnostic::new(&codes::BUILD_CONFINED, format!("the build of `{what}` tried to {way}"));
    match confinement {
        Some(Network::Denied) if tried_network(text) => {
            confined("reach the network").hint("if you trust it: `--allow-network`")
        }
        Some(_) if tried_to_write(text) && is_unwritable(Path::new(what)) => Diagnostic::new(
            &codes::NO_PERMISSION,
            format!("`{what}` cannot be written to, and its build would"),
        )
        .hint("build a copy of it: `cp -r FOLDER COPY`"),
        Some(_) if tried_to_write(text) => {
            confined("write where it may not").hint("if you trust it: `--no-sandbox`")
        }
        _ => unexplained(what),
    }
}

/// Nobody knows why. Who asked for a package can take a version that needs no build.
fn unexplained(what: &str) -> Diagnostic {
    match packaging::PackageName::new(what) {
        Ok(name) => failed(what).hint(format!(
            "the project is at fault; a version with a wheel needs no build: tilsit install --only-binary {name} {name}"
        )),
        Err(_) => failed(what).hint("the project or its back end is at fault: its authors will want the log"),
    }
}

fn tried_network(text: &str) -> bool {
    const SIGNS: [&str; 9] = [
        "Network is unreachable",
        "[Errno 101]",
        "Temporary failure in name resolution",
        "Could not resolve host",
        "Name or service not known",
        "Failed to establish a new connection",
        "network unreachable",
        "failed to lookup address information",
        "Couldn't resolve host",
    ];
    SIGNS.iter().any(|sign| text.contains(sign))
}

fn tried_to_write(text: &str) -> bool {
    ["[Errno 13] Permission denied", "(os error 13)", ": Permission denied"]
        .iter()
        .any(|sign| text.contains(sign))
}

/// A project in a folder of somebody else.
fn is_unwritable(folder: &Path) -> bool {
    folder.is_dir() && rustix::fs::access(folder, rustix::fs::Access::WRITE_OK).is_err()
}

/// A header that the C preprocessor, or a library that the linker, did not find.
fn missing_header(text: &str) -> Option<String> {
    let header = |line: &str| {
        let (_, rest) = line.split_once("fatal error: ")?;
        let name = rest
            .strip_suffix(": No such file or directory")
            .or_else(|| rest.strip_prefix('\'').and_then(|rest| rest.strip_suffix("' file not found")))?;
        (!name.contains(char::is_whitespace)).then(|| name.to_owned())
    };
    let library = |line: &str| {
        let (_, name) = line.split_once("cannot find -l")?;
        let name = name.split([':', ' ']).next()?;
        Some(format!("-l{name}"))
    };
    text.lines().find_map(|line| header(line.trim_end()).or_else(|| library(line)))
}

struct Program {
    name: &'static str,
    package: &'static str,
}

fn missing_compiler(text: &str) -> Option<Program> {
    let gone = |line: &str| {
        line.contains("No such file or directory")
            || line.contains("not found")
            || line.contains("could be found")
            || line.contains("unable to execute")
            || line.contains("Unknown compiler")
    };
    let program = |line: &str| {
        let has = |words: &[&str]| words.iter().any(|word| line.contains(word));
        if has(&["CMAKE_C_COMPILER", "CMAKE_CXX_COMPILER", "Unknown compiler(s): [['cc'"]) {
            Some(Program { name: "a C compiler", package: "build-essential" })
        } else if has(&["'g++'", "'c++'", "g++:", "c++:", "-g++'", "/g++'", "/c++'"]) {
            Some(Program { name: "a C++ compiler", package: "g++" })
        } else if has(&["'gcc'", "'cc'", "'clang'", "-gcc'", "gcc:", "clang:", "/gcc'", "/cc'", "/clang'"]) {
            Some(Program { name: "a C compiler", package: "build-essential" })
        } else if has(&["gfortran"]) {
            Some(Program { name: "a Fortran compiler", package: "gfortran" })
        } else if has(&["'cargo'", "'rustc'", "can't find Rust compiler"]) {
            Some(Program { name: "Rust", package: "cargo" })
        } else if has(&["'cmake'"]) {
            Some(Program { name: "cmake", package: "cmake" })
        } else if has(&["pkg-config"]) {
            Some(Program { name: "pkg-config", package: "pkgconf" })
        } else {
            None
        }
    };
    let rust = text.contains("can't find Rust compiler");
    let found = text.lines().filter(|line| gone(line)).find_map(program);
    found.or_else(|| rust.then_some(Program { name: "Rust", package: "cargo" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_builds_say_about_what_is_missing() {
        for (text, code, hint) in [
            ("x.c:1:10: fatal error: Python.h: No such file or directory", "missing-header", "python3-dev"),
            ("x.c:1:10: fatal error: 'openssl/ssl.h' file not found", "missing-header", "libssl-dev"),
            ("OSError: [Errno 28] No space left on device", "disk-full", "cache prune"),
            ("/usr/bin/ld: cannot find -lz: No such file or directory", "missing-header", "zlib1g-dev"),
            ("fatal error: own.h: No such file or directory", "missing-header", "apt-file"),
            ("error: command 'gcc' failed: No such file or directory", "missing-compiler", "build-essential"),
            ("error: [Errno 2] No such file or directory: '/opt/cc'", "missing-compiler", "build-essential"),
            (
                "error: command 'x86_64-linux-gnu-gcc' failed: No such file or directory",
                "missing-compiler",
                "build-essential",
            ),
            ("error: command 'g++' failed: No such file or directory", "missing-compiler", "g++"),
            ("error: can't find Rust compiler", "missing-compiler", "cargo"),
            ("OSError: [Errno 101] Network is unreachable", "build-confined", "--allow-network"),
            ("PermissionError: [Errno 13] Permission denied: '/x'", "build-confined", "--no-sandbox"),
            ("ValueError: no", "build-failed", ""),
        ] {
            let found = cause("alpha", text, Some(Network::Denied));
            assert_eq!(found.code.name, code, "{text}");
            assert!(found.hint.unwrap_or_default().contains(hint), "{text}");
        }
        assert_eq!(cause("alpha", "[Errno 101]", None).code.name, "build-failed");
    }

    #[test]
    fn frames_of_others_are_left_out() {
        let told = [
            "cx.c:2:10: fatal error: libpq-fe.h: No such file or directory",
            "Traceback (most recent call last):",
            "  File \"/env/lib/python3.11/site-packages/setuptools/build_meta.py\", line 520, in run_setup",
            "    super().run_setup(setup_script=setup_script)",
            "    ^^^^^^^^^^^^^^^^^",
            "  File \"setup.py\", line 2, in <module>",
            "    setup()",
            "  File \"<frozen importlib._bootstrap>\", line 1140, in _find_and_load_unlocked",
            "SystemExit: error",
        ]
        .map(str::to_owned);
        let kept = [0, 1, 5, 6, 8].map(|at: usize| told[at].as_str());
        assert_eq!(without_foreign_frames(&told), kept);
    }

    #[test]
    fn back_ends_as_people_misspell_them() {
        for (written, right) in [
            ("setuptools.backends._legacy:_Backend", Some("setuptools.build_meta")),
            ("setuptools.build_meta", None),
            ("hatchling.builds", Some("hatchling.build")),
            ("hatchlin.build", Some("hatchling.build")),
            ("poetry.masonry.api", Some("poetry.core.masonry.api")),
            ("nobody.knows", None),
        ] {
            assert_eq!(nearest_backend(written), right, "{written}");
        }
    }
}
