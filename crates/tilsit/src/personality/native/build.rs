//! `tilsit build`

use std::path::{Path, PathBuf};

use builder::{BuiltFile, Product, UnknownKeys};
use serde_json::json;

use super::building::Site;
use super::listener::{Shown, observer};
use super::{Ended, Session, diagnosis};
use crate::cli::native as flags;
use crate::ops::build::{
    BuildPolicy, Builds, DistributionsRequest, Hands, Products, distributions, is_archive,
};
use crate::ops::python;
use crate::ops::wanted::Wanted;

impl Session<'_> {
    pub(super) fn build(&self) -> Ended {
        let source = match self.parsed.arguments.first() {
            Some(word) => self.process.absolute(word),
            None => self.process.cwd.clone(),
        };
        let store = self.working_store()?;
        let interpreter = python::any(self.process, &store, self.parsed.text(&flags::PYTHON))
            .map_err(|error| diagnosis::python(&error))?;
        let selection = self.selection(&self.target(&interpreter)?, &Wanted::default())?;
        let mut client = self
            .connection()?
            .client(self.process, &interpreter, &store, (observer(), None))
            .map_err(|error| diagnosis::connection(&error))?;
        let site = Site { environment: None, interpreter: &interpreter, store: &store };
        let policy =
            BuildPolicy { unknown_keys: UnknownKeys::Refused, ..self.build_policy(&site, &selection)? };
        let builds = Builds::new(self.process, &interpreter, &policy);
        let mut shown = Shown::new(self.terminal);
        let mut hands = Hands { client: &mut client, store: &store, listener: &mut shown };
        let (products, out) = (self.products(), self.out(&source));
        let request = DistributionsRequest {
            source: &source,
            products: products.as_deref().map_or(Products::WheelFromSource, Products::These),
            out: &out,
            settings: &self.config_settings(),
            extract: None,
        };
        let built = distributions(&builds, &request, &mut hands);
        drop(shown);
        let built = built.map_err(|error| diagnosis::distributions(&source, &error))?;
        self.tell_built(&built);
        Ok(0)
    }

    /// What the flags name, the source distribution first.
    fn products(&self) -> Option<Vec<Product>> {
        let wanted = [(&flags::SDIST, Product::SourceDistribution), (&flags::WHEEL, Product::Wheel)];
        let named: Vec<Product> =
            wanted.iter().filter(|(flag, _)| self.parsed.is_on(flag)).map(|(_, product)| *product).collect();
        (!named.is_empty()).then_some(named)
    }

    fn out(&self, source: &Path) -> PathBuf {
        match self.parsed.text(&flags::OUTDIR) {
            Some(folder) => self.process.absolute(folder),
            None if is_archive(source) => source.parent().unwrap_or(source).to_owned(),
            None => source.join("dist"),
        }
    }

    fn tell_built(&self, built: &[BuiltFile]) {
        if self.parsed.is_on(&flags::JSON) {
            let files = built.iter().map(|one| {
                json!({
                    "name": one.filename.as_str(),
                    "path": one.path.display().to_string(),
                    "kind": one.product.word(),
                })
            });
            return self.terminal.json(&json!({ "built": files.collect::<Vec<_>>() }));
        }
        for one in built {
            let path = one.path.strip_prefix(&self.process.cwd).unwrap_or(&one.path);
            self.terminal.info(&self.terminal.stderr_style().added(&format!("+ {}", path.display())));
        }
    }
}
