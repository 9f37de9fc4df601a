//! The rules of real chains against their promises: what a rule says of itself must be what its
//! selector does, for stake vectors of every shape.

use tombola::random::{Purpose, Stream};
use tombola::registry::{Choice, Refusal, find};
use tombola::selection::{Dispersion, Fate, Last, RULES, Rule, Selection, StakeChange, Start, Turn};
use tombola::stake::ValidatorId;

/// The rules of this file, with settings that make a few thousand rounds tell something: short
/// epochs, so that many of them pass.
const RULES_OF_CHAINS: [(&str, &str); 13] = [
    ("babe", "slots_per_epoch = 100"),
    ("babe", "c = '1/2'"),
    ("cometbft-priority", ""),
    ("compound-epoch", ""),
    ("ethereum-electra", ""),
    ("ethereum-electra", "reveal = 'signature'"),
    ("ethereum-phase0", ""),
    ("ethereum-phase0", "unit = 'gwei'"),
    ("round-robin", ""),
    ("simd-0612", "slots_per_epoch = 80"),
    ("simd-0612", "slots_per_epoch = 40\nconsecutive_slots = 1"),
    ("solana-schedule", "slots_per_epoch = 80"),
    ("weighted-round-robin", ""),
];

/// Rounds of a statistical test: a multiple of all epochs above. A slot of Ethereum takes two
/// hundred hashes, so its tests are shorter.
fn rounds(name: &str) -> u64 {
    if name.starts_with("ethereum") { 3_000 } else { 24_000 }
}

fn rule(name: &str, settings: &str) -> Box<dyn Rule> {
    let choice = Choice { kind: name.into(), settings: settings.parse().expect("settings are TOML") };
    find("rule", RULES, &choice).expect("the rule accepts these settings").thing
}

/// Two parties, equal, whale, long tail, a million to one.
fn stake_vectors(settings: &str) -> Vec<Vec<u64>> {
    let vectors = vec![
        vec![24, 8],
        vec![7; 5],
        vec![900, 25, 25, 0, 25, 25],
        (1..=30).map(|k| 1_000 / k).collect(),
        vec![1_000_000, 1],
    ];
    let scale = if settings.contains("gwei") { 1_000_000_000 } else { 1 };
    vectors.into_iter().map(|stakes| stakes.into_iter().map(|stake: u64| stake * scale).collect()).collect()
}

/// Wins by validator of one trial in which every block is accepted; empty slots are not counted.
fn wins(rule: &dyn Rule, stakes: &[u64], rounds: u64, trial: u64) -> Vec<u64> {
    let mut selector = rule.selector(&Start { stakes, seed: 7, trial });
    let mut lottery = Stream::of_trial(7, trial, Purpose::Lottery);
    let mut wins = vec![0; stakes.len()];
    let mut last = None;
    for round in 1..=rounds {
        let forger = match selector.select(Turn { round, changes: &[], last, lottery: &mut lottery }) {
            Selection::Forger { validator, .. } => {
                wins[validator.index()] += 1;
                Some(validator)
            }
            Selection::Nobody => None,
        };
        let fate = if forger.is_some() { Fate::Accepted } else { Fate::Missed };
        last = Some(Last { forger, fate });
    }
    wins
}

/// Every validator's wins lie within 4 standard errors of the promise, or within its bound. The
/// standard error is the binomial one times the root of the declared factor; where fewer than ten
/// wins are expected one more is granted, since counts are whole. Fixed seeds; some 300 counts, so
/// a correct program fails with probability 0.02 when a seed changes.
#[test]
fn wins_follow_the_promise() {
    for (name, settings) in RULES_OF_CHAINS {
        let rule = rule(name, settings);
        for stakes in stake_vectors(settings) {
            let promise = rule.promise(&stakes);
            let shares = promise.shares().expect("these rules promise shares");
            assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-10, "{name} {settings} {stakes:?}");
            let rounds = rounds(name);
            let wins = wins(&*rule, &stakes, rounds, 0);
            assert_eq!(wins.iter().sum::<u64>(), rounds, "{name}: no slot stays empty");
            let dispersion = rule.dispersion(&stakes);
            for index in 0..stakes.len() {
                let expected = rounds as f64 * shares[index];
                let variance = expected * (1.0 - shares[index]);
                let allowed = match &dispersion {
                    Dispersion::Independent => 4.0 * variance.sqrt(),
                    Dispersion::Scaled { factors, cycle } => {
                        assert_eq!(rounds % cycle, 0, "{name}: whole cycles");
                        4.0 * (factors[index] * variance).sqrt() + 1e-6
                    }
                    Dispersion::Bounded { bounds } => bounds[index] + 1e-6,
                    Dispersion::Unknown(why) => panic!("{name}: {why}"),
                };
                let bounded = matches!(dispersion, Dispersion::Bounded { .. });
                let whole = if expected < 10.0 && !bounded { 1.0 } else { 0.0 };
                let off = (wins[index] as f64 - expected).abs();
                assert!(
                    off <= allowed + whole,
                    "{name} {settings} {stakes:?}: validator {index} won {}, promised {expected} ± {allowed}",
                    wins[index]
                );
            }
        }
    }
}

