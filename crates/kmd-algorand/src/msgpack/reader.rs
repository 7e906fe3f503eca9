//! Reads tokens from a slice. Nothing is allocated, so no length in the input can cost memory, and
//! nothing recurses, so no nesting in it can cost stack.

use rmp::Marker;

use crate::schema::{Expected, Problem};

/// A cursor over the bytes not read yet.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

/// Which of the two families of headers a string of bytes had.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Header {
    Text,
    Binary,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(input: &'a [u8]) -> Self {
        Self { rest: input }
    }

    /// How many bytes have not been read yet.
    pub(crate) fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// Skips a nil if there is one.
    pub(crate) fn take_nil(&mut self) -> bool {
        match self.rest.split_first() {
            Some((&byte, rest)) if byte == Marker::Null.to_u8() => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    /// An integer of any width, signed or not, that is not negative.
    pub(crate) fn uint(&mut self) -> Result<u64, Problem> {
        match self.marker()? {
            Marker::FixPos(value) => Ok(value.into()),
            Marker::U8 => self.take().map(|b| u8::from_be_bytes(b).into()),
            Marker::U16 => self.take().map(|b| u16::from_be_bytes(b).into()),
            Marker::U32 => self.take().map(|b| u32::from_be_bytes(b).into()),
            Marker::U64 => self.take().map(u64::from_be_bytes),
            Marker::I8 => self.take().and_then(|b| not_negative(i8::from_be_bytes(b))),
            Marker::I16 => self.take().and_then(|b| not_negative(i16::from_be_bytes(b))),
            Marker::I32 => self.take().and_then(|b| not_negative(i32::from_be_bytes(b))),
            Marker::I64 => self.take().and_then(|b| not_negative(i64::from_be_bytes(b))),
            Marker::FixNeg(_) => Err(Problem::Negative),
            _ => Err(Problem::WrongType {
                expected: Expected::Uint,
            }),
        }
    }

    pub(crate) fn bool(&mut self) -> Result<bool, Problem> {
        match self.marker()? {
            Marker::False => Ok(false),
            Marker::True => Ok(true),
            _ => Err(Problem::WrongType {
                expected: Expected::Bool,
            }),
        }
    }

    /// Bytes under a text or a binary header; `expected` is only for the error.
    pub(crate) fn blob(&mut self, expected: Expected) -> Result<(Header, &'a [u8]), Problem> {
        let (header, length) = match self.marker()? {
            Marker::FixStr(length) => (Header::Text, length.into()),
            Marker::Str8 => (Header::Text, self.length8()?),
            Marker::Str16 => (Header::Text, self.length16()?),
            Marker::Str32 => (Header::Text, self.length32()?),
            Marker::Bin8 => (Header::Binary, self.length8()?),
            Marker::Bin16 => (Header::Binary, self.length16()?),
            Marker::Bin32 => (Header::Binary, self.length32()?),
            _ => return Err(Problem::WrongType { expected }),
        };
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or(Problem::Truncated)?;
        self.rest = rest;
        Ok((header, bytes))
    }

    /// How many values the list that starts here claims to have.
    pub(crate) fn list_length(&mut self) -> Result<usize, Problem> {
        match self.marker()? {
            Marker::FixArray(length) => Ok(length.into()),
            Marker::Array16 => self.length16(),
            Marker::Array32 => self.length32(),
            _ => Err(Problem::WrongType {
                expected: Expected::List,
            }),
        }
    }

    /// How many key-value pairs the map that starts here claims to have.
    pub(crate) fn map_length(&mut self) -> Result<usize, Problem> {
        match self.marker()? {
            Marker::FixMap(length) => Ok(length.into()),
            Marker::Map16 => self.length16(),
            Marker::Map32 => self.length32(),
            _ => Err(Problem::WrongType {
                expected: Expected::Map,
            }),
        }
    }

    fn marker(&mut self) -> Result<Marker, Problem> {
        self.take().map(|[byte]| Marker::from_u8(byte))
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], Problem> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or(Problem::Truncated)?;
        self.rest = rest;
        Ok(*bytes)
    }

    fn length8(&mut self) -> Result<usize, Problem> {
        self.take().map(|b| u8::from_be_bytes(b).into())
    }

    fn length16(&mut self) -> Result<usize, Problem> {
        self.take().map(|b| u16::from_be_bytes(b).into())
    }

    fn length32(&mut self) -> Result<usize, Problem> {
        let length = u32::from_be_bytes(self.take()?);
        // Where usize is too narrow the input cannot be that long either.
        usize::try_from(length).map_err(|_| Problem::Truncated)
    }
}

