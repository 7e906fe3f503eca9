//! What the command line offers, and what the daemon says on stdout.

use crate::support::daemon::{Home, kmd, run};

#[test]
fn version_is_that_of_the_package() {
    let exit = run(kmd().arg("--version"));
    assert_eq!(exit.code, Some(0));
    let version = concat!("kmd ", env!("CARGO_PKG_VERSION"));
    assert!(exit.stdout.starts_with(version), "{exit:?}");
}

#[test]
fn help_names_what_a_newcomer_needs() {
    let exit = run(kmd().arg("--help"));
    assert_eq!(exit.code, Some(0));
    for word in ["-d", "--data-dir", "-t", "--timeout-secs", "ALGORAND_DATA"] {
        assert!(exit.stdout.contains(word), "{word} in:\n{}", exit.stdout);
    }
}

#[test]
fn an_unknown_flag_is_refused() {
    let exit = run(Home::cheap().command().arg("--no-such-flag"));
    assert!(!matches!(exit.code, None | Some(0)), "{exit:?}");
    assert!(exit.stderr.contains("--no-such-flag"), "{exit:?}");
}

#[test]
fn stdout_names_the_directory_first_and_the_address_once() {
    let home = Home::cheap();
    let daemon = home.start();
    let address = daemon.address;
    let exit = daemon.stop();

    let lines: Vec<&str> = exit.stdout.lines().collect();
    let serving = format!("kmd: serving on http://{address}");
    assert_eq!(lines[0], format!("kmd: data directory {}", home.path.display()));
    assert_eq!(lines.iter().filter(|line| **line == serving).count(), 1, "{lines:?}");
    let starts = lines.iter().filter(|line| line.starts_with("kmd: serving"));
    assert_eq!(starts.count(), 1, "{lines:?}");
}

#[test]
fn the_long_flag_is_the_same_directory() {
    let home = Home::cheap();
    let daemon = home.start_by(kmd().arg("--data-dir").arg(&home.path));
    assert_eq!(home.read("kmd.net"), daemon.address.to_string());
}
