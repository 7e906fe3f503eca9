//! Ways in for the fuzzer: what a file or a client can bring, without the
//! process around it. Only there with the feature `fuzzing`.

use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use kmd_core::Kmd;
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Notify, watch};

use crate::config::Config;
use crate::connection;
use crate::data_dir::ApiToken;
use crate::error::StartError;
use crate::http::{Cors, Daemon};
use crate::watchdog::Watchdog;

/// Enough for what is sent and answered, so that nobody waits for room.
const ROOM: usize = 1 << 20;

/// One for all, since starting threads takes most of the time otherwise.
#[allow(clippy::expect_used, reason = "the fuzzer looks for panics")]
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let runtime = Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime")
});

/// Reads a configuration as from a file.
///
/// # Errors
/// As at a start.
pub fn configure(text: &str) -> Result<(), StartError> {
    Config::read(text, Path::new("/data"), Path::new("/data/kmd_config.json")).map(drop)
}

/// What a daemon answers to all that a client sends before it closes its side.
///
/// # Panics
/// When the daemon does not answer in a minute, or was given a token that is none.
#[allow(clippy::expect_used, reason = "the fuzzer looks for panics")]
pub fn answer(kmd: Kmd, token: &str, sent: &[u8]) -> Vec<u8> {
    let config = Config::read("{}", Path::new("/data"), Path::new("")).ok();
    let config = config.expect("the default configuration is valid");
    let daemon = Arc::new(Daemon {
        kmd,
        token: ApiToken::parse(token.as_bytes()).expect("a token"),
        cors: Cors {
            allowed_origins: vec!["http://localhost".to_owned()],
            allow_private_network: true,
        },
        limits: config.limits,
        watchdog: Watchdog::new(None),
        sessions_changed: Notify::new(),
    });
    let exchange = async {
        let (mut client, stream) = duplex(ROOM);
        let (_stop, stopping) = watch::channel(false);
        let serving = tokio::spawn(connection::serve(stream, daemon, stopping));
        let mut answer = Vec::new();
        client.write_all(&sent[..sent.len().min(ROOM)]).await.ok();
        client.shutdown().await.ok();
        client.read_to_end(&mut answer).await.ok();
        serving.await.expect("a connection panicked");
        answer
    };
    RUNTIME
        .block_on(async { tokio::time::timeout(Duration::from_secs(60), exchange).await })
        .expect("the daemon went silent")
}
