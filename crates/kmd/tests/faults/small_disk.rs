//! A small file system in memory, in a mount namespace of its own, and a daemon on it.

use crate::support::{
    daemon::{Home, Process, kmd, wrap},
    not_tested,
};
use std::{
    io::Write,
    net::SocketAddr,
    process::{ChildStdin, Command, Stdio},
};

/// Room for two wallets and not much more.
const KIB: usize = 160;

/// How unshare(1) is asked for a place to mount something: by root, or by anyone who becomes root inside.
const NAMESPACES: [&[&str]; 2] = [&["--mount"], &["--user", "--map-root-user", "--mount"]];

/// What works of these. Where nothing does, says what is not tested.
fn namespaces() -> Option<&'static [&'static str]> {
    let works = |namespaces: &&[&str]| {
        let mut tried = Command::new("unshare");
        tried.args(*namespaces).args(["mount", "-t", "tmpfs", "none", "/mnt"]);
        tried
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    let found = NAMESPACES.into_iter().find(works);
    if found.is_none() {
        not_tested("a full disk", "neither root nor user namespaces are to be had here");
    }
    found
}

/// A file system of `KIB` in memory, and a shell that sees it. It goes with the shell.
pub struct SmallDisk {
    commands: Option<ChildStdin>,
    shell: Process,
    /// What was on it when it was last saved.
    pub saved: Home,
}

impl SmallDisk {
    /// A disk with the files of a data directory. Nothing, where it cannot be had.
    pub fn of(home: Home) -> Option<Self> {
        let mut command = Command::new("unshare");
        command.args(namespaces()?).arg("sh").args(["-e", "-c", SHELL]);
        wrap(&mut command, &kmd())
            .arg(&home.path)
            .env("SIZE", format!("{KIB}k"));
        let (shell, commands) = Process::spawn_with_stdin(&mut command);
        Some(Self {
            commands: Some(commands),
            shell,
            saved: home,
        })
    }

    pub fn start_daemon(&mut self) -> SocketAddr {
        self.tell("start");
        self.shell.serving().expect("kmd to start")
    }

    pub fn restart_daemon(&mut self) -> SocketAddr {
        self.tell("stop");
        self.start_daemon()
    }

    /// Leaves room for so many pages of memory, which is what such a file system gives away.
    pub fn fill_but(&mut self, pages: usize) {
        self.does(&format!("fill {pages}"));
    }

    pub fn make_room(&mut self) {
        self.does("room");
    }

    /// Writes down all that is on it.
    pub fn save(&mut self) {
        self.does("save");
    }

    /// Returns when it is done.
    fn does(&mut self, command: &str) {
        self.tell(command);
        assert_eq!(self.shell.line(), "done");
    }

    fn tell(&mut self, command: &str) {
        writeln!(self.commands.as_mut().unwrap(), "{command}").unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // The shell clears up when nobody can tell it anything any more.
        self.commands = None;
        self.shell.wait();
    }
}

/// Does what it is told, until nobody tells it more: `$0` is kmd, `$1` where the files come from and are saved.
const SHELL: &str = r#"
disk=$(mktemp -d)
trap 'kill "$pid" 2>/dev/null; wait; umount "$disk"; rmdir "$disk"' EXIT
mount -t tmpfs -o size="$SIZE",mode=700 none "$disk"
umask 077
cp -a "$1/." "$disk"
while read -r command pages; do
    case $command in
        start) "$0" -d "$disk" & pid=$! ;;
        stop) kill "$pid"; wait "$pid" || true ;;
        fill)
            cat /dev/zero > "$disk/filler" 2>/dev/null || true
            truncate --size=-$((4096 * pages)) "$disk/filler"
            echo done ;;
        room) rm "$disk/filler"; echo done ;;
        save)
            rm -rf "$1/sqlite_wallets" "$1/backups"
            cp -a "$disk/sqlite_wallets" "$disk/backups" "$disk/kmd.log" "$1"
            echo done ;;
    esac
done
"#;
