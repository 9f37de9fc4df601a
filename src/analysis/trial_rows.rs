//! The rows of `trials.csv`.

use crate::analysis::rows::TrialRow;
use crate::simulation::{Experiment, Results, SHARE_SCALE};

/// One row for each trial and followed validator, in their orders.
pub fn rows(experiment: &Experiment, results: &Results) -> Vec<TrialRow> {
    let mut rows = Vec::new();
    for record in &results.records {
        let selections = record.counters.rounds - record.counters.empty;
        for followed in &record.followed {
            rows.push(TrialRow {
                trial: record.trial,
                validator: experiment.world.names[followed.validator.index()].clone(),
                wins: followed.wins,
                win_share: (selections > 0).then(|| followed.wins as f64 / selections as f64),
                blocks: followed.blocks,
                reward: followed.reward,
                slashed: followed.slashed,
                final_stake: followed.stake,
                final_stake_share: (record.supply.stakes > 0)
                    .then(|| followed.stake_share as f64 / SHARE_SCALE as f64),
            });
        }
    }
    rows
}
