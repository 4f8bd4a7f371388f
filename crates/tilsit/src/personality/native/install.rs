//! `tilsit install`

use environment::plan::{Arrival, InstallPlan, Others};
use environment::{Environment, InstalledDistribution, Interpreter, PIP_VERSION, externally_managed};
use packaging::PackageName;
use packaging::markers::Marker;
use resolver::{DependencyMode, Upgrade, Warning};
use serde_json::json;

use super::building::Site;
use super::listener::{Shown, observer};
use super::target::Target;
use super::{Ended, Session, diagnosis};
use crate::cli::native as flags;
use crate::ops::build::{Builds, Hands};
use crate::ops::events::{Event, Listener};
use crate::ops::install::{InstallReport, InstallRequest, ResolvePolicy, Sees, install};
use crate::ops::obtain::Source;
use crate::ops::sources::Preparer;
use crate::ops::wanted::{Sources, Wanted};
use crate::ops::{own_pip, python};
use crate::output::{Diagnostic, Style};

/// What an environment holds after a change.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Amount {
    /// What was there, and what is asked with all it needs.
    More,
    /// What is asked, and nothing else: not even what that needs.
    Exactly,
}

/// Whether a change is asked for once more.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Consent {
    /// The command is all that is needed.
    Given,
    /// On a terminal, the plan is shown and a question asked.
    Wanted,
}

/// Where packages go.
pub(super) enum Place {
    /// What is there, or a folder that was named.
    Environment(Environment),
    /// `.venv`, which is made of this interpreter once all that was asked for makes sense.
    New(Interpreter),
}

impl Place {
    /// The interpreter that packages are for; that of a new environment is as its base.
    pub(super) fn interpreter(&self) -> &Interpreter {
        match self {
            Self::Environment(environment) => environment.interpreter(),
            Self::New(base) => base,
        }
    }
}

/// What is to become of an environment.
pub(super) struct Order<'a> {
    pub environment: &'a Environment,
    pub target: Target,
    pub wanted: Wanted,
    pub resolve: ResolvePolicy,
    pub others: Others,
}

/// The package through which `python -m pip` reaches us stays whatever a file says.
pub(super) fn kept() -> Vec<PackageName> {
    own_pip::name().into_iter().collect()
}

