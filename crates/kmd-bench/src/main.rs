//! Measures a kmd daemon over its API, alone or beside another one.
//!
//! The program starts the daemons itself, each in a fresh data directory on a real disk, drives them over loopback TCP
//! and the Unix socket, and prints a table in Markdown on standard output; progress goes to standard error. With two
//! daemons every row measures them in turn, several short rounds each, so that whatever else the machine does meanwhile
//! falls on both. Each figure is the median of its rounds.
//!
//! ```text
//!   args ─► rows/*  prepare a daemon, then measure a round at a time ─► row (medians) ─► report
//!           growth/*  one daemon at rising sizes ─► CSV and SVG
//!                      │ load    many connections on one epoll loop: rates and latencies
//!                      │ client  one blocking connection: setting up, and the time of single calls
//!                      └ daemon  start, stop, memory
//! ```

mod args;
mod client;
mod daemon;
mod growth;
mod http;
mod load;
mod machine;
mod payment;
mod report;
mod row;
mod rows;
mod seed;
mod signer;
mod stats;
mod stop;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use crate::args::Args;

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("kmd-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<ExitCode> {
    stop::listen()?;
    let lab = args.lab()?;
    if args.growth {
        return growth::run(&lab, &args.plots).map(|()| ExitCode::SUCCESS);
    }
    let rows = args.rows()?;
    report::introduce(&lab)?;
    let mut code = ExitCode::SUCCESS;
    for row in &rows {
        stop::check()?;
        if !report::print(&lab, row, &row.measure(&lab)) {
            code = ExitCode::FAILURE;
        }
    }
    report::conclude(&rows)?;
    Ok(code)
}
