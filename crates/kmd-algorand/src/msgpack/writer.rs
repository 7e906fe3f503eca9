//! Writes tokens in their one canonical form: always the shortest header that fits.
//!
//! Lengths above 32 bits cannot be expressed; the schema's limits keep every caller far below, and
//! a cast that could wrap would still only be reached with 4 GiB of input.

use rmp::Marker;

/// Writes an integer in the shortest unsigned form.
pub(crate) fn write_uint(out: &mut Vec<u8>, value: u64) {
    if let Ok(value) = u8::try_from(value) {
        if value > 0x7f {
            out.push(Marker::U8.to_u8());
        }
        out.push(value);
    } else if let Ok(value) = u16::try_from(value) {
        write_header(out, Marker::U16, value.to_be_bytes());
    } else if let Ok(value) = u32::try_from(value) {
        write_header(out, Marker::U32, value.to_be_bytes());
    } else {
        write_header(out, Marker::U64, value.to_be_bytes());
    }
}

pub(crate) fn write_bool(out: &mut Vec<u8>, value: bool) {
    out.push(if value { Marker::True } else { Marker::False }.to_u8());
}

/// Writes bytes under a binary header.
pub(crate) fn write_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    match bytes.len() {
        length @ 0..=0xff => write_header(out, Marker::Bin8, [length as u8]),
        length @ 0x100..=0xffff => write_header(out, Marker::Bin16, (length as u16).to_be_bytes()),
        length => write_header(out, Marker::Bin32, (length as u32).to_be_bytes()),
    }
    out.extend_from_slice(bytes);
}

/// Writes bytes under a text header; they need not be UTF-8, as Go's strings need not.
pub(crate) fn write_text(out: &mut Vec<u8>, text: &[u8]) {
    match text.len() {
        length @ 0..=0x1f => out.push(Marker::FixStr(length as u8).to_u8()),
        length @ 0x20..=0xff => write_header(out, Marker::Str8, [length as u8]),
        length @ 0x100..=0xffff => write_header(out, Marker::Str16, (length as u16).to_be_bytes()),
        length => write_header(out, Marker::Str32, (length as u32).to_be_bytes()),
    }
    out.extend_from_slice(text);
}

/// Starts a list of `length` values.
pub(crate) fn write_list_header(out: &mut Vec<u8>, length: usize) {
    match length {
        0..=0xf => out.push(Marker::FixArray(length as u8).to_u8()),
        0x10..=0xffff => write_header(out, Marker::Array16, (length as u16).to_be_bytes()),
        _ => write_header(out, Marker::Array32, (length as u32).to_be_bytes()),
    }
}

/// Starts a map of `length` pairs.
pub(crate) fn write_map_header(out: &mut Vec<u8>, length: usize) {
    match length {
        0..=0xf => out.push(Marker::FixMap(length as u8).to_u8()),
        0x10..=0xffff => write_header(out, Marker::Map16, (length as u16).to_be_bytes()),
        _ => write_header(out, Marker::Map32, (length as u32).to_be_bytes()),
    }
}

/// How many bytes [`write_map_header`] writes.
pub(crate) fn map_header_length(length: usize) -> usize {
    match length {
        0..=0xf => 1,
        0x10..=0xffff => 3,
        _ => 5,
    }
}

fn write_header<const N: usize>(out: &mut Vec<u8>, marker: Marker, rest: [u8; N]) {
    out.push(marker.to_u8());
    out.extend_from_slice(&rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
        let mut out = Vec::new();
        write(&mut out);
        out
    }

    #[test]
    fn integers_take_the_shortest_form() {
        let cases: [(u64, &[u8]); 10] = [
            (0, &[0]),
            (0x7f, &[0x7f]),
            (0x80, &[0xcc, 0x80]),
            (0xff, &[0xcc, 0xff]),
            (0x100, &[0xcd, 1, 0]),
            (0xffff, &[0xcd, 0xff, 0xff]),
            (0x1_0000, &[0xce, 0, 1, 0, 0]),
            (0xffff_ffff, &[0xce, 0xff, 0xff, 0xff, 0xff]),
            (0x1_0000_0000, &[0xcf, 0, 0, 0, 1, 0, 0, 0, 0]),
            (u64::MAX, &[0xcf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
        ];
        for (value, expected) in cases {
            assert_eq!(written(|out| write_uint(out, value)), expected, "{value}");
        }
    }

    #[test]
    fn headers_take_the_shortest_form() {
        type Write = fn(&mut Vec<u8>, usize);
        let text: Write = |out, length| write_text(out, &vec![b'x'; length]);
        let bytes: Write = |out, length| write_bytes(out, &vec![b'x'; length]);
        let cases: [(Write, usize, &[u8]); 15] = [
            (text, 0, &[0xa0]),
            (text, 31, &[0xbf]),
            (text, 32, &[0xd9, 32]),
            (text, 255, &[0xd9, 255]),
            (text, 256, &[0xda, 1, 0]),
            (text, 65536, &[0xdb, 0, 1, 0, 0]),
            (bytes, 0, &[0xc4, 0]),
            (bytes, 255, &[0xc4, 255]),
            (bytes, 256, &[0xc5, 1, 0]),
            (bytes, 65536, &[0xc6, 0, 1, 0, 0]),
            (write_list_header, 15, &[0x9f]),
            (write_list_header, 16, &[0xdc, 0, 16]),
            (write_map_header, 15, &[0x8f]),
            (write_map_header, 16, &[0xde, 0, 16]),
            (write_map_header, 65536, &[0xdf, 0, 1, 0, 0]),
        ];
        for (write, length, expected) in cases {
            let out = written(|out| write(out, length));
            assert_eq!(&out[..expected.len()], expected, "{length}");
        }
        for length in [0, 15, 16, 65535, 65536] {
            let out = written(|out| write_map_header(out, length));
            assert_eq!(out.len(), map_header_length(length));
        }
    }
}
