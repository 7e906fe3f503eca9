//! Which endpoint a request is for.
//!
//! The quirks are the reference's router's: `/versions` and `/swagger.json`
//! answer any method, a path under `/v1` that matches nothing is 404 also for a
//! wrong method, and any other path is 405, since OPTIONS would match it.

use percent_encoding::percent_decode_str;

use super::endpoint::Endpoint;
use super::{v1, v2};

/// Where a request goes.
pub(crate) enum Route {
    Options,
    Versions,
    Swagger,
    OpenApi,
    /// An endpoint, and the wallet that the path names, if it names one.
    Endpoint(&'static Endpoint, Option<String>),
    NotFound,
    NotAllowed,
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
        _ => Route::NotAllowed,
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
        ];
        for (method, path, route) in cases {
            assert_eq!(name(method, path), route, "{method} {path}");
        }
    }
}
