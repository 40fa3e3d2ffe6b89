#![no_main]

libfuzzer_sys::fuzz_target!(|scene: minigate_fuzz::settle::Scene| minigate_fuzz::settle::play(scene));
