//! Multilevel splitting: the probability that a path of the lottery gets somewhere rare, for any rule that draws
//! from the lottery's stream.
//!
//! On the way to the rare event lie levels, each of which a fair part of the paths that reached the one before
//! reaches. Of each level so many paths are played, all of which begin where a path first reached the one below;
//! the product of the parts that go on is an unbiased estimate, whatever the levels (fixed effort: Garvels,
//! *The splitting method in rare event simulation*, 2000, chapter 2; Asmussen and Glynn, *Stochastic Simulation*,
//! 2007, V.5). The levels come from a pilot with paths of its own. The standard error is that of the mean of
//! independent repetitions.
//!
//! A path is continued by playing it again from the beginning, with the streams that it had, and with a new one
//! from then on: a selector need not be copied, and a path costs what it costs to play it once. What a rule draws
//! from a trial's number, and not from the lottery's stream, stays as it was at the beginning of the path; then
//! fewer paths differ, and the estimate is as unbiased as before.

use super::{ProbabilityEstimate, Unreached};
use crate::forging::World;
use crate::random::Stream;
use crate::selection::{IdealRounds, StakeChange, TrialContext};
use crate::stake::ValidatorId;
use rayon::prelude::*;

/// What an estimate is called in tables.
pub(in crate::analysis) const SPLITTING: &str = "multilevel splitting, 20 repetitions of 200 paths a level";

/// Paths of each level.
const PATHS: u64 = 200;

/// Repetitions, and so one more than the degrees of freedom of the standard error.
const REPETITIONS: u64 = 20;

/// The part of the paths that a level is set for.
const GOING_ON: f64 = 0.2;

/// Levels at most: a product of 0.2 so often is below the smallest double.
const MOST_LEVELS: usize = 460;

/// Rounds that are played for all that is asked at once, at most: about half a minute for rules that cost
/// little.
const MOST_ROUNDS: u64 = 1_000_000_000;

/// Rounds of a pilot at most, one of `asked` that are asked for at once: the pilots and their repetitions, each of
/// which takes about as many, take no more than [`MOST_ROUNDS`] together.
fn most_rounds(asked: usize) -> u64 {
    MOST_ROUNDS / (asked.max(1) as u64 * (REPETITIONS + 1))
}

/// How far a path is on its way to the event.
pub(super) trait PathProgress: Clone + Send + Sync {
    /// Takes note of a round and of who forged it.
    fn note(&mut self, round: u64, forger: Option<ValidatorId>);

    /// How far it is now; the event is at 1. Levels are set between 0 and 1.
    fn now(&self) -> f64;

    /// Whether the path is at its end, after so many rounds.
    fn is_over(&self, round: u64) -> bool;

    /// Whether the end decides, or it is enough to have been there.
    fn at_the_end(&self) -> bool;
}

/// What is asked: an event of the paths of a world.
pub(super) struct Splitting<'a, P> {
    pub world: &'a World,
    /// What a forger is paid and stakes at once; 0 where stakes stay.
    pub reward: u64,
    /// How far a path is before its first round.
    pub start: P,
    /// The event's name among the streams of the scenario.
    pub name: String,
}

/// A path up to where it reached a level: from which round on which stream was drawn from.
#[derive(Clone, Debug, Default)]
struct Ancestor {
    streams: Vec<(u64, u64)>,
    /// Its last round.
    round: u64,
}

/// A path that was played.
struct Played {
    ancestor: Ancestor,
    /// Rounds in which it was farther than ever before, and how far.
    records: Vec<(u64, f64)>,
    /// How far it was in the end.
    end: f64,
}

impl Played {
    fn farthest(&self) -> f64 {
        self.records.last().map_or(f64::NEG_INFINITY, |record| record.1)
    }

    /// The path up to where it first was as far as `level`, if it ever was.
    fn up_to(&self, level: f64) -> Option<Ancestor> {
        let &(round, _) = self.records.iter().find(|record| record.1 >= level)?;
        Some(Ancestor { round, ..self.ancestor.clone() })
    }
}

