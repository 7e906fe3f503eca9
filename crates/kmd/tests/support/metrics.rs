//! A page of metrics, read.

use super::{
    TOKEN,
    daemon::Daemon,
    http::{Connection, Request},
};
use std::collections::BTreeMap;

/// The samples of a page by how they are named: `name{label="value"}`.
pub struct Page {
    pub text: String,
    samples: BTreeMap<String, f64>,
}

/// A page from the daemon, for its token.
pub fn scrape(daemon: &Daemon) -> Page {
    let request = Request::new("GET", "/metrics").header("X-KMD-API-Token", TOKEN);
    Page::by(&mut daemon.tcp(), &request)
}

impl Page {
    pub fn by(connection: &mut Connection, request: &Request) -> Self {
        let reply = connection.send(request);
        assert_eq!(reply.status, 200, "{}", reply.text());
        let media_type = "text/plain; version=0.0.4; charset=utf-8";
        assert_eq!(reply.header("Content-Type"), Some(media_type));
        let text = reply.text();
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let samples = lines.map(|line| {
            let (name, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("a sample: {line}"));
            (
                name.to_owned(),
                value.parse().unwrap_or_else(|_| panic!("a number: {line}")),
            )
        });
        let samples: BTreeMap<_, _> = samples.collect();
        Self { samples, text }
    }

    pub fn value(&self, name: &str) -> f64 {
        self.find(name).unwrap_or_else(|| panic!("no {name} in\n{}", self.text))
    }

    pub fn find(&self, name: &str) -> Option<f64> {
        self.samples.get(name).copied()
    }

    pub fn samples(&self) -> impl Iterator<Item = (&str, f64)> {
        self.samples.iter().map(|(name, value)| (name.as_str(), *value))
    }
}
