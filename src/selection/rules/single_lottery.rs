//! SL-PoS: one lottery a block, with uniform times, which favours the large.

use crate::law::single_lottery_shares;
use crate::registry::{Entry, no_settings};
use crate::selection::sampling::{ByChance, ChanceTokens, smallest_quotient};
use crate::selection::{Dispersion, Draw, ExpectedShares, Rule, Selector, TrialContext};
use rand::Rng;

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "single-lottery",
    summary: "SL-PoS: everybody draws the time U / stake, the smallest forges: more than proportional for the large",
    source: "the SL-PoS model (NXT) of Huang and others, SIGMOD 2021",
    parse: |table| no_settings(table, || Box::new(SingleLottery::default())),
};

/// SL-PoS. No settings.
///
/// U is a random word of 64 bits, and the quotients are compared exactly by cross-multiplication.
/// A word stands for an interval of 2^-64, which moves a probability by less than n times 2^-64.
/// While stakes stay, the winner is drawn by its exact chance, at the cost of a draw by stake; from the
/// first change of a stake on every contender draws, O(n) a round.
#[derive(Default)]
struct SingleLottery {
    tokens: ChanceTokens,
}

impl Rule for SingleLottery {
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares {
        ExpectedShares::Shares(single_lottery_shares(stakes))
    }

    fn expected_shares_when_compounding(&self, _stakes: &[u64]) -> ExpectedShares {
        ExpectedShares::Unknown(
            "the expected share depends on the reward and the number of rounds; it drifts to the largest",
        )
    }

    fn dispersion(&self, _stakes: &[u64]) -> Dispersion {
        Dispersion::Independent
    }

    fn draw(&self, stakes: &[u64]) -> Draw {
        self.tokens.of(stakes, single_lottery_shares).map_or(Draw::Own, Draw::Tokens)
    }

    fn draws_afresh(&self) -> bool {
        true
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        let tokens = self.tokens.of(start.stakes, single_lottery_shares);
        Box::new(ByChance::new(start.stakes, tokens, |stakes, lottery| {
            smallest_quotient(stakes, |_| lottery.next_u64())
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Stream};
    use crate::selection::{RoundContext, Selection, StakeChange};
    use crate::stake::ValidatorId;

    const ROUNDS: u64 = 400_000;

    fn wins(selector: &mut dyn Selector, first: &[StakeChange], lottery: &mut Stream) -> Vec<f64> {
        let mut wins = vec![0.0; 5];
        for round in 1..=ROUNDS {
            let changes = if round == 1 { first } else { &[] };
            let turn = RoundContext { round, changes, last: None, lottery };
            let Selection::Forger { validator, .. } = selector.select(turn) else { panic!("nobody") };
            wins[validator.index()] += 1.0;
        }
        wins
    }

    /// The contest itself and the draw by chance, as two samples of one distribution: Pearson's
    /// homogeneity test at level 1e-4 (three degrees of freedom: 21.1). With 400,000 rounds each, a share
    /// of a quarter that is off by two per cent in one of them (noncentrality 53) is noticed with a
    /// probability of 0.998; shares in proportion to stake, by the last assertion.
    #[test]
    fn drawn_by_chance_and_in_a_contest_winners_are_the_same_in_distribution() {
        let stakes = [500, 300, 0, 120, 80];
        let rule = SingleLottery::default();
        let lottery = || Stream::of_trial(3, 1, Purpose::Lottery);
        let mut drawn = rule.selector(&TrialContext { stakes: &stakes, seed: 3, trial: 0 });
        let drawn = wins(&mut *drawn, &[], &mut Stream::of_trial(3, 0, Purpose::Lottery));
        // A change that leads to the same stakes: from there on the contest is held.
        let before = [500, 300, 7, 120, 80];
        let mut held = rule.selector(&TrialContext { stakes: &before, seed: 3, trial: 1 });
        let none = [StakeChange { validator: ValidatorId(2), stake: 0 }];
        let held = wins(&mut *held, &none, &mut lottery());
        let statistic: f64 = drawn
            .iter()
            .zip(&held)
            .filter(|(one, other)| *one + *other > 0.0)
            .map(|(one, other)| (one - other) * (one - other) / (one + other))
            .sum();
        assert!(statistic < 21.1, "{statistic}: {drawn:?} {held:?}");
        assert_eq!((drawn[2], held[2]), (0.0, 0.0));
        assert!(held[0] / ROUNDS as f64 > 0.55, "{held:?}");
        // And the contest is the one that is specified, word for word.
        let mut words = lottery();
        let mut plain = vec![0.0; 5];
        for _ in 0..ROUNDS {
            let winner = smallest_quotient(&stakes, |_| words.next_u64()).expect("somebody");
            plain[winner.index()] += 1.0;
        }
        assert_eq!(plain, held);
    }
}