impl Session<'_> {
    pub(super) fn install(&self) -> Ended {
        let sources = self.sources();
        if sources.is_empty() {
            return Err(Box::new(diagnosis::nothing_to_install()));
        }
        self.install_sources(&sources, Amount::More)
    }

    /// What `install` and `sync` of requirements have in common: all but what becomes of the rest of the environment.
    pub(super) fn install_sources(&self, sources: &Sources, amount: Amount) -> Ended {
        let store = self.working_store()?;
        let mut shown = Shown::new(self.terminal);
        let place = self.place(&store)?;
        let target = self.target(place.interpreter())?;
        let mut wanted = self.wanted(sources, place.interpreter(), &store)?;
        let counts =
            |marker: Option<&Marker>| marker.is_none_or(|marker| marker.evaluate(&target.markers, &[]));
        wanted.look_for_files(&counts).map_err(|error| diagnosis::wanted(&error.into()))?;
        let environment = self.environment_at(place, &mut shown)?;
        if amount == Amount::Exactly {
            wanted.retain(&|_, marker| counts(marker));
        }
        let mut resolve = self.resolve_policy(&mut wanted)?;
        let others = match amount {
            Amount::More => Others::Keep,
            Amount::Exactly => {
                resolve.dependencies = DependencyMode::Ignore;
                Others::RemoveExcept(kept())
            }
        };
        let order = Order { environment: &environment, target, wanted, resolve, others };
        self.carry_out(order, &store, shown, Consent::Given)
    }

    /// Searches, plans, asks, installs and tells.
    pub(super) fn carry_out(
        &self,
        order: Order<'_>,
        store: &store::Store,
        mut shown: Shown<'_>,
        consent: Consent,
    ) -> Ended {
        let Order { environment, target, mut wanted, resolve, others } = order;
        let selection = self.selection(&target, &wanted)?;
        let policy = self.install_policy(environment);
        let mut connection = self.connection()?;
        self.join_file_options(&mut connection, &wanted);
        let mut client = connection
            .client(self.process, environment.interpreter(), store, (observer(), None))
            .map_err(|error| diagnosis::connection(&error))?;
        let site = Site { environment: Some(environment), interpreter: environment.interpreter(), store };
        let (build_policy, source_policy) = self.building(&wanted, &site, &selection)?;
        let builds = Builds::new(self.process, environment.interpreter(), &build_policy);
        let mut preparer = Preparer::new(&builds, &source_policy);
        let mut hands = Hands { client: &mut client, store, listener: &mut shown };
        preparer.name_all(&mut wanted, &mut hands).map_err(|error| diagnosis::source(&error))?;
        let asked_first = consent == Consent::Wanted && self.terminal.is_interactive();
        let mut request = InstallRequest {
            environment,
            wanted: &wanted,
            selection: &selection,
            resolve: &resolve,
            markers: target.markers,
            policy: &policy,
            others,
            sees: Sees::Everything,
            reinstall: self.parsed.is_on(&flags::REINSTALL),
            only_dependencies: false,
            require_hashes: self.parsed.is_on(&flags::REQUIRE_HASHES) || wanted.has_hashes(),
            dry_run: self.parsed.is_on(&flags::DRY_RUN),
        };
        if asked_first && !request.dry_run {
            request.dry_run = true;
            let planned = install(&request, &mut preparer, &mut hands)
                .map_err(|error| diagnosis::install(&error, &selection))?;
            request.dry_run = planned.plan.is_satisfied();
            if !request.dry_run && !self.agrees_to(&planned.plan) {
                self.terminal.info("Nothing was changed");
                return Ok(0);
            }
        }
        let report = install(&request, &mut preparer, &mut hands);
        drop(shown);
        let report = report.map_err(|error| diagnosis::install(&error, &selection))?;
        self.write_report(&request, &report)?;
        self.tell_own_pip(&request, &report);
        self.tell_installed(&request, &report);
        Ok(0)
    }

    /// Shows a plan and asks whether it is to be carried out.
    fn agrees_to(&self, plan: &InstallPlan<Source>) -> bool {
        plan_lines(plan, self.terminal.stdout_style()).iter().for_each(|line| self.terminal.line(line));
        self.is_answered_yes("Do this? [Y/n] ")
    }

    /// Whether a question on the terminal is answered by yes, or by nothing.
    pub(super) fn is_answered_yes(&self, question: &str) -> bool {
        let answer = self.terminal.ask(question);
        answer.is_some_and(|answer| matches!(answer.to_ascii_lowercase().as_str(), "" | "y" | "yes"))
    }

    /// `--report`
    fn write_report(
        &self,
        request: &InstallRequest<'_>,
        done: &InstallReport,
    ) -> Result<(), Box<Diagnostic>> {
        let Some(file) = self.parsed.text(&flags::REPORT) else { return Ok(()) };
        let text = crate::ops::report::report(request, done, &[]);
        if file == "-" {
            self.terminal.line(&text);
            return Ok(());
        }
        let path = self.process.absolute(file);
        std::fs::write(&path, text).map_err(|error| Box::new(diagnosis::cannot_write(&path, &error)))
    }

    /// The environment to change: `--target`, `--prefix`, `-p`, the active one, `.venv`, or a new `.venv`.
    pub(super) fn place(&self, store: &store::Store) -> Result<Place, Box<Diagnostic>> {
        let request = self.parsed.text(&flags::PYTHON);
        let state = self.state_dir();
        let folder = |flag| self.parsed.text(flag).map(|folder| self.process.absolute(folder));
        let any =
            || python::any(self.process, store, request).map_err(|error| Box::new(diagnosis::python(&error)));
        if let Some(folder) = folder(&flags::TARGET) {
            return Ok(Place::Environment(Environment::target(any()?, &folder, &state)));
        }
        if let Some(folder) = folder(&flags::PREFIX) {
            return Ok(Place::Environment(Environment::prefix(any()?, &folder, &state)));
        }
        let chosen = python::existing_or_base(self.process, store, request);
        match chosen.map_err(|error| diagnosis::python(&error))? {
            python::Chosen::Existing(interpreter) => {
                let environment = self.environment_of(interpreter);
                self.refuse_managed(&environment)?;
                Ok(Place::Environment(environment))
            }
            python::Chosen::Base(interpreter) => Ok(Place::New(interpreter)),
        }
    }

    /// The environment of a place, made when it is a new one.
    pub(super) fn environment_at(
        &self,
        place: Place,
        shown: &mut Shown<'_>,
    ) -> Result<Environment, Box<Diagnostic>> {
        let base = match place {
            Place::Environment(environment) => return Ok(environment),
            Place::New(base) => base,
        };
        let made = python::make(self.process, &base);
        let (interpreter, folder) = made.map_err(|error| diagnosis::python(&error))?;
        shown.event(&Event::EnvironmentMade(&folder));
        Ok(self.environment_of(interpreter))
    }

    /// PEP 668
    pub(super) fn refuse_managed(&self, environment: &Environment) -> Result<(), Box<Diagnostic>> {
        if self.parsed.is_on(&flags::BREAK_SYSTEM_PACKAGES) {
            return Ok(());
        }
        match externally_managed(environment.interpreter(), self.process.filled("LANG")) {
            Some(message) => Err(Box::new(diagnosis::externally_managed(environment, &message))),
            None => Ok(()),
        }
    }

    pub(super) fn tell_installed(&self, request: &InstallRequest<'_>, report: &InstallReport) {
        for warning in &report.warnings {
            self.terminal.warn(&warning_text(warning));
        }
        self.tell_plan(&report.plan, request.dry_run);
        for misfit in &report.misfits {
            self.terminal.warn(&super::looking::misfit_text(misfit));
        }
    }

    /// Where another pip might have been expected.
    fn tell_own_pip(&self, request: &InstallRequest<'_>, report: &InstallReport) {
        let Some(pip) = own_pip::held(request.environment).pop_first() else { return };
        if !report.plan.keep.iter().any(|one| *one.name() == pip) {
            return;
        }
        let upgraded = match &request.resolve.upgrade {
            Upgrade::Nothing | Upgrade::Requested => request.reinstall,
            Upgrade::Packages(names) => request.reinstall || names.contains(&pip),
            Upgrade::All => true,
        };
        let asked: Vec<String> = request
            .wanted
            .requirements
            .iter()
            .filter(|one| one.name == pip)
            .map(ToString::to_string)
            .collect();
        let fits = match asked.as_slice() {
            [] if upgraded => "what needs it".to_owned(),
            [] => return,
            asked => asked.join(", "),
        };
        self.terminal.info(&format!("pip {PIP_VERSION} here is Tilsit's own, fits {fits} and stays"));
    }

    /// What was done, or would be.
    pub(super) fn tell_plan(&self, plan: &InstallPlan<Source>, dry_run: bool) {
        if self.parsed.is_on(&flags::JSON) {
            return self.terminal.json(&json_plan(plan, dry_run));
        }
        if plan.is_satisfied() {
            return self.terminal.info(&format!("Nothing to do: {} packages are as wanted", plan.keep.len()));
        }
        for line in plan_lines(plan, self.terminal.stderr_style()) {
            self.terminal.info(&line);
        }
        if dry_run {
            self.terminal.info("Nothing was changed");
        }
    }
}

