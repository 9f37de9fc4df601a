//! Histories of blocks: the order of wins against the rule, and blocks one by one.

use crate::sandbox::Sandbox;
use std::path::Path;
use std::sync::Arc;
use tombola::analysis::rows::{AuditReport, Finding, OrderReport};
use tombola::analysis::{Basis, Chronicle, Epoch, PrioritySet, check_blocks, order};
use tombola::random::{Stream, StreamKey};
use tombola::registry::{Choice, find};
use tombola::selection::ethereum::Acceptance;
use tombola::selection::{RULES, Rule};

const STAKES: [u64; 6] = [40, 25, 15, 10, 6, 4];

fn names(count: usize) -> Vec<String> {
    (0..count).map(|who| format!("v{who}")).collect()
}

fn chronicle(proposers: Vec<u32>, epochs: &[(usize, &[u64])]) -> Chronicle {
    let epoch = |&(begin, stakes): &(usize, &[u64])| Epoch { begin, stakes: stakes.to_vec() };
    Chronicle {
        heights: (1..=proposers.len() as u64).collect(),
        proposers,
        epochs: epochs.iter().map(epoch).collect(),
    }
}

fn rule(name: &str) -> Arc<dyn Rule> {
    find("rule", RULES, &Choice::plain(name)).map(|found| found.thing).unwrap_or_else(|_| panic!("{name}"))
}

fn held(proposers: Vec<u32>, name: &str) -> OrderReport {
    let chronicle = chronicle(proposers, &[(0, &STAKES)]);
    order(&chronicle, &names(STAKES.len()), &*rule(name), 0.95)
}

/// Somebody drawn by these weights, in the plainest way.
fn by_weight(stream: &mut Stream, weights: &[u64]) -> u32 {
    let mut point = stream.below(weights.iter().sum());
    for (who, &weight) in weights.iter().enumerate() {
        match point.checked_sub(weight) {
            None => return who as u32,
            Some(rest) => point = rest,
        }
    }
    unreachable!("the point lies below the sum")
}

fn stream(name: &str, seed: u64) -> Stream {
    Stream::open(StreamKey::new().text(name).number(seed))
}

fn deviating(report: &OrderReport) -> Vec<&str> {
    let rows = report.tests.iter().filter(|row| row.decision == Finding::Deviates);
    rows.map(|row| row.measure.as_str()).collect()
}

/// 150 honest chains of 200 blocks at a level of 5 %: 7.5 deviate on average, and more than 18 with
/// probability 2e-4 (binomial), if each deviates as often as it may.
#[test]
fn honest_histories_deviate_no_more_often_than_alpha() {
    let deviates = |seed| {
        let mut stream = stream("honest history", seed);
        let proposers = (0..200).map(|_| by_weight(&mut stream, &STAKES)).collect();
        held(proposers, "raffle").verdict == Finding::Deviates
    };
    let found = (0..150).filter(|&seed| deviates(seed)).count();
    assert!(found <= 18, "{found} of 150");
    // A rule that draws several slots at once keeps to its own order, and not to that of single draws.
    let mut stream = stream("leaders", 1);
    let proposers: Vec<u32> = (0..250).flat_map(|_| [by_weight(&mut stream, &STAKES); 4]).skip(3).collect();
    let mut own = chronicle(proposers, &[(0, &STAKES)]);
    own.heights.iter_mut().for_each(|height| *height += 3 + 4_000 - 1);
    let names = names(STAKES.len());
    assert_eq!(order(&own, &names, &*rule("solana-schedule"), 0.95).verdict, Finding::Consistent);
    let other = order(&own, &names, &*rule("raffle"), 0.95);
    assert!(deviating(&other).contains(&"repeats"), "{}", other.text);
    // Heights are counted from 1, slots from 0: the same leaders.
    for first in [0, 1] {
        let leaders: Vec<u32> = (0..250).flat_map(|_| [by_weight(&mut stream, &STAKES); 4]).collect();
        let mut whole = chronicle(leaders, &[(0, &STAKES)]);
        whole.heights.iter_mut().for_each(|height| *height = *height - 1 + first);
        let found = order(&whole, &names, &*rule("solana-schedule"), 0.95);
        assert_eq!(found.verdict, Finding::Consistent, "{}", found.text);
    }
}

