//! Two parties whose rewards compound: trials side by side.
//!
//! The total stake after so many rounds is the same in every trial, so many trials in lockstep do
//! the same arithmetic on different words, which is what vector units are for.

use super::{Counts, IdealConditions, Task};
use crate::random::{CHUNK, StreamLanes, below};
use crate::simulation::experiment::Experiment;
use crate::simulation::order::OrderTally;
use std::hint::black_box;

/// Two validators with stake, who gain the reward of each block that they win.
pub struct Lanes {
    /// Which of the validators they are, in order.
    parties: [usize; 2],
    validators: usize,
    /// The first one's stake at genesis, and that of both.
    first: u64,
    total: u64,
    reward: u64,
}

impl Lanes {
    /// So many trials are played side by side.
    pub const WIDTH: usize = 16;
    /// Rounds between two looks for a word that must be rejected.
    const BLOCK: u64 = 64;
    /// The same where words are hardly ever rejected and nobody asks for the order of wins, for which
    /// a block has one word.
    const LONG_BLOCK: u64 = 1024;
    /// Totals below it have so few words that are rejected that a block hardly ever holds one.
    const LARGEST: u128 = 1 << 48;

    /// The two parties of a world whose rule draws by stake; `None` if there are not two, or if they
    /// come to hold too much.
    pub fn new(experiment: &Experiment, rules: IdealConditions) -> Option<Self> {
        let stakes = &experiment.world.stakes;
        let mut holders = (0..stakes.len()).filter(|&who| stakes[who] > 0);
        let parties = [holders.next()?, holders.next()?];
        let total = stakes[parties[0]] + stakes[parties[1]];
        let end = u128::from(total) + u128::from(rules.staked) * u128::from(experiment.rounds);
        if holders.next().is_some() || end >= Self::LARGEST {
            return None;
        }
        let (first, reward) = (stakes[parties[0]], rules.staked);
        Some(Lanes { parties, validators: stakes.len(), first, total, reward })
    }

    /// The counts of the trials from `trial` on, as many as are asked for and at most
    /// [`Lanes::WIDTH`]; `None` if they were told to stop.
    pub fn play(&self, task: &Task, trial: u64, trials: usize) -> Option<Vec<Counts>> {
        let seed = task.experiment.world.seed;
        let open = |chunk| StreamLanes::of_lottery(seed, trial, chunk);
        let mut lanes = State {
            words: open(0),
            stakes: [self.first; Self::WIDTH],
            won: [0; Self::WIDTH],
            total: self.total,
        };
        let mut counts = vec![Counts::default(); trials];
        let mut orders: Vec<Option<OrderTally>> = (0..trials).map(|_| task.order(0)).collect();
        let mut played = 0u64;
        for &mark in task.marks {
            while played < mark {
                if played > 0 && played.is_multiple_of(CHUNK) {
                    lanes.words = open(played / CHUNK);
                }
                // Long enough that looking up costs nothing, short enough to be stopped soon.
                let stretch = (mark - played).min(1 << 14).min(CHUNK - played % CHUNK);
                self.advance(&mut lanes, stretch, &mut orders);
                played += stretch;
                if !task.goes_on(stretch * trials as u64) {
                    return None;
                }
            }
            for (counts, &stake) in counts.iter_mut().zip(&lanes.stakes) {
                let first = (stake - self.first) / self.reward;
                counts.wins = vec![0; self.validators];
                counts.wins[self.parties[0]] = first;
                counts.wins[self.parties[1]] = mark - first;
                counts.mark(task.plan.followed());
            }
        }
        for (counts, order) in counts.iter_mut().zip(orders) {
            counts.order = order.map(OrderTally::end).unwrap_or_default();
        }
        Some(counts)
    }

