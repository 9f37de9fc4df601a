#![no_main]

#[path = "../properties.rs"]
#[allow(dead_code, reason = "each target takes one of the properties")]
mod properties;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::stake_table(bytes));