/// Twenty equal validators in a table that is sorted by their wins, as leaderboards are: at a level of 5 % five
/// of 100 honest chains deviate on average, and more than 13 with probability 5e-4 (binomial).
#[test]
fn honest_leaderboards_have_an_honest_order() {
    let deviates = |seed: u64| {
        let mut stream = stream("leaderboard", seed);
        let proposers: Vec<u32> = (0..200).map(|_| by_weight(&mut stream, &[1; 20])).collect();
        let wins = |who: u32| proposers.iter().filter(|&&proposer| proposer == who).count();
        let mut board: Vec<u32> = (0..20).collect();
        board.sort_by_key(|&who| std::cmp::Reverse(wins(who)));
        let row = |who: &u32| board.iter().position(|other| other == who).expect("a row") as u32;
        let sorted = chronicle(proposers.iter().map(row).collect(), &[(0, &[1; 20])]);
        let names: Vec<String> = board.iter().map(|who| format!("v{who:02}")).collect();
        order(&sorted, &names, &*rule("raffle"), 0.95).verdict == Finding::Deviates
    };
    let found = (0..100).filter(|&seed| deviates(seed)).count();
    assert!(found <= 13, "{found} of 100");
}

/// The rows of the stakes in another order: the same measures of the same validators, and the same p-values.
#[test]
fn the_order_of_rows_does_not_matter() {
    let mut stream = stream("permuted", 9);
    let proposers: Vec<u32> =
        (0..400).map(|_| by_weight(&mut stream, &[3, 1, 1, 1, 1, 1, 1, 1, 1, 1])).collect();
    let stakes = [3, 1, 1, 1, 1, 1, 1, 1, 1, 1];
    let turned: Vec<usize> = vec![7, 2, 9, 0, 4, 1, 8, 3, 6, 5];
    for name in ["raffle", "solana-schedule"] {
        let rows = chronicle(proposers.clone(), &[(0, &stakes)]);
        let report = order(&rows, &names(10), &*rule(name), 0.95);
        let place = |who: &u32| turned.iter().position(|&old| old == *who as usize).expect("a row") as u32;
        let other_stakes: Vec<u64> = turned.iter().map(|&old| stakes[old]).collect();
        let other = chronicle(proposers.iter().map(place).collect(), &[(0, &other_stakes)]);
        let other_names: Vec<String> = turned.iter().map(|&old| names(10)[old].clone()).collect();
        assert_eq!(order(&other, &other_names, &*rule(name), 0.95), report, "{name}");
    }
}

/// At a confidence of 99.9 % more histories are played, so that a chain which is far off can deviate; what
/// would take more than are ever played is not decided.
#[test]
fn a_high_confidence_takes_more_histories_or_is_not_answered() {
    let turns = chronicle((0..60).map(|block| block % 6).collect(), &[(0, &[1, 1, 1, 1, 1, 1])]);
    let at = |confidence| order(&turns, &names(6), &*rule("raffle"), confidence);
    let report = at(0.999);
    assert_eq!((report.verdict, report.histories), (Finding::Deviates, 13_999), "{}", report.text);
    let report = at(0.9999);
    assert_eq!((report.verdict, report.p), (Finding::Inconclusive, None));
    assert!(report.text.contains("it takes 139,999 histories"), "{}", report.text);
}

/// Rigged twins, each with the right shares in the long run, and each found by what is wrong with it.
#[test]
fn rigged_histories_are_found_by_what_is_wrong_with_them() {
    let draw = |stream: &mut Stream| by_weight(stream, &STAKES);
    // The proposer before proposes again in every tenth round, whatever the draw.
    let mut stream = stream("repeating", 2);
    let mut last = draw(&mut stream);
    let repeating = (0..1500).map(|_| {
        if stream.below(10) > 0 {
            last = draw(&mut stream);
        }
        last
    });
    let report = held(repeating.collect(), "raffle");
    assert!(deviating(&report).contains(&"repeats"), "{}", report.text);
    assert!(report.text.contains("deviates") && report.text.contains("repeats"), "{}", report.text);
    // Nobody twice in a row: the next draw is put before it.
    let mut stream = self::stream("avoiding", 3);
    let (mut avoiding, mut kept): (Vec<u32>, Option<u32>) = (Vec::new(), None);
    while avoiding.len() < 1500 {
        let next = kept.take().unwrap_or_else(|| draw(&mut stream));
        if avoiding.last() == Some(&next) {
            let other = draw(&mut stream);
            avoiding.push(other);
            kept = Some(next);
        } else {
            avoiding.push(next);
        }
    }
    let report = held(avoiding, "raffle");
    assert!(deviating(&report).contains(&"repeats"), "{}", report.text);
    // The largest wins more in the first half and less in the second.
    let mut stream = self::stream("drifting", 4);
    let drifting = (0..2000).map(|block| match block {
        0..1000 => by_weight(&mut stream, &[50, 20, 12, 8, 6, 4]),
        _ => by_weight(&mut stream, &[30, 30, 18, 12, 6, 4]),
    });
    let report = held(drifting.collect(), "raffle");
    assert_eq!(deviating(&report), ["drift"], "{}", report.text);
    // Somebody is away for 400 blocks and catches up later.
    let mut stream = self::stream("away", 5);
    let away = (0..2000).map(|block| match block {
        600..1000 => by_weight(&mut stream, &[40, 25, 0, 10, 6, 4]),
        _ => by_weight(&mut stream, &[160, 100, 75, 40, 24, 16]),
    });
    let report = held(away.collect(), "raffle");
    assert!(deviating(&report).contains(&"gaps"), "{}", report.text);
    let gaps = report.tests.iter().find(|row| row.measure == "gaps").expect("a row");
    assert_eq!(gaps.subject, "v2");
    // Turns instead of draws.
    let turns = (0..600).map(|block| block % 6).collect();
    let chronicle = chronicle(turns, &[(0, &[1, 1, 1, 1, 1, 1])]);
    let report = order(&chronicle, &names(6), &*rule("raffle"), 0.95);
    for measure in ["repeats", "turns", "runs", "gaps", "previous"] {
        assert!(deviating(&report).contains(&measure), "{measure}: {}", report.text);
    }
}

