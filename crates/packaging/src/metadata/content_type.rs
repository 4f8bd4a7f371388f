//! `Description-Content-Type`: a MIME type with parameters (RFC 2045), as far as core metadata allows it.

/// Why a content type is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ContentTypeProblem {
    Malformed,
    UnknownType,
    Charset(String),
    Variant(String),
}

/// Judges a value as `packaging` does: one of three types, UTF-8 only, known Markdown variants.
pub(super) fn check(value: &str) -> Result<(), ContentTypeProblem> {
    let (kind, rest) = value.split_once(';').map_or((value, None), |(kind, rest)| (kind, Some(rest)));
    let kind = kind.trim().to_ascii_lowercase();
    if !kind.contains('/') || !kind.split('/').all(is_token) {
        return Err(ContentTypeProblem::Malformed);
    }
    let parameters = parameters(rest.unwrap_or_default()).ok_or(ContentTypeProblem::Malformed)?;
    if !matches!(kind.as_str(), "text/plain" | "text/x-rst" | "text/markdown") {
        return Err(ContentTypeProblem::UnknownType);
    }
    let get = |wanted: &str| {
        parameters.iter().rfind(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value)
    };
    if let Some(charset) = get("charset").filter(|charset| !charset.eq_ignore_ascii_case("utf-8")) {
        return Err(ContentTypeProblem::Charset(charset.clone()));
    }
    match get("variant") {
        Some(variant) if kind == "text/markdown" && !matches!(variant.as_str(), "GFM" | "CommonMark") => {
            Err(ContentTypeProblem::Variant(variant.clone()))
        }
        _ => Ok(()),
    }
}

/// RFC 2045's token: printable ASCII without blanks and separators. RFC 2231's `*` is not used here.
fn is_token(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?=*'%{}".contains(&b);
    !text.is_empty() && text.bytes().all(allowed)
}

/// `name=value; name="value"`; `None` when malformed. One trailing semicolon is fine.
fn parameters(text: &str) -> Option<Vec<(String, String)>> {
    let mut parameters = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=')?;
        let name = name.trim().to_owned();
        let (value, after) = parameter_value(after.trim_start())?;
        if !is_token(&name) || parameters.iter().any(|(other, _)| *other == name) {
            return None;
        }
        parameters.push((name, value));
        rest = match after.trim_start() {
            "" => "",
            after => after.strip_prefix(';')?.trim(),
        };
    }
    Some(parameters)
}

fn parameter_value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([';', ' ', '\t']).unwrap_or(text.len());
        let (value, rest) = text.split_at(end);
        return is_token(value).then(|| (value.to_owned(), rest));
    };
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, &quoted[at + 1..])),
            '\\' => value.push(chars.next()?.1),
            c => value.push(c),
        }
    }
    None
}
