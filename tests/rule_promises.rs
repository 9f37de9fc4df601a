//! Every selection rule keeps the promise that its law makes, whatever the stakes.
//!
//! All rules of the registry are tried with their defaults, and some with other settings. Seeds are
//! fixed; tolerances are four standard errors of what the rule itself says of its scatter.

use tombola::random::{Purpose, Stream};
use tombola::registry::{Choice, Refusal, find};
use tombola::selection::{Dispersion, Fate, Last, RULES, Rule, Selection, StakeChange, Start, Turn};
use tombola::stake::ValidatorId;

/// Settings to try beside the defaults.
const VARIANTS: &[(&str, &str)] = &[
    ("coin-age", "minimum = 0\ncap = 90"),
    ("coin-age", "minimum = 1\ncap = 5"),
    ("cool-down", "rounds = 2"),
    ("cool-down", "rounds = 7"),
    ("fair-single-lottery", "draws = 'race'"),
    ("gini-stabilised", "theta = 0.01\nstep = 'constant'"),
    ("gini-stabilised", "theta = 0.99\nstep = 'quadratic'"),
    ("inverse-coin-age", "cap = 5"),
    ("nxt", "draws = 'hash'"),
    ("penalty-weighted", "penalty = 0\nrecovery = 7\nmost = 1"),
    ("power-weighted", "exponent = '3/2'"),
    ("power-weighted", "exponent = 0"),
    ("power-weighted", "exponent = 1"),
    ("power-weighted", "exponent = 16"),
    ("seniority", "levels = 2"),
    ("top-n", "n = 3"),
    ("top-n", "n = 3\nweight = 'stake'"),
    ("uniform-mixture", "alpha = 0"),
    ("uniform-mixture", "alpha = 1"),
];

/// Two parties, equal ones, a whale, a long tail, a million to one.
fn pools() -> Vec<(&'static str, Vec<u64>)> {
    vec![
        ("two parties", vec![20, 80]),
        ("equal", vec![7; 5]),
        ("whale", vec![30, 10_000, 20, 50, 40, 10]),
        ("long tail", (1..=15).map(|rank| 1_000_000 / (rank * rank)).collect()),
        ("a million to one", vec![1_000_000, 1]),
    ]
}

fn rule(kind: &str, settings: &str) -> Box<dyn Rule> {
    let choice = Choice { kind: kind.to_owned(), settings: toml::from_str(settings).unwrap() };
    find("rule", RULES, &choice).unwrap_or_else(|refusal| panic!("{kind} {settings}: {refusal}")).thing
}

/// Every rule with its defaults, and the variants, each with a name for messages.
fn rules() -> Vec<(String, &'static str, Box<dyn Rule>)> {
    let defaults = RULES.iter().map(|entry| (entry.name, ""));
    defaults
        .chain(VARIANTS.iter().copied())
        .map(|(kind, settings)| {
            (format!("{kind} {{{}}}", settings.replace('\n', ", ")), kind, rule(kind, settings))
        })
        .collect()
}

/// Wins of everybody, and the rounds that somebody won. `changes` become known before round 1.
fn play(
    rule: &dyn Rule,
    stakes: &[u64],
    changes: &[StakeChange],
    rounds: u64,
    trial: u64,
) -> (Vec<u64>, u64) {
    let mut lottery = Stream::of_trial(7, trial, Purpose::Lottery);
    let mut selector = rule.selector(&Start { stakes, seed: 7, trial });
    let mut wins = vec![0; stakes.len()];
    let mut last = None;
    for round in 1..=rounds {
        let changes = if round == 1 { changes } else { &[] };
        let turn = Turn { round, changes, last, lottery: &mut lottery };
        let forger = match selector.select(turn) {
            Selection::Forger { validator, .. } => Some(validator),
            Selection::Nobody => None,
        };
        if let Some(validator) = forger {
            wins[validator.index()] += 1;
        }
        let fate = if forger.is_some() { Fate::Accepted } else { Fate::Missed };
        last = Some(Last { forger, fate });
    }
    let won = wins.iter().sum();
    (wins, won)
}

