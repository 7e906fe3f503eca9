//! Listeners: where the daemon can be reached, and until when.

use std::convert::Infallible;
use std::fs::Permissions;
use std::future::pending;
use std::io;
use std::iter;
use std::net::{SocketAddr, ToSocketAddrs};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use kmd_api::files;
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use tracing::{info, warn};

use crate::connection::{self, Stream};
use crate::data_dir::StateFile;
use crate::error::StartError;
use crate::http::Daemon;
use crate::metrics::{Door, Metrics};
use crate::service_manager::ServiceManager;
use crate::workers::Workers;

/// The setting that says where to listen, as messages name it.
pub(crate) const ADDRESS: &str = "\"address\"";
/// Where to listen when that is taken.
const ANY_PORT: &str = "127.0.0.1:0";
/// How long running requests may take after the daemon was told to stop.
const STOP_TIMEOUT: Duration = Duration::from_secs(30);
/// How many connections the kernel holds until they are accepted.
const BACKLOG: i32 = 1024;
/// Connections at once that ask for metrics.
const METRICS_CONNECTIONS: usize = 16;
/// How long those may take to end.
const LAST_METRICS: Duration = Duration::from_secs(1);
/// Pause after a failed accept: the usual reason is that descriptors ran out,
/// and trying at once would only burn a core.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Listens on the configured address, or on the default one or any other port.
///
/// # Errors
/// [`StartError::Listen`].
pub(crate) fn listen(configured: Option<&str>) -> Result<std::net::TcpListener, StartError> {
    let failed = |address: &str, cause| StartError::Listen {
        address: address.to_owned(),
        setting: ADDRESS,
        cause,
    };
    if let Some(address) = configured {
        // No host means all interfaces, as in Go.
        let bind = match address.strip_prefix(':') {
            Some(port) => bind(format!("0.0.0.0:{port}")),
            None => bind(address),
        };
        return bind.map_err(|cause| failed(address, cause));
    }
    match bind(files::DEFAULT_ADDRESS) {
        Ok(listener) => Ok(listener),
        Err(cause) => {
            warn!(address = files::DEFAULT_ADDRESS, %cause, "the default address is taken, listening on another port");
            bind(ANY_PORT).map_err(|cause| failed(ANY_PORT, cause))
        }
    }
}

/// Listens where metrics are to be had.
///
/// # Errors
/// [`StartError::Listen`].
pub(crate) fn listen_for_metrics(address: SocketAddr) -> Result<std::net::TcpListener, StartError> {
    bind(address).map_err(|cause| StartError::Listen {
        address: address.to_string(),
        setting: "kmd.metrics_address",
        cause,
    })
}