/// Where stakes change, the shares of each epoch count: held against the first epoch's alone, an honest
/// history drifts.
#[test]
fn stakes_may_change_from_epoch_to_epoch() {
    let (first, second): (&[u64], &[u64]) = (&[40, 30, 20, 10], &[10, 20, 30, 40]);
    let mut stream = stream("epochs", 6);
    let proposers: Vec<u32> =
        (0..1200).map(|block| by_weight(&mut stream, if block < 500 { first } else { second })).collect();
    let both = chronicle(proposers.clone(), &[(0, first), (500, second)]);
    let report = order(&both, &names(4), &*rule("raffle"), 0.95);
    assert_eq!(report.verdict, Finding::Consistent, "{}", report.text);
    let one = chronicle(proposers, &[(0, first)]);
    assert!(deviating(&order(&one, &names(4), &*rule("raffle"), 0.95)).contains(&"drift"));
}

#[test]
fn what_cannot_be_told_is_said() {
    let report = held(vec![0, 1, 2], "raffle");
    assert_eq!((report.verdict, report.p), (Finding::Inconclusive, None));
    assert!(report.text.contains("cannot tell") && report.text.contains("3 blocks are too few"));
    let report = held((0..50).map(|block| block % 6).collect(), "round-robin");
    assert!(report.text.contains("leaves nothing to chance"), "{}", report.text);
    let alone = chronicle(vec![0; 50], &[(0, &[5, 0])]);
    let report = order(&alone, &names(2), &*rule("raffle"), 0.95);
    assert!(report.text.contains("fewer than two"), "{}", report.text);
}

/// CometBFT's rule as the specification tells it: everybody gains its power, the highest proposes and pays
/// the total. Small powers, so that nothing is centred or scaled differently.
fn rotation(powers: &[i64], priorities: &mut [i64], blocks: usize) -> Vec<u32> {
    let total: i64 = powers.iter().sum();
    let round = |_| {
        let mean = priorities.iter().sum::<i64>().div_euclid(powers.len() as i64);
        for (priority, power) in priorities.iter_mut().zip(powers) {
            *priority += power - mean;
        }
        let most = *priorities.iter().max().expect("somebody");
        let proposer = priorities.iter().position(|&priority| priority == most).expect("somebody");
        priorities[proposer] -= total;
        proposer as u32
    };
    (0..blocks).map(round).collect()
}

/// Three validators with these priorities, at this height.
fn basis(priorities: &[i64], at: u64) -> Basis {
    Basis::Priorities(vec![Some(PrioritySet {
        priorities: priorities.to_vec(),
        rows: (0..priorities.len() as u32).collect(),
        at: Some(at),
    })])
}

