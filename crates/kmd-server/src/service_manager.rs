//! What the service manager is told: ready, alive, stopping. The protocol is
//! that of sd_notify(3): datagrams to the socket that `NOTIFY_SOCKET` names.

use std::ffi::OsStr;
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

/// The one that started this process, where it wants to be told.
pub(crate) struct ServiceManager {
    socket: Option<UnixDatagram>,
    /// It ends the process when it does not hear for so long that it is alive.
    patience: Option<Duration>,
}

impl ServiceManager {
    /// That of this process. Connects at once, while nothing forbids it yet.
    pub(crate) fn of_process() -> Self {
        let for_us = std::env::var("WATCHDOG_PID").map_or(true, |pid| pid == std::process::id().to_string());
        let patience = std::env::var("WATCHDOG_USEC")
            .ok()
            .and_then(|micros| micros.parse().ok());
        Self {
            socket: std::env::var_os("NOTIFY_SOCKET").and_then(|name| connect(&name).ok()),
            patience: patience.filter(|_| for_us).map(Duration::from_micros),
        }
    }

    /// Clients can come.
    pub(crate) fn ready(&self, address: std::net::SocketAddr) {
        self.tell(&format!("READY=1\nSTATUS=serving on http://{address}"));
    }

    /// Clients can come no more; running requests may still be.
    pub(crate) fn stopping(&self) {
        self.tell("STOPPING=1\nSTATUS=stopping, running requests are finished");
    }

    /// Tells that the process is alive, twice in the time that is waited for
    /// it, as long as `alive` ends with yes. Where it does not end, nothing is
    /// told.
    pub(crate) async fn keep_telling_while(&self, alive: impl AsyncFn() -> bool) {
        let Some(patience) = self.patience else { return };
        while alive().await {
            self.tell("WATCHDOG=1");
            tokio::time::sleep(patience / 2).await;
        }
    }

    fn tell(&self, state: &str) {
        if let Some(socket) = &self.socket {
            // A manager that does not listen needs not be told.
            let _ = socket.send(state.as_bytes());
        }
    }
}

/// A name that begins with `@` is not that of a file.
fn connect(name: &OsStr) -> io::Result<UnixDatagram> {
    let address = match name.as_bytes().strip_prefix(b"@") {
        Some(name) => SocketAddr::from_abstract_name(name)?,
        None => SocketAddr::from_pathname(name)?,
    };
    let socket = UnixDatagram::unbound()?;
    socket.connect_addr(&address)?;
    // A manager that does not read must not hold up the daemon.
    socket.set_nonblocking(true)?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;

    fn manager(patience: Option<Duration>) -> (ServiceManager, UnixDatagram) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("notify");
        let heard = UnixDatagram::bind(&path).unwrap();
        heard.set_nonblocking(true).unwrap();
        let socket = Some(connect(path.as_os_str()).unwrap());
        (ServiceManager { socket, patience }, heard)
    }

    fn next(heard: &UnixDatagram) -> Option<String> {
        let mut bytes = [0; 200];
        let length = heard.recv(&mut bytes).ok()?;
        Some(String::from_utf8_lossy(&bytes[..length]).into_owned())
    }

    #[tokio::test(start_paused = true)]
    async fn it_hears_twice_in_its_patience() {
        let (manager, heard) = manager(Some(Duration::from_secs(10)));
        let telling = manager.keep_telling_while(async || true);
        let _ = tokio::time::timeout(Duration::from_secs(14), telling).await;
        let told: Vec<String> = std::iter::from_fn(|| next(&heard)).collect();
        assert_eq!(told, ["WATCHDOG=1"; 3]);
    }

    #[tokio::test(start_paused = true)]
    async fn of_a_daemon_that_hangs_it_hears_nothing() {
        let (manager, heard) = manager(Some(Duration::from_secs(10)));
        let telling = manager.keep_telling_while(async || pending().await);
        let _ = tokio::time::timeout(Duration::from_secs(100), telling).await;
        assert_eq!(next(&heard), None);
        manager.keep_telling_while(async || false).await;
        assert_eq!(next(&heard), None);
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_watchdog_there_is_nothing_to_tell() {
        let (manager, heard) = manager(None);
        manager.keep_telling_while(async || true).await;
        assert_eq!(next(&heard), None);
    }

    #[test]
    fn a_name_need_not_be_that_of_a_file() {
        let name = format!("kmd-test-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name).unwrap();
        let heard = UnixDatagram::bind_addr(&address).unwrap();
        let socket = Some(connect(OsStr::new(&format!("@{name}"))).unwrap());
        let manager = ServiceManager { socket, patience: None };
        manager.stopping();
        assert!(next(&heard).unwrap().starts_with("STOPPING=1\n"));
    }

    #[test]
    fn nobody_to_tell_is_no_failure() {
        let (manager, heard) = manager(None);
        drop(heard);
        manager.stopping();
    }
}
