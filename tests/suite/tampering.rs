//! An exported chain cannot be changed unnoticed.

use crate::harness::scenario_of;
use rayon::prelude::*;
use std::io::Write;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use tombola::crypto::Hash;
use tombola::forging::{GenesisRecord, Keyring, Replay, ReplayFinding, ReplaySummary};
use tombola::ledger::{AccountId, Block, CastVote, Certificate, Header, vote_message};
use tombola::scenario::{Override, Scenario, load};
use tombola::selection::RULES;
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

fn scenario(text: &str) -> Scenario {
    scenario_of(text)
}

fn chain(text: &str) -> String {
    exported(&scenario(text))
}

fn exported(scenario: &Scenario) -> String {
    let out = Shared::default();
    let stop = AtomicBool::new(false);
    let control = Control { progress: &Quiet, stop: &stop };
    run(&scenario.experiment, 1, Some(Box::new(out.clone())), &control).expect("a run");
    let bytes = out.0.lock().expect("one writer").clone();
    String::from_utf8(bytes).expect("JSON is text")
}

fn replay(text: &str) -> Result<ReplaySummary, (usize, ReplayFinding)> {
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

/// The same without the cheats.
fn honest() -> &'static str {
    SMALL.split("[slashing]").next().expect("a beginning")
}

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
        "[reward]\ncompound = '1/3'\nrestake_unit = 2\nactivation_delay = 3\npolicy = { kind = 'constant', amount = 4 }\n",
        "[reward]\npolicy = { kind = 'split', amount = 7, attestors = '1/2', by = 'stake', stake = '1/5', treasury = '1/10' }\n",
        "[attestation]\ncommittee = 2\n[reward]\npolicy = { kind = 'split', amount = 7, attestors = '1/2' }\n",
        "[reward]\ncompound = true\npolicy = { kind = 'epoch', blocks = 4, forgers = 5, stake = 6 }\n",
        "[reward]\npolicy = { kind = 'every', blocks = 3, amount = 5, base = { kind = 'schedule', form = 'halving', amount = 9, every = 4 } }\n",
        "[reward]\ncompound = true\npolicy = { kind = 'random', distribution = 'log-normal', median = 20, sigma = 1, cap = 1000, regimes = { share = '1/4', length = 5 } }\n",
        "[reward]\ncompound = true\npolicy = { kind = 'schedule', form = 'inflation', rate = '1/100' }\n",
        "[reward]\npolicy = { kind = 'missed', block = 3, attestation = 2 }\n[[behaviours]]\nact = 'silent-forger'\naccounts = ['c']\n",
        "[attestation]\ncommittee = 3\n[reward]\npolicy = { kind = 'missed', attestation = 2 }\n[network]\nloss = 0.1\n",
        "[reward]\npolicy = { kind = 'saturation', blocks = 5, amount = 50, k = 3 }\n",
        "[reward]\ncompound = true\npolicy = { kind = 'sync-committee', blocks = 6, seats = 2, amount = 9, phase = 'random' }\n",
        "[reward]\npolicy = { kind = 'missed', block = 5, attestation = 1 }\n[network]\nloss = 0.3\n",
        "[reward]\npolicy = { kind = 'missed', block = 5 }\n",
        "[reward]\nsmoothing = [['c', 'd']]\npools = [{ operator = 'd', commission = '1/7', delegators = [{ name = 'x', share = '1/3' }] }]\n",
    ] {
        let text = chain(&format!("{SMALL}\n{setting}").replace("rounds = 4", "rounds = 60"));
        let summary =
            replay(&text).unwrap_or_else(|(line, finding)| panic!("{setting}: line {line}: {finding}"));
        assert!(summary.blocks > 10, "{setting}: {summary:?}");
        offences += summary.offences;
    }
    assert!(offences > 5);
}

