//! The daemon as a process: flags, files, exit codes, signals, what it says and what it never says.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

#[path = "process/config.rs"]
mod config;
#[path = "process/directory.rs"]
mod directory;
#[path = "process/files.rs"]
mod files;
#[path = "process/flags.rs"]
mod flags;
#[path = "process/hardening.rs"]
mod hardening;
#[path = "process/log.rs"]
mod log;
#[path = "process/port.rs"]
mod port;
#[path = "process/service.rs"]
mod service;
#[path = "process/stop.rs"]
mod stop;

mod support;
