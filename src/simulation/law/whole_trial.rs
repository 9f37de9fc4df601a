//! What a trial pays, worked out from its wins at once instead of block by block.

use super::multinomial::{Lot, ShareOut};
use crate::forging::{Counters, Earned, Payroll, World};
use crate::ledger::State;
use crate::random::{Purpose, Stream};
use crate::reward::{BlockIncome, Divider, IncomeTerms, PaidCommittees, Payee, Roster, Source};
use crate::simulation::fast_paths::{Obstacle, Task};
use crate::simulation::order::OrderTotals;
use crate::simulation::record::TimeLine;
use crate::simulation::share::fixed_share;
use crate::simulation::totals::ValidatorTotals;
use crate::simulation::trial::{Ended, TrialEnd};

/// At most so many kinds of blocks are shared out, each by itself.
const MOST_KINDS: usize = 32;
/// At most so many extras are drawn in a trial, one for each block.
const MOST_EXTRAS: u64 = 1 << 26;
/// At most so many seats of paid committees are drawn in a trial.
const MOST_SEATS: u64 = 1 << 26;

/// What a trial pays, where stakes stay as they are and everybody is honest.
pub struct WholeTrial {
    terms: IncomeTerms,
}

impl WholeTrial {
    /// The payments of trials of a world, whose time line is taken at `marks`.
    ///
    /// # Errors
    /// What stands against it.
    pub fn new(world: &World, marks: &[u64]) -> Result<Self, Obstacle> {
        let obstacle = |what| Err(Obstacle { key: "reward.policy", what });
        let policy = &world.protocol.reward.thing;
        let Some(terms) = policy.terms(world.genesis(), marks, world.validators() as u64) else {
            return obstacle(
                "pays by more than how often everybody wins, or changes too often to be summed up",
            );
        };
        let extras = terms.blocks.iter().filter(|kind| kind.income.extra.is_some());
        let seats = |all: &PaidCommittees| (all.whole + 1).saturating_mul(all.seats);
        if terms.serial {
            return obstacle("lets the extras of neighbouring blocks depend on each other");
        }
        if terms.blocks.len() > MOST_KINDS {
            return obstacle("pays too many different amounts for the law, which takes each by itself");
        }
        if extras.map(|kind| kind.count()).sum::<u64>() > MOST_EXTRAS {
            return obstacle("draws an extra for every block, too many for the law");
        }
        let votes = terms.blocks.iter().any(|kind| kind.income.vote > 0.0);
        let duties = marks.last().unwrap_or(&0).checked_mul(world.validators() as u64);
        if votes && duties.is_none_or(|duties| duties > i64::MAX as u64) {
            return obstacle("pays for more votes than can be counted at once");
        }
        if terms.committees.iter().map(seats).fold(0, u64::saturating_add) > MOST_SEATS {
            return obstacle("pays too many committees for the law");
        }
        Ok(WholeTrial { terms })
    }

    /// Draws the wins of a trial, pays it, and tells all that is kept of it.
    pub fn play(&self, law: &ShareOut, task: &Task, trial: u64, shared: bool) -> TrialEnd {
        let world = &task.experiment.world;
        let followed = task.plan.followed();
        let validators = world.validators();
        let mut wins = vec![0; validators];
        let mut marks = vec![0; task.marks.len() * followed.len()];
        let mut state = State::new(world.balances.clone(), world.stakes.clone());
        let mut payroll = Payroll::new(&world.protocol, &state, world.seed, trial);
        let mut earned = Earnings { validators, by_source: Default::default() };
        let mut extras = Stream::of_trial(world.seed, trial, Purpose::Extras);
        let mut own = Vec::new();
        for (number, kind) in (0..).zip(&self.terms.blocks) {
            own.clear();
            own.resize(validators, 0);
            let mut place = 0;
            law.play(Lot { seed: world.seed, trial, kind: number, shared }, &kind.counts, &mut own, |wins| {
                for who in followed {
                    marks[place] += wins[who.index()];
                    place += 1;
                }
            });
            pay_blocks(&kind.income, kind.count(), &own, &mut extras, &mut earned);
            wins.iter_mut().zip(&own).for_each(|(all, own)| *all += own);
        }
        let mut duties = Stream::of_trial(world.seed, trial, Purpose::Duties);
        for committees in &self.terms.committees {
            pay_committees(committees, &world.stakes, &mut duties, &mut earned);
        }
        let stakes = world.stakes.iter().copied().enumerate();
        Divider::new(validators).divide(coins(self.terms.by_stake), stakes, |who, coins| {
            earned.add(who, Source::Stake, coins);
        });
        for (source, amounts) in Source::ALL.into_iter().zip(&earned.by_source) {
            payroll.pay_all(&mut state, source, amounts);
        }
        let treasury = coins(self.terms.treasury);
        if treasury > 0 {
            payroll.pay(&world.protocol, &mut state, Payee::Treasury, Source::Block, treasury);
        }
        self.end(task, trial, &wins, &marks, &state, &payroll)
    }

