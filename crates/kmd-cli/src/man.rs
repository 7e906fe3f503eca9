//! `kmd man`

use std::path::PathBuf;

use clap::{Args, CommandFactory};

use crate::arguments::Arguments;
use crate::context::Context;
use crate::{Error, Kind, Result};

/// Print the manual page
///
/// Prints the manual page of kmd, or writes the pages of all commands.
#[derive(Args)]
#[command(after_long_help = "Read it at once: kmd man | man -l -")]
pub struct Man {
    /// Write a page for each command into this directory
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

impl Man {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let command = Arguments::command();
        match self.dir {
            None => {
                let mut page = Vec::new();
                clap_mangen::Man::new(command)
                    .render(&mut page)
                    .map_err(|error| Error::new(Kind::Other, "cannot write the page").because(error))?;
                context.output.write(&page)
            }
            Some(folder) => {
                clap_mangen::generate_to(command, &folder)
                    .map_err(|error| Error::file("write manual pages to", &folder, &error))?;
                context
                    .output
                    .note(&format!("Wrote the manual pages to {}.", folder.display()));
                Ok(())
            }
        }
    }
}
