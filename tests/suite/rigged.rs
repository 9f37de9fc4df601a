//! The rigged controls: each makes exactly its mistake, and is caught.
//!
//! The true laws are those of `law::mistakes`, computed independently of the selectors. Seeds are
//! fixed; a control follows its true law within four standard errors, and a chi-square test against
//! what it states rejects it after as many rounds as give that test a power of at least 99 %.

use crate::harness::{change, play, rule, wins};
use statrs::distribution::{ChiSquared, ContinuousCDF, Discrete, Poisson};
use std::path::Path;
use tombola::law::{self, mistakes};
use tombola::scenario::load;
use tombola::selection::{RULES, Rule};

/// The level at which a control must be caught.
const ALPHA: f64 = 1e-3;

/// Pearson's chi-square p-value of the counts against the shares, over the cells with a share; a
/// count where no share is, is proof.
fn chi_square_p(counts: &[u64], shares: &[f64]) -> f64 {
    let n: f64 = counts.iter().map(|&count| count as f64).sum();
    let (mut statistic, mut cells) = (0.0, 0);
    for (&count, &p) in counts.iter().zip(shares) {
        if p > 0.0 {
            statistic += (count as f64 - n * p).powi(2) / (n * p);
            cells += 1;
        } else if count > 0 {
            return 0.0;
        }
    }
    ChiSquared::new(f64::from(cells - 1)).unwrap().sf(statistic)
}

/// The power of that test at [`ALPHA`] after n draws from `truth`: the noncentral chi-square's tail
/// as a Poisson mixture of central ones.
fn power(claim: &[f64], truth: &[f64], n: u64) -> f64 {
    let cells = claim.iter().filter(|&&p| p > 0.0).count() as f64;
    let pairs = claim.iter().zip(truth).filter(|&(&p, _)| p > 0.0);
    let noncentrality = n as f64 * pairs.map(|(p, q)| (q - p).powi(2) / p).sum::<f64>();
    let central = ChiSquared::new(cells - 1.0).unwrap();
    let (mut low, mut high) = (0.0, 10.0 * cells + 100.0);
    for _ in 0..100 {
        let middle = (low + high) / 2.0;
        if central.sf(middle) > ALPHA { low = middle } else { high = middle }
    }
    if noncentrality > 2000.0 {
        return 1.0; // With up to 100 cells the bound is below 150, more than 40 deviations away.
    }
    if noncentrality == 0.0 {
        return ALPHA;
    }
    let mixture = Poisson::new(noncentrality / 2.0).unwrap();
    (0..2000).map(|k| mixture.pmf(k) * ChiSquared::new(cells - 1.0 + 2.0 * k as f64).unwrap().sf(high)).sum()
}

/// Panics unless every count is within 4 standard errors of its share of all counts. Counts are whole,
/// so where fewer than ten are expected one more is granted.
fn follows(counts: &[u64], shares: &[f64]) {
    let n: f64 = counts.iter().map(|&count| count as f64).sum();
    assert!(n > 0.0 && (shares.iter().sum::<f64>() - 1.0).abs() < 1e-9, "no counts or no shares: {shares:?}");
    for (i, (&count, &p)) in counts.iter().zip(shares).enumerate() {
        let expected = n * p;
        let whole = if expected > 0.0 && expected < 10.0 { 1.0 } else { 1e-6 };
        let allowed = 4.0 * (expected * (1.0 - p)).max(0.0).sqrt() + whole;
        let off = (count as f64 - expected).abs();
        assert!(off <= allowed, "validator {i}: {count} of {n}, expected {expected} ± {allowed}");
    }
}

/// Panics unless the counts follow the true law and expose the claim.
fn caught(counts: &[u64], claim: &[f64], truth: &[f64]) {
    let rounds = counts.iter().sum();
    let power = power(claim, truth, rounds);
    assert!(power >= 0.99, "the power is only {power} after {rounds} rounds");
    follows(counts, truth);
    let p = chi_square_p(counts, claim);
    assert!(p < ALPHA, "p = {p} after {rounds} rounds: {counts:?} against {claim:?}");
}

/// Electra's law with the draft's byte.
fn draft(stakes: &[u64]) -> Vec<f64> {
    let chances: Vec<f64> = stakes.iter().map(|&eth| law::acceptance_chance(eth, 2048, 255)).collect();
    law::first_accepted_shares(&chances)
}

/// One kind of stake beside another.
fn two_kinds(first: u64, count: usize, second: u64, other: usize) -> Vec<u64> {
    [vec![first; count], vec![second; other]].concat()
}

