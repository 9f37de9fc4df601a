//! Calibration: intervals cover and tests reject as often as they say, and the table of
//! docs/statistics.md is what the program computes.

#[path = "../../examples/calibration/main.rs"]
#[allow(dead_code, reason = "the example's main is tried by hand")]
mod program;

use program::{decisions, markdown, rows};
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

/// Every fourteenth cell of the table of decisions, played again; the whole of it is printed by the example.
#[test]
fn decisions_are_false_no_oftener_than_stated() {
    let some: Vec<decisions::Cell> = decisions::cells().into_iter().step_by(14).collect();
    let lines = decisions::lines(&some);
    let faults: Vec<String> = lines.iter().filter(|line| !line.holds()).map(|line| line.markdown()).collect();
    assert!(faults.is_empty(), "more often than stated:\n{}", faults.join("\n"));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/statistics.md");
    let text = fs::read_to_string(path).expect("docs/statistics.md");
    for line in lines {
        assert!(text.contains(&line.markdown()), "docs/statistics.md does not have {}", line.markdown());
    }
}
