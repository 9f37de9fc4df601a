//! Histories that a rule plays, with the stakes and the number of blocks of a given one.

use super::chronicle::Chronicle;
use crate::random::{Purpose, Stream};
use crate::selection::{Dispersion, ExpectedShares, IdealRounds, Rule, StakeChange, TrialContext};

/// Why a rule cannot be held against a history.
pub struct Unplayable(pub &'static str);

/// Plays histories of a rule.
pub struct HistoryPlayer<'a> {
    chronicle: &'a Chronicle,
    rule: &'a dyn Rule,
    /// The expected shares in each part.
    shares: Vec<Vec<f64>>,
    /// For each part the running sums of the shares, in units of 2^-64; where blocks are independent draws.
    draws: Option<Vec<Vec<u64>>>,
    /// Whether the rounds are the heights, so that those without a block are played and passed over.
    by_height: bool,
}

/// Rounds for each block at most.
const MOST_ROUNDS: u64 = 1_000;
/// Heights for each block up to which all of them are played.
const MOST_HEIGHTS: u64 = 8;

impl<'a> HistoryPlayer<'a> {
    /// Makes ready to play.
    pub fn new(chronicle: &'a Chronicle, rule: &'a dyn Rule) -> Result<Self, Unplayable> {
        let mut shares = Vec::new();
        let (mut independent, mut always) = (true, true);
        for (epoch, _) in chronicle.parts() {
            if epoch.stakes.iter().filter(|stake| **stake > 0).count() < 2 {
                return Err(Unplayable("fewer than two validators have stake"));
            }
            match rule.expected_shares(&epoch.stakes) {
                ExpectedShares::Shares(own) => shares.push(own),
                ExpectedShares::Unknown(_) => {
                    independent = false;
                    let all: f64 = epoch.stakes.iter().map(|&stake| stake as f64).sum();
                    shares.push(epoch.stakes.iter().map(|&stake| stake as f64 / all).collect());
                }
            }
            independent &= matches!(rule.dispersion(&epoch.stakes), Dispersion::Independent);
            always &= rule.occupied(&epoch.stakes) >= 1.0;
        }
        let draws = independent.then(|| shares.iter().map(|shares| running(shares)).collect());
        let span = chronicle.heights_without_a_block() / MOST_HEIGHTS;
        let by_height = always && span <= chronicle.heights.len() as u64;
        if always && !by_height && draws.is_none() {
            return Err(Unplayable("most heights between the first block and the last have no row"));
        }
        Ok(HistoryPlayer { chronicle, rule, shares, draws, by_height })
    }

    /// The expected shares in each part.
    pub fn shares(&self) -> &[Vec<f64>] {
        &self.shares
    }

    /// Whether two histories of the rule differ.
    pub fn leaves_something_to_chance(&self) -> Result<(), Unplayable> {
        if self.draws.is_some() {
            return Ok(());
        }
        match (self.history(0), self.history(1), self.history(2)) {
            (Some(one), Some(two), Some(three)) if one == two && two == three => Err(Unplayable(
                "the rule leaves nothing to chance: its blocks are compared one by one, from given priorities (a validator set of CometBFT), --epoch (Solana) or --seed (Ethereum)",
            )),
            _ => Ok(()),
        }
    }

    /// One history, by its number; `None` if almost no round has a block.
    pub fn history(&self, number: u64) -> Option<Vec<u32>> {
        let mut lottery = Stream::of_trial(SEED, number, Purpose::Lottery);
        match &self.draws {
            Some(draws) => Some(self.drawn(draws, &mut lottery)),
            None => self.played(number, &mut lottery),
        }
    }

    fn drawn(&self, draws: &[Vec<u64>], lottery: &mut Stream) -> Vec<u32> {
        let mut history = Vec::with_capacity(self.chronicle.proposers.len());
        for ((_, blocks), sums) in self.chronicle.parts().zip(draws) {
            for _ in blocks {
                let word = lottery.word_128() as u64;
                history.push(sums.partition_point(|&end| end <= word).min(sums.len() - 1) as u32);
            }
        }
        history
    }

