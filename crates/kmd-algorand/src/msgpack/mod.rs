//! MessagePack tokens: a reader over a slice and a writer into a buffer.
//!
//! Only what Algorand's encodings use: nil, booleans, unsigned integers, text, bytes, lists and
//! maps. Floats, extensions and negative numbers occur nowhere in them and are errors here. The
//! format is the MessagePack specification at msgpack.org; the names of the first bytes come from
//! the `rmp` crate. The tokens themselves are ours, because `rmp` accepts and writes more than one
//! encoding of a value, and being strict about that is the point.

mod reader;
mod writer;

pub(crate) use reader::{Header, Reader};
pub(crate) use writer::{
    map_header_length, write_bool, write_bytes, write_list_header, write_map_header, write_text, write_uint,
};
