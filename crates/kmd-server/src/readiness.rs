//! Whether kmd can do its work: what is in the way, looked at once a second at
//! most, however often it is asked for.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use kmd_api::files;
use rustix::fs::Access;
use thiserror::Error;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use crate::bridge::Bridge;

/// How long what was found counts.
const FRESH: Duration = Duration::from_secs(1);
/// How long a disk may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is in the way. The words are for everybody who can reach kmd, so they
/// tell neither paths nor what the system says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum Obstacle {
    /// Running requests are finished, others are not taken.
    #[error("kmd is stopping")]
    Stopping,
    /// It is gone, or no folder, or closed to kmd.
    #[error("the wallets folder cannot be read")]
    Unreadable,
    /// Wallets can be read but not changed.
    #[error("the wallets folder cannot be written to")]
    Unwritable,
    /// Clients could not learn the token.
    #[error("the file with the API token is missing")]
    NoToken,
    /// What is asked of it does not come back.
    #[error("the disk does not answer")]
    DeadDisk,
}

/// Looks, and remembers for a moment.
pub(crate) struct Readiness {
    bridge: Bridge,
    stopping: AtomicBool,
    view: Arc<View>,
}

/// What is looked at, and what was found.
struct View {
    wallets: PathBuf,
    token: PathBuf,
    /// Somebody looks now.
    looking: AtomicBool,
    found: watch::Sender<Option<Found>>,
}

#[derive(Clone)]
struct Found {
    at: Instant,
    obstacles: Vec<Obstacle>,
}

impl Readiness {
    /// Of a daemon with this data directory and these wallets.
    pub(crate) fn new(bridge: Bridge, data_dir: &Path, wallets: PathBuf) -> Self {
        let view = View {
            wallets,
            token: data_dir.join(files::TOKEN),
            looking: AtomicBool::new(false),
            found: watch::Sender::new(None),
        };
        Self {
            bridge,
            stopping: AtomicBool::new(false),
            view: Arc::new(view),
        }
    }

    /// From now on kmd is stopping.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// All that is in the way; nothing when kmd is ready.
    pub(crate) async fn obstacles(&self) -> Vec<Obstacle> {
        if self.stopping.load(Ordering::Relaxed) {
            return vec![Obstacle::Stopping];
        }
        match self.fresh() {
            Some(obstacles) => obstacles,
            None => self.look().await,
        }
    }

    fn fresh(&self) -> Option<Vec<Obstacle>> {
        let found = self.view.found.borrow();
        let found = found.as_ref().filter(|found| found.at.elapsed() < FRESH)?;
        Some(found.obstacles.clone())
    }

    /// Waits for what is found from now on, and looks unless somebody does: a
    /// disk that hangs holds up one thread, not one for each who asks.
    async fn look(&self) -> Vec<Obstacle> {
        let mut news = self.view.found.subscribe();
        if !self.view.looking.swap(true, Ordering::AcqRel) {
            let view = Arc::clone(&self.view);
            self.bridge.start(move || {
                let obstacles = view.look();
                view.looking.store(false, Ordering::Release);
                let at = Instant::now();
                view.found.send_replace(Some(Found { at, obstacles }));
            });
        }
        match timeout(PATIENCE, news.changed()).await {
            Ok(Ok(())) => news.borrow().as_ref().map(|found| found.obstacles.clone()),
            // The sender is our own, so it is there.
            Ok(Err(_)) | Err(_) => None,
        }
        .unwrap_or_else(|| vec![Obstacle::DeadDisk])
    }
}

impl View {
    fn look(&self) -> Vec<Obstacle> {
        let reads =
            fs::read_dir(&self.wallets).is_ok_and(|mut entries| entries.next().is_none_or(|entry| entry.is_ok()));
        let writes = rustix::fs::access(&self.wallets, Access::WRITE_OK | Access::EXEC_OK).is_ok();
        let has_token = fs::metadata(&self.token).is_ok_and(|token| token.is_file() && token.len() > 0);
        let checks = [
            (reads, Obstacle::Unreadable),
            // What cannot be read need not be said to be unwritable too.
            (writes || !reads, Obstacle::Unwritable),
            (has_token, Obstacle::NoToken),
        ];
        let failed = checks.into_iter().filter(|(holds, _)| !holds);
        failed.map(|(_, obstacle)| obstacle).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::thread::{CapabilitySet, CapabilitySets};
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;
    use tokio::runtime::Handle;

    struct World {
        dir: tempfile::TempDir,
        readiness: Readiness,
    }

    impl World {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let wallets = dir.path().join("wallets");
            fs::create_dir(&wallets).unwrap();
            fs::write(dir.path().join(files::TOKEN), "token").unwrap();
            let readiness = Readiness::new(Bridge::new(Handle::current()), dir.path(), wallets);
            Self { dir, readiness }
        }

        fn path(&self, name: &str) -> PathBuf {
            self.dir.path().join(name)
        }
    }

    #[tokio::test]
    async fn each_obstacle_is_found() {
        let world = World::new();
        let look = || world.readiness.view.look();
        assert_eq!(look(), []);
        fs::rename(world.path("wallets"), world.path("away")).unwrap();
        assert_eq!(look(), [Obstacle::Unreadable]);
        fs::write(world.path("wallets"), "a file").unwrap();
        assert_eq!(look(), [Obstacle::Unreadable]);
        fs::remove_file(world.path(files::TOKEN)).unwrap();
        assert_eq!(look(), [Obstacle::Unreadable, Obstacle::NoToken]);
        fs::remove_file(world.path("wallets")).unwrap();
        fs::rename(world.path("away"), world.path("wallets")).unwrap();
        assert_eq!(look(), [Obstacle::NoToken]);
    }

    #[tokio::test]
    async fn the_modes_of_the_folder_count() {
        let world = World::new();
        let cases = [
            (0o700, vec![]),
            (0o500, vec![Obstacle::Unwritable]),
            (0o300, vec![Obstacle::Unreadable]),
            (0o000, vec![Obstacle::Unreadable]),
        ];
        for (mode, expected) in cases {
            fs::set_permissions(world.path("wallets"), Permissions::from_mode(mode)).unwrap();
            let view = Arc::clone(&world.readiness.view);
            // In a thread that may not override modes, be it root's.
            let look = std::thread::spawn(move || {
                let none = CapabilitySet::empty();
                let sets = CapabilitySets {
                    effective: none,
                    permitted: none,
                    inheritable: none,
                };
                rustix::thread::set_capabilities(None, sets).unwrap();
                view.look()
            });
            assert_eq!(look.join().unwrap(), expected, "{mode:o}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_found_counts_for_a_second() {
        let world = World::new();
        assert_eq!(world.readiness.obstacles().await, []);
        fs::remove_file(world.path(files::TOKEN)).unwrap();
        tokio::time::advance(FRESH - Duration::from_millis(1)).await;
        assert_eq!(world.readiness.obstacles().await, []);
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!(world.readiness.obstacles().await, [Obstacle::NoToken]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_disk_that_hangs_is_asked_once() {
        let world = World::new();
        // As if somebody looked and did not come back.
        world.readiness.view.looking.store(true, Ordering::Relaxed);
        for _ in 0..3 {
            assert_eq!(world.readiness.obstacles().await, [Obstacle::DeadDisk]);
        }
        assert!(world.readiness.view.found.borrow().is_none());
    }

    #[tokio::test]
    async fn who_stops_is_not_ready() {
        let world = World::new();
        world.readiness.stop();
        assert_eq!(world.readiness.obstacles().await, [Obstacle::Stopping]);
    }
}
