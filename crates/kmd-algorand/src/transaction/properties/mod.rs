//! Random transactions against a second, naive encoder: trees made from the tables, written once
//! canonically and once in the loosest way that is accepted, must come out the same.

pub(crate) mod tree;

use proptest::collection::vec;
use proptest::prelude::*;

use self::tree::{Choices, Encoder, Tree, tree};
use super::Transaction;
use super::fields::TRANSACTION;
use crate::msgpack::{write_bool, write_bytes, write_list_header, write_map_header, write_text, write_uint};
use crate::schema::{Fields, Kind, Problem, Value, canonicalise};

static WHOLE: Kind = Kind::Struct(&TRANSACTION);

fn canonical(tree: &Tree) -> Vec<u8> {
    Encoder { choices: None }.encode(&WHOLE, tree)
}

fn decoded(input: &[u8]) -> Vec<u8> {
    canonicalise(&TRANSACTION, b"", input).unwrap().bytes
}

/// Writes what was read, by its types alone.
fn rewritten(fields: &Fields<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    write_map_header(&mut out, fields.iter().count());
    for (name, value) in fields.iter() {
        write_text(&mut out, name.as_bytes());
        out.extend(rewritten_value(value));
    }
    out
}

fn rewritten_value(value: &Value<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    match value {
        Value::Uint(number) => write_uint(&mut out, *number),
        Value::Bool(truth) => write_bool(&mut out, *truth),
        Value::Address(address) => write_bytes(&mut out, address.as_bytes()),
        Value::Fixed(bytes) | Value::Bytes(bytes) => write_bytes(&mut out, bytes),
        Value::Text(text) => write_text(&mut out, text),
        Value::List(values) => {
            write_list_header(&mut out, values.len());
            out.extend(values.iter().flat_map(rewritten_value));
        }
        Value::Struct(fields) => out = rewritten(fields),
        Value::Map(entries) => {
            write_map_header(&mut out, entries.len());
            for (key, value) in entries {
                write_uint(&mut out, *key);
                out.extend(rewritten_value(value));
            }
        }
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn canonical_bytes_decode_to_themselves(tree in tree(&WHOLE)) {
        let canonical = canonical(&tree);
        prop_assert_eq!(decoded(&canonical), canonical);
    }

    #[test]
    fn whatever_means_the_same_becomes_the_same(
        tree in tree(&WHOLE),
        choices in vec(any::<u8>(), 1..2000),
    ) {
        let choices = Some(Choices(choices.into_iter().cycle()));
        let loose = Encoder { choices }.encode(&WHOLE, &tree);
        prop_assert_eq!(decoded(&loose), canonical(&tree));
    }

    #[test]
    fn an_input_cut_short_is_refused(tree in tree(&WHOLE), at in any::<prop::sample::Index>()) {
        let canonical = canonical(&tree);
        let cut = &canonical[..at.index(canonical.len())];
        let error = canonicalise(&TRANSACTION, b"", cut).err().unwrap();
        prop_assert_eq!(error.problem(), Problem::Truncated);
    }

    #[test]
    fn damage_never_panics_and_never_survives_unnoticed(
        tree in tree(&WHOLE),
        damage in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = canonical(&tree);
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(canonical) = canonicalise(&TRANSACTION, b"", &bytes) {
            prop_assert_eq!(decoded(&canonical.bytes), canonical.bytes);
        }
    }

    #[test]
    fn the_fields_are_all_there_is(tree in tree(&WHOLE)) {
        let canonical = canonical(&tree);
        let fields = Fields::read(&TRANSACTION, &canonical).unwrap();
        prop_assert_eq!(rewritten(&fields), canonical);
    }

    #[test]
    fn random_bytes_never_panic(bytes in vec(any::<u8>(), 0..200)) {
        let _ = Transaction::decode(&bytes);
    }
}

#[test]
fn an_integer_key_twice_is_refused_also_the_highest() {
    for key in [&[5][..], &[0xcf, 255, 255, 255, 255, 255, 255, 255, 255]] {
        let entry = [key, &[0x80]].concat();
        let once = [b"\x81\xa2sp\x81\xa1r\x81", entry.as_slice()].concat();
        assert_eq!(decoded(&once), once);
        let twice = [b"\x81\xa2sp\x81\xa1r\x82", entry.as_slice(), &entry].concat();
        let error = canonicalise(&TRANSACTION, b"", &twice).err().unwrap();
        assert_eq!(error.to_string(), "sp.r: the field occurs twice");
    }
}

#[test]
fn nil_in_a_list_or_map_is_refused() {
    // The reference would have to make a value of it that was not there.
    let inputs: [&[u8]; 4] = [
        b"\x81\xa4apas\x91\xc0",
        b"\x81\xa4apaa\x91\xc0",
        b"\x81\xa4apbx\x91\xc0",
        b"\x81\xa2sp\x81\xa1r\x81\x01\xc0",
    ];
    for input in inputs {
        let error = canonicalise(&TRANSACTION, b"", input).err().unwrap();
        assert!(matches!(error.problem(), Problem::WrongType { .. }), "{error}");
    }
}

#[test]
fn errors_say_where_and_why() {
    let cases: [(&[u8], &str); 10] = [
        (b"", "the encoding ends too early"),
        (b"\x90", "a map expected"),
        (b"\x80\xc0", "bytes follow the encoding"),
        (b"\x81\xa2zz\xc0", "unknown field"),
        (b"\xdf\xff\xff\xff\xff", "more than 49 entries"),
        (b"\x82\xa3fee\x01\xa3fee\x01", "fee: the field occurs twice"),
        (
            b"\x81\xa4apar\x81\xa2dc\xcf\x00\x00\x00\x01\x00\x00\x00\x00",
            "apar.dc: the number is larger than 4294967295",
        ),
        (b"\x81\xa4apbx\x92\x80\x81\xa1n\x01", "apbx[1].n: bytes expected"),
        (b"\x81\xa2lx\xc4\x01\x00", "lx: not 32 bytes long"),
        (b"\x81\xa3fee\xff", "fee: the number is negative"),
    ];
    for (input, expected) in cases {
        let error = canonicalise(&TRANSACTION, b"", input).err().unwrap();
        assert_eq!(error.to_string(), expected);
    }
}

/// `{a: {b: value}}` for the path "a.b".
fn nested(path: &str, value: &[u8]) -> Vec<u8> {
    path.rsplit('.').fold(value.to_vec(), |value, name| {
        [&[0x81, 0xa0 + name.len() as u8], name.as_bytes(), &value].concat()
    })
}

fn problem_at(path: &str, value: &[u8]) -> Option<Problem> {
    canonicalise(&TRANSACTION, b"", &nested(path, value))
        .err()
        .map(|error| error.problem())
}

#[test]
fn numbers_have_the_width_of_their_field() {
    let cases: [(&str, u64); 6] = [
        ("apep", u32::MAX.into()),
        ("apar.dc", u32::MAX.into()),
        ("sp.v", u8::MAX.into()),
        ("sp.P.td", u8::MAX.into()),
        ("sp.S.hsh.t", u16::MAX.into()),
        ("fee", u64::MAX),
    ];
    let number = |value: u64| [&[0xcf], value.to_be_bytes().as_slice()].concat();
    for (path, max) in cases {
        assert_eq!(problem_at(path, &number(max)), None, "{path}");
        if let Some(above) = max.checked_add(1) {
            let expected = Some(Problem::NumberTooLarge { max });
            assert_eq!(problem_at(path, &number(above)), expected, "{path}");
        }
    }
}

#[test]
fn text_and_bytes_have_the_limit_of_their_field() {
    let cases = [
        ("type", 7),
        ("gen", 128),
        ("note", 4_096),
        ("apap", 16_384),
        ("apsu", 16_384),
        ("apar.un", 8),
        ("apar.an", 32),
        ("apar.au", 96),
        ("sp.c", 64),
        ("spmsg.b", 64),
        ("spmsg.v", 64),
    ];
    let text = |length: usize| [&[0xdb], (length as u32).to_be_bytes().as_slice(), &vec![b'x'; length]].concat();
    for (path, max) in cases {
        assert_eq!(problem_at(path, &text(max)), None, "{path}");
        let expected = Some(Problem::TooLong { max });
        assert_eq!(problem_at(path, &text(max + 1)), expected, "{path}");
    }
}

#[test]
fn lists_have_the_limit_of_their_field() {
    let cases = [
        ("apaa", 32),
        ("apas", 32),
        ("apfa", 32),
        ("apat", 32),
        ("apbx", 32),
        ("al", 16),
        ("sp.pr", 640),
        ("sp.P.pth", 32_768),
    ];
    for (path, max) in cases {
        let list = |length: u32| [&[0xdd], length.to_be_bytes().as_slice()].concat();
        assert_eq!(problem_at(path, &list(max)), Some(Problem::Truncated), "{path}");
        let expected = Some(Problem::TooManyEntries { max: max as usize });
        assert_eq!(problem_at(path, &list(max + 1)), expected, "{path}");
    }
}

#[test]
fn fixed_lengths_are_neither_shorter_nor_longer_nor_empty() {
    let cases = [
        ("snd", 32),
        ("lx", 32),
        ("apar.am", 32),
        ("votekey", 32),
        ("selkey", 32),
        ("sprfkey", 64),
        ("hb.a", 32),
        ("hb.prf.p1s", 64),
        ("hb.prf.s", 64),
        ("hb.prf.p2", 32),
    ];
    let bytes = |length: usize| [&[0xc4, length as u8], vec![7; length].as_slice()].concat();
    for (path, expected) in cases {
        assert_eq!(problem_at(path, &bytes(expected)), None, "{path}");
        for wrong in [0, expected - 1, expected + 1] {
            let problem = Some(Problem::WrongLength { expected });
            assert_eq!(problem_at(path, &bytes(wrong)), problem, "{path} {wrong}");
        }
    }
}

#[test]
fn only_a_heartbeat_is_kept_when_it_is_empty() {
    for (path, kept) in [("hb", true), ("apar", false), ("sp", false), ("spmsg", false)] {
        let empty = nested(path, &[0x80]);
        let expected = if kept { empty.clone() } else { vec![0x80] };
        assert_eq!(decoded(&empty), expected, "{path}");
        assert_eq!(decoded(&nested(path, &[0xc0])), [0x80], "{path}");
    }
}
