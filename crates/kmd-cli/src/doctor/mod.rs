//! `kmd doctor`
//!
//! Each check looks at one thing and says what it found, whether that is as it should be, and if not
//! the one thing to do about it. None changes anything, and none starts a daemon.

mod clock;
mod configuration;
mod daemon;
mod directories;
mod disk;
mod memory;
mod token;

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use self::configuration::Configuration;
use crate::context::Context;
use crate::output::{Page, Report};
use crate::{Error, Kind, Result};

/// Look for what is wrong, and say what to do about it
///
/// Looks for what keeps kmd from working, or from keeping keys safe, and says
/// what to do about it: the modes of directories and files, the token, the
/// configuration, memory that can be swapped, the clock, disk space, the port,
/// the daemon that runs, whether it can do its work, and whether it is of this
/// version. Changes nothing.
#[derive(Args)]
#[command(after_long_help = "\
JSON: {\"data_dir\", \"findings\": [{\"check\", \"verdict\", \"found\", \"remedy\"}]}; verdict is \"ok\", \"warning\" or
\"problem\", remedy null where there is nothing to do. With a problem it fails with exit code 9.")]
pub struct Doctor {}

impl Doctor {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let data_dir = context.data_dir()?;
        let configuration = Configuration::read(&*context.configuration, &data_dir);
        let findings = examine(&data_dir, &configuration);
        let problems = findings
            .iter()
            .filter(|finding| finding.verdict == Verdict::Problem)
            .count();
        context.output.print(&Diagnosis { data_dir, findings })?;
        match problems {
            0 => Ok(()),
            1 => Err(Error::new(Kind::CheckFailed, "a check found a problem")),
            count => Err(Error::new(Kind::CheckFailed, format!("{count} checks found problems"))),
        }
    }
}

fn examine(data_dir: &Path, configuration: &Configuration) -> Vec<Finding> {
    let mut findings = directories::examine(data_dir, configuration);
    findings.push(token::examine(data_dir));
    findings.push(configuration.examine());
    findings.push(memory::examine());
    findings.push(clock::examine(data_dir));
    findings.push(disk::examine(configuration));
    findings.extend(daemon::examine(data_dir, configuration));
    findings
}

/// Whether something is as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Ok,
    /// It works, but not as well as it could.
    Warning,
    /// It does not work, or keys are not safe.
    Problem,
}

/// What a check found.
#[derive(Debug, Serialize)]
struct Finding {
    check: &'static str,
    verdict: Verdict,
    found: String,
    remedy: Option<String>,
}

impl Finding {
    fn ok(check: &'static str, found: impl Into<String>) -> Self {
        Self {
            check,
            verdict: Verdict::Ok,
            found: found.into(),
            remedy: None,
        }
    }

    fn warning(check: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Warning,
            remedy: Some(remedy.into()),
            ..Self::ok(check, found)
        }
    }

    fn problem(check: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Problem,
            ..Self::warning(check, found, remedy)
        }
    }
}

#[derive(Serialize)]
struct Diagnosis {
    data_dir: PathBuf,
    findings: Vec<Finding>,
}

impl Report for Diagnosis {
    fn write(&self, page: &mut Page) {
        for finding in &self.findings {
            let verdict = match finding.verdict {
                Verdict::Ok => "ok",
                Verdict::Warning => "WARNING",
                Verdict::Problem => "PROBLEM",
            };
            page.line(format_args!("{verdict:<9}{:<16}{}", finding.check, finding.found));
            if let Some(remedy) = &finding.remedy {
                page.line(format_args!("{:<25}{remedy}", ""));
            }
        }
    }
}
