//! From the counts of wins to everything that is kept of a trial.

use super::{IdealConditions, Task};
use crate::forging::Counters;
use crate::ledger::Supply;
use crate::simulation::concentration::TrialConcentration;
use crate::simulation::incomes::TrialIncomes;
use crate::simulation::order::{FollowedOrder, OrderTotals};
use crate::simulation::record::{Followed, TimeLine, TrialRecord};
use crate::simulation::share::fixed_share;
use crate::simulation::totals::{Totals, ValidatorTotals, income_sums};
use crate::simulation::trial::TrialEnd;
use crate::stake::ValidatorId;
use rayon::prelude::*;

/// The wins of one ideal_conditions trial.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Of each validator, at the end.
    pub wins: Vec<u64>,
    /// Of each followed validator at the first mark, then of each at the next, and so on.
    pub marks: Vec<u64>,
    /// The order in which they came, where it is asked for.
    pub order: (OrderTotals, Vec<FollowedOrder>),
}

impl Counts {
    /// Takes a point of the time line.
    pub fn mark(&mut self, followed: &[ValidatorId]) {
        self.marks.extend(followed.iter().map(|who| self.wins[who.index()]));
    }

    /// Everything that playing the trial round by round would leave behind: every round has a
    /// forger, every block is accepted, and all that moves is the reward. With `shared` all threads
    /// take part. `room` is for the totals of the validators.
    pub fn finish(
        &mut self,
        task: &Task,
        rules: IdealConditions,
        trial: u64,
        shared: bool,
        room: Vec<ValidatorTotals>,
    ) -> TrialEnd {
        let &Task { experiment, marks, plan, .. } = task;
        let followed = plan.followed();
        let (order_totals, order) = std::mem::take(&mut self.order);
        let world = &experiment.world;
        let rounds = experiment.rounds;
        let IdealConditions { reward, staked } = rules;
        let compounds = rules.compounds();
        let genesis_stake: u64 = world.stakes.iter().sum();
        let gain = |wins: u64| wins * staked;
        let stake = |who: usize, wins: u64| world.stakes[who] + gain(wins);
        let counters = Counters { rounds, accepted: rounds, ..Counters::default() };
        let share = |who: usize, wins, after| fixed_share(stake(who, wins), genesis_stake + gain(after));
        let mut record_marks = TimeLine::new(followed.len(), marks.len());
        for (&round, wins) in marks.iter().zip(self.marks.chunks(followed.len().max(1))) {
            let stake_shares = followed.iter().zip(wins).map(|(who, &wins)| share(who.index(), wins, round));
            let earned = wins.iter().map(|&wins| wins * reward);
            record_marks.push([round, round, round * reward], wins.iter().copied(), stake_shares, earned);
        }
        let rewarded = rounds > 0 && reward > 0;
        let totals_of = |(who, &wins): (usize, &u64)| {
            let win_share = u128::from(fixed_share(wins, rounds));
            // Where everybody earns the same for a win, the share of what is earned is that of the wins.
            let reward_share = if rewarded { win_share } else { 0 };
            ValidatorTotals {
                wins,
                wins_squared: u128::from(wins) * u128::from(wins),
                blocks: wins,
                seats: rounds - wins,
                reward: u128::from(wins * reward),
                slashed: 0,
                win_share,
                win_share_squared: win_share * win_share,
                reward_share,
                reward_share_squared: reward_share * reward_share,
                final_share: u128::from(share(who, wins, rounds)),
            }
        };
        let mut validators = room;
        if shared {
            self.wins
                .par_iter()
                .enumerate()
                .with_min_len(1 << 12)
                .map(totals_of)
                .collect_into_vec(&mut validators);
        } else {
            validators.clear();
            validators.extend(self.wins.iter().enumerate().map(totals_of));
        }
        let records = followed
            .iter()
            .map(|&validator| {
                let mine = &validators[validator.index()];
                Followed {
                    validator,
                    wins: mine.wins,
                    blocks: mine.blocks,
                    reward: mine.reward as u64,
                    slashed: 0,
                    stake: stake(validator.index(), mine.wins),
                    stake_share: mine.final_share as u64,
                }
            })
            .collect();
        // Counted from what each validator earned, so that a lost win shows as lost coins.
        let earned: u128 = if shared {
            validators.par_iter().map(|mine| mine.reward).sum()
        } else {
            validators.iter().map(|mine| mine.reward).sum()
        };
        // What is not staked stays among the coins. The split is exact: every win earns the same.
        let restaked = if reward == 0 { 0 } else { earned / u128::from(reward) * u128::from(staked) };
        let balances: u128 = world.balances.iter().map(|&coins| u128::from(coins)).sum();
        let supply = Supply {
            genesis: world.genesis_supply(),
            minted: u128::from(rounds) * u128::from(reward),
            balances: balances + earned - restaked,
            stakes: u128::from(genesis_stake) + restaked,
            burnt: 0,
            slashed: 0,
            held: 0,
        };
        let (incomes, by_source) = TrialIncomes::of_wins(&world.parties, &self.wins, reward, rounds);
        let stakes_moved = compounds && rounds > 0;
        let stakes: Vec<u64> = if stakes_moved {
            self.wins.iter().enumerate().map(|(who, &wins)| stake(who, wins)).collect()
        } else {
            Vec::new()
        };
        let concentration = TrialConcentration::new(self.wins.iter().copied(), &stakes, stakes_moved);
        TrialEnd {
            record: TrialRecord {
                trial,
                counters,
                supply,
                concentration,
                followed: records,
                incomes,
                order,
                marks: record_marks,
            },
            totals: Totals {
                trials: 1,
                trials_with_wins: u64::from(rounds > 0),
                trials_with_rewards: u64::from(rewarded),
                counters,
                stakes_moved,
                validators,
                // Rules that are carried out this way draw one winner.
                leads: Vec::new(),
                incomes: income_sums(by_source),
                order: order_totals,
            },
        }
    }
}
