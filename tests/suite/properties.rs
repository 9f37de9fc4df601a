//! Arbitrary input never makes the program panic: it is refused with a message, or it works.
//!
//! Every run of these tests tries the same cases: the generator is seeded here.

use crate::harness::{scenario_of, simulated};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::RngSeed;
use std::fs;
use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, LazyLock, Mutex};
use tombola::forging::{Replay, ReplayFinding, ReplaySummary};
use tombola::scenario::{Override, Problem, Scenario, ScenarioFile, load, load_text};
use tombola::simulation::{Control, Engine, Quiet, Results, run};

fn cases(number: u32) -> ProptestConfig {
    ProptestConfig {
        cases: number,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(20_240_229),
        ..ProptestConfig::default()
    }
}

/// Every scenario that comes along, with its path, since relative paths in it start there.
static SHIPPED: LazyLock<Vec<(PathBuf, String)>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the scenarios")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        // Half a million accounts take too long to make over and over, and are too many to be played.
        .filter(|path| !path.ends_with("ethereum-year.toml"))
        .collect();
    paths.sort();
    let read = |path: PathBuf| (path.clone(), fs::read_to_string(path).expect("a scenario"));
    paths.into_iter().map(read).collect()
});

/// A scenario in which every section and every kind of fault has its place.
const BUSY: &str = r#"
name = "busy"
[run]
seed = "18446744073709551615"
rounds = 10
trials = 2
engine = "full"
checkpoints = 5
[population]
minimum_stake = 100
accounts = [
    { name = "ada", balance = 350 }, { name = "bob", balance = 500 }, { name = "cyd", balance = 200 },
    { name = "dan", balance = 90 }, { name = "eve", balance = 275, validates = false },
    { name = "fay", balance = 400 }, { name = "gus", balance = 120 },
]
[selection]
rule = { kind = "uniform" }
[attestation]
committee = 3
quorum = "2/3"
weight = "stake"
[transactions]
per_round = 3
users = 4
balance = 1000
fee = 2
largest = 50
bad = "1/3"
burn = 0.5
[reward]
policy = { kind = "constant", amount = 7 }
compound = true
[slashing]
share = "50 %"
[network]
loss = 0.1
[[behaviours]]
act = { kind = "invalid-block", flaw = "second-block" }
accounts = ["ada", "fay"]
[[behaviours]]
act = "offline"
share = "1/5"
[analysis]
confidence = 0.99
tolerance = 0.2
delta = 0.05
[report]
figures = ["lorenz"]
formats = ["svg"]
"#;

/// What becomes of a text.
#[derive(Clone, Debug)]
enum Mutation {
    FlipBit(Index, u8),
    Remove(Index, usize),
    Insert(Index, Vec<u8>),
    DuplicateLine(Index, Index),
    RemoveLine(Index),
    ReplaceNumber(Index, &'static str),
    RenameKey(Index, &'static str),
}

/// Numbers at the edges of types and of what is possible; none of them asks for so many accounts
/// that it would take long to find out.
const EXTREMES: &[&str] = &[
    "0",
    "1",
    "2",
    "-1",
    "3",
    "65536",
    "4294967295",
    "4294967296",
    "9223372036854775806",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775808",
    "340282366920938463463374607431768211456",
    "0.5",
    "-0.0",
    "1e-308",
    "1e308",
    "1e309",
    "nan",
    "inf",
    "-inf",
    "\"1/3\"",
    "\"0\"",
    "\"100 %\"",
    "\"18446744073709551615\"",
    "\"999999999999999999/1\"",
    "\"1/999999999999999999\"",
    "\"\"",
    "true",
    "[]",
    "{}",
    "1979-05-27",
];

const KEYS: &[&str] = &[
    "name",
    "seed",
    "rounds",
    "kind",
    "count",
    "total_stake",
    "stake",
    "accounts",
    "balance",
    "share",
    "act",
    "rule",
    "shape",
    "gini",
    "size",
    "amount",
    "\"\"",
    "a.b.c",
    "rouns",
    "path",
];

fn mutation() -> impl Strategy<Value = Mutation> {
    prop_oneof![
        2 => (any::<Index>(), 0u8..8).prop_map(|(at, bit)| Mutation::FlipBit(at, bit)),
        1 => (any::<Index>(), 1usize..20).prop_map(|(at, length)| Mutation::Remove(at, length)),
        1 => (any::<Index>(), vec(any::<u8>(), 1..6)).prop_map(|(at, bytes)| Mutation::Insert(at, bytes)),
        2 => (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Mutation::DuplicateLine(from, to)),
        2 => any::<Index>().prop_map(Mutation::RemoveLine),
        6 => (any::<Index>(), select(EXTREMES)).prop_map(|(at, with)| Mutation::ReplaceNumber(at, with)),
        2 => (any::<Index>(), select(KEYS)).prop_map(|(at, with)| Mutation::RenameKey(at, with)),
    ]
}

/// The stretches of a text in which every byte is of a kind.
fn stretches(bytes: &[u8], is_kind: impl Fn(u8) -> bool) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, _) in bytes.iter().enumerate().filter(|&(_, &byte)| is_kind(byte)) {
        match found.last_mut() {
            Some(last) if last.end == at => last.end = at + 1,
            _ => found.push(at..at + 1),
        }
    }
    found
}

