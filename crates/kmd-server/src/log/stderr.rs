//! The log on standard error: for containers, and for the journal.

use std::io::{self, Write};

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// How a line begins.
#[derive(Clone, Copy)]
pub(super) enum Stderr {
    /// As it is.
    Plain,
    /// With its priority, which the journal takes off again: `<4>` is a
    /// warning (sd-daemon(3)).
    WithPriority,
}

impl<'a> MakeWriter<'a> for Stderr {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line { prefix: "" }
    }

    fn make_writer_for(&'a self, event: &Metadata<'_>) -> Line {
        let prefix = match self {
            Self::Plain => "",
            Self::WithPriority => priority(*event.level()),
        };
        Line { prefix }
    }
}

fn priority(level: Level) -> &'static str {
    match level {
        Level::ERROR => "<3>",
        Level::WARN => "<4>",
        Level::INFO => "<6>",
        Level::DEBUG | Level::TRACE => "<7>",
    }
}

/// Writes one line, which comes whole.
pub(super) struct Line {
    prefix: &'static str,
}

impl Write for Line {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut stderr = io::stderr().lock();
        stderr.write_all(&[self.prefix.as_bytes(), line].concat())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
