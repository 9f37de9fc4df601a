//! A history of blocks: is the order of wins what the rule makes?
//!
//! Nothing is assumed of the rule but that it can be played: it plays as many histories as it takes, with
//! the stakes of each epoch, and the measures of the chain's own are held against theirs (a Monte Carlo
//! test, G. A. Barnard 1963, whose level is exact whatever the rule). Where the rule leaves nothing to
//! chance, blocks are compared one by one.

mod blocks;
mod chronicle;
mod measures;
mod replay;
mod words;

pub use blocks::{Basis, check_blocks};
pub use chronicle::{Chronicle, Epoch};
pub use measures::MEASURES;

use super::rows::{Finding, OrderReport, OrderRow};
use crate::selection::Rule;
use crate::statistics::holm;
use measures::{Direction, Frame, measure};
use rayon::prelude::*;
use replay::{Player, Unplayable};

/// Histories that are played: more where they are short. The smallest p-value of a two-sided test is twice
/// one over one more.
const HISTORIES: u64 = 999;
const HISTORIES_OF_LONG: u64 = 399;
/// Blocks of a long history.
const LONG: usize = 200_000;
/// Fewer blocks have no order to speak of.
const LEAST_BLOCKS: usize = 10;

/// Holds the order of wins of a history against the rule.
///
/// Of `names` the first have the stakes of the chronicle's epochs, in their order. The seven measures are
/// corrected for their number (Holm), so that a chain that keeps to its rule deviates at most as often as
/// one minus the confidence.
pub fn order(chronicle: &Chronicle, names: &[String], rule: &dyn Rule, confidence: f64) -> OrderReport {
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
    let player = match Player::new(chronicle, rule) {
        Ok(player) => player,
        Err(why) => return untested(why.0),
    };
    if let Err(Unplayable(why)) = player.leaves_something_to_chance() {
        return untested(why);
    }
    let frame = Frame::new(chronicle, player.shares());
    let own = measure(&chronicle.proposers, &frame);
    let histories = if chronicle.proposers.len() > LONG { HISTORIES_OF_LONG } else { HISTORIES };
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
    let alpha = ((1.0 - confidence) * 1e12).round() / 1e12;
    let tests: Vec<OrderRow> = MEASURES
        .iter()
        .enumerate()
        .map(|(place, it)| {
            let mut values: Vec<f64> = played.iter().map(|other| other.values[place]).collect();
            values.sort_unstable_by(f64::total_cmp);
            let at = |part: f64| values[((values.len() - 1) as f64 * part).round() as usize];
            let deviates = adjusted[place].is_some_and(|p| p <= alpha);
            OrderRow {
                measure: it.name.to_owned(),
                subject: own.subjects[place].map_or("all".to_owned(), |who| names[who as usize].clone()),
                value: own.values[place],
                expected: values.iter().sum::<f64>() / values.len() as f64,
                low: at((1.0 - confidence) / 2.0),
                high: at((1.0 + confidence) / 2.0),
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
