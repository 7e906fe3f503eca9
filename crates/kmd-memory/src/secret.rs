//! What others hold secrets in.

use core::fmt;
use core::marker::PhantomData;
use core::mem::{ManuallyDrop, needs_drop};
use core::ops::{Deref, DerefMut};
use core::ptr::{self, NonNull};

use zeroize::ZeroizeOnDrop;

use crate::block::{Block, MAX_ALIGN};
use crate::wipe::wipe;

/// Types for which bytes that are all zero are a value.
///
/// # Safety
///
/// They must be one.
pub unsafe trait Zeroed {}

macro_rules! zeroed {
    ($($integer:ty),*) => {$(
        // SAFETY: zero is an integer, and its bytes are zero.
        unsafe impl Zeroed for $integer {}
    )*};
}

zeroed!(u8, u16, u32, u64, u128, usize);

// SAFETY: made of values for which it is so, and of nothing else.
unsafe impl<T: Zeroed, const N: usize> Zeroed for [T; N] {}

/// A value in memory for secrets, owned, as if in a `Box`.
///
/// When it is dropped, first the value is, and then its memory is wiped, all of it and whatever
/// dropping the value left there.
///
/// To not have copies of a secret elsewhere, make the `Secret` before there is one, with
/// [`Secret::zeroed`] or of a value that is not secret, and write the secret in place:
///
/// ```
/// # use kmd_memory::Secret;
/// struct Key { scalar: [u8; 32], prefix: [u8; 32] }
/// let mut key = Secret::new(Key { scalar: [0; 32], prefix: [0; 32] });
/// key.scalar.fill(1); // by reference, as what derives it would
/// ```
///
/// It cannot be cloned nor compared, and formatting it shows nothing.
pub struct Secret<T> {
    /// Holds a `T`.
    block: Block,
    value: PhantomData<T>,
}

impl<T> Secret<T> {
    /// Memory for a `T`. The caller must see to it that there is a value before it is dropped.
    fn block() -> Block {
        const { assert!(align_of::<T>() <= MAX_ALIGN, "no secret is aligned to more than a page") };
        Block::new(size_of::<T>(), align_of::<T>())
    }

    /// Moves a value in.
    ///
    /// It is passed by value, so by way of the stack. The copy that this function got is wiped; the
    /// place that the caller moved it from is not, nor are copies that were made on the way there:
    /// the caller must wipe those as well as can be, or rather write the secret in place, as shown
    /// [above](Secret).
    #[must_use]
    pub fn new(value: T) -> Self {
        let block = Self::block();
        let mut value = ManuallyDrop::new(value);
        let source = NonNull::from(&mut value).cast::<T>();
        // SAFETY: `source` is a value (`ManuallyDrop` has the layout of what is in it) and the block
        // is large and aligned enough for one, new, and so apart from it. The value is not used, nor
        // dropped, at its source after this.
        unsafe { ptr::copy_nonoverlapping(source.as_ptr(), block.start().cast::<T>().as_ptr(), 1) };
        // SAFETY: bytes of a local variable, which is not used after this.
        unsafe { wipe(source.cast(), size_of::<T>()) };
        Self {
            block,
            value: PhantomData,
        }
    }

    /// Copies a value. The one that is copied stays as it is, and is the caller's to wipe.
    #[must_use]
    pub fn copy_of(value: &T) -> Self
    where
        T: Copy,
    {
        let block = Self::block();
        // SAFETY: `value` can be copied, and the block is large and aligned enough for it, new, and
        // so apart from it.
        unsafe { ptr::copy_nonoverlapping(value, block.start().cast::<T>().as_ptr(), 1) };
        Self {
            block,
            value: PhantomData,
        }
    }

    /// A value that is all zero, to be written to.
    #[must_use]
    pub fn zeroed() -> Self
    where
        T: Zeroed,
    {
        // A new block is zero, and that is a value.
        Self {
            block: Self::block(),
            value: PhantomData,
        }
    }
}

impl<T> Deref for Secret<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the block holds a value and lives as long as `self`, which is borrowed.
        unsafe { self.block.start().cast::<T>().as_ref() }
    }
}

impl<T> DerefMut for Secret<T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the block holds a value and lives as long as `self`, which is borrowed mutably.
        unsafe { self.block.start().cast::<T>().as_mut() }
    }
}

impl<T> Drop for Secret<T> {
    fn drop(&mut self) {
        if needs_drop::<T>() {
            // SAFETY: the block holds a value, which is not used after this: the block, dropped
            // next and even if this panics, treats it as bytes.
            unsafe { self.block.start().cast::<T>().drop_in_place() };
        }
    }
}

impl<T> ZeroizeOnDrop for Secret<T> {}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret").finish_non_exhaustive()
    }
}

/// Bytes in memory for secrets, as many as are known when it is made: a password, for example.
///
/// When it is dropped, its memory is wiped. It cannot be cloned nor compared, and formatting it
/// shows nothing.
pub struct SecretSlice {
    block: Block,
    len: usize,
}

impl SecretSlice {
    /// As many bytes, all zero, to be written to.
    ///
    /// # Panics
    ///
    /// If no memory could ever be that large.
    #[must_use]
    pub fn zeroed(len: usize) -> Self {
        Self {
            block: Block::new(len, 1),
            len,
        }
    }

    /// Copies bytes. Those that are copied stay as they are, and are the caller's to wipe.
    #[must_use]
    pub fn copy_of(bytes: &[u8]) -> Self {
        let mut copy = Self::zeroed(bytes.len());
        copy.copy_from_slice(bytes);
        copy
    }
}

impl Deref for SecretSlice {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: the block has at least `len` bytes, which are set, and lives as long as `self`,
        // which is borrowed.
        unsafe { NonNull::slice_from_raw_parts(self.block.start(), self.len).as_ref() }
    }
}

impl DerefMut for SecretSlice {
    fn deref_mut(&mut self) -> &mut [u8] {
        // SAFETY: the block has at least `len` bytes, which are set, and lives as long as `self`,
        // which is borrowed mutably.
        unsafe { NonNull::slice_from_raw_parts(self.block.start(), self.len).as_mut() }
    }
}

impl Default for SecretSlice {
    /// No bytes.
    fn default() -> Self {
        Self::zeroed(0)
    }
}

impl ZeroizeOnDrop for SecretSlice {}

impl fmt::Debug for SecretSlice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretSlice").finish_non_exhaustive()
    }
}