/// Compares wins with shares: within four standard errors of what the rule says of its scatter, and
/// two wins for the skewness of counts that are expected to be near zero.
fn check(
    name: &str,
    rule: &dyn Rule,
    stakes: &[u64],
    shares: &[f64],
    played: impl Fn(u64, u64) -> (Vec<u64>, u64),
) {
    const ROUNDS: u64 = 100_000;
    const TRIALS: u64 = 40;
    let dispersion = rule.dispersion(stakes);
    if let Dispersion::Unknown(_) = dispersion {
        // The standard error comes from the spread between trials.
        let mut offs: Vec<Vec<f64>> = vec![Vec::new(); stakes.len()];
        for trial in 0..TRIALS {
            let (wins, won) = played(ROUNDS / TRIALS, trial);
            for (index, &count) in wins.iter().enumerate() {
                offs[index].push(count as f64 - won as f64 * shares[index]);
            }
        }
        for (index, off) in offs.iter().enumerate() {
            let mean = off.iter().sum::<f64>() / TRIALS as f64;
            let variance = off.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (TRIALS - 1) as f64;
            // A trial may begin unlike the long run: two wins are granted to each.
            let tolerance = 4.0 * (variance / TRIALS as f64).sqrt() + 2.0;
            assert!(
                mean.abs() <= tolerance,
                "{name}: {index} is off by {mean} wins a trial, allowed {tolerance}"
            );
        }
        return;
    }
    let (wins, won) = played(ROUNDS, 0);
    for (index, &count) in wins.iter().enumerate() {
        let p = shares[index];
        let independent = won as f64 * p * (1.0 - p);
        let tolerance = match &dispersion {
            Dispersion::Independent => 4.0 * independent.sqrt() + 2.0,
            Dispersion::Scaled { factors, .. } => 4.0 * (independent * factors[index]).sqrt() + 2.0,
            Dispersion::Bounded { bounds } => bounds[index] + 1e-6,
            Dispersion::Unknown(_) => unreachable!("handled above"),
        };
        let off = count as f64 - won as f64 * p;
        assert!(
            off.abs() <= tolerance,
            "{name}: {index} won {count} of {won}, due {p}, tolerance {tolerance}"
        );
    }
}

#[test]
fn wins_are_as_promised() {
    for (name, _, rule) in rules() {
        for (pool, stakes) in pools() {
            let promise = rule.promise(&stakes);
            let Some(shares) = promise.shares() else { continue };
            let sum: f64 = shares.iter().sum();
            assert!((sum - 1.0).abs() < 1e-9, "{name}, {pool}: shares sum to {sum}");
            check(&format!("{name}, {pool}"), &*rule, &stakes, shares, |rounds, trial| {
                play(&*rule, &stakes, &[], rounds, trial)
            });
        }
    }
}

/// The scatter that a rule declares is the scatter that it has: the variance of wins over 1,000
/// trials of 400 rounds, whose relative standard error is sqrt(2 / 999) = 4.5 %; within five of
/// them, and what an error of the order of one in 400 rounds adds.
#[test]
fn wins_scatter_as_declared() {
    const TRIALS: u64 = 1_000;
    const ROUNDS: u64 = 400;
    let stakes = [500u64, 350, 275, 200];
    let rules = rules().into_iter().map(|(name, _, rule)| (name, rule, stakes.to_vec()));
    let memories = [
        ("coin-age", "minimum = 0\ncap = 90"),
        ("coin-age", "minimum = 0\ncap = 5"),
        ("inverse-coin-age", "cap = 5"),
    ];
    let pairs =
        memories.map(|(kind, settings)| (format!("{kind} pair"), rule(kind, settings), vec![3u64, 2]));
    let mut scaled = 0;
    for (name, rule, stakes) in rules.chain(pairs) {
        let factors = match rule.dispersion(&stakes) {
            Dispersion::Independent => vec![1.0; stakes.len()],
            Dispersion::Scaled { factors, .. } => {
                scaled += 1;
                factors
            }
            Dispersion::Bounded { .. } | Dispersion::Unknown(_) => continue,
        };
        let promise = rule.promise(&stakes);
        let shares = promise.shares().unwrap_or_else(|| panic!("{name}: a law of scatter but no promise"));
        let counts: Vec<Vec<u64>> =
            (0..TRIALS).map(|trial| play(&*rule, &stakes, &[], ROUNDS, trial).0).collect();
        for (index, share) in shares.iter().enumerate() {
            let declared = factors[index] * ROUNDS as f64 * share * (1.0 - share);
            if declared < 1.0 {
                // Too few wins for the variance to be nearly normal.
                continue;
            }
            let mean = counts.iter().map(|wins| wins[index] as f64).sum::<f64>() / TRIALS as f64;
            let variance = counts.iter().map(|wins| (wins[index] as f64 - mean).powi(2)).sum::<f64>()
                / (TRIALS - 1) as f64;
            let off = variance / declared - 1.0;
            assert!(
                off.abs() < 5.0 * 0.045 + 0.05,
                "{name}: {index} scatters {variance}, declared {declared}"
            );
        }
    }
    assert!(scaled >= 5, "only {scaled} rules with a scaled scatter were tried");
}

