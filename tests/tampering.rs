//! An exported chain cannot be changed unnoticed.

use rayon::prelude::*;
use std::io::Write;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use tombola::forging::{Finding, Replay, ReplaySummary};
use tombola::scenario::load_text;
use tombola::simulation::{Control, Quiet, run};

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

fn chain(text: &str) -> String {
    let scenario = load_text(Path::new("test.toml"), text.to_owned(), &[]).expect("a valid scenario");
    let out = Shared::default();
    let stop = AtomicBool::new(false);
    let control = Control { progress: &Quiet, stop: &stop };
    run(&scenario.experiment, 1, Some(Box::new(out.clone())), &control).expect("a run");
    let bytes = out.0.lock().expect("one writer").clone();
    String::from_utf8(bytes).expect("JSON is text")
}

fn replay(text: &str) -> Result<ReplaySummary, (usize, Finding)> {
    let mut lines = text.split('\n').enumerate();
    let first = lines.next().map(|(_, line)| line).unwrap_or_default();
    let mut replay = Replay::begin(first).map_err(|finding| (0, finding))?;
    for (number, line) in lines {
        if !line.is_empty() {
            replay.next(line).map_err(|finding| (number, finding))?;
        }
    }
    replay.finish().map_err(|finding| (usize::MAX, finding))
}

/// Three validators, one of whom cheats with a second block, another with a wrong state.
const SMALL: &str = "
    [run]
    rounds = 4
    trials = 1
    seed = 2
    [population]
    accounts = [
        { name = 'a', balance = 100 }, { name = 'b', balance = 110 }, { name = 'c', balance = 120 },
        { name = 'd', balance = 130 }, { name = 'e', balance = 140 },
    ]
    [transactions]
    per_round = 1
    users = 2
    [slashing]
    share = '1/2'
    [[behaviours]]
    act = { kind = 'invalid-block', flaw = 'second-block' }
    accounts = ['a']
    [[behaviours]]
    act = { kind = 'invalid-block', flaw = 'invalid-transaction' }
    accounts = ['b']
";

#[test]
fn an_honest_export_holds_under_every_setting() {
    let mut offences = 0;
    for setting in [
        "",
        "[attestation]\ncommittee = 2\n",
        "[attestation]\nweight = 'stake'\n",
        "[attestation]\nweight = 'stake'\ncommittee = 3\nquorum = '1/2'\n",
        "[reward]\ncompound = true\npolicy = { kind = 'constant', amount = 3 }\n",
        "[network]\nloss = 0.05\n",
    ] {
        let text = chain(&format!("{SMALL}\n{setting}").replace("rounds = 4", "rounds = 60"));
        let summary =
            replay(&text).unwrap_or_else(|(line, finding)| panic!("{setting}: line {line}: {finding}"));
        assert!(summary.blocks > 10, "{setting}: {summary:?}");
        offences += summary.offences;
    }
    assert!(offences > 5);
}

#[test]
fn every_provable_flaw_is_exported_as_an_offence_that_holds() {
    for flaw in ["wrong-height", "wrong-round", "wrong-state", "invalid-transaction", "second-block"] {
        let text = SMALL.replace("second-block", flaw).replace("rounds = 4", "rounds = 40");
        let text = chain(&text.replace("invalid-transaction", flaw));
        let summary =
            replay(&text).unwrap_or_else(|(line, finding)| panic!("{flaw}: line {line}: {finding}"));
        assert!(summary.offences > 0, "{flaw}");
    }
}

/// Every byte of every line, genesis and end included, flipped in its lowest bit and in the bit
/// that tells upper from lower case.
#[test]
fn flipping_any_byte_is_noticed() {
    let text = chain(SMALL);
    let summary = replay(&text).unwrap_or_else(|(line, finding)| panic!("line {line}: {finding}"));
    assert!(summary.blocks >= 2 && summary.offences >= 1, "{summary:?}");
    let bytes = text.as_bytes();
    (0..bytes.len()).into_par_iter().for_each(|at| {
        for bit in [0x01, 0x20] {
            let mut tampered = bytes.to_vec();
            tampered[at] ^= bit;
            // What is no longer text is refused before it is read.
            let Ok(tampered) = String::from_utf8(tampered) else { continue };
            assert!(replay(&tampered).is_err(), "byte {at} ({:?}), bit {bit}", bytes[at] as char);
        }
    });
}

#[test]
fn leaving_out_repeating_or_swapping_lines_is_noticed() {
    let text = chain(SMALL);
    let lines: Vec<&str> = text.lines().collect();
    let join = |lines: &[&str]| lines.join("\n");
    for left_out in 0..lines.len() {
        let mut some = lines.clone();
        some.remove(left_out);
        assert!(replay(&join(&some)).is_err(), "line {left_out} left out");
        let mut more = lines.clone();
        more.insert(left_out, lines[left_out]);
        assert!(replay(&join(&more)).is_err(), "line {left_out} repeated");
    }
    for first in 1..lines.len() - 1 {
        let mut swapped = lines.clone();
        swapped.swap(first, first + 1);
        assert!(replay(&join(&swapped)).is_err(), "lines {first} and {} swapped", first + 1);
    }
}

/// If dishonest attestors let an invalid block pass, the chain says so to anybody who checks.
#[test]
fn what_a_dishonest_quorum_accepted_does_not_verify() {
    for flaw in [
        "wrong-height",
        "wrong-round",
        "wrong-previous",
        "wrong-merkle-root",
        "wrong-state",
        "wrong-key",
        "invalid-transaction",
    ] {
        let text = format!(
            "[run]\nrounds = 4\ntrials = 1\n[population]\ncount = 5\ntotal_stake = 500\nstake = 'equal'\n\
             [[behaviours]]\nact = 'always-approve'\nshare = 1\n\
             [[behaviours]]\nact = {{ kind = 'invalid-block', flaw = '{flaw}' }}\nshare = 1\n"
        );
        let (line, finding) = replay(&chain(&text)).expect_err(flaw);
        assert_eq!(line, 1, "{flaw}: {finding}");
        assert!(matches!(finding, Finding::Block(_)), "{flaw}: {finding}");
    }
}
