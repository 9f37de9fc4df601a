//! Where the lottery values of private lotteries come from.

use super::TrialContext;
use crate::crypto::{VrfKeyPair, VrfOutput};
use crate::random::{Purpose, StreamKey};
use crate::stake::ValidatorId;
use serde::{Deserialize, Serialize};

/// Where a rule whose validators draw in private takes their lottery values from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LotterySource {
    /// The trial's stream: the same law at a fraction of the cost.
    #[default]
    Stream,
    /// A verifiable random function with a key for every validator, evaluated for every validator in
    /// every round.
    Vrf,
}

/// The verifiable random functions of a trial's validators.
///
/// Keys belong to the scenario's seed, inputs to the trial and the round, so that every engine sees
/// the same values, whatever else it draws.
pub struct VrfLottery {
    keys: Vec<VrfKeyPair>,
    trial: StreamKey,
}

impl VrfLottery {
    /// A key pair for every validator: about 20 µs each.
    pub fn new(start: &TrialContext) -> Self {
        let key = StreamKey::new().number(start.seed).text(Purpose::Keys.tag()).text("vrf");
        let keys = (0..start.stakes.len() as u64)
            .map(|index| VrfKeyPair::from_secret(&key.clone().number(index).bytes()))
            .collect();
        let trial = StreamKey::new().number(start.seed).text("trial").number(start.trial);
        VrfLottery { keys, trial: trial.text(Purpose::Lottery.tag()).text("vrf") }
    }

    /// The public input of a round, the same for everybody.
    pub fn input(&self, round: u64) -> [u8; 32] {
        self.trial.clone().number(round).bytes()
    }

    /// A validator's output for a round's input: about 50 µs.
    pub fn output(&self, validator: ValidatorId, input: &[u8; 32]) -> VrfOutput {
        self.keys[validator.index()].evaluate(input)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_depend_on_validator_trial_round_and_seed_alone() {
        let stakes = [1, 2];
        let output = |seed, trial, round, validator| {
            let lottery = VrfLottery::new(&TrialContext { stakes: &stakes, seed, trial });
            lottery.output(ValidatorId(validator), &lottery.input(round))
        };
        let first = output(1, 1, 1, 0);
        assert_eq!(first, output(1, 1, 1, 0));
        for other in [output(2, 1, 1, 0), output(1, 2, 1, 0), output(1, 1, 2, 0), output(1, 1, 1, 1)] {
            assert_ne!(first, other);
        }
    }
}
