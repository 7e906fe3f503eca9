//! The commands for people, as processes: what they print, what they leave behind, and how they fail.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod address;
mod asking;
mod desk;
mod doctor;
mod failing;
mod full_disk;
mod inspect;
mod key;
mod mnemonic;
mod multisig;
mod new_files;
mod pages;
mod recovery;
mod screen;
mod scripted;
mod sign;
mod sign_program;
mod standard_input;
mod starting;
mod status;
mod terminal;
mod transcript;
mod vectors;
mod verify;
mod wallet;

#[path = "../support/mod.rs"]
mod support;