/// A rule that never says what it promises would pass all the tests above.
#[test]
fn promises_are_unknown_only_where_that_is_so() {
    let mut silent = Vec::new();
    for (name, _, rule) in rules() {
        for (pool, stakes) in pools() {
            if rule.promise(&stakes).shares().is_none() {
                silent.push(format!("{name}, {pool}"));
            }
        }
    }
    silent.retain(|name| !name.starts_with("coin-age") && !name.starts_with("inverse-coin-age"));
    assert!(silent.is_empty(), "no promise: {silent:?}");
    // With two holders the chains of ages are solved.
    for kind in ["coin-age", "inverse-coin-age"] {
        assert!(rule(kind, "").promise(&[20, 80]).shares().is_some(), "{kind}");
    }
}

/// Rules whose law depends on the order of the validators by its own definition.
const ORDERED: &[&str] = &["seniority"];

#[test]
fn permuting_the_validators_permutes_the_result() {
    let stakes = [500u64, 0, 20, 350, 275, 1, 90];
    let order = [4usize, 2, 6, 0, 1, 5, 3];
    let permuted: Vec<u64> = order.iter().map(|&index| stakes[index]).collect();
    for (name, kind, rule) in rules() {
        if ORDERED.contains(&kind) {
            continue;
        }
        let (promise, other) = (rule.promise(&stakes), rule.promise(&permuted));
        let (Some(shares), Some(other)) = (promise.shares(), other.shares()) else { continue };
        let expected: Vec<f64> = order.iter().map(|&index| shares[index]).collect();
        for (share, expected) in other.iter().zip(&expected) {
            assert!((share - expected).abs() < 1e-12, "{name}: {other:?} for {expected:?}");
        }
        check(&name, &*rule, &permuted, &expected, |rounds, trial| {
            play(&*rule, &permuted, &[], rounds, trial)
        });
    }
}

/// The stakes at genesis are replaced before the first draw by the same ones in another order, so
/// that every validator's stake changes and everything a rule knows in sum stays: the wins then
/// follow the new stakes, or the old ones where power is fixed.
#[test]
fn changes_of_stake_are_followed() {
    let before = [500u64, 20, 350, 275, 1, 90];
    let after = [20u64, 1, 90, 350, 275, 500];
    let changes: Vec<StakeChange> = after
        .iter()
        .enumerate()
        .map(|(index, &stake)| StakeChange { validator: ValidatorId(index as u32), stake })
        .collect();
    for (name, kind, rule) in rules() {
        let stakes = if kind == "proof-of-work" { &before } else { &after };
        let promise = rule.promise(stakes);
        let Some(shares) = promise.shares() else { continue };
        check(&name, &*rule, stakes, shares, |rounds, trial| play(&*rule, &before, &changes, rounds, trial));
    }
}

