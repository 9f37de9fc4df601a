//! What is written down of a single trial.

use super::concentration::TrialConcentration;
use super::incomes::TrialIncomes;
use super::order::FollowedOrder;
use crate::forging::Counters;
use crate::ledger::Supply;
use crate::stake::ValidatorId;

/// What one trial ended with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialRecord {
    /// The trial's number, counted from 0.
    pub trial: u64,
    /// What happened on its chain.
    pub counters: Counters,
    /// Where its coins are at the end.
    pub supply: Supply,
    /// How concentrated wins and tokens are at the end.
    pub concentration: TrialConcentration,
    /// The validators that were followed, in the order of [`super::Experiment::followed`].
    pub followed: Vec<Followed>,
    /// What each of the world's parties earned.
    pub incomes: TrialIncomes,
    /// The order of their wins; empty where it was not tallied.
    pub order: Vec<FollowedOrder>,
    /// The time line: one mark for each checkpoint.
    pub marks: TimeLine,
}

impl TrialRecord {
    /// Rounds in which somebody was selected.
    pub fn selections(&self) -> u64 {
        self.counters.rounds - self.counters.empty
    }
}

/// What a followed validator ended with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Followed {
    /// Who.
    pub validator: ValidatorId,
    /// In how many rounds it was selected.
    pub wins: u64,
    /// How many of its blocks joined the chain.
    pub blocks: u64,
    /// Coins it earned.
    pub reward: u64,
    /// Coins it lost as a cheat.
    pub slashed: u64,
    /// Its tokens at the end.
    pub stake: u64,
    /// Its share of all tokens at the end, in units of `1 / SHARE_SCALE`.
    pub stake_share: u64,
}

/// The time line of one trial, all of it in one piece: there may be millions of trials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeLine {
    followed: usize,
    /// For each mark its selections, its accepted blocks, the coins of all; all wins, all stake shares, all
    /// coins earned.
    numbers: Vec<u64>,
}

impl TimeLine {
    /// Room for so many marks of so many followed validators.
    pub fn new(followed: usize, marks: usize) -> Self {
        TimeLine { followed, numbers: Vec::with_capacity(marks * Self::width(followed)) }
    }

    /// Takes a mark: rounds with a selection, blocks accepted, coins that all validators earned; then wins,
    /// shares and coins earned of each followed validator.
    pub fn push(
        &mut self,
        [selections, accepted, earned_by_all]: [u64; 3],
        wins: impl Iterator<Item = u64>,
        stake_shares: impl Iterator<Item = u64>,
        earned: impl Iterator<Item = u64>,
    ) {
        self.numbers.extend([selections, accepted, earned_by_all]);
        self.numbers.extend(wins);
        self.numbers.extend(stake_shares);
        self.numbers.extend(earned);
        debug_assert!(self.numbers.len().is_multiple_of(Self::width(self.followed)));
    }

    /// The number of marks.
    pub fn len(&self) -> usize {
        self.numbers.len() / Self::width(self.followed)
    }

    /// Whether there is no mark yet.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// A mark by its place, counted from 0.
    ///
    /// # Panics
    /// If there is no such mark.
    pub fn mark(&self, place: usize) -> TimelinePoint<'_> {
        let width = Self::width(self.followed);
        let numbers = &self.numbers[place * width..(place + 1) * width];
        let (wins, rest) = numbers[3..].split_at(self.followed);
        let (stake_shares, earned) = rest.split_at(self.followed);
        TimelinePoint {
            selections: numbers[0],
            accepted: numbers[1],
            earned_by_all: numbers[2],
            wins,
            stake_shares,
            earned,
        }
    }

    fn width(followed: usize) -> usize {
        3 + 3 * followed
    }
}

/// A point of the time line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimelinePoint<'a> {
    /// Rounds so far in which somebody was selected.
    pub selections: u64,
    /// Blocks so far that joined the chain.
    pub accepted: u64,
    /// Coins so far that all validators earned; 0 where that is not known.
    pub earned_by_all: u64,
    /// Wins so far of each followed validator.
    pub wins: &'a [u64],
    /// Share of all tokens of each followed validator, in units of `1 / SHARE_SCALE`.
    pub stake_shares: &'a [u64],
    /// Coins so far that each followed validator earned.
    pub earned: &'a [u64],
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_read_back() {
        let mut line = TimeLine::new(2, 2);
        assert!(line.is_empty());
        line.push([10, 9, 90], [4, 6].into_iter(), [1, 2].into_iter(), [30, 60].into_iter());
        line.push([20, 18, 180], [9, 11].into_iter(), [3, 4].into_iter(), [70, 110].into_iter());
        assert_eq!(line.len(), 2);
        let late = TimelinePoint {
            selections: 20,
            accepted: 18,
            earned_by_all: 180,
            wins: &[9, 11],
            stake_shares: &[3, 4],
            earned: &[70, 110],
        };
        assert_eq!((line.mark(0).wins, line.mark(1)), (&[4, 6][..], late));
    }
}
