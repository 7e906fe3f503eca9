//! With AVX-512VL: a rotation is one instruction, and there are registers enough for the whole state.

kernel!("avx512f,avx512vl,avx2", _mm256_rol_epi32);
