//! The text format of Prometheus, version 0.0.4:
//!
//! ```text
//! # HELP name what it means
//! # TYPE name counter
//! name{label="value"} 1
//! ```

use std::fmt::{Display, Write};
use std::time::Duration;

use super::value::{BOUNDS, Histogram};

/// The media type of a page.
pub(crate) const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What kind of number a metric is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Goes up until kmd ends.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Times, counted by how long they were.
    Histogram,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// A metric as it is described.
#[derive(Debug)]
pub(crate) struct Family {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) labels: &'static [&'static str],
    /// One line, without backslashes.
    pub(crate) help: &'static str,
}

/// Values of labels. They are written in the source of kmd, one and all: so
/// nothing that a client sends or a wallet holds can become one.
pub(crate) type Labels<'a> = &'a [&'static str];

/// A page of metrics.
#[derive(Default)]
pub(crate) struct Text(String);

impl Text {
    /// Begins a metric; its samples follow.
    pub(crate) fn family(&mut self, family: &Family) {
        let Family { name, kind, help, .. } = family;
        self.line(format_args!("# HELP {name} {help}"));
        self.line(format_args!("# TYPE {name} {}", kind.name()));
    }

    /// A number.
    pub(crate) fn sample(&mut self, family: &Family, labels: Labels<'_>, value: impl Display) {
        self.named(family, "", labels, "", value);
    }

    /// All lines of a histogram, in seconds.
    pub(crate) fn histogram(&mut self, family: &Family, labels: Labels<'_>, histogram: &Histogram) {
        let counts = histogram.cumulated();
        for (bound, count) in BOUNDS.iter().zip(counts) {
            let bound = format!("le=\"{}\"", Duration::from_nanos(*bound).as_secs_f64());
            self.named(family, "_bucket", labels, &bound, count);
        }
        let all = counts[BOUNDS.len()];
        self.named(family, "_bucket", labels, "le=\"+Inf\"", all);
        self.named(family, "_sum", labels, "", histogram.total().as_secs_f64());
        self.named(family, "_count", labels, "", all);
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }

    /// A line; `more` is a label that is written already.
    fn named(&mut self, family: &Family, suffix: &str, labels: Labels<'_>, more: &str, value: impl Display) {
        let pairs = family.labels.iter().zip(labels);
        let mut pairs: Vec<String> = pairs.map(|(label, value)| format!("{label}=\"{value}\"")).collect();
        pairs.extend((!more.is_empty()).then(|| more.to_owned()));
        let name = family.name;
        if pairs.is_empty() {
            self.line(format_args!("{name}{suffix} {value}"));
        } else {
            self.line(format_args!("{name}{suffix}{{{}}} {value}", pairs.join(",")));
        }
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = writeln!(self.0, "{line}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        let counter = Family {
            name: "things_total",
            kind: Kind::Counter,
            labels: &["colour", "form"],
            help: "Things.",
        };
        let times = Family {
            name: "time_seconds",
            kind: Kind::Histogram,
            labels: &["of"],
            help: "Time.",
        };
        let mut text = Text::default();
        text.family(&counter);
        text.sample(&counter, &["red", "round"], 3);
        text.family(&times);
        let histogram = Histogram::default();
        histogram.observe(Duration::from_millis(300));
        text.histogram(&times, &["it"], &histogram);
        let text = String::from_utf8(text.into_bytes()).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[..5],
            [
                "# HELP things_total Things.",
                "# TYPE things_total counter",
                "things_total{colour=\"red\",form=\"round\"} 3",
                "# HELP time_seconds Time.",
                "# TYPE time_seconds histogram",
            ]
        );
        assert_eq!(lines[5], "time_seconds_bucket{of=\"it\",le=\"0.00005\"} 0");
        assert_eq!(
            lines[lines.len() - 4..],
            [
                "time_seconds_bucket{of=\"it\",le=\"10\"} 1",
                "time_seconds_bucket{of=\"it\",le=\"+Inf\"} 1",
                "time_seconds_sum{of=\"it\"} 0.3",
                "time_seconds_count{of=\"it\"} 1",
            ]
        );
    }
}
