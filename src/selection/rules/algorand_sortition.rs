//! Algorand's cryptographic sortition: every coin is selected by itself, the lowest hash forges.

use crate::crypto::sha256;
use crate::law::nobody_selected;
use crate::random::Stream;
use crate::registry::{Entry, settings};
use crate::selection::lottery_source::{LotterySource, VrfLottery};
use crate::selection::shapes::{Selects, StatedProportional};
use crate::selection::sortition::{Accounts, EXPECTED, HashContest, SurvivalTable, check_expected};
use crate::selection::{RoundContext, Rule, Selection, Selector, TrialContext};
use crate::stake::{Pool, ValidatorId};
use rand::Rng;
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
/// With `lottery = "stream"` the same law costs O(expected · log m): independent weights that are
/// binomial with one chance are the same as a binomial number of selected coins out of all, every
/// set of so many being equally likely. That number and then the coins are drawn; their owners have
/// fresh values and real hashes.
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
                let (coins, owners) = (Vec::new(), Vec::new());
                Box::new(CoinSelector { expected: self.expected, selected, pool, coins, owners })
            }
            LotterySource::Vrf => Box::new(VrfSelector {
                accounts: Accounts::new(self.expected, start.stakes),
                vrf: VrfLottery::new(start),
            }),
        }
    }
}

/// Selected coins drawn from all coins.
struct CoinSelector {
    expected: u64,
    /// How many coins are selected in all.
    selected: SurvivalTable,
    pool: Pool,
    coins: Vec<u64>,
    owners: Vec<ValidatorId>,
}

impl CoinSelector {
    /// Draws `count` different coins, every set of them equally likely (Floyd's algorithm).
    fn draw_coins(&mut self, count: u64, lottery: &mut Stream) {
        self.coins.clear();
        for last in self.pool.total() - count..self.pool.total() {
            let coin = lottery.below(last + 1);
            self.coins.push(if self.coins.contains(&coin) { last } else { coin });
        }
    }
}

impl Selector for CoinSelector {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        if !turn.changes.is_empty() {
            for change in turn.changes {
                self.pool.set(change.validator, change.stake);
            }
            self.selected.fill(self.pool.total(), self.expected, self.pool.total());
        }
        let tail = turn.lottery.word_128();
        self.draw_coins(self.selected.weight(tail), turn.lottery);
        self.owners.clear();
        self.owners.extend(self.coins.iter().map(|&coin| self.pool.owner(coin)));
        self.owners.sort_unstable();
        let mut contest = HashContest::default();
        for account in self.owners.chunk_by(|a, b| a == b) {
            let mut value = [0; 32];
            turn.lottery.fill_bytes(&mut value);
            contest.enter(account[0], &value, account.len() as u64);
        }
        contest.selection()
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
    use crate::random::Purpose;
    use crate::selection::StakeChange;
    use crate::selection::evidence::follows;

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

    /// Drawn coins and a value for every account: both keep the law of all rounds, the empty ones
    /// included.
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

    /// Every set of 2 coins out of 4 is equally likely: 60,000 draws, 6 sets; the 1 - 1e-6 quantile
    /// of chi-square with 5 degrees of freedom is 35.89.
    #[test]
    fn every_set_of_coins_is_equally_likely() {
        let mut selector = CoinSelector {
            expected: 1,
            selected: SurvivalTable::default(),
            pool: Pool::new(&[1, 3]),
            coins: Vec::new(),
            owners: Vec::new(),
        };
        let mut stream = Stream::of_trial(6, 1, Purpose::Lottery);
        let mut counts = std::collections::BTreeMap::new();
        for _ in 0..60_000 {
            selector.draw_coins(2, &mut stream);
            let mut coins = selector.coins.clone();
            coins.sort();
            *counts.entry(coins).or_insert(0.0) += 1.0;
        }
        assert_eq!(counts.len(), 6);
        let statistic: f64 = counts.values().map(|c| (c - 10_000.0f64).powi(2) / 10_000.0).sum();
        assert!(statistic < 35.89, "chi-square {statistic}");
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