/// Where numbers stand in a text.
fn numbers(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut numbers = stretches(bytes, |byte| byte.is_ascii_digit() || b"._".contains(&byte));
    numbers.retain(|number| bytes[number.clone()].iter().any(u8::is_ascii_digit));
    numbers
}

impl Mutation {
    fn apply(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        match self {
            Mutation::FlipBit(at, bit) => {
                let at = at.index(bytes.len());
                bytes[at] ^= 1 << bit;
            }
            Mutation::Remove(at, length) => {
                let start = at.index(bytes.len());
                bytes.drain(start..(start + length).min(bytes.len()));
            }
            Mutation::Insert(at, new) => {
                let at = at.index(bytes.len());
                bytes.splice(at..at, new.iter().copied());
            }
            Mutation::DuplicateLine(from, to) => {
                let lines: Vec<&[u8]> = bytes.split_inclusive(|&byte| byte == b'\n').collect();
                let mut all = lines.clone();
                all.insert(to.index(lines.len()), lines[from.index(lines.len())]);
                *bytes = all.concat();
            }
            Mutation::RemoveLine(at) => {
                let mut lines: Vec<&[u8]> = bytes.split_inclusive(|&byte| byte == b'\n').collect();
                lines.remove(at.index(lines.len()));
                *bytes = lines.concat();
            }
            Mutation::ReplaceNumber(at, with) => {
                let numbers = numbers(bytes);
                if !numbers.is_empty() {
                    bytes.splice(numbers[at.index(numbers.len())].clone(), with.bytes());
                }
            }
            Mutation::RenameKey(at, with) => {
                let mut words = stretches(bytes, |byte| byte.is_ascii_lowercase() || byte == b'_');
                words.retain(|word| bytes[word.end..].trim_ascii_start().starts_with(b"="));
                if !words.is_empty() {
                    bytes.splice(words[at.index(words.len())].clone(), with.bytes());
                }
            }
        }
    }
}

/// A message that says something, in one piece.
fn assert_clear(problem: &Problem) -> Result<(), TestCaseError> {
    prop_assert!(!problem.what.trim().is_empty());
    let message = problem.to_string();
    prop_assert!(message.len() < 2_000, "{}", message);
    prop_assert!(!message.contains("struct ") && !message.contains("i128"), "{}", message);
    Ok(())
}

fn results(scenario: &mut Scenario, engine: Engine) -> Results {
    scenario.experiment.engine = engine;
    simulated(&scenario.experiment, 1)
}

/// What must hold of a scenario that was accepted: it can be written down and read again, and, if
/// it is small, played by both engines with the same results.
fn assert_works(path: &Path, text: &str, scenario: &Scenario) -> Result<(), TestCaseError> {
    let resolved = scenario.resolved();
    let again = load_text(path, resolved.clone(), &[]);
    let again = again.map_err(|problem| TestCaseError::fail(format!("{problem}\nin\n{resolved}")))?;
    prop_assert_eq!(again.resolved(), resolved);
    // The resolved scenario is one point; what a study varies stands in the study.
    prop_assert_eq!(&again.file, &ScenarioFile { sweep: None, published: None, ..scenario.file.clone() });
    prop_assert_eq!(&again.experiment.world.stakes, &scenario.experiment.world.stakes);
    let world = &scenario.experiment.world;
    if world.names.len() > 2_000 || world.traffic.per_round > 50 {
        return Ok(());
    }
    let short = [
        format!("run.rounds={}", scenario.experiment.rounds.min(if world.names.len() > 50 { 2 } else { 6 })),
        format!("run.trials={}", scenario.experiment.trials.min(2)),
    ];
    let short = short.map(|text| Override::parse(&text).expect("an override"));
    let short = load_text(path, text.to_owned(), &short);
    let mut short = match short {
        // Rewards that would come after the end, or a delay as long as the run, are refused.
        Err(problem) if problem.key.starts_with("reward") => return assert_clear(&problem),
        short => short.map_err(|problem| TestCaseError::fail(format!("fewer rounds: {problem}")))?,
    };
    let full = results(&mut short, Engine::Full);
    prop_assert_eq!(full, results(&mut short, Engine::Draws));
    Ok(())
}

