//! The command line, and what follows from it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use clap::Parser;

use crate::daemon::{Lab, Subject};
use crate::machine;
use crate::row::Row;
use crate::rows;

/// Measure a kmd daemon, alone or beside another one.
#[derive(Debug, Parser)]
pub struct Args {
    /// Another kmd to measure in turn with ours, row by row
    #[arg(long, value_name = "PATH")]
    against: Option<PathBuf>,

    /// Only the rows whose names begin so
    #[arg(long, value_name = "NAME", num_args = 1..)]
    only: Vec<String>,

    /// Length of a timed round; a row has three for each daemon
    #[arg(long, value_name = "SECONDS", default_value_t = 2.0)]
    seconds: f64,

    /// The daemon to measure [default: target/release/kmd of the workspace]
    #[arg(long, value_name = "PATH")]
    kmd: Option<PathBuf>,

    /// How cost grows, instead of the table: CSV on standard output, and plots
    #[arg(long, conflicts_with_all = ["against", "only"])]
    pub growth: bool,

    /// Where the plots go
    #[arg(long, value_name = "DIR", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/performance"))]
    pub plots: PathBuf,

    /// Where the data directories go [default: the first of $TMPDIR, /tmp and /var/tmp that is on a disk]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

impl Args {
    /// The daemons to measure and the folder to do it in.
    ///
    /// # Errors
    /// A path that leads nowhere; a number that is no time.
    pub fn lab(&self) -> Result<Lab> {
        ensure!(
            (0.05..=600.0).contains(&self.seconds),
            "--seconds must be between 0.05 and 600"
        );
        let ours = self.kmd.clone().unwrap_or_else(workspace_kmd);
        let against = self.against.as_deref().map(|path| subject("other", path)).transpose()?;
        let subjects = [subject("ours", &ours)?].into_iter().chain(against).collect();
        Lab::new(&self.base()?, subjects, Duration::from_secs_f64(self.seconds))
    }

    /// The rows that were asked for.
    ///
    /// # Errors
    /// A name that no row begins with.
    pub fn rows(&self) -> Result<Vec<Row>> {
        let mut rows = rows::all();
        for wanted in &self.only {
            if !rows.iter().any(|row| row.name.starts_with(wanted.as_str())) {
                let names: Vec<&str> = rows.iter().map(|row| row.name).collect();
                bail!("no row begins with {wanted}; the rows are: {}", names.join(" "));
            }
        }
        let wanted =
            |row: &Row| self.only.is_empty() || self.only.iter().any(|wanted| row.name.starts_with(wanted.as_str()));
        rows.retain(wanted);
        Ok(rows)
    }

    fn base(&self) -> Result<PathBuf> {
        if let Some(dir) = &self.dir {
            return Ok(dir.clone());
        }
        [std::env::temp_dir(), "/tmp".into(), "/var/tmp".into()]
            .into_iter()
            .find(|dir| machine::file_system(dir).is_ok_and(|name| !machine::IN_MEMORY.contains(&name.as_str())))
            .context("no temporary folder is on a disk; name one with --dir")
    }
}

fn workspace_kmd() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/release/kmd"))
}

fn subject(label: &'static str, path: &Path) -> Result<Subject> {
    let binary = path.canonicalize().with_context(|| {
        format!(
            "no daemon at {} (cargo build --release --package kmd makes ours)",
            path.display()
        )
    })?;
    Ok(Subject { label, binary })
}