    fn advance(&self, lanes: &mut State, rounds: u64, orders: &mut [Option<OrderTally>]) {
        let ordered = orders.first().is_some_and(Option::is_some);
        let mut left = rounds;
        while left > 0 {
            let small = |rounds: u64| lanes.total + rounds * self.reward <= u64::from(u32::MAX);
            let long = !ordered && small(Self::LONG_BLOCK);
            let block = left.min(if long { Self::LONG_BLOCK } else { Self::BLOCK });
            let before = lanes.clone();
            let suspicious = match (small(block), ordered) {
                (true, false) => lanes.hurry::<true, false>(block, self.reward),
                (true, true) => lanes.hurry::<true, true>(block, self.reward),
                (false, false) => lanes.hurry::<false, false>(block, self.reward),
                (false, true) => lanes.hurry::<false, true>(block, self.reward),
            };
            if suspicious {
                *lanes = before;
                lanes.walk(block, self.reward);
            }
            left -= block;
            let parties = self.parties.map(|party| party as u32);
            for (order, &won) in orders.iter_mut().zip(&lanes.won) {
                let Some(order) = order else { break };
                order.take_pair(parties, won, block as u32);
            }
        }
    }
}

/// Where the trials are, side by side.
#[derive(Clone)]
struct State {
    words: StreamLanes<{ Lanes::WIDTH }>,
    /// The first party's stake in each.
    stakes: [u64; Lanes::WIDTH],
    /// Which of the last rounds the first party won in each, the last in the lowest bit; nothing
    /// where the order of wins is not asked for.
    won: [u64; Lanes::WIDTH],
    /// The stake of both in any of them.
    total: u64,
}

impl State {
    /// Plays rounds as if no word were ever rejected; whether one of them might have to be. `SMALL`
    /// says that totals have 32 bits, `ORDERED` that somebody asks who won which round.
    ///
    /// A function of its own, not a part of who calls it: what the compiler makes of the loop must
    /// not depend on what stands around it.
    #[inline(never)]
    fn hurry<const SMALL: bool, const ORDERED: bool>(&mut self, rounds: u64, reward: u64) -> bool {
        let State { mut words, mut stakes, mut won, mut total } = self.clone();
        // What finds no register is kept on the stack, and is moved in one go only where the stack is
        // aligned: the compiler sees to that if something so aligned has an address.
        let Vector(mut suspicious) = *black_box(&mut Vector([0; Lanes::WIDTH]));
        for _ in 0..rounds {
            let drawn = words.draw();
            let (above, below) = (total >> 32, total & HALF);
            for lane in 0..Lanes::WIDTH {
                // The 128-bit product of word and total, from products of halves: its high word is
                // the token; of the low word the upper half is enough.
                let (high, low) = (drawn[lane] >> 32, drawn[lane] & HALF);
                let middle = high * below + ((low * below) >> 32);
                let (token, low) = if SMALL {
                    (middle >> 32, middle & HALF)
                } else {
                    let other = low * above + (middle & HALF);
                    (high * above + (middle >> 32) + (other >> 32), other & HALF)
                };
                // A word is rejected only if the low word is below the total. Numbers below 2^63
                // differ by a negative number if the first is the smaller: the sign remembers it.
                suspicious[lane] |= low.wrapping_sub(above + 1);
                // Signed, as that is what vector units compare.
                let wins = token.cast_signed() < stakes[lane].cast_signed();
                if ORDERED {
                    won[lane] = won[lane] << 1 | u64::from(wins);
                }
                stakes[lane] += if wins { reward } else { 0 };
            }
            total += reward;
        }
        *self = State { words, stakes, won, total };
        suspicious.iter().any(|&found| found >> 63 != 0)
    }

    /// Plays rounds one trial after another, exactly.
    #[cold]
    fn walk(&mut self, rounds: u64, reward: u64) {
        for (lane, (stake, won)) in self.stakes.iter_mut().zip(&mut self.won).enumerate() {
            let mut stream = self.words.lane(lane);
            for round in 0..rounds {
                let wins = below(&mut stream, self.total + round * reward) < *stake;
                *won = *won << 1 | u64::from(wins);
                if wins {
                    *stake += reward;
                }
            }
        }
        self.total += rounds * reward;
    }
}

/// Words that begin where a line of the cache does.
#[repr(align(64))]
struct Vector([u64; Lanes::WIDTH]);

const HALF: u64 = (1 << 32) - 1;
