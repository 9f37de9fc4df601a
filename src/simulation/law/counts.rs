//! The wins of one trial, from their law.

use super::Covered;
use super::beta::beta;
use super::binomial::binomial;
use crate::random::{Purpose, Stream};
use crate::simulation::shortcuts::{Counts, Task};
use crate::stake::ValidatorId;

/// Draws the wins of trials.
///
/// The wins of all validators are multinomial, or with rewards that compound Dirichlet-multinomial
/// (Pólya's urn). Both are drawn by one conditional count after another: of the draws that are left,
/// the next validator's part against that of all after it. Along the time line only the followed
/// validators are told apart from the rest, whose wins are shared out at the end: the rest of an urn
/// is an urn.
pub struct Law {
    /// The followed validators, and what they and the rest begin with.
    followed: Group,
    /// The others.
    others: Group,
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
    /// `beyond` is the weight of those who come after all.
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
}

impl Law {
    /// The law of an experiment, made ready. `reward` is what compounds.
    pub fn new(covered: Covered, reward: u64, followed: &[ValidatorId]) -> Self {
        let (weights, reward) = match covered {
            Covered::Fixed(weights) => (weights, None),
            Covered::Urn(stakes) => (stakes.iter().map(|&stake| stake as f64).collect(), Some(reward as f64)),
        };
        let mut is_followed = vec![false; weights.len()];
        followed.iter().for_each(|who| is_followed[who.index()] = true);
        let others: Vec<usize> = (0..weights.len()).filter(|&who| !is_followed[who]).collect();
        let rest = others.iter().rev().map(|&who| weights[who]).sum();
        Law {
            followed: Group::new(followed.iter().map(|who| who.index()).collect(), &weights, rest),
            others: Group::new(others, &weights, 0.0),
            reward,
        }
    }

    /// One trial's counts. The cost does not depend on the rounds: two variates for each followed
    /// validator and checkpoint and one or two for everybody else.
    pub fn play(&self, task: &Task, trial: u64) -> Counts {
        let world = &task.experiment.world;
        let mut stream = Stream::of_trial(world.seed, trial, Purpose::Law);
        let mut counts = Counts { wins: vec![0; world.validators()], ..Counts::default() };
        let (mut before, mut rest) = (0, 0);
        for &mark in task.marks {
            let draws = mark - before;
            rest += self.followed.share(&mut stream, draws, self.reward, &mut counts.wins, rest);
            counts.mark(task.plan.followed());
            before = mark;
        }
        let lost = self.others.share(&mut stream, rest, self.reward, &mut counts.wins, 0);
        debug_assert!(lost == 0 || self.others.members.is_empty());
        task.goes_on(task.experiment.rounds);
        counts
    }
}