#[test]
fn a_rotation_is_checked_block_by_block_from_its_priorities() {
    let powers = [300i64, 330, 1000];
    let mut priorities = vec![0; 3];
    let before = rotation(&powers, &mut priorities, 57);
    let from = priorities.clone();
    let after = rotation(&powers, &mut priorities, 200);
    let names = ["A", "B", "C"].map(|letter| letter.repeat(40));
    let stakes = powers.map(|power| power as u64);
    let mut all = chronicle(after.clone(), &[(0, &stakes)]);
    all.heights.iter_mut().for_each(|height| *height += 57);
    let at_57 = basis(&from, 57);
    let check = check_blocks(&all, &names, &at_57).expect("blocks");
    assert_eq!((check.checked, check.agree, &check.first_difference), (200, 200, &None));
    // From genesis too, and with the validators in another order, which addresses decide.
    let genesis = basis(&[0; 3], 0);
    let whole = chronicle([before, after.clone()].concat(), &[(0, &stakes)]);
    assert_eq!(check_blocks(&whole, &names, &genesis).expect("blocks").agree, 257);
    let mut turned = whole.clone();
    turned.epochs[0].stakes = vec![1000, 300, 330];
    turned.proposers.iter_mut().for_each(|who| *who = (*who + 1) % 3);
    let others = ["c", "A", "b"].map(|letter| letter.repeat(40));
    assert_eq!(check_blocks(&turned, &others, &genesis).expect("blocks").agree, 257);
    // One block that is another's is named, and the rest is as it should be.
    let mut wrong = all.clone();
    wrong.proposers[120] = (wrong.proposers[120] + 1) % 3;
    let check = check_blocks(&wrong, &names, &at_57).expect("blocks");
    let first = check.first_difference.expect("a difference");
    assert_eq!((check.agree, first.height), (199, 57 + 121));
    assert_eq!(first.expected, names[after[120] as usize]);
    assert!(check.text.contains("1 of 200 blocks") && check.text.contains("178"), "{}", check.text);
    // A set of a later height tells the blocks after it, and one of the last height none.
    let mut later = from.clone();
    rotation(&powers, &mut later, 3);
    let check = check_blocks(&all, &names, &basis(&later, 60)).expect("blocks");
    assert_eq!((check.checked, check.agree), (197, 197));
    assert!(check.text.contains("3 blocks are not compared: a set tells"), "{}", check.text);
    assert!(check_blocks(&all, &names, &basis(&from, 257)).is_err());
}

/// A node's answer to /validators.
fn validator_set(height: Option<u64>, powers: &[i64], priorities: &[i64]) -> String {
    let members: Vec<serde_json::Value> = ["A", "B", "C"]
        .iter()
        .zip(powers.iter().zip(priorities))
        .map(|(letter, (power, priority))| {
            serde_json::json!({
                "address": letter.repeat(40),
                "voting_power": power.to_string(),
                "proposer_priority": priority.to_string(),
            })
        })
        .collect();
    let mut result = serde_json::json!({ "validators": members, "count": "3", "total": "3" });
    if let Some(height) = height {
        result["block_height"] = height.to_string().into();
    }
    serde_json::json!({ "jsonrpc": "2.0", "id": -1, "result": result }).to_string()
}

fn blocks(first: u64, proposers: &[u32], keeps: impl Fn(u64) -> bool) -> String {
    let rows = (first..).zip(proposers).filter(|(height, _)| keeps(*height));
    let row =
        |(height, who): (u64, &u32)| format!("{height},{}\n", ["A", "B", "C"][*who as usize].repeat(40));
    format!("height,proposer\n{}", rows.map(row).collect::<String>())
}

/// A set says of which height it is: blocks that begin later, or have gaps, follow from it without an option,
/// and an option that says otherwise counts, with a note.
#[test]
fn the_height_of_a_set_is_read_from_it() {
    let sandbox = Sandbox::new();
    let powers = [300i64, 330, 1000];
    let mut priorities = vec![0; 3];
    rotation(&powers, &mut priorities, 57);
    sandbox.put("set.json", validator_set(Some(57), &powers, &priorities));
    sandbox.put("bare.json", validator_set(None, &powers, &priorities));
    let after = rotation(&powers, &mut priorities, 200);
    sandbox.put("late.csv", blocks(58, &after, |height| height > 61));
    sandbox.put("gaps.csv", blocks(58, &after, |height| height % 7 > 0));
    for (table, rows) in [("late.csv", 196), ("gaps.csv", 172)] {
        let args = [table, "--stakes", "set.json", "--rule", "cometbft-priority"];
        for more in [&[][..], &["--set-height", "57"]] {
            let check = audited(&sandbox, &[&args[..], more].concat()).blocks.expect("blocks");
            assert_eq!((check.checked, check.agree), (rows, rows), "{table}: {}", check.text);
        }
    }
    let args = ["late.csv", "--stakes", "set.json", "--rule", "cometbft-priority", "--set-height", "60"];
    let (code, _, err) = tombola(&sandbox, &[&["audit"][..], &args].concat());
    assert!(code == Some(0) && err.contains("height 60 (--set-height), where its file is of 57"), "{err}");
    // A file that does not say is of the height before the first block, or before that of its stakes.
    for (stakes, agree) in [("bare.json", false), ("58=bare.json", true)] {
        let args = ["late.csv", "--stakes", stakes, "--rule", "cometbft-priority"];
        let check = audited(&sandbox, &args).blocks.expect("blocks");
        assert_eq!(check.agree == check.checked, agree, "{stakes}: {}", check.text);
    }
}

