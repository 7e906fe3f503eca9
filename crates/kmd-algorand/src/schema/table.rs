//! The vocabulary of the tables. They are constants and a constant cannot contain itself, so how
//! deep a value nests is known when the program is compiled.

/// What a value must be, and its limits: lengths in bytes, lists and maps in entries.
pub(crate) enum Kind {
    /// 0 to `max`.
    Uint { max: u64 },
    /// True or false.
    Bool,
    /// Exactly that many bytes; all zero is the zero value.
    FixedBytes(usize),
    /// An account's address: 32 bytes, as above.
    Address,
    /// At most `max` bytes.
    Bytes { max: usize },
    /// At most `max` bytes of text, any bytes.
    Text { max: usize },
    /// At most `max` values; each is kept, also a zero one, for its position means something.
    List { max: usize, item: &'static Kind },
    /// A map with known keys; nothing in it is the zero value.
    Struct(&'static Schema),
    /// The same, except that an empty one is not the zero value: `{}` is kept, only nil is not.
    Pointer(&'static Schema),
    /// A map with integer keys, canonically in numerical order; each value is kept.
    UintMap { max: usize, value: &'static Kind },
}

/// A field's key and what it holds. Made with [`field`].
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    packed: u64,
}

/// The fields of one structure, in the byte order of their keys.
pub(crate) struct Schema {
    fields: &'static [Field],
}

impl Schema {
    /// Refuses, at compile time, a table that is not sorted.
    pub(crate) const fn new(fields: &'static [Field]) -> Self {
        let mut index = 1;
        while index < fields.len() {
            assert!(fields[index - 1].packed < fields[index].packed, "fields are not sorted");
            index += 1;
        }
        Self { fields }
    }

    pub(crate) fn fields(&self) -> &'static [Field] {
        self.fields
    }

    /// The position of the field with this key. `next` is where to look first: keys usually come
    /// in order.
    pub(crate) fn position(&self, key: &[u8], next: usize) -> Option<usize> {
        let packed = pack(key)?;
        if self.fields.get(next).is_some_and(|field| field.packed == packed) {
            return Some(next);
        }
        self.fields.binary_search_by_key(&packed, |field| field.packed).ok()
    }
}

/// A field, at most seven bytes of name.
pub(crate) const fn field(name: &'static str, kind: Kind) -> Field {
    match pack(name.as_bytes()) {
        Some(packed) => Field { name, kind, packed },
        None => unreachable!(),
    }
}

/// A key of up to seven bytes as a number that sorts as the bytes do. The last byte is the length,
/// so that a key with zero bytes at its end is not the key without them.
const fn pack(key: &[u8]) -> Option<u64> {
    if key.len() > 7 {
        return None;
    }
    let mut packed = 0;
    let mut index = 0;
    while index < 7 {
        let byte = if index < key.len() { key[index] } else { 0 };
        packed = packed << 8 | byte as u64;
        index += 1;
    }
    Some(packed << 8 | key.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    static SCHEMA: Schema = Schema::new(&[
        field("P", Kind::Bool),
        field("ab", Kind::Bool),
        field("abc", Kind::Bool),
        field("votekey", Kind::Bool),
    ]);

    #[test]
    fn finds_exactly_its_keys() {
        for (index, field) in SCHEMA.fields().iter().enumerate() {
            for next in 0..5 {
                assert_eq!(SCHEMA.position(field.name.as_bytes(), next), Some(index));
            }
        }
        let others: [&[u8]; 7] = [b"", b"p", b"a", b"ab\0", b"abcd", b"votekeys", b"votekey\0"];
        for key in others {
            assert_eq!(SCHEMA.position(key, 0), None, "{key:?}");
        }
    }
}