    fn end(
        &self,
        task: &Task,
        trial: u64,
        wins: &[u64],
        marks: &[u64],
        state: &State,
        payroll: &Payroll,
    ) -> TrialEnd {
        let world = &task.experiment.world;
        let followed = task.plan.followed();
        let rounds = task.experiment.rounds;
        let total: u64 = world.stakes.iter().sum();
        let mut time_line = TimeLine::new(followed.len(), task.marks.len());
        for (&round, wins) in task.marks.iter().zip(marks.chunks(followed.len().max(1))) {
            let stake_shares = followed.iter().map(|who| fixed_share(world.stakes[who.index()], total));
            // What was earned so far is known at the end alone.
            let last = round == rounds;
            let of = |earned: &Earned| if last { earned.all() } else { 0 };
            let earned = followed.iter().map(|who| of(&payroll.validators()[who.index()]));
            let by_all = if last { payroll.validators().iter().map(Earned::all).sum() } else { 0 };
            time_line.push([round, round, by_all], wins.iter().copied(), stake_shares, earned);
        }
        let won = |&wins: &u64| ValidatorTotals { wins, blocks: wins, ..ValidatorTotals::default() };
        Ended {
            trial,
            world,
            counters: Counters { rounds, accepted: rounds, ..Counters::default() },
            state,
            payroll,
            tally: wins.iter().map(won).collect(),
            seats: wins.iter().map(|wins| rounds - wins).collect(),
            leads: Vec::new(),
            followed,
            order: (OrderTotals::default(), Vec::new()),
            marks: time_line,
        }
        .finish()
    }
}

/// What validators earned in a trial, before it is shared with others: put together, so that whoever divides
/// it does so once for each source.
struct Earnings {
    validators: usize,
    /// By source of everybody, in order; empty for a source that paid nothing.
    by_source: [Vec<u64>; Source::ALL.len()],
}

impl Earnings {
    fn add(&mut self, who: usize, source: Source, coins: u64) {
        let amounts = &mut self.by_source[source.index()];
        if coins > 0 && amounts.is_empty() {
            amounts.resize(self.validators, 0);
        }
        if coins > 0 {
            amounts[who] += coins;
        }
    }
}

/// Whole coins, rounded down, but not for the error of a product of floats.
fn coins(amount: f64) -> u64 {
    (amount * (1.0 + 1e-15) + 1e-9) as u64
}

/// Pays for all blocks of a kind, of which everybody forged so many. What is not whole is divided as
/// block after block would, to within a coin.
fn pay_blocks(income: &BlockIncome, count: u64, wins: &[u64], extras: &mut Stream, earned: &mut Earnings) {
    let all = count as f64;
    let own = wins.iter().copied().enumerate();
    let mut blocks = Divider::new(wins.len());
    blocks.divide(coins(income.certain * all), own.clone(), |who, coins| {
        earned.add(who, Source::Block, coins);
    });
    if income.vote > 0.0 {
        let votes = own.clone().map(|(who, wins)| (who, count - wins));
        let each = income.vote * all * (wins.len() - 1) as f64;
        Divider::new(wins.len()).divide(coins(each), votes, |who, coins| {
            earned.add(who, Source::Attestation, coins);
        });
    }
    if let Some(amounts) = &income.extra {
        for (who, wins) in own.filter(|&(_, wins)| wins > 0) {
            let sum = (0..wins).map(|_| amounts.draw(extras)).sum();
            earned.add(who, Source::Extra, sum);
        }
    }
}

fn pay_committees(committees: &PaidCommittees, stakes: &[u64], stream: &mut Stream, earned: &mut Earnings) {
    // A chance is a multiple of one over the rounds of a period, whose rounding here is below 2^-53.
    const WHOLE: u64 = 1 << 53;
    let more = stream.chance((committees.more * WHOLE as f64) as u64, WHOLE);
    let mut roster = Roster::new(stakes.len());
    let mut seats = vec![0u64; stakes.len()];
    for _ in 0..committees.whole + u64::from(more) {
        roster.draw(committees.seats, stakes, stream, |who| seats[who] += 1);
    }
    for (who, seats) in seats.into_iter().enumerate().filter(|&(_, seats)| seats > 0) {
        earned.add(who, Source::Attestation, seats * committees.amount);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coins_are_rounded_down_but_not_for_an_error_of_rounding() {
        assert_eq!([0.0, 0.99, 1.0, 2.5].map(coins), [0, 0, 1, 2]);
        // 0.1 three times, and a hundred times 0.29: 0.30000000000000004 and 28.999999999999996.
        assert_eq!([10.0 * (0.1 + 0.1 + 0.1), 100.0 * 0.29].map(coins), [3, 29]);
    }
}