/// Powers that change come with a set of their own: each epoch is compared from its own priorities.
#[test]
fn each_epoch_is_compared_from_its_own_set() {
    let sandbox = Sandbox::new();
    let (powers, later) = ([300i64, 330, 1000], [800i64, 330, 1000]);
    let mut priorities = vec![0; 3];
    rotation(&powers, &mut priorities, 57);
    sandbox.put("one.json", validator_set(Some(57), &powers, &priorities));
    let mut proposers = rotation(&powers, &mut priorities, 100);
    sandbox.put("two.json", validator_set(Some(157), &later, &priorities));
    sandbox.put("two-bare.json", validator_set(None, &later, &priorities));
    sandbox.put("early.json", validator_set(Some(150), &later, &priorities));
    proposers.extend(rotation(&later, &mut priorities, 1));
    sandbox.put("two-at-158.json", validator_set(Some(158), &later, &priorities));
    proposers.extend(rotation(&later, &mut priorities, 99));
    sandbox.put("turns.csv", blocks(58, &proposers, |_| true));
    let powers_alone = "name,stake\nA,800\nB,330\nC,1000\n";
    let long = ["A", "B", "C"].iter().fold(powers_alone.to_owned(), |text, letter| {
        text.replace(&format!("\n{letter},"), &format!("\n{},", letter.repeat(40)))
    });
    sandbox.put("two.csv", long);
    let held = |table: &str, second: &str| {
        let second = format!("158={second}");
        let args = [table, "--stakes", "one.json", "--stakes", &second, "--rule", "cometbft-priority"];
        audited(&sandbox, &args).blocks.expect("blocks")
    };
    for (second, checked, why) in [
        ("two.json", 200, ""),
        ("two-bare.json", 200, ""),
        ("two-at-158.json", 199, "1 blocks are not compared: a set tells"),
        ("two.csv", 100, "100 blocks are not compared: no priorities are given for their epoch"),
        ("early.json", 100, "block 157 still counts under other stakes"),
    ] {
        let check = held("turns.csv", second);
        assert_eq!((check.checked, check.agree), (checked, checked), "{second}: {}", check.text);
        assert!(check.text.contains(why), "{second}: {}", check.text);
    }
    // Nor do the wins deviate, which are expected by the stakes of each epoch.
    let args =
        ["turns.csv", "--stakes", "one.json", "--stakes", "158=two.json", "--rule", "cometbft-priority"];
    let report = audited(&sandbox, &args);
    assert_ne!(report.verdict, Finding::Deviates, "{}", report.text);
    // One block of the second epoch that is another's is named.
    proposers[150] = (proposers[150] + 1) % 3;
    sandbox.put("wrong.csv", blocks(58, &proposers, |_| true));
    let check = held("wrong.csv", "two.json");
    assert_eq!((check.checked, check.agree), (200, 199), "{}", check.text);
    assert_eq!(check.first_difference.map(|it| it.height), Some(58 + 150));
}

/// Equal stakes of Solana are ordered by the bytes of their keys: one that begins with a byte of zero is the
/// smaller, though its text is the longer. The schedule of epoch 0 by an independent program.
#[test]
fn equal_stakes_of_solana_are_ordered_by_their_keys() {
    const LEADERS: &str = "ABBAABBABBBABABBABABBBAABBBABBBBAABBAABBBBAABBBBBBBBBBABABABABAABBAABABABBAABBBABBBAAAAAAAABBBABABBB";
    let keys =
        ["14osaRoQRUv3mXEsoFuPJdMrL91B1c5LfcQjadZ82CNd", "7dUPntQKeVpQW1zwXMet4VU1Bq4R7MhdTZUEeThJofn"];
    let leaders: Vec<u32> =
        LEADERS.bytes().take(100).flat_map(|letter| [u32::from(letter == b'B'); 4]).collect();
    for turned in [false, true] {
        let names: Vec<String> =
            [keys[usize::from(turned)], keys[usize::from(!turned)]].map(String::from).into();
        let proposers = leaders.iter().map(|who| if turned { 1 - who } else { *who }).collect();
        let mut slots = chronicle(proposers, &[(0, &[100, 100])]);
        slots.heights.iter_mut().for_each(|slot| *slot -= 1);
        let check = check_blocks(&slots, &names, &Basis::Epoch(0)).expect("slots");
        assert_eq!((check.checked, check.agree), (400, 400), "{}", check.text);
        // Names that are no keys have no such order, which is said.
        let named =
            check_blocks(&slots, &["ann".to_owned(), "bob".to_owned()], &Basis::Epoch(0)).expect("slots");
        assert_eq!(named.text.contains("names are no keys"), named.agree < 400, "{}", named.text);
        assert_eq!(named.agree == 400, !turned, "{}", named.text);
    }
}

