//! Every selection rule wins as its exact distribution says, whatever the stakes.
//!
//! All rules of the registry are tried with their defaults, and many with other settings. Seeds are
//! fixed; tolerances are four standard errors of what the rule itself says of its dispersion.

use crate::harness::{change, find_rule, play, rule, wins};
use std::path::Path;
use tombola::random::{Purpose, Stream};
use tombola::registry::Refusal;
use tombola::scenario::load;
use tombola::selection::{
    BlockOutcome, Dispersion, PreviousRound, RULES, RoundContext, Rule, Selection, StakeChange, TrialContext,
};

/// Settings to try beside the defaults. Epochs are short here, so that many of them pass.
const VARIANTS: &[(&str, &str)] = &[
    ("algorand-sortition", "expected = 1"),
    ("babe", "c = '1/2'\nslots_per_epoch = 100"),
    ("babe", "c = 0.95\nslots_per_epoch = 1"),
    ("babe", "weights = 'equal'\nslots_per_epoch = 100"),
    ("cardano-praos", "active_slots = 0.9"),
    ("cardano-praos", "active_slots = 0.9\ntie_break = 'leader-value'"),
    ("cardano-praos", "tie_break = 'leader-value'"),
    ("coin-age", "minimum = 0\ncap = 90"),
    ("coin-age", "minimum = 1\ncap = 5"),
    ("coin-age", "outputs = 50\nminimum = 0\ncap = 5"),
    ("coin-age", "outputs = 5\nseconds_per_round = 43_200"),
    ("cool-down", "rounds = 2"),
    ("cool-down", "rounds = 7"),
    ("delegated-turns", "n = 3\nblocks = 2"),
    ("delegated-turns", "n = 3\nblocks = 1\norder = 'shuffled'"),
    ("delegated-turns", "n = 2\nblocks = 4\nelect = 'drawn'\norder = 'shuffled'"),
    ("delegated-turns", "n = 1\nblocks = 5\nelect = 'drawn'"),
    ("ethereum-electra", "reveal = 'signature'"),
    ("ethereum-phase0", "unit = 'gwei'"),
    ("fair-single-lottery", "draws = 'race'"),
    ("gini-stabilised", "theta = 0.01\nstep = 'constant'"),
    ("gini-stabilised", "theta = 0.99\nstep = 'quadratic'"),
    ("inverse-coin-age", "cap = 5"),
    ("nxt", "lottery = 'hash'"),
    ("penalty-weighted", "penalty = 0\nrecovery = 7\nmost = 1"),
    ("power-weighted", "exponent = '3/2'"),
    ("power-weighted", "exponent = 0"),
    ("power-weighted", "exponent = 1"),
    ("power-weighted", "exponent = 16"),
    ("seniority", "levels = 2"),
    ("simd-0612", "slots_per_epoch = 40\nconsecutive_slots = 1"),
    ("simd-0612", "slots_per_epoch = 80"),
    ("solana-schedule", "slots_per_epoch = 80"),
    ("solana-schedule", "slots_per_epoch = 80\nconsecutive_slots = 10"),
    ("top-n", "n = 3"),
    ("top-n", "n = 3\nweight = 'stake'"),
    ("uniform-mixture", "alpha = 0"),
    ("uniform-mixture", "alpha = 1"),
];

/// Rules with real keys take 50 µs a validator and round: they are tried where few rounds do.
const WITH_KEYS: &[(&str, &str)] = &[
    ("algorand-sortition", "lottery = 'vrf'"),
    ("babe", "lottery = 'vrf'"),
    ("cardano-praos", "active_slots = 0.9\nlottery = 'vrf'"),
    ("cardano-praos", "active_slots = 0.9\ntie_break = 'leader-value'\nlottery = 'vrf'"),
];

/// A rule with some settings.
struct Case {
    /// For messages.
    name: String,
    kind: &'static str,
    settings: &'static str,
    rule: std::sync::Arc<dyn Rule>,
}

impl Case {
    fn new((kind, settings): (&'static str, &'static str)) -> Self {
        let name = format!("{kind} {{{}}}", settings.replace('\n', ", "));
        Case { name, kind, settings, rule: rule(kind, settings) }
    }

    /// The longest statistical test of the rule: a slot of Ethereum takes two hundred hashes, and a
    /// slot with real keys a millisecond.
    fn longest(&self) -> u64 {
        match self.kind {
            _ if self.has_keys() => 1_500,
            kind if kind.starts_with("ethereum-") => 3_000,
            _ => 100_000,
        }
    }

    fn has_keys(&self) -> bool {
        self.settings.contains("vrf")
    }

    /// Whether settings leave epochs so long that stakes that change are not seen in a test.
    fn has_long_epochs(&self) -> bool {
        matches!(self.kind, "babe" | "simd-0612" | "solana-schedule") && !self.settings.contains("slots")
    }

    /// Whether a round is decided without any randomness, by the rule's own definition.
    fn is_deterministic(&self) -> bool {
        let drawn = ["shuffled", "drawn"].iter().any(|word| self.settings.contains(word));
        WITHOUT_LUCK.contains(&self.kind) || self.kind == "delegated-turns" && !drawn
    }

