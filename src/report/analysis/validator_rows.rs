//! The rows of `validators.csv`.

use super::basis::Basis;
use crate::report::tables::ValidatorRow;
use crate::simulation::SHARE_SCALE;
use crate::statistics::holm;

/// One row for each validator, in the order of the scenario.
pub fn rows(basis: &Basis) -> Vec<ValidatorRow> {
    let confidence = basis.settings.confidence;
    let trials = basis.results.totals.trials;
    let earned: u128 = basis.results.totals.validators.iter().map(|totals| totals.reward).sum();
    let seats: u128 = basis.results.totals.validators.iter().map(|totals| u128::from(totals.seats)).sum();
    let expected_duty = basis.expected_duty();
    let p_values: Vec<Option<f64>> = (0..basis.validators()).map(|index| basis.p_value(index)).collect();
    let adjusted = holm(&p_values);
    (0..basis.validators())
        .map(|index| {
            let totals = basis.totals(index);
            let interval = basis.interval(index, confidence);
            ValidatorRow {
                validator: basis.experiment.world.names[index].clone(),
                stake: basis.experiment.world.stakes[index],
                stake_share: basis.stake_shares[index],
                expected_share: basis.expected_share(index),
                wins: totals.wins,
                win_share: basis.win_share(index),
                win_share_low: interval.map(|interval| interval.low.max(0.0)),
                win_share_high: interval.map(|interval| interval.high.min(1.0)),
                p_value: p_values[index],
                p_adjusted: adjusted[index],
                blocks: totals.blocks,
                attestor_seats: totals.seats,
                attestor_share: (seats > 0).then(|| totals.seats as f64 / seats as f64),
                expected_attestor_share: expected_duty.as_ref().map(|shares| shares[index]),
                reward: totals.reward,
                reward_share: (earned > 0).then(|| totals.reward as f64 / earned as f64),
                slashed: totals.slashed,
                final_stake_share: (trials > 0)
                    .then(|| totals.final_share as f64 / trials as f64 / SHARE_SCALE as f64),
            }
        })
        .collect()
}
