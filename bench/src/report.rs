//! Medians, ratios and the table.

use crate::measure::Sample;
use crate::scenarios::Scenario;
use serde::Serialize;
use std::fmt::Write;

/// All samples of one run of the benchmark.
#[derive(Default, Serialize)]
pub struct Report {
    rows: Vec<Row>,
    failures: Vec<String>,
}

#[derive(Serialize)]
struct Row {
    title: String,
    target: f64,
    pip_target: f64,
    tools: Vec<Series>,
}

#[derive(Serialize)]
struct Series {
    tool: &'static str,
    samples: Vec<Sample>,
}

impl Series {
    fn median(&self, figure: impl Fn(&Sample) -> u64) -> f64 {
        let mut figures: Vec<u64> = self.samples.iter().map(figure).collect();
        figures.sort_unstable();
        let middle = figures.len() / 2;
        match figures.len() {
            0 => f64::NAN,
            odd if odd % 2 == 1 => figures[middle] as f64,
            _ => (figures[middle - 1] + figures[middle]) as f64 / 2.0,
        }
    }

    fn wall(&self) -> f64 {
        self.median(|sample| sample.wall_us)
    }
}

impl Row {
    fn of(&self, tool: &str) -> Option<&Series> {
        self.tools.iter().find(|series| series.tool == tool)
    }

    /// The other tool's time divided by ours.
    fn ratio(&self, other: &str) -> Option<f64> {
        Some(self.of(other)?.wall() / self.of("tilsit")?.wall())
    }

    /// What misses its target, if anything does.
    fn miss(&self) -> Option<String> {
        let too_slow = |tool: &str, target: f64| {
            let ratio = self.ratio(tool).filter(|ratio| *ratio < target)?;
            Some(format!("{}: {ratio:.2} × {tool}, wanted {target:.1}", self.title))
        };
        let memory = |tool| Some(self.of(tool)?.median(|sample| sample.resident_kib) / 1024.0);
        let too_heavy = || {
            let (ours, theirs) = (memory("tilsit")?, memory("uv")?);
            (ours > theirs).then(|| format!("{}: {ours:.1} MiB, uv {theirs:.1} MiB", self.title))
        };
        too_slow("uv", self.target).or_else(|| too_slow("pip", self.pip_target)).or_else(too_heavy)
    }
}

impl Report {
    /// Notes one measurement.
    pub fn add(&mut self, scenario: &Scenario, title: &str, tool: &'static str, sample: Sample) {
        let row = match self.rows.iter().position(|row| row.title == title) {
            Some(at) => &mut self.rows[at],
            None => {
                let (target, pip_target) = (scenario.target, scenario.pip_target);
                self.rows.push(Row { title: title.to_owned(), target, pip_target, tools: Vec::new() });
                let last = self.rows.len() - 1;
                &mut self.rows[last]
            }
        };
        match row.tools.iter_mut().find(|series| series.tool == tool) {
            Some(series) => series.samples.push(sample),
            None => row.tools.push(Series { tool, samples: vec![sample] }),
        }
    }

    /// Notes that a tool could not do something.
    pub fn failed(&mut self, tool: &str, title: &str, why: &str) {
        let failure = format!("{tool} failed at {title}: {why}");
        eprintln!("{failure}");
        self.failures.push(failure);
    }

    /// The table, as Markdown.
    pub fn table(&self) -> String {
        let mut text = String::from(
            "| scenario | tool | wall ms (min) | user+sys ms | peak MiB | × uv | × pip | target |\n|---|---|---|---|---|---|---|---|\n",
        );
        for row in &self.rows {
            for series in &row.tools {
                let least =
                    series.samples.iter().map(|sample| sample.wall_us).min().unwrap_or_default() as f64;
                let (wall, cpu) = (series.wall() / 1e3, series.median(|sample| sample.cpu_us) / 1e3);
                let memory = series.median(|sample| sample.resident_kib) / 1024.0;
                let times = |other: &str| match row.of(other) {
                    Some(other) => format!("{:.2}", other.wall() / series.wall()),
                    None => String::new(),
                };
                let target =
                    if series.tool == "tilsit" { format!("{:.1}", row.target) } else { String::new() };
                let _ = writeln!(
                    text,
                    "| {} | {} | {wall:.1} ({:.1}) | {cpu:.1} | {memory:.1} | {} | {} | {target} |",
                    row.title,
                    series.tool,
                    least / 1e3,
                    times("uv"),
                    times("pip"),
                );
            }
        }
        text
    }

    /// Every sample.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Says what failed and, with `gate`, what misses its target.
    pub fn verdict(&self, gate: bool) -> Result<(), String> {
        let misses: Vec<String> = self.rows.iter().filter_map(Row::miss).collect();
        for miss in &misses {
            println!("below target: {miss}");
        }
        if !self.failures.is_empty() {
            return Err(format!("{} commands failed", self.failures.len()));
        }
        if gate && !misses.is_empty() {
            return Err(format!("{} targets missed", misses.len()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Series;
    use crate::measure::Sample;

    #[test]
    fn medians_of_odd_and_even_counts() {
        let of = |walls: &[u64]| Series {
            tool: "uv",
            samples: walls.iter().map(|&wall_us| Sample { wall_us, cpu_us: 0, resident_kib: 0 }).collect(),
        };
        assert!((of(&[3, 1, 2]).wall() - 2.0).abs() < f64::EPSILON);
        assert!((of(&[4, 1, 2, 3]).wall() - 2.5).abs() < f64::EPSILON);
        assert!(of(&[]).wall().is_nan());
    }
}