    /// One coin of the stakes of a test in the rule's unit.
    fn coin(&self) -> u64 {
        if self.settings.contains("gwei") { 1_000_000_000 } else { 1 }
    }

    /// Stakes of a test in the rule's unit.
    fn stakes(&self, stakes: &[u64]) -> Vec<u64> {
        stakes.iter().map(|stake| stake * self.coin()).collect()
    }
}

/// Every rule with its defaults, and the variants. The rigged controls, which break their expected shares,
/// are left out; they have tests of their own.
fn honest() -> impl Iterator<Item = Case> {
    all().filter(|case| !case.kind.starts_with("rigged-"))
}

/// The same with the rigged controls.
fn all() -> impl Iterator<Item = Case> {
    let defaults = RULES.iter().map(|entry| (entry.name, ""));
    defaults.chain(VARIANTS.iter().copied()).map(Case::new)
}

/// Two parties, equal ones, a whale beside somebody without stake, a long tail, a million to one.
fn pools() -> [(&'static str, Vec<u64>); 5] {
    [
        ("two parties", vec![20, 80]),
        ("equal", vec![7; 5]),
        ("whale", vec![30, 10_000, 20, 50, 0, 40, 10]),
        ("long tail", (1..=24).map(|rank| 24_000 / rank).collect()),
        ("a million to one", vec![1_000_000, 1]),
    ]
}

/// Rounds for a statistical test of a rule: whole cycles.
fn rounds(case: &Case, dispersion: &Dispersion, wanted: u64) -> u64 {
    let wanted = wanted.min(case.longest());
    match dispersion {
        Dispersion::Scaled { cycle, .. } => wanted.next_multiple_of(*cycle),
        _ => wanted,
    }
}

/// Compares wins with shares: within four standard errors of what the rule says of its dispersion, or
/// within its bounds. Counts are whole, so where fewer than ten wins are expected one more is
/// granted. The stakes become those of `changes` before the first round; what is won in the first
/// `settle` rounds does not count.
fn check(case: &Case, stakes: &[u64], changes: &[StakeChange], settle: u64) {
    let now: Vec<u64> = if changes.is_empty() {
        stakes.to_vec()
    } else {
        changes.iter().map(|change| change.stake).collect()
    };
    let expected_shares = case.rule.expected_shares(&now);
    let Some(shares) = expected_shares.shares() else { return };
    let sum: f64 = shares.iter().sum();
    assert!((sum - 1.0).abs() < 1e-9, "{}: {stakes:?}: shares sum to {sum}", case.name);
    let dispersion = case.rule.dispersion(&now);
    let count = |rounds: u64, trial: u64| {
        let mut wins = vec![0u64; stakes.len()];
        play(&*case.rule, stakes, changes, trial, settle + rounds, |round, forger, _| {
            if let (true, Some(forger)) = (round > settle, forger) {
                wins[forger.index()] += 1;
            }
        });
        let won: u64 = wins.iter().sum();
        (wins, won as f64)
    };
    if let Dispersion::Unknown(_) = dispersion {
        return check_by_trials(case, shares, count);
    }
    let (wins, won) = count(rounds(case, &dispersion, 100_000), 0);
    for (index, &wins) in wins.iter().enumerate() {
        let (p, expected) = (shares[index], won * shares[index]);
        let variance = expected * (1.0 - p);
        let whole = if expected > 0.0 && expected < 10.0 { 1.0 } else { 0.0 };
        let allowed = match &dispersion {
            Dispersion::Independent => 4.0 * variance.sqrt() + whole,
            Dispersion::Scaled { factors, .. } => 4.0 * (variance * factors[index]).sqrt() + whole,
            Dispersion::Bounded { bounds } => bounds[index],
            Dispersion::Unknown(_) => unreachable!("handled above"),
        };
        assert!(
            (wins as f64 - expected).abs() <= allowed + 1e-6,
            "{}, {now:?}: {index} won {wins} of {won}, expected {expected} ± {allowed}",
            case.name
        );
    }
}

/// The same where the dispersion is unknown: the standard error comes from the spread between trials.
fn check_by_trials(case: &Case, shares: &[f64], count: impl Fn(u64, u64) -> (Vec<u64>, f64)) {
    const TRIALS: u64 = 40;
    let played: Vec<(Vec<u64>, f64)> = (0..TRIALS).map(|trial| count(2_500, trial)).collect();
    for (index, share) in shares.iter().enumerate() {
        let offs: Vec<f64> = played.iter().map(|(wins, won)| wins[index] as f64 - won * share).collect();
        let (mean, error) = mean_and_error(&offs);
        // A trial may begin unlike the long run: two wins are granted to each.
        assert!(mean.abs() <= 4.0 * error + 2.0, "{}: {index} is off by {mean} ± {error}", case.name);
    }
}

fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0);
    (mean, (variance / n).sqrt())
}

#[test]
fn wins_are_as_expected() {
    for case in honest() {
        for (_, stakes) in pools() {
            check(&case, &case.stakes(&stakes), &[], 0);
        }
    }
    for case in WITH_KEYS.iter().copied().map(Case::new) {
        check(&case, &[2, 0, 3, 5], &[], 0);
    }
}