fn not_negative<T>(value: T) -> Result<u64, Problem>
where
    u64: TryFrom<T>,
{
    u64::try_from(value).map_err(|_| Problem::Negative)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_of_any_width_that_are_not_negative() {
        let cases: [(&[u8], Result<u64, Problem>); 22] = [
            (&[0x7f], Ok(127)),
            (&[0xff], Err(Problem::Negative)),
            (&[0xe0], Err(Problem::Negative)),
            (&[0xcc, 0], Ok(0)),
            (&[0xcc, 0xff], Ok(0xff)),
            (&[0xcd, 0, 1], Ok(1)),
            (&[0xcd, 1, 0], Ok(0x100)),
            (&[0xce, 1, 0, 0, 0], Ok(0x100_0000)),
            (&[0xcf, 255, 255, 255, 255, 255, 255, 255, 255], Ok(u64::MAX)),
            (&[0xd0, 0x7f], Ok(0x7f)),
            (&[0xd0, 0x80], Err(Problem::Negative)),
            (&[0xd1, 0x7f, 0xff], Ok(0x7fff)),
            (&[0xd1, 0xff, 0xff], Err(Problem::Negative)),
            (&[0xd2, 0x7f, 0, 0, 0], Ok(0x7f00_0000)),
            (&[0xd2, 0x80, 0, 0, 0], Err(Problem::Negative)),
            (&[0xd3, 0x7f, 0, 0, 0, 0, 0, 0, 0], Ok(0x7f00_0000_0000_0000)),
            (&[0xd3, 0x80, 0, 0, 0, 0, 0, 0, 0], Err(Problem::Negative)),
            (&[], Err(Problem::Truncated)),
            (&[0xcd, 0], Err(Problem::Truncated)),
            (
                &[0xc3],
                Err(Problem::WrongType {
                    expected: Expected::Uint,
                }),
            ),
            (
                &[0xca, 0, 0, 0, 0],
                Err(Problem::WrongType {
                    expected: Expected::Uint,
                }),
            ),
            (
                &[0xc1],
                Err(Problem::WrongType {
                    expected: Expected::Uint,
                }),
            ),
        ];
        for (input, expected) in cases {
            assert_eq!(Reader::new(input).uint(), expected, "{input:?}");
        }
    }

    #[test]
    fn lengths_are_believed_only_as_far_as_there_are_bytes() {
        let blob = |input| Reader::new(input).blob(Expected::Bytes).map(|(_, bytes)| bytes.len());
        let cases: [(&[u8], Result<usize, Problem>); 7] = [
            (&[0xa1, 9], Ok(1)),
            (&[0xda, 0, 1, 9], Ok(1)),
            (&[0xc6, 0, 0, 0, 1, 9], Ok(1)),
            (&[0xa2, 9], Err(Problem::Truncated)),
            (&[0xc4], Err(Problem::Truncated)),
            (&[0xc6, 255, 255, 255, 255, 9], Err(Problem::Truncated)),
            (&[0xdb, 255, 255, 255, 255], Err(Problem::Truncated)),
        ];
        for (input, expected) in cases {
            assert_eq!(blob(input), expected, "{input:?}");
        }
        assert_eq!(Reader::new(&[0xdf, 255, 255, 255, 255]).map_length(), Ok(0xffff_ffff));
        assert_eq!(Reader::new(&[0xdd, 255, 255, 255, 255]).list_length(), Ok(0xffff_ffff));
    }
}
