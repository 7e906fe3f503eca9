//! Ways in for the fuzzer: what a file or a client can bring, without the
//! process around it. Only there with the feature `fuzzing`.

use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use kmd_core::Kmd;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;

use crate::config::Config;
use crate::connection;
use crate::error::StartError;
use crate::http::{Cors, Daemon};
use crate::metrics::Door;
use crate::token::ApiToken;
use crate::workers::Seat;

/// One for all, since starting threads takes most of the time otherwise.
#[allow(clippy::expect_used, reason = "the fuzzer looks for panics")]
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime")
});

/// Reads a configuration as from a file.
///
/// # Errors
/// As at a start.
pub fn configuration(text: &str) -> Result<(), StartError> {
    Config::of_text(text, Path::new("/data")).map(drop)
}

/// What a daemon answers to all that a client sends before it closes its side.
///
/// # Panics
/// When the daemon does not answer in a minute, or was given a token that is none.
#[allow(clippy::expect_used, reason = "the fuzzer looks for panics")]
pub fn answer(kmd: Kmd, token: &str, sent: &[u8]) -> Vec<u8> {
    let config = Config::of_text("{}", Path::new("/data")).ok();
    let config = config.expect("the default configuration is valid");
    let exchange = async {
        let token = ApiToken::parse(token.as_bytes()).expect("a token");
        let cors = Cors {
            allowed_origins: vec!["http://localhost".to_owned()],
            allow_private_network: true,
        };
        let daemon = Daemon::detached(kmd, token, cors, config.limits);
        let (client, stream) = UnixStream::pair().expect("a pair of sockets");
        let (_stop, stopping) = watch::channel(false);
        let seat = Seat::of(&Arc::default());
        let serving = tokio::spawn(async move { connection::serve(stream, Door::Unix, daemon, stopping, seat).await });
        let (mut answers, mut requests) = client.into_split();
        let send = async {
            // The daemon may have had enough before all is sent.
            let _ = requests.write_all(sent).await;
            drop(requests);
        };
        let mut answer = Vec::new();
        let (_, _) = tokio::join!(send, answers.read_to_end(&mut answer));
        serving.await.expect("a connection panicked");
        answer
    };
    RUNTIME
        .block_on(async { tokio::time::timeout(Duration::from_secs(60), exchange).await })
        .expect("the daemon went silent")
}
