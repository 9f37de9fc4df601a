//! Votes whose distribution is known.

use super::ballot::{Ballots, Event};
use crate::law::{hypergeometric, weighted_tail};
use crate::selection::SeatDraw;
use crate::statistics::distributions::Binomial;
use std::collections::BTreeMap;

/// Attestors that are looked at for all forgers, at most.
const MOST_LOOKS: usize = 200_000_000;

/// Kinds of forgers times steps of convolution are bounded by this many kinds where votes are a weighted sum.
const MOST_SUMS: usize = 64;

/// Seats of a sum over how many approve.
const MOST_SEATS: u64 = 100_000;

/// The probability of the event if the forger is one of these, with the chance that stands beside it; and by what
/// distribution. `None` where none is known, or it would take too long.
pub(super) fn exact(ballots: &Ballots, forgers: &[(usize, f64)]) -> Option<(f64, &'static str)> {
    let draw = ballots.world.committee.thing.seat_draw();
    let nobody = (0..ballots.world.validators()).all(|i| ballots.counts(i) == 0.0);
    if nobody && ballots.event == Event::InvalidAccepted && !ballots.world.protocol.quorum.is_zero() {
        return Some((0.0, NO_CHANCE));
    }
    // Forgers of one kind leave the same committee to the others.
    let mut kinds: BTreeMap<(u64, bool), (usize, f64)> = BTreeMap::new();
    for &(forger, chance) in forgers {
        let kind = (ballots.world.stakes[forger], ballots.would_approve(forger));
        kinds.entry(kind).or_insert((forger, 0.0)).1 += chance;
    }
    if kinds.len().saturating_mul(ballots.world.validators()) > MOST_LOOKS {
        return None;
    }
    let (mut probability, mut sums, mut method) = (0.0, 0, NO_CHANCE);
    for (forger, chance) in kinds.into_values() {
        let (found, name) = of_forger(ballots, forger, draw)?;
        sums += usize::from(name == WEIGHTED);
        if sums > MOST_SUMS {
            return None;
        }
        if name != NO_CHANCE {
            method = name;
        }
        probability += chance * found;
    }
    Some((probability.min(1.0), method))
}

const BINOMIAL: &str = "exact (binomial distribution)";
const NO_CHANCE: &str = "exact (no chance in it)";
const WEIGHTED: &str = "exact (weighted sum of votes)";
const HYPERGEOMETRIC: &str = "exact (hypergeometric distribution)";

fn of_forger(ballots: &Ballots, forger: usize, draw: SeatDraw) -> Option<(f64, &'static str)> {
    let stakes = &ballots.world.stakes;
    let others = || (0..stakes.len()).filter(move |&i| i != forger && stakes[i] > 0);
    let count = others().count() as u64;
    let alike = {
        let first = others().next().map(|i| stakes[i]);
        others().all(|i| Some(stakes[i]) == first)
    };
    match draw {
        SeatDraw::Everybody => all_vote(ballots, others()),
        SeatDraw::ByStake { size, max: Some(1) } if size >= count => all_vote(ballots, others()),
        // Equal stakes weigh what heads weigh.
        SeatDraw::ByStake { size, max: Some(1) } if alike => {
            let marked = others().filter(|&i| ballots.would_approve(i)).count() as u64;
            Some((seats_of(ballots, count, marked, size)?, HYPERGEOMETRIC))
        }
        SeatDraw::ByStake { size, max: None } if !ballots.by_stake() && ballots.loss() == 0.0 => {
            let sum = |counts: bool| -> u128 {
                let these = others().filter(|&i| !counts || ballots.counts(i) == 1.0);
                these.map(|i| u128::from(stakes[i])).sum()
            };
            let seats = if count > 0 { size } else { 0 };
            if seats == 0 {
                return Some((f64::from(u8::from(ballots.takes_place(0, 0))), NO_CHANCE));
            }
            let needed = u64::try_from(ballots.threshold(seats)).unwrap_or(u64::MAX);
            let chance = sum(true) as f64 / sum(false) as f64;
            Some((Binomial::new(seats, chance)?.upper(needed), BINOMIAL))
        }
        SeatDraw::ByStake { size, .. }
            if size > 0 && count > 0 && others().all(|i| ballots.counts(i) == 0.0) =>
        {
            Some((0.0, NO_CHANCE))
        }
        SeatDraw::Slice { slots, forger_sits } if !ballots.by_stake() => {
            let own = u64::from(forger_sits && stakes[forger] > 0);
            let marked = others().filter(|&i| ballots.would_approve(i)).count() as u64;
            let listed = count + u64::from(stakes[forger] > 0);
            // Slices differ by at most one member.
            let (shorter, longer) = (listed / slots, listed % slots);
            let mut probability = 0.0;
            for (members, slices) in [(shorter, slots - longer), (shorter + 1, longer)] {
                if slices == 0 {
                    continue;
                }
                let part = slices as f64 / slots as f64;
                let approve = marked + own * u64::from(ballots.would_approve(forger));
                if forger_sits || listed == count {
                    probability += part * seats_of(ballots, listed, approve, members)?;
                } else {
                    let in_slice = members as f64 / listed as f64;
                    let without = seats_of(ballots, count, marked, members.min(count))?;
                    let with = match members.checked_sub(1) {
                        Some(rest) => seats_of(ballots, count, marked, rest)?,
                        None => 0.0,
                    };
                    probability += part * (in_slice * with + (1.0 - in_slice) * without);
                }
            }
            Some((probability, HYPERGEOMETRIC))
        }
        _ => None,
    }
}

