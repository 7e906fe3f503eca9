//! What is counted in: numbers that many threads add to without waiting for
//! each other.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Only goes up.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, count: u64) {
        // Nothing else is inferred from the number, so no order is needed.
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    pub(crate) fn value(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Upper bounds of the buckets of all histograms, in nanoseconds: from a
/// signature (30 µs) to a costly key derivation (10 s).
pub(crate) const BOUNDS: [u64; 15] = [
    50_000,
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    50_000_000,
    100_000_000,
    250_000_000,
    500_000_000,
    1_000_000_000,
    2_500_000_000,
    10_000_000_000,
];

/// How often something took how long.
#[derive(Debug, Default)]
pub(crate) struct Histogram {
    /// The last is for what took longer than all bounds.
    buckets: [Counter; BOUNDS.len() + 1],
    nanoseconds: Counter,
}

impl Histogram {
    pub(crate) fn observe(&self, time: Duration) {
        let nanoseconds = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        let bucket = BOUNDS.partition_point(|bound| *bound < nanoseconds);
        self.buckets[bucket].add(1);
        self.nanoseconds.add(nanoseconds);
    }

    /// For each bound, and last for none, how many took at most so long.
    pub(crate) fn cumulated(&self) -> [u64; BOUNDS.len() + 1] {
        let mut sum = 0;
        self.buckets.each_ref().map(|bucket| {
            sum += bucket.value();
            sum
        })
    }

    /// All times together.
    pub(crate) fn total(&self) -> Duration {
        Duration::from_nanos(self.nanoseconds.value())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_counts_for_its_bound_and_all_above() {
        let cases = [
            (0, 0),
            (50_000, 0),
            (50_001, 1),
            (10_000_000_000, BOUNDS.len() - 1),
            (10_000_000_001, BOUNDS.len()),
        ];
        for (nanoseconds, first) in cases {
            let histogram = Histogram::default();
            histogram.observe(Duration::from_nanos(nanoseconds));
            let expected: Vec<u64> = (0..=BOUNDS.len()).map(|at| u64::from(at >= first)).collect();
            assert_eq!(histogram.cumulated()[..], expected, "{nanoseconds}");
            assert_eq!(histogram.total(), Duration::from_nanos(nanoseconds));
        }
        assert!(BOUNDS.is_sorted());
    }
}
