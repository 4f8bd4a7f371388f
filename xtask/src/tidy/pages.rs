//! Documents: links that lead nowhere, and error codes without a page.

use super::{Complaints, Tracked};
use crate::errors;

const PAGES: &str = "docs/errors/";

/// Checks relative links of every Markdown page, and that error codes and their pages belong together.
pub fn check(files: &[Tracked], complaints: &mut Complaints) {
    error_pages(files, complaints);
    for file in files.iter().filter(|file| file.path.ends_with(".md")) {
        let Some(text) = file.text() else { continue };
        for (number, line) in text.lines().enumerate() {
            for target in targets(line) {
                if !leads_somewhere(files, &file.path, target) {
                    complaints.add(
                        format!("{}:{}", file.path, number + 1),
                        format_args!("`{target}` does not exist"),
                    );
                }
            }
        }
    }
}

/// Each code has its page; each page belongs to a code, which it names.
fn error_pages(files: &[Tracked], complaints: &mut Complaints) {
    let declared = files.iter().find(|file| file.path == errors::CODES).and_then(Tracked::text);
    let codes = errors::codes(declared.unwrap_or_default());
    let pages = files.iter().filter(|file| file.path.starts_with(PAGES) && !file.path.ends_with("README.md"));
    for page in pages.clone() {
        let code = page.name().trim_end_matches(".md");
        if !codes.iter().any(|(known, _)| *known == code) {
            complaints.add(&page.path, "a page of no error code");
        } else if !page.text().is_some_and(|text| text.contains(code)) {
            complaints.add(&page.path, "does not name its code");
        }
    }
    for (code, _) in codes {
        if !pages.clone().any(|page| page.name().trim_end_matches(".md") == code) {
            complaints.add(errors::CODES, format_args!("`{code}` has no page in {PAGES}"));
        }
    }
}

/// The relative targets of `[text](target)` in a line, without their `#part`.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| {
        let target = rest.split(')').next()?.split('#').next()?;
        let relative = !target.is_empty() && !target.contains("://") && !target.starts_with("mailto:");
        relative.then_some(target)
    })
}

fn leads_somewhere(files: &[Tracked], page: &str, target: &str) -> bool {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in target.trim_end_matches('/').split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    let path = parts.join("/");
    files.iter().any(|file| file.path == path || file.path.starts_with(&format!("{path}/")))
}

#[cfg(test)]
mod tests {
    use super::{Tracked, leads_somewhere, targets};

    #[test]
    fn links_are_found_and_followed() {
        let found: Vec<_> =
            targets("see [a](x.md#part), [b](../y) and [c](https://index.example/)").collect();
        assert_eq!(found, ["x.md", "../y"]);
        let files = [Tracked { path: "docs/x.md".into(), bytes: Vec::new() }];
        assert!(leads_somewhere(&files, "docs/errors/e.md", "../x.md"));
        assert!(leads_somewhere(&files, "README.md", "docs/"));
        assert!(!leads_somewhere(&files, "README.md", "x.md"));
    }
}
