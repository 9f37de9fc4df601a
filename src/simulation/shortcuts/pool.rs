//! Rewards that compound, under draws by stake: the pool and nothing around it.

use super::{Counts, Task, Undisturbed};
use crate::random::{CHUNK, Stream};
use crate::simulation::order::OrderTally;
use crate::stake::Pool;

/// How many rounds are played between two looks at the outside world.
const STRIDE: u64 = 1 << 14;

/// One trial's counts, where each round draws a token and its owner gains the reward; `None` if it
/// was told to stop.
pub fn play_pool(genesis: &Pool, task: &Task, rules: Undisturbed, trial: u64) -> Option<Counts> {
    let seed = task.experiment.world.seed;
    let mut pool = genesis.clone();
    let mut lottery = Stream::of_lottery(seed, trial, 0);
    let mut counts = Counts { wins: vec![0; genesis.stakes().len()], ..Counts::default() };
    let mut order = task.order(0);
    let mut played = 0u64;
    for &mark in task.marks {
        while played < mark {
            if played > 0 && played.is_multiple_of(CHUNK) {
                lottery = Stream::of_lottery(seed, trial, played / CHUNK);
            }
            let stretch = (mark - played).min(STRIDE).min(CHUNK - played % CHUNK);
            for _ in 0..stretch {
                let (_, winner) = pool.draw(&mut lottery)?;
                pool.set(winner, pool.stake(winner) + rules.reward);
                counts.wins[winner.index()] += 1;
                if let Some(order) = &mut order {
                    order.won(winner.0);
                }
            }
            played += stretch;
            if !task.goes_on(stretch) {
                return None;
            }
        }
        counts.mark(task.plan.followed());
    }
    counts.order = order.map(OrderTally::end).unwrap_or_default();
    Some(counts)
}