type Truth = fn(&[u64]) -> Vec<f64>;

/// A control with settings, stakes, its true law, and rounds that suffice to catch it.
fn controls() -> Vec<(&'static str, &'static str, Vec<u64>, Truth, u64)> {
    let seed = vec![500, 350, 275, 200];
    let index: Truth = |stakes| mistakes::shared_byte_shares(stakes).expect("few validators");
    let modulo: Truth = |stakes| mistakes::modulo_shares(stakes, 16);
    let six_bits: Truth = |stakes| mistakes::modulo_shares(stakes, 6);
    let rate: Truth = |stakes| mistakes::truncated_rate_shares(stakes, 75);
    let reused: Truth = |stakes| mistakes::reused_hash_shares(stakes, 20);
    vec![
        ("rigged-largest-product", "", seed.clone(), mistakes::largest_product_shares, 300),
        ("rigged-largest-product", "", vec![1, 900, 2, 30, 0, 4], mistakes::largest_product_shares, 20_000),
        ("rigged-smallest-quotient", "", seed.clone(), law::single_lottery_shares, 3_000),
        ("rigged-smallest-quotient", "", vec![1, 900, 2, 30, 0, 4], law::single_lottery_shares, 20_000),
        ("rigged-shared-number", "", seed, mistakes::shared_number_shares, 40),
        ("rigged-shared-number", "", vec![5, 5, 5], mistakes::shared_number_shares, 40),
        ("rigged-floored-product", "", vec![4, 2, 0, 3, 2], mistakes::floored_product_shares, 400),
        ("rigged-floored-product", "", vec![3; 6], mistakes::floored_product_shares, 300),
        ("rigged-modulo", "", vec![10_000; 4], modulo, 1_000),
        ("rigged-modulo", "bits = 6", vec![10; 4], six_bits, 1_000),
        ("rigged-off-by-one", "", vec![2; 6], mistakes::off_by_one_shares, 600),
        ("rigged-off-by-one", "", vec![0, 1, 5, 0, 3, 1, 0], mistakes::off_by_one_shares, 600),
        ("rigged-truncated-rate", "", vec![133, 1_000, 266, 133, 266], rate, 300),
        ("rigged-reused-hash", "", two_kinds(30_000, 1, 1_000, 70), reused, 80),
        ("rigged-reused-hash", "", two_kinds(30_000, 1, 1_000, 70), reused, 3_000),
        ("rigged-ethereum-byte", "", two_kinds(32, 20, 33, 20), draft, 60_000),
        ("rigged-ethereum-index", "", two_kinds(32, 8, 16, 8), index, 3_000),
    ]
}

/// The two whose mistake does not show in a single chain of fixed stakes.
const OTHERS: [&str; 2] = ["rigged-best-time-kept", "rigged-stale-weights"];

#[test]
fn every_control_makes_its_mistake_and_is_caught() {
    for (kind, settings, stakes, truth, rounds) in controls() {
        println!("{kind} {{{settings}}}, {stakes:?}");
        let rule = rule(kind, settings);
        let expected_shares = rule.expected_shares(&stakes);
        let claim = expected_shares.shares().expect("a control claims a law");
        caught(&wins(&*rule, &stakes, 0, rounds), claim, &truth(&stakes));
    }
    let tried: Vec<&str> = controls().iter().map(|control| control.0).chain(OTHERS).collect();
    let rigged = RULES.iter().map(|entry| entry.name).filter(|name| name.starts_with("rigged-"));
    assert!(rigged.clone().all(|name| tried.contains(&name)), "a control is not tried");
    assert!(rigged.count() >= 10);
}

/// Nobody has a whole ticket, and nobody wins.
#[test]
fn without_tickets_nobody_wins() {
    assert_eq!(wins(&*rule("rigged-truncated-rate", ""), &[133, 100], 0, 100), [0, 0]);
}

/// A race whose best time is kept, 4,000 chains of 50 rounds: the mean is proportional and the
/// variance is (50 + 1)/2 times that of independent draws, each within 4 standard errors. The
/// estimate of the variance has a relative standard error of sqrt((kurtosis - 1)/4000); counts
/// between 0 and n, mostly at the ends, with p = 0.3 have a kurtosis below 3.
#[test]
fn a_kept_record_inflates_the_variance() {
    let rule = rule("rigged-best-time-kept", "");
    let (chains, rounds) = (4_000, 50);
    let counts: Vec<f64> =
        (0..chains).map(|trial| wins(&*rule, &[30, 50, 20], trial, rounds)[0] as f64).collect();
    let mean = counts.iter().sum::<f64>() / chains as f64;
    let variance = counts.iter().map(|c| (c - mean).powi(2)).sum::<f64>() / (chains - 1) as f64;
    let expected = 50.0 * 0.3 * 0.7 * mistakes::best_time_kept_dispersion(rounds);
    assert!((mean - 15.0).abs() < 4.0 * (expected / chains as f64).sqrt(), "mean {mean}");
    assert!((variance / expected - 1.0).abs() < 4.0 * (2.0 / chains as f64).sqrt(), "{variance}");
}