/// The dispersion that a rule declares is the one that it has: the variance of wins over many
/// trials, within 4.5 of its standard errors `sqrt(2 / (trials - 1))`, and 5 % more where the law is
/// one for many rounds.
#[test]
fn wins_scatter_as_declared() {
    let pairs = [
        ("coin-age", "minimum = 0\ncap = 90"),
        ("coin-age", "minimum = 0\ncap = 5"),
        ("inverse-coin-age", "cap = 5"),
    ];
    let cases = honest().map(|case| (case, vec![500, 350, 275, 200]));
    let cases = cases.chain(pairs.map(|pair| (Case::new(pair), vec![3, 2])));
    let mut scaled = 0;
    for (case, stakes) in cases.filter(|(case, _)| case.name != "simd-0612 {}") {
        let stakes = case.stakes(&stakes);
        let (trials, rounds) = if case.longest() < 100_000 { (400u64, 80) } else { (1_000, 400) };
        let (factors, slack) = match case.rule.dispersion(&stakes) {
            Dispersion::Independent => (vec![1.0; stakes.len()], 0.0),
            Dispersion::Scaled { factors, cycle } => {
                scaled += 1;
                assert_eq!(rounds % cycle, 0, "{}: whole cycles", case.name);
                (factors, if cycle == 1 { 0.05 } else { 0.0 })
            }
            Dispersion::Bounded { .. } | Dispersion::Unknown(_) => continue,
        };
        let expected_shares = case.rule.expected_shares(&stakes);
        let shares = expected_shares
            .shares()
            .unwrap_or_else(|| panic!("{}: dispersion without expected shares", case.name));
        let played: Vec<Vec<u64>> =
            (0..trials).map(|trial| wins(&*case.rule, &stakes, trial, rounds)).collect();
        let won: u64 = played.iter().flatten().sum();
        let filled = won as f64 / trials as f64;
        for (index, share) in shares.iter().enumerate() {
            // Where slots stay empty, a slot is won with chance share * filled / rounds.
            let chance = share * filled / rounds as f64;
            let declared = factors[index] * rounds as f64 * chance * (1.0 - chance);
            if declared < 1.0 {
                // Too few wins for the variance to be nearly normal.
                continue;
            }
            let mean = played.iter().map(|wins| wins[index] as f64).sum::<f64>() / trials as f64;
            let squares: f64 = played.iter().map(|wins| (wins[index] as f64 - mean).powi(2)).sum();
            let off = squares / (trials - 1) as f64 / declared - 1.0;
            let allowed = 4.5 * (2.0 / (trials - 1) as f64).sqrt() + slack;
            assert!(off.abs() < allowed, "{}: {index} varies {off:+} off what is declared", case.name);
        }
    }
    assert!(scaled >= 9, "only {scaled} rules with a scaled dispersion were tried");
}

/// A rule that never states its expected shares would pass all the tests above.
#[test]
fn expected_shares_are_unknown_only_where_that_is_so() {
    let mut silent = Vec::new();
    for case in all() {
        for (pool, stakes) in pools() {
            if case.rule.expected_shares(&case.stakes(&stakes)).shares().is_none() {
                silent.push(format!("{}, {pool}", case.name));
            }
        }
    }
    silent.retain(|name| !name.starts_with("coin-age") && !name.starts_with("inverse-coin-age"));
    assert!(silent.is_empty(), "no expected shares: {silent:?}");
    // With two holders the chains of ages are solved.
    for kind in ["coin-age", "inverse-coin-age"] {
        assert!(rule(kind, "").expected_shares(&[20, 80]).shares().is_some(), "{kind}");
    }
}

/// Bounds hold after every round, not only in the end, and for many random pools.
#[test]
fn bounds_are_never_exceeded() {
    let mut stream = Stream::of_trial(11, 0, Purpose::Stakes);
    let mut stakes: Vec<Vec<u64>> = pools().into_iter().map(|(_, stakes)| stakes).collect();
    for size in [3usize, 8, 30, 100] {
        stakes.push((0..size).map(|_| stream.below(1000)).collect());
        stakes.push((0..size as u32).map(|power| 1 << (power % 40)).collect());
    }
    let mut bounded = std::collections::BTreeSet::new();
    for case in honest() {
        for stakes in &stakes {
            let Dispersion::Bounded { bounds } = case.rule.dispersion(stakes) else { continue };
            bounded.insert(case.kind);
            let expected_shares = case.rule.expected_shares(stakes);
            let shares = expected_shares.shares().expect("a bound on the distance from an expected share");
            let mut wins = vec![0.0; stakes.len()];
            let mut filled = 0.0;
            play(&*case.rule, stakes, &[], 0, 2_000, |round, forger, _| {
                let Some(forger) = forger else {
                    assert!(MAY_BE_EMPTY.contains(&case.kind), "{}: round {round}", case.name);
                    return;
                };
                wins[forger.index()] += 1.0;
                filled += 1.0;
                for ((won, share), bound) in wins.iter().zip(shares).zip(&bounds) {
                    let off = f64::abs(won - filled * share);
                    assert!(off <= bound + 1e-9, "{}, round {round}: {off} of {stakes:?}", case.name);
                }
            });
        }
    }
    let expected = [
        "coin-age",
        "cometbft-priority",
        "cool-down",
        "deficit-first",
        "delegated-turns",
        "round-robin",
        "weighted-round-robin",
    ];
    assert_eq!(bounded.into_iter().collect::<Vec<_>>(), expected);
}