/// The declared scatter is neither too wide nor too narrow: over 400 trials of 80 rounds the
/// mean square of a validator's standardised wins is one, within 4 standard errors (of a
/// chi-square with 400 degrees of freedom, 1 ± 4 √(2/400) = 1 ± 0.283).
#[test]
fn the_scatter_is_the_declared_one() {
    let (trials, rounds) = (400, 80);
    let stakes = [50u64, 33, 21, 10];
    for (name, settings) in [
        ("babe", ""),
        ("compound-epoch", ""),
        ("ethereum-electra", ""),
        ("ethereum-phase0", ""),
        ("simd-0612", "slots_per_epoch = 80"),
        ("solana-schedule", "slots_per_epoch = 80"),
        ("solana-schedule", "slots_per_epoch = 80\nconsecutive_slots = 10"),
    ] {
        let rule = rule(name, settings);
        let promise = rule.promise(&stakes);
        let shares = promise.shares().unwrap();
        let factors = match rule.dispersion(&stakes) {
            Dispersion::Independent => vec![1.0; stakes.len()],
            Dispersion::Scaled { factors, .. } => factors,
            other => panic!("{name}: {other:?}"),
        };
        let mut squares = vec![0.0; stakes.len()];
        for trial in 0..trials {
            for (index, &wins) in wins(&*rule, &stakes, rounds, trial).iter().enumerate() {
                let expected = rounds as f64 * shares[index];
                squares[index] += (wins as f64 - expected).powi(2) / (expected * (1.0 - shares[index]));
            }
        }
        for (index, square) in squares.iter().enumerate() {
            let ratio = square / trials as f64 / factors[index];
            assert!((ratio - 1.0).abs() < 0.283, "{name} {settings}: validator {index}, ratio {ratio}");
        }
    }
}

/// The order of the validators carries no weight: permuting the stakes permutes the promise.
#[test]
fn permuting_the_validators_permutes_the_promise() {
    for (name, settings) in RULES_OF_CHAINS {
        let rule = rule(name, settings);
        for stakes in stake_vectors(settings) {
            let turned: Vec<u64> = stakes.iter().rev().copied().collect();
            let (promise, mirror) = (rule.promise(&stakes), rule.promise(&turned));
            let (shares, mirrored) = (promise.shares().unwrap(), mirror.shares().unwrap());
            for (share, other) in shares.iter().zip(mirrored.iter().rev()) {
                assert!((share - other).abs() < 1e-10, "{name} {settings} {stakes:?}");
            }
        }
    }
}

/// Nobody without stake wins; all stake at one validator wins everything; totals near 2^63 work.
#[test]
fn extremes() {
    for (name, settings) in RULES_OF_CHAINS {
        let rule = rule(name, settings);
        let huge = i64::MAX as u64;
        for stakes in [vec![0, huge, 0], vec![0, 64_000_000_000, 0]] {
            let promise = rule.promise(&stakes);
            assert_eq!(promise.shares().map(|shares| shares[1]), Some(1.0), "{name}");
            let wins = wins(&*rule, &stakes, 500, 0);
            assert_eq!(wins, [0, 500, 0], "{name} {settings}");
        }
        let stakes = [huge / 2, 0, huge / 2 - 5, 3];
        let wins = wins(&*rule, &stakes, 2_000, 0);
        assert_eq!(wins[1], 0, "{name}");
        assert!(wins[0] > 300 && wins[2] > 300, "{name} {settings}: {wins:?}");
        assert_eq!(wins.iter().sum::<u64>(), 2_000);
    }
}

/// The share of a holder, as one validator and as two.
fn whole_and_split(name: &str, settings: &str, stakes: &[u64], first: u64) -> (f64, f64) {
    let rule = rule(name, settings);
    let mut split = stakes.to_vec();
    split[0] = first;
    split.push(stakes[0] - first);
    let (whole, parts) = (rule.promise(stakes), rule.promise(&split));
    let parts = parts.shares().unwrap();
    (whole.shares().unwrap()[0], parts[0] + parts[parts.len() - 1])
}

