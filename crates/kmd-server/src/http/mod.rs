//! From a request to its answer: route → token → watchdog → body → handler, in
//! the order of the reference.

mod cors;
#[cfg(test)]
mod document;
mod endpoint;
mod framing;
mod head;
mod observe;
mod reply;
mod route;
mod v1;
mod v2;

use std::sync::Arc;
use std::time::Duration;

use kmd_api::Encoding;
use kmd_core::Kmd;
use kmd_crypto::PasswordKdf;
use kmd_wallet::WalletId;
use tokio::sync::Notify;
use tokio::time::Instant;
use tracing::info;

use crate::bridge::{self, Bridge};
use crate::connection::{Body, Budget};
use crate::limits::Limits;
use crate::metrics::{ANY_METHOD, Ended, Metrics, RouteName, UNKNOWN};
use crate::readiness::Readiness;
use crate::status::Status;
use crate::token::TokenFile;
use crate::watchdog::Watchdog;
pub(crate) use cors::Cors;
use endpoint::{Endpoint, Performed, Place};
pub(crate) use endpoint::{LargestBody, Refusal};
pub(crate) use framing::{Chunks, Framing, Progress};
pub(crate) use head::{Asked, Parsed, Version, parse};
pub(crate) use reply::Reply;
use route::Route;

/// What all connections share.
pub(crate) struct Daemon {
    pub(crate) kmd: Kmd,
    pub(crate) token: Arc<TokenFile>,
    pub(crate) cors: Cors,
    pub(crate) limits: Limits,
    /// For large bodies, of all connections together.
    pub(crate) body_budget: Budget,
    pub(crate) watchdog: Watchdog,
    pub(crate) bridge: Bridge,
    pub(crate) readiness: Readiness,
    pub(crate) metrics: Arc<Metrics>,
    /// Looked at for its load.
    pub(crate) kdf: Arc<PasswordKdf>,
    /// Told when a session may have been opened.
    pub(crate) sessions_changed: Notify,
}

#[cfg(any(test, feature = "fuzzing"))]
impl Daemon {
    /// A daemon without a process around it: it has no data directory, and its
    /// KDF works for nobody.
    pub(crate) fn detached(kmd: Kmd, token: crate::token::ApiToken, cors: Cors, limits: Limits) -> Arc<Self> {
        use kmd_crypto::{KdfFloor, KdfLimits, PasswordKdfSettings};
        let one = std::num::NonZeroUsize::MIN;
        let nowhere = std::path::Path::new("/nowhere");
        let bridge = Bridge::new(tokio::runtime::Handle::current());
        Arc::new(Self {
            kmd,
            token: Arc::new(TokenFile::new(nowhere.into(), token, Arc::new(crate::random::OsRandom))),
            cors,
            body_budget: Budget::new(limits.buffered_bodies),
            limits,
            watchdog: Watchdog::new(None),
            readiness: Readiness::new(bridge.clone(), nowhere, nowhere.join("wallets")),
            bridge,
            metrics: Arc::new(Metrics::new(route_names(), error_kinds())),
            kdf: Arc::new(PasswordKdf::new(PasswordKdfSettings {
                limits: KdfLimits::default(),
                floor: KdfFloor::NONE,
                parallel: one,
                queue: 0,
                threads: one,
            })),
            sessions_changed: Notify::new(),
        })
    }
}

/// A request to an endpoint, whose token is right.
pub(crate) struct Admitted {
    endpoint: &'static Endpoint,
    /// The wallet that the path names.
    wallet: Option<String>,
    begun: Begun,
}

impl Admitted {
    /// How large its body may be.
    pub(crate) fn largest_body(&self, limits: &Limits) -> LargestBody {
        self.endpoint.body.within(limits)
    }
}

/// The names of all routes, for those who count.
pub(crate) fn route_names() -> impl Iterator<Item = RouteName> {
    route::names()
}

/// All kinds of failures, for those who count.
pub(crate) fn error_kinds() -> impl Iterator<Item = &'static str> {
    v2::CODES.iter().copied()
}

/// Answers what is answered without a body, and admits everything else.
pub(crate) async fn before_body(daemon: &Arc<Daemon>, asked: &Asked) -> Result<Admitted, Reply> {
    let begun = Begun {
        method: asked.method,
        route: asked.route.name(),
        at: Instant::now(),
    };
    if let Route::Endpoint(endpoint, wallet) = &asked.route {
        let request = Admitted {
            endpoint,
            wallet: wallet.clone(),
            begun,
        };
        if !asked.token {
            return Err(refuse(daemon, asked, request, Refusal::Token));
        }
        daemon.watchdog.restart();
        return Ok(request);
    }
    let performed = apart(daemon, asked).await;
    Err(begun.ended(daemon, performed))
}