/// Rules whose law depends on the order of the validators by their own definition.
const ORDERED: &[&str] = &["seniority"];

#[test]
fn permuting_the_validators_permutes_the_result() {
    let order = [4usize, 2, 6, 0, 1, 5, 3];
    for case in honest().filter(|case| !ORDERED.contains(&case.kind)) {
        let stakes = case.stakes(&[500, 0, 20, 350, 275, 1, 90]);
        let permuted: Vec<u64> = order.iter().map(|&index| stakes[index]).collect();
        let (expected, other) = (case.rule.expected_shares(&stakes), case.rule.expected_shares(&permuted));
        let (Some(shares), Some(other)) = (expected.shares(), other.shares()) else { continue };
        for (share, &index) in other.iter().zip(&order) {
            assert!((share - shares[index]).abs() < 1e-10, "{}: {other:?} for {shares:?}", case.name);
        }
        check(&case, &permuted, &[], 0);
    }
}

/// Rules for which a coin is not just a part of the whole: a logarithm of coins, and ETH with a cap.
const NOT_SCALE_FREE: &[&str] = &["logarithmic", "ethereum-phase0", "ethereum-electra", "ethereum-fulu"];

#[test]
fn scaling_all_stakes_changes_nothing() {
    for case in honest() {
        let stakes = [500, 350, 275, 200, 0, 3];
        let scaled = stakes.map(|stake: u64| stake * 1_000_003);
        let (expected, other) = (case.rule.expected_shares(&stakes), case.rule.expected_shares(&scaled));
        let (Some(shares), Some(other)) = (expected.shares(), other.shares()) else { continue };
        let same = shares.iter().zip(other).all(|(share, other)| (share - other).abs() < 1e-12);
        assert_eq!(same, !NOT_SCALE_FREE.contains(&case.kind), "{}: {shares:?} {other:?}", case.name);
    }
}

/// The stakes at genesis are replaced before the first draw by the same ones in another order, so
/// that every validator's stake changes and everything a rule knows in sum stays: the wins then
/// follow the new stakes, or the old ones where power is fixed. Ethereum's effective balances follow
/// at the end of an epoch of 32 slots. (Outputs keep the number that they had at genesis.)
#[test]
fn changes_of_stake_are_followed() {
    for case in honest().filter(|case| !case.settings.contains("outputs")) {
        let before = case.stakes(&[500, 20, 350, 275, 1, 90]);
        let after = match case.kind {
            "proof-of-work" => before.clone(),
            _ => case.stakes(&[20, 1, 90, 350, 275, 500]),
        };
        let changes: Vec<StakeChange> =
            after.iter().enumerate().map(|(index, &stake)| change(index, stake)).collect();
        check(&case, &before, &changes, if case.kind.starts_with("ethereum") { 64 } else { 0 });
    }
}

/// Rules in which a round may have no winner although everybody holds stake: coins must ripen, or
/// everybody's private lottery may fail.
const MAY_BE_EMPTY: &[&str] = &["algorand-sortition", "cardano-praos", "coin-age", "rigged-reused-hash"];

#[test]
fn no_stake_never_wins_and_all_of_it_always_does() {
    for case in all().chain(WITH_KEYS.iter().copied().map(Case::new)) {
        let name = &case.name;
        let rounds = if case.has_keys() { 60 } else { 2_000 };
        let stakes = case.stakes(&[0, 400, 0, 0, 600, 300, 0]);
        if let Some(shares) = case.rule.expected_shares(&stakes).shares() {
            assert!(stakes.iter().zip(shares).all(|(&stake, &share)| stake > 0 || share == 0.0), "{name}");
        }
        let wins_now = wins(&*case.rule, &stakes, 0, rounds);
        assert!(stakes.iter().zip(&wins_now).all(|(&s, &won)| s > 0 || won == 0), "{name}: {wins_now:?}");
        let won: u64 = wins_now.iter().sum();
        assert!(won > 0 && (won == rounds || MAY_BE_EMPTY.contains(&case.kind)), "{name}: {won} wins");

        // A single holder, of little and of nearly everything a scenario may have.
        for all in [900 * case.coin(), i64::MAX as u64] {
            let alone = [0, 0, all, 0];
            let wins = wins(&*case.rule, &alone, 0, rounds);
            let won: u64 = wins.iter().sum();
            assert!(won > 0 && wins[2] == won, "{name}: {wins:?}");
            assert!(won == rounds || MAY_BE_EMPTY.contains(&case.kind), "{name}: {won} of {rounds} rounds");
            if let Some(shares) = case.rule.expected_shares(&alone).shares() {
                assert_eq!(shares, [0.0, 0.0, 1.0, 0.0], "{name}");
            }
        }
        assert_eq!(wins(&*case.rule, &[0, 0], 0, 5), [0, 0], "{name}: won without any stake");
    }
}

