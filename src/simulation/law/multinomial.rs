//! Wins shared out among validators, from their law.

use super::beta::beta;
use super::binomial::binomial;
use crate::random::Stream;
use crate::stake::ValidatorId;
use rayon::prelude::*;

/// Shares wins out.
///
/// The wins of all validators are multinomial, or with rewards that compound Dirichlet-multinomial
/// (Pólya's urn). Both are drawn by one conditional count after another: of the draws that are left,
/// the next validator's part against that of all after it. Along the time line only the followed
/// validators are told apart from the rest, whose wins are shared out at the end: the rest of an urn
/// is an urn.
///
/// So is every block of the rest. Where there are several, their wins come first, and each block
/// shares its own out from a stream of its own: blocks may be shared out side by side.
pub struct ShareOut {
    /// The followed validators, and what they and the rest begin with.
    followed: Group,
    /// The others, block by block; the members of a block are counted from its start.
    blocks: Vec<Group>,
    /// The blocks as if each were a validator.
    sums: Group,
    /// What a win adds to the weight of who won, in units of what is drawn by; `None` if nothing.
    reward: Option<f64>,
}

/// Validators whose wins are counted apart, and what stands behind each.
struct Group {
    members: Vec<usize>,
    /// The weight of each.
    weights: Vec<f64>,
    /// The weight of all who come after each.
    after: Vec<f64>,
}

impl Group {
    /// `members` are places in `all`, the weights; `beyond` is the weight of those who come after all.
    fn new(members: Vec<usize>, all: &[f64], beyond: f64) -> Self {
        let weights: Vec<f64> = members.iter().map(|&who| all[who]).collect();
        // From the last on, so that no weight is lost in a difference.
        let mut sum = beyond;
        let mut after: Vec<f64> = weights
            .iter()
            .rev()
            .map(|weight| {
                let after = sum;
                sum += weight;
                after
            })
            .collect();
        after.reverse();
        Group { members, weights, after }
    }

    /// Shares `draws` out among the members, who gain by their wins if there is a reward; `wins` are
    /// those that they have already, and `beyond` those of who comes after all. Returns what is left
    /// for these.
    fn share(
        &self,
        stream: &mut Stream,
        draws: u64,
        reward: Option<f64>,
        wins: &mut [u64],
        beyond: u64,
    ) -> u64 {
        let mut left = draws;
        // Wins so far of all who come after.
        let mut later = if reward.is_some() {
            self.members.iter().map(|&who| wins[who]).sum::<u64>() + beyond
        } else {
            0
        };
        for (place, &who) in self.members.iter().enumerate() {
            if left == 0 {
                break;
            }
            let (mut mine, mut theirs) = (self.weights[place], self.after[place]);
            if let Some(reward) = reward {
                later -= wins[who];
                mine += reward * wins[who] as f64;
                theirs += reward * later as f64;
            }
            if mine == 0.0 {
                continue;
            }
            let chance = match reward {
                _ if theirs == 0.0 => 1.0,
                None => mine / (mine + theirs),
                Some(reward) => beta(stream, mine / reward, theirs / reward),
            };
            let won = binomial(stream, left, chance);
            wins[who] += won;
            left -= won;
        }
        left
    }

    /// The weight of all members.
    fn weight(&self) -> f64 {
        match (self.weights.first(), self.after.first()) {
            (Some(first), Some(after)) => first + after,
            _ => 0.0,
        }
    }
}

impl ShareOut {
    /// So many validators are a block, the last of which may have fewer.
    const BLOCK: usize = 1 << 14;

    /// Among validators with these weights.
    pub fn new(weights: &[f64], reward: Option<f64>, followed: &[ValidatorId]) -> Self {
        let mut is_followed = vec![false; weights.len()];
        followed.iter().for_each(|who| is_followed[who.index()] = true);
        let others = |block: &[f64], is_followed: &[bool]| {
            Group::new((0..block.len()).filter(|&who| !is_followed[who]).collect(), block, 0.0)
        };
        let blocks: Vec<Group> = weights
            .par_chunks(Self::BLOCK)
            .zip(is_followed.par_chunks(Self::BLOCK))
            .map(|(block, is_followed)| others(block, is_followed))
            .collect();
        let sums: Vec<f64> = blocks.iter().map(Group::weight).collect();
        let rest = sums.iter().rev().sum();
        ShareOut {
            followed: Group::new(followed.iter().map(|who| who.index()).collect(), weights, rest),
            sums: Group::new((0..blocks.len()).collect(), &sums, 0.0),
            blocks,
            reward,
        }
    }

    /// Draws the wins of one trial: calls `mark` at every mark with those of the followed validators,
    /// and fills in all others after the last. The cost does not depend on the rounds: two variates
    /// for each followed validator and checkpoint and one or two for everybody else. With `shared`
    /// all threads take part.
    pub fn play(&self, lot: Lot, marks: &[u64], wins: &mut [u64], mut mark: impl FnMut(&[u64])) {
        let mut stream = Stream::of_law(lot.seed, lot.trial, lot.kind, None);
        let (mut before, mut rest) = (0, 0);
        for &played in marks {
            rest += self.followed.share(&mut stream, played - before, self.reward, wins, rest);
            mark(wins);
            before = played;
        }
        if let [all] = &self.blocks[..] {
            all.share(&mut stream, rest, self.reward, wins, 0);
            return;
        }
        let mut parts = vec![0; self.blocks.len()];
        self.sums.share(&mut stream, rest, self.reward, &mut parts, 0);
        let share = |(number, (block, wins)): (usize, (&Group, &mut [u64]))| {
            if parts[number] > 0 {
                let mut stream = Stream::of_law(lot.seed, lot.trial, lot.kind, Some(number as u64));
                block.share(&mut stream, parts[number], self.reward, wins, 0);
            }
        };
        if lot.shared {
            self.blocks.par_iter().zip(wins.par_chunks_mut(Self::BLOCK)).enumerate().for_each(share);
        } else {
            self.blocks.iter().zip(wins.chunks_mut(Self::BLOCK)).enumerate().for_each(share);
        }
    }
}

/// Which trial is drawn, and how.
#[derive(Clone, Copy)]
pub struct Lot {
    /// The seed of all trials.
    pub seed: u64,
    /// The number of this one.
    pub trial: u64,
    /// The kind of blocks that are shared out, by its number.
    pub kind: u64,
    /// Whether all threads may take part in it.
    pub shared: bool,
}
