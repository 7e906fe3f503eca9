//! A line on the terminal that says that work goes on, and how far it is.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What is done sooner needs no progress.
const SILENT: Duration = Duration::from_secs(1);
const BETWEEN_LINES: Duration = Duration::from_millis(200);
const ERASE_LINE: &str = "\r\x1b[K";

/// Shown until it is dropped, on standard error, when that is a terminal.
pub struct Progress {
    done: Arc<AtomicU64>,
    shown: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    pub(super) fn start(doing: &str, total: Option<u64>) -> Self {
        let done = Arc::new(AtomicU64::new(0));
        let shown = io::stderr().is_terminal().then(|| {
            let line = Line {
                doing: doing.to_owned(),
                total,
                done: Arc::clone(&done),
                began: Instant::now(),
            };
            let (stop, stopped) = mpsc::channel();
            (stop, std::thread::spawn(move || line.show(&stopped)))
        });
        Self { done, shown }
    }

    /// So many steps are done.
    pub fn set(&self, done: u64) {
        self.done.store(done, Ordering::Relaxed);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.shown.take() {
            drop(stop);
            let _ = thread.join();
        }
    }
}

struct Line {
    doing: String,
    total: Option<u64>,
    done: Arc<AtomicU64>,
    began: Instant,
}

impl Line {
    fn show(&self, stopped: &Receiver<()>) {
        let mut wait = SILENT;
        while stopped.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
            let _ = write!(io::stderr(), "{ERASE_LINE}{}", self.text());
            wait = BETWEEN_LINES;
        }
        if wait != SILENT {
            let _ = write!(io::stderr(), "{ERASE_LINE}");
        }
    }

    fn text(&self) -> String {
        let Self { doing, .. } = self;
        match self.total {
            Some(total) => format!("{doing}: {} of {total}", self.done.load(Ordering::Relaxed)),
            None => format!("{doing}: {} s", self.began.elapsed().as_secs()),
        }
    }
}
