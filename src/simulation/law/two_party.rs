//! Two parties whose rewards compound, under any rule that draws afresh every round: a Markov chain.

use crate::law::{LikelyWins, TwoPartyRounds};
use crate::random::Stream;
use crate::selection::{Draw, Rule};
use crate::simulation::experiment::Experiment;
use rand::Rng;
use rayon::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};

/// Which two hold stake, and what making the tables of their wins takes.
pub struct TwoPartyPlan {
    /// The numbers of the validators, in order.
    parties: [usize; 2],
    /// An upper bound of the steps, counted in cells of the chain.
    steps: f64,
    /// An upper bound of the bytes of the tables.
    bytes: f64,
}

impl TwoPartyPlan {
    /// Tables of more bytes are not made. While they are made they take up to twice as much.
    const MOST_BYTES: f64 = (1u64 << 29) as f64;
    /// Nor are tables that take more steps, about half a minute of one core.
    const MOST_STEPS: f64 = (1u64 << 37) as f64;
    /// To ask a rule for a chance takes as long as so many cells.
    const CELLS_PER_CHANCE: f64 = 128.0;
    /// To play a round takes as long as so many cells.
    const CELLS_PER_ROUND: f64 = 256.0;

    /// The plan for an experiment in which two validators hold stake; `None` for another number of
    /// them. O(validators + checkpoints).
    pub fn new(experiment: &Experiment) -> Option<Self> {
        let stakes = &experiment.world.stakes;
        let mut holders = (0..stakes.len()).filter(|&who| stakes[who] > 0);
        let parties = [holders.next()?, holders.next()?];
        if holders.next().is_some() {
            return None;
        }
        let (mut steps, mut bytes, mut before) = (0.0, 0.0, 0.0);
        for mark in experiment.marks() {
            // Any number of wins may have been reached, and go on to any that is possible.
            let (mark, rows) = (mark as f64, before + 1.0);
            let rounds = mark - before;
            steps += rows * rounds * rounds / 2.0 + Self::CELLS_PER_CHANCE * rounds * (before + mark) / 2.0;
            bytes += rows * (rounds * size_of::<u64>() as f64 + size_of::<Row>() as f64);
            before = mark;
        }
        Some(TwoPartyPlan { parties, steps, bytes })
    }

    /// Whether the tables are small enough to be made at all.
    pub fn is_feasible(&self) -> bool {
        self.bytes <= Self::MOST_BYTES && self.steps <= Self::MOST_STEPS
    }

    /// Whether making them takes less than playing so many rounds.
    pub fn pays(&self, rounds: f64) -> bool {
        self.steps <= Self::CELLS_PER_ROUND * rounds
    }
}

/// The wins of two parties at every checkpoint, as tables to draw from.
pub struct TwoParty {
    parties: [usize; 2],
    stops: Vec<Stop>,
}

/// From one checkpoint to the next.
struct Stop {
    /// The first party's wins at the one before to which the first row belongs.
    fewest: u64,
    /// One for each number of wins from there on.
    rows: Vec<Row>,
    /// The thresholds of all rows.
    thresholds: Vec<u64>,
}

/// How the wins go on from one number of them.
struct Row {
    /// The fewest wins that may be reached.
    fewest: u64,
    /// Where its thresholds end.
    end: usize,
}

impl TwoParty {
    /// So many rounds of the chain are played at a time, for all rows before the next.
    const STRETCH: u64 = 64;