impl<P: PathProgress> Splitting<'_, P> {
    /// The probability of the event, one of `asked` that are asked for at once.
    ///
    /// # Errors
    /// Why there is no estimate.
    pub fn estimate(&self, asked: usize) -> Result<ProbabilityEstimate, Unreached> {
        let levels = self.levels(most_rounds(asked)).ok_or(Unreached::TooLong)?;
        let products: Vec<f64> =
            (1..=REPETITIONS).into_par_iter().map(|repetition| self.product(&levels, repetition)).collect();
        let n = REPETITIONS as f64;
        let mean = products.iter().sum::<f64>() / n;
        if mean == 0.0 {
            return Err(Unreached::NoPath);
        }
        let squares: f64 = products.iter().map(|product| (product - mean).powi(2)).sum();
        // Where all paths came to the event, what one path more or less would change is all that is known.
        let least = mean / (n * PATHS as f64);
        Ok(ProbabilityEstimate { probability: mean, se: (squares / (n - 1.0) / n).sqrt().max(least) })
    }

    fn stream(&self, number: u64) -> Stream {
        Stream::of_figure(self.world.seed, &format!("splitting {} {number}", self.name))
    }

    /// Plays an ancestor again and on with this stream, to the end or, if one is given, to a level.
    fn play(&self, ancestor: &Ancestor, number: u64, level: Option<f64>) -> Played {
        let mut streams = ancestor.streams.clone();
        streams.push((ancestor.round, number));
        let mut stakes = self.world.stakes.clone();
        let start = TrialContext { stakes: &self.world.stakes, seed: self.world.seed, trial: streams[0].1 };
        let mut rounds = IdealRounds::new(&*self.world.rule.thing, &start);
        let mut progress = self.start.clone();
        let mut records = vec![(0, progress.now())];
        let mut change = None;
        for (index, &(_, number)) in streams.iter().enumerate() {
            let mut lottery = self.stream(number);
            let end = streams.get(index + 1).map_or(u64::MAX, |next| next.0);
            while rounds.round() < end && !progress.is_over(rounds.round()) {
                let forger = rounds.next(change.as_slice(), &mut lottery);
                change = forger.filter(|_| self.reward > 0).map(|validator| {
                    let stake = &mut stakes[validator.index()];
                    *stake = stake.saturating_add(self.reward);
                    StakeChange { validator, stake: *stake }
                });
                progress.note(rounds.round(), forger);
                let now = progress.now();
                if records.last().is_none_or(|record| now > record.1) {
                    records.push((rounds.round(), now));
                }
                if level.is_some_and(|level| now >= level) {
                    break;
                }
            }
        }
        Played { ancestor: Ancestor { streams, round: rounds.round() }, records, end: progress.now() }
    }

    /// Plays the paths of one stage, each from the next of the ancestors.
    fn stage(
        &self,
        ancestors: &[Ancestor],
        (repetition, stage): (u64, u64),
        level: Option<f64>,
    ) -> Vec<Played> {
        let number = |path: u64| ((repetition * (MOST_LEVELS as u64 + 2)) + stage) * 2 * PATHS + path;
        // Which ancestors have a path more than others is drawn, so that all have the same expected number.
        let first = self.stream(number(PATHS)).below(ancestors.len() as u64);
        (0..PATHS)
            .map(|path| {
                let ancestor = &ancestors[((first + path) % ancestors.len() as u64) as usize];
                self.play(ancestor, number(path), level)
            })
            .collect()
    }

    /// The levels below the event, by a pilot: up to where enough of its paths get to the event, or hardly any
    /// gets farther. `None` if that takes more rounds than `most`.
    fn levels(&self, most: u64) -> Option<Vec<f64>> {
        let mut levels: Vec<f64> = Vec::new();
        let mut rounds = 0;
        let mut ancestors = vec![Ancestor::default()];
        while levels.len() < MOST_LEVELS {
            let played = self.stage(&ancestors, (0, levels.len() as u64), None);
            rounds += played.iter().map(|path| path.ancestor.round).sum::<u64>();
            if rounds > most {
                return None;
            }
            let mut farthest: Vec<f64> = played.iter().map(Played::farthest).collect();
            farthest.sort_by(f64::total_cmp);
            let level = farthest[((1.0 - GOING_ON) * PATHS as f64) as usize].min(1.0);
            let there = played.iter().filter(|path| self.is_there(path)).count();
            let before = levels.last().copied().unwrap_or_else(|| self.start.now());
            if there as f64 >= GOING_ON * PATHS as f64 || level <= before {
                break;
            }
            ancestors = played.iter().filter_map(|path| path.up_to(level)).collect();
            levels.push(level);
        }
        Some(levels)
    }

    /// Whether the event happened to the path.
    fn is_there(&self, path: &Played) -> bool {
        if self.start.at_the_end() { path.end >= 1.0 } else { path.farthest() >= 1.0 }
    }

    /// One unbiased estimate.
    fn product(&self, levels: &[f64], repetition: u64) -> f64 {
        let mut product = 1.0;
        let mut ancestors = vec![Ancestor::default()];
        for (stage, &level) in (0..).zip(levels) {
            let played = self.stage(&ancestors, (repetition, stage), Some(level));
            ancestors = played.iter().filter_map(|path| path.up_to(level)).collect();
            product *= ancestors.len() as f64 / PATHS as f64;
            if ancestors.is_empty() {
                return 0.0;
            }
        }
        let level = (!self.start.at_the_end()).then_some(1.0);
        let last = self.stage(&ancestors, (repetition, levels.len() as u64), level);
        product * last.iter().filter(|path| self.is_there(path)).count() as f64 / PATHS as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pilots_and_repetitions_share_the_rounds() {
        for asked in [1, 2, 7, 1000] {
            let all = most_rounds(asked) * asked as u64 * (1 + REPETITIONS);
            assert!(
                all <= MOST_ROUNDS && MOST_ROUNDS - all < asked as u64 * (1 + REPETITIONS),
                "{asked}: {all}"
            );
        }
        assert_eq!(most_rounds(0), most_rounds(1));
    }
}