/// A listener that tokio can take over.
fn bind(address: impl ToSocketAddrs) -> io::Result<std::net::TcpListener> {
    let listener = std::net::TcpListener::bind(address)?;
    // The standard library lets fewer wait.
    rustix::net::listen(&listener, BACKLOG)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Warns where the token would cross a network in the clear.
pub(crate) fn warn_when_exposed(address: SocketAddr) {
    if !address.ip().is_loopback() {
        warn!(%address, "listening beyond this machine: there is no TLS, so everybody on the way can read the token and passwords");
    }
}

/// Listens on the Unix socket. Where that is impossible the daemon runs without.
pub(crate) fn listen_unix(data_dir: &Path) -> Option<(std::os::unix::net::UnixListener, StateFile)> {
    let path = data_dir.join(files::SOCKET);
    // Left by a daemon that was killed; the data directory is ours, so it is nobody's.
    if let Err(error) = std::fs::remove_file(&path)
        && error.kind() != io::ErrorKind::NotFound
    {
        warn!(path = %path.display(), %error, "an old Unix socket could not be removed");
    }
    let bind = || {
        let listener = std::os::unix::net::UnixListener::bind(&path)?;
        listener.set_nonblocking(true)?;
        std::fs::set_permissions(&path, Permissions::from_mode(0o600))?;
        Ok::<_, io::Error>(listener)
    };
    match bind() {
        Ok(listener) => Some((listener, StateFile::adopt(path))),
        Err(error) => {
            warn!(
                path = %path.display(), %error,
                "no Unix socket: clients use TCP (a socket's path may have at most 107 bytes; a shorter data directory helps)"
            );
            None
        }
    }
}

/// Where the daemon listens.
pub(crate) struct Listeners {
    pub(crate) tcp: TcpListener,
    pub(crate) unix: Option<UnixListener>,
    /// Where metrics are to be had, until all else has ended.
    pub(crate) metrics: Option<TcpListener>,
    /// The files that tell where; they go when nobody listens any more.
    pub(crate) announced: Vec<StateFile>,
}

/// Serves until a signal or the watchdog, then lets running requests finish,
/// unless a second signal says that there is no time.
pub(crate) async fn serve(
    daemon: Arc<Daemon>,
    workers: Arc<Workers>,
    listeners: Listeners,
    mut signals: Signals,
    manager: &ServiceManager,
) -> Ended {
    // The Unix socket is the owner's alone: strangers on TCP take no place from it.
    let most = daemon.limits.connections.get();
    let tcp = Entrance::open(listeners.tcp, Door::Tcp, most, &daemon, &workers);
    let unix = listeners
        .unix
        .map(|unix| Entrance::open(unix, Door::Unix, most, &daemon, &workers));
    let mut entrances: Vec<Entrance> = iter::once(tcp).chain(unix).collect();
    // It stays while running requests are finished, so that those who watch over kmd
    // see that it is stopping and what keeps it.
    let metrics = listeners
        .metrics
        .map(|metrics| Entrance::open(metrics, Door::Metrics, METRICS_CONNECTIONS, &daemon, &workers));
    let expirer = tokio::spawn(expire_sessions(Arc::clone(&daemon)));

    tokio::select! {
        () = wait_for_stop(&daemon, &mut signals) => {}
        never = tell_while_serving(manager, &daemon, &workers, &entrances) => match never {},
    }
    manager.stopping();
    daemon.readiness.stop();
    for entrance in &entrances {
        entrance.close();
    }
    for entrance in &mut entrances {
        entrance.closed().await;
    }
    drop(listeners.announced);
    let ended = tokio::select! {
        () = all_left(&entrances) => Ended::InOrder,
        () = tokio::time::sleep(STOP_TIMEOUT) => {
            warn!("stopped with requests still running");
            Ended::InOrder
        }
        () = signals.received() => {
            warn!("stopped at once by a second signal");
            Ended::AtOnce
        }
    };
    expirer.abort();
    if let Some(mut metrics) = metrics {
        metrics.close();
        metrics.closed().await;
        let _ = tokio::time::timeout(LAST_METRICS, metrics.left()).await;
    }
    ended
}

/// A listener, and places for the connections that come by it.
struct Entrance {
    accepting: JoinHandle<()>,
    stop: watch::Sender<bool>,
    places: Arc<Semaphore>,
    /// How many places there are.
    count: u32,
}

impl Entrance {
    /// Accepts connections, so many at once.
    fn open<L: Listener>(listener: L, door: Door, most: usize, daemon: &Arc<Daemon>, workers: &Arc<Workers>) -> Self {
        let count = u32::try_from(most.min(Semaphore::MAX_PERMITS)).unwrap_or(u32::MAX);
        let places = Arc::new(Semaphore::new(count as usize));
        let (stop, stopping) = watch::channel(false);
        let accepting = tokio::spawn(accept_all(
            listener,
            door,
            Arc::clone(daemon),
            Arc::clone(workers),
            Arc::clone(&places),
            stopping,
        ));
        Self {
            accepting,
            stop,
            places,
            count,
        }
    }

    /// Tells all who came by it to end what they do.
    fn close(&self) {
        // Nobody listening is nobody to tell.
        let _ = self.stop.send(true);
    }

    /// Returns when no more connections are accepted.
    async fn closed(&mut self) {
        let _ = (&mut self.accepting).await;
    }

    /// Returns when all connections ended.
    async fn left(&self) {
        // The semaphore is never closed.
        let _ = self.places.acquire_many(self.count).await;
    }
}

async fn all_left(entrances: &[Entrance]) {
    for entrance in entrances {
        entrance.left().await;
    }
}

/// How serving ended.
pub(crate) enum Ended {
    /// With the time that running work needs.
    InOrder,
    /// Without.
    AtOnce,
}

/// What connections come from.
trait Listener: Send + Sync + 'static {
    /// A connection between two threads.
    type Accepted: Send + 'static;
    type Stream: Stream;

    fn next(&self) -> impl Future<Output = io::Result<Self::Accepted>> + Send;
    /// Takes a connection over, on the thread that is to serve it.
    fn take_over(accepted: Self::Accepted) -> io::Result<Self::Stream>;
}

impl Listener for TcpListener {
    type Accepted = std::net::TcpStream;
    type Stream = TcpStream;

    async fn next(&self) -> io::Result<Self::Accepted> {
        let (stream, _) = self.accept().await?;
        stream.set_nodelay(true)?;
        stream.into_std()
    }

