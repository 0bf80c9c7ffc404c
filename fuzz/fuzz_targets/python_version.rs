#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| dockwright_fuzz::hold("python_version", input));
