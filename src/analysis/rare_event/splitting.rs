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
//! from then on: a selector need not be copied, and a path costs what it costs to play it once.

use super::Estimate;
use crate::forging::World;
use crate::random::Stream;
use crate::selection::{
    BlockOutcome, PreviousRound, RoundContext, Selection, Selector, StakeChange, TrialContext,
};
use rayon::prelude::*;

/// What an estimate is called in tables.
pub(in crate::analysis) const SPLITTING: &str = "multilevel splitting, 20 repetitions of 200 paths a level";

/// Paths of each level.
const PATHS: u64 = 200;

/// Repetitions, and so the degrees of freedom of the standard error.
const REPETITIONS: u64 = 20;

/// The part of the paths that a level is set for.
const GOING_ON: f64 = 0.2;

/// Levels at most: a product of 0.2 so often is below the smallest double.
const MOST_LEVELS: usize = 460;

/// A chain in ideal conditions, round by round.
pub(super) struct Walk {
    /// What a forger is paid and stakes.
    reward: u64,
    selector: Box<dyn Selector>,
    pub stakes: Vec<u64>,
    changes: Vec<StakeChange>,
    last: Option<PreviousRound>,
    pub round: u64,
}

impl Walk {
    fn new(world: &World, reward: u64) -> Self {
        let context = TrialContext { stakes: &world.stakes, seed: world.seed, trial: 0 };
        Walk {
            reward,
            selector: world.rule.thing.selector(&context),
            stakes: world.stakes.clone(),
            changes: Vec::new(),
            last: None,
            round: 0,
        }
    }

    /// Plays a round: who forged it, if anybody did.
    fn step(&mut self, lottery: &mut Stream) -> Option<usize> {
        self.round += 1;
        let context = RoundContext { round: self.round, changes: &self.changes, last: self.last, lottery };
        let selection = self.selector.select(context);
        self.changes.clear();
        let (forger, block_outcome) = match selection {
            Selection::Nobody => (None, BlockOutcome::Missed),
            Selection::Forger { validator, .. } => (Some(validator), BlockOutcome::Accepted),
        };
        self.last = Some(PreviousRound { forger, block_outcome });
        let validator = forger?;
        let index = validator.index();
        if self.reward > 0 {
            self.stakes[index] = self.stakes[index].saturating_add(self.reward);
            self.changes.push(StakeChange { validator, stake: self.stakes[index] });
        }
        Some(index)
    }
}

/// How far a path is on its way to the event.
pub(super) trait Progress: Clone + Send + Sync {
    /// Takes note of a round and of who forged it.
    fn note(&mut self, walk: &Walk, forger: Option<usize>);

    /// How far it is now; the event is at 1. Levels are set between 0 and 1.
    fn now(&self) -> f64;

    /// Whether the path is at its end.
    fn is_over(&self, walk: &Walk) -> bool;

    /// Whether it is enough to have been there, or the end decides.
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

impl<P: Progress> Splitting<'_, P> {
    /// The probability of the event; `None` where the rule does not draw from the lottery's stream, so that
    /// there is nothing to play again in another way, or where no path came to the event.
    pub fn estimate(&self) -> Option<Estimate> {
        if !self.draws_from_the_lottery() {
            return None;
        }
        let levels = self.levels();
        let products: Vec<f64> =
            (1..=REPETITIONS).into_par_iter().map(|repetition| self.product(&levels, repetition)).collect();
        let n = REPETITIONS as f64;
        let mean = products.iter().sum::<f64>() / n;
        let squares: f64 = products.iter().map(|product| (product - mean).powi(2)).sum();
        // Where all paths came to the event, what one path more or less would change is all that is known.
        let least = mean / (n * PATHS as f64);
        (mean > 0.0).then(|| Estimate { probability: mean, se: (squares / (n - 1.0) / n).sqrt().max(least) })
    }

    /// Whether another stream makes other forgers, in a hundred rounds.
    fn draws_from_the_lottery(&self) -> bool {
        let forgers = |stream: u64| -> Vec<Option<usize>> {
            let (mut walk, mut lottery) = (Walk::new(self.world, self.reward), self.stream(stream));
            (0..100).map(|_| walk.step(&mut lottery)).collect()
        };
        let first = forgers(u64::MAX);
        (1..4).any(|other| forgers(u64::MAX - other) != first)
    }

    fn stream(&self, number: u64) -> Stream {
        Stream::of_figure(self.world.seed, &format!("splitting {} {number}", self.name))
    }

    /// Plays an ancestor again and on with this stream, to the end or, if one is given, to a level.
    fn play(&self, ancestor: &Ancestor, number: u64, level: Option<f64>) -> Played {
        let mut streams = ancestor.streams.clone();
        streams.push((ancestor.round, number));
        let (mut walk, mut progress) = (Walk::new(self.world, self.reward), self.start.clone());
        let mut next = streams.iter().copied().peekable();
        let mut lottery = None;
        let mut records = vec![(0, progress.now())];
        while !progress.is_over(&walk) {
            while let Some((_, number)) = next.next_if(|&(from, _)| from <= walk.round) {
                lottery = Some(self.stream(number));
            }
            let forger = walk.step(lottery.as_mut().expect("the first stream begins at round 0"));
            progress.note(&walk, forger);
            let now = progress.now();
            if records.last().is_none_or(|record| now > record.1) {
                records.push((walk.round, now));
            }
            if level.is_some_and(|level| now >= level) {
                break;
            }
        }
        Played { ancestor: Ancestor { streams, round: walk.round }, records, end: progress.now() }
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
    /// gets farther.
    fn levels(&self) -> Vec<f64> {
        let mut levels: Vec<f64> = Vec::new();
        let mut ancestors = vec![Ancestor::default()];
        while levels.len() < MOST_LEVELS {
            let played = self.stage(&ancestors, (0, levels.len() as u64), None);
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
        levels
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

/// Rounds that an estimate plays, at most, for a path of so many.
pub(super) fn most_rounds(path: u64, levels: u64) -> u128 {
    u128::from(path) * u128::from(PATHS * (REPETITIONS + 1)) * u128::from(levels)
}
