//! A history of blocks: is the order of wins what the rule makes?
//!
//! Nothing is assumed of the rule but that it can be played: it plays as many histories as it takes, with
//! the stakes of each epoch, and the measures of the chain's own are held against theirs (a Monte Carlo
//! test, G. A. Barnard 1963, whose level is exact whatever the rule). Where the rule leaves nothing to
//! chance, blocks are compared one by one.

mod blocks;
mod chronicle;
mod keys;
mod measures;
mod replay;
mod words;

pub use blocks::{Basis, PrioritySet, check_blocks};
pub use chronicle::{Chronicle, Epoch};
pub use measures::MEASURES;

use super::rows::{Finding, OrderReport, OrderRow};
use crate::selection::Rule;
use crate::statistics::wording::grouped;
use crate::statistics::{Interval, holm, level_of, percentile_interval};
use measures::{Direction, Frame, measure};
use rayon::prelude::*;
use replay::{HistoryPlayer, Unplayable};

/// Histories that are played at least: more where they are short.
const HISTORIES: u64 = 999;
const HISTORIES_OF_LONG: u64 = 399;
/// Histories that are played at most.
const MOST_HISTORIES: u64 = 19_999;
/// Blocks of a long history.
const LONG: usize = 200_000;
/// Fewer blocks have no order to speak of.
const LEAST_BLOCKS: usize = 10;

/// Holds the order of wins of a history against the rule.
///
/// Of `names` the first have the stakes of the chronicle's epochs, in their order. The seven measures are
/// corrected for their number (Holm), so that a chain that keeps to its rule deviates at most as often as
/// one minus the confidence. Which row a validator has makes no difference: they are taken in the order of
/// their names, since a table may be sorted by wins.
pub fn order(chronicle: &Chronicle, names: &[String], rule: &dyn Rule, confidence: f64) -> OrderReport {
    let (chronicle, names) = &by_name(chronicle, names);
    let blocks = chronicle.proposers.len() as u64;
    let untested = |why: &str| OrderReport {
        verdict: Finding::Inconclusive,
        p: None,
        blocks,
        histories: 0,
        tests: Vec::new(),
        text: format!("Order of wins: cannot tell, because {why}."),
    };
    if chronicle.proposers.len() < LEAST_BLOCKS {
        return untested(&format!("{blocks} blocks are too few; {LEAST_BLOCKS} are the least"));
    }
    let player = match HistoryPlayer::new(chronicle, rule) {
        Ok(player) => player,
        Err(why) => return untested(why.0),
    };
    if let Err(Unplayable(why)) = player.leaves_something_to_chance() {
        return untested(why);
    }
    let alpha = level_of(confidence);
    let long = chronicle.proposers.len() > LONG;
    let histories = histories(alpha).max(if long { HISTORIES_OF_LONG } else { HISTORIES });
    if histories > MOST_HISTORIES {
        return untested(&format!(
            "at a confidence of {confidence} it takes {} histories of the rule, and {} are the most that are played",
            grouped(histories),
            grouped(MOST_HISTORIES)
        ));
    }
    let frame = Frame::new(chronicle, player.shares());
    let own = measure(&chronicle.proposers, &frame);
    let played: Option<Vec<_>> = (0..histories)
        .into_par_iter()
        .map(|number| player.history(number).map(|history| measure(&history, &frame)))
        .collect();
    let Some(played) = played else {
        return untested("the rule leaves almost all rounds without anybody");
    };
    let p_values: Vec<Option<f64>> = MEASURES
        .iter()
        .enumerate()
        .map(|(place, it)| {
            let rank = |holds: &dyn Fn(f64) -> bool| {
                let as_far = played.iter().filter(|other| holds(other.values[place])).count();
                (as_far + 1) as f64 / (histories + 1) as f64
            };
            let value = own.values[place];
            let upper = rank(&|other| other >= value);
            Some(match it.direction {
                Direction::Large => upper,
                Direction::Both => (2.0 * upper.min(rank(&|other| other <= value))).min(1.0),
            })
        })
        .collect();
    let adjusted = holm(&p_values);
    let tests: Vec<OrderRow> = MEASURES
        .iter()
        .enumerate()
        .map(|(place, it)| {
            let mut values: Vec<f64> = played.iter().map(|other| other.values[place]).collect();
            let expected = values.iter().sum::<f64>() / values.len() as f64;
            // As many histories as the test takes leave some values out at either end.
            let (least, most) = (f64::NEG_INFINITY, f64::INFINITY);
            let range = percentile_interval(&mut values, confidence);
            let Interval { low, high } = range.unwrap_or(Interval { low: least, high: most });
            let deviates = adjusted[place].is_some_and(|p| p <= alpha);
            OrderRow {
                measure: it.name.to_owned(),
                subject: own.subjects[place].map_or("all".to_owned(), |who| names[who as usize].clone()),
                value: own.values[place],
                expected,
                low,
                high,
                p: p_values[place].unwrap_or(1.0),
                p_adjusted: adjusted[place].unwrap_or(1.0),
                decision: if deviates { Finding::Deviates } else { Finding::Consistent },
                meaning: it.meaning.to_owned(),
            }
        })
        .collect();
    let p = adjusted.iter().flatten().copied().reduce(f64::min);
    let deviates = p.is_some_and(|p| p <= alpha);
    let verdict = if deviates { Finding::Deviates } else { Finding::Consistent };
    let text = words::order(&tests, blocks, histories, p, deviates);
    OrderReport { verdict, p, blocks, histories, tests, text }
}

/// The fewest histories with which the smallest p-value of all that there can be, two-sided and corrected,
/// is at most alpha.
fn histories(alpha: f64) -> u64 {
    // A quotient that is whole but for rounding is whole.
    (2.0 * MEASURES.len() as f64 / alpha * (1.0 - 1e-12)).ceil() as u64 - 1
}

/// The same history with the validators in the order of their names.
fn by_name(chronicle: &Chronicle, names: &[String]) -> (Chronicle, Vec<String>) {
    let with_stakes = chronicle.epochs.first().map_or(0, |epoch| epoch.stakes.len()).min(names.len());
    let mut order: Vec<usize> = (0..names.len()).collect();
    order[..with_stakes].sort_by(|&one, &other| names[one].cmp(&names[other]));
    let mut place = vec![0; names.len()];
    order.iter().enumerate().for_each(|(new, &old)| place[old] = new as u32);
    let stakes = |epoch: &Epoch| Epoch {
        begin: epoch.begin,
        stakes: order.iter().filter_map(|&who| epoch.stakes.get(who).copied()).collect(),
    };
    let sorted = Chronicle {
        heights: chronicle.heights.clone(),
        proposers: chronicle.proposers.iter().map(|&who| place[who as usize]).collect(),
        epochs: chronicle.epochs.iter().map(stakes).collect(),
    };
    (sorted, order.iter().map(|&who| names[who].clone()).collect())
}

#[cfg(test)]
mod tests {
    use super::histories;

    /// Seven measures, two sides: 14 / (n + 1) at most alpha.
    #[test]
    fn enough_histories_are_played_to_deviate_at_all() {
        assert_eq!((histories(0.05), histories(0.01), histories(0.001)), (279, 1_399, 13_999));
    }
}