/// Twenty rounds of five validators, all of whom hold what a validator must at least, or more. The first of them is
/// caught twice with a second block, keeps the least stake the first time and leaves the second time. So of 18 blocks
/// those before have four voters, those after three; every round hands in a transaction, all of which are settled.
#[test]
fn a_short_chain_by_hand() {
    let text = "
        run = { rounds = 20, trials = 1, seed = 2 }
        population.minimum_stake = 50
        population.accounts = [
            { name = 'a', balance = 100 }, { name = 'b', balance = 50 }, { name = 'c', balance = 120 },
            { name = 'd', balance = 130 }, { name = 'e', balance = 140 },
        ]
        transactions = { per_round = 1, users = 2 }
        slashing.share = '1/2'
        behaviours = [{ act = { kind = 'invalid-block', flaw = 'second-block' }, accounts = ['a'] }]
    ";
    let text = chain(text);
    // What was not asked for is not in the record.
    let genesis = text.lines().next().expect("a genesis record");
    assert!(!genesis.contains("delay") && !genesis.contains("restake_unit"), "{genesis}");
    let rounds: Vec<u64> =
        text.lines().filter(|line| line.starts_with("{\"offence\"")).map(round_of).collect();
    let [_, second] = rounds[..] else { panic!("{rounds:?}") };
    let summary = replay(&text).unwrap_or_else(|(line, finding)| panic!("line {line}: {finding}"));
    let before = second - 2;
    assert_eq!(
        summary,
        ReplaySummary { blocks: 18, transactions: 20, votes: 4 * before + 3 * (18 - before), offences: 2 }
    );
}

/// Who loses everything is not in a committee any more, nor does anybody who cannot draw expect it there.
#[test]
fn who_lost_everything_has_left_the_committee() {
    for own_rule in [false, true] {
        let text = SMALL.split("[[behaviours]]").take(2).collect::<Vec<_>>().join("[[behaviours]]");
        let mut scenario = scenario(&text.replace("share = '1/2'", "share = '1'"));
        if own_rule {
            scenario.experiment.world.rule.name = "a-rule-of-my-own";
        }
        let summary = replay(&exported(&scenario));
        let summary = summary.unwrap_or_else(|(line, finding)| panic!("{own_rule}: line {line}: {finding}"));
        // The second round is that of the offence: four voters before it, three in either of those after.
        assert_eq!(summary, ReplaySummary { blocks: 3, transactions: 4, votes: 10, offences: 1 });
    }
}

/// Who is slashed below the minimum leaves, at once or later; until then it forges and votes on.
#[test]
fn who_leaves_late_is_replayed() {
    let mut blocks = Vec::new();
    for delay in [0, 25] {
        let text = SMALL
            .replace("[population]", "[population]\n    minimum_stake = 100")
            .replace("rounds = 4", "rounds = 80");
        let text = chain(&format!("{text}\n[reward]\nunbonding_delay = {delay}\n"));
        let summary =
            replay(&text).unwrap_or_else(|(line, finding)| panic!("{delay}: line {line}: {finding}"));
        blocks.push((summary.blocks, summary.offences));
    }
    assert!(blocks[0].1 >= 2 && blocks[1].1 > blocks[0].1, "{blocks:?}");
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
        assert!(matches!(finding, ReplayFinding::Block(_)), "{flaw}: {finding}");
    }
}

/// Somebody who knows every secret key, and so can sign whatever it likes in anybody's name.
struct Counterfeiter {
    keys: Keyring,
    chain: Hash,
}

impl Counterfeiter {
    fn new(scenario: &Scenario) -> Self {
        let world = &scenario.experiment.world;
        let keys = Keyring::new(world);
        let chain = GenesisRecord::new(world, keys.directory(), 0).chain_id();
        Counterfeiter { keys, chain }
    }

    fn sign(&self, block: &mut Block) {
        let forger = self.keys.directory().find(&block.header.forger).expect("an account");
        block.signature = self.keys.pair(forger).sign(&Header::message(&self.chain, &block.header.hash()));
    }

