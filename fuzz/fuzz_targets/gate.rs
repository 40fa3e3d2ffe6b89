#![no_main]

libfuzzer_sys::fuzz_target!(|scene: minigate_fuzz::gate::Scene| minigate_fuzz::gate::play(scene));
