//! ROMix for up to eight lanes, for whatever set of instructions can rotate the words of a vector.

/// Makes `romix`, compiled with the features `$features`, for which `$rotate::<BITS>(vector)`
/// rotates each word to the left.
macro_rules! kernel {
    ($features:literal, $rotate:ident) => {
        use core::arch::x86_64::*;

        use super::{LANES, SAVED, STATE};
        use crate::OutOfMemory;
        use crate::params::BLOCK;
        use crate::scratch::Scratch;

        /// The words of a Salsa20 block, of eight lanes.
        type Block = [__m256i; 16];

        /// Runs ROMix on the lanes of `blocks`, of which there are at most eight.
        #[target_feature(enable = $features)]
        pub(crate) fn romix(blocks: &mut [u8], n: usize, r: usize, scratch: &mut Scratch) -> Result<(), OutOfMemory> {
            let lanes = (blocks.len() / (r * BLOCK)).min(LANES);
            let table = lanes * n * r * SAVED;
            let state = r * STATE;
            let vectors = scratch.view::<__m256i>(table + 2 * state)?;
            // The table first: its blocks are whole cache lines.
            let (table, state) = vectors.split_at_mut(table);
            let (x, _) = state.as_chunks_mut::<16>();
            if lanes == 0 {
                return Ok(());
            }
            load(blocks, r, lanes, x);
            // kmd's own `r` is worth a version compiled for it.
            if r == 1 {
                mix::<1>(table, x, n, r, lanes);
            } else {
                mix::<0>(table, x, n, r, lanes);
            }
            store(blocks, r, lanes, x);
            Ok(())
        }

        /// The two passes of ROMix. `R` is `r` where that is known when compiling, or zero.
        #[target_feature(enable = $features)]
        fn mix<const R: usize>(table: &mut [__m256i], state: &mut [Block], n: usize, r: usize, lanes: usize) {
            let r = if R == 0 { r } else { R };
            let (x, y) = state.split_at_mut(2 * r);
            for saved in table.chunks_exact_mut(lanes * r * SAVED) {
                for (part, words) in x.as_flattened().as_chunks::<8>().0.iter().enumerate() {
                    let rows = transpose(words);
                    for (lane, row) in rows.iter().enumerate().take(lanes) {
                        saved[lane * r * SAVED + part] = *row;
                    }
                }
                block_mix::<R>(x, y);
            }
            for _ in 0..n {
                let picked = picked(&x[2 * r - 1][0], n, lanes);
                let parts = x.as_flattened_mut().as_chunks_mut::<8>().0;
                for (part, words) in parts.iter_mut().enumerate() {
                    // (A closure given to `map` would be compiled without the features.)
                    let mut rows = *words;
                    for (row, block) in rows.iter_mut().zip(picked) {
                        *row = table[block * r * SAVED + part];
                    }
                    for (word, row) in words.iter_mut().zip(transpose(&rows)) {
                        *word = _mm256_xor_si256(*word, row);
                    }
                }
                block_mix::<R>(x, y);
            }
        }

        /// Which block of the table each lane wants next: in the table the blocks of all lanes for
        /// one step follow each other. Where there are fewer than eight lanes, the rest do as the
        /// last of them does.
        #[inline]
        #[target_feature(enable = $features)]
        fn picked(numbers: &__m256i, n: usize, lanes: usize) -> [usize; LANES] {
            let words = [
                _mm256_extract_epi32::<0>(*numbers),
                _mm256_extract_epi32::<1>(*numbers),
                _mm256_extract_epi32::<2>(*numbers),
                _mm256_extract_epi32::<3>(*numbers),
                _mm256_extract_epi32::<4>(*numbers),
                _mm256_extract_epi32::<5>(*numbers),
                _mm256_extract_epi32::<6>(*numbers),
                _mm256_extract_epi32::<7>(*numbers),
            ];
            let mut picked = [0; LANES];
            for (lane, (picked, word)) in picked.iter_mut().zip(words).enumerate() {
                *picked = (word as u32 as usize & (n - 1)) * lanes + lane.min(lanes - 1);
            }
            picked
        }

        /// BlockMix of `x`, in place; `y` is room to do it in.
        #[inline]
        #[target_feature(enable = $features)]
        fn block_mix<const R: usize>(x: &mut [Block], y: &mut [Block]) {
            if R == 1 {
                let (first, second) = x.split_at_mut(1);
                salsa(&mut first[0], &second[0]);
                salsa(&mut second[0], &first[0]);
                return;
            }
            let half = x.len() / 2;
            let mut last = x[2 * half - 1];
            for (pair, block) in x.as_chunks::<2>().0.iter().zip(0..half) {
                salsa(&mut last, &pair[0]);
                y[block] = last;
                salsa(&mut last, &pair[1]);
                y[half + block] = last;
            }
            x.copy_from_slice(y);
        }

        /// Salsa20/8 of `x ^ other`, into `x`.
        #[inline]
        #[target_feature(enable = $features)]
        fn salsa(x: &mut Block, other: &Block) {
            for (word, other) in x.iter_mut().zip(other) {
                *word = _mm256_xor_si256(*word, *other);
            }
            let mut w = *x;
            for _ in 0..4 {
                quarter(&mut w, [0, 4, 8, 12]);
                quarter(&mut w, [5, 9, 13, 1]);
                quarter(&mut w, [10, 14, 2, 6]);
                quarter(&mut w, [15, 3, 7, 11]);
                quarter(&mut w, [0, 1, 2, 3]);
                quarter(&mut w, [5, 6, 7, 4]);
                quarter(&mut w, [10, 11, 8, 9]);
                quarter(&mut w, [15, 12, 13, 14]);
            }
            for (word, end) in x.iter_mut().zip(w) {
                *word = _mm256_add_epi32(*word, end);
            }
        }

        /// A quarter round.
        #[inline]
        #[target_feature(enable = $features)]
        fn quarter(w: &mut Block, [a, b, c, d]: [usize; 4]) {
            w[b] = _mm256_xor_si256(w[b], $rotate::<7>(_mm256_add_epi32(w[a], w[d])));
            w[c] = _mm256_xor_si256(w[c], $rotate::<9>(_mm256_add_epi32(w[b], w[a])));
            w[d] = _mm256_xor_si256(w[d], $rotate::<13>(_mm256_add_epi32(w[c], w[b])));
            w[a] = _mm256_xor_si256(w[a], $rotate::<18>(_mm256_add_epi32(w[d], w[c])));
        }

        /// Rows to columns.
        #[inline]
        #[target_feature(enable = $features)]
        fn transpose(m: &[__m256i; 8]) -> [__m256i; 8] {
            let a0 = _mm256_unpacklo_epi32(m[0], m[1]);
            let a1 = _mm256_unpackhi_epi32(m[0], m[1]);
            let a2 = _mm256_unpacklo_epi32(m[2], m[3]);
            let a3 = _mm256_unpackhi_epi32(m[2], m[3]);
            let a4 = _mm256_unpacklo_epi32(m[4], m[5]);
            let a5 = _mm256_unpackhi_epi32(m[4], m[5]);
            let a6 = _mm256_unpacklo_epi32(m[6], m[7]);
            let a7 = _mm256_unpackhi_epi32(m[6], m[7]);
            let b0 = _mm256_unpacklo_epi64(a0, a2);
            let b1 = _mm256_unpackhi_epi64(a0, a2);
            let b2 = _mm256_unpacklo_epi64(a1, a3);
            let b3 = _mm256_unpackhi_epi64(a1, a3);
            let b4 = _mm256_unpacklo_epi64(a4, a6);
            let b5 = _mm256_unpackhi_epi64(a4, a6);
            let b6 = _mm256_unpacklo_epi64(a5, a7);
            let b7 = _mm256_unpackhi_epi64(a5, a7);
            [
                _mm256_permute2x128_si256::<0x20>(b0, b4),
                _mm256_permute2x128_si256::<0x20>(b1, b5),
                _mm256_permute2x128_si256::<0x20>(b2, b6),
                _mm256_permute2x128_si256::<0x20>(b3, b7),
                _mm256_permute2x128_si256::<0x31>(b0, b4),
                _mm256_permute2x128_si256::<0x31>(b1, b5),
                _mm256_permute2x128_si256::<0x31>(b2, b6),
                _mm256_permute2x128_si256::<0x31>(b3, b7),
            ]
        }

        /// Bytes of the lanes to their state; lanes that are not there are as the last.
        #[target_feature(enable = $features)]
        fn load(blocks: &[u8], r: usize, lanes: usize, state: &mut [Block]) {
            let (words, _) = blocks.as_chunks::<4>();
            for (i, vector) in state.as_flattened_mut().iter_mut().take(r * STATE).enumerate() {
                let word = |lane: usize| i32::from_le_bytes(words[lane.min(lanes - 1) * r * STATE + i]);
                *vector = _mm256_setr_epi32(
                    word(0),
                    word(1),
                    word(2),
                    word(3),
                    word(4),
                    word(5),
                    word(6),
                    word(7),
                );
            }
        }

        /// The state of the lanes to their bytes.
        #[target_feature(enable = $features)]
        fn store(blocks: &mut [u8], r: usize, lanes: usize, state: &[Block]) {
            let (words, _) = blocks.as_chunks_mut::<4>();
            for (i, vector) in state.as_flattened().iter().take(r * STATE).enumerate() {
                let eight = [
                    _mm256_extract_epi32::<0>(*vector),
                    _mm256_extract_epi32::<1>(*vector),
                    _mm256_extract_epi32::<2>(*vector),
                    _mm256_extract_epi32::<3>(*vector),
                    _mm256_extract_epi32::<4>(*vector),
                    _mm256_extract_epi32::<5>(*vector),
                    _mm256_extract_epi32::<6>(*vector),
                    _mm256_extract_epi32::<7>(*vector),
                ];
                for (lane, word) in eight.into_iter().enumerate().take(lanes) {
                    words[lane * r * STATE + i] = word.to_le_bytes();
                }
            }
        }
    };
}