/// All of these vote: a weighted sum, or with equal weights a binomial distribution.
fn all_vote(ballots: &Ballots, voters: impl Iterator<Item = usize>) -> Option<(f64, &'static str)> {
    let votes: Vec<(u64, f64)> = voters.map(|i| (ballots.weight(i, 1), ballots.counts(i))).collect();
    let committee: u64 = votes.iter().map(|vote| vote.0).sum();
    if committee == 0 {
        return Some((f64::from(u8::from(ballots.takes_place(0, 0))), NO_CHANCE));
    }
    let threshold = ballots.threshold(committee);
    let mut open = votes.iter().filter(|vote| vote.1 > 0.0 && vote.1 < 1.0);
    let Some(&(weight, chance)) = open.clone().next() else {
        return Some((weighted_tail(&votes, threshold)?, NO_CHANCE));
    };
    if open.all(|vote| *vote == (weight, chance)) {
        let sure: u128 = votes.iter().filter(|vote| vote.1 >= 1.0).map(|vote| u128::from(vote.0)).sum();
        let votes = votes.iter().filter(|vote| vote.1 > 0.0 && vote.1 < 1.0).count() as u64;
        let needed = threshold.saturating_sub(sure).div_ceil(u128::from(weight));
        let needed = u64::try_from(needed).unwrap_or(u64::MAX);
        return Some((Binomial::new(votes, chance)?.upper(needed), BINOMIAL));
    }
    Some((weighted_tail(&votes, threshold)?, WEIGHTED))
}

/// So many different members, drawn without regard to stake, of whom `marked` would approve; each vote counts one.
fn seats_of(ballots: &Ballots, population: u64, marked: u64, seats: u64) -> Option<f64> {
    let seats = seats.min(population);
    if seats == 0 {
        return Some(f64::from(u8::from(ballots.takes_place(0, 0))));
    }
    if seats > MOST_SEATS {
        return None;
    }
    let threshold = u64::try_from(ballots.threshold(seats)).unwrap_or(u64::MAX);
    let mut probability = 0.0;
    for (approve, mass) in (0u64..).zip(hypergeometric(population, marked, seats)) {
        let (sure, chance) = match ballots.event {
            Event::ValidRejected => (seats - approve.min(seats), ballots.loss()),
            Event::InvalidAccepted => (0, ballots.arrival()),
        };
        if mass > 0.0 {
            probability += mass * Binomial::new(approve, chance)?.upper(threshold.saturating_sub(sure));
        }
    }
    Some(probability.min(1.0))
}
