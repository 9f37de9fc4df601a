//! What must hold of any bytes that are read as one of the program's inputs: none of it panics, and
//! what is accepted is what was written.
//!
//! The fuzz targets and `tests/suite/fuzzing.rs` check the same functions.

use std::path::Path;
use tombola::analysis::AuditTable;
use tombola::forging::Replay;
use tombola::ledger::{Block, Certificate};
use tombola::scenario::{Override, load_text};

/// A scenario in which the other inputs are read.
const PLAIN: &str = "[run]\nrounds = 3\ntrials = 1\n[population]\naccounts = [ { name = 'a', balance = 5 }, { name = 'b', balance = 7 } ]\n";

/// A scenario that is accepted is accepted again as the program writes it, and is the same.
pub fn scenario(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match load_text(Path::new("fuzz.toml"), text.to_owned(), &[]) {
        Ok(scenario) => {
            let resolved = scenario.resolved();
            let again = load_text(Path::new("fuzz.toml"), resolved.clone(), &[]);
            let again = again.unwrap_or_else(|problem| panic!("{problem}\n{resolved}"));
            assert_eq!(again.resolved(), resolved);
            assert_eq!(again.hash(), scenario.hash());
        }
        Err(problem) => assert!(!problem.to_string().is_empty()),
    }
}

/// An override, one a line, is refused or changes the scenario.
pub fn overrides(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let overrides: Vec<Override> = text.lines().filter_map(|line| Override::parse(line).ok()).collect();
    if let Err(problem) = load_text(Path::new("fuzz.toml"), PLAIN.to_owned(), &overrides) {
        assert!(!problem.to_string().is_empty());
    }
}

/// A table of stakes that is accepted gives every account its own name, and some stake.
pub fn stake_table(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("stakes.csv");
    std::fs::write(&path, bytes).expect("a temporary file");
    let text = format!("[population]\nstake = {{ kind = 'table', path = {path:?} }}\n");
    match load_text(Path::new("fuzz.toml"), text, &[]) {
        Ok(scenario) => {
            let world = &scenario.experiment.world;
            let mut names = world.names.clone();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), world.names.len());
            assert!(world.stakes.iter().all(|&stake| stake > 0));
        }
        Err(problem) => assert!(!problem.to_string().is_empty()),
    }
}

/// A table of a real chain that is accepted has as many entries in each of its columns.
pub fn audit_table(bytes: &[u8]) {
    match AuditTable::read(Path::new("fuzz.csv"), bytes) {
        Ok(table) => {
            let rows = table.names.len();
            assert!(rows > 0 && table.stakes.len() == rows && table.wins.len() == rows);
            assert!(table.expected.is_none_or(|expected| expected.len() == rows));
            assert!(table.slots.is_none_or(|slots| slots.len() == rows));
        }
        Err(problem) => assert!(!problem.to_string().is_empty()),
    }
}

/// A chain is checked line by line up to the first that fails; coins are conserved until then.
pub fn chain(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let mut lines = text.split('\n').filter(|line| !line.is_empty());
    let Ok(mut replay) = Replay::begin(lines.next().unwrap_or_default()) else { return };
    for line in lines {
        if let Err(finding) = replay.next(line) {
            assert!(!finding.to_string().is_empty());
            return;
        }
        assert!(replay.supply().is_conserved());
    }
}

/// Bytes are a block in one way at most.
pub fn block(bytes: &[u8]) {
    let mut block = Block::blank();
    if block.decode_into(bytes).is_ok() {
        let mut again = Vec::new();
        block.encode(&mut again);
        assert_eq!(again, bytes);
    }
}

/// Bytes are a certificate in one way at most.
pub fn certificate(bytes: &[u8]) {
    if let Ok(certificate) = Certificate::decode(bytes) {
        let mut again = Vec::new();
        certificate.encode(&mut again);
        assert_eq!(again, bytes);
    }
}
