//! One lane at a time, on any processor.
//!
//! The words of each Salsa20 block are kept in the order of its diagonals, so that a round is four
//! operations on rows of four words: compilers make vector instructions of that where there are any.

use crate::OutOfMemory;
use crate::params::BLOCK;
use crate::scratch::{Line, Scratch};

/// Where in a block each word of the diagonal order comes from.
const DIAGONAL: [usize; 16] = [0, 5, 10, 15, 4, 9, 14, 3, 8, 13, 2, 7, 12, 1, 6, 11];

/// Bytes of a Salsa20 block.
const SALSA: usize = 64;

type Row = [u32; 4];

/// Scratch memory needed, or `None` where that is beyond any memory there could be.
pub(crate) fn memory(n: usize, r: usize) -> Option<usize> {
    n.checked_add(2)?.checked_mul(r)?.checked_mul(BLOCK)
}

/// Runs ROMix on each lane of `blocks`, one after the other.
pub(crate) fn romix(blocks: &mut [u8], n: usize, r: usize, scratch: &mut Scratch) -> Result<(), OutOfMemory> {
    let bytes = memory(n, r).ok_or(OutOfMemory)?;
    let lines = scratch.view::<Line>(bytes / SALSA)?;
    let (state, table) = lines.split_at_mut(4 * r);
    let (x, y) = state.split_at_mut(2 * r);
    for lane in blocks.chunks_exact_mut(r * BLOCK) {
        load(lane, x);
        for saved in table.chunks_exact_mut(4 * r) {
            // Two steps at a time, so that the state is back in `x` after them.
            let (even, odd) = saved.split_at_mut(2 * r);
            even.copy_from_slice(x);
            block_mix(x, y);
            odd.copy_from_slice(y);
            block_mix(y, x);
        }
        for _ in 0..n / 2 {
            pick(x, table, n);
            block_mix(x, y);
            pick(y, table, n);
            block_mix(y, x);
        }
        store(x, lane);
    }
    Ok(())
}

/// Mixes into the state the block of the table that it says itself.
fn pick(state: &mut [Line], table: &[Line], n: usize) {
    let Some(last) = state.last() else { return };
    // Integerify: the last block as a little-endian number, of which 64 bits are more than enough.
    // The second word of the block is at 13 in the diagonal order.
    let number = u64::from(last.0[0]) | u64::from(last.0[13]) << 32;
    let index = (number & (n as u64 - 1)) as usize;
    let saved = &table[index * state.len()..][..state.len()];
    for (line, saved) in state.iter_mut().zip(saved) {
        for (word, saved) in line.0.iter_mut().zip(&saved.0) {
            *word ^= saved;
        }
    }
}

/// BlockMix: `input` mixed, into `output`.
fn block_mix(input: &[Line], output: &mut [Line]) {
    let Some(last) = input.last() else { return };
    let (even, odd) = output.split_at_mut(input.len() / 2);
    let mut x = *last;
    for ((pair, even), odd) in input.chunks_exact(2).zip(even).zip(odd) {
        salsa(&mut x, &pair[0]);
        *even = x;
        salsa(&mut x, &pair[1]);
        *odd = x;
    }
}

/// Salsa20/8 of `x ^ block`, in diagonal order, into `x`.
#[inline(always)]
fn salsa(x: &mut Line, block: &Line) {
    for (word, other) in x.0.iter_mut().zip(&block.0) {
        *word ^= other;
    }
    let (rows, _) = x.0.as_chunks::<4>();
    let [mut a, mut b, mut c, mut d]: [Row; 4] = [rows[0], rows[1], rows[2], rows[3]];
    for _ in 0..8 {
        step::<7>(&mut b, a, d);
        step::<9>(&mut c, b, a);
        step::<13>(&mut d, c, b);
        step::<18>(&mut a, d, c);
        // Columns become rows, and the other way about: the second and last row change places.
        let turned = [b[3], b[0], b[1], b[2]];
        b = [d[1], d[2], d[3], d[0]];
        c = [c[2], c[3], c[0], c[1]];
        d = turned;
    }
    for (row, end) in x.0.as_chunks_mut::<4>().0.iter_mut().zip([a, b, c, d]) {
        for (word, end) in row.iter_mut().zip(end) {
            *word = word.wrapping_add(end);
        }
    }
}

/// A quarter of the quarter rounds of a round.
#[inline(always)]
fn step<const BITS: u32>(target: &mut Row, one: Row, other: Row) {
    for i in 0..4 {
        target[i] ^= one[i].wrapping_add(other[i]).rotate_left(BITS);
    }
}

/// Bytes of a lane to its state.
fn load(lane: &[u8], state: &mut [Line]) {
    for (bytes, line) in lane.chunks_exact(SALSA).zip(state) {
        let (words, _) = bytes.as_chunks::<4>();
        for (word, from) in line.0.iter_mut().zip(DIAGONAL) {
            *word = u32::from_le_bytes(words[from]);
        }
    }
}

/// The state of a lane to its bytes.
fn store(state: &[Line], lane: &mut [u8]) {
    for (bytes, line) in lane.chunks_exact_mut(SALSA).zip(state) {
        let (words, _) = bytes.as_chunks_mut::<4>();
        for (word, to) in line.0.iter().zip(DIAGONAL) {
            words[to] = word.to_le_bytes();
        }
    }
}