/// Proportional rules do not care; small Ethereum sets reward merging; where stake is ignored,
/// splitting pays, and so it does in BABE, whose secondaries ignore it.
#[test]
fn splitting_and_merging() {
    for name in ["cometbft-priority", "compound-epoch", "solana-schedule", "weighted-round-robin"] {
        let (whole, parts) = whole_and_split(name, "", &[64, 50, 30], 20);
        assert!((whole - parts).abs() < 1e-12, "{name}: {whole} {parts}");
    }
    // Two halves of 32 ETH against one of 32 in phase 0: 1/2 whole; 5/12 split, by hand.
    let (whole, parts) = whole_and_split("ethereum-phase0", "", &[32, 32], 16);
    assert!((whole - 0.5).abs() < 1e-12 && (parts - 5.0 / 12.0).abs() < 1e-12, "{whole} {parts}");
    let (whole, parts) = whole_and_split("ethereum-electra", "", &[2048, 2048], 1024);
    assert!((whole - 0.5).abs() < 1e-12 && (parts - 5.0 / 12.0).abs() < 1e-4, "{whole} {parts}");
    // Beyond the cap of phase 0 splitting doubles the share.
    let (whole, parts) = whole_and_split("ethereum-phase0", "", &[64, 32], 32);
    assert!((whole - 0.5).abs() < 1e-12 && (parts - 2.0 / 3.0).abs() < 1e-12, "{whole} {parts}");
    for name in ["babe", "round-robin"] {
        let (whole, parts) = whole_and_split(name, "", &[64, 50, 30], 20);
        assert!(parts > whole + 0.05, "{name}: {whole} {parts}");
    }
    // A due of 1.2 runs split into two of 0.6: a guaranteed run is given up for two lots, and by
    // hand (dues 0.6, 0.6, 0.8 for two runs) it does not pay.
    let settings = "slots_per_epoch = 2\nconsecutive_slots = 1";
    let (whole, parts) = whole_and_split("simd-0612", settings, &[12, 8], 6);
    let out = 6.0 / 20.0 * 6.0 / 14.0 * 2.0;
    assert!((whole - 0.5 - 0.5 * 0.2).abs() < 1e-12, "{whole}");
    assert!((parts - (2.0 - (1.0 - out)) / 2.0).abs() < 1e-12, "{parts}");
}

/// Small sets of Ethereum as published or by hand: 32 and 16 ETH in phase 0, 1024 and 512 ETH
/// in Electra, and one of 2048 against three of 32.
#[test]
fn ethereum_is_not_proportional_in_small_sets() {
    let share = |name, stakes: &[u64]| rule(name, "").promise(stakes).shares().unwrap()[0];
    assert!((share("ethereum-phase0", &[32, 16]) - 0.75).abs() < 1e-12);
    assert!((share("ethereum-electra", &[1024, 512]) - 0.7).abs() < 1e-12);
    assert!((share("ethereum-electra", &[2048, 32, 32, 32]) - 0.976_806).abs() < 5e-7);
}

/// Ten trials of one seed differ, unless the rule is deterministic by definition.
#[test]
fn trials_differ_where_there_is_luck() {
    let deterministic = ["cometbft-priority", "round-robin", "weighted-round-robin"];
    for (name, settings) in RULES_OF_CHAINS {
        let rule = rule(name, settings);
        let scale = if settings.contains("gwei") { 1_000_000_000 } else { 1 };
        let stakes = [320, 200, 100, 90].map(|stake: u64| stake * scale);
        let outcomes: Vec<Vec<u64>> = (0..10).map(|trial| wins(&*rule, &stakes, 321, trial)).collect();
        let same = outcomes.iter().all(|outcome| *outcome == outcomes[0]);
        assert_eq!(same, deterministic.contains(&name), "{name} {settings}");
        assert_eq!(outcomes[3], wins(&*rule, &stakes, 321, 3), "{name}: a trial is a pure function");
    }
    let chain = rule("solana-schedule", "seed = 'epoch'");
    assert_eq!(wins(&*chain, &[3, 2], 400, 0), wins(&*chain, &[3, 2], 400, 1));
    assert!(matches!(chain.dispersion(&[3, 2]), Dispersion::Unknown(_)));
}