/// Stake that is gone wins nothing more, from the round on in which that is known; stake that
/// appears takes part, at the latest in the next epoch.
#[test]
fn who_loses_all_leaves_and_who_gains_joins() {
    for case in all().chain(WITH_KEYS.iter().copied().map(Case::new)) {
        let name = &case.name;
        let (before, rounds) = if case.has_keys() { (20, 200) } else { (100, 3_000) };
        let stakes = case.stakes(&[1_000, 16, 18, 0]);
        let moved = [change(0, 0), change(3, 17 * case.coin()), change(1, 99), change(1, 0)];
        let mut late = [0u64; 4];
        play(&*case.rule, &stakes, &[], 3, rounds, |round, forger, changes| {
            if round + 1 == before {
                changes.extend(moved);
            }
            let Some(forger) = forger else { return };
            if round < before {
                assert_ne!(forger.0, 3, "{name}: no stake yet");
            } else if case.kind != "proof-of-work" {
                assert!(![0, 1].contains(&forger.0), "{name}: no stake any more");
                late[forger.index()] += 1;
            } else {
                assert_ne!(forger.0, 3, "{name}: power is fixed");
            }
        });
        // One who never hears of new holders, one who counts tickets beyond 133 coins, and the record
        // holder of all time are rigged; in long epochs the newcomer still waits.
        let rigged = case.kind.starts_with("rigged-");
        let waits = case.has_long_epochs() || case.kind == "proof-of-work" || case.has_keys();
        let richest_wins = late[2] > 0 || case.kind == "opposite-weighted";
        assert!(rigged || waits || (richest_wins && late[3] > 0), "{name}: {late:?}");

        let gone = [change(0, 0), change(1, 0), change(2, 0)];
        play(&*case.rule, &stakes, &gone, 0, 50, |_, forger, _| {
            assert!(forger.is_none() || case.kind == "proof-of-work", "{name}: won without any stake");
        });
    }
}

#[test]
fn totals_near_the_top_of_the_type_do_not_overflow() {
    let top = i64::MAX as u64;
    let pools: [Vec<u64>; 3] = [vec![top - 3, 1, 2, 0], vec![top / 4; 4], vec![top / 2, top / 2, 1, 0]];
    for case in all() {
        for stakes in &pools {
            if let Some(shares) = case.rule.expected_shares(stakes).shares() {
                let sum: f64 = shares.iter().sum();
                assert!((sum - 1.0).abs() < 1e-9, "{}: {shares:?}", case.name);
            }
            // Stakes go round, so that sums rise and fall near the top.
            let mut now = stakes.clone();
            play(&*case.rule, stakes, &[], 1, 500, |round, _, changes| {
                let (from, to) = (round as usize % 4, (round as usize + 1) % 4);
                let moved = now[from] / 3;
                now[from] -= moved;
                now[to] += moved;
                changes.extend([change(from, now[from]), change(to, now[to])]);
            });
        }
    }
}

/// Deterministic by their own definition; one number that all contenders share is no randomness either.
const WITHOUT_LUCK: &[&str] =
    &["cometbft-priority", "deficit-first", "round-robin", "weighted-round-robin", "rigged-shared-number"];

/// The same scenario, seed and trial give the same forgers; another trial gives others.
#[test]
fn a_trial_is_a_pure_function() {
    for case in all().chain(WITH_KEYS.iter().copied().map(Case::new)) {
        let stakes = case.stakes(&[500, 350, 275, 200, 90, 80]);
        let rounds = if case.has_keys() { 40 } else { 321 };
        let trial = |trial| {
            let mut forgers = Vec::new();
            play(&*case.rule, &stakes, &[], trial, rounds, |_, forger, _| forgers.push(forger));
            forgers
        };
        let first = trial(3);
        assert!(first == trial(3), "{}", case.name);
        let same = (4..14).all(|other| first == trial(other));
        assert_eq!(same, case.is_deterministic(), "{}: all trials alike?", case.name);
    }
    let chain = rule("solana-schedule", "seed = 'epoch'");
    assert_eq!(wins(&*chain, &[3, 2], 0, 400), wins(&*chain, &[3, 2], 1, 400));
    assert!(matches!(chain.dispersion(&[3, 2]), Dispersion::Unknown(_)));
}

