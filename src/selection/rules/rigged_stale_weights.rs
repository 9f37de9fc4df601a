//! Rigged: rewards raise the total, but the weights stay those of the first day.

use crate::law::proportional_shares;
use crate::registry::{Entry, settings};
use crate::selection::{Dispersion, Promise, Rule, Selection, Selector, Start, Turn};
use crate::stake::Pool;
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "rigged-stale-weights",
    summary: "rigged: a token of today's total is sought among the stakes of the first day; when rewards compound, the tokens beyond fall through to the last validator of the list",
    source: "weighted choice over a cumulative table that nobody rebuilt after rewards compounded",
    parse: |table| settings::<StaleWeights, _>(table, |rule| Ok(Box::new(rule))),
};

/// The raffle with yesterday's tickets. No settings.
///
/// Fair while stakes stay as they are. If total and weights were both stale the expected shares of
/// rounds would still be right, as shares of stake are martingales; it is the new total over old
/// weights that is unfair. Who has lost all stake is struck off even here.
///
/// True law under a constant compounding reward:
/// [`stale_weights_shares`](crate::law::mistakes::stale_weights_shares).
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct StaleWeights {}

impl Rule for StaleWeights {
    fn promise(&self, stakes: &[u64]) -> Promise {
        Promise::Shares(proportional_shares(stakes))
    }

    /// What the program believes: that it draws by the stakes of today, whose expected shares stay
    /// those of the first day.
    fn promise_when_compounding(&self, stakes: &[u64]) -> Promise {
        self.promise(stakes)
    }

    fn dispersion(&self, _stakes: &[u64]) -> Dispersion {
        Dispersion::Independent
    }

    fn selector(&self, start: &Start) -> Box<dyn Selector> {
        let stale = Pool::new(start.stakes);
        Box::new(StaleWeightsSelector { total: stale.total(), stakes: start.stakes.to_vec(), stale })
    }
}

struct StaleWeightsSelector {
    stale: Pool,
    /// The stakes of today, and their sum.
    stakes: Vec<u64>,
    total: u64,
}

impl Selector for StaleWeightsSelector {
    fn select(&mut self, turn: Turn<'_>) -> Selection {
        for change in turn.changes {
            let old = std::mem::replace(&mut self.stakes[change.validator.index()], change.stake);
            self.total = self.total - old + change.stake;
            if change.stake == 0 {
                self.stale.set(change.validator, 0);
            }
        }
        if self.total == 0 || self.stale.total() == 0 {
            return Selection::Nobody;
        }
        let token = turn.lottery.below(self.total);
        let validator = self.stale.owner(token.min(self.stale.total() - 1));
        Selection::Forger { validator, token: Some(token) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::mistakes::stale_weights_shares;
    use crate::random::{Purpose, Stream};
    use crate::selection::StakeChange;
    use crate::selection::evidence::{
        ALPHA, chi_square_p, example, follows, keeps_its_promise, power, rule, shows,
    };
    use crate::stake::ValidatorId;

    /// Wins over many short chains in which every forger adds `reward` to its stake.
    fn compounded(stakes: &[u64], reward: u64, rounds: u64, chains: u64) -> Vec<u64> {
        let rule = rule("'rigged-stale-weights'");
        let mut counts = vec![0; stakes.len()];
        for trial in 0..chains {
            let mut today = stakes.to_vec();
            let mut selector = rule.selector(&Start { stakes, seed: 3, trial });
            let mut lottery = Stream::of_trial(3, trial, Purpose::Lottery);
            let mut changes: Vec<StakeChange> = Vec::new();
            for round in 1..=rounds {
                let turn = Turn { round, changes: &changes, last: None, lottery: &mut lottery };
                let Selection::Forger { validator: ValidatorId(i), .. } = selector.select(turn) else {
                    panic!("somebody holds stake")
                };
                counts[i as usize] += 1;
                today[i as usize] += reward;
                changes = vec![StakeChange { validator: ValidatorId(i), stake: today[i as usize] }];
            }
        }
        counts
    }

    /// 100 rounds of reward 1 on 100 coins, 40 chains: the power is above 99 % after these 4,000
    /// draws. The draws of a chain are independent given its length, since the weights are stale.
    #[test]
    fn is_caught_and_follows_its_true_law() {
        let stakes = [40, 30, 20, 10];
        let truth = stale_weights_shares(&stakes, 1, 100);
        let claim = [0.4, 0.3, 0.2, 0.1];
        assert!(power(&claim, &truth, 4_000) >= 0.99);
        let counts = compounded(&stakes, 1, 100, 40);
        follows(&counts, &truth);
        assert!(chi_square_p(&counts, &claim) < ALPHA);
    }

    /// Without compounding there is no mistake to see.
    #[test]
    fn is_fair_while_stakes_stay() {
        keeps_its_promise(&*rule("'rigged-stale-weights'"), 20_000);
    }

    #[test]
    fn its_scenario_shows_the_mistake() {
        let example = example("rigged-stale-weights");
        shows(&example, &stale_weights_shares(&example.stakes, 10, example.rounds));
    }
}
