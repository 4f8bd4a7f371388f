//! Just enough reading of Rust to tell code from strings and comments.

/// The source with every comment, string and character literal blanked, line breaks kept.
pub fn code_only(source: &str) -> String {
    let mut scanner = Scanner { rest: source, out: String::with_capacity(source.len()) };
    while !scanner.rest.is_empty() {
        scanner.step();
    }
    scanner.out
}

struct Scanner<'a> {
    rest: &'a str,
    out: String,
}

impl Scanner<'_> {
    fn step(&mut self) {
        let rest = self.rest;
        if rest.starts_with("//") {
            self.blank(rest.find('\n').unwrap_or(rest.len()));
        } else if rest.starts_with("/*") {
            self.blank(block_comment(rest));
        } else if let Some(length) = raw_string(rest).filter(|_| !self.after_word()) {
            self.blank(length);
        } else if rest.starts_with('"') {
            self.blank(quoted(rest));
        } else if let Some(length) = character(rest) {
            self.blank(length);
        } else {
            self.copy();
        }
    }

    /// Whether the last thing copied belongs to a word, so that an `r` here starts no raw string.
    fn after_word(&self) -> bool {
        self.out.chars().next_back().is_some_and(|last| last.is_alphanumeric() || last == '_')
    }

    fn copy(&mut self) {
        let mut characters = self.rest.chars();
        self.out.extend(characters.next());
        self.rest = characters.as_str();
    }

    fn blank(&mut self, length: usize) {
        let (gone, rest) = self.rest.split_at(length);
        self.out.extend(gone.chars().map(|character| if character == '\n' { '\n' } else { ' ' }));
        self.rest = rest;
    }
}

/// Block comments nest.
fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        let rest = &text[at..];
        let step = if rest.starts_with("/*") {
            depth += 1;
            2
        } else if rest.starts_with("*/") {
            depth -= 1;
            2
        } else {
            rest.chars().next().map_or(1, char::len_utf8)
        };
        at += step;
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

/// `r"…"`, `r#"…"#`, and the same with `b` or `c` before.
fn raw_string(text: &str) -> Option<usize> {
    let start =
        text.strip_prefix("br").or_else(|| text.strip_prefix("cr")).or_else(|| text.strip_prefix('r'))?;
    let hashes = start.len() - start.trim_start_matches('#').len();
    let body = start[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let opened = text.len() - body.len();
    Some(body.find(&end).map_or(text.len(), |at| opened + at + end.len()))
}

fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// A character literal, not a lifetime.
fn character(text: &str) -> Option<usize> {
    let body = text.strip_prefix('\'')?;
    if body.starts_with('\\') {
        let end = body.char_indices().skip(2).find(|(_, character)| *character == '\'')?;
        return Some(1 + end.0 + 1);
    }
    let first = body.chars().next()?;
    body[first.len_utf8()..].starts_with('\'').then_some(first.len_utf8() + 2)
}

/// A function with a body.
pub struct Function {
    pub name: String,
    /// The line of its `fn`, from 1.
    pub line: usize,
    /// From the line of `fn` to the line of the closing brace, both counted.
    pub lines: usize,
}

/// All functions with bodies in source that `code_only` has blanked.
pub fn functions(code: &str) -> Vec<Function> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = code[from..].find("fn ").map(|at| from + at) {
        from = at + 3;
        let before = code[..at].chars().next_back();
        if before.is_some_and(|last| last.is_alphanumeric() || last == '_') {
            continue;
        }
        let name: String = code[from..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        if name.is_empty() {
            continue;
        }
        if let Some(end) = body_end(&code[from..]) {
            let line = 1 + newlines(&code[..at]);
            found.push(Function { name, line, lines: 1 + newlines(&code[at..from + end]) });
        }
    }
    found
}

fn newlines(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}

/// Where the body that follows a signature ends; none for a declaration that ends in `;`.
fn body_end(code: &str) -> Option<usize> {
    let (mut braces, mut brackets) = (0usize, 0usize);
    for (at, byte) in code.bytes().enumerate() {
        match byte {
            b'(' | b'[' => brackets += 1,
            b')' | b']' => brackets = brackets.saturating_sub(1),
            b'{' => braces += 1,
            b'}' => {
                braces = braces.saturating_sub(1);
                if braces == 0 {
                    return Some(at);
                }
            }
            b';' if braces == 0 && brackets == 0 => return None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{code_only, functions};

    #[test]
    fn strings_and_comments_are_blanked() {
        let cases = [
            ("a // b\nc", "a c"),
            ("a /* b /* c */ d */ e", "a e"),
            (r#"f("x \" y", 1)"#, "f( , 1)"),
            ("g(r#\"a\"b\"#)", "g( )"),
            ("let c = '\"'; 'a: loop {}", "let c = ; 'a: loop {}"),
            (r"h('\'', '\n')", "h( , )"),
            ("for\"x\"", "for"),
        ];
        for (source, expected) in cases {
            let code = code_only(source);
            assert_eq!(code.chars().count(), source.chars().count(), "{source}");
            assert_eq!(code.split_whitespace().collect::<Vec<_>>().join(" "), expected, "{source}");
        }
    }

    #[test]
    fn functions_have_names_and_lengths() {
        let source = "fn a() {}\ntrait T { fn b(x: [u8; 2]);\n fn c() {\n  if x { y }\n }\n}\n// fn d() {}\n";
        let found = functions(&code_only(source));
        let facts: Vec<_> = found.iter().map(|f| (f.name.as_str(), f.line, f.lines)).collect();
        assert_eq!(facts, [("a", 1, 1), ("c", 3, 3)]);
    }
}
