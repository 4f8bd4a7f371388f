//! Two environments compared: names, kinds, modes, contents, RECORD rows, bytecode.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Command, Stdio};

/// The owner of a path that no RECORD names.
pub const NOBODY: &str = "the environment itself";

/// Our own notes in an environment: the journal, locks and history.
const OURS: &str = ".tilsit";

/// One path at which two environments differ.
pub struct Difference {
    pub path: String,
    pub what: String,
}

/// What was found; bytecode whose bytes differ is left to Python, which can tell code from how it was packed.
pub struct Comparison {
    pub differences: Vec<Difference>,
    pub bytecode: Vec<String>,
    pub compared: usize,
}

/// Which package put a path there, by pip's RECORDs.
pub struct Owners(BTreeMap<String, String>);

impl Owners {
    /// Reads every RECORD of the environment `root`.
    pub fn read(root: &Path) -> Result<Owners, String> {
        let mut owners = BTreeMap::new();
        for path in listing(root)?.into_keys().filter(|path| path.ends_with(".dist-info/RECORD")) {
            let Some((site, folder)) = path.trim_end_matches("/RECORD").rsplit_once('/') else { continue };
            let name =
                folder.split('-').next().unwrap_or(folder).to_ascii_lowercase().replace(['_', '.'], "-");
            let record = fs::read_to_string(root.join(&path)).map_err(|error| error.to_string())?;
            for row in record.lines() {
                let file = row.split(',').next().unwrap_or(row);
                owners.insert(resolved(site, file), name.clone());
            }
        }
        Ok(Owners(owners))
    }

    /// The package that owns `path`.
    pub fn of(&self, path: &str) -> &str {
        self.0.get(path).map_or(NOBODY, String::as_str)
    }
}