/// Stakes that change are followed: after the whale has lost all its stake it wins nothing more,
/// and a newcomer with nearly everything wins nearly everything, at the latest after an epoch.
#[test]
fn changes_of_stake_are_followed() {
    for (name, settings) in RULES_OF_CHAINS {
        let rule = rule(name, settings);
        let scale = if settings.contains("gwei") { 1_000_000_000 } else { 1 };
        let stakes: Vec<u64> = [1_000, 16, 16, 0].map(|stake| stake * scale).to_vec();
        let mut selector = rule.selector(&Start { stakes: &stakes, seed: 3, trial: 0 });
        let mut lottery = Stream::of_trial(3, 0, Purpose::Lottery);
        let changes = [
            StakeChange { validator: ValidatorId(0), stake: 0 },
            StakeChange { validator: ValidatorId(3), stake: 2_000 * scale },
            StakeChange { validator: ValidatorId(1), stake: 1_000 * scale },
            StakeChange { validator: ValidatorId(1), stake: 0 },
        ];
        let mut last = None;
        let mut wins = [0u64; 4];
        let (before, settle, after) = (100, 2_400, 1_000);
        for round in 1..=before + settle + after {
            let changes: &[StakeChange] = if round == before { &changes } else { &[] };
            let selection = selector.select(Turn { round, changes, last, lottery: &mut lottery });
            let forger = match selection {
                Selection::Forger { validator, .. } => Some(validator),
                Selection::Nobody => None,
            };
            if let Some(forger) = forger {
                assert!(round < before || ![0, 1].contains(&forger.0), "{name}: no stake, no block");
                assert!(round >= before || forger.0 != 3, "{name}: no stake yet");
                if round > before + settle {
                    wins[forger.index()] += 1;
                }
            }
            let fate = if round % 5 == 0 { Fate::Missed } else { Fate::Accepted };
            last = Some(Last { forger, fate });
        }
        assert_eq!(wins.iter().sum::<u64>(), after, "{name}: slots are filled again");
        let promise = rule.promise(&[0, 0, 16 * scale, 2_000 * scale]);
        let expected = after as f64 * promise.shares().unwrap()[3];
        // Four standard errors of the widest rule here (a factor of 4), and some for rounding.
        let allowed = 8.0 * (expected * (1.0 - expected / after as f64)).sqrt() + 5.0;
        assert!((wins[3] as f64 - expected).abs() < allowed, "{name} {settings}: {wins:?}, {expected}");
    }
}

/// Impossible settings are refused by name, with what is allowed.
#[test]
fn impossible_settings_are_refused() {
    for (name, settings, at_fault, allowed) in [
        ("babe", "c = '0/4'", "c", "at most 1/2"),
        ("babe", "c = '3/4'", "c", "at most 1/2"),
        ("babe", "slots_per_epoch = 0", "slots_per_epoch", "1..="),
        ("compound-epoch", "slots_per_epoch = 0", "slots_per_epoch", "1..="),
        ("simd-0612", "slots_per_epoch = 10", "slots_per_epoch", "multiple of consecutive_slots = 4"),
        ("simd-0612", "slots_per_epoch = 0", "slots_per_epoch", "1..=100000000"),
        ("solana-schedule", "consecutive_slots = 0", "consecutive_slots", "1..=432000"),
        ("solana-schedule", "slots_per_epoch = 200_000_000", "slots_per_epoch", "1..=100000000"),
    ] {
        let choice = Choice { kind: name.into(), settings: settings.parse().unwrap() };
        match find("rule", RULES, &choice).err() {
            Some(Refusal::Value { key, problem }) => {
                assert_eq!(key, at_fault);
                assert!(problem.contains(allowed), "{problem}");
            }
            other => panic!("{name} {settings}: {other:?}"),
        }
    }
    for (name, settings) in [
        ("babe", "c = 0.25"),
        ("babe", "vrf = 'ed25519'"),
        ("cometbft-priority", "n = 1"),
        ("ethereum-phase0", "unit = 'wei'"),
        ("ethereum-electra", "reveal = 'bls'"),
        ("round-robin", "order = 'random'"),
        ("simd-0612", "seed = 'slot'"),
        ("solana-schedule", "slots_per_epoch = -4"),
    ] {
        let choice = Choice { kind: name.into(), settings: settings.parse().unwrap() };
        assert!(matches!(find("rule", RULES, &choice).err(), Some(Refusal::Form(_))), "{name} {settings}");
    }
}

/// Each rule's example scenario names the rule, with settings it accepts, and a population for
/// which it knows its promise.
#[test]
fn example_scenarios_name_their_rules() {
    for (name, _) in RULES_OF_CHAINS {
        let path = format!("{}/scenarios/rule-{name}.toml", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).expect("every rule has an example scenario");
        let scenario: toml::Table = text.parse().expect("scenarios are TOML");
        assert!(text.contains("What to learn"), "{path}");
        let choice: Choice = scenario["selection"]["rule"].clone().try_into().unwrap();
        assert_eq!(choice.kind, name);
        let rule = find("rule", RULES, &choice).expect("the rule accepts these settings").thing;
        let accounts = scenario["population"]["accounts"].as_array().unwrap();
        let stakes: Vec<u64> =
            accounts.iter().map(|account| account["balance"].as_integer().unwrap() as u64).collect();
        let promise = rule.promise(&stakes);
        println!("{name}: {stakes:?} {promise:?} {:?}", rule.dispersion(&stakes));
        assert!(promise.shares().is_some());
    }
}
