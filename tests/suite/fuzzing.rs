//! The properties of the fuzz targets, on the seeds of their corpus and on mutations of these. The
//! targets themselves take a nightly compiler: `cargo +nightly fuzz run scenario`.

use crate::harness::scenario_of;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::fs;
use std::path::{Path, PathBuf};

#[path = "../../fuzz/properties.rs"]
mod properties;

/// What must hold of any bytes.
type Property = fn(&[u8]);

/// Every target, and its property.
const TARGETS: &[(&str, Property)] = &[
    ("scenario", properties::scenario),
    ("overrides", properties::overrides),
    ("stake_table", properties::stake_table),
    ("audit_table", properties::audit_table),
    ("chain", properties::chain),
    ("block", properties::block),
    ("certificate", properties::certificate),
];

/// How many mutations of each target's seeds are tried.
const CASES: u32 = 200;

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

/// The seeds of a target, in the order of their names.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = fuzz().join("corpus").join(target);
    let mut paths: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort_unstable();
    assert!(!paths.is_empty(), "{target} has no seeds");
    paths.iter().map(|path| fs::read(path).expect("a seed")).collect()
}

/// One change of some bytes.
#[derive(Clone, Debug)]
enum Mutation {
    Flip(Index, u8),
    Cut(Index, Index),
    Repeat(Index, Index),
    Insert(Index, Vec<u8>),
    /// A number, or a word, in place of what stood there.
    Token(Index, &'static str),
}

/// What inputs are made of, and numbers at the edges of their types.
const TOKENS: &[&str] = &[
    "0",
    "1",
    "-1",
    "1e999",
    "nan",
    "4294967296",
    "9223372036854775807",
    "18446744073709551615",
    "18446744073709551616",
    "'",
    "\"",
    "\"\"\"",
    "[",
    "]",
    "{",
    "}",
    "=",
    ",",
    ".",
    "\n",
    "\r",
    "\u{feff}",
    "\u{202e}",
    "\u{1b}[31m",
    "name",
    "stake",
    "wins",
    "kind",
    "true",
    "population.accounts",
    "selection.rule",
    "genesis",
    "block",
    "offence",
    "end",
];

fn mutation() -> impl Strategy<Value = Mutation> {
    let index = any::<Index>;
    prop_oneof![
        (index(), 0u8..8).prop_map(|(at, bit)| Mutation::Flip(at, bit)),
        (index(), index()).prop_map(|(from, to)| Mutation::Cut(from, to)),
        (index(), index()).prop_map(|(from, to)| Mutation::Repeat(from, to)),
        (index(), prop::collection::vec(any::<u8>(), 1..6))
            .prop_map(|(at, bytes)| Mutation::Insert(at, bytes)),
        (index(), prop::sample::select(TOKENS)).prop_map(|(at, token)| Mutation::Token(at, token)),
    ]
}

fn mutated(seed: &[u8], mutations: &[Mutation]) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for mutation in mutations {
        let place = |at: &Index| at.index(bytes.len() + 1);
        match mutation {
            Mutation::Flip(at, bit) if !bytes.is_empty() => {
                let at = at.index(bytes.len());
                bytes[at] ^= 1 << bit;
            }
            Mutation::Flip(..) => {}
            Mutation::Cut(from, to) => {
                let (from, to) = (place(from).min(place(to)), place(from).max(place(to)));
                bytes.drain(from..to.min(from + 40));
            }
            Mutation::Repeat(from, to) => {
                let (from, to) = (place(from).min(place(to)), place(from).max(place(to)));
                let piece = bytes[from..to.min(from + 400)].to_vec();
                bytes.splice(from..from, piece);
            }
            Mutation::Insert(at, piece) => {
                let at = place(at);
                bytes.splice(at..at, piece.iter().copied());
            }
            Mutation::Token(at, token) => {
                let at = place(at);
                let end = (at + token.len()).min(bytes.len());
                bytes.splice(at..end, token.bytes());
            }
        }
    }
    bytes
}

fn holds(target: &str) {
    let &(_, property) = TARGETS.iter().find(|(name, _)| *name == target).expect("a target");
    let seeds = seeds(target);
    seeds.iter().for_each(|seed| property(seed));
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &[13; 32]);
    let cases = (any::<Index>(), prop::collection::vec(mutation(), 1..5));
    TestRunner::new_with_rng(config, random)
        .run(&cases, |(which, mutations)| {
            property(&mutated(&seeds[which.index(seeds.len())], &mutations));
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{target}: {failure}"));
}

#[test]
fn scenarios() {
    holds("scenario");
}

#[test]
fn overrides() {
    holds("overrides");
}

#[test]
fn stake_tables() {
    holds("stake_table");
}

#[test]
fn audit_tables() {
    holds("audit_table");
}

#[test]
fn chains() {
    holds("chain");
}

#[test]
fn blocks() {
    holds("block");
}

#[test]
fn certificates() {
    holds("certificate");
}

/// A target without a twin here, or the other way round, is noticed.
#[test]
fn every_target_has_its_twin() {
    let mut names: Vec<String> = fs::read_dir(fuzz().join("fuzz_targets"))
        .expect("targets")
        .map(|entry| {
            entry.expect("an entry").path().file_stem().expect("a name").to_string_lossy().into_owned()
        })
        .collect();
    names.sort_unstable();
    let mut known: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
    known.sort_unstable();
    assert_eq!(names, known);
    let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).expect("a manifest");
    for name in known {
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name}");
    }
}

/// The seeds are what their targets accept, so that mutations begin beyond the first check.
#[test]
fn seeds_are_accepted() {
    let chain = seeds("chain").into_iter().map(|seed| String::from_utf8(seed).expect("text"));
    for text in chain {
        let mut lines = text.lines();
        let mut replay = tombola::forging::Replay::begin(lines.next().expect("a line")).expect("a record");
        lines.for_each(|line| replay.next(line).expect("a line that holds"));
        replay.finish().expect("a chain that holds");
    }
    for seed in seeds("block") {
        tombola::ledger::Block::blank().decode_into(&seed).expect("a block");
    }
    for seed in seeds("certificate") {
        tombola::ledger::Certificate::decode(&seed).expect("a certificate");
    }
    for seed in seeds("scenario") {
        let text = String::from_utf8(seed).expect("text");
        scenario_of(&text);
    }
    for seed in seeds("audit_table") {
        tombola::analysis::AuditTable::read(Path::new("seed.csv"), &seed).expect("a table");
    }
}
