//! Draws of single outputs by coins times age.

use super::{AgedPool, forger};
use crate::selection::{RoundContext, Selection, Selector};
use crate::stake::ValidatorId;

/// The sizes of the outputs that everybody's coins lie in, in the order of the validators: outputs of
/// `ceil(total / outputs)` coins, and a smaller one for what is left of a stake. So there are at most
/// `outputs` of them and one for each holder. O(outputs + n).
pub(in crate::selection) fn output_sizes(stakes: &[u64], outputs: u32) -> Vec<(ValidatorId, u64)> {
    let total: u128 = stakes.iter().map(|&stake| u128::from(stake)).sum();
    let size = total.div_ceil(u128::from(outputs.max(1))).max(1) as u64;
    let mut sizes = Vec::new();
    for (index, &stake) in stakes.iter().enumerate() {
        let owner = ValidatorId(index as u32);
        sizes.extend((0..stake / size).map(|_| (owner, size)));
        sizes.extend((!stake.is_multiple_of(size)).then_some((owner, stake % size)));
    }
    sizes
}

/// Draws in proportion to an output's coins times a weight of the rounds since it was last drawn; its
/// owner forges.
///
/// What an owner earns joins the output it last forged with (its last one before that), as a block's
/// reward does; what it loses is taken from its last outputs. Coins in an output that was empty
/// begin at age 0.
pub(in crate::selection) struct ByOutput {
    /// Outputs in place of validators.
    pool: AgedPool,
    owners: Vec<ValidatorId>,
    /// The first output of each validator, and the end.
    first: Vec<u32>,
    stakes: Vec<u64>,
    sizes: Vec<u64>,
    /// The output of each validator that growth goes to.
    newest: Vec<u32>,
}

impl ByOutput {
    /// `weights` has an entry for every age from 0 on, the last for all ages beyond. Everybody has at
    /// least one output, which may be empty.
    pub fn new(stakes: &[u64], outputs: u32, weights: Vec<u64>) -> Self {
        let mut filled = output_sizes(stakes, outputs).into_iter().peekable();
        let (mut owners, mut sizes) = (Vec::new(), Vec::new());
        let (mut first, mut newest) = (Vec::new(), Vec::new());
        for owner in (0..stakes.len() as u32).map(ValidatorId) {
            first.push(owners.len() as u32);
            while let Some((_, size)) = filled.next_if(|&(other, _)| other == owner) {
                owners.push(owner);
                sizes.push(size);
            }
            if stakes[owner.index()] == 0 {
                owners.push(owner);
                sizes.push(0);
            }
            newest.push(owners.len() as u32 - 1);
        }
        first.push(owners.len() as u32);
        let pool = AgedPool::new(&sizes, weights);
        ByOutput { pool, owners, first, stakes: stakes.to_vec(), sizes, newest }
    }

    fn set(&mut self, validator: ValidatorId, stake: u64, round: u64) {
        let index = validator.index();
        let old = std::mem::replace(&mut self.stakes[index], stake);
        let outputs = self.first[index]..self.first[index + 1];
        if stake > old {
            self.resize(self.newest[index], self.sizes[self.newest[index] as usize] + (stake - old), round);
        }
        let mut lost = old.saturating_sub(stake);
        for output in outputs.rev() {
            if lost == 0 {
                break;
            }
            let size = self.sizes[output as usize];
            self.resize(output, size - lost.min(size), round);
            lost -= lost.min(size);
        }
    }

    fn resize(&mut self, output: u32, size: u64, round: u64) {
        self.sizes[output as usize] = size;
        self.pool.set(ValidatorId(output), size, round, false);
    }
}

impl Selector for ByOutput {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        for change in turn.changes {
            self.set(change.validator, change.stake, turn.round);
        }
        let output = self.pool.draw(turn.round, turn.lottery);
        forger(output.map(|output| {
            let owner = self.owners[output.index()];
            self.newest[owner.index()] = output.0;
            owner
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Stream, StreamKey};
    use crate::selection::StakeChange;

    #[test]
    fn outputs_are_full_but_for_the_rest_of_each_stake() {
        let sizes = |stakes: &[u64], outputs| -> Vec<(u32, u64)> {
            output_sizes(stakes, outputs).into_iter().map(|(owner, size)| (owner.0, size)).collect()
        };
        assert_eq!(sizes(&[7, 0, 3], 5), [(0, 2), (0, 2), (0, 2), (0, 1), (2, 2), (2, 1)]);
        assert_eq!(sizes(&[7, 0, 3], 1), [(0, 7), (2, 3)]);
        assert_eq!(sizes(&[2, 2], 1_000_000), [(0, 1), (0, 1), (1, 1), (1, 1)]);
        assert!(sizes(&[0, 0], 9).is_empty());
    }

    /// An output that has just been drawn rests, its owner's others do not; sizes follow the stakes.
    #[test]
    fn outputs_rest_one_by_one_and_follow_the_stakes() {
        let mut selector = ByOutput::new(&[4, 2, 0], 3, vec![0, 0, 0, 1]);
        let mut lottery = Stream::open(StreamKey::new().text("outputs"));
        let mut turn = |round, changes: &[StakeChange]| {
            let turn = RoundContext { round, changes, last: None, lottery: &mut lottery };
            match selector.select(turn) {
                Selection::Forger { validator, .. } => Some(validator.0),
                Selection::Nobody => None,
            }
        };
        // Three outputs of two coins, each resting for two rounds after its win: turns.
        let seen: Vec<_> = (1..=30).map(|round| turn(round, &[]).unwrap()).collect();
        for three in seen.chunks(3) {
            assert_eq!(three, &seen[..3]);
            assert_eq!(three.iter().filter(|&&owner| owner == 0).count(), 2);
        }
        // The first owner loses all but one coin, the third joins and must ripen.
        let change = |validator, stake| StakeChange { validator: ValidatorId(validator), stake };
        let changes = [change(0, 1), change(2, 5), change(1, 9)];
        let late: Vec<_> =
            (31..=60).map(|round| turn(round, if round == 31 { &changes } else { &[] })).collect();
        assert!(late[..3].iter().all(|&owner| owner != Some(2)));
        assert!(late.contains(&Some(2)) && late.contains(&Some(0)));
        assert_eq!(selector.stakes, [1, 9, 5]);
        assert_eq!(selector.sizes.iter().sum::<u64>(), 15);
        for (owner, &stake) in selector.stakes.iter().enumerate() {
            let outputs = selector.first[owner] as usize..selector.first[owner + 1] as usize;
            assert_eq!(selector.sizes[outputs].iter().sum::<u64>(), stake);
        }
    }
}
