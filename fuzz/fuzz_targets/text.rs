#![no_main]

libfuzzer_sys::fuzz_target!(|scene: minigate_fuzz::text::Scene| minigate_fuzz::text::play(scene));
