//! Which endpoint a request is for.
//!
//! The quirks are the reference's router's: `/versions` and `/swagger.json`
//! answer any method, a path under `/v1` that matches nothing is 404 also for a
//! wrong method, and any other path is 405, since OPTIONS would match it.

use percent_encoding::percent_decode_str;

use super::endpoint::Endpoint;
use super::{observe, v1, v2};
use crate::metrics::{ANY_METHOD, RouteName, UNKNOWN};

/// Where a request goes.
pub(crate) enum Route {
    Options,
    Versions,
    Swagger,
    OpenApi,
    Health,
    Ready,
    Metrics,
    /// An endpoint, and the wallet that the path names, if it names one.
    Endpoint(&'static Endpoint, Option<String>),
    NotFound,
    NotAllowed,
}

impl Route {
    /// What it is called where requests are logged and counted: never by what
    /// was asked for, a token may have strayed into that.
    pub(crate) fn name(&self) -> RouteName {
        match self {
            Self::Options => OPTIONS,
            Self::Versions => VERSIONS,
            Self::Swagger => SWAGGER,
            Self::OpenApi => OPENAPI,
            Self::Health => (ANY_METHOD, observe::HEALTH),
            Self::Ready => (ANY_METHOD, observe::READY),
            Self::Metrics => (ANY_METHOD, observe::METRICS),
            Self::Endpoint(endpoint, _) => endpoint.name(),
            Self::NotFound | Self::NotAllowed => (ANY_METHOD, UNKNOWN),
        }
    }
}

const OPTIONS: RouteName = (ANY_METHOD, "options");
const VERSIONS: RouteName = (ANY_METHOD, "/versions");
const SWAGGER: RouteName = (ANY_METHOD, "/swagger.json");
const OPENAPI: RouteName = (ANY_METHOD, "/v2/openapi.json");

/// The names of all routes but the unknown; those that are asked for most
/// often come first.
pub(crate) fn names() -> impl Iterator<Item = RouteName> {
    let apart = [Route::Options, Route::Versions, Route::Swagger, Route::OpenApi];
    let observed = [Route::Health, Route::Ready, Route::Metrics];
    let endpoints = v1::ENDPOINTS.iter().chain(&v2::ENDPOINTS).map(Endpoint::name);
    endpoints.chain(apart.into_iter().chain(observed).map(|route| route.name()))
}

/// Finds the route of a request that came where there is health, readiness and
/// metrics alone.
pub(crate) fn find_observed(method: &str, path: &str) -> Route {
    observed(method, path).unwrap_or(Route::NotFound)
}

fn observed(method: &str, path: &str) -> Option<Route> {
    observe::METHODS.contains(&method).then_some(())?;
    match path {
        observe::HEALTH => Some(Route::Health),
        observe::READY => Some(Route::Ready),
        observe::METRICS => Some(Route::Metrics),
        _ => None,
    }
}

/// Finds the route of a request.
pub(crate) fn find(method: &str, path: &str) -> Route {
    if method == "OPTIONS" {
        return Route::Options;
    }
    let written = path;
    let path = percent_decode_str(path).decode_utf8_lossy();
    let endpoints = v1::ENDPOINTS.iter().chain(&v2::ENDPOINTS);
    for endpoint in endpoints.filter(|endpoint| endpoint.method.as_str() == method) {
        if endpoint.path == path {
            return Route::Endpoint(endpoint, None);
        }
        if let Some(id) = wallet_in(endpoint.path, written) {
            return Route::Endpoint(endpoint, Some(id));
        }
    }
    match &*path {
        "/versions" => Route::Versions,
        "/swagger.json" => Route::Swagger,
        "/v2/openapi.json" => Route::OpenApi,
        path if path.starts_with("/v1") || !is_clean(path) => Route::NotFound,
        path => observed(method, path).unwrap_or(Route::NotAllowed),
    }
}

/// What stands in a path for the `{id}` of an endpoint's. Taken apart before it
/// is decoded, since an id may hold a slash.
fn wallet_in(endpoint: &str, path: &str) -> Option<String> {
    let (before, after) = endpoint.split_once("{id}")?;
    let id = path.strip_prefix(before)?.strip_suffix(after)?;
    let id = (!id.is_empty() && !id.contains('/')).then(|| percent_decode_str(id).decode_utf8().ok())?;
    id.map(Into::into)
}

/// Whether no part of the path is empty or dots. The reference redirects the
/// others, which for a POST loses the body; here they are not found.
fn is_clean(path: &str) -> bool {
    path == "/" || path.split('/').skip(1).all(|part| !matches!(part, "" | "." | ".."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes() {
        let name = |method: &str, path: &str| match find(method, path) {
            Route::Options => "options".to_owned(),
            Route::Versions => "versions".to_owned(),
            Route::Swagger => "swagger".to_owned(),
            Route::Endpoint(endpoint, id) => {
                let id = id.map(|id| format!(" {id}")).unwrap_or_default();
                format!("{} {}{id}", endpoint.method.as_str(), endpoint.path)
            }
            Route::OpenApi => "openapi".to_owned(),
            Route::Health => "health".to_owned(),
            Route::Ready => "ready".to_owned(),
            Route::Metrics => "metrics".to_owned(),
            Route::NotFound => "404".to_owned(),
            Route::NotAllowed => "405".to_owned(),
        };
        let cases = [
            ("GET", "/v1/wallets", "GET /v1/wallets"),
            ("GET", "/v1/wallet%73", "GET /v1/wallets"),
            ("DELETE", "/v1/key", "DELETE /v1/key"),
            ("POST", "/v1/key", "POST /v1/key"),
            ("POST", "/versions", "versions"),
            ("BREW", "/swagger.json", "swagger"),
            ("OPTIONS", "/anything", "options"),
            ("GET", "/v1/wallets/", "404"),
            ("POST", "/v1/wallets", "404"),
            ("GET", "/v1", "404"),
            ("HEAD", "/v1/wallets", "404"),
            ("GET", "/", "405"),
            ("GET", "/V1/wallets", "405"),
            ("GET", "//v1/wallets", "404"),
            ("GET", "/v1/../v1/wallets", "404"),
            ("POST", "/v2/transactions/sign", "POST /v2/transactions/sign"),
            ("GET", "/v2/transactions/sign", "405"),
            (
                "POST",
                "/v2/wallets/00ff/password",
                "POST /v2/wallets/{id}/password 00ff",
            ),
            (
                "POST",
                "/v2/wallets/a%2Fb%20c/password",
                "POST /v2/wallets/{id}/password a/b c",
            ),
            (
                "POST",
                "/v2/wallets/%2E%2E/password",
                "POST /v2/wallets/{id}/password ..",
            ),
            ("POST", "/v2/wallets/%ff/password", "405"),
            ("POST", "/v2/wallets//password", "404"),
            ("POST", "/v2/wallets/a/b/password", "405"),
            ("POST", "/v2/wallets/00ff/password/", "404"),
            ("GET", "/v2/wallets/00ff/password", "405"),
            ("GET", "/v2/openapi.json", "openapi"),
            ("GET", "/v2", "405"),
            ("GET", "/v2x", "405"),
            ("GET", "/health", "health"),
            ("HEAD", "/ready", "ready"),
            ("GET", "/metrics", "metrics"),
            ("POST", "/metrics", "405"),
            ("DELETE", "/ready", "405"),
            ("GET", "/metrics/", "404"),
            ("GET", "/Health", "405"),
        ];
        for (method, path, route) in cases {
            assert_eq!(name(method, path), route, "{method} {path}");
        }
    }

    #[test]
    fn where_metrics_are_there_is_nothing_else() {
        let cases = [
            ("GET", "/health", true),
            ("GET", "/ready", true),
            ("HEAD", "/metrics", true),
            ("POST", "/metrics", false),
            ("OPTIONS", "/metrics", false),
            ("GET", "/versions", false),
            ("GET", "/v1/wallets", false),
            ("POST", "/v1/wallet/init", false),
        ];
        for (method, path, there) in cases {
            let found = !matches!(find_observed(method, path), Route::NotFound);
            assert_eq!(found, there, "{method} {path}");
        }
    }
}
