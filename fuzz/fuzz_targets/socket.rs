#![no_main]

libfuzzer_sys::fuzz_target!(|scene: minigate_fuzz::socket::Scene| minigate_fuzz::socket::play(scene));