#[test]
fn no_stake_never_wins_and_all_of_it_always_does() {
    for (name, kind, rule) in rules() {
        let stakes = [0, 40, 0, 0, 60, 3, 0];
        if let Some(shares) = rule.promise(&stakes).shares() {
            assert!(stakes.iter().zip(shares).all(|(&stake, &share)| stake > 0 || share == 0.0), "{name}");
        }
        let (wins, won) = play(&*rule, &stakes, &[], 3_000, 0);
        assert!(won > 0, "{name}: nobody ever won");
        assert!(stakes.iter().zip(&wins).all(|(&stake, &count)| stake > 0 || count == 0), "{name}: {wins:?}");

        let (wins, won) = play(&*rule, &[0, 0, 9, 0], &[], 3_000, 0);
        assert!(won > 0 && wins[2] == won, "{name}: {wins:?}");
        // Only where coins must ripen first may a round stay empty.
        assert!(won == 3_000 || kind == "coin-age", "{name}: {won} of 3,000 rounds");
        if let Some(shares) = rule.promise(&[0, 0, 9, 0]).shares() {
            assert_eq!(shares, [0.0, 0.0, 1.0, 0.0], "{name}");
        }

        // Stake that is gone wins nothing more, stake that appears takes part.
        let change = |(index, stake)| StakeChange { validator: ValidatorId(index), stake };
        let moved = [(1, 0), (4, 0), (3, 5), (5, 0)].map(change);
        let (wins, won) = play(&*rule, &stakes, &moved, 3_000, 0);
        if kind == "proof-of-work" {
            assert!(wins[3] == 0 && wins[4] > 0, "{name}: power is fixed, {wins:?}");
        } else {
            assert!(won > 0 && wins[3] == won, "{name}: {wins:?}");
        }

        let gone = [(1, 0), (4, 0), (5, 0)].map(change);
        let (_, won) = play(&*rule, &stakes, &gone, 100, 0);
        assert!(won == 0 || kind == "proof-of-work", "{name}: won without any stake");
    }
}

#[test]
fn totals_near_the_top_of_the_type_do_not_overflow() {
    let top = i64::MAX as u64;
    let pools: [Vec<u64>; 3] = [vec![top - 3, 1, 2, 0], vec![top / 4; 4], vec![top / 2, top / 2, 1, 0]];
    for (name, _, rule) in rules() {
        for stakes in &pools {
            if let Some(shares) = rule.promise(stakes).shares() {
                let sum: f64 = shares.iter().sum();
                assert!((sum - 1.0).abs() < 1e-9, "{name}: {shares:?}");
            }
            // Stakes go round, so that sums rise and fall near the top.
            let mut selector = rule.selector(&Start { stakes, seed: 1, trial: 1 });
            let mut lottery = Stream::of_trial(1, 1, Purpose::Lottery);
            let mut stakes = stakes.clone();
            for round in 1..500 {
                let (from, to) = (round as usize % 4, (round as usize + 1) % 4);
                let moved = stakes[from] / 3;
                stakes[from] -= moved;
                stakes[to] += moved;
                let changes = [from, to]
                    .map(|index| StakeChange { validator: ValidatorId(index as u32), stake: stakes[index] });
                selector.select(Turn { round, changes: &changes, last: None, lottery: &mut lottery });
            }
        }
    }
}

/// The same scenario, seed and trial give the same forgers; another trial gives others.
#[test]
fn a_trial_is_a_pure_function() {
    let stakes = [500, 350, 275, 200, 90, 80];
    for (name, kind, rule) in rules() {
        let trial = |trial| play(&*rule, &stakes, &[], 500, trial);
        assert_eq!(trial(3), trial(3), "{name}");
        let random = !matches!(rule.dispersion(&stakes), Dispersion::Bounded { .. }) && kind != "coin-age";
        assert!(!random || (4..8).any(|other| trial(3) != trial(other)), "{name}: every trial is alike");
    }
}

/// What theory says of a validator that divides its stake among several accounts.
enum Splitting {
    /// The parts win together what the whole won.
    Neutral,
    /// The parts win more.
    Pays,
    /// The parts win less: merging pays.
    Costs,
}

