//! Rows of the table: what they show and how they are measured.

use anyhow::{Context, Result, ensure};

use crate::daemon::{Lab, Subject};
use crate::stats::median;
use crate::stop;

/// Rounds of most rows, for each daemon.
pub const ROUNDS: usize = 3;

/// Measures once: a value for each figure of the row.
pub type Round = Box<dyn FnMut() -> Result<Vec<f64>>>;

/// Starts and fills a daemon, and gives what measures it; nothing where that daemon cannot do it.
pub type Prepare = Box<dyn Fn(&Lab, &Subject) -> Result<Option<Round>>>;

/// Something to measure.
pub struct Row {
    /// What `--only` calls it.
    pub name: &'static str,
    pub figures: Vec<Figure>,
    pub rounds: usize,
    pub prepare: Prepare,
}

/// One number of a row.
pub struct Figure {
    pub what: String,
    pub unit: &'static str,
    /// What ours is meant to reach on two cores.
    pub aim: &'static str,
    pub better: Better,
}

/// Which way is better.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Better {
    More,
    Less,
}

/// The figures of one daemon: medians of the rounds, or nothing where it cannot do this.
pub type Measured = Result<Option<Vec<f64>>>;

/// A figure.
pub fn figure(what: impl Into<String>, unit: &'static str, better: Better, aim: &'static str) -> Figure {
    Figure {
        what: what.into(),
        unit,
        aim,
        better,
    }
}

impl Row {
    /// A row of the usual number of rounds.
    pub fn new(
        name: &'static str,
        figures: Vec<Figure>,
        prepare: impl Fn(&Lab, &Subject) -> Result<Option<Round>> + 'static,
    ) -> Self {
        Self {
            name,
            figures,
            rounds: ROUNDS,
            prepare: Box::new(prepare),
        }
    }

    /// Measures all daemons, in turn.
    pub fn measure(&self, lab: &Lab) -> Vec<Measured> {
        let mut runs: Vec<Result<Option<Series>>> =
            lab.subjects.iter().map(|subject| self.begin(lab, subject)).collect();
        for _ in 0..self.rounds {
            for run in &mut runs {
                if let Ok(Some(series)) = run
                    && let Err(error) = series.measure()
                {
                    *run = Err(error);
                }
            }
        }
        runs.into_iter()
            .map(|run| Ok(run?.map(|series| series.medians())))
            .collect()
    }

    fn begin(&self, lab: &Lab, subject: &Subject) -> Result<Option<Series>> {
        eprintln!("kmd-bench: {} ({})", self.name, subject.label);
        let round = (self.prepare)(lab, subject).context("while preparing")?;
        Ok(round.map(|round| Series {
            round,
            values: vec![Vec::new(); self.figures.len()],
        }))
    }
}

/// The rounds of one daemon so far.
struct Series {
    round: Round,
    values: Vec<Vec<f64>>,
}

impl Series {
    fn measure(&mut self) -> Result<()> {
        stop::check()?;
        let measured = (self.round)()?;
        ensure!(
            measured.len() == self.values.len(),
            "a round of {} values",
            measured.len()
        );
        for (values, value) in self.values.iter_mut().zip(measured) {
            values.push(value);
        }
        Ok(())
    }

    fn medians(&self) -> Vec<f64> {
        self.values.iter().map(|values| median(values)).collect()
    }
}
