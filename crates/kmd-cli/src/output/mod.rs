//! What commands print: one report, as text for people or as JSON for programs.
//!
//! Results go to standard output. Questions, progress, warnings and errors go to standard error, so
//! that a result can be piped.

mod page;
mod progress;

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};

use serde::Serialize;
use zeroize::Zeroizing;

pub(crate) use self::page::harmless;
pub use self::page::{Page, Table};
pub use self::progress::Progress;
use crate::Result;
use crate::error::{Error, Kind};

/// Bytes of `\uXXXX`.
const SPELLED: usize = 6;

/// For whom it is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// For programs; the fields are documented in `docs/reference/commands.md`.
    Json,
}

/// What a command found out or did. Its serialized form is what `--json` prints.
pub trait Report: Serialize {
    /// Writes it for people.
    fn write(&self, page: &mut Page);

    /// What to say to people besides, on standard error: that there is nothing, or what to do next.
    fn remark(&self) -> Option<String> {
        None
    }
}

/// Standard output and standard error.
pub struct Output {
    format: Format,
}

impl Output {
    pub(crate) fn new(format: Format) -> Self {
        Self { format }
    }

    /// Prints the result of a command.
    ///
    /// # Errors
    /// [`Kind::File`] when standard output cannot be written; a reader that went away is no error.
    pub fn print(&self, report: &impl Report) -> Result<()> {
        let text = match self.format {
            Format::Text => {
                let mut page = Page::new(wants_colour(&io::stdout()));
                report.write(&mut page);
                page.into_text()
            }
            Format::Json => json(report)?,
        };
        self.write(text.as_bytes())?;
        if let (Format::Text, Some(remark)) = (self.format, report.remark()) {
            self.note(&remark);
        }
        Ok(())
    }

    /// Prints what is neither for people nor JSON: scripts, pages, files.
    ///
    /// # Errors
    /// As [`print`](Self::print).
    pub fn write(&self, bytes: &[u8]) -> Result<()> {
        let mut out = io::stdout().lock();
        match out.write_all(bytes).and_then(|()| out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(Error::new(Kind::File, "cannot write to standard output").because(error))
            }
            _ => Ok(()),
        }
    }

    /// Shows, where the work takes longer than a second, that it goes on.
    pub fn progress(&self, doing: &str) -> Progress {
        Progress::start(doing, None)
    }

    /// The same for work in a known number of steps.
    pub fn progress_of(&self, doing: &str, total: u64) -> Progress {
        Progress::start(doing, Some(total))
    }

    /// Says something that is not the result: what will be done, or what to beware of.
    pub fn note(&self, text: &str) {
        match self.format {
            Format::Text => say(&harmless(text).collect::<String>()),
            Format::Json => say(&json_line("note", text)),
        }
    }

    /// Shows something that is not the result: what a question is about.
    pub fn show(&self, write: impl FnOnce(&mut Page)) {
        let mut page = Page::new(self.format == Format::Text && wants_colour(&io::stderr()));
        write(&mut page);
        let text = page.into_text();
        match self.format {
            Format::Text => drop(io::stderr().write_all(text.as_bytes())),
            Format::Json => self.note(text.trim_end()),
        }
    }

    pub(crate) fn error(&self, error: &Error) {
        match self.format {
            Format::Text => say(&format!("kmd: {error}")),
            Format::Json => say(&json_line("error", error)),
        }
    }
}

/// Nobody can be told where standard error is closed.
fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

fn json_line(name: &str, value: impl Serialize) -> Zeroizing<String> {
    spelled_out(&serde_json::json!({ name: value }).to_string())
}

fn json(report: &impl Serialize) -> Result<Zeroizing<String>> {
    let text = serde_json::to_string_pretty(report)
        .map(Zeroizing::new)
        .map_err(|error| Error::new(Kind::Other, "cannot write the result as JSON").because(error))?;
    let mut text = spelled_out(&text);
    text.push('\n');
    Ok(text)
}

/// JSON that steers no terminal either: U+007F to U+009F as `\uXXXX`. They can stand nowhere but in
/// a string, and those before them must be written so anyway.
fn spelled_out(json: &str) -> Zeroizing<String> {
    // With room for the longest spelling of each, and for the end of the line: growing would leave a copy behind.
    let longer = SPELLED * json.chars().filter(|character| steers(*character)).count();
    let mut text = Zeroizing::new(String::with_capacity(json.len() + longer + 1));
    for character in json.chars() {
        if steers(character) {
            let _ = write!(text, "\\u{:04x}", u32::from(character));
        } else {
            text.push(character);
        }
    }
    text
}

fn steers(character: char) -> bool {
    matches!(character, '\u{7f}'..='\u{9f}')
}

/// Colour is for terminals, and for those who did not turn it off: <https://no-color.org>.
fn wants_colour(stream: &impl IsTerminal) -> bool {
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
    stream.is_terminal() && !unwanted && !dumb
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_steers_no_terminal() {
        let name = "\u{9b}2J\u{7f}\u{9f}\u{a0}ä\x1b\n";
        let expected = "\\u009b2J\\u007f\\u009f\u{a0}ä\\u001b\\n";
        let text = json(&name).unwrap();
        assert_eq!(*text, format!("\"{expected}\"\n"));
        assert_eq!(serde_json::from_str::<String>(&text).unwrap(), name);
        assert_eq!(*json_line("note", name), format!("{{\"note\":\"{expected}\"}}"));
    }
}
