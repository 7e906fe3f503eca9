//! Passwords of wallets.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use clap::Args;
use kmd_api::Password;
use zeroize::Zeroizing;

use super::input::{is_standard_input, take_file, text};
use super::strength::weakness;
use super::{Ask, TAKEN};
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

/// What to do where there is no terminal.
const LEAVE_OUT: &str = "leave it out: where standard input is no terminal, its next line is the password";

fn from_file(file: &Path, context: &Context) -> Result<Password> {
    refuse_standard_input(file, context.ask)?;
    let failed = |error: std::io::Error| Error::file("read the password from", file, &error);
    let bytes = Zeroizing::new(fs::read(file).map_err(failed)?);
    refuse_nothing(&bytes, file)?;
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

/// Nobody writes an empty file on purpose: it was cut short, or a stream had ended.
fn refuse_nothing(bytes: &[u8], file: &Path) -> Result<()> {
    if bytes.is_empty() {
        let nothing = format!("there is no password in {}", file.display());
        return Err(Error::new(Kind::Usage, nothing)
            .because("it is empty")
            .hint("a file with one empty line stands for the empty password"));
    }
    Ok(())
}

/// What a command works on is no password, nor is what is left behind another secret.
fn refuse_standard_input(file: &Path, ask: Ask) -> Result<()> {
    let refused = |why: &str, hint: &str| {
        Err(Error::new(
            Kind::Usage,
            "the password cannot be read from standard input by --password-file",
        )
        .because(why)
        .hint(hint))
    };
    let dash = file == Path::new("-");
    match ask {
        Ask::TerminalOnly if dash || is_standard_input(file) => {
            refused(TAKEN, "name another file, or leave it out to be asked at the terminal")
        }
        _ if dash => refused("- stands for no file here", LEAVE_OUT),
        _ => take_file(file).or_else(|error| refused(&error.to_string(), LEAVE_OUT)),
    }
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
