//! Requests by route: how they ended, and how long they took.

use std::time::Duration;

use super::value::{Counter, Histogram};
use crate::status::Status;

/// The method of a route that takes any.
pub(crate) const ANY_METHOD: &str = "any";
/// The route of all that is for none.
pub(crate) const UNKNOWN: &str = "unknown";

/// A route by its method and its path, as the source has them.
pub(crate) type RouteName = (&'static str, &'static str);

/// All routes. There are never more, whatever is asked for.
pub(crate) struct Requests(Vec<Route>);

/// What came through one route. Aligned so that threads which serve different
/// routes do not share a cache line.
#[derive(Default)]
#[repr(align(128))]
pub(crate) struct Route {
    method: &'static str,
    path: &'static str,
    statuses: [Counter; Status::ALL.len()],
    times: Histogram,
}

impl Requests {
    /// These routes and, last, the one for what is for none of them.
    pub(crate) fn of(routes: impl IntoIterator<Item = RouteName>) -> Self {
        let named = routes.into_iter().chain([(ANY_METHOD, UNKNOWN)]);
        let routes = named.map(|(method, path)| Route {
            method,
            path,
            ..Route::default()
        });
        Self(routes.collect())
    }

    /// A request ended.
    pub(crate) fn ended(&self, (method, path): RouteName, status: Status, time: Duration) {
        let is_named = |route: &&Route| route.path == path && (route.method == method || route.method == ANY_METHOD);
        if let Some(route) = self.0.iter().find(is_named).or(self.0.last()) {
            route.statuses[status as usize].add(1);
            route.times.observe(time);
        }
    }

    /// The routes that were asked for.
    pub(crate) fn asked_for(&self) -> impl Iterator<Item = &Route> {
        self.0.iter().filter(|route| route.counts().next().is_some())
    }
}

impl Route {
    pub(crate) fn method(&self) -> &'static str {
        self.method
    }

    pub(crate) fn path(&self) -> &'static str {
        self.path
    }

    /// The statuses that occurred, and how often.
    pub(crate) fn counts(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let counts = Status::ALL.iter().zip(&self.statuses);
        counts
            .map(|(status, count)| (status.digits(), count.value()))
            .filter(|(_, count)| *count > 0)
    }

    pub(crate) fn times(&self) -> &Histogram {
        &self.times
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_request_has_its_route() {
        let requests = Requests::of([("POST", "/a"), ("DELETE", "/a"), (ANY_METHOD, "/b")]);
        let ended = [
            (("POST", "/a"), Status::Ok),
            (("DELETE", "/a"), Status::BadRequest),
            (("DELETE", "/a"), Status::BadRequest),
            (("GET", "/b"), Status::ServiceUnavailable),
            (("GET", "/a"), Status::MethodNotAllowed),
            (("GET", "/c"), Status::NotFound),
        ];
        for (route, status) in ended {
            requests.ended(route, status, Duration::from_secs(1));
        }
        let counted: Vec<_> = requests
            .asked_for()
            .flat_map(|route| route.counts().map(move |count| (route.method(), route.path(), count)))
            .collect();
        let expected = [
            ("POST", "/a", ("200", 1)),
            ("DELETE", "/a", ("400", 2)),
            ("any", "/b", ("503", 1)),
            ("any", "unknown", ("404", 1)),
            ("any", "unknown", ("405", 1)),
        ];
        assert_eq!(counted, expected);
    }

    #[test]
    fn each_status_is_counted_by_its_own_number() {
        let requests = Requests::of([("POST", "/a")]);
        for status in Status::ALL {
            requests.ended(("POST", "/a"), *status, Duration::ZERO);
        }
        let counted = requests.0[0].counts().map(|(digits, count)| (digits.parse(), count));
        let expected = Status::ALL.iter().map(|status| (Ok(status.number()), 1));
        assert_eq!(counted.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
    }
}