    /// The tables for the marks of an experiment, whose `rule` draws afresh every round.
    ///
    /// The law of the wins is followed from each number that may be reached to the next mark, all
    /// numbers side by side. Numbers outside a part that holds all but 1e-20 of the probability have no
    /// row; who comes there stands at its edge. No probability is off by more than 1e-15 of itself
    /// for each round, or 2^-64.
    ///
    /// Once `stop` is set the work ends within a stretch of one law, and the tables are of no use.
    pub fn new(plan: &TwoPartyPlan, experiment: &Experiment, reward: u64, stop: &AtomicBool) -> Self {
        let world = &experiment.world;
        let rule = &*world.rule.thing;
        let [first, second] = plan.parties.map(|who| world.stakes[who]);
        let win = |wins, losses| chance(rule, [first + wins * reward, second + losses * reward]);
        let (mut played, mut likely) = (0, LikelyWins::certain(0));
        let stops = experiment.marks().into_iter().map(|mark| {
            let fewest = likely.fewest;
            // The last one is the law of all of them, which says what matters at the next mark.
            let mut laws: Vec<LikelyWins> = (fewest..=likely.most()).map(LikelyWins::certain).collect();
            laws.push(likely.clone());
            while played < mark && !stop.load(Ordering::Relaxed) {
                let rounds = next_rounds(&laws, played, (mark - played).min(Self::STRETCH), win);
                laws.par_iter_mut().for_each_init(Vec::new, |spare, law| {
                    if !stop.load(Ordering::Relaxed) {
                        law.play(&rounds, spare);
                    }
                });
                played += rounds.chances.len() as u64;
            }
            likely = laws.pop().expect("it was pushed");
            Stop::new(fewest, &laws)
        });
        TwoParty { parties: plan.parties, stops: stops.collect() }
    }

    /// Draws the wins of one trial and hands them out, mark by mark. One word and one search for
    /// each, whatever the number of rounds.
    pub fn play(&self, marks: &[u64], stream: &mut Stream, wins: &mut [u64], mut mark: impl FnMut(&[u64])) {
        let mut won = 0;
        for (stop, played) in self.stops.iter().zip(marks) {
            won = stop.draw(won, stream.next_u64());
            wins[self.parties[0]] = won;
            wins[self.parties[1]] = played - won;
            mark(wins);
        }
    }
}

/// The chance that the first of two validators with these stakes is drawn.
fn chance(rule: &dyn Rule, stakes: [u64; 2]) -> f64 {
    let [first, second] = match rule.draw(&stakes) {
        Draw::Stake => stakes.map(|stake| stake as f64),
        Draw::Tokens(tokens) => [tokens[0] as f64, tokens[1] as f64],
        Draw::Shares(shares) => [shares[0], shares[1]],
        Draw::Own => unreachable!("a rule that draws afresh says how, and stakes only grow"),
    };
    first / (first + second)
}

/// The chances of the next rounds, for all numbers of wins that any of the laws takes to matter.
fn next_rounds(
    laws: &[LikelyWins],
    played: u64,
    rounds: u64,
    win: impl Fn(u64, u64) -> f64 + Sync,
) -> TwoPartyRounds {
    let fewest = laws.iter().map(|law| law.fewest).min().unwrap_or(0);
    let most = laws.iter().map(LikelyWins::most).max().unwrap_or(0);
    let chances = (0..rounds).into_par_iter().map(|past| {
        let played = played + past;
        (fewest..=most + past).map(|wins| win(wins, played - wins)).collect()
    });
    TwoPartyRounds { fewest, chances: chances.collect() }
}

impl Stop {
    /// `laws` are those of the wins from `fewest` on.
    fn new(fewest: u64, laws: &[LikelyWins]) -> Self {
        let mut thresholds = Vec::with_capacity(laws.iter().map(|law| law.chances.len() - 1).sum());
        let rows = laws.iter().map(|law| {
            let masses = masses(&law.chances);
            let (mut sum, sums) = (0u128, &masses[..masses.len() - 1]);
            thresholds.extend(sums.iter().map(|mass| {
                sum += mass;
                // Only ends of no mass at all reach the whole, which no word does.
                u64::try_from(sum).unwrap_or(u64::MAX)
            }));
            Row { fewest: law.fewest, end: thresholds.len() }
        });
        Stop { fewest, rows: rows.collect(), thresholds }
    }

    /// The wins at this mark of who had `before` at the one before it.
    fn draw(&self, before: u64, word: u64) -> u64 {
        let last = self.rows.len() - 1;
        let place = (before.saturating_sub(self.fewest) as usize).min(last);
        let start = if place == 0 { 0 } else { self.rows[place - 1].end };
        let row = &self.rows[place];
        row.fewest + self.thresholds[start..row.end].partition_point(|&threshold| threshold <= word) as u64
    }
}