/// Solana's next epoch has a schedule of its own, from its own stakes.
#[test]
fn each_epoch_of_solana_has_its_own_schedule() {
    let vectors = vectors("solana-schedule.json");
    let case = &vectors["orders"][0];
    let (draws, stakes) = (numbers(&case["leaders"]), numbers(&case["stakes"]));
    let mut slots =
        chronicle(draws.iter().flat_map(|&who| [who as u32; 4]).collect(), &[(0, &[1, 0, 0]), (1, &stakes)]);
    // The last slot of epoch 0, whose only validator leads it, and then epoch 1.
    slots.heights.iter_mut().for_each(|slot| *slot += 432_000 - 1);
    slots.heights.insert(0, 432_000 - 1);
    slots.proposers.insert(0, 0);
    let check = check_blocks(&slots, &names(3), &Basis::Epoch(0)).expect("slots");
    assert_eq!((check.checked, check.agree), (49, 49), "{}", check.text);
}

/// A block of somebody without stake is found in any epoch, whatever its wins are in all.
#[test]
fn a_win_without_stake_is_found_in_every_epoch() {
    let sandbox = Sandbox::new();
    sandbox.put("one.csv", "name,stake\nann,30\nbob,10\n");
    sandbox.put("two.csv", "name,stake\nann,40\nbob,0\n");
    sandbox.put("back.csv", "name,stake\nann,20\nbob,20\n");
    let mut stream = stream("without stake", 11);
    let honest: Vec<u32> = (1..=600)
        .map(|height| match height {
            ..=400 => by_weight(&mut stream, &[30, 10]),
            401..=500 => 0,
            _ => by_weight(&mut stream, &[20, 20]),
        })
        .collect();
    let put = |name: &str, proposers: &[u32]| {
        let row =
            |(height, who): (usize, &u32)| format!("{},{}\n", height + 1, ["ann", "bob"][*who as usize]);
        let rows: String = proposers.iter().enumerate().map(row).collect();
        sandbox.put(name, format!("height,proposer\n{rows}"));
    };
    put("honest.csv", &honest);
    let args = ["--stakes", "one.csv", "--stakes", "401=two.csv", "--stakes", "501=back.csv"];
    for rule in ["raffle", "square-root", "solana-schedule", "cometbft-priority"] {
        let mut wrong = honest.clone();
        // Bob has a block that he could not win, and one fewer elsewhere.
        let given = (0..400).find(|&block| wrong[block] == 1).expect("a block of bob");
        wrong[given] = 0;
        wrong[449] = 1;
        put("wrong.csv", &wrong);
        let report = audited(&sandbox, &[&["wrong.csv"][..], &args, &["--rule", rule]].concat());
        assert_eq!((report.verdict, report.p), (Finding::Deviates, Some(0.0)), "{rule}: {}", report.text);
        assert!(report.text.contains("block 450, which it could not have won"), "{rule}: {}", report.text);
        assert_eq!(report.validators[1].p, Some(0.0), "{rule}");
    }
    let asked = [&["audit", "wrong.csv"][..], &args, &["--validator", "bob", "--assert"]].concat();
    let (code, out, err) = tombola(&sandbox, &asked);
    assert!(code == Some(1) && out.contains("deviates: it could not have won block 450"), "{out}{err}");
    let report = audited(&sandbox, &[&["honest.csv"][..], &args].concat());
    assert!(report.p > Some(0.0) && !report.text.contains("could not have won"), "{}", report.text);
}

fn vectors(name: &str) -> serde_json::Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(name);
    serde_json::from_slice(&std::fs::read(path).expect("vectors")).expect("JSON")
}

fn numbers(value: &serde_json::Value) -> Vec<u64> {
    value.as_array().expect("a list").iter().map(|number| number.as_u64().expect("a number")).collect()
}

/// Agave's own schedule: of each four slots in a row the leader is the draw that its test has for one.
#[test]
fn a_leader_schedule_is_checked_from_stakes_and_epoch() {
    let vectors = vectors("solana-schedule.json");
    let case = &vectors["orders"][0];
    assert_eq!(case["consecutive"], 1);
    let draws = numbers(&case["leaders"]);
    let stakes = numbers(&case["stakes"]);
    let proposers: Vec<u32> = draws.iter().flat_map(|&who| [who as u32; 4]).collect();
    let mut slots = chronicle(proposers, &[(0, &stakes)]);
    slots.heights.iter_mut().for_each(|slot| *slot += 432_000 - 1);
    let names = names(3);
    let check = check_blocks(&slots, &names, &Basis::Epoch(1)).expect("slots");
    assert_eq!((check.checked, check.agree), (48, 48), "{}", check.text);
    // Slots that were skipped have no row.
    let mut some = slots.clone();
    some.heights.retain(|slot| slot % 3 > 0);
    some.proposers = some.heights.iter().map(|slot| slots.proposers[(slot - 432_000) as usize]).collect();
    let check = check_blocks(&some, &names, &Basis::Epoch(1)).expect("slots");
    assert_eq!(check.agree, check.checked);
    // Another epoch has another schedule, and an epoch long past has none of these slots.
    let counted_from_its_beginning = chronicle(slots.proposers.clone(), &[(0, &stakes)]);
    let check = check_blocks(&counted_from_its_beginning, &names, &Basis::Epoch(2)).expect("slots");
    assert!(check.agree < 48 && check.first_difference.is_some());
    assert!(check_blocks(&slots, &names, &Basis::Epoch(0)).is_err());
}

