//! The few msgpack tokens of envelopes, read within bounds.

use rmp::Marker;
use rmp::decode::{NumValueReadError, ValueReadError};

use crate::envelope::EnvelopeError;

/// Reads tokens from the front of a slice.
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn map(&mut self) -> Result<u32, EnvelopeError> {
        rmp::decode::read_map_len(&mut self.0).map_err(malformed)
    }

    pub(crate) fn unsigned(&mut self) -> Result<u64, EnvelopeError> {
        rmp::decode::read_int(&mut self.0).map_err(|_: NumValueReadError| EnvelopeError::Malformed)
    }

    pub(crate) fn boolean(&mut self) -> Result<bool, EnvelopeError> {
        rmp::decode::read_bool(&mut self.0).map_err(malformed)
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, EnvelopeError> {
        let length = rmp::decode::read_str_len(&mut self.0).map_err(malformed)?;
        std::str::from_utf8(self.take(length)?).map_err(|_| EnvelopeError::Malformed)
    }

    pub(crate) fn binary(&mut self) -> Result<&'a [u8], EnvelopeError> {
        let length = rmp::decode::read_bin_len(&mut self.0).map_err(malformed)?;
        self.take(length)
    }

    pub(crate) fn end(&self) -> Result<(), EnvelopeError> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(EnvelopeError::Malformed)
        }
    }

    fn take(&mut self, length: u32) -> Result<&'a [u8], EnvelopeError> {
        let (taken, rest) = usize::try_from(length)
            .ok()
            .and_then(|length| self.0.split_at_checked(length))
            .ok_or(EnvelopeError::Malformed)?;
        self.0 = rest;
        Ok(taken)
    }
}

fn malformed(_: ValueReadError) -> EnvelopeError {
    EnvelopeError::Malformed
}

/// Appends canonical tokens to a buffer whose capacity was chosen before, so
/// that it never moves secrets when it grows.
pub(crate) struct Writer<'a>(pub(crate) &'a mut Vec<u8>);

impl Writer<'_> {
    pub(crate) fn map(&mut self, fields: u8) {
        debug_assert!(fields < 16);
        self.0.push(Marker::FixMap(fields).to_u8());
    }

    pub(crate) fn key(&mut self, name: &str) -> &mut Self {
        self.text(name);
        self
    }

    pub(crate) fn text(&mut self, text: &str) {
        // Writing to a vector cannot fail, so results are dropped here and below.
        let _ = rmp::encode::write_str(self.0, text);
    }

    pub(crate) fn binary(&mut self, bytes: &[u8]) {
        let _ = rmp::encode::write_bin(self.0, bytes);
    }

    pub(crate) fn unsigned(&mut self, number: u64) {
        let _ = rmp::encode::write_uint(self.0, number);
    }

    pub(crate) fn boolean(&mut self, value: bool) {
        let _ = rmp::encode::write_bool(self.0, value);
    }
}
