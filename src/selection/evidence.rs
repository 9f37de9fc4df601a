//! Evidence for and against rules: what the tests of this family measure and how they judge it.

use super::{
    COMMITTEES, Committee, CommitteeTurn, Fate, Last, RULES, Rule, Seat, Selection, StakeChange, Start, Turn,
};
use crate::random::{Purpose, Stream};
use crate::registry::{Choice, find};
use crate::stake::ValidatorId;
use serde::Deserialize;
use statrs::distribution::{ChiSquared, ContinuousCDF, Discrete, Poisson};

/// The level at which a control must be caught.
pub const ALPHA: f64 = 1e-3;

/// The seed of every simulation here.
const SEED: u64 = 20_240_229;

#[derive(Deserialize)]
struct Holder {
    rule: Choice,
}

/// The rule of a definition as it stands in a scenario, e.g. `"raffle"` in its quotes.
pub fn rule(definition: &str) -> Box<dyn Rule> {
    let holder: Holder = toml::from_str(&format!("rule = {definition}")).unwrap();
    find("rule", RULES, &holder.rule).unwrap_or_else(|refusal| panic!("{refusal}")).thing
}

/// Whether a definition is refused, and what is said of it.
pub fn refusal(definition: &str) -> String {
    let holder: Holder = toml::from_str(&format!("rule = {definition}")).unwrap();
    match find("rule", RULES, &holder.rule) {
        Ok(_) => panic!("{definition} is not refused"),
        Err(refusal) => refusal.to_string(),
    }
}

/// The wins of each validator in one trial of fixed stakes; rounds that nobody wins count nowhere.
pub fn wins(rule: &dyn Rule, stakes: &[u64], trial: u64, rounds: u64) -> Vec<u64> {
    let mut selector = rule.selector(&Start { stakes, seed: SEED, trial });
    let mut lottery = Stream::of_trial(SEED, trial, Purpose::Lottery);
    let mut counts = vec![0; stakes.len()];
    let mut last = None;
    for round in 1..=rounds {
        let forger = match selector.select(Turn { round, changes: &[], last, lottery: &mut lottery }) {
            Selection::Forger { validator: ValidatorId(number), .. } => {
                counts[number as usize] += 1;
                Some(ValidatorId(number))
            }
            Selection::Nobody => None,
        };
        let fate = if forger.is_some() { Fate::Accepted } else { Fate::Missed };
        last = Some(Last { forger, fate });
    }
    counts
}

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

