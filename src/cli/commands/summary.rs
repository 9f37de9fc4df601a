//! What a person reads at the end of a run.

use crate::cli::screen::{grouped, percent, table};
use tombola::analysis::rows::{Decision, Metric, ValidatorRow};
use tombola::analysis::{Analysis, IncomeBasis};
use tombola::scenario::Scenario;
use tombola::simulation::Results;
use tombola::statistics::Verdict;
use tombola::statistics::percent::{fixed, setting};
use tombola::statistics::wording::{counted, p_value};

/// At most this many validators are shown; the others are in the table.
const MOST_SHOWN: usize = 12;

/// The short table and the verdict.
pub fn summary(scenario: &Scenario, results: &Results, analysis: &Analysis) -> String {
    let rows = &analysis.tables.validators;
    let mut order: Vec<usize> = (0..rows.len()).collect();
    if order.len() > MOST_SHOWN {
        let stakes: Vec<u64> = rows.iter().map(|row| row.stake).collect();
        order.sort_by_key(|&index| std::cmp::Reverse(stakes[index]));
    }
    let shown = order.iter().take(MOST_SHOWN).map(|&index| cells(&rows.row(index))).collect();
    let confidence = setting(scenario.file.analysis.confidence);
    let interval = format!("{confidence} interval");
    let header = ["validator", "stake share", "wins", "win share", &interval, "reward share"];
    let mut text = table(&header, 1, shown);
    if order.len() > MOST_SHOWN {
        let rest = order.len() - MOST_SHOWN;
        text.push_str(&format!("\n... and {} more in validators.csv", grouped(rest as u128)));
    }
    text.push_str("\n\n");
    text.push_str(&happenings(scenario, results));
    let sentence = analysis.assessment.sentence();
    text.push_str(&format!("Verdict: {sentence}"));
    if !sentence.ends_with('.') {
        text.push('.');
    }
    text.push('\n');
    if let Some(whole) = analysis.assessment.whole_sentence() {
        text.push_str(&format!("As a whole: {whole}.\n"));
    }
    text.push_str(&expected_shares(analysis));
    text.push_str(&income(analysis));
    text.push_str(&stopped(analysis, results.totals.trials));
    text.push_str(&dispersion_words(analysis));
    if analysis.assessment.verdict == Verdict::Fair {
        text.push_str(&single_chains(analysis));
    }
    text
}

/// Whether the wins have the rule's own expected shares, which the verdict does not ask.
fn expected_shares(analysis: &Analysis) -> String {
    let row = analysis.tables.fairness.iter().find(|row| row.metric == Metric::ExpectedShares);
    let Some((row, decision)) = row.and_then(|row| Some((row, row.decision?))) else { return String::new() };
    let rejected = decision == Decision::Rejected;
    let Some((p, adjusted)) = row.p.zip(row.p_adjusted) else {
        let within = if rejected { "not within" } else { "within" };
        return format!("The wins are {within} the bounds of a rule that leaves nothing to chance.\n");
    };
    let what = if rejected { "differ from" } else { "do not differ detectably from" };
    format!(
        "The wins {what} the rule's own expected shares (exploratory test, {}; adjusted {}).\n",
        p_value(p),
        p_value(adjusted)
    )
}

/// What the run says of incomes, where they do not follow the wins.
fn income(analysis: &Analysis) -> String {
    let income = &analysis.income;
    let mut text = String::new();
    if income.expectation.is_some() && income.basis != IncomeBasis::Wins {
        text.push_str(&format!("Income: {}.\n", income.sentence()));
        if let Some(risk) = &income.risk {
            text.push_str(&format!("Risk: {}.\n", risk.sentence()));
        }
    }
    if let Some(contrast) = income.contrast(analysis.assessment.verdict) {
        text.push_str(&format!("{contrast}\n"));
    }
    text
}

