//! `tilsit show`

use packaging::PackageName;
use packaging::metadata::{Field, Metadata};
use serde_json::{Value, json};

use super::{Ended, Session, diagnosis};
use crate::cli::native as flags;
use crate::ops::graph::Graph;

/// What is shown of one package, in order.
struct Card {
    rows: Vec<(&'static str, Value)>,
    files: Option<Vec<String>>,
}

impl Session<'_> {
    pub(super) fn show(&self) -> Ended {
        let graph = self.graph()?;
        let mut cards = Vec::new();
        let mut missing = Vec::new();
        for word in &self.parsed.arguments {
            match PackageName::new(word).ok().and_then(|name| self.card(&graph, &name)) {
                Some(card) => cards.push(card),
                None => missing.push(word.as_str()),
            }
        }
        if self.parsed.is_on(&flags::JSON) {
            let cards: Vec<Value> = cards.iter().map(Card::json).collect();
            self.terminal.json(&cards);
        } else {
            let cards: Vec<String> = cards.iter().map(Card::text).collect();
            self.terminal.text(&cards.join("\n"));
        }
        match missing.as_slice() {
            [] => Ok(0),
            missing => Err(Box::new(diagnosis::not_installed(missing))),
        }
    }

    fn card(&self, graph: &Graph, name: &PackageName) -> Option<Card> {
        let one = graph.installed.get(name)?;
        let metadata = Metadata::parse(&one.metadata_bytes().ok()??).ok()?;
        let text = |field| metadata.text(field).filter(|text| !text.is_empty()).map(Value::from);
        let needs = graph.dependencies.requires(name, &graph.markers).map(ToString::to_string);
        let needed_by =
            graph.dependencies.required_by(name, &graph.markers).map(|(_, user)| user.raw_name.clone());
        let urls: Vec<String> =
            metadata.project_urls().map(|(label, url)| format!("{label}: {url}")).collect();
        let rows = [
            ("name", Some(json!(metadata.raw_name))),
            ("version", Some(json!(one.version_text()))),
            ("summary", text(Field::Summary)),
            ("home page", text(Field::HomePage)),
            ("links", Some(json!(urls))),
            ("author", text(Field::Author).or_else(|| text(Field::AuthorEmail))),
            ("licence", text(Field::LicenseExpression).or_else(|| text(Field::License))),
            ("location", Some(json!(one.location()))),
            ("editable", one.editable_location().map(|folder| json!(folder))),
            ("origin", one.direct_url().map(|direct| json!(direct.url))),
            ("installed by", one.installer().map(Value::from)),
            ("asked for", Some(json!(one.is_requested()))),
            ("needs", Some(json!(needs.collect::<Vec<_>>()))),
            ("needed by", Some(json!(needed_by.collect::<Vec<_>>()))),
        ];
        let rows = rows.into_iter().filter_map(|(key, value)| Some((key, value?)));
        let files = self.parsed.is_on(&flags::FILES).then(|| {
            let record = one.record().ok().flatten().unwrap_or_default();
            record.rows.iter().map(|row| row.path.clone()).collect()
        });
        Some(Card { rows: rows.collect(), files })
    }
}

impl Card {
    fn json(&self) -> Value {
        let mut object: serde_json::Map<String, Value> =
            self.rows.iter().map(|(key, value)| (key.replace(' ', "_"), value.clone())).collect();
        if let Some(files) = &self.files {
            object.insert("files".to_owned(), json!(files));
        }
        Value::Object(object)
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for (key, value) in &self.rows {
            let words = match value {
                Value::Array(items) if items.is_empty() => continue,
                Value::Array(items) => {
                    items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n              ")
                }
                Value::Bool(true) => "yes".to_owned(),
                Value::Bool(false) => "no, something needs it".to_owned(),
                Value::String(words) => words.replace('\n', "\n              "),
                other => other.to_string(),
            };
            text.push_str(&format!("{key:<12}  {words}\n"));
        }
        for file in self.files.iter().flatten() {
            text.push_str(&format!("  {file}\n"));
        }
        text
    }
}