/// Rewards of 5 are added to the forger's stake: over 60 rounds the mean share of the rounds is what
/// was expected of compounding, within four standard errors from the spread between 1,000 trials.
#[test]
fn shares_are_as_expected_when_rewards_compound() {
    let stakes = [40u64, 30, 20, 10];
    let mut tried = 0;
    for case in honest().filter(|case| !case.settings.contains("gwei")) {
        let expected_shares = case.rule.expected_shares_when_compounding(&stakes);
        let Some(shares) = expected_shares.shares() else { continue };
        tried += 1;
        let played: Vec<Vec<f64>> = (0..1_000)
            .map(|trial| {
                let (mut now, mut wins) = (stakes, [0.0; 4]);
                play(&*case.rule, &stakes, &[], trial, 60, |_, forger, changes| {
                    let Some(forger) = forger else { return };
                    wins[forger.index()] += 1.0;
                    now[forger.index()] += 5;
                    changes.push(change(forger.index(), now[forger.index()]));
                });
                let won: f64 = wins.iter().sum();
                wins.iter().map(|wins| wins / won).collect()
            })
            .collect();
        for (index, share) in shares.iter().enumerate() {
            let values: Vec<f64> = played.iter().map(|shares| shares[index]).collect();
            let (mean, error) = mean_and_error(&values);
            assert!((mean - share).abs() <= 4.0 * error + 1e-12, "{}: {mean}, {share} expected", case.name);
        }
    }
    assert!(tried >= 10, "only {tried} rules say anything about compounding");
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
        ("algorand-sortition", "", Neutral),
        ("babe", "", Pays),
        ("babe", "weights = 'equal'", Pays),
        ("cardano-praos", "active_slots = 0.999\ntie_break = 'leader-value'", Pays),
        ("coin-age", "", Pays),
        ("coin-age", "minimum = 0\ncap = 4", Pays),
        // Outputs of ten coins, wherever they lie.
        ("coin-age", "outputs = 12\nminimum = 0\ncap = 4", Neutral),
        ("cometbft-priority", "", Neutral),
        ("compound-epoch", "", Neutral),
        ("cool-down", "", Pays),
        ("deficit-first", "", Neutral),
        ("delegated-turns", "", Pays),
        ("delegated-turns", "n = 2\nblocks = 1", Costs),
        // Below the cap a half is accepted half as often, and merging pays in small sets; beyond it
        // the whole counts no more than a half.
        ("ethereum-electra", "", Costs),
        ("ethereum-fulu", "", Costs),
        ("ethereum-phase0", "", Costs),
        ("fair-single-lottery", "", Neutral),
        ("gini-stabilised", "theta = 0.01", Pays),
        // Below the target a part of the stake has less than its part of the chance.
        ("gini-stabilised", "theta = 0.99", Costs),
        ("inverse", "", Pays),
        ("inverse-coin-age", "cap = 4", Costs),
        ("logarithmic", "", Pays),
        ("multi-lottery", "", Neutral),
        ("nxt", "", Costs),
        ("nxt", "lottery = 'hash'", Costs),
        ("opposite-weighted", "", Pays),
        ("penalty-weighted", "", Neutral),
        ("power-weighted", "", Costs),
        ("power-weighted", "exponent = 0.5", Pays),
        ("proof-of-work", "", Neutral),
        ("raffle", "", Neutral),
        ("round-robin", "", Pays),
        ("seniority", "levels = 1", Neutral),
        ("single-lottery", "", Costs),
        ("solana-schedule", "", Neutral),
        ("square-root", "", Pays),
        ("top-n", "n = 2\nweight = 'stake'", Costs),
        ("top-n", "", Pays),
        ("uniform", "", Pays),
        ("uniform-mixture", "", Pays),
        ("weighted-round-robin", "", Neutral),
    ];
    for (kind, settings, expected) in theory {
        let case = Case::new((kind, settings));
        let name = &case.name;
        let (whole, split) = match kind {
            "ethereum-phase0" => ([32, 20, 16].to_vec(), [32, 10, 10, 16].to_vec()),
            "ethereum-electra" | "ethereum-fulu" => {
                ([2048, 2000, 2048].to_vec(), [2048, 1000, 1000, 2048].to_vec())
            }
            _ => ([50u64, 40, 30].to_vec(), [50u64, 20, 20, 30].to_vec()),
        };
        let rounds = case.longest();
        let (before, after) = (case.rule.expected_shares(&whole), case.rule.expected_shares(&split));
        let share = |stakes: &[u64], members: &[usize]| {
            let wins = wins(&*case.rule, stakes, 0, rounds);
            let won: u64 = wins.iter().sum();
            members.iter().map(|&index| wins[index]).sum::<u64>() as f64 / won as f64
        };
        let seen = share(&split, &[1, 2]) - share(&whole, &[1]);
        let gained = match (before.shares(), after.shares()) {
            (Some(before), Some(after)) => {
                let gain = after[1] + after[2] - before[1];
                // Four standard errors of the difference of two shares of independent rounds, twice
                // as much for Solana's runs of four slots.
                let runs = if kind == "solana-schedule" { 2.0 } else { 1.0 };
                let noise = 4.0 * runs * (2.0f64 * 0.25 / rounds as f64).sqrt();
                assert!((seen - gain).abs() < noise, "{name}: seen {seen}, expected {gain}");
                gain
            }
            _ => seen,
        };
        match expected {
            Neutral => assert!(gained.abs() < 1e-12, "{name}: {gained}"),
            Pays => assert!(gained > 0.01, "{name}: {gained}"),
            Costs => assert!(gained < -0.01, "{name}: {gained}"),
        }
    }
}