/// A text as a scenario, refused or working.
fn assert_refused_or_works(path: &Path, text: &str) -> Result<bool, TestCaseError> {
    match load_text(path, text.to_owned(), &[]) {
        Ok(scenario) => assert_works(path, text, &scenario).map(|()| true),
        Err(problem) => assert_clear(&problem).map(|()| false),
    }
}

proptest! {
    #![proptest_config(cases(1_500))]

    #[test]
    fn mutated_scenarios_are_refused_or_work(
        which in any::<Index>(),
        mutations in vec(mutation(), 1..4),
    ) {
        let (path, text) = &SHIPPED[which.index(SHIPPED.len())];
        let mut bytes = text.clone().into_bytes();
        mutations.iter().for_each(|mutation| mutation.apply(&mut bytes));
        assert_refused_or_works(path, &String::from_utf8_lossy(&bytes))?;
    }

    #[test]
    fn a_mutated_busy_scenario_is_refused_or_works(mutations in vec(mutation(), 1..4)) {
        let mut bytes = BUSY.as_bytes().to_vec();
        mutations.iter().for_each(|mutation| mutation.apply(&mut bytes));
        assert_refused_or_works(Path::new("busy.toml"), &String::from_utf8_lossy(&bytes))?;
    }
}

/// Every number of the busy scenario, and of the choices of stakes, rules and committees that come
/// along, replaced by every extreme one, one at a time; and of those that mean something, enough
/// work.
#[test]
fn every_number_may_be_extreme() {
    let mut texts = vec![(Path::new("busy.toml"), BUSY, 0..BUSY.len())];
    for (path, text) in SHIPPED.iter() {
        for choice in ["\nstake = {", "\nrule = {", "\ncommittee = {"] {
            if let Some(begin) = text.find(choice) {
                let length = text[begin + 1..].find('\n').expect("the end of a line");
                texts.push((path, text, begin..begin + 1 + length));
            }
        }
    }
    let (mut tried, mut worked) = (0, 0);
    for (path, text, part) in texts {
        for number in numbers(text.as_bytes()).into_iter().filter(|number| part.contains(&number.start)) {
            for extreme in EXTREMES {
                let mut mutated = text.to_owned();
                mutated.replace_range(number.clone(), extreme);
                let outcome = assert_refused_or_works(path, &mutated);
                worked += usize::from(outcome.unwrap_or_else(|failure| panic!("{failure}\nin\n{mutated}")));
                tried += 1;
            }
        }
    }
    assert!(worked > tried / 20 && worked < tried, "{worked} of {tried} worked");
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn arbitrary_bytes_are_no_scenario(bytes in vec(any::<u8>(), 0..200)) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("s.toml");
        fs::write(&path, &bytes).expect("a file");
        match load(&path, &[]) {
            Ok(_) => prop_assert!(false, "that cannot be so by chance"),
            Err(problem) => assert_clear(&problem)?,
        }
    }

    #[test]
    fn arbitrary_text_is_no_scenario(text in "(\\PC|[\\n\\[\\]{}=.\"' ]){0,120}") {
        match load_text(Path::new("s.toml"), text, &[]) {
            Ok(_) => prop_assert!(false, "that cannot be so by chance"),
            Err(problem) => assert_clear(&problem)?,
        }
    }

    #[test]
    fn arbitrary_overrides_are_refused_or_work(
        key in prop_oneof![select(KEYS).prop_map(str::to_owned), "[a-z_]{1,8}", "\\PC{0,12}"],
        section in select(&["", "run.", "population.", "population.stake.", "selection.rule.", "reward.policy.", "."][..]),
        value in prop_oneof![select(EXTREMES).prop_map(str::to_owned), "\\PC{0,16}", "[\\[{\"'].{0,16}"],
    ) {
        match Override::parse(&format!("{section}{key}={value}")) {
            Err(problem) => assert_clear(&problem)?,
            Ok(given) => match load_text(Path::new("busy.toml"), BUSY.to_owned(), &[given]) {
                Err(problem) => assert_clear(&problem)?,
                Ok(scenario) => {
                    let resolved = scenario.resolved();
                    let again = load_text(Path::new("busy.toml"), resolved.clone(), &[]);
                    prop_assert_eq!(again.map(|again| again.resolved()), Ok(resolved));
                }
            },
        }
    }

    #[test]
    fn arbitrary_text_as_an_override(text in "\\PC{0,60}") {
        if let Err(problem) = Override::parse(&text) {
            assert_clear(&problem)?;
        }
    }

    #[test]
    fn arbitrary_stake_tables_are_refused_or_work(
        table in prop_oneof![
            vec(any::<u8>(), 0..80),
            "(\u{feff})?name,stake(\r?\n(\\PC{0,6},-?[0-9]{0,20})){0,6}(\n|\r)?".prop_map(String::into_bytes),
            "[a-z,\"\r\n0-9 ;]{0,60}".prop_map(String::into_bytes),
        ],
    ) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("t.csv"), &table).expect("a file");
        let path = folder.path().join("s.toml");
        let text = "[population]\nstake = { kind = \"table\", path = \"t.csv\" }\n";
        assert_refused_or_works(&path, text)?;
    }
}

