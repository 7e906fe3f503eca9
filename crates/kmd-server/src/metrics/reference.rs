//! The page `docs/reference/metrics.md`, which is made from a page of metrics.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use kmd_crypto::KdfLoad;

use super::{Ended, Levels, Metrics, page};
use crate::status::Status;

const HEAD: &str = "\
# Metrics

<!-- Made by a test of kmd-server, crates/kmd-server/src/metrics/reference.rs, from families.rs beside it. -->

What `GET /metrics` tells, in the text format of Prometheus; [operation](../operation.md#health-readiness-metrics) says \
how to get at it. The values of labels come from fixed lists: no name, address, id or path that was asked for is among them. \
Routes appear once they were asked for, and so do their statuses.

| metric | kind | labels | meaning |
|---|---|---|---|
";

/// The lines that describe a metric: its name, kind and meaning.
fn described(text: &str) -> Vec<(String, String, String)> {
    let words = |line: &str, start: &str| {
        let (name, rest) = line.strip_prefix(start)?.split_once(' ')?;
        Some((name.to_owned(), rest.to_owned()))
    };
    let helps = text.lines().filter_map(|line| words(line, "# HELP "));
    let types = text.lines().filter_map(|line| words(line, "# TYPE "));
    helps
        .zip(types)
        .map(|((name, help), (same, kind))| {
            assert_eq!(name, same);
            (name, kind, help)
        })
        .collect()
}

/// The labels of a metric, as its first sample has them.
fn labels(text: &str, name: &str) -> String {
    let sample = text
        .lines()
        .find(|line| !line.starts_with('#') && line.starts_with(name));
    let sample = sample.unwrap_or_else(|| panic!("no sample of {name}"));
    let inside = sample
        .split_once('{')
        .map_or("", |(_, rest)| rest.split('}').next().unwrap());
    let names = inside
        .split(',')
        .filter_map(|pair| pair.split_once('='))
        .map(|(label, _)| label);
    let names: Vec<String> = names
        .filter(|label| *label != "le")
        .map(|label| format!("`{label}`"))
        .collect();
    names.join(", ")
}

fn made() -> String {
    let metrics = Metrics::new([("GET", "/v1/wallets")], crate::http::error_kinds());
    metrics.ended(Ended {
        route: ("GET", "/v1/wallets"),
        status: Status::Ok,
        time: Duration::from_millis(1),
        signatures: 0,
        error: None,
    });
    let levels = Levels {
        ready: true,
        sessions: 0,
        wallets: 0,
        kdf: KdfLoad::default(),
        memory: kmd_memory::usage(),
    };
    let text = String::from_utf8(page(&metrics, &levels)).unwrap();
    let mut made = HEAD.to_owned();
    for (name, kind, help) in described(&text) {
        let labels = labels(&text, &name);
        writeln!(made, "| `{name}` | {kind} | {labels} | {help} |").unwrap();
    }
    made
}

#[test]
fn the_page_is_current() {
    crate::pages::assert_current("metrics.md", &made());
}

/// What the files for Prometheus and Grafana ask for is there.
#[test]
fn rules_and_dashboard_use_what_there_is() {
    let made = made();
    let packaging = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging");
    for (file, least) in [("prometheus/alerts.yml", 8), ("grafana/kmd.json", 20)] {
        let text = std::fs::read_to_string(packaging.join(file)).unwrap();
        let words = text.split(|character: char| !character.is_ascii_alphanumeric() && character != '_');
        let metrics: BTreeSet<&str> = words
            .filter(|word| word.starts_with("kmd_") || word.starts_with("process_"))
            .filter(|word| !word.starts_with("kmd_config"))
            .map(|word| word.trim_end_matches("_bucket"))
            .collect();
        assert!(metrics.len() >= least, "{file} uses {metrics:?}");
        for metric in metrics {
            assert!(made.contains(&format!("| `{metric}` |")), "{file}: no metric {metric}");
        }
    }
}
