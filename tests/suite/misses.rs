//! `tombola audit --misses`: who misses more than the rest, without stakes and without a rule.

use crate::sandbox::Sandbox;
use tombola::analysis::misses;
use tombola::analysis::rows::{MissesFinding, MissesReport};
use tombola::random::{Purpose, Stream};

fn names(count: usize) -> Vec<String> {
    (0..count).map(|index| format!("v{index}")).collect()
}

/// So many of 1,000 slots, each missed with this probability in parts of a thousand.
fn done(stream: &mut Stream, slots: u64, missed: u64) -> u64 {
    (0..slots).filter(|_| !stream.chance(missed, 1_000)).count() as u64
}

/// Where all miss alike, somebody is called worse in at most one table of twenty, by Holm's
/// correction: at most 70 of 1,000 (four standard errors above 50 are 78).
#[test]
fn alike_validators_are_seldom_blamed() {
    let (mut blamed, mut unlike) = (0, 0);
    for trial in 0..1_000 {
        let mut stream = Stream::of_trial(161, trial, Purpose::Faults);
        let slots: Vec<u64> = (0..20).map(|index| 20 + 10 * index).collect();
        let kept: Vec<u64> = slots.iter().map(|&slots| done(&mut stream, slots, 50)).collect();
        let report = misses(&names(20), &slots, &kept, 0.95);
        blamed += u32::from(report.worse > 0);
        unlike += u32::from(report.p.is_some_and(|p| p <= 0.05));
    }
    assert!(blamed <= 78 && unlike <= 78, "{blamed} and {unlike} of 1,000");
}

#[test]
fn who_is_worse_is_found_and_few_slots_say_little() {
    let mut stream = Stream::of_trial(162, 0, Purpose::Faults);
    let mut slots = vec![1_000; 30];
    let mut kept: Vec<u64> = slots.iter().map(|&slots| done(&mut stream, slots, 10)).collect();
    // One misses 6 % in place of 1 %, and one missed the only slot that it had.
    kept[7] = done(&mut stream, 1_000, 60);
    slots.push(1);
    kept.push(0);
    let report = misses(&names(31), &slots, &kept, 0.95);
    let worse: Vec<&str> = report
        .rows
        .iter()
        .filter(|row| row.finding == MissesFinding::Worse)
        .map(|row| row.validator.as_str())
        .collect();
    assert_eq!(worse, ["v7"], "{}", report.text);
    let single = report.rows.last().expect("a row");
    assert_eq!((single.finding, single.missed_share), (MissesFinding::TooFew, Some(1.0)));
    assert!(single.shrunken_share.expect("a share") < 0.1, "{single:?}");
    assert!(report.overdispersion_low.expect("an interval") > 0.0, "{}", report.text);
}

/// Validators of 100 slots each, of whom every other missed five and the rest none. Of 5,000 the chi-square
/// statistic lies 75 standard deviations above its mean, which no number of simulated tables shows; of 100 the
/// tables give an upper limit, and it is called one.
#[test]
fn a_limit_of_the_simulation_is_no_p_value() {
    let held = |validators: u64| {
        let slots = vec![100; validators as usize];
        let kept: Vec<u64> = (0..validators).map(|index| 100 - 5 * (index % 2)).collect();
        misses(&names(validators as usize), &slots, &kept, 0.95)
    };
    let many = held(5_000);
    assert!(many.p.expect("a p-value") < 1e-100, "{:?}: {}", many.p, many.text);
    assert!(!many.text.contains("at most"), "{}", many.text);
    assert!(many.method.as_deref().is_some_and(|method| method.starts_with("gamma")), "{:?}", many.method);
    let few = held(100);
    assert!(few.text.contains("(p at most 0.0001)"), "{}", few.text);
}

#[test]
fn nothing_missed_and_nothing_assigned_are_answers() {
    for (slots, kept) in [([5, 5], [5, 5]), ([5, 5], [0, 0]), ([0, 0], [0, 0]), ([0, 5], [0, 3])] {
        let report = misses(&names(2), &slots, &kept, 0.95);
        assert_eq!(report.worse, 0, "{}", report.text);
        assert!(!report.text.contains("NaN"), "{}", report.text);
    }
}

#[test]
fn the_command_needs_no_stakes() {
    let sandbox = Sandbox::new();
    sandbox.put("done.csv", "validator,assigned,done\nann,1000,990\nbob,1000,991\ncid,1000,850\n");
    sandbox.put("missed.csv", "name,slots,missed\nann,1000,10\nbob,1000,9\ncid,1000,150\n");
    sandbox.put("wins.csv", "name,wins\nann,5\n");
    let run = |line: &str| {
        let args: Vec<&str> = line.split_whitespace().collect();
        let output = sandbox.command(&args).output().expect("the program starts");
        (output.status.code(), output.stdout, String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let report = |line: &str| -> MissesReport {
        let (code, out, told) = run(line);
        assert_eq!(code, Some(0), "{line}: {told}");
        serde_json::from_slice(&out).expect("a report")
    };
    let by_done = report("audit done.csv --misses --columns slots=assigned,wins=done --format json");
    assert_eq!(by_done.rows[2].finding, MissesFinding::Worse, "{}", by_done.text);
    assert_eq!(report("audit missed.csv --misses --format json"), by_done);
    let (code, _, told) = run("audit missed.csv --misses --assert");
    assert_eq!(code, Some(1), "{told}");
    let (code, _, told) = run("audit wins.csv --misses");
    assert_eq!(code, Some(2));
    assert!(told.contains("does not tell both what was assigned and what was done"), "{told}");
    let (code, _, told) = run("audit missed.csv --misses --rule nxt");
    assert_eq!(code, Some(2), "{told}");
}
