//! `tombola identify`: the right rule from simulated chains, intervals that cover, and honest doubt.

use crate::harness::{rule, wins};
use crate::sandbox::Sandbox;
use tombola::analysis::Candidates;
use tombola::analysis::rows::{IdentifyReport, IdentifyRow, Standing};
use tombola::random::{Purpose, Stream};
use tombola::selection::ExpectedShares;
use tombola::statistics::distributions::sample_multinomial;

/// Twelve holders, no two alike, from 1 to 120.
const STAKES: [u64; 12] = [1, 3, 7, 12, 19, 28, 39, 52, 67, 84, 101, 120];

fn shares(name: &str, stakes: &[u64]) -> Vec<f64> {
    match rule(name, "").expected_shares(stakes) {
        ExpectedShares::Shares(shares) => shares,
        ExpectedShares::Unknown(why) => panic!("{name}: {why}"),
    }
}

fn identify(stakes: &[u64], wins: &[u64], confidence: f64) -> IdentifyReport {
    Candidates::new(stakes).identify(wins, confidence)
}

/// The row of a rule, by its own name or that of one with the same shares.
fn row<'r>(report: &'r IdentifyReport, name: &str) -> &'r IdentifyRow {
    let is_it =
        |row: &&IdentifyRow| row.rule == name || row.same_shares.split(' ').any(|other| other == name);
    report.rules.iter().find(is_it).expect("every rule has a row")
}

/// Whether a rule, or one of the same shares, is the best.
fn finds(report: &IdentifyReport, name: &str) -> bool {
    row(report, name).standing == Standing::Best
}

/// Whether the report says that these data cannot tell a rule from the best. Cardano's rule is within a
/// few per cent of the raffle.
fn cannot_tell(report: &IdentifyReport, name: &str) -> bool {
    row(report, name).told_apart.is_some_and(|apart| apart < report.confidence)
}

/// 1,000 chains of eight rules, 125 each, of 20,000 rounds drawn from the expected shares: the right
/// one is best in at least 95 of 100 of those chains in which it can be told from the best, and is
/// identified in nearly all chains of rules that are far from all others.
#[test]
fn the_right_rule_is_found() {
    const ROUNDS: u64 = 20_000;
    let candidates = Candidates::new(&STAKES);
    let (mut right, mut identified, mut doubtful, mut chains) = (0, 0, 0, 0);
    for (number, name) in [
        "raffle",
        "uniform",
        "single-lottery",
        "square-root",
        "logarithmic",
        "opposite-weighted",
        "uniform-mixture",
        "top-n",
    ]
    .iter()
    .enumerate()
    {
        let shares = shares(name, &STAKES);
        let mut counts = vec![0; STAKES.len()];
        for trial in 0..125 {
            let mut stream = Stream::of_trial(16 + number as u64, trial, Purpose::Lottery);
            sample_multinomial(&mut counts, &shares, ROUNDS, &mut stream);
            let report = candidates.identify(&counts, 0.95);
            chains += 1;
            right += u32::from(finds(&report, name));
            doubtful += u32::from(cannot_tell(&report, name));
            identified += u32::from(report.identified && finds(&report, name));
        }
    }
    assert_eq!(chains, 1_000);
    assert!(doubtful <= 125, "{doubtful} of {chains} cannot be told");
    assert!(
        100 * right >= 95 * (chains - doubtful),
        "{right} of {chains}, {doubtful} of which cannot be told"
    );
    assert!(identified >= 850, "{identified} identified of {chains}");
}

/// The same of chains that the rules themselves played, deterministic ones and runs of four slots
/// among them.
#[test]
fn chains_that_rules_played_are_theirs() {
    for name in ["raffle", "nxt", "square-root", "uniform", "cometbft-priority", "solana-schedule", "babe"] {
        let counts = wins(&*rule(name, ""), &STAKES, 3, 40_000);
        let report = identify(&STAKES, &counts, 0.95);
        assert!(finds(&report, name) || cannot_tell(&report, name), "{name}: {}", report.text);
        assert!(report.fits, "{name}: {}", report.text);
    }
}

/// The interval of the exponent covers 950 of 1,000 chains, within four standard errors of 6.9; so
/// does that of a mixture.
#[test]
fn intervals_cover_as_they_say() {
    let total: f64 = STAKES.iter().map(|&stake| stake as f64).sum();
    let powers = STAKES.map(|stake| (stake as f64).powf(0.7));
    let sum: f64 = powers.iter().sum();
    let by_power = powers.map(|power| power / sum);
    let mixed = STAKES.map(|stake| 0.3 / 12.0 + 0.7 * stake as f64 / total);
    let candidates = Candidates::new(&STAKES);
    let (mut exponents, mut parts) = (0, 0);
    let mut counts = vec![0; STAKES.len()];
    for trial in 0..1_000 {
        let mut stream = Stream::of_trial(160, trial, Purpose::Lottery);
        sample_multinomial(&mut counts, &by_power, 2_000, &mut stream);
        let exponent = candidates.identify(&counts, 0.95).exponent;
        let inside = |low: Option<f64>, high: Option<f64>, value: f64| {
            low.is_none_or(|low| low <= value) && high.is_none_or(|high| value <= high)
        };
        exponents += i32::from(inside(exponent.low, exponent.high, 0.7));
        sample_multinomial(&mut counts, &mixed, 2_000, &mut stream);
        let part = candidates.identify(&counts, 0.95).uniform_part;
        parts += i32::from(inside(part.low, part.high, 0.3));
    }
    assert!((exponents - 950).abs() <= 28, "{exponents} of 1,000");
    assert!((parts - 950).abs() <= 28, "{parts} of 1,000");
}

