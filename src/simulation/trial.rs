//! One trial: the life of one chain.

use super::concentration::TrialConcentration;
use super::incomes::TrialIncomes;
use super::order::{FollowedOrder, OrderPlan, OrderTally, OrderTotals};
use super::progress::Control;
use super::record::{Followed, TimeLine, TrialRecord};
use super::share::fixed_share;
use super::totals::{Totals, ValidatorTotals, income_sums};
use crate::forging::{Chain, Counters, Earned, Fidelity, Observer, Payroll, World};
use crate::ledger::State;
use crate::selection::BlockOutcome;
use crate::stake::ValidatorId;

/// What a finished trial leaves behind.
pub struct TrialEnd {
    /// What is kept of this trial alone.
    pub record: TrialRecord,
    /// What is added to the sums over all trials.
    pub totals: Totals,
}

/// How many rounds are played between two looks at the clock of the outside world.
const STRIDE: u64 = 128;

/// Plays a chain for `rounds` rounds, or until it cannot go on; `None` if it was told to stop, or
/// its observer gave up.
///
/// `marks` are the ascending rounds after which the time line is taken; where the chain halts
/// early, the later marks repeat the last state. `plan` says who is followed and what is
/// tallied of the order of wins.
pub fn play_trial<F: Fidelity, W: Observer<F>>(
    chain: &mut Chain<F>,
    trial: u64,
    rounds: u64,
    marks: &[u64],
    plan: &OrderPlan,
    observer: &mut W,
    control: &Control,
) -> Option<TrialEnd> {
    let validators = chain.state().stakes().len();
    let mut tally = vec![ValidatorTotals::default(); validators];
    let mut order = OrderTally::new(plan, 0);
    let mut time_line = TimeLine::new(plan.followed().len(), marks.len());
    let mut halted = false;
    let mut played = 0;
    for &mark in marks {
        while played < mark && !halted {
            let target = mark.min(played + STRIDE);
            let before = played;
            while played < target {
                let Some(outcome) = chain.play(observer) else {
                    halted = true;
                    break;
                };
                played += 1;
                if let Some(forger) = outcome.forger {
                    let mine = &mut tally[forger.index()];
                    mine.wins += 1;
                    mine.blocks += u64::from(outcome.block_outcome == BlockOutcome::Accepted);
                    mine.slashed += u128::from(outcome.slashed);
                    order.won(forger.0);
                } else {
                    order.passed();
                }
            }
            control.progress.advance(played - before);
            if control.should_stop() || observer.gave_up() {
                return None;
            }
        }
        take_mark(chain, &tally, plan.followed(), &mut time_line);
    }
    if halted {
        control.progress.advance(rounds - played);
    }
    let ended = Ended {
        trial,
        world: chain.world(),
        counters: chain.counters(),
        state: chain.state(),
        payroll: chain.payroll(),
        seats: chain.seats(tally.iter().map(|mine| mine.wins)),
        tally,
        leads: chain.leads().map(<[u64]>::to_vec).unwrap_or_default(),
        followed: plan.followed(),
        order: order.end(),
        marks: time_line,
    };
    Some(ended.finish())
}

fn take_mark<F: Fidelity>(
    chain: &Chain<F>,
    tally: &[ValidatorTotals],
    followed: &[ValidatorId],
    time_line: &mut TimeLine,
) {
    let counters = chain.counters();
    let stakes = chain.state().stakes();
    let total: u64 = stakes.iter().sum();
    let wins = followed.iter().map(|who| tally[who.index()].wins);
    let stake_shares = followed.iter().map(|who| fixed_share(stakes[who.index()], total));
    let earners = chain.payroll().validators();
    let earned = followed.iter().map(|who| earners[who.index()].all());
    let by_all = earners.iter().map(Earned::all).sum();
    time_line.push([counters.rounds - counters.empty, counters.accepted, by_all], wins, stake_shares, earned);
}

/// A trial that has come to its end.
pub(super) struct Ended<'a> {
    pub trial: u64,
    pub world: &'a World,
    pub counters: Counters,
    pub state: &'a State,
    pub payroll: &'a Payroll,
    /// The wins, blocks and losses of each validator.
    pub tally: Vec<ValidatorTotals>,
    /// The seats of each.
    pub seats: Vec<u64>,
    /// The rounds that each won by itself, where the rule tells.
    pub leads: Vec<u64>,
    pub followed: &'a [ValidatorId],
    pub order: (OrderTotals, Vec<FollowedOrder>),
    pub marks: TimeLine,
}

impl Ended<'_> {
    /// All that is kept of it.
    pub fn finish(self) -> TrialEnd {
        let Ended { trial, world, counters, state, payroll, mut tally, seats, leads, followed, order, marks } =
            self;
        let stakes = state.stakes();
        let total: u64 = stakes.iter().sum();
        let selections = counters.rounds - counters.empty;
        for (mine, earned) in tally.iter_mut().zip(payroll.validators()) {
            mine.reward = u128::from(earned.all());
        }
        // Coins are fewer than 2^63, so those of one trial fit.
        let earned: u64 = tally.iter().map(|mine| mine.reward as u64).sum();
        for ((mine, &stake), seats) in tally.iter_mut().zip(stakes).zip(seats) {
            mine.seats = seats;
            mine.wins_squared = u128::from(mine.wins) * u128::from(mine.wins);
            mine.win_share = u128::from(fixed_share(mine.wins, selections));
            mine.win_share_squared = mine.win_share * mine.win_share;
            mine.reward_share = u128::from(fixed_share(mine.reward as u64, earned));
            mine.reward_share_squared = mine.reward_share * mine.reward_share;
            mine.final_share = u128::from(fixed_share(stake, total));
        }
        let followed = followed
            .iter()
            .map(|&validator| {
                let mine = &tally[validator.index()];
                Followed {
                    validator,
                    wins: mine.wins,
                    blocks: mine.blocks,
                    reward: mine.reward as u64,
                    slashed: mine.slashed as u64,
                    stake: stakes[validator.index()],
                    stake_share: mine.final_share as u64,
                }
            })
            .collect();
        let (order_totals, order) = order;
        let (incomes, by_source) = TrialIncomes::of(&world.parties, payroll);
        let stakes_moved = stakes != world.stakes;
        let concentration = TrialConcentration::new(tally.iter().map(|mine| mine.wins), stakes, stakes_moved);
        TrialEnd {
            record: TrialRecord {
                trial,
                counters,
                supply: state.supply(world.genesis_supply()),
                concentration,
                followed,
                incomes,
                order,
                marks,
            },
            totals: Totals {
                trials: 1,
                trials_with_wins: u64::from(selections > 0),
                trials_with_rewards: u64::from(earned > 0),
                counters,
                stakes_moved,
                validators: tally,
                leads,
                incomes: income_sums(by_source),
                order: order_totals,
            },
        }
    }
}
