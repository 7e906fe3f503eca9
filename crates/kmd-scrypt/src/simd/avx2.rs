//! With AVX2, which has no rotation of its own.

kernel!("avx2", rotate);

/// Each word rotated to the left.
#[inline]
#[target_feature(enable = "avx2")]
fn rotate<const BITS: i32>(x: __m256i) -> __m256i {
    match BITS {
        7 => _mm256_or_si256(_mm256_slli_epi32::<7>(x), _mm256_srli_epi32::<25>(x)),
        9 => _mm256_or_si256(_mm256_slli_epi32::<9>(x), _mm256_srli_epi32::<23>(x)),
        13 => _mm256_or_si256(_mm256_slli_epi32::<13>(x), _mm256_srli_epi32::<19>(x)),
        _ => _mm256_or_si256(_mm256_slli_epi32::<18>(x), _mm256_srli_epi32::<14>(x)),
    }
}
