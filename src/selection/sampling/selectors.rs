//! Selectors that several rules share.

use super::{AgedPool, RisingLines, Weight, WeightedPool};
use crate::random::Stream;
use crate::selection::{Draw, RoundContext, Selection, Selector};
use crate::stake::{Pool, ValidatorId, freeze};
use std::sync::OnceLock;

/// The selection of a validator without a token, or of nobody.
pub(in crate::selection) fn forger(validator: Option<ValidatorId>) -> Selection {
    match validator {
        Some(validator) => Selection::Forger { validator, token: None },
        None => Selection::Nobody,
    }
}

/// Draws in proportion to stake.
pub(in crate::selection) struct ByStake {
    pool: Pool,
    tells_token: bool,
}

impl ByStake {
    /// `tells_token` decides whether the number of the drawn token is told.
    pub fn new(stakes: &[u64], tells_token: bool) -> Self {
        ByStake { pool: Pool::new(stakes), tells_token }
    }
}

impl Selector for ByStake {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        for change in turn.changes {
            self.pool.set(change.validator, change.stake);
        }
        match self.pool.draw(turn.lottery) {
            Some((token, validator)) => {
                Selection::Forger { validator, token: self.tells_token.then_some(token) }
            }
            None => Selection::Nobody,
        }
    }
}

/// The draw of a [`ByWeight`] with these weights.
pub(in crate::selection) fn draw_by_weight(stakes: &[u64], weigh: impl Fn(u64) -> Weight) -> Draw {
    if stakes.iter().all(|&stake| stake == 0) {
        return Draw::Own;
    }
    Draw::Tokens(WeightedPool::new(stakes.iter().map(|&stake| weigh(stake)).collect()).into_tokens())
}

/// Draws in proportion to a function of the stake.
pub(in crate::selection) struct ByWeight<W> {
    weigh: W,
    pool: WeightedPool,
}

impl<W: Fn(u64) -> Weight> ByWeight<W> {
    /// `weigh` must give no weight to no stake.
    pub fn new(stakes: &[u64], weigh: W) -> Self {
        let pool = WeightedPool::new(stakes.iter().map(|&stake| weigh(stake)).collect());
        ByWeight { weigh, pool }
    }
}

impl<W: Fn(u64) -> Weight + Send> Selector for ByWeight<W> {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        for change in turn.changes {
            self.pool.set(change.validator, (self.weigh)(change.stake));
        }
        forger(self.pool.draw(turn.lottery))
    }
}

/// Draws in proportion to stake times a weight of the rounds since the last win; who joins begins
/// at age 0.
pub(in crate::selection) struct ByAge {
    pool: AgedPool,
}

impl ByAge {
    /// `weights` has an entry for every age from 0 on, the last for all ages beyond.
    pub fn new(stakes: &[u64], weights: Vec<u64>) -> Self {
        ByAge { pool: AgedPool::new(stakes, weights) }
    }
}

impl Selector for ByAge {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        for change in turn.changes {
            self.pool.set(change.validator, change.stake, turn.round, false);
        }
        forger(self.pool.draw(turn.round, turn.lottery))
    }
}

/// Asks a function who of all the holders wins: for contests in which everybody takes part, O(n) a
/// round.
pub(in crate::selection) struct AmongAll<F> {
    stakes: Vec<u64>,
    pick: F,
}

impl<F: FnMut(&[u64], &mut Stream) -> Option<ValidatorId>> AmongAll<F> {
    /// `pick` gets everybody's stake, zero included.
    pub fn new(stakes: &[u64], pick: F) -> Self {
        AmongAll { stakes: stakes.to_vec(), pick }
    }
}

impl<F: FnMut(&[u64], &mut Stream) -> Option<ValidatorId> + Send> Selector for AmongAll<F> {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        for change in turn.changes {
            self.stakes[change.validator.index()] = change.stake;
        }
        forger((self.pick)(&self.stakes, turn.lottery))
    }
}

/// Tokens of which everybody has as many as its exact chance in a contest is, found once for all
/// trials of a rule.
#[derive(Debug, Default)]
pub(in crate::selection) struct ChanceTokens(OnceLock<(Vec<u64>, Option<Vec<u64>>)>);

impl ChanceTokens {
    /// All tokens together.
    const TOTAL: u64 = 1 << 62;

    /// Everybody's tokens in the contest among `stakes`, whose chances are `shares`; `None` if nobody has
    /// any. Right to what the shares are right to, or 2^-62.
    pub fn of(&self, stakes: &[u64], shares: impl Fn(&[u64]) -> Vec<f64>) -> Option<Vec<u64>> {
        let make = || freeze(&shares(stakes), Self::TOTAL);
        let (kept, tokens) = self.0.get_or_init(|| (stakes.to_vec(), make()));
        if kept == stakes { tokens.clone() } else { make() }
    }
}

/// A contest whose chances are known exactly: while all stakes are those of the beginning the winner is
/// drawn by its chance, and from the first change on the contest is held.
///
/// Equal in distribution to the contest, at the cost of one draw from a pool.
pub(in crate::selection) struct ByChance<F> {
    chances: Option<Pool>,
    contest: AmongAll<F>,
}

impl<F: FnMut(&[u64], &mut Stream) -> Option<ValidatorId>> ByChance<F> {
    /// `tokens` stand for the chances of the contest that `pick` holds among `stakes`.
    pub fn new(stakes: &[u64], tokens: Option<Vec<u64>>, pick: F) -> Self {
        ByChance { chances: tokens.map(|tokens| Pool::new(&tokens)), contest: AmongAll::new(stakes, pick) }
    }
}

impl<F: FnMut(&[u64], &mut Stream) -> Option<ValidatorId> + Send> Selector for ByChance<F> {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        let stakes = &self.contest.stakes;
        if turn.changes.iter().any(|change| stakes[change.validator.index()] != change.stake) {
            self.chances = None;
        }
        match &self.chances {
            Some(chances) => forger(chances.draw(turn.lottery).map(|(_, validator)| validator)),
            None => self.contest.select(turn),
        }
    }
}

/// Whoever is owed most: every round adds everybody's stake to its credit, and the one with the most
/// (the earlier on a tie) forges and pays the total stake for it.
///
/// With fixed stakes a credit is the total times "due minus won", exactly; when stakes change, old
/// credits keep their coins. No randomness at all. The largest credit is found by a kinetic
/// tournament: O(log n) for each change and for each overtaking, of which a round has a few.
pub(in crate::selection) struct MostOwed {
    stakes: Vec<u64>,
    total: u64,
    credits: RisingLines,
    /// Whether the credit of those who have lost all stake is forgotten.
    forgets: bool,
}

impl MostOwed {
    /// Everybody begins with no credit. Who has no stake is owed nothing more and cannot forge; its
    /// credit is kept for when it returns, unless `forgets`.
    pub fn new(stakes: &[u64], forgets: bool) -> Self {
        let total = stakes.iter().sum();
        MostOwed { stakes: stakes.to_vec(), total, credits: RisingLines::new(stakes), forgets }
    }
}

impl Selector for MostOwed {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        for change in turn.changes {
            let old = std::mem::replace(&mut self.stakes[change.validator.index()], change.stake);
            self.total = self.total - old + change.stake;
            self.credits.set_speed(change.validator, change.stake);
            if self.forgets && change.stake == 0 {
                self.credits.clear(change.validator);
            }
        }
        self.credits.tick();
        let most_owed = self.credits.highest();
        if let Some(validator) = most_owed {
            self.credits.lower(validator, self.total);
        }
        forger(most_owed)
    }
}
