#![no_main]

libfuzzer_sys::fuzz_target!(|scene: minigate_fuzz::form::Scene| minigate_fuzz::form::play(scene));