/// The slots of the first epoch in Prysm's test: 2,048 validators without a balance, and a mix of zeros.
#[test]
fn proposers_are_checked_from_a_seed() {
    let vectors = vectors("ethereum-proposer.json");
    let slots = vectors["slots"].as_array().expect("a list");
    let seed =
        tombola::selection::ethereum::epoch_seed(tombola::selection::ethereum::DOMAIN_PROPOSER, 0, &[0; 32]);
    let number = |value: &serde_json::Value| value.as_u64().expect("a number");
    let heights: Vec<u64> =
        slots.iter().map(|slot| number(&slot["slot"])).filter(|slot| *slot < 32).collect();
    let proposers: Vec<u32> =
        slots[..heights.len()].iter().map(|slot| number(&slot["proposer"]) as u32).collect();
    let chronicle = Chronicle { heights, proposers, epochs: vec![Epoch { begin: 0, stakes: vec![0; 2048] }] };
    let names: Vec<String> = (0..2048).map(|index| index.to_string()).collect();
    let check = check_blocks(&chronicle, &names, &Basis::Seed(seed, Acceptance::PHASE0)).expect("slots");
    assert_eq!((check.checked, check.agree), (4, 4), "{}", check.text);
    let other = Basis::Seed([1; 32], Acceptance::PHASE0);
    let check = check_blocks(&chronicle, &names, &other).expect("slots");
    assert_eq!(
        check.first_difference.expect("a difference").expected.parse::<u64>().map(|it| it < 2048),
        Ok(true)
    );
}

