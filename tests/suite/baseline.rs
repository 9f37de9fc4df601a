//! The same scenario and seed give the same counts and coins as before: tables kept from version
//! 0.1.0 as it was before `analysis` became a layer. Columns of inference are not among them, since
//! better intervals and tests may replace them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::sandbox::Sandbox;

/// Columns whose names changed since the tables were kept, with the names that they have now.
const RENAMED: &[(&str, &str)] = &[("longest_drought", "longest_gap"), ("longest_streak", "longest_run")];

/// Every column of a CSV text, by its name.
fn columns(text: &str) -> BTreeMap<String, Vec<String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().expect("a header").clone();
    let mut columns: BTreeMap<String, Vec<String>> =
        header.iter().map(|name| (name.to_owned(), Vec::new())).collect();
    for record in reader.records() {
        for (name, cell) in header.iter().zip(&record.expect("a record")) {
            columns.get_mut(name).expect("a column of the header").push(cell.to_owned());
        }
    }
    columns
}

/// The rows whose metric is among these.
fn only(table: &BTreeMap<String, Vec<String>>, metrics: &[String]) -> BTreeMap<String, Vec<String>> {
    let kept: Vec<bool> = table["metric"].iter().map(|metric| metrics.contains(metric)).collect();
    let rows = |cells: &Vec<String>| {
        cells.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(cell, _)| cell.clone()).collect()
    };
    table.iter().map(|(column, cells)| (column.clone(), rows(cells))).collect()
}

#[test]
fn counts_and_coins_are_those_of_the_kept_tables() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut compared = 0;
    for entry in fs::read_dir(root.join("tests/baseline")).expect("the kept tables") {
        let name = entry.expect("an entry").file_name().into_string().expect("a name");
        let sandbox = Sandbox::new();
        let scenario = root.join(format!("scenarios/{name}.toml")).display().to_string();
        let run = ["run", &scenario, "--rounds", "200", "--trials", "3", "--seed", "5", "--quiet"];
        let settings = ["--set", "run.checkpoints=4", "--set", "report.figures=[]"];
        let done = sandbox.command(&[&run[..], &settings[..]].concat()).output().expect("the program runs");
        assert!(done.status.success(), "{name}: {}", String::from_utf8_lossy(&done.stderr));
        for table in ["validators", "trials", "chains", "timeline"] {
            let kept = root.join(format!("tests/baseline/{name}/{table}.csv"));
            let kept = columns(&fs::read_to_string(kept).expect("a kept table"));
            let made = sandbox.path(&format!("output/{name}/{table}.csv"));
            let made = columns(&fs::read_to_string(made).expect("a table"));
            // Statements that are new since then stand beside the old ones.
            let made = match kept.get("metric") {
                Some(metrics) => only(&made, metrics),
                None => made,
            };
            for (column, cells) in kept {
                let renamed = RENAMED.iter().find(|(before, _)| *before == column);
                let now = renamed.map_or(column.as_str(), |(_, now)| now);
                assert_eq!(made.get(now), Some(&cells), "{name}/{table}.csv, column {now}");
                compared += 1;
            }
        }
    }
    assert!(compared > 7 * 30, "{compared} columns were compared");
}
