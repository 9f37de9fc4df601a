//! The rows of an audit.

use super::AuditTable;
use super::evidence::{AuditEvidence, Tested};
use super::missed::Missed;
use crate::analysis::rows::{AuditRow, Finding};
use rayon::prelude::*;

/// One row for each of the table, in its order; on all threads.
pub fn rows(evidence: &AuditEvidence, tested: &Tested, table: &AuditTable, stands_for: u64) -> Vec<AuditRow> {
    let missed = Missed::new(table);
    let observations = evidence.observations;
    (0..observations.validators())
        .into_par_iter()
        .map(|index| {
            let count = evidence.count(index);
            let is_rest = evidence.rest == Some(index);
            let interval = count.interval(evidence.confidence);
            let effect = count.minimum_detectable_effect(tested.confidence_each);
            let finding = finding(evidence, tested, index, effect);
            let missed = missed.as_ref();
            let posterior = evidence.prior.and_then(|prior| {
                count.posterior(prior.of_row(is_rest), evidence.tolerance, evidence.confidence)
            });
            AuditRow {
                validator: observations.names[index].clone(),
                stands_for: if is_rest { stands_for } else { 1 },
                stake: observations.stakes[index],
                stake_share: observations.stake_shares[index],
                expected_share: observations.expected_share(index),
                expected_wins: count.expected(),
                wins: count.wins(),
                win_share: (observations.selections > 0)
                    .then(|| count.wins() as f64 / observations.selections as f64),
                relative_deviation: count.relative_deviation(),
                relative_deviation_low: interval.map(|interval| interval.low),
                relative_deviation_high: interval.map(|interval| interval.high),
                posterior_deviation: posterior.map(|posterior| posterior.mean),
                posterior_deviation_low: posterior.map(|posterior| posterior.interval.low),
                posterior_deviation_high: posterior.map(|posterior| posterior.interval.high),
                probability_within: posterior.map(|posterior| posterior.within),
                mid_p: count.mid_p(),
                p_value: tested.p_values[index],
                log10_p_value: if is_rest || evidence.impossible[index].is_some() {
                    None
                } else {
                    count.log10_p_value()
                },
                p_holm: tested.holm[index],
                p_adjusted: tested.adjusted[index],
                minimum_detectable_effect: if is_rest { None } else { effect },
                direction: match finding {
                    Finding::Deviates if evidence.impossible[index].is_some() => "too many",
                    Finding::Deviates => direction(count.wins(), count.expected()),
                    _ => "",
                }
                .to_owned(),
                finding: (!is_rest).then_some(finding),
                blocks: table.slots.as_ref().map(|_| table.wins[index]),
                missed_share: missed.and_then(|missed| missed.share(index)),
                missed_p_value: missed.and_then(|missed| missed.p_values[index]),
                missed_p_holm: missed.and_then(|missed| missed.adjusted[index]),
            }
        })
        .collect()
}

/// On which side of the expected wins a count is.
pub fn direction(wins: u64, expected: Option<f64>) -> &'static str {
    match expected {
        Some(expected) if (wins as f64) < expected => "too few",
        Some(_) => "too many",
        None => "",
    }
}

fn finding(evidence: &AuditEvidence, tested: &Tested, index: usize, effect: Option<f64>) -> Finding {
    match tested.adjusted[index] {
        None => Finding::Inconclusive,
        Some(p) if p <= evidence.alpha() => Finding::Deviates,
        // Who is to win nothing or everything, and did, leaves nothing to ask.
        Some(_) if evidence.count(index).is_certain() => Finding::Consistent,
        Some(_) if effect.is_some_and(|effect| effect <= evidence.tolerance) => Finding::Consistent,
        Some(_) => Finding::Inconclusive,
    }
}
