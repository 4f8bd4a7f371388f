//! A reader of Python source for the little that back ends want without running it: the module's docstring and a string
//! assigned to a name at the top level. It splits the text into logical lines, as the language does (strings, comments,
//! brackets, continued lines), and says when it does not understand.

/// A part of a logical line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// A name, a keyword or a number.
    Word(&'t str),
    /// A whole string literal with its prefix.
    Text(&'t str),
    /// One character of an operator or bracket.
    Sign(char),
}

/// What a name is assigned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Assigned {
    /// Nothing at the top level.
    Nothing,
    /// One plain string.
    Text(String),
    /// Something that only Python can evaluate.
    Unclear,
}

/// The statements of a module that begin in the first column; those of blocks are not among them.
#[derive(Debug)]
pub(super) struct Module<'t> {
    statements: Vec<Vec<Token<'t>>>,
}

impl<'t> Module<'t> {
    /// Reads a module; `None` for text that is not understood.
    pub(super) fn read(text: &'t str) -> Option<Self> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let names_codec = text.lines().take(2).any(|line| line.starts_with('#') && line.contains("coding"));
        if names_codec && !text.lines().take(2).any(|line| line.to_lowercase().contains("utf-8")) {
            return None;
        }
        let mut statements = Vec::new();
        let mut lines = Lines { rest: text };
        while !lines.rest.is_empty() {
            let indented = lines.rest.starts_with([' ', '\t', '\u{c}']);
            let line = lines.logical_line()?;
            if !indented && !line.is_empty() {
                statements.extend(line.split(|token| *token == Token::Sign(';')).map(<[_]>::to_vec));
            }
        }
        Some(Self { statements })
    }

    /// The module's docstring, its escapes resolved: its first statement, when that is one plain string.
    pub(super) fn docstring(&self) -> Assigned {
        match self.statements.first().map(Vec::as_slice) {
            Some([Token::Text(literal)]) => text_of(literal).map_or(Assigned::Unclear, Assigned::Text),
            Some([Token::Text(_), Token::Text(_), ..] | [Token::Sign('('), ..]) => Assigned::Unclear,
            _ => Assigned::Nothing,
        }
    }

    /// The string that is first assigned to `name` at the top level (`name = "…"`, `name: type = "…"`).
    pub(super) fn assigned(&self, name: &str) -> Assigned {
        for statement in &self.statements {
            match assignment(statement, name) {
                Assigned::Nothing => {}
                found => return found,
            }
        }
        Assigned::Nothing
    }
}

fn assignment(statement: &[Token<'_>], name: &str) -> Assigned {
    let Some(at) = statement.iter().position(|token| *token == Token::Word(name)) else {
        return Assigned::Nothing;
    };
    let is_target = matches!(statement.get(at + 1), Some(Token::Sign('=' | ':')));
    let compared = matches!(statement.get(at + 1..at + 3), Some([Token::Sign('='), Token::Sign('=')]));
    if !is_target || compared {
        return Assigned::Nothing;
    }
    let Some((Token::Text(literal), targets)) = statement.split_last() else { return Assigned::Unclear };
    let chain = targets.chunks(2).all(|pair| matches!(pair, [Token::Word(_), Token::Sign('=')]));
    let annotated = at == 0
        && targets.get(1) == Some(&Token::Sign(':'))
        && targets.iter().position(|token| *token == Token::Sign('=')) == Some(targets.len() - 1);
    if chain || annotated {
        text_of(literal).map_or(Assigned::Unclear, Assigned::Text)
    } else {
        Assigned::Unclear
    }
}

struct Lines<'t> {
    rest: &'t str,
}

impl<'t> Lines<'t> {
    /// The tokens up to the end of a logical line.
    fn logical_line(&mut self) -> Option<Vec<Token<'t>>> {
        let mut tokens = Vec::new();
        let mut depth = 0usize;
        while let Some(char) = self.rest.chars().next() {
            match char {
                '\n' | '\r' => {
                    self.skip(1);
                    if depth == 0 {
                        break;
                    }
                }
                ' ' | '\t' | '\u{c}' => self.skip(1),
                '#' => self.skip(self.rest.find(['\n', '\r']).unwrap_or(self.rest.len())),
                '\\' => {
                    let continued =
                        self.rest[1..].strip_prefix("\r\n").or_else(|| self.rest[1..].strip_prefix('\n'));
                    self.rest = continued?;
                }
                '"' | '\'' => tokens.push(Token::Text(self.string(0)?)),
                _ if char.is_alphanumeric() || char == '_' => tokens.push(self.word()?),
                _ => {
                    depth = match char {
                        '(' | '[' | '{' => depth + 1,
                        ')' | ']' | '}' => depth.checked_sub(1)?,
                        _ => depth,
                    };
                    tokens.push(Token::Sign(char));
                    self.skip(char.len_utf8());
                }
            }
        }
        (depth == 0).then_some(tokens)
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = &self.rest[bytes..];
    }

    fn word(&mut self) -> Option<Token<'t>> {
        let end =
            self.rest.find(|char: char| !(char.is_alphanumeric() || char == '_')).unwrap_or(self.rest.len());
        let word = &self.rest[..end];
        let is_prefix = end <= 2 && word.chars().all(|char| "rRbBuUfFtT".contains(char));
        if is_prefix && self.rest[end..].starts_with(['"', '\'']) {
            return self.string(end).map(Token::Text);
        }
        self.skip(end);
        Some(Token::Word(word))
    }

    /// The string literal whose prefix has so many bytes.
    fn string(&mut self, prefix: usize) -> Option<&'t str> {
        let body = &self.rest[prefix..];
        let quote = &body[..1];
        let triple = quote.repeat(3);
        let (close, many_lines) = if body.starts_with(&triple) { (&*triple, true) } else { (quote, false) };
        let mut at = close.len();
        loop {
            let next = body[at..].chars().next()?;
            if body[at..].starts_with(close) {
                let literal = &self.rest[..prefix + at + close.len()];
                self.skip(literal.len());
                return Some(literal);
            }
            match next {
                '\\' => at += 1 + body[at + 1..].chars().next()?.len_utf8(),
                '\n' | '\r' if !many_lines => return None,
                _ => at += next.len_utf8(),
            }
        }
    }
}

