//! Evidence: what the tests of committees and lotteries measure, and how they judge it. (All rules are
//! held to their expected shares together, in `tests/suite/rules.rs`.)

use super::{COMMITTEES, Committee, CommitteeTurn, Seat};
use crate::random::{Purpose, Stream};
use crate::registry::{Choice, find};
use crate::stake::ValidatorId;
use serde::Deserialize;

/// The seed of every simulation here.
const SEED: u64 = 20_240_229;

/// Panics unless every count is within 4 standard errors of its share of all counts: a false alarm
/// has a chance of 6e-5 for each count.
pub fn follows(counts: &[u64], shares: &[f64]) {
    let n: f64 = counts.iter().map(|&count| count as f64).sum();
    assert!(n > 0.0 && (shares.iter().sum::<f64>() - 1.0).abs() < 1e-9, "no counts or no shares: {shares:?}");
    for (i, (&count, &p)) in counts.iter().zip(shares).enumerate() {
        let error = (n * p * (1.0 - p)).max(0.0).sqrt();
        let distance = (count as f64 - n * p).abs();
        assert!(
            distance <= 4.0 * error + 1e-6,
            "validator {i}: {count} of {n}, expected {:.2} with a standard error of {error:.2}",
            n * p
        );
    }
}

#[derive(Deserialize)]
struct CommitteeHolder {
    committee: Choice,
}

/// The committee of a definition as it stands in a scenario.
pub fn committee(definition: &str) -> std::sync::Arc<dyn Committee> {
    let holder: CommitteeHolder = toml::from_str(&format!("committee = {definition}")).unwrap();
    find("committee", COMMITTEES, &holder.committee).unwrap_or_else(|refusal| panic!("{refusal}")).thing
}

/// Why a definition is refused.
pub fn committee_refusal(definition: &str) -> String {
    let holder: CommitteeHolder = toml::from_str(&format!("committee = {definition}")).unwrap();
    match find("committee", COMMITTEES, &holder.committee) {
        Ok(_) => panic!("{definition} is not refused"),
        Err(refusal) => refusal.to_string(),
    }
}

/// The committees of rounds that one validator forges all of.
///
/// Panics if somebody without stake sits, or the forger where it may not, or if somebody is listed twice.
pub fn draws(committee: &dyn Committee, stakes: &[u64], forger: usize, rounds: u64) -> Vec<Vec<Seat>> {
    let mut drawer = committee.drawer(stakes).expect("a committee that is drawn");
    let mut stream = Stream::of_trial(SEED, 0, Purpose::Committee);
    let forger = ValidatorId(forger as u32);
    let draw = |round| {
        let mut members = Vec::new();
        drawer.draw(CommitteeTurn { round, forger, changes: &[], stream: &mut stream }, &mut members);
        for (place, seat) in members.iter().enumerate() {
            assert!(committee.forger_sits() || seat.validator != forger);
            assert!(stakes[seat.validator.index()] > 0 && seat.seats > 0);
            assert!(!members[..place].iter().any(|other| other.validator == seat.validator));
        }
        members
    };
    (1..=rounds).map(draw).collect()
}

/// Panics unless the seats per round are as expected, for several stakes and forgers: each mean
/// within 4 standard errors by the given variances (by those of the sample where none are given,
/// and exactly where they are zero), and each variance within 4 standard errors of its own, which
/// are at most `sqrt(sum of fourth moments / rounds)` as the sample shows them.
pub fn seats_follow(
    committee: &dyn Committee,
    rounds: u64,
    variances: impl Fn(&[u64], usize) -> Option<Vec<f64>>,
) {
    let n = rounds as f64;
    for (stakes, forger) in [
        (vec![1, 2, 3, 9], 3),
        (vec![5; 6], 0),
        (vec![100, 3, 0, 7, 1], 1),
        (vec![20, 80, 1], 2),
        (vec![1, 7, 1_000], 0),
    ] {
        let mut forgers = vec![0.0; stakes.len()];
        forgers[forger] = 1.0;
        let mut samples = vec![Vec::with_capacity(rounds as usize); stakes.len()];
        for members in draws(committee, &stakes, forger, rounds) {
            samples.iter_mut().for_each(|sample| sample.push(0.0));
            for seat in members {
                *samples[seat.validator.index()].last_mut().unwrap() = f64::from(seat.seats);
            }
        }
        let duty = committee.expected_seats(&stakes, &forgers);
        let expected = duty.seats().expect("small pools are known");
        let known = variances(&stakes, forger);
        for (i, sample) in samples.iter().enumerate() {
            let mean = sample.iter().sum::<f64>() / n;
            let spread = sample.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
            let variance = known.as_ref().map_or(spread, |known| known[i]);
            let bound = 4.0 * (variance / n).sqrt() + 1e-9;
            assert!((mean - expected[i]).abs() <= bound, "{stakes:?}, {i}: {mean} seats for {}", expected[i]);
            let fourth = sample.iter().map(|x| (x - mean).powi(4)).sum::<f64>() / n;
            let bound = 4.0 * (fourth / n).sqrt() + 1e-9 + 1e-3 * variance;
            assert!((spread - variance).abs() <= bound, "{stakes:?}, {i}: variance {spread} for {variance}");
        }
    }
}

/// Panics unless a committee of a given size follows its expected seats and variances ([`seats_follow`])
/// at sizes of one to forty, the forger's seats staying vacant, and refuses a size of none.
pub fn sized_seats_follow(kind: &str, variances: impl Fn(&[u64], u64) -> Vec<f64>) {
    for size in [1, 3, 16, 40] {
        let rule = committee(&format!("{{ kind = '{kind}', size = {size} }}"));
        seats_follow(&*rule, 20_000, |stakes, forger| {
            let mut variances = variances(stakes, size);
            variances[forger] = 0.0;
            Some(variances)
        });
    }
    let refusal = committee_refusal(&format!("{{ kind = '{kind}', size = 0 }}"));
    assert_eq!(refusal, "`size` is 0, but must lie between 1 and 1000000");
}
