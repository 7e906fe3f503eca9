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
    Endpoint(&'static Endpoint),
    NotFound,
    NotAllowed,
}

/// Finds the route of a request.
pub(crate) fn find(method: &str, path: &str) -> Route {
    if method == "OPTIONS" {
        return Route::Options;
    }
    let path = percent_decode_str(path).decode_utf8_lossy();
    if let Some(endpoint) = v1::ENDPOINTS
        .iter()
        .chain(&v2::ENDPOINTS)
        .find(|endpoint| endpoint.path == path && endpoint.method.as_str() == method)
    {
        return Route::Endpoint(endpoint);
    }
    match &*path {
        "/versions" => Route::Versions,
        "/swagger.json" => Route::Swagger,
        "/v2/openapi.json" => Route::OpenApi,
        path if path.starts_with("/v1") || !is_clean(path) => Route::NotFound,
        _ => Route::NotAllowed,
    }
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
            Route::Endpoint(endpoint) => format!("{} {}", endpoint.method.as_str(), endpoint.path),
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
            ("GET", "/v2/openapi.json", "openapi"),
            ("GET", "/v2", "405"),
            ("GET", "/v2x", "405"),
        ];
        for (method, path, route) in cases {
            assert_eq!(name(method, path), route, "{method} {path}");
        }
    }
}
