//! The cost parameters of one derivation.

use thiserror::Error;

/// Bytes of one scrypt block for each unit of `r`.
pub(crate) const BLOCK: usize = 128;

/// Validated cost parameters of scrypt.
///
/// What is accepted is what Go's `x/crypto/scrypt` accepts. RFC 7914 additionally asks for
/// `N < 2^(128 * r / 8)`, which would rule out kmd's own `N = 65536, r = 1`; that bound takes bits
/// for bytes (erratum 5971: it should read `N < 2^(128 * r)`), and the corrected one holds for any
/// 64-bit `N`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Params {
    n: u64,
    r: u32,
    p: u32,
}

/// Why cost parameters are not valid ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ParamsError {
    /// `N` must be a power of two greater than one.
    #[error("scrypt N must be a power of two greater than 1")]
    Cost,
    /// `r` must not be zero.
    #[error("scrypt r must be at least 1")]
    BlockSize,
    /// `p` must not be zero.
    #[error("scrypt p must be at least 1")]
    Parallelism,
    /// `r * p` must be below `2^30`, and `128 * r * N` must fit a signed 64-bit integer.
    #[error("scrypt parameters are too large")]
    TooLarge,
}

impl Params {
    /// Checks the cost `n`, the block size `r` and the parallelism `p`.
    ///
    /// # Errors
    ///
    /// One of [`ParamsError`] where they are no scrypt parameters. Whether they are affordable is
    /// another question: that is what [`Limits`](crate::Limits) are for.
    pub fn new(n: u64, r: u32, p: u32) -> Result<Self, ParamsError> {
        if n < 2 || !n.is_power_of_two() {
            return Err(ParamsError::Cost);
        }
        if r == 0 {
            return Err(ParamsError::BlockSize);
        }
        if p == 0 {
            return Err(ParamsError::Parallelism);
        }
        let params = Self { n, r, p };
        if u64::from(r) * u64::from(p) >= 1 << 30 || params.lane_memory() > i64::MAX as u128 {
            return Err(ParamsError::TooLarge);
        }
        Ok(params)
    }

    /// The cost, `N`.
    #[must_use]
    pub const fn n(&self) -> u64 {
        self.n
    }

    /// The block size, `r`.
    #[must_use]
    pub const fn r(&self) -> u32 {
        self.r
    }

    /// The parallelism, `p`.
    #[must_use]
    pub const fn p(&self) -> u32 {
        self.p
    }

    /// How much there is to compute, `N * r * p`: kmd's default comes to 2²¹.
    #[must_use]
    pub const fn work(&self) -> u128 {
        self.n as u128 * self.r as u128 * self.p as u128
    }

    /// Bytes needed by the least parallel way of computing it: the table of one lane, and the
    /// blocks of all of them.
    #[must_use]
    pub const fn memory(&self) -> u128 {
        // Two more blocks of `r` for the state of the lane at work.
        self.lane_memory() + (self.p as u128 + 2) * self.r as u128 * BLOCK as u128
    }

    /// Bytes of the table (`V` of RFC 7914) of one lane.
    pub(crate) const fn lane_memory(&self) -> u128 {
        self.n as u128 * self.r as u128 * BLOCK as u128
    }
}
