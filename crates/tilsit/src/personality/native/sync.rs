//! `tilsit sync`

use packaging::pylock::{Pylock, is_pylock_filename};

use super::building::Site;
use super::install::{Amount, kept};
use super::listener::{Shown, observer};
use super::{Ended, Session, diagnosis};
use crate::cli::native as flags;
use crate::ops::build::{Builds, Hands};
use crate::ops::sources::Preparer;
use crate::ops::sync::{SyncRequest, editables, sync};
use crate::ops::wanted;

impl Session<'_> {
    pub(super) fn sync(&self) -> Ended {
        match self.parsed.arguments.as_slice() {
            [file] if is_lock(file) => self.sync_lock(file),
            files if files.iter().any(|file| is_lock(file)) => Err(Box::new(diagnosis::several_locks())),
            _ => self.sync_requirements(),
        }
    }

    fn sync_requirements(&self) -> Ended {
        let mut sources = self.sources();
        sources.files = std::mem::take(&mut sources.words);
        self.install_sources(&sources, Amount::Exactly)
    }

    fn sync_lock(&self, file: &str) -> Ended {
        let path = wanted::local_path(self.process, file);
        let text = std::fs::read_to_string(&path).map_err(|error| diagnosis::cannot_read(file, &error))?;
        let lock = Pylock::parse(&text).map_err(|error| diagnosis::lock(file, &error))?;
        let store = self.working_store()?;
        let mut shown = Shown::new(self.terminal);
        let environment = self.environment_at(self.place(&store)?, &mut shown)?;
        let target = self.target(environment.interpreter())?;
        let selection = self.selection(&target, &wanted::Wanted::default())?;
        let policy = self.install_policy(&environment);
        let mut client = self
            .connection()?
            .client(self.process, environment.interpreter(), &store, (observer(), None))
            .map_err(|error| diagnosis::connection(&error))?;
        let request = SyncRequest {
            environment: &environment,
            lock: &lock,
            folder: path.parent().unwrap_or(&self.process.cwd),
            markers: &target.markers,
            selection: &selection,
            policy: &policy,
            keep: kept(),
            reinstall: self.parsed.is_on(&flags::REINSTALL),
            dry_run: self.parsed.is_on(&flags::DRY_RUN),
        };
        let interpreter = environment.interpreter();
        let site = Site { environment: Some(&environment), interpreter, store: &store };
        let (build_policy, mut source_policy) =
            self.building(&wanted::Wanted::default(), &site, &selection)?;
        source_policy.editables = editables(&lock, request.folder);
        let builds = Builds::new(self.process, environment.interpreter(), &build_policy);
        let mut preparer = Preparer::new(&builds, &source_policy);
        let mut hands = Hands { client: &mut client, store: &store, listener: &mut shown };
        let report = sync(&request, &mut preparer, &mut hands);
        drop(shown);
        let report = report.map_err(|error| diagnosis::sync(file, &error, &selection))?;
        self.tell_plan(&report.plan, request.dry_run);
        Ok(0)
    }
}

fn is_lock(file: &str) -> bool {
    std::path::Path::new(file).file_name().and_then(|name| name.to_str()).is_some_and(is_pylock_filename)
}
