//! Names of members: decoding and collisions.

use std::borrow::Cow;
use std::collections::HashMap;

use super::directory::{Entry, ExtraFields, u32_at};
use super::{ZipError, ZipMember};

/// APPNOTE appendix D: without this flag a name is in code page 437.
pub(super) const FLAG_UTF8: u16 = 1 << 11;
/// Info-ZIP Unicode Path: readers disagree on whether it counts.
const UNICODE_PATH: u16 = 0x7075;

/// The upper half of code page 437.
const CP437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

/// The name as `zipfile` decodes it.
pub(super) fn decode<'a>(entry: &Entry<'a>) -> Result<Cow<'a, str>, ZipError> {
    let raw = entry.name;
    let name = if entry.flags & FLAG_UTF8 != 0 || raw.is_ascii() {
        let text = std::str::from_utf8(raw).map_err(|_| ZipError::Ambiguous("a name is not UTF-8"))?;
        Cow::Borrowed(text)
    } else {
        Cow::Owned(raw.iter().map(|byte| cp437(*byte)).collect())
    };
    for (id, data) in ExtraFields(entry.extra) {
        if id == UNICODE_PATH && data.first() == Some(&1) && unicode_path_differs(raw, &name, data) {
            return Err(ZipError::Ambiguous("a member has two names"));
        }
    }
    Ok(name)
}

fn unicode_path_differs(raw: &[u8], name: &str, data: &[u8]) -> bool {
    // The field counts only while its checksum is that of the plain name.
    u32_at(data, 1) == Some(libdeflater::crc32(raw)) && data.get(5..) != Some(name.as_bytes())
}

fn cp437(byte: u8) -> char {
    match byte.checked_sub(0x80) {
        None => char::from(byte),
        Some(upper) => CP437.chars().nth(usize::from(upper)).unwrap_or(char::REPLACEMENT_CHARACTER),
    }
}

/// Duplicates, names that differ only in case, and files that another member needs as a directory.
pub(super) fn refuse_collisions(members: &[ZipMember<'_>]) -> Result<(), ZipError> {
    let mut seen: HashMap<Cow<'_, str>, &ZipMember<'_>> = HashMap::with_capacity(members.len());
    for member in members {
        let Some(first) = seen.insert(fold(member.path.as_str()), member) else { continue };
        let (first_name, name) = (first.path.to_string(), member.path.to_string());
        if first_name == name {
            return Err(ZipError::Duplicate { name });
        }
        // Directories that differ only in case merge where case is ignored: harmless, their files are compared too.
        if !(first.directory && member.directory) {
            return Err(ZipError::CaseCollision { first: first_name, second: name });
        }
    }
    let mut last_parent = "";
    for member in members {
        let parent = member.path.parent();
        if parent != last_parent {
            refuse_file_as_directory(&seen, parent)?;
            last_parent = parent;
        }
    }
    Ok(())
}

fn refuse_file_as_directory(
    seen: &HashMap<Cow<'_, str>, &ZipMember<'_>>,
    parent: &str,
) -> Result<(), ZipError> {
    let mut ancestor = parent;
    while !ancestor.is_empty() {
        if seen.get(&*fold(ancestor)).is_some_and(|member| !member.directory) {
            return Err(ZipError::Duplicate { name: ancestor.to_owned() });
        }
        ancestor = ancestor.rsplit_once('/').map_or("", |(above, _)| above);
    }
    Ok(())
}

fn fold(path: &str) -> Cow<'_, str> {
    if path.bytes().any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii()) {
        Cow::Owned(path.to_lowercase())
    } else {
        Cow::Borrowed(path)
    }
}

/// Of several members of one name `zipfile` extracts each over the one before.
pub(super) fn keep_last(members: &mut Vec<ZipMember<'_>>) {
    let mut last: HashMap<String, usize> = HashMap::default();
    for (index, member) in members.iter().enumerate() {
        last.insert(member.path.to_string(), index);
    }
    if last.len() < members.len() {
        let mut index = 0;
        members.retain(|member| {
            index += 1;
            last.get(member.path.as_str()) == Some(&(index - 1))
        });
    }
}