/// Collects what is written.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("one writer").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A chain with transactions and offences.
static CHAIN: LazyLock<String> = LazyLock::new(|| {
    let scenario = scenario_of(BUSY);
    let out = Shared::default();
    let stop = AtomicBool::new(false);
    let control = Control { progress: &Quiet, stop: &stop };
    run(&scenario.experiment, 1, Some(Box::new(out.clone())), &control).expect("a run");
    let bytes = out.0.lock().expect("one writer").clone();
    String::from_utf8(bytes).expect("JSON is text")
});

/// Lines end in `\n` and in nothing else, as `tombola verify` reads them.
fn replay(text: &str) -> Result<ReplaySummary, ReplayFinding> {
    let whole =
        text.strip_suffix('\n').ok_or_else(|| ReplayFinding::Form("the last line breaks off".to_owned()))?;
    let mut lines = whole.split('\n');
    let mut replay = Replay::begin(lines.next().unwrap_or_default())?;
    lines.try_for_each(|line| replay.next(line))?;
    replay.finish()
}

/// The lines of a chain, offences between two blocks sorted: nothing binds these to an order, and
/// the state after them does not depend on it.
fn unordered_offences(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.split('\n').collect();
    let is_offence = |line: &str| line.starts_with("{\"offence\"");
    for run in lines.chunk_by_mut(|a, b| is_offence(a) && is_offence(b)) {
        run.sort_unstable();
    }
    lines
}

#[test]
fn the_chain_to_be_mutated_is_sound_and_eventful() {
    let summary = replay(&CHAIN).expect("a sound chain");
    assert!(summary.blocks > 0 && summary.transactions > 0 && summary.offences > 0, "{summary:?}");
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn a_mutated_chain_is_found_out(mutations in vec(mutation(), 1..4)) {
        let mut bytes = CHAIN.clone().into_bytes();
        mutations.iter().for_each(|mutation| mutation.apply(&mut bytes));
        let text = String::from_utf8_lossy(&bytes);
        match replay(&text) {
            // The mutations may have cancelled each other out.
            Ok(_) => prop_assert_eq!(unordered_offences(&text), unordered_offences(&CHAIN)),
            Err(finding) => prop_assert!(!finding.to_string().is_empty()),
        }
    }

    /// Numbers in the genesis record are not protected by any signature: another record is the
    /// beginning of another chain, and must not lead to a panic either.
    #[test]
    fn an_arbitrary_beginning_is_refused_or_leads_to_a_finding(
        changes in vec((any::<Index>(), select(EXTREMES)), 1..4),
    ) {
        let (first, rest) = CHAIN.split_once('\n').expect("many lines");
        let mut bytes = first.as_bytes().to_vec();
        for (at, with) in changes {
            Mutation::ReplaceNumber(at, with).apply(&mut bytes);
        }
        let first = String::from_utf8(bytes).expect("text");
        if let Ok(mut replay) = Replay::begin(&first) {
            for line in rest.lines() {
                if replay.next(line).is_err() {
                    break;
                }
            }
            prop_assert!(replay.finish().is_err() || CHAIN.starts_with(&first));
        }
    }
}