/// Where no table can tell, none is told.
#[test]
fn what_cannot_be_told_is_not() {
    // Equal stakes: nearly every rule gives equal shares.
    let equal = identify(&[10; 8], &[52, 48, 50, 49, 51, 47, 53, 50], 0.95);
    assert_eq!(equal.exponent.value, None);
    let best = equal.rules.first().expect("a rule");
    assert!(best.same_shares.split(' ').count() > 3 || best.rule != "raffle", "{best:?}");
    // Ten wins among near-equal stakes.
    let few = identify(&[10, 11, 12], &[3, 3, 4], 0.95);
    assert!(!few.identified && !few.enough_data, "{}", few.text);
    assert!(few.text.contains("Data of this size cannot tell it from"), "{}", few.text);
    // Nothing was won.
    let none = identify(&STAKES, &[0; 12], 0.95);
    assert!(!none.identified && none.best.is_none() && none.posterior.is_none(), "{}", none.text);
    assert!(none.text.starts_with("Cannot tell"), "{}", none.text);
    assert!(
        none.rules.iter().all(|row| row.standing != Standing::Best && row.standing != Standing::Unlikely)
    );
    // One validator wins under every rule.
    let one = identify(&[7], &[20], 0.95);
    assert!(one.best.is_none() && one.text.starts_with("Cannot tell"), "{}", one.text);
    // Wins that no rule gives.
    let odd = identify(&STAKES, &[900, 0, 800, 0, 700, 0, 600, 0, 500, 0, 400, 0], 0.95);
    assert!(!odd.fits && !odd.identified, "{}", odd.text);
    assert!(odd.text.starts_with("No known rule explains these counts"), "{}", odd.text);
}

/// The posterior probabilities of all kinds sum to one, and the log-likelihood of two is that of the
/// binomial distribution.
#[test]
fn likelihoods_by_hand() {
    let report = identify(&[1, 3], &[30, 70], 0.95);
    let sum: f64 = report.rules.iter().filter_map(|row| row.posterior).sum();
    assert!((sum - 1.0).abs() < 1e-12);
    let raffle = report.rules.iter().find(|row| row.rule == "raffle").expect("the raffle");
    // scipy.stats.binom.logpmf(30, 100, .25)
    assert!((raffle.log_likelihood.expect("a number") - -3.084_480).abs() < 1e-5, "{raffle:?}");
}

#[test]
fn the_command_reads_what_audit_reads() {
    let sandbox = Sandbox::new();
    let rows: String = STAKES
        .iter()
        .zip(wins(&*rule("square-root", ""), &STAKES, 1, 30_000))
        .enumerate()
        .map(|(index, (stake, wins))| format!("v{index},{stake},{wins}\n"))
        .collect();
    sandbox.put("chain.csv", format!("name,stake,wins\n{rows}"));
    sandbox.put("stakes.csv", "name,stake\nann,5\nbob,20\n");
    sandbox.put("blocks.csv", "height,proposer\n1,ann\n2,bob\n3,bob\n4,bob\n");
    let run = |line: &str| {
        let args: Vec<&str> = line.split_whitespace().collect();
        let output = sandbox.command(&args).output().expect("the program starts");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), output.stdout, told)
    };
    let (code, out, told) = run("identify chain.csv --format json");
    assert_eq!(code, Some(0), "{told}");
    let report: IdentifyReport = serde_json::from_slice(&out).expect("a report");
    assert!(report.identified && finds(&report, "square-root"), "{}", report.text);
    let exponent = report.exponent;
    assert!(exponent.low.unwrap() < 0.5 && exponent.high.unwrap() > 0.5, "{exponent:?}");
    assert!(told.contains("The rule is identified as"), "{told}");
    let (code, out, _) = run("identify chain.csv --format csv");
    assert_eq!(code, Some(0));
    let lines = String::from_utf8_lossy(&out).lines().count();
    assert_eq!(lines, report.rules.len() + 1);
    assert_eq!(run("identify blocks.csv --stakes stakes.csv").0, Some(0));
    for (line, fragment) in [
        ("identify blocks.csv", "tells wins but no stakes"),
        ("identify no.csv", "cannot be read"),
        ("identify chain.csv --confidence 2", "strictly between 0 and 1"),
    ] {
        let (code, out, told) = run(line);
        assert_eq!((code, out.is_empty()), (Some(2), true), "{line}: {told}");
        assert!(told.contains(fragment), "{line}: {told}");
    }
}