/// Probabilities in units of 2^-64, which are one together: what rounding leaves over goes to the
/// likeliest.
fn masses(chances: &[f64]) -> Vec<u128> {
    let whole = 1u128 << 64;
    let mut masses: Vec<u128> =
        chances.iter().map(|chance| (chance * whole as f64).round() as u128).collect();
    let (sum, likeliest) =
        (masses.iter().sum::<u128>(), (0..masses.len()).max_by_key(|&place| masses[place]));
    if let Some(likeliest) = likeliest {
        masses[likeliest] = masses[likeliest] + whole - sum;
    }
    masses
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The chances that the tables of an experiment give to each number of wins at its end, added up
    /// over all ways there: those of the chain, whatever the checkpoints in between.
    #[test]
    fn the_tables_are_the_chain() {
        for checkpoints in [1, 4, 20] {
            let text = format!(
                "run.rounds = 300\nrun.checkpoints = {checkpoints}\nselection.rule = 'single-lottery'\nreward.compound = true\npopulation.accounts = [ {{ name = 'a', balance = 200 }}, {{ name = 'b', balance = 800 }} ]"
            );
            let scenario = crate::scenario::load_text(std::path::Path::new("two.toml"), text, &[]);
            let experiment = scenario.expect("a valid scenario").experiment;
            let plan = TwoPartyPlan::new(&experiment).expect("two parties");
            let mut reached = vec![0.0; 301];
            reached[0] = 1.0;
            let tables = TwoParty::new(&plan, &experiment, 10, &AtomicBool::new(false));
            for stop in tables.stops {
                reached = step(&stop, &reached);
            }
            let exact = crate::law::two_party_wins(200.0, 800.0, 10.0, 300, crate::law::two_party_race);
            for (wins, (reached, exact)) in reached.iter().zip(exact).enumerate() {
                assert!((reached - exact).abs() < 1e-13, "{wins} wins: {reached} for {exact}");
            }
        }
    }

    /// A round that is played takes as long as 256 cells of the tables.
    #[test]
    fn tables_pay_where_they_take_less_than_the_rounds() {
        let plan = TwoPartyPlan { parties: [0, 1], steps: 25_600.0, bytes: 0.0 };
        assert!(plan.pays(100.0) && !plan.pays(99.0));
        let plan = TwoPartyPlan { parties: [0, 1], steps: 300.0, bytes: 0.0 };
        assert!(plan.pays(2.0) && !plan.pays(1.0));
    }

    fn step(stop: &Stop, before: &[f64]) -> Vec<f64> {
        let mut after = vec![0.0; before.len()];
        let mut start = 0;
        for (row, before) in stop.rows.iter().zip(&before[stop.fewest as usize..]) {
            let mut below = 0;
            let ends = stop.thresholds[start..row.end].iter().map(|&end| u128::from(end)).chain([1 << 64]);
            for (wins, end) in (row.fewest as usize..).zip(ends) {
                after[wins] += before * ((end - below) as f64 / (1u128 << 64) as f64);
                below = end;
            }
            start = row.end;
        }
        after
    }

    #[test]
    fn masses_are_one_together() {
        for chances in [vec![1.0], vec![0.1; 10], vec![1e-25, 1.0 / 3.0, 2.0 / 3.0, 1e-18]] {
            let masses = masses(&chances);
            assert_eq!(masses.iter().sum::<u128>(), 1 << 64);
            for (mass, chance) in masses.iter().zip(chances) {
                assert!((*mass as f64 / (1u128 << 64) as f64 - chance).abs() < 1e-15);
            }
        }
    }

    /// Every threshold parts the words as the masses say, at both of its sides.
    #[test]
    fn a_word_falls_where_it_belongs() {
        let law = LikelyWins { fewest: 7, chances: vec![0.25, 0.5, 0.25] };
        let stop = Stop::new(3, &[LikelyWins::certain(3), law]);
        assert_eq!(stop.draw(3, u64::MAX), 3);
        for (word, wins) in [(0, 7), ((1 << 62) - 1, 7), (1 << 62, 8), (3 << 62, 9), (u64::MAX, 9)] {
            assert_eq!(stop.draw(4, word), wins);
            assert_eq!(stop.draw(99, word), wins, "beyond the last row");
        }
        assert_eq!(stop.draw(0, 5), 3, "before the first row");
    }
}
