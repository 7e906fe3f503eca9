//! The commands for people, as processes: what they print, what they leave behind, and how they fail.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod asking;
mod desk;
mod doctor;
mod failing;
mod key;
mod multisig;
mod pages;
mod starting;
mod status;
mod terminal;
mod wallet;

#[path = "../support/mod.rs"]
mod support;
