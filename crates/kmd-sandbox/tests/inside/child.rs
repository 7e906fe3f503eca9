//! The process that goes into the sandbox and tries something there.

use std::env;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;

use kmd_sandbox::{NEWEST_LANDLOCK, Refused, Sandbox};

use crate::kernel::Kernel;
use crate::probes::{PROBES, Place};

/// Tells a process what it is for.
const VARIABLE: &str = "KMD_SANDBOX_PROBE";
/// Instead of the name of a probe: say what is missing.
const MISSING: &str = "says what is missing";

/// How the child is to be.
#[derive(Clone, Debug)]
pub struct Child {
    pub kernel: Kernel,
    pub refused: Refused,
    pub landlock: i32,
    /// Threads that run before it goes in.
    pub threads_before: usize,
    /// The folder that it may use, besides the one of wallets.
    pub folder: String,
}

/// How it ended.
#[derive(Debug)]
pub enum Ended {
    /// With an error of the system, or 0.
    Tried {
        errno: i32,
    },
    Killed {
        signal: i32,
    },
}

impl Default for Child {
    fn default() -> Self {
        Self {
            kernel: Kernel::Real,
            refused: Refused::Fails,
            landlock: NEWEST_LANDLOCK,
            threads_before: 0,
            folder: "data".to_owned(),
        }
    }
}

impl Child {
    /// The child that this process is, if it is one.
    pub fn that_this_is() -> Option<Self> {
        let variable = env::var(VARIABLE).ok()?;
        let words: Vec<&str> = variable.split(',').collect();
        let [kernel, refused, landlock, threads_before, folder] = words[..] else {
            panic!("{variable}");
        };
        Some(Self {
            kernel: Kernel::named(kernel),
            refused: if refused == "fails" {
                Refused::Fails
            } else {
                Refused::EndsProcess
            },
            landlock: landlock.parse().unwrap(),
            threads_before: threads_before.parse().unwrap(),
            folder: folder.to_owned(),
        })
    }

    fn written(&self) -> String {
        let refused = match self.refused {
            Refused::Fails => "fails",
            Refused::EndsProcess => "ends",
        };
        let Self {
            kernel,
            landlock,
            threads_before,
            folder,
            ..
        } = self;
        format!("{kernel:?},{refused},{landlock},{threads_before},{folder}")
    }

    fn command(&self, probe: &str, place: &Place) -> Command {
        let mut command = Command::new(env::current_exe().unwrap());
        command
            .arg(probe)
            .arg(&place.0)
            .env(VARIABLE, self.written())
            .stdin(Stdio::null());
        command
    }

    /// Starts a probe and waits for its end.
    pub fn start(&self, probe: &str) -> Ended {
        let place = Place::new();
        let output = self.command(probe, &place).output().unwrap();
        place.remove();
        match output.status.signal() {
            Some(signal) => Ended::Killed { signal },
            None => {
                let said = String::from_utf8_lossy(&output.stdout);
                let errno = said.trim().parse();
                let errno = errno.unwrap_or_else(|_| panic!("{probe}: {output:?}"));
                Ended::Tried { errno }
            }
        }
    }

    /// What it says that is missing, a line for each.
    pub fn missing(&self) -> String {
        let place = Place::new();
        let output = self.command(MISSING, &place).output().unwrap();
        place.remove();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Goes in and tries what the arguments say.
    pub fn run(&self) {
        let arguments: Vec<String> = env::args().skip(1).collect();
        let [probe, place] = &arguments[..] else {
            panic!("{arguments:?}");
        };
        let place = Place::named(place);
        let before = place.before();
        let (stop, _threads) = self.start_threads();
        self.kernel.simulate();
        let entered = Sandbox {
            folders: vec![place.file(&self.folder), place.file("wallets")],
            refused: self.refused,
            landlock: self.landlock,
        }
        .enter();
        if probe == MISSING {
            for missing in entered.missing {
                println!("{missing}");
            }
            drop(stop);
            return;
        }
        let (_, _, attempt) = PROBES.iter().find(|(name, ..)| name == probe).unwrap();
        let tried = thread::Builder::new()
            .name("inside".to_owned())
            .spawn(move || attempt(&place, before))
            .unwrap()
            .join();
        let errno = match tried {
            Ok(Ok(())) => 0,
            Ok(Err(error)) => error.raw_os_error().unwrap_or(-1),
            Err(_) => -2,
        };
        println!("{errno}");
    }

    fn start_threads(&self) -> (Vec<mpsc::Sender<()>>, Vec<thread::JoinHandle<()>>) {
        let start = |_| {
            let (stop, stopped) = mpsc::channel::<()>();
            let thread = thread::spawn(move || {
                let _ = stopped.recv();
            });
            (stop, thread)
        };
        (0..self.threads_before).map(start).unzip()
    }
}
