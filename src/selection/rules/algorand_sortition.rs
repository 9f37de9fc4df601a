//! Algorand's cryptographic sortition: every coin is selected by itself, the lowest hash forges.

use crate::crypto::sha256;
use crate::law::nobody_selected;
use crate::registry::{Entry, settings};
use crate::selection::lottery_source::{LotterySource, VrfLottery};
use crate::selection::sampling::forger;
use crate::selection::shapes::{Selects, StatedProportional};
use crate::selection::sortition::{Accounts, EXPECTED, HashContest, SurvivalTable, check_expected};
use crate::selection::{RoundContext, Rule, Selection, Selector, TrialContext};
use crate::stake::Pool;
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "algorand-sortition",
    summary: "a private lottery selects `expected` coins on average (20); an account with w of them has w hashes, and the lowest hash of all forges: proportional to stake, given that any coin was selected",
    source: "Gilad, Hemo, Micali, Vlachos, Zeldovich, \"Algorand: Scaling Byzantine Agreements for Cryptocurrencies\", SOSP 2017; go-algorand's sortition and proposer priority",
    parse: |table| {
        settings::<AlgorandSortition, _>(table, |rule| {
            check_expected(rule.expected)?;
            Ok(Box::new(StatedProportional(rule)))
        })
    },
};

/// Sortition with weights.
///
/// The definition: an account's lottery value is a ratio in 0..1, and its weight the smallest j with
/// `ratio <= P(X <= j)` for X binomial over its coins with chance `expected / total`. Each selected
/// coin has the hash SHA-256(value ‖ counter), counters from 1 to j, and the lowest hash of all
/// forges. With `lottery = "vrf"` that is what happens, O(m) a round: the value is SHA-256 of the
/// output of an Ed25519 key, its first 16 bytes the ratio.
///
/// With `lottery = "stream"` the same law costs O(log m): independent weights that are binomial with one
/// chance are the same as a binomial number of selected coins out of all, every set of so many being
/// equally likely, and each of them as likely as any other to have the lowest hash. So that number is
/// drawn, and if it is not 0 the coin that forges.
///
/// **The expected shares are exact for every finite stake.** Weight j of n coins has the law of n coins that
/// are selected independently, so given how many coins are selected in all, each set of them is
/// equally likely, and so each coin is as likely to be among them as any other. The hashes of the
/// selected coins are independent and identically distributed, whoever owns them, so each is the
/// lowest with the same chance. Hence each of the S coins forges with the same chance, and an
/// account of s coins forges with `s/S` given that somebody does, whatever `expected` is. Nobody is
/// selected with probability `(1 - expected/S)^S`, nearly `e^-20`
/// ([`nobody_selected`]).
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
struct AlgorandSortition {
    /// How many coins are selected on average; all of them if there are no more.
    expected: u64,
    /// Where the lottery values come from.
    lottery: LotterySource,
}

impl Default for AlgorandSortition {
    fn default() -> Self {
        AlgorandSortition { expected: EXPECTED, lottery: LotterySource::Stream }
    }
}

impl Selects for AlgorandSortition {
    fn occupied(&self, stakes: &[u64]) -> f64 {
        1.0 - nobody_selected(stakes.iter().sum(), self.expected)
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        match self.lottery {
            LotterySource::Stream => {
                let pool = Pool::new(start.stakes);
                let mut selected = SurvivalTable::default();
                selected.fill(pool.total(), self.expected, pool.total());
                Box::new(CoinSelector { expected: self.expected, selected, pool })
            }
            LotterySource::Vrf => Box::new(VrfSelector {
                accounts: Accounts::new(self.expected, start.stakes),
                vrf: VrfLottery::new(start),
            }),
        }
    }
}

/// The coin with the lowest hash drawn from all coins, where any is selected.
struct CoinSelector {
    expected: u64,
    /// How many coins are selected in all.
    selected: SurvivalTable,
    pool: Pool,
}

impl Selector for CoinSelector {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        if !turn.changes.is_empty() {
            for change in turn.changes {
                self.pool.set(change.validator, change.stake);
            }
            self.selected.fill(self.pool.total(), self.expected, self.pool.total());
        }
        if self.selected.weight(turn.lottery.word_128()) == 0 {
            return Selection::Nobody;
        }
        forger(self.pool.draw(turn.lottery).map(|(_, owner)| owner))
    }
}

