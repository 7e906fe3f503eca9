//! Health, readiness and metrics: what those ask who watch over kmd.
//!
//! They are answered without CORS headers, so that no web page can read them,
//! and do not restart the idle watchdog.

use std::sync::Arc;

use kmd_api::{Encoding, Readiness};

use super::Daemon;
use super::endpoint::{Failure, Refusal};
use super::reply::Reply;
use super::v2;
use crate::metrics::{self, Levels};
use crate::status::Status;

/// Paths, and the methods they answer.
pub(crate) const HEALTH: &str = "/health";
pub(crate) const READY: &str = "/ready";
pub(crate) const METRICS: &str = "/metrics";
pub(crate) const METHODS: [&str; 2] = ["GET", "HEAD"];

/// Answers at once: that there is an answer is what counts.
pub(crate) fn health() -> Reply {
    Reply::encoded(Encoding::Json, Status::Ok, "{\"alive\":true}\n")
}

/// Whether kmd can do its work.
pub(crate) async fn ready(daemon: &Daemon) -> Reply {
    let obstacles = daemon.readiness.obstacles().await;
    let body = Readiness {
        ready: obstacles.is_empty(),
        reasons: obstacles.iter().map(ToString::to_string).collect(),
    };
    let status = if body.ready {
        Status::Ok
    } else {
        Status::ServiceUnavailable
    };
    Reply::status_body(Encoding::Json, status, &body)
}

/// All metrics.
pub(crate) async fn metrics(daemon: &Arc<Daemon>) -> Reply {
    let ready = daemon.readiness.obstacles().await.is_empty();
    let writing = Arc::clone(daemon);
    // Counting handles takes their lock, and the rest takes files of the system.
    let page = daemon.bridge.blocking(move || {
        let levels = Levels {
            ready,
            sessions: writing.kmd.open_handles(),
            wallets: writing.kmd.open_wallets(),
            kdf: writing.kdf.load(),
            memory: kmd_memory::usage(),
        };
        metrics::page(&writing.metrics, &levels)
    });
    match page.await {
        Ok(page) => {
            let mut reply = Reply::empty(Status::Ok);
            reply.media_type = Some(metrics::MEDIA_TYPE);
            reply.body = page.into();
            reply
        }
        Err(_) => refused(Refusal::Internal),
    }
}

/// Refuses, with what to do.
pub(crate) fn refused(refusal: Refusal) -> Reply {
    v2::failure(Encoding::Json, &Failure::Request(refusal))
}