/// The middle one of three holders, 40 of 120 coins, divides its stake evenly in two.
#[test]
fn splitting_and_merging_give_what_theory_says() {
    use Splitting::{Costs, Neutral, Pays};
    let theory = [
        ("coin-age", "", Pays),
        ("coin-age", "minimum = 0\ncap = 4", Pays),
        ("cool-down", "", Pays),
        ("deficit-first", "", Neutral),
        ("fair-single-lottery", "", Neutral),
        ("gini-stabilised", "theta = 0.01", Pays),
        // Below the target a part of the stake has less than its part of the chance.
        ("gini-stabilised", "theta = 0.99", Costs),
        ("inverse", "", Pays),
        ("inverse-coin-age", "cap = 4", Costs),
        ("logarithmic", "", Pays),
        ("multi-lottery", "", Neutral),
        ("nxt", "", Costs),
        ("nxt", "draws = 'hash'", Costs),
        ("opposite-weighted", "", Pays),
        ("penalty-weighted", "", Neutral),
        ("power-weighted", "", Costs),
        ("power-weighted", "exponent = 0.5", Pays),
        ("proof-of-work", "", Neutral),
        ("raffle", "", Neutral),
        ("seniority", "levels = 1", Neutral),
        ("single-lottery", "", Costs),
        ("square-root", "", Pays),
        ("top-n", "n = 2\nweight = 'stake'", Costs),
        ("top-n", "", Pays),
        ("uniform", "", Pays),
        ("uniform-mixture", "", Pays),
    ];
    let (whole, split) = ([50u64, 40, 30], [50u64, 20, 20, 30]);
    for (kind, settings, expected) in theory {
        let rule = rule(kind, settings);
        let name = format!("{kind} {{{settings}}}");
        let (before, after) = (rule.promise(&whole), rule.promise(&split));
        let wins = |stakes: &[u64], members: &[usize]| {
            let (wins, won) = play(&*rule, stakes, &[], 100_000, 0);
            members.iter().map(|&index| wins[index]).sum::<u64>() as f64 / won as f64
        };
        let (won_whole, won_split) = (wins(&whole, &[1]), wins(&split, &[1, 2]));
        // Four standard errors of the difference of two shares of 100,000 independent rounds.
        let noise = 4.0 * (2.0f64 * 0.25 / 100_000.0).sqrt();
        let gained = match (before.shares(), after.shares()) {
            (Some(before), Some(after)) => {
                let gain = after[1] + after[2] - before[1];
                let seen = won_split - won_whole;
                assert!((seen - gain).abs() < noise, "{name}: seen {seen}, promised {gain}");
                gain
            }
            _ => won_split - won_whole,
        };
        match expected {
            Neutral => assert!(gained.abs() < 1e-12, "{name}: {gained}"),
            Pays => assert!(gained > 0.01, "{name}: {gained}"),
            Costs => assert!(gained < -0.01, "{name}: {gained}"),
        }
    }
}

/// At every round, not only in the end, and for many random pools.
#[test]
fn deficits_never_exceed_their_bound() {
    let rule = rule("deficit-first", "");
    let mut stream = Stream::of_trial(11, 0, Purpose::Stakes);
    let mut pools: Vec<Vec<u64>> = pools().into_iter().map(|(_, stakes)| stakes).collect();
    for size in [3usize, 8, 30, 100] {
        pools.push((0..size).map(|_| stream.below(1000)).collect());
        pools.push((0..size as u32).map(|power| 1 << (power % 40)).collect());
    }
    for stakes in pools {
        let Dispersion::Bounded { bounds } = rule.dispersion(&stakes) else { panic!("not bounded") };
        let total: f64 = stakes.iter().sum::<u64>() as f64;
        let mut selector = rule.selector(&Start { stakes: &stakes, seed: 1, trial: 1 });
        let mut lottery = Stream::of_trial(1, 1, Purpose::Lottery);
        let mut wins = vec![0.0; stakes.len()];
        for round in 1..=3_000u64 {
            let turn = Turn { round, changes: &[], last: None, lottery: &mut lottery };
            let Selection::Forger { validator, .. } = selector.select(turn) else { panic!("nobody") };
            wins[validator.index()] += 1.0;
            for (index, &won) in wins.iter().enumerate() {
                let off = f64::abs(won - round as f64 * stakes[index] as f64 / total);
                assert!(off <= bounds[index] + 1e-9, "round {round}: {off} of {stakes:?}");
            }
        }
    }
}