/// Where and why a run ended that was to end when it is precise enough.
fn stopped(analysis: &Analysis, trials: u64) -> String {
    let row = analysis.tables.fairness.iter().find(|row| row.metric == Metric::Stopping);
    let Some((row, (Some(value), Some(wanted)))) = row.map(|row| (row, (row.value, row.null_value))) else {
        return String::new();
    };
    let (value, wanted) = (value * 100.0, wanted * 100.0);
    let trials = counted(trials, "trial");
    match row.decision {
        Some(Decision::Reached) => format!(
            "Stopped after {trials}: half-width {value:.3} percentage points, at most {wanted} wanted.\n"
        ),
        _ => format!(
            "Not as precise as wanted: half-width {value:.3} percentage points after {trials}, at most \
             {wanted} wanted.\n"
        ),
    }
}

/// A rule may be fair and yet no lottery, or a wilder one than independent draws: that is said.
fn dispersion_words(analysis: &Analysis) -> String {
    let row = analysis.tables.fairness.iter().find(|row| row.metric == Metric::Dispersion);
    match row.and_then(|row| row.null_value) {
        Some(0.0) => "The rule is deterministic: it leaves (next to) nothing to chance, so this is not the fairness of a lottery.\n".to_owned(),
        Some(declared) if declared != 1.0 => format!(
            "The variance of the wins of this rule is {declared:.2} times that of independent draws; the intervals account for this.\n"
        ),
        _ => String::new(),
    }
}

/// What the verdict does not say: where a rule is fair on average, single chains may not be.
fn single_chains(analysis: &Analysis) -> String {
    let fairness = &analysis.tables.fairness;
    let not_robust = fairness
        .iter()
        .filter(|row| row.metric == Metric::UnfairProbability && row.decision == Some(Decision::NotRobust));
    let Some(worst) =
        not_robust.max_by(|a, b| a.value.partial_cmp(&b.value).unwrap_or(std::cmp::Ordering::Equal))
    else {
        return String::new();
    };
    let (Some(value), Some(low), Some(high), Some(delta)) =
        (worst.value, worst.low, worst.high, worst.null_value)
    else {
        return String::new();
    };
    format!(
        "But single trials are not: {} of them (interval {:.1} to {}) end with a win share of {} more than {} away from its share of stake; robust fairness allows {}.\n",
        fixed(value, 1),
        low * 100.0,
        fixed(high, 1),
        worst.subject,
        setting(analysis.assessment.tolerance),
        setting(delta)
    )
}

fn cells(row: &ValidatorRow) -> Vec<String> {
    let interval = match (row.win_share_low, row.win_share_high) {
        (Some(low), Some(high)) => format!("{:.3} to {:.3} %", low * 100.0, high * 100.0),
        _ => "-".to_owned(),
    };
    vec![
        row.validator.clone(),
        percent(Some(row.stake_share)),
        grouped(row.wins.into()),
        percent(row.win_share),
        interval,
        percent(row.reward_share),
    ]
}

/// What happened besides winning, as far as anything did.
fn happenings(scenario: &Scenario, results: &Results) -> String {
    let counters = &results.totals.counters;
    let count = |number: u64| grouped(number.into());
    let mut text = format!(
        "{} in {} with the rule `{}`: {} accepted",
        counted(counters.rounds, "round"),
        counted(results.totals.trials, "trial"),
        scenario.experiment.world.rule.name,
        counted(counters.accepted, "block")
    );
    for (number, what) in [
        (counters.rejected, "rejected"),
        (counters.invalid_accepted, "invalid ones among the accepted"),
        (counters.silent, "rounds without a block from a silent forger"),
        (counters.empty, "rounds without a forger"),
        (counters.contested, "rounds that several won"),
        (counters.slashings, "cheats slashed"),
        (counters.settled, "transactions settled"),
        (counters.refused.iter().sum(), "refused"),
        (counters.held_back, "held back"),
    ] {
        if number > 0 {
            text.push_str(&format!(", {} {what}", count(number)));
        }
    }
    text.push_str(".\n");
    let expected = u128::from(scenario.experiment.rounds) * u128::from(results.totals.trials);
    if u128::from(counters.rounds) < expected {
        text.push_str("Some chains ended early, because fewer than two validators were left with stake.\n");
    }
    text
}