    fn played(&self, number: u64, lottery: &mut Stream) -> Option<Vec<u32>> {
        let Chronicle { heights, proposers, .. } = self.chronicle;
        let parts: Vec<_> = self.chronicle.parts().collect();
        let mut stakes = &parts.first()?.0.stakes;
        let start = TrialContext { stakes, seed: SEED, trial: number };
        let mut rounds = IdealRounds::new(self.rule, &start);
        let mut history = Vec::with_capacity(proposers.len());
        // Runs of rounds begin at whole multiples of their length. Slots are counted from 0; a history from
        // height 1 on, as `--schedule` writes it, begins with the first round.
        let offset = if self.by_height && heights[0] != 1 { heights[0] % ROUNDS_OF_A_CYCLE } else { 0 };
        let mut height = heights[0] - offset;
        let mut part = 0;
        while history.len() < proposers.len() {
            let mut changes = Vec::new();
            while parts.get(part + 1).is_some_and(|(_, blocks)| blocks.start <= history.len()) {
                part += 1;
                let next = &parts[part].0.stakes;
                let differ = stakes.iter().zip(next).enumerate().filter(|(_, (was, is))| was != is);
                changes = differ
                    .map(|(who, (_, &stake))| StakeChange {
                        validator: crate::stake::ValidatorId(who as u32),
                        stake,
                    })
                    .collect();
                stakes = next;
            }
            let forger = rounds.next(&changes, lottery);
            let counts = !self.by_height || height == heights[history.len()];
            if let Some(forger) = forger.filter(|_| counts) {
                history.push(forger.0);
            } else if self.by_height && height >= heights[history.len()] {
                // Nobody, where the chain has a block: the rule is one with empty rounds after all.
                return None;
            }
            height += 1;
            if rounds.round() > MOST_ROUNDS * proposers.len() as u64 {
                return None;
            }
        }
        Some(history)
    }
}

/// The seed of all histories that are played.
const SEED: u64 = 0;
/// A common multiple of the lengths of runs of rounds that rules know.
const ROUNDS_OF_A_CYCLE: u64 = 240;

/// The running sums of shares, in units of 2^-64; the last is the end.
fn running(shares: &[f64]) -> Vec<u64> {
    let all: f64 = shares.iter().sum();
    let last = shares.iter().rposition(|share| *share > 0.0).unwrap_or(0);
    let mut sum = 0.0;
    shares
        .iter()
        .enumerate()
        .map(|(who, share)| {
            sum += share / all;
            if who >= last { u64::MAX } else { (sum * 18_446_744_073_709_551_616.0) as u64 }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(heights: &[u64]) -> Chronicle {
        let epoch = crate::analysis::history::Epoch { begin: 0, stakes: vec![30, 10, 20] };
        Chronicle { heights: heights.to_vec(), proposers: vec![0; heights.len()], epochs: vec![epoch] }
    }

    fn rule(name: &str) -> std::sync::Arc<dyn Rule> {
        let choice = crate::registry::Choice::plain(name);
        crate::registry::find("rule", crate::selection::RULES, &choice).unwrap().thing
    }

    /// Who goes by turns has nobody's turn left out where a height has no block.
    #[test]
    fn heights_without_a_block_are_played() {
        let rule = rule("round-robin");
        let whole =
            HistoryPlayer::new(&history(&[1, 2, 3, 4, 5, 6]), &*rule).ok().unwrap().history(0).unwrap();
        assert_eq!(whole[..3], whole[3..]);
        assert!((0..3).all(|who| whole[..3].contains(&who)), "{whole:?}");
        let gaps = HistoryPlayer::new(&history(&[1, 3, 6]), &*rule).ok().unwrap().history(0).unwrap();
        assert_eq!(gaps, [whole[0], whole[2], whole[5]]);
    }

    #[test]
    fn turns_leave_nothing_to_chance() {
        let heights: Vec<u64> = (1..=30).collect();
        for (name, chance) in [("round-robin", false), ("raffle", true), ("solana-schedule", true)] {
            let (rule, history) = (rule(name), history(&heights));
            let player = HistoryPlayer::new(&history, &*rule).ok().unwrap();
            assert_eq!(player.leaves_something_to_chance().is_ok(), chance, "{name}");
        }
    }
}
