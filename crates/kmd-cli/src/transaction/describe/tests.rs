//! Against all recorded transactions: nothing panics, and nothing stays unsaid.

use std::fs::File;
use std::io::Read;

use data_encoding::BASE64;
use flate2::read::GzDecoder;
use kmd_algorand::{SignedTransaction, Transaction, TransactionFile};
use proptest::collection::vec;
use proptest::prelude::*;

use super::describe;
use super::sheet::Line;
use crate::output::Page;
use crate::output::Report;
use crate::transaction::listing::Listing;

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/transactions.jsonl.gz");

fn vectors() -> Vec<Vec<u8>> {
    let mut text = String::new();
    GzDecoder::new(File::open(VECTORS).unwrap())
        .read_to_string(&mut text)
        .unwrap();
    let transaction = |line: &str| {
        let vector: serde_json::Value = serde_json::from_str(line).unwrap();
        BASE64
            .decode(vector["transaction"].as_str().unwrap().as_bytes())
            .unwrap()
    };
    text.lines().map(transaction).collect()
}

/// All that is said of a transaction.
fn said(transaction: &Transaction) -> (String, Vec<Line>) {
    let description = describe(transaction).unwrap();
    (description.title, description.lines)
}

/// The text and the JSON of a file.
fn shown(file: &[u8]) -> Option<(String, String)> {
    let entries: Vec<_> = TransactionFile::new(file).collect::<Result<_, _>>().ok()?;
    let listing = Listing::new(entries).unwrap();
    let mut page = Page::new(true);
    listing.write(&mut page);
    Some((page.into_text().to_string(), serde_json::to_string(&listing).unwrap()))
}

/// How many bytes the value at the beginning has.
fn length(value: &[u8]) -> usize {
    let number = |from: usize, width: usize| {
        value[from..from + width]
            .iter()
            .fold(0, |n, b| n << 8 | usize::from(*b))
    };
    let (head, items) = match value[0] {
        0x00..=0x7f | 0xc0 | 0xc2 | 0xc3 => return 1,
        0xcc..=0xcf => return 1 + (1 << (value[0] - 0xcc)),
        short @ 0xa0..=0xbf => return 1 + usize::from(short & 0x1f),
        0xc4 | 0xd9 => return 2 + number(1, 1),
        0xc5 | 0xda => return 3 + number(1, 2),
        0xc6 | 0xdb => return 5 + number(1, 4),
        list @ 0x90..=0x9f => (1, usize::from(list & 0xf)),
        map @ 0x80..=0x8f => (1, 2 * usize::from(map & 0xf)),
        0xdc => (3, number(1, 2)),
        0xde => (3, 2 * number(1, 2)),
        other => panic!("{other:x} in a canonical transaction"),
    };
    (0..items).fold(head, |at, _| at + length(&value[at..]))
}

/// The transaction without each of its fields in turn.
fn without_one(canonical: &[u8]) -> Vec<(String, Vec<u8>)> {
    let head = if canonical[0] == 0xde { 3 } else { 1 };
    let (mut at, mut all) = (head, Vec::new());
    while at < canonical.len() {
        let key = at + length(&canonical[at..]);
        let end = key + length(&canonical[key..]);
        let name = String::from_utf8_lossy(&canonical[at + 1..key]).into_owned();
        all.push((name, [&canonical[..key], b"\xc0", &canonical[end..]].concat()));
        at = end;
    }
    all
}

#[test]
fn each_field_is_spoken_of() {
    let mut looked_at = 0;
    for vector in vectors() {
        let Ok(transaction) = Transaction::decode(&vector) else {
            continue;
        };
        let whole = said(&transaction);
        for (name, rest) in without_one(transaction.canonical()) {
            if matches!(name.as_str(), "grp" | "type" | "snd") {
                continue;
            }
            let rest = Transaction::decode(&rest).unwrap();
            assert_ne!(said(&rest), whole, "{name} in {}", BASE64.encode(&vector));
            looked_at += 1;
        }
    }
    assert!(looked_at > 5000, "only {looked_at} fields were looked at");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_accepted_can_be_shown(
        // One of those that are refused is empty: nothing in it can be damaged.
        vector in prop::sample::select(vectors()).prop_filter("empty", |vector| !vector.is_empty()),
        damage in vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        let mut bytes = vector;
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(transaction) = Transaction::decode(&bytes) {
            let file = SignedTransaction::unsigned(transaction.clone()).encode();
            let (text, json) = shown(&[&file[..], &file].concat()).unwrap();
            prop_assert!(text.contains(&transaction.id().to_string()));
            prop_assert!(json.contains(&transaction.sender().to_string()));
            let steers = |c: char| c.is_control() && c != '\n' && c != '\u{1b}';
            prop_assert!(!text.contains(steers));
        }
    }

    #[test]
    fn any_file_is_shown_or_refused(bytes in vec(any::<u8>(), 0..200)) {
        let _ = shown(&bytes);
    }
}
