//! The output while maps are still open, and when they are closed.
//!
//! Entries are written as they come. A map keeps the place of each, a *segment*, on a stack that
//! all maps share; when it ends, entries that came in another order are moved and the header is
//! made to say how many were kept.

use std::ops::Range;

use super::table::Schema;
use crate::msgpack::{map_header_length, write_map_header};

/// Canonical bytes, and where the outermost map's fields are in them.
pub(crate) struct Canonical {
    /// The prefix that was asked for, then the encoding.
    pub(crate) bytes: Vec<u8>,
    fields: Vec<Segment>,
}

/// Canonical bytes being written.
pub(super) struct Output {
    pub(super) bytes: Vec<u8>,
    segments: Vec<Segment>,
    scratch: Vec<u8>,
}

/// A map being written.
pub(super) struct OpenMap {
    /// Where its header is.
    header: usize,
    first_segment: usize,
    /// How many entries the header says for now.
    claimed: usize,
    /// Keys so far came in order; `next` is the lowest that would still be, unless the last was
    /// the highest there is.
    ascending: bool,
    next: Option<u64>,
}

/// A key that occurs twice in a map.
pub(super) struct Repeated(pub(super) u64);

/// An entry of a map, key and value. Empty for a field that was left out.
struct Segment {
    /// What entries are sorted by: a field's position in its schema, or the integer key.
    key: u64,
    start: usize,
    end: usize,
}

impl Segment {
    fn is_empty(&self) -> bool {
        self.start == self.end
    }
}

impl Canonical {
    /// Where a field of the outermost map is in the bytes, key and value, if it is there.
    pub(crate) fn field(&self, schema: &Schema, name: &str) -> Option<Range<usize>> {
        let key = schema.position(name.as_bytes(), 0)? as u64;
        let index = self.fields.binary_search_by_key(&key, |segment| segment.key).ok()?;
        let segment = &self.fields[index];
        (!segment.is_empty()).then_some(segment.start..segment.end)
    }

    /// How many entries the outermost map has.
    pub(crate) fn field_count(&self) -> usize {
        count_kept(&self.fields)
    }
}

impl OpenMap {
    /// The key to expect next when keys come in order.
    pub(super) fn next_key(&self) -> u64 {
        self.next.unwrap_or(0)
    }
}

impl Output {
    /// Sizes are guesses that fit what is usual; nothing depends on them.
    pub(super) fn new(prefix: &[u8], input_length: usize, fields: usize) -> Self {
        let mut bytes = Vec::with_capacity(prefix.len() + input_length + 16);
        bytes.extend_from_slice(prefix);
        let segments = Vec::with_capacity(2 * fields);
        Self {
            bytes,
            segments,
            scratch: Vec::new(),
        }
    }

    /// When all maps but the outermost have been forgotten.
    pub(super) fn finish(self) -> Canonical {
        Canonical {
            bytes: self.bytes,
            fields: self.segments,
        }
    }

    pub(super) fn open_map(&mut self, claimed: usize) -> OpenMap {
        let header = self.bytes.len();
        write_map_header(&mut self.bytes, claimed);
        let first_segment = self.segments.len();
        OpenMap {
            header,
            first_segment,
            claimed,
            ascending: true,
            next: Some(0),
        }
    }

    /// An entry that was written from `start` to here.
    pub(super) fn end_entry(&mut self, map: &mut OpenMap, key: u64, start: usize) {
        map.ascending &= map.next.is_some_and(|next| key >= next);
        map.next = key.checked_add(1);
        self.segments.push(Segment {
            key,
            start,
            end: self.bytes.len(),
        });
    }

    /// Puts the entries in order and corrects the header; returns how many entries there are.
    pub(super) fn close_map(&mut self, map: &OpenMap) -> Result<usize, Repeated> {
        if !map.ascending {
            self.sort_entries(map)?;
        }
        let kept = count_kept(&self.segments[map.first_segment..]);
        if kept != map.claimed {
            self.replace_header(map, kept);
        }
        Ok(kept)
    }

    /// Drops the segments of a closed map; the maps around it do not want them.
    pub(super) fn forget(&mut self, map: &OpenMap) {
        self.segments.truncate(map.first_segment);
    }

    fn sort_entries(&mut self, map: &OpenMap) -> Result<(), Repeated> {
        let segments = &mut self.segments[map.first_segment..];
        segments.sort_unstable_by_key(|segment| segment.key);
        if let Some(pair) = segments.windows(2).find(|pair| pair[0].key == pair[1].key) {
            return Err(Repeated(pair[0].key));
        }
        let body = map.header + map_header_length(map.claimed);
        self.scratch.clear();
        self.scratch.extend_from_slice(&self.bytes[body..]);
        self.bytes.truncate(body);
        for segment in segments {
            let entry = &self.scratch[segment.start - body..segment.end - body];
            segment.start = self.bytes.len();
            self.bytes.extend_from_slice(entry);
            segment.end = self.bytes.len();
        }
        Ok(())
    }

    fn replace_header(&mut self, map: &OpenMap, kept: usize) {
        let old_length = map_header_length(map.claimed);
        self.scratch.clear();
        write_map_header(&mut self.scratch, kept);
        let surplus = old_length - self.scratch.len();
        self.bytes
            .splice(map.header..map.header + old_length, self.scratch.drain(..));
        for segment in &mut self.segments[map.first_segment..] {
            segment.start -= surplus;
            segment.end -= surplus;
        }
    }
}

fn count_kept(segments: &[Segment]) -> usize {
    segments.iter().filter(|segment| !segment.is_empty()).count()
}