/// Answers what is no endpoint.
async fn apart(daemon: &Arc<Daemon>, asked: &Asked) -> Performed {
    let wishes = &asked.wishes;
    Performed::answered(match &asked.route {
        Route::Options => wishes.decorate_options(Reply::empty(Status::Ok)),
        Route::Versions => wishes.decorate(v1::versions(asked.accepts)),
        Route::Swagger => wishes.decorate(v1::swagger()),
        Route::OpenApi => wishes.decorate(v2::openapi()),
        Route::Health => observe::health(),
        Route::Ready => observe::ready(daemon).await,
        Route::Metrics if !asked.token => {
            let refusal = Refusal::Token;
            return Performed::refused(observe::refused(refusal), refusal);
        }
        Route::Metrics => observe::metrics(daemon).await,
        Route::NotFound => Reply::not_found(),
        Route::NotAllowed | Route::Endpoint(..) => Reply::empty(Status::MethodNotAllowed),
    })
}

/// Answers a request whose body is refused.
pub(crate) fn refuse(daemon: &Daemon, asked: &Asked, request: Admitted, refusal: Refusal) -> Reply {
    let Admitted { endpoint, begun, .. } = request;
    let performed = endpoint.refuse(asked.accepts, refusal);
    asked.wishes.decorate(begun.ended(daemon, performed))
}

/// Counts a request whose head is refused: it is for no route, and nothing of
/// it is fit for the log.
pub(crate) fn count_refused_head(daemon: &Daemon, status: Status) {
    daemon.metrics.ended(Ended {
        route: (ANY_METHOD, UNKNOWN),
        status,
        time: Duration::ZERO,
        signatures: 0,
        error: None,
    });
}

/// Does what a request asks for, and answers it.
pub(crate) async fn answer(daemon: &Arc<Daemon>, asked: &Asked, request: Admitted, body: Body) -> Reply {
    // As the request was written, or as it asks where it has no body.
    let encoding = if body.is_empty() {
        asked.accepts
    } else {
        Encoding::of_body(&body)
    };
    let performed = perform(daemon, request, encoding, body).await;
    asked.wishes.decorate(performed)
}

async fn perform(daemon: &Arc<Daemon>, request: Admitted, encoding: Encoding, body: Body) -> Reply {
    let Admitted {
        endpoint,
        wallet,
        begun,
    } = request;
    let panicked = |_| endpoint.refuse(encoding, Refusal::Internal);
    if let Place::Inline = endpoint.place {
        let work = || endpoint.perform_at_once(&daemon.kmd, wallet.as_deref(), encoding, &body);
        let performed = bridge::at_once(work).unwrap_or_else(|error| Some(panicked(error)));
        if let Some(performed) = performed {
            return begun.ended(daemon, performed);
        }
    }
    let work = {
        let daemon = Arc::clone(daemon);
        // Logging, counting and telling of new sessions are part of the work, so
        // that they happen also where the client has hung up meanwhile.
        move || {
            let performed = endpoint.perform(&daemon.kmd, wallet.as_deref(), encoding, &body);
            if endpoint.moves_deadlines() {
                daemon.sessions_changed.notify_one();
            }
            begun.ended(&daemon, performed)
        }
    };
    let reply = daemon.bridge.blocking(work).await;
    reply.unwrap_or_else(|error| begun.ended(daemon, panicked(error)))
}

/// A request as it came, for those who log and count.
#[derive(Clone, Copy)]
struct Begun {
    method: &'static str,
    route: RouteName,
    at: Instant,
}

impl Begun {
    /// Counts it, and writes its line: never a body, a token, a secret, or a
    /// path that matched nothing (a token may have strayed into it). Gives what
    /// it is answered with.
    fn ended(self, daemon: &Daemon, performed: Performed) -> Reply {
        let Performed {
            reply,
            wallet,
            signatures,
            failed,
        } = performed;
        let time = self.at.elapsed();
        daemon.metrics.ended(Ended {
            route: self.route,
            status: reply.status,
            time,
            signatures,
            error: failed.as_ref().map(|failed| failed.kind),
        });
        info!(
            method = self.method,
            route = self.route.1,
            status = reply.status.number(),
            micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX),
            wallet = wallet.as_ref().map(WalletId::as_str),
            file = failed.as_ref().and_then(|failed| failed.file.as_deref()),
            cause = failed.as_ref().map(|failed| failed.cause.as_str()),
            "request"
        );
        reply
    }
}