/// Pearson's chi-square p-value of the counts against the shares, over the cells with a share; a
/// count where no share is, is proof.
pub fn chi_square_p(counts: &[u64], shares: &[f64]) -> f64 {
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
pub fn power(claim: &[f64], truth: &[f64], n: u64) -> f64 {
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

/// Panics unless a rigged rule makes exactly its mistake: after `rounds` rounds its wins follow
/// `truth`, and a chi-square test against its promise, whose power for that many rounds is at least
/// 99 %, rejects.
pub fn caught(rule: &dyn Rule, stakes: &[u64], truth: &[f64], rounds: u64) {
    let promise = rule.promise(stakes);
    let claim = promise.shares().expect("a rigged rule claims a law");
    let power = power(claim, truth, rounds);
    assert!(power >= 0.99, "the power is only {power} after {rounds} rounds");
    let counts = wins(rule, stakes, 0, rounds);
    follows(&counts, truth);
    let p = chi_square_p(&counts, claim);
    assert!(p < ALPHA, "p = {p} after {rounds} rounds: {counts:?} against {claim:?}");
}

/// What a scenario file says of rule, stakes and size.
pub struct Example {
    pub rule: Box<dyn Rule>,
    pub stakes: Vec<u64>,
    pub rounds: u64,
    pub trials: u64,
}

/// Reads `scenarios/<name>.toml`, as far as this layer knows it.
pub fn example(name: &str) -> Example {
    #[derive(Deserialize)]
    struct File {
        name: String,
        run: Run,
        population: Population,
        selection: Holder,
    }
    #[derive(Deserialize)]
    struct Run {
        rounds: u64,
        trials: u64,
    }
    #[derive(Deserialize)]
    struct Population {
        accounts: Vec<Account>,
    }
    #[derive(Deserialize)]
    struct Account {
        balance: u64,
    }
    let path = format!("{}/scenarios/{name}.toml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let file: File = toml::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
    assert_eq!(file.name, name);
    Example {
        rule: find("rule", RULES, &file.selection.rule).unwrap_or_else(|refusal| panic!("{refusal}")).thing,
        stakes: file.population.accounts.iter().map(|account| account.balance).collect(),
        rounds: file.run.rounds,
        trials: file.run.trials,
    }
}

/// Panics unless the scenario of a rigged rule shows the mistake clearly: by its true law somebody
/// gains or loses more than 10 % of what was promised, the default tolerance, and the rounds of the
/// scenario suffice to prove it: they are four standard errors beyond the tolerance.
pub fn shows(example: &Example, truth: &[f64]) {
    let promise = example.rule.promise(&example.stakes);
    let claim = promise.shares().expect("a rigged rule claims a law");
    let n = (example.rounds * example.trials) as f64;
    let proven = claim.iter().zip(truth).filter(|&(&p, _)| p > 0.0).any(|(p, q)| {
        let error = (q * (1.0 - q) / n).max(0.0).sqrt();
        (q - p).abs() > 0.1 * p + 4.0 * error
    });
    assert!(proven, "nobody is far enough off: {truth:?} against {claim:?}");
}

/// The stakes with which every rule is tried.
pub fn stake_vectors() -> [(&'static str, Vec<u64>); 5] {
    [
        ("two parties", vec![20, 80]),
        ("equal", vec![50; 8]),
        ("whale", vec![1, 900, 2, 30, 4, 5, 6, 7]),
        ("long tail", (1..=24).map(|rank| 24_000 / rank).collect()),
        ("a million to one", vec![1, 1_000_000]),
    ]
}

/// Panics unless a fair rule keeps its promise for every one of the [`stake_vectors`], everything
/// permutes with the validators, nobody wins without stake, who has everything wins always, and
/// totals near 2^63 do not overflow.
pub fn keeps_its_promise(rule: &dyn Rule, rounds: u64) {
    let shares = |stakes: &[u64]| rule.promise(stakes).shares().expect("a law is known").to_vec();
    for (name, stakes) in stake_vectors() {
        println!("{name}");
        follows(&wins(rule, &stakes, 1, rounds), &shares(&stakes));
        // Rotated, the promise rotates, and the rule keeps it.
        let mut rotated = stakes.clone();
        rotated.rotate_left(1);
        let mut expected = shares(&stakes);
        expected.rotate_left(1);
        for (a, b) in shares(&rotated).iter().zip(&expected) {
            assert!((a - b).abs() < 1e-12);
        }
        follows(&wins(rule, &rotated, 2, rounds), &expected);
    }
    let counts = wins(rule, &[0, 5, 0, 7, 0], 3, rounds);
    assert_eq!((counts[0], counts[2], counts[4]), (0, 0, 0));
    let counts = wins(rule, &[0, 9, 0], 4, rounds);
    assert!(counts[1] > 0 && counts[0] == 0 && counts[2] == 0);
    let alone = shares(&[0, 9, 0]);
    assert!(alone[0] == 0.0 && (alone[1] - 1.0).abs() < 1e-12 && alone[2] == 0.0);
    let huge = [i64::MAX as u64 / 2, i64::MAX as u64 / 4, i64::MAX as u64 / 4];
    follows(&wins(rule, &huge, 5, rounds), &shares(&huge));
}

#[derive(Deserialize)]
struct CommitteeHolder {
    committee: Choice,
}

/// The committee of a definition as it stands in a scenario.
pub fn committee(definition: &str) -> Box<dyn Committee> {
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
/// Panics if the forger or somebody without stake sits, or if somebody is listed twice.
pub fn draws(committee: &dyn Committee, stakes: &[u64], forger: usize, rounds: u64) -> Vec<Vec<Seat>> {
    let mut drawer = committee.drawer(stakes).expect("a committee that is drawn");
    let mut stream = Stream::of_trial(SEED, 0, Purpose::Committee);
    let forger = ValidatorId(forger as u32);
    let draw = |round| {
        let mut members = Vec::new();
        drawer.draw(CommitteeTurn { round, forger, changes: &[], stream: &mut stream }, &mut members);
        for (place, seat) in members.iter().enumerate() {
            assert!(seat.validator != forger && stakes[seat.validator.index()] > 0 && seat.seats > 0);
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

/// Panics unless `scenarios/committee-<name>.toml` can be read and names this committee.
pub fn committee_example(name: &str) {
    #[derive(Deserialize)]
    struct File {
        attestation: CommitteeHolder,
    }
    example(&format!("committee-{name}"));
    let path = format!("{}/scenarios/committee-{name}.toml", env!("CARGO_MANIFEST_DIR"));
    let file: File = toml::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let chosen = find("committee", COMMITTEES, &file.attestation.committee).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(chosen.name, name);
}

/// Whatever their mistake, no control lets anybody forge who has no stake, overflows near 2^63, or
/// misses that all stake has moved to somebody else (the one that never hears of new holders may
/// find nobody).
#[test]
fn controls_are_wrong_but_not_broken() {
    let controls: Vec<_> = RULES.iter().filter(|entry| entry.name.starts_with("rigged-")).collect();
    assert!(controls.len() >= 10);
    for entry in controls {
        let rule = rule(&format!("'{}'", entry.name));
        let huge = i64::MAX as u64;
        let counts = wins(&*rule, &[0, huge / 2, 0, huge / 4, huge / 4, 0], 0, 500);
        assert_eq!((counts[0], counts[2], counts[5]), (0, 0, 0), "{}", entry.name);
        assert!(counts.iter().sum::<u64>() > 0, "{}", entry.name);
        let counts = wins(&*rule, &[0, 900, 0], 0, 100);
        assert!(counts[1] > 0 && counts[0] + counts[2] == 0, "{}", entry.name);
        assert_eq!(wins(&*rule, &[0, 0], 0, 5), [0, 0], "{}", entry.name);
        let mut selector = rule.selector(&Start { stakes: &[500, 500, 0], seed: SEED, trial: 0 });
        let mut lottery = Stream::of_trial(SEED, 0, Purpose::Lottery);
        let moved =
            [(0, 0), (1, 0), (2, 1_000)].map(|(i, stake)| StakeChange { validator: ValidatorId(i), stake });
        for round in 1..=50 {
            let changes = if round == 2 { &moved[..] } else { &[] };
            let selection = selector.select(Turn { round, changes, last: None, lottery: &mut lottery });
            if let (2.., Selection::Forger { validator, .. }) = (round, selection) {
                assert_eq!(validator, ValidatorId(2), "{}", entry.name);
            }
        }
    }
}
