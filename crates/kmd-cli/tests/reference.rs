//! `docs/reference/commands.md` is what the definition of the commands says.
//!
//! `UPDATE_PAGES=1 cargo test -p kmd-cli --test reference` writes it anew.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::fmt::Write;
use std::fs;
use std::path::Path;

use clap::builder::StyledStr;
use clap::{Arg, Command, CommandFactory};
use kmd_cli::{Arguments, Kind};

const HEAD: &str = "\
# Commands

Written by a test from the definition of the commands; `kmd COMMAND --help` says the same, and `kmd man` makes manual pages of it.

Without a command, `kmd` is the daemon: see the [README](../../README.md). With one, it asks the daemon of the data directory, and starts one where none runs. Results go to standard output; questions, progress and errors go to standard error.

Passwords and words of keys are typed at the terminal, without echo. Where standard input is no terminal, each question takes a line of it, in the order in which the questions would be asked, a new password once. With the file from standard input (`kmd sign -`), the terminal is asked all the same. Neither ever comes from an argument or from the environment. What cannot be undone is confirmed, by `y` at the terminal or by `--yes`.
";

#[test]
fn the_page_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/commands.md");
    let page = page();
    if std::env::var_os("UPDATE_PAGES").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/reference/commands.md is not current; this writes it: UPDATE_PAGES=1 cargo test -p kmd-cli --test reference"
    );
}

#[test]
fn every_command_says_what_it_does_and_what_it_prints() {
    let mut looked_at = 0;
    each(&root(), &mut |command| {
        let name = name(command);
        assert!(command.get_about().is_some(), "{name}");
        let says = command
            .get_after_long_help()
            .map(StyledStr::to_string)
            .unwrap_or_default();
        assert!(
            command.has_subcommands() || !says.is_empty(),
            "{name} does not say what it prints"
        );
        for argument in command.get_arguments() {
            assert!(argument.get_help().is_some(), "{name}: {}", argument.get_id());
        }
        looked_at += 1;
    });
    assert!(looked_at > 20, "only {looked_at} commands were found");
}

fn page() -> String {
    let root = root();
    let mut page = HEAD.to_owned();
    page.push_str("\nThese options go with every command:\n\n");
    options(&root, &mut page, Arg::is_global_set);
    exit_codes(&mut page);
    each(&root, &mut |command| {
        if !command.has_subcommands() {
            section(command, &mut page);
        }
    });
    page
}

fn root() -> Command {
    let mut root = Arguments::command();
    root.build();
    root
}

fn each(command: &Command, visit: &mut impl FnMut(&Command)) {
    visit(command);
    for subcommand in command.get_subcommands() {
        each(subcommand, visit);
    }
}

fn exit_codes(page: &mut String) {
    page.push_str("\n## Exit codes\n\n| code | kind in JSON | meaning |\n|---|---|---|\n| 0 | | done |\n");
    for kind in Kind::ALL {
        let name = serde_json::to_value(kind).unwrap();
        let (code, name, meaning) = (kind.exit_code(), name.as_str().unwrap(), kind.meaning());
        writeln!(page, "| {code} | `{name}` | {meaning} |").unwrap();
    }
    page.push_str("\nWith `--json`, a failure is an object on the last line of standard error: `{\"error\": {\"kind\", \"message\", \"causes\": [], \"hints\": []}}`. What is said besides, such as warnings, is on lines before it, each an object `{\"note\"}`.\n");
}

fn section(command: &Command, page: &mut String) {
    let about = command.get_long_about().or(command.get_about()).unwrap();
    write!(page, "\n## {}\n\n{}\n", name(command), paragraphs(about)).unwrap();
    let usage = command.clone().render_usage().to_string();
    write!(page, "\n```text\n{}\n```\n", usage.trim_start_matches("Usage: ")).unwrap();
    let own = |argument: &Arg| !argument.is_global_set() && argument.get_id() != "help";
    if command.get_arguments().any(own) {
        page.push('\n');
        options(command, page, own);
    }
    if let Some(after) = command.get_after_long_help() {
        write!(page, "\n```text\n{}\n```\n", after.to_string().trim()).unwrap();
    }
}

fn options(command: &Command, page: &mut String, wanted: impl Fn(&Arg) -> bool) {
    page.push_str("| | |\n|---|---|\n");
    for argument in command.get_arguments().filter(|argument| wanted(argument)) {
        let help = argument.get_long_help().or(argument.get_help()).unwrap();
        let help = paragraphs(help).replace("\n\n", ". ").replace('|', "\\|");
        writeln!(page, "| {} | {help} |", spelled(argument)).unwrap();
    }
}

/// `-w NAME`, `--wallet NAME`
fn spelled(argument: &Arg) -> String {
    let value = match argument.get_value_names() {
        Some([name, ..]) if argument.get_action().takes_values() => format!(" {name}"),
        _ => String::new(),
    };
    let short = argument.get_short().map(|short| format!("`-{short}{value}`"));
    let long = argument.get_long().map(|long| format!("`--{long}{value}`"));
    let names: Vec<String> = short.into_iter().chain(long).collect();
    if names.is_empty() {
        format!("`{}`", value.trim())
    } else {
        names.join(", ")
    }
}

/// Lines that were broken for the source are joined; blank lines stay.
fn paragraphs(text: &StyledStr) -> String {
    let text = text.to_string();
    let joined = text
        .split("\n\n")
        .map(|part| part.split_whitespace().collect::<Vec<_>>().join(" "));
    joined.collect::<Vec<_>>().join("\n\n")
}

fn name(command: &Command) -> &str {
    command.get_bin_name().unwrap_or("kmd")
}