/// What goes and what comes, a line each.
fn plan_lines(plan: &InstallPlan<Source>, style: Style) -> Vec<String> {
    let leaving =
        |one: &InstalledDistribution| style.removed(&format!("- {} {}", one.name(), one.version_text()));
    let coming = plan.install.iter().map(|(wish, arrival)| {
        let how = match arrival {
            Arrival::New => String::new(),
            Arrival::Upgrade(old) | Arrival::Downgrade(old) => format!(" (was {})", old.version_text()),
            Arrival::Reinstall(_) => " (again)".to_owned(),
        };
        style.added(&format!("+ {} {}{how}", wish.name, wish.version))
    });
    plan.remove.iter().map(leaving).chain(coming).collect()
}

pub fn warning_text(warning: &Warning) -> String {
    match warning {
        Warning::UnknownExtra { name, version, extra } => format!("{name} {version} has no extra `{extra}`"),
        Warning::Yanked { name, version, reason: Some(reason) } => {
            format!("{name} {version} was withdrawn by its author: {reason}")
        }
        Warning::Yanked { name, version, reason: None } => {
            format!("{name} {version} was withdrawn by its author")
        }
    }
}

fn json_plan(plan: &InstallPlan<Source>, dry_run: bool) -> serde_json::Value {
    let installed = plan.install.iter().map(|(wish, arrival)| {
        let was = arrival.replaced().map(|old| old.version_text().to_owned());
        json!({ "name": wish.name.as_str(), "version": wish.version.to_string(), "was": was })
    });
    let leaving =
        |one: &InstalledDistribution| json!({ "name": one.name().as_str(), "version": one.version_text() });
    json!({
        "changed": !dry_run && !plan.is_satisfied(),
        "installed": installed.collect::<Vec<_>>(),
        "removed": plan.remove.iter().map(leaving).collect::<Vec<_>>(),
        "kept": plan.keep.iter().map(leaving).collect::<Vec<_>>(),
    })
}
