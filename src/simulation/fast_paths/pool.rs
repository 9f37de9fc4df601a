//! Rewards that compound, under draws by stake: the pool and nothing around it.

use super::{Counts, IdealConditions, Task};
use crate::random::{CHUNK, Stream};
use crate::simulation::order::OrderTally;
use crate::stake::{GrowingPool, ValidatorId};

/// How many rounds are played between two looks at the outside world.
const STRIDE: u64 = 1 << 14;

/// One trial's counts, where each round draws a token and its owner gains what it stakes of the reward; `None` if it
/// was told to stop.
///
/// Wins are not counted: they are what a stake has grown by.
pub fn play_pool(genesis: &GrowingPool, task: &Task, rules: IdealConditions, trial: u64) -> Option<Counts> {
    let world = &task.experiment.world;
    let mut pool = genesis.clone();
    let mut lottery = Stream::of_lottery(world.seed, trial, 0);
    let mut counts = Counts::default();
    let mut order = task.order(0);
    let mut owners = [ValidatorId(0); GrowingPool::BLOCK];
    let wins = |who: ValidatorId, stake: u64| (stake - world.stakes[who.index()]) / rules.staked;
    let mut played = 0u64;
    for &mark in task.marks {
        while played < mark {
            if played > 0 && played.is_multiple_of(CHUNK) {
                lottery = Stream::of_lottery(world.seed, trial, played / CHUNK);
            }
            let stretch = (mark - played).min(STRIDE).min(CHUNK - played % CHUNK);
            let mut left = stretch as usize;
            while left > 0 {
                let owners = &mut owners[..left.min(GrowingPool::BLOCK)];
                pool.draw(&mut lottery, owners);
                if let Some(order) = &mut order {
                    order.take(owners);
                }
                left -= owners.len();
            }
            played += stretch;
            if !task.goes_on(stretch) {
                return None;
            }
        }
        counts.marks.extend(task.plan.followed().iter().map(|&who| wins(who, pool.stake(who))));
    }
    counts.wins = (0..).map(ValidatorId).zip(pool.stakes()).map(|(who, stake)| wins(who, stake)).collect();
    counts.order = order.map(OrderTally::end).unwrap_or_default();
    Some(counts)
}
