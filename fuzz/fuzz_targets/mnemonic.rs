#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kmd_fuzz_targets::mnemonic(bytes));
