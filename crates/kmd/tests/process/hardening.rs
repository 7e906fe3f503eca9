//! Memory that stays out of swap and core dumps.

use crate::support::{daemon::Home, not_tested};
use std::{
    ffi::OsStr,
    fs,
    os::unix::{fs::chown, process::CommandExt},
    path::Path,
    process::{Command, Stdio},
};

#[test]
fn the_log_tells_whether_memory_is_locked() {
    let home = Home::cheap();
    assert_eq!(home.start().stop().code, Some(0));
    let log = home.read("kmd.log");
    assert!(log.contains("mlockall"), "{log}");
}

#[test]
#[cfg(target_os = "linux")]
fn there_are_no_core_dumps() {
    let daemon = Home::cheap().start();
    let limits = fs::read_to_string(format!("/proc/{}/limits", daemon.process.id())).unwrap();
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"))
        .unwrap();
    let words: Vec<&str> = core.split_whitespace().collect();
    assert_eq!(words[4], "0", "{core}");
}

/// What a debugger asks for is asked for here without one: the environment of a process can be read by who may trace it.
#[test]
#[cfg(target_os = "linux")]
fn its_own_user_cannot_look_into_it() {
    const WHAT: &str = "that the daemon's own user cannot look into it";
    let user = User::unprivileged();
    let home = Home::cheap();
    user.give(&home.path);
    for name in ["kmd.token", "kmd_config.json"] {
        user.give(&home.file(name));
    }
    let program = home.command().get_program().to_owned();
    let reaches = |what: &str, path: &OsStr| user.run(Command::new("test").arg(what).arg(path));
    if !reaches("-x", &program) || !reaches("-w", home.path.as_os_str()) {
        not_tested(
            WHAT,
            "the tests run as root, and the user nobody cannot reach their folders",
        );
        return;
    }

    let mut ordinary = user.is(Command::new("cat").stdin(Stdio::piped())).spawn().unwrap();
    let looks_into = |id: u32| user.run(Command::new("cat").arg(format!("/proc/{id}/environ")));
    assert!(looks_into(ordinary.id()), "an ordinary process hides nothing");
    let daemon = home.start_by(user.is(&mut home.command()));
    assert!(!looks_into(daemon.process.id()), "the daemon can be traced");
    ordinary.kill().unwrap();
    ordinary.wait().unwrap();
}

/// Who a process runs as.
#[cfg(target_os = "linux")]
struct User {
    /// Nothing where it is the one that the tests run as.
    other: Option<u32>,
}

#[cfg(target_os = "linux")]
impl User {
    /// Root may look into everything, so it is another then: nobody.
    fn unprivileged() -> Self {
        let is_root = rustix::process::geteuid().is_root();
        Self {
            other: is_root.then_some(65_534),
        }
    }

    fn give(&self, path: &Path) {
        if self.other.is_some() {
            chown(path, self.other, self.other).unwrap();
        }
    }

    fn is<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        match self.other {
            Some(id) => command.uid(id).gid(id),
            None => command,
        }
    }

    /// Whether it succeeds.
    fn run(&self, command: &mut Command) -> bool {
        let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
        self.is(quiet).status().unwrap().success()
    }
}