/// `folder/file` with each `..` followed.
fn resolved(folder: &str, file: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').collect();
    for part in file.split('/') {
        match part {
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Every path under `root` but our own notes, with what it is.
fn listing(root: &Path) -> Result<BTreeMap<String, fs::Metadata>, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(root.join(&folder)).map_err(|error| format!("{folder}: {error}"))?;
        for entry in entries {
            let entry = entry.map_err(|error| error.to_string())?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            if path == OURS {
                continue;
            }
            let facts = entry.metadata().map_err(|error| error.to_string())?;
            if facts.is_dir() {
                folders.push(path.clone());
            }
            found.insert(path, facts);
        }
    }
    Ok(found)
}

/// Compares two environments that stood at the same path. With `native`, INSTALLER may name us.
pub fn compare(theirs: &Path, ours: &Path, native: bool) -> Result<Comparison, String> {
    let (left, right) = (listing(theirs)?, listing(ours)?);
    let paths: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
    let mut comparison = Comparison { differences: Vec::new(), bytecode: Vec::new(), compared: paths.len() };
    for path in paths {
        let what = match (left.get(path), right.get(path)) {
            (Some(_), None) => Some("missing".to_owned()),
            (None, Some(_)) => Some("pip has no such file".to_owned()),
            (Some(left), Some(right)) => kinds(left, right).or_else(|| contents(theirs, ours, path, native)),
            (None, None) => None,
        };
        match what {
            Some(what) if what == BYTECODE => comparison.bytecode.push(path.clone()),
            Some(what) => comparison.differences.push(Difference { path: path.clone(), what }),
            None => {}
        }
    }
    Ok(comparison)
}

fn kinds(left: &fs::Metadata, right: &fs::Metadata) -> Option<String> {
    if left.file_type() != right.file_type() {
        return Some(format!("{:?} instead of {:?}", right.file_type(), left.file_type()));
    }
    let (left, right) = (left.permissions().mode() & 0o7777, right.permissions().mode() & 0o7777);
    (left != right).then(|| format!("mode {right:o} instead of {left:o}"))
}

/// Said of compiled files whose bytes differ, until Python has looked at them.
const BYTECODE: &str = "bytecode";

fn contents(theirs: &Path, ours: &Path, path: &str, native: bool) -> Option<String> {
    let (left, right) = (theirs.join(path), ours.join(path));
    if left.is_dir() {
        return None;
    }
    if left.is_symlink() {
        let (left, right) = (fs::read_link(left).ok()?, fs::read_link(right).ok()?);
        return (left != right)
            .then(|| format!("leads to {} instead of {}", right.display(), left.display()));
    }
    let (Ok(theirs), Ok(ours)) = (fs::read(&left), fs::read(&right)) else {
        return Some("unreadable".to_owned());
    };
    if path.ends_with(".pyc") {
        return bytecode(&theirs, &ours, &right);
    }
    if theirs == ours {
        return None;
    }
    if native && path.ends_with(".dist-info/INSTALLER") {
        return (ours != b"tilsit\n").then(|| format!("holds {:?}", String::from_utf8_lossy(&ours)));
    }
    if path.ends_with(".dist-info/RECORD") {
        return rows(&String::from_utf8_lossy(&theirs), &String::from_utf8_lossy(&ours), native);
    }
    Some(first_difference(&theirs, &ours))
}

/// Magic number, flags and size have to agree; the time has to be that of our own source.
fn bytecode(theirs: &[u8], ours: &[u8], path: &Path) -> Option<String> {
    let (Some(left), Some(right)) = (theirs.get(..16), ours.get(..16)) else {
        return Some("too short".to_owned());
    };
    if left[..8] != right[..8] || left[12..] != right[12..] {
        return Some("another header".to_owned());
    }
    let stem = path.file_name()?.to_string_lossy().split('.').next()?.to_owned();
    let source = path.parent()?.parent()?.join(format!("{stem}.py"));
    let time = fs::metadata(source).ok().map(|facts| facts.mtime().to_le_bytes());
    if time.is_some_and(|time| time[..4] != right[8..12]) {
        return Some("stale: not the time of its source".to_owned());
    }
    (theirs[16..] != ours[16..]).then(|| BYTECODE.to_owned())
}

fn rows(theirs: &str, ours: &str, native: bool) -> Option<String> {
    let plain = |text: &str| -> Vec<String> {
        let row = |row: &str| {
            if native && row.contains("/INSTALLER,") { "INSTALLER".to_owned() } else { row.to_owned() }
        };
        text.split_inclusive('\n').map(row).collect()
    };
    let (left, right) = (plain(theirs), plain(ours));
    if left == right {
        return None;
    }
    let only = |rows: &[String], others: &[String]| rows.iter().find(|row| !others.contains(row)).cloned();
    Some(match (only(&left, &right), only(&right, &left)) {
        (None, None) => "rows in another order".to_owned(),
        (gone, added) => {
            format!("row {:?} instead of {:?}", added.unwrap_or_default(), gone.unwrap_or_default())
        }
    })
}

fn first_difference(theirs: &[u8], ours: &[u8]) -> String {
    let at = theirs.iter().zip(ours).take_while(|(left, right)| left == right).count();
    let near = |bytes: &[u8]| {
        String::from_utf8_lossy(&bytes[at.saturating_sub(10)..bytes.len().min(at + 50)]).into_owned()
    };
    format!("at byte {at}: {:?} instead of {:?}", near(ours), near(theirs))
}

/// Compares code objects: the same code can be packed in two ways, by how often its constants are shared.
const COMPARE_CODE: &str = "
import marshal, sys
def same(a, b):
    if type(a) is not type(b): return False
    if hasattr(a, 'co_code'):
        return a.co_filename == b.co_filename and a == b and all(map(same, a.co_consts, b.co_consts))
    return a == b
theirs, ours = sys.argv[1:]
for path in sys.stdin.read().split('\\0'):
    if path:
        code = [marshal.loads(open(root + '/' + path, 'rb').read()[16:]) for root in (theirs, ours)]
        if not same(*code): print(path)
";

/// Of compiled files whose bytes differ, those whose code differs too.
pub fn differing_bytecode(
    python: &Path,
    theirs: &Path,
    ours: &Path,
    paths: &[String],
) -> Result<Vec<String>, String> {
    if paths.is_empty() {
        return Ok(Vec::new());
    }
    let mut command = Command::new(python);
    command
        .args(["-I", "-c", COMPARE_CODE])
        .arg(theirs)
        .arg(ours)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(paths.join("\0").as_bytes()).map_err(|error| error.to_string())?;
    }
    let done = child.wait_with_output().map_err(|error| error.to_string())?;
    if !done.status.success() {
        return Err("the comparison of bytecode failed".to_owned());
    }
    Ok(String::from_utf8_lossy(&done.stdout).lines().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::{compare, resolved, rows};
    use std::fs;

    #[test]
    fn parents_are_followed() {
        assert_eq!(resolved("lib/python3.11/site-packages", "../../../bin/tool"), "bin/tool");
        assert_eq!(resolved("lib", "a/b.py"), "lib/a/b.py");
    }

    #[test]
    fn records_differ_by_rows_or_by_order() {
        assert_eq!(rows("a,,\nb,,\n", "a,,\nb,,\n", false), None);
        assert_eq!(rows("a,,\nb,,\n", "b,,\na,,\n", false).as_deref(), Some("rows in another order"));
        assert_eq!(rows("x/INSTALLER,sha256=1,4\n", "x/INSTALLER,sha256=2,7\n", true), None);
        assert!(rows("a,,\n", "a,sha256=1,2\n", false).is_some());
    }

    #[test]
    fn a_mode_and_a_missing_file_are_seen() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (left, right) = (folder.path().join("left"), folder.path().join("right"));
        for side in [&left, &right] {
            fs::create_dir_all(side).unwrap();
            fs::write(side.join("both"), "same").unwrap();
        }
        fs::write(left.join("only"), "").unwrap();
        fs::set_permissions(right.join("both"), fs::Permissions::from_mode(0o755)).unwrap();
        fs::set_permissions(left.join("both"), fs::Permissions::from_mode(0o644)).unwrap();
        let found = compare(&left, &right, false).unwrap();
        let told: Vec<_> =
            found.differences.iter().map(|one| format!("{}: {}", one.path, one.what)).collect();
        assert_eq!(told, ["both: mode 755 instead of 644", "only: missing"]);
    }
}
