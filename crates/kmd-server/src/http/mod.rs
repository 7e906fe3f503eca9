//! From a request to its answer: route → token → watchdog → body → handler, in
//! the order of the reference.

mod cors;
#[cfg(test)]
mod document;
mod endpoint;
mod framing;
mod head;
mod reply;
mod route;
mod v1;
mod v2;

use std::sync::Arc;

use http::StatusCode;
use kmd_api::Encoding;
use kmd_core::Kmd;
use tokio::sync::Notify;
use tokio::time::Instant;
use tracing::info;

use crate::bridge::Bridge;
use crate::connection::{Body, Budget};
use crate::data_dir::ApiToken;
use crate::limits::Limits;
use crate::watchdog::Watchdog;
pub(crate) use cors::Cors;
pub(crate) use endpoint::Refusal;
use endpoint::{BodyLimit, Endpoint, Failure, Performed, Place};
pub(crate) use framing::{Chunks, Framing, Progress};
pub(crate) use head::{Asked, Parsed, Version, parse};
pub(crate) use reply::Reply;
use route::Route;

/// What all connections share.
pub(crate) struct Daemon {
    pub(crate) kmd: Kmd,
    pub(crate) token: ApiToken,
    pub(crate) cors: Cors,
    pub(crate) limits: Limits,
    /// For large bodies, of all connections together.
    pub(crate) body_budget: Budget,
    pub(crate) watchdog: Watchdog,
    pub(crate) bridge: Bridge,
    /// Told when a session may have been opened.
    pub(crate) sessions_changed: Notify,
}

/// A request to an endpoint, whose token is right.
pub(crate) struct Admitted {
    endpoint: &'static Endpoint,
    /// The wallet that the path names.
    wallet: Option<String>,
    started: Instant,
}

impl Admitted {
    /// How large its body may be, in bytes.
    pub(crate) fn body_limit(&self, limits: &Limits) -> usize {
        match self.endpoint.body {
            BodyLimit::Single => limits.body,
            BodyLimit::Batch => limits.batch_body,
        }
    }
}

/// Answers what is answered without a body, and admits everything else.
pub(crate) fn before_body(daemon: &Daemon, asked: &Asked) -> Result<Admitted, Reply> {
    let started = Instant::now();
    let wishes = &asked.wishes;
    let (name, reply) = match &asked.route {
        Route::Options => ("options", wishes.decorate_options(Reply::empty(StatusCode::OK))),
        Route::Versions => ("/versions", wishes.decorate(v1::versions(asked.accepts))),
        Route::Swagger => ("/swagger.json", wishes.decorate(v1::swagger())),
        Route::OpenApi => ("/v2/openapi.json", wishes.decorate(v2::openapi())),
        Route::Endpoint(endpoint, wallet) => {
            let request = Admitted {
                endpoint,
                wallet: wallet.clone(),
                started,
            };
            if !asked.token {
                return Err(refuse(asked, request, Refusal::Token));
            }
            daemon.watchdog.restart();
            return Ok(request);
        }
        Route::NotFound => ("unknown", Reply::not_found()),
        Route::NotAllowed => ("unknown", Reply::empty(StatusCode::METHOD_NOT_ALLOWED)),
    };
    log(asked.method, name, reply.status, started, None, None);
    Err(reply)
}

/// Answers a request whose body is refused.
pub(crate) fn refuse(asked: &Asked, request: Admitted, refusal: Refusal) -> Reply {
    let Admitted { endpoint, started, .. } = request;
    let reply = endpoint.failure(asked.accepts, &Failure::Request(refusal));
    let cause = refusal.to_string();
    log(asked.method, endpoint.path, reply.status, started, None, Some(&cause));
    asked.wishes.decorate(reply)
}

/// Does what a request asks for, and answers it.
pub(crate) async fn answer(daemon: &Arc<Daemon>, asked: &Asked, request: Admitted, body: Body) -> Reply {
    // As the request was written, or as it asks where it has no body.
    let encoding = if body.is_empty() {
        asked.accepts
    } else {
        Encoding::of_body(&body)
    };
    asked
        .wishes
        .decorate(perform(daemon, asked.method, request, encoding, body).await)
}

async fn perform(
    daemon: &Arc<Daemon>,
    method: &'static str,
    request: Admitted,
    encoding: Encoding,
    body: Body,
) -> Reply {
    let Admitted {
        endpoint,
        wallet,
        started,
    } = request;
    if let Place::Inline = endpoint.place
        && let Some(performed) = endpoint.perform_at_once(&daemon.kmd, wallet.as_deref(), encoding, &body)
    {
        return finish(endpoint, method, started, performed);
    }
    let work = {
        let daemon = Arc::clone(daemon);
        // Logging and telling of new sessions are part of the work, so that they
        // happen also where the client has hung up meanwhile.
        move || {
            let performed = endpoint.perform(&daemon.kmd, wallet.as_deref(), encoding, &body);
            if endpoint.moves_deadlines() {
                daemon.sessions_changed.notify_one();
            }
            finish(endpoint, method, started, performed)
        }
    };
    let reply = daemon.bridge.blocking(work).await;
    reply.unwrap_or_else(|_| endpoint.failure(encoding, &Failure::Request(Refusal::Internal)))
}

fn finish(endpoint: &Endpoint, method: &'static str, started: Instant, performed: Performed) -> Reply {
    let Performed { reply, wallet, cause } = performed;
    log(method, endpoint.path, reply.status, started, wallet, cause.as_deref());
    reply
}

/// One line a request: never a body, a token, a secret, or a path that matched
/// nothing (a token may have strayed into it).
fn log(
    method: &'static str,
    route: &str,
    status: StatusCode,
    started: Instant,
    wallet: Option<kmd_wallet::WalletId>,
    cause: Option<&str>,
) {
    let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    info!(
        method,
        route,
        status = status.as_u16(),
        micros,
        wallet = wallet.as_ref().map(kmd_wallet::WalletId::as_str),
        cause,
        "request"
    );
}
