//! MessagePack as a tree, told apart where the API tells it apart: text is not bytes.

use rmp::{Marker, decode, encode};

#[derive(Clone, Debug, PartialEq)]
pub enum Pack {
    Nil,
    Bool(bool),
    Uint(u64),
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
    List(Vec<Pack>),
    Map(Vec<(String, Pack)>),
}

impl From<&str> for Pack {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Pack {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<&[u8]> for Pack {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

impl From<u64> for Pack {
    fn from(number: u64) -> Self {
        Self::Uint(number)
    }
}

impl From<bool> for Pack {
    fn from(yes: bool) -> Self {
        Self::Bool(yes)
    }
}

impl Pack {
    pub fn map<const N: usize>(entries: [(&str, Pack); N]) -> Self {
        Self::Map(entries.map(|(key, value)| (key.to_owned(), value)).into())
    }

    pub fn get(&self, key: &str) -> Option<&Pack> {
        match self {
            Self::Map(entries) => entries.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            other => panic!("not a map: {other:?}"),
        }
    }

    /// The value of a key that must be there.
    pub fn at(&self, key: &str) -> &Pack {
        self.get(key).unwrap_or_else(|| panic!("no {key} in {self:?}"))
    }

    pub fn set(&mut self, key: &str, value: Pack) {
        match self {
            Self::Map(entries) => entries.iter_mut().find(|(name, _)| name == key).unwrap().1 = value,
            other => panic!("not a map: {other:?}"),
        }
    }

    pub fn list(&self) -> &[Pack] {
        match self {
            Self::List(items) => items,
            other => panic!("not a list: {other:?}"),
        }
    }

    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            other => panic!("not text: {other:?}"),
        }
    }

    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            other => panic!("not bytes: {other:?}"),
        }
    }

    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Nil => encode::write_nil(out).unwrap(),
            Self::Bool(yes) => encode::write_bool(out, *yes).unwrap(),
            Self::Uint(number) => drop(encode::write_uint(out, *number).unwrap()),
            Self::Int(number) => drop(encode::write_sint(out, *number).unwrap()),
            Self::Text(text) => encode::write_str(out, text).unwrap(),
            Self::Bytes(bytes) => encode::write_bin(out, bytes).unwrap(),
            Self::List(items) => {
                encode::write_array_len(out, length(items.len())).unwrap();
                items.iter().for_each(|item| item.write(out));
            }
            Self::Map(entries) => {
                encode::write_map_len(out, length(entries.len())).unwrap();
                for (key, value) in entries {
                    encode::write_str(out, key).unwrap();
                    value.write(out);
                }
            }
        }
    }

    /// Decodes one value that is all of the input.
    pub fn decode(mut input: &[u8]) -> Self {
        let whole = input;
        let value = Self::read(&mut input);
        assert!(input.is_empty(), "bytes follow the value in {whole:02x?}");
        value
    }

    fn read(input: &mut &[u8]) -> Self {
        match decode::read_marker(input).expect("a msgpack value") {
            Marker::Null => Self::Nil,
            Marker::True => Self::Bool(true),
            Marker::False => Self::Bool(false),
            Marker::FixPos(number) => Self::Uint(number.into()),
            Marker::U8 => Self::Uint(number(input, 1)),
            Marker::U16 => Self::Uint(number(input, 2)),
            Marker::U32 => Self::Uint(number(input, 4)),
            Marker::U64 => Self::Uint(number(input, 8)),
            Marker::FixNeg(number) => Self::Int(number.into()),
            Marker::FixStr(size) => Self::read_text(input, size.into()),
            Marker::Str8 => Self::sized(input, 1, Self::read_text),
            Marker::Str16 => Self::sized(input, 2, Self::read_text),
            Marker::Str32 => Self::sized(input, 4, Self::read_text),
            Marker::Bin8 => Self::sized(input, 1, Self::read_bytes),
            Marker::Bin16 => Self::sized(input, 2, Self::read_bytes),
            Marker::Bin32 => Self::sized(input, 4, Self::read_bytes),
            Marker::FixArray(size) => Self::read_list(input, size.into()),
            Marker::Array16 => Self::sized(input, 2, Self::read_list),
            Marker::Array32 => Self::sized(input, 4, Self::read_list),
            Marker::FixMap(size) => Self::read_map(input, size.into()),
            Marker::Map16 => Self::sized(input, 2, Self::read_map),
            Marker::Map32 => Self::sized(input, 4, Self::read_map),
            other => panic!("no answer of ours has a {other:?}"),
        }
    }

    fn sized(input: &mut &[u8], width: usize, read: fn(&mut &[u8], usize) -> Self) -> Self {
        let size = usize::try_from(number(input, width)).unwrap();
        read(input, size)
    }

    fn read_text(input: &mut &[u8], size: usize) -> Self {
        Self::Text(String::from_utf8(take(input, size).to_vec()).expect("UTF-8"))
    }

    fn read_bytes(input: &mut &[u8], size: usize) -> Self {
        Self::Bytes(take(input, size).to_vec())
    }

    fn read_list(input: &mut &[u8], size: usize) -> Self {
        Self::List((0..size).map(|_| Self::read(input)).collect())
    }

    fn read_map(input: &mut &[u8], size: usize) -> Self {
        Self::Map(
            (0..size)
                .map(|_| (Self::read(input).text().to_owned(), Self::read(input)))
                .collect(),
        )
    }
}

fn length(count: usize) -> u32 {
    count.try_into().unwrap()
}

fn number(input: &mut &[u8], width: usize) -> u64 {
    take(input, width)
        .iter()
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn take<'a>(input: &mut &'a [u8], size: usize) -> &'a [u8] {
    let (taken, rest) = input.split_at_checked(size).expect("as many bytes as announced");
    *input = rest;
    taken
}
