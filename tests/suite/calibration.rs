//! Calibration: intervals cover and tests reject as often as they say, and the table of
//! docs/statistics.md is what the program computes.

#[path = "../../examples/calibration/main.rs"]
#[allow(dead_code, reason = "the example's main is tried by hand")]
mod program;

use program::{markdown, rows};
use std::fs;
use std::path::Path;

#[test]
fn every_rate_is_what_it_should_be_and_stands_in_the_documents() {
    let rows = rows();
    let faults: Vec<String> = rows.iter().filter(|row| !row.holds()).map(|row| row.markdown()).collect();
    assert!(faults.is_empty(), "observed against allowed:\n{}", faults.join("\n"));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/statistics.md");
    let text = fs::read_to_string(path).expect("docs/statistics.md");
    let table = markdown(&rows);
    let stale = "the table under Calibration is not what `cargo run --release --example calibration` prints";
    assert!(text.contains(&table), "{stale}:\n{table}");
}
