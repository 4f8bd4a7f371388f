//! The orders in which an interpreter's tags are tried, as `packaging.tags` defines them.

use super::{TagFacts, Tags};

/// No Python has so many minor versions; bounds the work for hostile facts.
const MAX_MINOR: u32 = 500;

/// `311` for (3, 11), `3` for (3,).
pub(super) fn nodot(version: &[u32]) -> String {
    version.iter().take(2).map(u32::to_string).collect()
}

fn minor_of(version: &[u32]) -> Option<u32> {
    version.get(1).map(|minor| (*minor).min(MAX_MINOR))
}

/// The ABIs that this build of CPython would have as `version` (`cp311`, `cp313t`, `cp311d` and `cp311`, `cp27mu`).
pub fn cpython_abis(facts: &TagFacts, version: &[u32]) -> Vec<String> {
    let at_least = |minor| version >= [3, minor].as_slice();
    let nodot = nodot(version);
    let debug = if facts.debug { "d" } else { "" };
    let threading = if at_least(13) && facts.free_threaded { "t" } else { "" };
    if at_least(8) {
        let mut abis = vec![format!("cp{nodot}{threading}{debug}")];
        if facts.debug {
            // A debug build also loads extension modules of a normal build.
            abis.push(format!("cp{nodot}{threading}"));
        }
        return abis;
    }
    let pymalloc = if facts.pymalloc { "m" } else { "" };
    let unicode = if !at_least(3) && facts.wide_unicode { "u" } else { "" };
    vec![format!("cp{nodot}{debug}{pymalloc}{unicode}")]
}

/// The tags of CPython `version` (one or two numbers): its own ABIs, the stable ABI, none, and the stable ABI
/// of older minor versions (`abi3`, PEP 384; `abi3t` for free-threaded builds, PEP 803).
pub fn cpython_tags(version: &[u32], abis: &[String], platforms: &[String]) -> Tags {
    let mut tags = Tags::default();
    add_cpython(&mut tags, version, abis, platforms);
    tags
}

pub(super) fn add_cpython(tags: &mut Tags, version: &[u32], abis: &[String], platforms: &[String]) {
    let threaded = abis.first().is_some_and(|abi| {
        abi.strip_prefix("cp")
            .map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()))
            .is_some_and(|flags| flags.len() + 2 < abi.len() && flags.contains('t'))
    });
    let interpreter = format!("cp{}", nodot(version));
    for abi in own_abis(abis, threaded) {
        tags.push_all(&interpreter, abi, platforms);
    }
    let stable = if threaded { "abi3t" } else { "abi3" };
    let has_stable = version.len() > 1 && version >= [3, 2].as_slice();
    if has_stable {
        tags.push_all(&interpreter, stable, platforms);
    }
    tags.push_all(&interpreter, "none", platforms);
    if let (true, [major, ..], Some(minor)) = (has_stable, version, minor_of(version)) {
        for older in (2..minor).rev() {
            tags.push_all(&format!("cp{major}{older}"), stable, platforms);
        }
    }
}

/// The ABIs without the first mention of those that have their own place in the order.
fn own_abis(abis: &[String], threaded: bool) -> Vec<&str> {
    let mut own: Vec<&str> = abis.iter().map(String::as_str).collect();
    let placed: &[&str] = if threaded { &["abi3", "abi3t", "none"] } else { &["abi3", "none"] };
    for abi in placed {
        if let Some(place) = own.iter().position(|other| other == abi) {
            own.remove(place);
        }
    }
    own
}

/// The ABI of an implementation other than CPython, read from its extension suffix.
///
/// `.pypy310-pp73-x86_64-linux-gnu.so` gives `pypy310_pp73`, `.graalpy-38-native-x86_64-darwin.dylib` gives
/// `graalpy_38_native`.
pub fn generic_abi(facts: &TagFacts) -> Vec<String> {
    let suffix = facts.ext_suffix.as_deref().unwrap_or_default();
    let mut parts = suffix.split('.').skip(1);
    let (Some(soabi), Some(_)) = (parts.next(), parts.next()) else {
        // Old Pythons on Windows say only `.pyd`.
        return cpython_abis(facts, &[facts.python_version.0, facts.python_version.1]);
    };
    let first = |count: usize| soabi.split('-').take(count).collect::<Vec<_>>().join("_");
    let abi = match soabi {
        "" => return Vec::new(),
        _ if soabi.starts_with("cpython") => format!("cp{}", soabi.split('-').nth(1).unwrap_or_default()),
        _ if soabi.starts_with("cp") => first(1),
        _ if soabi.starts_with("pypy") => first(2),
        _ if soabi.starts_with("graalpy") => first(3),
        _ => soabi.to_owned(),
    };
    vec![abi.replace(['.', '-', ' '], "_")]
}

/// The tags of any other interpreter: each ABI, and none.
pub fn generic_tags(interpreter: &str, abis: &[String], platforms: &[String]) -> Tags {
    let mut tags = Tags::default();
    add_generic(&mut tags, interpreter, abis, platforms);
    tags
}

pub(super) fn add_generic(tags: &mut Tags, interpreter: &str, abis: &[String], platforms: &[String]) {
    for abi in abis {
        tags.push_all(interpreter, abi, platforms);
    }
    if !abis.iter().any(|abi| abi == "none") {
        tags.push_all(interpreter, "none", platforms);
    }
}

/// `py311`, `py3`, `py310`, …, `py30` for (3, 11); `py3` for (3,).
fn py_interpreters(version: &[u32]) -> Vec<String> {
    let Some(major) = version.first() else { return Vec::new() };
    let Some(minor) = minor_of(version) else { return vec![format!("py{major}")] };
    let older = (0..minor).rev().map(|minor| format!("py{major}{minor}"));
    [format!("py{major}{minor}"), format!("py{major}")].into_iter().chain(older).collect()
}

/// The tags of wheels that contain only Python code: `py311-none-any`, `py3-none-any`, `py310-none-any`, …
pub fn pure_python_tags(version: &[u32]) -> Tags {
    let mut tags = Tags::default();
    add_pure_python(&mut tags, version);
    tags
}

fn add_pure_python(tags: &mut Tags, version: &[u32]) {
    for interpreter in py_interpreters(version) {
        tags.push(&interpreter, "none", "any");
    }
}

/// The tags that do not depend on an ABI: `py*-none-<platform>`, `<interpreter>-none-any`, `py*-none-any`.
pub fn compatible_tags(version: &[u32], interpreter: Option<&str>, platforms: &[String]) -> Tags {
    let mut tags = Tags::default();
    add_compatible(&mut tags, version, interpreter, platforms);
    tags
}

pub(super) fn add_compatible(
    tags: &mut Tags,
    version: &[u32],
    interpreter: Option<&str>,
    platforms: &[String],
) {
    for python in py_interpreters(version) {
        tags.push_all(&python, "none", platforms);
    }
    if let Some(interpreter) = interpreter {
        tags.push(interpreter, "none", "any");
    }
    add_pure_python(tags, version);
}
