#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| minigate_fuzz::flight::play(bytes));