/// The definition, with real keys.
struct VrfSelector {
    accounts: Accounts,
    vrf: VrfLottery,
}

impl Selector for VrfSelector {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        self.accounts.change(turn.changes);
        let input = self.vrf.input(turn.round);
        let mut contest = HashContest::default();
        let value = |validator| sha256(&[&self.vrf.output(validator, &input)]);
        self.accounts.draw(value, |validator, value, weight| contest.enter(validator, value, weight));
        contest.selection()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::{nobody_selected, proportional_shares};
    use crate::random::{Purpose, Stream};
    use crate::selection::StakeChange;
    use crate::selection::evidence::follows;
    use crate::stake::ValidatorId;
    use rand::Rng;

    /// The definition with every account's value drawn from the stream.
    struct PlainSelector(Accounts);

    impl Selector for PlainSelector {
        fn select(&mut self, turn: RoundContext<'_>) -> Selection {
            self.0.change(turn.changes);
            let mut contest = HashContest::default();
            let value = |_| {
                let mut value = [0; 32];
                turn.lottery.fill_bytes(&mut value);
                value
            };
            self.0.draw(value, |validator, value, weight| contest.enter(validator, value, weight));
            contest.selection()
        }
    }

    fn run(mut selector: Box<dyn Selector>, accounts: usize, rounds: u64) -> Vec<u64> {
        let mut lottery = Stream::of_trial(6, 0, Purpose::Lottery);
        let mut counts = vec![0; accounts + 1];
        for round in 1..=rounds {
            match selector.select(RoundContext { round, changes: &[], last: None, lottery: &mut lottery }) {
                Selection::Forger { validator, .. } => counts[validator.index()] += 1,
                Selection::Nobody => counts[accounts] += 1,
            }
        }
        counts
    }

    /// Shares of all rounds, the empty ones last.
    fn law(stakes: &[u64], expected: u64) -> Vec<f64> {
        let nobody = nobody_selected(stakes.iter().sum(), expected);
        let mut shares: Vec<f64> = proportional_shares(stakes).iter().map(|p| p * (1.0 - nobody)).collect();
        shares.push(nobody);
        shares
    }

    /// One coin drawn from all and a value for every account, as the rule is defined: both keep the law of
    /// all rounds, the empty ones included. In 40,000 rounds a share of a quarter that is off by a
    /// twentieth lies 5.8 standard errors away and is noticed with probability 0.96.
    #[test]
    fn coins_and_accounts_have_the_same_law() {
        for (stakes, expected) in
            [(vec![30, 1, 0, 9, 60], 2), (vec![3, 4], 1), (vec![500, 10, 490], 20), (vec![2, 3], 5)]
        {
            let rule = AlgorandSortition { expected, lottery: LotterySource::Stream };
            let start = TrialContext { stakes: &stakes, seed: 6, trial: 0 };
            let expected_counts = law(&stakes, expected);
            follows(&run(rule.selector(&start), stakes.len(), 40_000), &expected_counts);
            let plain = PlainSelector(Accounts::new(expected, &stakes));
            follows(&run(Box::new(plain), stakes.len(), 40_000), &expected_counts);
        }
    }

    #[test]
    fn stakes_follow_their_changes() {
        for lottery in [LotterySource::Stream, LotterySource::Vrf] {
            let rule = AlgorandSortition { expected: 20, lottery };
            let mut selector = rule.selector(&TrialContext { stakes: &[500, 500, 0], seed: 1, trial: 1 });
            let mut stream = Stream::of_trial(1, 1, Purpose::Lottery);
            let mut changes = vec![
                StakeChange { validator: ValidatorId(0), stake: 0 },
                StakeChange { validator: ValidatorId(1), stake: 0 },
                StakeChange { validator: ValidatorId(2), stake: 400 },
            ];
            for round in 1..50 {
                let turn = RoundContext { round, changes: &changes, last: None, lottery: &mut stream };
                let selection = selector.select(turn);
                assert_eq!(selection, Selection::Forger { validator: ValidatorId(2), token: None });
                changes.clear();
            }
        }
    }
}