/// Power: after 1,000 rounds a chi-square test of one chain of four equal validators stays below
/// its bound of 16.3 only if the record changed hands so often, and so evenly, that nobody is 60
/// wins from 250. Of 500 chains at least 99 % must be caught.
#[test]
fn a_kept_record_is_caught() {
    let rule = rule("rigged-best-time-kept", "");
    let missed = (0..500)
        .filter(|&trial| chi_square_p(&wins(&*rule, &[1; 4], trial, 1_000), &[0.25; 4]) >= ALPHA)
        .count();
    assert!(missed <= 5, "{missed} of 500 chains were not caught");
}

/// Wins over many short chains in which every forger adds `reward` to its stake.
fn compounded(rule: &dyn Rule, stakes: &[u64], reward: u64, rounds: u64, chains: u64) -> Vec<u64> {
    let mut wins = vec![0; stakes.len()];
    for trial in 0..chains {
        let mut now = stakes.to_vec();
        play(rule, stakes, &[], trial, rounds, |_, forger, changes| {
            let forger = forger.expect("somebody holds stake").index();
            wins[forger] += 1;
            now[forger] += reward;
            changes.push(change(forger, now[forger]));
        });
    }
    wins
}

/// Stale weights: 100 rounds of reward 1 on 100 coins, 40 chains. The draws of a chain are
/// independent given its length, since the weights are stale. Without compounding there is no
/// mistake to see.
#[test]
fn stale_weights_are_caught_when_rewards_compound() {
    let rule = rule("rigged-stale-weights", "");
    let stakes = [40, 30, 20, 10];
    let claim = [0.4, 0.3, 0.2, 0.1];
    assert_eq!(rule.expected_shares_when_compounding(&stakes).shares(), Some(&claim[..]));
    let truth = mistakes::stale_weights_shares(&stakes, 1, 100);
    caught(&compounded(&*rule, &stakes, 1, 100, 40), &claim, &truth);
    follows(&wins(&*rule, &stakes, 1, 20_000), &claim);
}

/// The scenario of every control shows its mistake clearly: by the true law somebody gains or loses
/// more than 10 % of what was expected, the default tolerance, and the rounds of the scenario
/// suffice to prove it: they are four standard errors beyond the tolerance.
#[test]
fn scenarios_show_the_mistakes() {
    for entry in RULES.iter().filter(|entry| entry.name.starts_with("rigged-")) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("scenarios/{}.toml", entry.name));
        let scenario = load(&path, &[]).unwrap_or_else(|problem| panic!("{problem}"));
        let (world, experiment) = (&scenario.experiment.world, &scenario.experiment);
        let expected_shares = world.rule.thing.expected_shares(&world.stakes);
        let claim = expected_shares.shares().expect("a control claims a law");
        let n = (experiment.rounds * experiment.trials) as f64;
        let truth = match entry.name {
            // The shares are right on average; a few chains together still leave somebody far off.
            "rigged-best-time-kept" => {
                let mut counts = vec![0.0; world.stakes.len()];
                for trial in 0..experiment.trials {
                    let wins = wins(&*world.rule.thing, &world.stakes, trial, experiment.rounds);
                    counts.iter_mut().zip(wins).for_each(|(count, wins)| *count += wins as f64);
                }
                counts.iter().map(|count| count / n).collect()
            }
            "rigged-stale-weights" => mistakes::stale_weights_shares(&world.stakes, 10, experiment.rounds),
            name => {
                let controls = controls();
                let known = controls.iter().find(|control| control.0 == name);
                known.expect("every control is tried").3(&world.stakes)
            }
        };
        let proven = claim.iter().zip(&truth).filter(|&(&p, _)| p > 0.0).any(|(p, q)| {
            let error = (q * (1.0 - q) / n).max(0.0).sqrt();
            (q - p).abs() > 0.1 * p + 4.0 * error
        });
        assert!(proven, "{}: nobody is far enough off: {truth:?} against {claim:?}", entry.name);
    }
}