fn tombola(sandbox: &Sandbox, args: &[&str]) -> (Option<i32>, String, String) {
    let output = sandbox.command(args).output().expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn audited(sandbox: &Sandbox, args: &[&str]) -> AuditReport {
    let (code, out, err) = tombola(sandbox, &[&["audit"][..], args, &["--format", "json"]].concat());
    assert_eq!(code, Some(0), "{err}");
    serde_json::from_str(&out).expect("an audit")
}

const SCENARIO: &str = "[run]\nrounds = 2000\nseed = 8\n[population]\ncount = 6\ntotal_stake = 10_000\nstake = { kind = 'zipf' }\n";

/// What `run` and `trace` write of a simulated chain comes in by the same door as a real chain's blocks.
#[test]
fn a_simulated_history_is_audited_by_the_same_door() {
    let sandbox = Sandbox::new();
    sandbox.put("s.toml", SCENARIO);
    let (code, _, err) = tombola(
        &sandbox,
        &["run", "s.toml", "--engine", "draws", "--trials", "1", "--schedule", "raffle.csv", "-q"],
    );
    assert_eq!(code, Some(0), "{err}");
    let validators =
        std::fs::read_to_string(sandbox.path("output/s/validators.csv")).expect("validators.csv");
    let stakes: String =
        validators.lines().map(|line| line.split(',').take(2).collect::<Vec<_>>().join(",") + "\n").collect();
    sandbox.put("stakes.csv", stakes.replace("validator,stake", "name,stake"));
    let report = audited(&sandbox, &["raffle.csv", "--stakes", "stakes.csv"]);
    let order = report.order.expect("an order");
    assert_eq!(
        (order.verdict, order.blocks, report.wins),
        (Finding::Consistent, 2000, 2000),
        "{}",
        order.text
    );
    assert_eq!(order.tests.len(), 7);
    assert!(report.blocks.is_none());
    let (code, _, err) = tombola(&sandbox, &["trace", "s.toml", "--rule-that-is-none"]);
    assert_eq!(code, Some(2), "{err}");
    for (name, agree) in [("cometbft-priority", true), ("raffle", false)] {
        let setting = format!("selection.rule={name}");
        let (code, _, err) =
            tombola(&sandbox, &["trace", "s.toml", "--set", &setting, "--schedule", "turns.csv", "--force"]);
        assert_eq!(code, Some(0), "{err}");
        let args = ["turns.csv", "--stakes", "stakes.csv", "--rule", "cometbft-priority"];
        let report = audited(&sandbox, &args);
        let blocks = report.blocks.expect("from genesis");
        assert_eq!(
            (blocks.checked, blocks.agree == 2000, blocks.first_difference.is_none()),
            (2000, agree, agree),
            "{}",
            blocks.text
        );
        let (code, _, err) = tombola(&sandbox, &[&["audit"][..], &args, &["--assert"]].concat());
        assert_eq!(code, Some(if agree { 0 } else { 1 }), "{err}");
    }
    // The folder has the measures too.
    let (code, _, err) =
        tombola(&sandbox, &["audit", "raffle.csv", "--stakes", "stakes.csv", "--output", "audits"]);
    assert_eq!(code, Some(0), "{err}");
    assert!(err.contains("Order of wins: compatible with the rule") || err.contains("Written"), "{err}");
    let table = std::fs::read_to_string(sandbox.path("audits/raffle/order.csv")).expect("order.csv");
    assert_eq!(
        table.lines().next(),
        Some("measure,subject,value,expected,low,high,p,p_adjusted,decision,meaning")
    );
    assert_eq!(table.lines().count(), 8);
}

/// Blocks that were missed, heights without a row, and stakes of several epochs, from files.
#[test]
fn histories_are_read_with_misses_and_epochs() {
    let sandbox = Sandbox::new();
    sandbox.put("one.csv", "name,stake\nann,30\nbob,10\n");
    sandbox.put("two.csv", "name,stake\nann,10\nbob,30\ncyd,40\n");
    let mut stream = stream("files", 7);
    let mut blocks = "slot,proposer,missed\n".to_owned();
    for slot in 1..=400u64 {
        if slot % 50 == 0 {
            continue;
        }
        let who = match slot {
            ..200 => ["ann", "bob", "cyd"][by_weight(&mut stream, &[30, 10, 0]) as usize],
            _ => ["ann", "bob", "cyd"][by_weight(&mut stream, &[10, 30, 40]) as usize],
        };
        blocks += &format!("{slot},{who},{}\n", u8::from(who == "bob" && slot % 2 == 0));
    }
    sandbox.put("blocks.csv", &blocks);
    let args = ["blocks.csv", "--stakes", "one.csv", "--stakes", "200=two.csv"];
    let report = audited(&sandbox, &args);
    assert_ne!(report.verdict, Finding::Deviates, "{}", report.text);
    assert!(report.reference.contains("with the stakes of each epoch"), "{}", report.reference);
    assert_eq!(report.order.expect("an order").verdict, Finding::Consistent);
    // 199 slots of 30 and 10, of which 3 have no row; 193... of the others.
    let due: f64 = report.validators.iter().filter_map(|row| row.expected).sum();
    assert!((due - 392.0).abs() < 1e-6, "{due}");
    assert!(report.missed.expect("misses").contains("bob"));
    let (_, _, err) = tombola(&sandbox, &[&["audit"][..], &args].concat());
    assert!(err.contains("heights between the first block and the last have no row"), "{err}");
    for (args, part) in [
        (&["blocks.csv", "--stakes", "one.csv", "--stakes", "two.csv"][..], "counts from the same block"),
        (&["blocks.csv", "--stakes", "5=two.csv"], "the first block is 1"),
        (&["blocks.csv", "--stakes", "one.csv"], "cyd"),
        (&["blocks.csv", "--stakes", "two.csv", "--epoch", "3"], "--rule solana-schedule"),
        (&["blocks.csv", "--stakes", "two.csv", "--seed", "12"], "--rule ethereum-fulu"),
        (
            &["blocks.csv", "--stakes", "two.csv", "--seed", "12", "--rule", "ethereum-fulu"],
            "64 hexadecimal digits",
        ),
        (
            &["blocks.csv", "--stakes", "two.csv", "--set-height", "12", "--rule", "cometbft-priority"],
            "needs a file of stakes with priorities",
        ),
        (&["blocks.csv", "--stakes", "two.csv", "--epoch", "9", "--rule", "solana-schedule"], ""),
    ] {
        let (code, _, err) = tombola(&sandbox, &[&["audit"][..], args].concat());
        if part.is_empty() {
            assert_eq!(code, Some(0), "{err}");
        } else {
            assert!(code == Some(2) && err.contains(part), "{args:?}: {err}");
        }
    }
    sandbox.put("bad.csv", blocks.replace(",1\n", ",perhaps\n"));
    let (code, _, err) = tombola(&sandbox, &["audit", "bad.csv", "--stakes", "two.csv"]);
    assert!(code == Some(2) && err.contains("whether the block was missed is `perhaps`"), "{err}");
    sandbox.put("counts.csv", "name,wins\nann,3\nbob,4\n");
    let (code, _, err) =
        tombola(&sandbox, &["audit", "counts.csv", "--stakes", "one.csv", "--stakes", "200=two.csv"]);
    assert!(code == Some(2) && err.contains("has no heights"), "{err}");
}
