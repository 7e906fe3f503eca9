//! Passwords of wallets.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use clap::Args;
use kmd_api::Password;
use zeroize::Zeroizing;

use super::Ask;
use super::input::text;
use super::strength::weakness;
use crate::Result;
use crate::context::Context;
use crate::error::{Error, Kind};

/// Where the password of a wallet comes from.
#[derive(Args)]
pub struct PasswordArgs {
    /// Read the wallet's password from the first line of a file
    ///
    /// Without it: asked for on the terminal, or taken from a line of standard
    /// input where that is no terminal.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

impl PasswordArgs {
    /// The password of the wallet of that name.
    pub(crate) fn password(&self, context: &Context, wallet_name: &str) -> Result<Password> {
        match &self.password_file {
            Some(file) => from_file(file, context),
            None => typed(context, &format!("Password of the wallet {wallet_name}")),
        }
    }
}

/// Where the first password of a wallet comes from.
#[derive(Args)]
pub struct FirstPasswordArgs {
    /// Read the password from the first line of a file
    ///
    /// Without it: asked for twice on the terminal, or taken from a line of
    /// standard input where that is no terminal.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

impl FirstPasswordArgs {
    /// The password that a wallet is to have.
    pub(crate) fn password(&self, context: &Context, wallet_name: &str) -> Result<Password> {
        new_password(self.password_file.as_deref(), context, wallet_name)
    }
}

/// Where the new password of a wallet comes from.
#[derive(Args)]
pub struct NewPasswordArgs {
    /// Read the new password from the first line of a file
    ///
    /// Without it: asked for twice on the terminal, or taken from a line of
    /// standard input where that is no terminal.
    #[arg(long, value_name = "FILE")]
    new_password_file: Option<PathBuf>,
}

impl NewPasswordArgs {
    /// The password that a wallet is to have.
    pub(crate) fn password(&self, context: &Context, wallet_name: &str) -> Result<Password> {
        new_password(self.new_password_file.as_deref(), context, wallet_name)
    }
}

fn new_password(file: Option<&Path>, context: &Context, wallet_name: &str) -> Result<Password> {
    let password = match file {
        Some(file) => from_file(file, context)?,
        None => typed_twice(context, &format!("New password of the wallet {wallet_name}"))?,
    };
    if let Some(weakness) = weakness(password.expose()) {
        context.output.note(&format!("kmd: the password is weak: {weakness}"));
    }
    Ok(password)
}

fn typed(context: &Context, question: &str) -> Result<Password> {
    let typed = context
        .ask
        .secret(question)
        .map_err(|error| error.hint("--password-file FILE gives it"))?;
    Ok(Password::new(&typed))
}

/// Twice, since what is typed cannot be seen; once where it comes from a script.
fn typed_twice(context: &Context, question: &str) -> Result<Password> {
    loop {
        let password = typed(context, question)?;
        if context.ask == Ask::Lines || *typed(context, "The same again")?.expose() == *password.expose() {
            return Ok(password);
        }
        context.output.note("The two are not the same.");
    }
}

fn from_file(file: &Path, context: &Context) -> Result<Password> {
    let failed = |error: std::io::Error| Error::file("read the password from", file, &error);
    let bytes = Zeroizing::new(fs::read(file).map_err(failed)?);
    warn_when_exposed(file, context);
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let line = text(line).map_err(|error| {
        Error::new(
            Kind::Invalid,
            format!("the password in {} cannot be used", file.display()),
        )
        .because(error)
    })?;
    Ok(Password::new(&line))
}

fn warn_when_exposed(file: &Path, context: &Context) {
    let mode = fs::metadata(file).map(|metadata| metadata.permissions().mode());
    if mode.is_ok_and(|mode| mode & 0o044 != 0) {
        let path = file.display();
        context
            .output
            .note(&format!("kmd: others can read {path}; run: chmod 600 '{path}'"));
    }
}