/// Splitting in Ethereum and in SIMD-0612, by hand.
#[test]
fn splitting_by_hand() {
    let share = |case: (&str, &str), stakes: &[u64], members: &[usize]| {
        let expected_shares = rule(case.0, case.1).expected_shares(stakes);
        members.iter().map(|&index| expected_shares.shares().unwrap()[index]).sum::<f64>()
    };
    let close = |found: f64, expected: f64, tolerance: f64| assert!((found - expected).abs() < tolerance);
    // Two halves of 32 ETH against one of 32 in phase 0: 1/2 whole, 5/12 split; beyond the cap of
    // phase 0 splitting doubles the share.
    let phase0 = ("ethereum-phase0", "");
    close(share(phase0, &[32, 32], &[0]), 0.5, 1e-12);
    close(share(phase0, &[16, 32, 16], &[0, 2]), 5.0 / 12.0, 1e-12);
    close(share(phase0, &[64, 32], &[0]), 0.5, 1e-12);
    close(share(phase0, &[32, 32, 32], &[0, 2]), 2.0 / 3.0, 1e-12);
    close(share(("ethereum-electra", ""), &[1024, 2048, 1024], &[0, 2]), 5.0 / 12.0, 1e-4);
    // A due of 1.2 runs split into two of 0.6: a guaranteed run is given up for two lots (dues 0.6,
    // 0.6, 0.8 for two runs).
    let two_runs = ("simd-0612", "slots_per_epoch = 2\nconsecutive_slots = 1");
    close(share(two_runs, &[12, 8], &[0]), 0.6, 1e-12);
    let out = 6.0 / 20.0 * 6.0 / 14.0 * 2.0;
    close(share(two_runs, &[6, 8, 6], &[0, 2]), (1.0 + out) / 2.0, 1e-12);
}

/// Two equal validators, one of which never makes a block. Suspended for 10 rounds by each strike,
/// it is drawn once in 2 + 10 rounds on average: a share of 1/12.
#[test]
fn strikes_lower_the_weight_and_are_forgiven() {
    let rule = rule("penalty-weighted", "penalty = 0\nrecovery = 10\nmost = 1");
    let share = |lazy: BlockOutcome| {
        let mut selector = rule.selector(&TrialContext { stakes: &[50, 50], seed: 1, trial: 1 });
        let mut lottery = Stream::of_trial(1, 1, Purpose::Lottery);
        let (mut last, mut drawn) = (None, 0u32);
        for round in 1..=60_000 {
            let turn = RoundContext { round, changes: &[], last, lottery: &mut lottery };
            let Selection::Forger { validator, .. } = selector.select(turn) else { panic!("nobody") };
            drawn += u32::from(validator.0 == 0);
            let block_outcome = if validator.0 == 0 { lazy } else { BlockOutcome::Accepted };
            last = Some(PreviousRound { forger: Some(validator), block_outcome });
        }
        f64::from(drawn) / 60_000.0
    };
    // The count of renewals with mean 12 and variance 2 has a standard error of
    // sqrt(60,000 * 2 / 12^3) = 8.3 in 60,000 rounds; four of them are 6e-4 of the rounds.
    for lazy in [BlockOutcome::Missed, BlockOutcome::Rejected] {
        assert!((share(lazy) - 1.0 / 12.0).abs() < 6e-4, "{}", share(lazy));
    }
    assert!((share(BlockOutcome::Accepted) - 0.5).abs() < 4.0 * (0.25f64 / 60_000.0).sqrt());
}

/// Nobody who rests wins, and in a pool no larger than the rest all take turns for ever.
#[test]
fn winners_rest_and_small_pools_take_turns() {
    for (rounds, stakes) in [(1u64, vec![1, 5, 9]), (3, vec![1, 1_000, 3, 4, 5, 6]), (9, vec![5, 1, 1])] {
        let mut winners = Vec::new();
        play(&*rule("cool-down", &format!("rounds = {rounds}")), &stakes, &[], 1, 2_000, |_, winner, _| {
            winners.push(winner.expect("somebody"));
        });
        let apart = rounds.min(stakes.len() as u64 - 1) as usize;
        for window in winners.windows(apart + 1) {
            assert!(!window[1..].contains(&window[0]), "{window:?} with {rounds} rounds of rest");
        }
    }
}

