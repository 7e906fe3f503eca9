//! In place of mappings where there are none.

use core::ptr::NonNull;

use crate::{Protection, Reason};

/// There is never one.
pub(crate) enum Mapping {}

impl Mapping {
    /// Says that there is none.
    pub(crate) fn new(_len: usize) -> Result<Self, Reason> {
        Err(Reason::Unsupported)
    }

    /// Where it begins.
    pub(crate) fn start(&self) -> NonNull<u8> {
        match *self {}
    }

    /// Its size in bytes.
    pub(crate) fn len(&self) -> usize {
        match *self {}
    }

    /// How it is protected.
    pub(crate) fn protection(&self) -> Protection {
        match *self {}
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        match *self {}
    }
}
