//! From a request to its answer: private-network header → CORS → token →
//! watchdog → handler, in the order of the reference.

mod body;
mod cors;
#[cfg(test)]
mod document;
mod endpoint;
mod reply;
mod route;
mod v1;
mod v2;

use std::convert::Infallible;
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::{Request, Response, StatusCode};
use kmd_core::Kmd;
use tokio::sync::Notify;
use tokio::time::Instant;
use tracing::info;

use crate::bridge;
use crate::connection::Activity;
use crate::data_dir::ApiToken;
use crate::limits::Limits;
use crate::watchdog::Watchdog;
use body::ReplyBody;
pub(crate) use cors::Cors;
use endpoint::{Endpoint, Failure, Performed, Place, Refusal};
use reply::Reply;
use route::Route;

/// What all connections share.
pub(crate) struct Daemon {
    pub(crate) kmd: Kmd,
    pub(crate) token: ApiToken,
    pub(crate) cors: Cors,
    pub(crate) limits: Limits,
    pub(crate) watchdog: Watchdog,
    /// Told when a session may have been opened.
    pub(crate) sessions_changed: Notify,
}

/// Answers a request.
pub(crate) async fn handle(
    daemon: Arc<Daemon>,
    activity: Activity,
    request: Request<Incoming>,
) -> Result<Response<ReplyBody>, Infallible> {
    activity.body();
    let reply = answer(&daemon, &activity, request).await;
    activity.idle();
    Ok(reply.into_response())
}

async fn answer(daemon: &Arc<Daemon>, activity: &Activity, request: Request<Incoming>) -> Reply {
    let started = Instant::now();
    let (head, body) = request.into_parts();
    let (name, reply) = match route::find(&head.method, head.uri.path()) {
        Route::Options => (
            "options",
            daemon
                .cors
                .decorate_options(&head.headers, Reply::empty(StatusCode::OK)),
        ),
        Route::Versions => (
            "/versions",
            daemon.cors.decorate(&head.headers, v1::versions(&head.headers)),
        ),
        Route::Swagger => ("/swagger.json", daemon.cors.decorate(&head.headers, v1::swagger())),
        Route::OpenApi => ("/v2/openapi.json", daemon.cors.decorate(&head.headers, v2::openapi())),
        Route::Endpoint(endpoint, wallet) => {
            let reply = answer_endpoint(daemon, activity, endpoint, wallet, &head, body, started).await;
            return daemon.cors.decorate(&head.headers, reply);
        }
        Route::NotFound => ("unknown", Reply::not_found()),
        Route::NotAllowed => ("unknown", Reply::empty(StatusCode::METHOD_NOT_ALLOWED)),
    };
    log(&head.method, name, reply.status(), started, None, None);
    reply
}

async fn answer_endpoint(
    daemon: &Arc<Daemon>,
    activity: &Activity,
    endpoint: &'static Endpoint,
    wallet: Option<String>,
    head: &http::request::Parts,
    body: Incoming,
    started: Instant,
) -> Reply {
    let refuse = |refusal: Refusal| {
        let failure = Failure::Request(refusal);
        let reply = endpoint.failure(body::accepted_encoding(&head.headers), &failure);
        log(
            &head.method,
            endpoint.path,
            reply.status(),
            started,
            None,
            Some(&refusal.to_string()),
        );
        reply
    };
    let shown = head.headers.get(kmd_api::TOKEN_HEADER);
    if !shown.is_some_and(|token| daemon.token.matches(token.as_bytes())) {
        return refuse(Refusal::Token);
    }
    daemon.watchdog.restart();
    let body = match body::read(body, &daemon.limits, endpoint.body).await {
        Ok(body) => body,
        Err(refusal) => return refuse(refusal).closing(),
    };
    activity.busy();
    let encoding = body::encoding(&head.headers, &body);
    if let Place::Inline = endpoint.place
        && let Some(performed) = endpoint.perform_at_once(&daemon.kmd, encoding, &body)
    {
        return finish(endpoint, &head.method, started, performed);
    }
    let work = {
        let daemon = Arc::clone(daemon);
        let method = head.method.clone();
        // Logging and telling of new sessions are part of the work, so that they
        // happen also where the client has hung up meanwhile.
        move || {
            let performed = endpoint.perform(&daemon.kmd, wallet.as_deref(), encoding, &body);
            daemon.sessions_changed.notify_one();
            finish(endpoint, &method, started, performed)
        }
    };
    let reply = bridge::blocking(work).await;
    reply.unwrap_or_else(|_| endpoint.failure(encoding, &Failure::Request(Refusal::Internal)))
}

fn finish(endpoint: &Endpoint, method: &http::Method, started: Instant, performed: Performed) -> Reply {
    let Performed { reply, wallet, cause } = performed;
    log(method, endpoint.path, reply.status(), started, wallet, cause.as_deref());
    reply
}

/// One line a request: never a body, a token, a secret, or a path that matched
/// nothing (a token may have strayed into it).
fn log(
    method: &http::Method,
    route: &str,
    status: StatusCode,
    started: Instant,
    wallet: Option<kmd_wallet::WalletId>,
    cause: Option<&str>,
) {
    let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    let method = if method.as_str().len() <= 8 {
        method.as_str()
    } else {
        "other"
    };
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
