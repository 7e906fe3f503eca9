//! `kmd completions`

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::Result;
use crate::arguments::Arguments;
use crate::context::Context;

/// Print a script that completes commands in a shell
///
/// Prints a script that makes a shell complete the commands and options of kmd.
#[derive(Args)]
#[command(after_long_help = "\
bash: kmd completions bash > ~/.local/share/bash-completion/completions/kmd
zsh:  kmd completions zsh > a directory of $fpath, as _kmd
fish: kmd completions fish > ~/.config/fish/completions/kmd.fish")]
pub struct Completions {
    /// Which shell
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), "kmd", &mut script);
        context.output.write(&script)
    }
}