    fn take_over(accepted: Self::Accepted) -> io::Result<TcpStream> {
        TcpStream::from_std(accepted)
    }
}

impl Listener for UnixListener {
    type Accepted = std::os::unix::net::UnixStream;
    type Stream = UnixStream;

    async fn next(&self) -> io::Result<Self::Accepted> {
        self.accept().await?.0.into_std()
    }

    fn take_over(accepted: Self::Accepted) -> io::Result<UnixStream> {
        UnixStream::from_std(accepted)
    }
}

/// Accepts connections while there are places for them; others wait.
async fn accept_all<L: Listener>(
    listener: L,
    door: Door,
    daemon: Arc<Daemon>,
    workers: Arc<Workers>,
    places: Arc<Semaphore>,
    mut stopping: watch::Receiver<bool>,
) {
    loop {
        // The place is asked for after the connection came, so that a listener
        // to which nobody comes holds none.
        let next = async {
            let accepted = listener.next().await;
            if places.available_permits() == 0 {
                daemon.metrics.connections(door).held_back.add(1);
            }
            (Arc::clone(&places).acquire_owned().await.ok(), accepted)
        };
        let (place, accepted) = tokio::select! {
            () = connection::stopped(&mut stopping) => return,
            next = next => next,
        };
        match accepted {
            Ok(accepted) => {
                let (daemon, stopping) = (Arc::clone(&daemon), stopping.clone());
                let open = Open::new(&daemon.metrics, door);
                workers.give(move |seat| {
                    tokio::spawn(async move {
                        match L::take_over(accepted) {
                            Ok(stream) => connection::serve(stream, door, daemon, stopping, seat).await,
                            Err(error) => warn!(%error, "a connection could not be taken over"),
                        }
                        drop((place, open));
                    });
                });
            }
            Err(error) => {
                warn!(%error, "a connection could not be accepted");
                daemon.metrics.connections(door).failed.add(1);
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// A connection that counts as open until this is dropped.
struct Open {
    metrics: Arc<Metrics>,
    door: Door,
}

impl Open {
    fn new(metrics: &Arc<Metrics>, door: Door) -> Self {
        metrics.connections(door).accepted.add(1);
        Self {
            metrics: Arc::clone(metrics),
            door,
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.metrics.connections(self.door).ended.add(1);
    }
}

/// Tells the service manager that requests can be served, as long as that is so:
/// connections are accepted, every thread that serves them and one that may wait
/// get their turn, and the sessions can be got at.
async fn tell_while_serving(
    manager: &ServiceManager,
    daemon: &Arc<Daemon>,
    workers: &Workers,
    entrances: &[Entrance],
) -> Infallible {
    let serves = async || {
        let looking = Arc::clone(daemon);
        let looked = daemon.bridge.blocking(move || looking.kmd.time_to_next_deadline());
        workers.all_answer().await
            && looked.await.is_ok()
            && !entrances.iter().any(|entrance| entrance.accepting.is_finished())
    };
    manager.keep_telling_while(serves).await;
    pending().await
}

/// Lets go of expired sessions at their deadline. The timer's clock stands
/// still while the machine sleeps, so it never waits for long.
async fn expire_sessions(daemon: Arc<Daemon>) {
    const LONGEST_WAIT: Duration = Duration::from_secs(2);
    loop {
        let changed = daemon.sessions_changed.notified();
        match daemon.kmd.time_to_next_deadline() {
            None => changed.await,
            Some(time) => {
                let _ = tokio::time::timeout(time.min(LONGEST_WAIT), changed).await;
            }
        }
        let expired = Arc::clone(&daemon);
        // Closing a database may wait for a disk.
        let _ = daemon.bridge.blocking(move || expired.kmd.expire_sessions()).await;
    }
}

/// The signals that the daemon obeys. Taken before it says that it serves, so
/// that whoever heard it may stop it.
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    /// Taken and ignored: a terminal that closes does not end the daemon.
    _hangup: Signal,
}

impl Signals {
    pub(crate) fn take() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            _hangup: signal(SignalKind::hangup())?,
        })
    }

    /// Returns when one to end comes.
    async fn received(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => info!("interrupted"),
            _ = self.terminate.recv() => info!("terminated"),
        }
    }
}

async fn wait_for_stop(daemon: &Daemon, signals: &mut Signals) {
    tokio::select! {
        () = signals.received() => info!("stopping"),
        () = daemon.watchdog.fired() => info!("stopping: no request came for the time of --timeout-secs"),
    }
}