/// Impossible settings are refused by name, with what is allowed.
#[test]
fn impossible_settings_are_refused() {
    for (kind, settings, at_fault, allowed) in [
        ("algorand-sortition", "expected = 0", "expected", "between 1 and 1000"),
        ("babe", "c = '0/4'", "c", "between 1/1000000 and 999999/1000000"),
        ("babe", "c = 1", "c", "between 1/1000000 and 999999/1000000"),
        ("babe", "slots_per_epoch = 0", "slots_per_epoch", "between 1 and"),
        ("cardano-praos", "active_slots = 1", "active_slots", "between 1/1000000 and 999999/1000000"),
        ("coin-age", "cap = 1", "cap", "between 2 and 10000"),
        ("coin-age", "cap = 10001", "cap", "between 2 and 10000"),
        ("coin-age", "minimum = 90", "minimum", "below the cap of 90"),
        ("coin-age", "outputs = 1_000_001", "outputs", "between 0 and 1000000"),
        ("coin-age", "seconds_per_round = 77", "seconds_per_round", "between 78 and 7776000"),
        ("compound-epoch", "slots_per_epoch = 0", "slots_per_epoch", "between 1 and"),
        ("cool-down", "rounds = 0", "rounds", "between 1 and 1000000"),
        ("delegated-turns", "n = 0", "n", "at least 1"),
        ("delegated-turns", "blocks = 0", "blocks", "between 1 and 1000000"),
        ("gini-stabilised", "theta = 1.5", "theta", "between 0 and 1"),
        ("gini-stabilised", "theta = 0.30000000001", "theta", "denominator of at most 1000000000"),
        ("gini-stabilised", "rate = 0", "rate", "above 0 and at most 1"),
        ("inverse-coin-age", "cap = 0", "cap", "between 2 and 10000"),
        ("penalty-weighted", "penalty = 1", "penalty", "below 1"),
        ("penalty-weighted", "recovery = 0", "recovery", "between 1 and 1000000"),
        ("penalty-weighted", "most = 0", "most", "between 1 and 255"),
        ("penalty-weighted", "penalty = 0.999999999\nmost = 3", "most", "below 2^63"),
        ("power-weighted", "exponent = 17", "exponent", "between 0 and 16"),
        ("power-weighted", "exponent = '1/1001'", "exponent", "at most 1000"),
        ("rigged-modulo", "bits = 65", "bits", "between 1 and 64"),
        ("rigged-reused-hash", "expected = 1001", "expected", "between 1 and 1000"),
        ("rigged-truncated-rate", "basis_points = 0", "basis_points", "between 1 and 10000"),
        ("seniority", "levels = 0", "levels", "between 1 and 1000000"),
        ("simd-0612", "slots_per_epoch = 10", "slots_per_epoch", "multiple of consecutive_slots = 4"),
        ("simd-0612", "slots_per_epoch = 0", "slots_per_epoch", "between 1 and 10000000"),
        ("solana-schedule", "consecutive_slots = 0", "consecutive_slots", "between 1 and 432000"),
        ("solana-schedule", "slots_per_epoch = 200_000_000", "slots_per_epoch", "between 1 and 10000000"),
        ("top-n", "n = 0", "n", "at least 1"),
        ("uniform-mixture", "alpha = 1.01", "alpha", "between 0 and 1"),
    ] {
        match find_rule(kind, settings).err() {
            Some(Refusal::Value { key, problem }) => {
                assert_eq!(key, at_fault);
                assert!(problem.starts_with("is ") && problem.contains(allowed), "{kind}: {problem}");
            }
            other => panic!("{kind} {{{settings}}}: {other:?}"),
        }
    }
    for (kind, settings, hint) in [
        ("algorand-sortition", "lottery = 'dice'", "vrf"),
        ("babe", "lottery = 'dice'", "vrf"),
        ("cardano-praos", "tie_break = 'coin'", "leader-value"),
        ("cometbft-priority", "n = 1", "unknown field `n`"),
        ("ethereum-electra", "reveal = 'bls'", "signature"),
        ("ethereum-phase0", "unit = 'wei'", "gwei"),
        ("nxt", "lottery = 'dice'", "hash"),
        ("power-weighted", "exponent = -1", "fraction"),
        ("raffle", "n = 1", "unknown field `n`"),
        ("round-robin", "order = 'random'", "unknown field `order`"),
        ("simd-0612", "seed = 'slot'", "epoch"),
        ("solana-schedule", "slots_per_epoch = -4", "-4"),
    ] {
        match find_rule(kind, settings).err() {
            Some(Refusal::Form(message)) => assert!(message.message().contains(hint), "{kind}: {message}"),
            other => panic!("{kind} {{{settings}}}: {other:?}"),
        }
    }
    let message = find_rule("ethereum-phase-0", "").err().expect("a refusal").to_string();
    assert!(message.contains("did you mean `ethereum-phase0`"), "{message}");
}

/// The names that people write in scenario files.
#[test]
fn all_rules_are_registered_in_their_order() {
    let expected = "raffle uniform proof-of-work multi-lottery single-lottery fair-single-lottery \
        compound-epoch power-weighted square-root logarithmic inverse opposite-weighted uniform-mixture \
        top-n gini-stabilised deficit-first penalty-weighted coin-age inverse-coin-age seniority cool-down \
        nxt ethereum-phase0 ethereum-electra ethereum-fulu cardano-praos algorand-sortition \
        cometbft-priority solana-schedule simd-0612 babe round-robin weighted-round-robin delegated-turns";
    let names: Vec<&str> = RULES.iter().map(|entry| entry.name).collect();
    let honest: Vec<&str> = expected.split_whitespace().collect();
    assert_eq!(names[..honest.len()], honest);
    assert!(names[honest.len()..].iter().all(|name| name.starts_with("rigged-")));
    assert!(names.len() >= honest.len() + 10);
}

/// Every rule has an example scenario that names it, for which its expected shares are known.
#[test]
fn every_rule_has_an_example() {
    for entry in RULES {
        let file = match entry.name.starts_with("rigged-") {
            true => format!("scenarios/{}.toml", entry.name),
            false => format!("scenarios/rule-{}.toml", entry.name),
        };
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let scenario = load(&path, &[]).unwrap_or_else(|problem| panic!("{problem}"));
        let world = &scenario.experiment.world;
        assert_eq!(world.rule.name, entry.name);
        assert!(world.rule.thing.expected_shares(&world.stakes).shares().is_some(), "{}", entry.name);
        let text = std::fs::read_to_string(&path).expect("a scenario");
        assert!(text.contains("What to learn"), "{}", path.display());
    }
}
