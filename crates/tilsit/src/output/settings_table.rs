//! What `tilsit config explain` prints.

use super::{Style, columns};
use crate::settings::{Explained, Origin};
use serde_json::{Value, json};

/// Each setting with its source, and below it what that overrides.
pub fn text(settings: &[Explained], style: Style) -> String {
    let mut rows = Vec::new();
    for setting in settings {
        let value = setting.value.clone().unwrap_or_else(|| "-".to_owned());
        rows.push(vec![setting.key.to_owned(), value, source(&setting.origin)]);
        for (value, origin) in &setting.added {
            rows.push(vec![String::new(), format!("with {value}"), source(origin)]);
        }
        for (value, origin) in &setting.overridden {
            rows.push(vec![String::new(), format!("overrides {value}"), source(origin)]);
        }
    }
    let table = columns::aligned(&rows);
    let lines =
        table.lines().map(|line| if line.starts_with(' ') { style.dim(line) } else { line.to_owned() });
    lines.map(|line| line + "\n").collect()
}

/// The same for programs.
pub fn json(settings: &[Explained]) -> Value {
    let one = |value: &Option<String>, origin: &Origin| match origin {
        Origin::File { path, line, key } => {
            json!({"value": value, "file": path.to_string_lossy(), "line": line, "key": &**key})
        }
        Origin::Env { name } => json!({"value": value, "variable": &**name}),
        Origin::Flag { name } => json!({"value": value, "flag": name}),
        Origin::Default => json!({"value": value, "default": true}),
    };
    let entry = |setting: &Explained| {
        let all = |said: &[(String, Origin)]| -> Vec<Value> {
            said.iter().map(|(value, origin)| one(&Some(value.clone()), origin)).collect()
        };
        let now = one(&setting.value, &setting.origin);
        let explained =
            json!({"now": now, "with": all(&setting.added), "overrides": all(&setting.overridden)});
        (setting.key.to_owned(), explained)
    };
    Value::Object(settings.iter().map(entry).collect())
}

fn source(origin: &Origin) -> String {
    match origin {
        Origin::File { key, .. } => format!("{origin} ({key})"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn a_table() {
        let file = Origin::File { path: Path::new("tilsit.toml").into(), line: 2, key: "retries".into() };
        let settings = [
            Explained {
                key: "retries",
                value: Some("5".into()),
                origin: Origin::Env { name: "TILSIT_RETRIES".into() },
                overridden: vec![("7".into(), file)],
                added: Vec::new(),
            },
            Explained {
                key: "proxy",
                value: None,
                origin: Origin::Default,
                overridden: Vec::new(),
                added: Vec::new(),
            },
        ];
        let expected = "\
retries  5            TILSIT_RETRIES
         overrides 7  tilsit.toml:2 (retries)
proxy    -            default
";
        assert_eq!(text(&settings, Style::PLAIN), expected);
        let value = json(&settings);
        assert_eq!(value["retries"]["overrides"][0]["line"], 2);
        assert_eq!(value["proxy"]["now"]["default"], true);
    }
}