    /// The line of a block that these voters approve of, each with its weight.
    fn block(&self, block: &Block, voters: &[(u32, u64)], committee: u64) -> String {
        let hash = block.header.hash();
        let votes = voters.iter().map(|&(attestor, weight)| {
            let account = AccountId(attestor);
            let message = vote_message(&self.chain, &hash, weight, committee, true);
            CastVote {
                attestor: self.keys.directory().address(account),
                weight,
                approves: true,
                signature: self.keys.pair(account).sign(&message),
            }
        });
        let certificate = Certificate { block: hash, committee, votes: votes.collect() };
        let (mut bytes, mut signed) = (Vec::new(), Vec::new());
        block.encode(&mut bytes);
        certificate.encode(&mut signed);
        format!(r#"{{"block":{{"bytes":"{}","certificate":"{}"}}}}"#, hex::encode(bytes), hex::encode(signed))
    }
}

fn json(line: &str) -> serde_json::Value {
    serde_json::from_str(line).expect("a line is JSON")
}

fn hexed(line: &str, kind: &str, key: &str) -> Vec<u8> {
    hex::decode(json(line)[kind][key].as_str().expect("text")).expect("hexadecimal")
}

fn block_of(line: &str) -> (Block, Certificate) {
    let mut block = Block::blank();
    block.decode_into(&hexed(line, "block", "bytes")).expect("a block");
    (block, Certificate::decode(&hexed(line, "block", "certificate")).expect("a certificate"))
}

/// The round of a line; 0 for the genesis record.
fn round_of(line: &str) -> u64 {
    match json(line) {
        value if value["offence"].is_object() => value["offence"]["round"].as_u64().expect("a round"),
        value if value["block"].is_object() => block_of(line).0.header.round,
        _ => 0,
    }
}

fn offence(round: u64, bytes: &str, second: Option<&str>) -> String {
    let second = second.map(|second| format!(r#","second":"{second}""#)).unwrap_or_default();
    format!(r#"{{"offence":{{"round":{round},"bytes":"{bytes}"{second}}}}}"#)
}

/// The finding of a chain up to and with one more line.
fn refused(lines: &[&str], extra: &str) -> ReplayFinding {
    let mut replay = Replay::begin(lines[0]).expect("a genesis record");
    for line in &lines[1..] {
        replay.next(line).unwrap_or_else(|finding| panic!("before the forged line: {finding}"));
    }
    match replay.next(extra) {
        Err(finding) => finding,
        Ok(()) => panic!("after line {}: {extra}", lines.len()),
    }
}

/// Cheats of every kind that can be proven, and enough validators to survive them.
fn rogues() -> String {
    let flaws = ["wrong-height", "wrong-round", "wrong-state", "invalid-transaction", "second-block"];
    let accounts: Vec<String> =
        (0..12).map(|index| format!("{{ name = 'v{index}', balance = {} }}", 100 + index)).collect();
    let mut text = format!(
        "[run]\nrounds = 24\ntrials = 1\nseed = 5\n[attestation]\ncommittee = 3\n[population]\naccounts = [{}]\n\
         [transactions]\nper_round = 1\nusers = 2\n[slashing]\nshare = '1/10'\n",
        accounts.join(", ")
    );
    for (index, flaw) in flaws.iter().chain(&["second-block"; 3]).enumerate() {
        text += &format!(
            "[[behaviours]]\nact = {{ kind = 'invalid-block', flaw = '{flaw}' }}\naccounts = ['v{index}']\n"
        );
    }
    text
}

/// An offence belongs to one place and counts once: neither it, nor its blocks in another order, nor
/// one of them alone, can be brought forward anywhere else, whatever round the line claims.
#[test]
fn an_offence_counts_once_and_in_its_place_only() {
    let text = chain(&rogues());
    let summary = replay(&text).unwrap_or_else(|(line, finding)| panic!("line {line}: {finding}"));
    assert!(summary.offences >= 8 && summary.blocks >= 3, "{summary:?}");
    let lines: Vec<&str> = text.lines().collect();
    let mut pairs = 0;
    let offences: Vec<usize> =
        (0..lines.len()).filter(|&at| lines[at].starts_with(r#"{"offence""#)).collect();
    for &at in &offences {
        let value = json(lines[at]);
        let part = |key: &str| value["offence"][key].as_str().map(str::to_owned);
        let (first, second) = (part("bytes").expect("a block"), part("second"));
        let round = value["offence"]["round"].as_u64().expect("a round");
        pairs += u64::from(second.is_some());
        let second = second.as_deref();
        let mut evidence = vec![(first.as_str(), second), (first.as_str(), None)];
        if let Some(second) = second {
            evidence.extend([(second, Some(first.as_str())), (second, None), (second, Some(second))]);
            // The two blocks are an unordered pair.
            let mut swapped = lines.clone();
            let line = offence(round, second, Some(&first));
            swapped[at] = &line;
            replay(&swapped.join("\n")).expect("the same offence");
        }
        // Where the file ends before its place, nothing in it tells what that place would have been.
        let block_before = |place: usize| lines[place..at].iter().any(|line| line.starts_with(r#"{"block""#));
        let places: Vec<usize> =
            (1..lines.len()).filter(|&place| place > at || (place < at && block_before(place))).collect();
        places.into_par_iter().for_each(|place| {
            let last = round_of(lines[place - 1]);
            for &(bytes, second) in &evidence {
                for claimed in [round, last + 1, last + 2] {
                    refused(&lines[..place], &offence(claimed, bytes, second));
                }
            }
        });
    }
    assert!(pairs >= 2);
    // A line that was moved is missed where it was.
    for &at in &offences {
        for place in (1..lines.len()).filter(|&place| place != at) {
            let mut moved = lines.clone();
            let line = moved.remove(at);
            moved.insert(place, line);
            assert!(replay(&moved.join("\n")).is_err(), "line {at} moved to {place}");
        }
    }
}

/// Two blocks that a cheat made for different rounds are no offence, nor are two of different cheats.
#[test]
fn halves_of_different_offences_make_no_new_one() {
    let text = chain(&rogues());
    let lines: Vec<&str> = text.lines().collect();
    let blocks: Vec<(usize, String)> = lines
        .iter()
        .enumerate()
        .flat_map(|(at, line)| {
            let value = json(line);
            ["bytes", "second"].map(|key| value["offence"][key].as_str().map(|hex| (at, hex.to_owned())))
        })
        .flatten()
        .collect();
    for (at, first) in &blocks {
        for (from, second) in blocks.iter().filter(|(from, _)| from != at) {
            for place in [at, from] {
                for round in [round_of(lines[*at]), round_of(lines[*from])] {
                    refused(&lines[..*place], &offence(round, first, Some(second)));
                }
            }
        }
    }
}

/// Whoever the lottery did not choose is named, though every signature holds.
#[test]
fn a_forger_who_was_not_drawn_is_named() {
    let scenario = scenario(honest());
    let text = exported(&scenario);
    let lines: Vec<&str> = text.lines().collect();
    let counterfeiter = Counterfeiter::new(&scenario);
    let directory = counterfeiter.keys.directory();
    let mut tried = 0;
    for at in 1..lines.len() - 1 {
        let (honest, _) = block_of(lines[at]);
        let drawn = directory.find(&honest.header.forger).expect("an account");
        for forger in (0..5).filter(|&forger| forger != drawn.0) {
            let mut block = honest.clone();
            block.header.forger = directory.address(AccountId(forger));
            counterfeiter.sign(&mut block);
            let voters: Vec<(u32, u64)> = (0..5).filter(|&who| who != forger).map(|who| (who, 1)).collect();
            let finding = refused(&lines[..at], &counterfeiter.block(&block, &voters, 4)).to_string();
            let (name, right) =
                (["a", "b", "c", "d", "e"][forger as usize], ["a", "b", "c", "d", "e"][drawn.index()]);
            for part in ["the draw does not hold", &format!("{name} ("), &format!("but {right} (")] {
                assert!(finding.contains(part), "{finding}");
            }
            tried += 1;
        }
        // Nor is another round that this forger might have forged its own, unless it was drawn there.
        let mut block = honest.clone();
        block.header.round += 1_000_000_000_000;
        counterfeiter.sign(&mut block);
        let voters: Vec<(u32, u64)> = (0..5).filter(|&who| who != drawn.0).map(|who| (who, 1)).collect();
        let finding = refused(&lines[..at], &counterfeiter.block(&block, &voters, 4)).to_string();
        assert!(finding.contains("at most 100000 are drawn again"), "{finding}");
    }
    assert_eq!(tried, 16);
}

/// Committees of one's own making, with every signature in order.
#[test]
fn an_attestor_who_was_not_drawn_is_named() {
    let honest = honest();
    for (setting, drawn) in [
        ("committee = 2", true),
        ("committee = 2\nweight = 'stake'\nquorum = '1/2'", true),
        ("committee = { kind = 'drawn-with-replacement', size = 3 }", true),
        ("committee = { kind = 'partition', size = 4 }", true),
        ("weight = 'stake'", false),
    ] {
        let scenario =
            scenario(&format!("{honest}\n[attestation]\n{setting}\n").replace("rounds = 4", "rounds = 12"));
        let text = exported(&scenario);
        let lines: Vec<&str> = text.lines().collect();
        let counterfeiter = Counterfeiter::new(&scenario);
        let directory = counterfeiter.keys.directory();
        let stakes = &scenario.experiment.world.stakes;
        let by_stake = setting.contains("weight");
        let mut outsiders = 0;
        for at in 1..lines.len() - 1 {
            let (block, certificate) = block_of(lines[at]);
            let forger = directory.find(&block.header.forger).expect("an account").0;
            let seated: Vec<(u32, u64)> = certificate
                .votes
                .iter()
                .map(|vote| (directory.find(&vote.attestor).expect("an account").0, vote.weight))
                .collect();
            // What was drawn holds, whoever signs it.
            let mut replay = Replay::begin(lines[0]).expect("a genesis record");
            lines[1..at].iter().for_each(|line| replay.next(line).expect("an honest line"));
            replay
                .next(&counterfeiter.block(&block, &seated, certificate.committee))
                .expect("the drawn committee");
            for outsider in (0..5).filter(|&who| who != forger && !seated.iter().any(|seat| seat.0 == who)) {
                let mut voters = seated.clone();
                voters[0] = (outsider, if by_stake { stakes[outsider as usize] } else { 1 });
                let finding =
                    refused(&lines[..at], &counterfeiter.block(&block, &voters, certificate.committee))
                        .to_string();
                let name = ["a", "b", "c", "d", "e"][outsider as usize];
                assert!(finding.contains(&format!("{name} (")) && finding.contains("not drawn"), "{finding}");
                outsiders += 1;
            }
            // A committee of one, which weighs what its only member does.
            if seated.len() > 1 {
                let finding = refused(&lines[..at], &counterfeiter.block(&block, &seated[..1], seated[0].1));
                assert!(matches!(finding, ReplayFinding::Draw(_)), "{setting}: {finding}");
            }
        }
        assert_eq!(outsiders > 0, drawn, "{setting}");
    }
}

/// A committee of one seat has one voter, even where nobody can draw it again.
#[test]
fn more_voters_than_seats_are_refused_without_the_draw_too() {
    let honest = honest();
    let text = format!("{honest}\n[attestation]\nweight = 'stake'\ncommittee = 1\n");
    for own_rule in [false, true] {
        let mut scenario = scenario(&text);
        if own_rule {
            scenario.experiment.world.rule.name = "a-rule-of-my-own";
        }
        let text = exported(&scenario);
        let lines: Vec<&str> = text.lines().collect();
        replay(&text).expect("an honest chain");
        let told = Replay::begin(lines[0]).expect("a genesis record").undrawn().map(str::to_owned);
        assert_eq!(told.as_deref(), own_rule.then_some("a-rule-of-my-own"));
        let counterfeiter = Counterfeiter::new(&scenario);
        let (block, _) = block_of(lines[1]);
        let forger = counterfeiter.keys.directory().find(&block.header.forger).expect("an account").0;
        let stakes = &scenario.experiment.world.stakes;
        let voters: Vec<(u32, u64)> =
            (0..5).filter(|&who| who != forger).take(3).map(|who| (who, stakes[who as usize])).collect();
        let committee = voters.iter().map(|voter| voter.1).sum();
        let finding = refused(&lines[..1], &counterfeiter.block(&block, &voters, committee));
        assert!(matches!(finding, ReplayFinding::Draw(_) | ReplayFinding::Certificate(_)), "{finding}");
    }
}

/// Every rule's draws are made again from the genesis record, and somebody else's turn is noticed.
#[test]
fn every_rule_is_drawn_again() {
    RULES.par_iter().for_each(|rule| {
        let path = format!("{}/scenarios/rule-{}.toml", env!("CARGO_MANIFEST_DIR"), rule.name);
        let path = path.replace("rule-rigged", "rigged");
        let set = |text: &str| Override::parse(text).expect("an override");
        let overrides = ["run.engine=full", "run.rounds=60", "run.trials=1", "analysis.window=0"].map(set);
        let scenario = load(Path::new(&path), &overrides).unwrap_or_else(|problem| panic!("{problem}"));
        let text = exported(&scenario);
        let summary =
            replay(&text).unwrap_or_else(|(line, finding)| panic!("{}: line {line}: {finding}", rule.name));
        assert!(summary.blocks > 0, "{}", rule.name);
        assert_eq!(Replay::begin(text.lines().next().unwrap_or_default()).expect("a record").undrawn(), None);
    });
}

/// No run can have begun like this.
#[test]
fn impossible_genesis_records_are_refused() {
    let text = chain(&format!("{SMALL}\n[attestation]\ncommittee = 2\n"));
    let line = text.lines().next().expect("a genesis record");
    assert!(Replay::begin(line).is_ok());
    let accounts = json(line)["genesis"]["accounts"].clone();
    let whole =
        |part: &str| line.find(part).map(|_| part.to_owned()).unwrap_or_else(|| panic!("{part} in {line}"));
    let swap = |from: &str, to: &str| line.replacen(&whole(from), to, 1);
    let key = |index: usize| accounts[index]["public_key"].as_str().expect("a key").to_owned();
    let list = line.find(r#""accounts":["#).expect("accounts");
    for (what, forged) in [
        ("no quorum", swap(r#""quorum":"3/4""#, r#""quorum":"0""#)),
        ("a quorum beyond everybody", swap(r#""quorum":"3/4""#, r#""quorum":"5/4""#)),
        ("burning more than there is", swap(r#""burn":"0""#, r#""burn":"2""#)),
        ("slashing more than there is", swap(r#""slash":"1/2""#, r#""slash":"3/2""#)),
        ("equal names", swap(r#""name":"b""#, r#""name":"a""#)),
        ("no name", swap(r#""name":"b""#, r#""name":"""#)),
        ("a name that moves the cursor", swap(r#""name":"b""#, r#""name":"\u001b""#)),
        ("a long name", swap(r#""name":"b""#, &format!(r#""name":"{}""#, "b".repeat(201)))),
        ("equal keys", line.replace(&key(1), &key(0))),
        ("no key", line.replace(&key(1), "00")),
        ("a weak key", line.replace(&key(1), &format!("01{}", "00".repeat(31)))),
        ("no accounts", format!(r#"{}"accounts":[]}}}}"#, &line[..list])),
        ("no validators", swap(r#""validators":5"#, r#""validators":0"#)),
        ("one validator", swap(r#""validators":5"#, r#""validators":1"#)),
        ("more validators than accounts", swap(r#""validators":5"#, r#""validators":8"#)),
        ("users that validate", swap(r#""validators":5"#, r#""validators":6"#)),
        ("stake that does not validate", swap(r#""validators":5"#, r#""validators":4"#)),
        ("a minimum above everything", swap(r#""minimum_stake":1,"#, r#""minimum_stake":1000,"#)),
        ("no minimum", swap(r#""minimum_stake":1,"#, r#""minimum_stake":0,"#)),
        ("coins beside the stake", swap(r#""balance":0,"#, r#""balance":1,"#)),
        ("more coins than can be counted", swap(r#""stake":100"#, r#""stake":9223372036854775807"#)),
        ("an unknown committee", swap(r#"{"kind":"drawn","size":2}"#, r#""nobody""#)),
        ("an empty committee", swap(r#""size":2"#, r#""size":0"#)),
        ("a committee of more than there are", swap(r#""size":2"#, r#""size":5"#)),
        ("a committee of a negative size", swap(r#""size":2"#, r#""size":-1"#)),
        ("a committee without a size", swap(r#"{"kind":"drawn","size":2}"#, r#""drawn""#)),
        (
            "a rule with a setting it does not have",
            swap(r#""rule":"raffle""#, r#""rule":{"kind":"raffle","n":1}"#),
        ),
        (
            "a rule with an impossible setting",
            swap(r#""rule":"raffle""#, r#""rule":{"kind":"top-n","n":0,"weight":"equal"}"#),
        ),
        ("a rule with a setting left out", swap(r#""rule":"raffle""#, r#""rule":{"kind":"top-n","n":2}"#)),
        ("an unknown reward", swap(r#""kind":"constant""#, r#""kind":"endless""#)),
    ] {
        match Replay::begin(&forged) {
            Err(ReplayFinding::Genesis(_)) => {}
            Err(finding) => panic!("{what}: {finding}"),
            Ok(_) => panic!("{what}: {forged}"),
        }
    }
}

/// The first signature is over the genesis record, and holds for no other: which of the two lines was changed
/// cannot be told, and is not claimed. A line that names this record and does not hold is itself to blame.
#[test]
fn a_changed_genesis_record_is_not_blamed_on_the_first_block() {
    let cheats = chain(&SMALL.replace("rounds = 4", "rounds = 40"));
    let offence = cheats.lines().position(|line| line.starts_with(r#"{"offence":"#)).expect("an offence");
    let text = chain(honest());
    let lines: Vec<&str> = text.lines().collect();
    for (from, to) in [
        (r#""minimum_stake":1,"#, r#""minimum_stake":2,"#),
        (r#""rule":"raffle""#, r#""rule":"uniform""#),
        (r#""seed":2,"#, r#""seed":3,"#),
        (r#""name":"b""#, r#""name":"bb""#),
        (r#""stake":110"#, r#""stake":111"#),
    ] {
        let forged = lines[0].replacen(from, to, 1);
        assert_ne!(forged, lines[0], "{from}");
        let finding = refused(&[&forged], lines[1]);
        assert!(matches!(finding, ReplayFinding::OtherGenesis { .. }), "{from}: {finding}");
        let told = format!("{finding}; {}", Replay::advice(&finding).expect("advice"));
        assert!(told.contains("either line 1 or this one was changed") && told.contains("stake"), "{told}");
    }
    // Whatever line is the first one that is signed.
    let cheats: Vec<&str> = cheats.lines().collect();
    let forged = cheats[0].replacen(r#""minimum_stake":1,"#, r#""minimum_stake":2,"#, 1);
    let finding = refused(&[&forged], cheats[offence]);
    assert!(matches!(finding, ReplayFinding::OtherGenesis { .. }), "{finding}");

    let (mut block, certificate) = block_of(lines[1]);
    block.signature = block_of(lines[2]).0.signature;
    let (mut bytes, mut signed) = (Vec::new(), Vec::new());
    block.encode(&mut bytes);
    certificate.encode(&mut signed);
    let (bytes, signed) = (hex::encode(bytes), hex::encode(signed));
    let forged = format!(r#"{{"block":{{"bytes":"{bytes}","certificate":"{signed}"}}}}"#);
    let finding = refused(&lines[..1], &forged);
    assert!(finding.to_string().contains("the signature is not the forger's"), "{finding}");
    // The block after a line that was left out is what its forger made.
    let finding = refused(&lines[..1], lines[2]);
    assert!(Replay::advice(&finding).is_some_and(|advice| advice.contains("missing")), "{finding}");
}
