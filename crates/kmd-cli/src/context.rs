//! Where a command works: the data directory, its daemon, the terminal.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::time::Duration;

use kmd_api::files;
use kmd_client::Client;

use crate::Result;
use crate::ask::Ask;
use crate::config::Configuration;
use crate::daemon::{self, Start};
use crate::error::{Error, Kind};
use crate::output::Output;

/// What every command is given. The daemon is looked for, or started, when it is first needed.
pub struct Context {
    /// Where results and progress go.
    pub output: Output,
    /// Where passwords and answers come from.
    pub ask: Ask,
    /// What the server makes of a configuration.
    pub(crate) configuration: Box<dyn Configuration>,
    given_data_dir: Option<PathBuf>,
    start: Start,
    client: OnceCell<Client>,
}

impl Context {
    pub(crate) fn new(data_dir: Option<PathBuf>, output: Output, configuration: Box<dyn Configuration>) -> Self {
        Self {
            output,
            ask: Ask::from_standard_input(),
            configuration,
            given_data_dir: data_dir,
            start: Start::Never,
            client: OnceCell::new(),
        }
    }

    pub(crate) fn with_idle_time(mut self, idle_time: Duration) -> Self {
        self.start = Start::WhereNoneRuns { idle_time };
        self
    }

    pub(crate) fn starting(mut self, allowed: bool) -> Self {
        if !allowed {
            self.start = Start::Never;
        }
        self
    }

    /// For a command that reads what it works on from standard input, where that is so.
    pub(crate) fn leaving_standard_input(mut self, taken: bool) -> Self {
        if taken {
            self.ask = self.ask.leaving_standard_input();
        }
        self
    }

    /// The data directory; it need not be there yet.
    pub fn data_dir(&self) -> Result<PathBuf> {
        self.given_data_dir
            .clone()
            .or_else(files::default_data_dir)
            .ok_or_else(|| {
                Error::new(Kind::Usage, "no data directory")
                    .because("neither ALGORAND_DATA nor XDG_DATA_HOME nor HOME is set")
                    .hint("give one with -d DIR")
            })
    }

    /// The daemon of the data directory.
    pub fn client(&self) -> Result<&Client> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let client = self.connect(&self.data_dir()?)?;
        Ok(self.client.get_or_init(|| client))
    }

    fn connect(&self, data_dir: &Path) -> Result<Client> {
        daemon::connect(data_dir, self.start, &self.output)
    }
}