/// The value of a string literal; `None` for bytes, formatted strings and rare escapes.
fn text_of(literal: &str) -> Option<String> {
    let open = literal.find(['"', '\''])?;
    let raw = match literal[..open].to_ascii_lowercase().as_str() {
        "" | "u" => false,
        "r" => true,
        _ => return None,
    };
    let body = &literal[open..];
    let quotes = if body.len() >= 6 && body.starts_with(&body[..1].repeat(3)) { 3 } else { 1 };
    let body = body[quotes..body.len() - quotes].replace("\r\n", "\n").replace('\r', "\n");
    if raw { Some(body) } else { unescaped(&body) }
}

fn unescaped(text: &str) -> Option<String> {
    let mut value = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        if char != '\\' {
            value.push(char);
            continue;
        }
        match chars.next()? {
            '\n' => {}
            'n' => value.push('\n'),
            't' => value.push('\t'),
            'r' => value.push('\r'),
            same @ ('\\' | '\'' | '"') => value.push(same),
            'a' | 'b' | 'f' | 'v' | 'x' | 'u' | 'U' | 'N' | '0'..='7' => return None,
            // Python keeps a backslash that escapes nothing.
            other => value.extend(['\\', other]),
        }
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Assigned {
        Module::read(text).unwrap().assigned("__version__")
    }

    #[test]
    fn versions_are_read_at_the_top_level_alone() {
        let text = |text: &str| Assigned::Text(text.to_owned());
        let cases = [
            ("__version__ = '1.0'\n", text("1.0")),
            ("\"\"\"Doc.\n__version__ = '0'\n\"\"\"\nimport x; __version__: str = u\"2\"  # no", text("2")),
            ("if True:\n    __version__ = '1'\n", Assigned::Nothing),
            ("def f(__version__='1'): pass\n", Assigned::Unclear),
            ("__version__ = get('x')\n", Assigned::Unclear),
            ("a = __version__ = '1'\n", text("1")),
            ("a, __version__ = '12'\n", Assigned::Unclear),
            ("if x: __version__ = '1'\n", Assigned::Unclear),
            ("__version__ = 'a' 'b'\n", Assigned::Unclear),
            ("if __version__ == '1': pass\n", Assigned::Nothing),
            ("from ._v import __version__\n", Assigned::Nothing),
            ("x = [\n__version__\n]\n__version__ = \\\n  '3'\n", text("3")),
            ("__all__ = ['__version__']\r\n__version__ = '4'\r\n", text("4")),
        ];
        for (module, found) in cases {
            assert_eq!(version(module), found, "{module}");
        }
    }

    #[test]
    fn docstrings_are_the_first_statement() {
        let doc = |text: &str| Module::read(text).unwrap().docstring();
        assert_eq!(doc("#!/x\n\n'''A \\\nB'''\nx = 1"), Assigned::Text("A B".to_owned()));
        assert_eq!(doc("r'''A\\d'''"), Assigned::Text("A\\d".to_owned()));
        assert_eq!(doc("import x\n'''A'''"), Assigned::Nothing);
        assert_eq!(doc("f'A'"), Assigned::Unclear);
        assert_eq!(doc("'A' 'B'"), Assigned::Unclear);
    }

    #[test]
    fn what_is_no_python_is_said() {
        for text in ["'abc\n", "(", ")", "\\x", "# -*- coding: latin-1 -*-\n"] {
            assert!(Module::read(text).is_none(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(text in "[\\\\\"'rbf#()\n =a_;:é]{0,40}") {
            if let Some(module) = Module::read(&text) {
                module.docstring();
                module.assigned("a");
            }
        }
    }
}