/// Two equal validators, one of which never makes a block. Suspended for 10 rounds by each strike,
/// it is drawn once in 2 + 10 rounds on average: a share of 1/12.
#[test]
fn strikes_lower_the_weight_and_are_forgiven() {
    let rule = rule("penalty-weighted", "penalty = 0\nrecovery = 10\nmost = 1");
    let share = |lazy: Fate| {
        let mut selector = rule.selector(&Start { stakes: &[50, 50], seed: 1, trial: 1 });
        let mut lottery = Stream::of_trial(1, 1, Purpose::Lottery);
        let (mut last, mut drawn) = (None, 0u32);
        for round in 1..=60_000 {
            let turn = Turn { round, changes: &[], last, lottery: &mut lottery };
            let Selection::Forger { validator, .. } = selector.select(turn) else { panic!("nobody") };
            drawn += u32::from(validator.0 == 0);
            let fate = if validator.0 == 0 { lazy } else { Fate::Accepted };
            last = Some(Last { forger: Some(validator), fate });
        }
        f64::from(drawn) / 60_000.0
    };
    // The count of renewals with mean 12 and variance 2 has a standard error of
    // sqrt(60,000 * 2 / 12^3) = 8.3 in 60,000 rounds; four of them are 6e-4 of the rounds.
    for lazy in [Fate::Missed, Fate::Rejected] {
        assert!((share(lazy) - 1.0 / 12.0).abs() < 6e-4, "{}", share(lazy));
    }
    assert!((share(Fate::Accepted) - 0.5).abs() < 4.0 * (0.25f64 / 60_000.0).sqrt());
}

/// Nobody who rests wins, and in a pool no larger than the rest all take turns for ever.
#[test]
fn winners_rest_and_small_pools_take_turns() {
    for (rounds, stakes) in [(1u64, vec![1, 5, 9]), (3, vec![1, 1_000, 3, 4, 5, 6]), (9, vec![5, 1, 1])] {
        let rule = rule("cool-down", &format!("rounds = {rounds}"));
        let mut selector = rule.selector(&Start { stakes: &stakes, seed: 1, trial: 1 });
        let mut lottery = Stream::of_trial(1, 1, Purpose::Lottery);
        let mut winners = Vec::new();
        for round in 1..=2_000 {
            let turn = Turn { round, changes: &[], last: None, lottery: &mut lottery };
            let Selection::Forger { validator, .. } = selector.select(turn) else { panic!("nobody") };
            winners.push(validator);
        }
        let apart = rounds.min(stakes.len() as u64 - 1) as usize;
        for window in winners.windows(apart + 1) {
            assert!(!window[1..].contains(&window[0]), "{window:?} with {rounds} rounds of rest");
        }
    }
}

#[test]
fn impossible_settings_are_refused_with_the_allowed_range() {
    let refused = [
        ("coin-age", "cap = 1", "cap"),
        ("coin-age", "cap = 10001", "cap"),
        ("coin-age", "minimum = 90", "minimum"),
        ("cool-down", "rounds = 0", "rounds"),
        ("gini-stabilised", "theta = 1.5", "theta"),
        ("gini-stabilised", "rate = 0", "rate"),
        ("inverse-coin-age", "cap = 0", "cap"),
        ("penalty-weighted", "penalty = 1", "penalty"),
        ("penalty-weighted", "recovery = 0", "recovery"),
        ("penalty-weighted", "most = 0", "most"),
        ("penalty-weighted", "penalty = 0.999999999\nmost = 3", "most"),
        ("power-weighted", "exponent = 17", "exponent"),
        ("power-weighted", "exponent = '1/1001'", "exponent"),
        ("seniority", "levels = 0", "levels"),
        ("top-n", "n = 0", "n"),
        ("uniform-mixture", "alpha = 1.01", "alpha"),
    ];
    let refusal = |kind: &str, settings: &str| {
        let choice = Choice { kind: kind.into(), settings: toml::from_str(settings).unwrap() };
        find("rule", RULES, &choice).err()
    };
    for (kind, settings, at_fault) in refused {
        match refusal(kind, settings) {
            Some(Refusal::Value { key, problem }) => {
                assert_eq!(key, at_fault);
                assert!(problem.contains("must"), "{kind}: {problem}");
            }
            other => panic!("{kind} {{{settings}}}: {other:?}"),
        }
    }
    let malformed = [("power-weighted", "exponent = -1"), ("raffle", "n = 1"), ("nxt", "draws = 'dice'")];
    for (kind, settings) in malformed {
        assert!(matches!(refusal(kind, settings), Some(Refusal::Form(_))), "{kind} {{{settings}}}");
    }
}
