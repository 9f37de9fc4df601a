//! How much more would show a fair rule to be fair.

use super::context::AnalysisContext;
use super::observations::Observations;
use super::sampling_model::SamplingModel;
use crate::statistics::distributions::{SaddlepointBinomial, normal_quantile, normal_upper};
use crate::statistics::search::first;
use crate::statistics::{Margin, Needed, level_of};
use rayon::prelude::*;

/// With how much probability more rounds show it.
pub const POWER: f64 = 0.9;

/// So many groups of validators are looked at together.
const BLOCK: usize = 256;

/// The verdict fair, as the tests of all validators together reach it.
#[derive(Clone, Copy, Debug)]
pub struct Goal {
    /// How far a win share may be from the share of stake, relative to it.
    pub tolerance: f64,
    /// The level of each validator's test.
    pub level: f64,
    /// How probably all of them are to show it.
    pub power: f64,
}

/// One validator, as far as the number of draws is concerned that show it to be fair.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Due {
    /// Its share of stake.
    pub stake_share: f64,
    /// The share of wins that it may expect.
    pub expected: f64,
    /// How many rounds each independent draw stands for.
    pub rounds_per_draw: f64,
}

impl Due {
    fn draws(&self, rounds: u64) -> u64 {
        (rounds as f64 / self.rounds_per_draw) as u64
    }

    /// The probability that `had` draws and what is won of `new` ones lie between these counts.
    fn probability(&self, (least, most): (u64, u64), new: u64, had: u64) -> f64 {
        let Some(law) = SaddlepointBinomial::new(new, self.expected).filter(|_| least <= most && most >= had)
        else {
            return 0.0;
        };
        let low = least.saturating_sub(had);
        let below = if low == 0 { 0.0 } else { law.lower(low - 1) };
        (1.0 - below - law.upper(most - had + 1)).max(0.0)
    }
}

impl Goal {
    /// The fewest rounds, of all trials together, after which all validators are shown to be fair with
    /// the wanted probability. `won` are the wins so far and the rounds that they come from; what is added
    /// to them is to show it likewise.
    ///
    /// The probability of one validator is that of the exact test: the binomial probability of the counts
    /// that exclude both edges of the margin. That of all n is their product to the power (n − 1)/n, since
    /// the last count follows from the others, and no more than that of any one. Right to about half a per cent, so that the tails need
    /// no more than four digits. `None` if somebody expects a
    /// share beyond the margin, or where the number does not fit.
    pub fn rounds(&self, dues: &[Due], won: Option<(&[u64], u64)>) -> Option<u64> {
        self.rounds_unless(dues, won, &|| false)
    }

    /// The same; `None` once it is `stopped`.
    fn rounds_unless(
        &self,
        dues: &[Due],
        won: Option<(&[u64], u64)>,
        stopped: &(dyn Fn() -> bool + Sync),
    ) -> Option<u64> {
        let mut open: Vec<(Due, u64)> = Vec::new();
        for (index, due) in dues.iter().enumerate() {
            let margin = Margin::around(due.stake_share, self.tolerance);
            if due.stake_share <= 0.0 || due.stake_share >= 1.0 {
                continue;
            }
            if !(margin.low < due.expected && due.expected < margin.high) {
                return None;
            }
            open.push((*due, won.map_or(0, |(wins, _)| wins[index])));
        }
        let key = |due: &Due| (due.stake_share, due.expected, due.rounds_per_draw);
        open.sort_unstable_by(|(a, won_a), (b, won_b)| {
            let (a, b) = (key(a), key(b));
            a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.total_cmp(&b.2)).then(won_a.cmp(won_b))
        });
        let alike: Vec<&[(Due, u64)]> = open.chunk_by(|(a, _), (b, _)| a == b).collect();
        let played = won.map_or(0, |(_, played)| played);
        let target = self.power.ln() * dues.len() as f64 / (dues.len().max(2) - 1) as f64;
        // All of them are shown no more often than each is.
        let alone = self.power;
        let z = normal_quantile(self.level);
        let roughly = |rounds: u64| {
            if stopped() {
                return true;
            }
            let mut sum = 0.0;
            for group in &alike {
                let rough = self.rough(&group[0].0, rounds, z);
                if rough < alone {
                    return false;
                }
                sum += group.len() as f64 * rough.max(0.0).ln();
            }
            sum >= target
        };
        // The logarithm of the probability that all of a group show it; nothing where one alone does not.
        let ln_of_group = |group: &[(Due, u64)], rounds: u64| {
            let due = &group[0].0;
            let many = group.len() as f64;
            let rough = self.rough(due, rounds, z);
            if rough > 1.0 - 1e-7 {
                return Some(many * rough.ln());
            }
            let counts = self.fair_counts(due, due.draws(rounds))?;
            let afresh = due.probability(counts, due.draws(rounds), 0);
            if afresh < alone {
                return None;
            }
            if won.is_none() {
                return Some(many * afresh.ln());
            }
            let new = due.draws(rounds) - due.draws(played).min(due.draws(rounds));
            let same = group.chunk_by(|(_, a), (_, b)| a == b);
            Some(same.fold(0.0, |sum, same| {
                let added = due.probability(counts, new, due.draws(same[0].1));
                sum + same.len() as f64 * afresh.min(added).ln()
            }))
        };
        let exactly = |rounds: u64| {
            // The smallest stakes come first and decide most often; a block of groups goes to all threads
            // at once, and their logarithms are added in their order.
            let mut left = target;
            for block in alike.chunks(BLOCK) {
                if stopped() {
                    return true;
                }
                let logarithms: Vec<Option<f64>> =
                    block.par_iter().map(|group| ln_of_group(group, rounds)).collect();
                for ln in logarithms {
                    let Some(ln) = ln else { return false };
                    left -= ln;
                }
                // The logarithm that all together may reach is used up.
                if left > 0.0 {
                    return false;
                }
            }
            true
        };
        let most = 1 << 53;
        let rough = first(played.max(1), most, roughly);
        let (mut least, mut enough) = (played.max(rough - rough / 10), rough);
        while least > played && exactly(least) {
            enough = least;
            least = played.max(least - least / 10 - 1);
        }
        while !exactly(enough) {
            least = enough;
            enough = Some(enough + enough / 10 + 1).filter(|&next| next < most)?;
        }
        while enough - least > (enough / 200).max(1) {
            let middle = least + (enough - least) / 2;
            if exactly(middle) { enough = middle } else { least = middle }
        }
        (!stopped()).then_some(enough)
    }

    /// The probability that so many rounds show it, by the normal approximation; `z` is the quantile of
    /// the level.
    fn rough(&self, due: &Due, rounds: u64, z: f64) -> f64 {
        let margin = Margin::around(due.stake_share, self.tolerance);
        let draws = rounds as f64 / due.rounds_per_draw;
        let error = (due.expected * (1.0 - due.expected) / draws).sqrt();
        let below = normal_upper((margin.high - due.expected) / error - z);
        let above = normal_upper((due.expected - margin.low) / error - z);
        1.0 - below - above
    }

    /// The smallest and the largest number of draws won that exclude both edges of the margin.
    fn fair_counts(&self, due: &Due, draws: u64) -> Option<(u64, u64)> {
        let margin = Margin::around(due.stake_share, self.tolerance);
        let low = SaddlepointBinomial::new(draws, margin.low)?;
        let least = if margin.low > 0.0 { low.least_above(self.level) } else { 0 };
        if margin.high >= 1.0 {
            return Some((least, draws));
        }
        let high = SaddlepointBinomial::new(draws, margin.high)?;
        Some((least, high.most_below(self.level)?))
    }
}

/// How much more would make the verdict of a run fair with 90 % probability, if the claimed validators
/// win the shares that the rule expects of them, or else their shares of stake. `None` where no number
/// would, or none is known.
pub fn needed(context: &AnalysisContext, claimed: &[usize]) -> Option<Needed> {
    let observations = &context.observations;
    if !observations.settled || observations.selections == 0 {
        return None;
    }
    let level = level_of(context.settings.confidence);
    let goal = Goal { tolerance: context.settings.tolerance, level, power: POWER };
    let trials = observations.trials.max(1);
    let played = observations.selections;
    match &observations.sampling_model {
        SamplingModel::Trials(_) => more_trials(observations, claimed, &goal),
        SamplingModel::Bounded(bounds) => {
            // The count of every trial is off by a bound, and the interval by another.
            let rounds = claimed.iter().try_fold(0u64, |most, &index| {
                let stake = observations.stake_shares[index];
                let margin = Margin::around(stake, goal.tolerance);
                let expected = observations.expected_share(index).unwrap_or(stake);
                let room = (margin.high - expected).min(expected - margin.low);
                let needed = 2.0 * bounds[index] / room;
                let fits = stake == 0.0 || room > 0.0 && needed < (1u64 << 53) as f64;
                fits.then(|| if stake == 0.0 { most } else { most.max(needed.floor() as u64 + 1) })
            })?;
            rounds.checked_sub(played / trials).filter(|&more| more > 0).map(Needed::RoundsPerTrial)
        }
        model => {
            let per_draw = |index: usize| match model {
                SamplingModel::Runs(runs) => runs.run as f64,
                SamplingModel::Scaled(factors) => factors[index].max(1.0),
                _ => 1.0,
            };
            let due = |index: usize| Due {
                stake_share: observations.stake_shares[index],
                expected: observations.expected_share(index).unwrap_or(observations.stake_shares[index]),
                rounds_per_draw: per_draw(index),
            };
            let dues: Vec<Due> = claimed.iter().map(|&index| due(index)).collect();
            let wins: Vec<u64> = claimed.iter().map(|&index| observations.wins[index]).collect();
            let rounds = goal.rounds_unless(&dues, Some((&wins, played)), &|| observations.is_stopped())?;
            let each = rounds.saturating_sub(played).div_ceil(trials).max(1);
            // Rounds in which nobody is selected come on top.
            let asked = context.results.totals.counters.rounds as f64 / played as f64;
            Some(Needed::RoundsPerTrial((each as f64 * asked).ceil() as u64))
        }
    }
}

/// The standard deviation of the share of wins of a trial of so many rounds, of somebody with this share of
/// an urn to which every win adds `reward`, relative to all that was in it: √(a (1 − a) (1/n + w) / (1 + w)).
/// `None` where nothing is left to chance.
pub fn urn_deviation(share: f64, reward: f64, rounds: u64) -> Option<f64> {
    let variance = share * (1.0 - share) * (1.0 / rounds as f64 + reward) / (1.0 + reward);
    (variance > 0.0 && variance.is_finite()).then(|| variance.sqrt())
}

/// Where only trials are independent, more of them: by the normal approximation, with the exact variance of an
/// urn, or else the spread seen.
fn more_trials(observations: &Observations, claimed: &[usize], goal: &Goal) -> Option<Needed> {
    let trials = observations.sample().size();
    let spreads: Vec<(f64, f64)> = claimed
        .iter()
        .map(|&index| {
            let stake = observations.stake_shares[index];
            let expected = observations.expected_share(index).unwrap_or(stake);
            let margin = Margin::around(stake, goal.tolerance);
            let room = (margin.high - expected).min(expected - margin.low);
            let deviation = match (observations.urn_reward, observations.selections_each) {
                (Some(reward), Some(rounds)) => urn_deviation(expected, reward, rounds).unwrap_or(0.0),
                _ => observations.between_trials.get(index)?.shares.variance()?.sqrt(),
            };
            (room > 0.0 || stake == 0.0).then_some((room, deviation))
        })
        .collect::<Option<_>>()?;
    let z = normal_quantile(goal.level);
    let enough = |trials: u64| {
        let root = (trials as f64).sqrt();
        let shown = |&(room, deviation): &(f64, f64)| {
            if deviation == 0.0 {
                1.0
            } else {
                (1.0 - 2.0 * normal_upper(room * root / deviation - z)).max(0.0)
            }
        };
        spreads.iter().map(shown).product::<f64>() >= goal.power
    };
    let most = 1 << 53;
    let needed = first(2, most, enough).max(observations.trials_needed().unwrap_or(0));
    needed.checked_sub(trials).filter(|&more| more > 0 && needed < most).map(Needed::Trials)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOAL: Goal = Goal { tolerance: 0.1, level: 0.05, power: 0.9 };

    fn equal(n: usize) -> Vec<Due> {
        let share = 1.0 / n as f64;
        vec![Due { stake_share: share, expected: share, rounds_per_draw: 1.0 }; n]
    }

    #[test]
    fn one_of_two_by_hand() {
        // Two shares of ½ that are one question: (z(.05) + z(.05))² / .01 = 1,082 rounds by the normal
        // approximation, give or take the steps of a binomial count.
        let rounds = GOAL.rounds(&equal(2), None).unwrap();
        assert!((1040..1150).contains(&rounds), "{rounds}");
        // Four times as much if each draw stands for four rounds.
        let fourfold: Vec<Due> = equal(2).iter().map(|due| Due { rounds_per_draw: 4.0, ..*due }).collect();
        let four = GOAL.rounds(&fourfold, None).unwrap() as f64 / rounds as f64;
        assert!((four - 4.0).abs() < 0.05, "{four}");
        // Whoever expects to be beyond the margin is never shown fair.
        let mut off = equal(2);
        (off[0].expected, off[1].expected) = (0.56, 0.44);
        assert_eq!(GOAL.rounds(&off, None), None);
    }

    /// One draw is won or not, whatever it adds to the urn; without additions many are independent; and who has
    /// nothing or all of it leaves nothing to chance.
    #[test]
    fn deviations_of_an_urn_by_hand() {
        assert_eq!(urn_deviation(0.5, 1.0, 1), Some(0.5));
        assert!((urn_deviation(0.2, 0.0, 400).unwrap() - 0.02).abs() < 1e-15);
        assert_eq!((urn_deviation(0.0, 0.1, 10), urn_deviation(1.0, 0.1, 10)), (None, None));
    }

    /// A margin from nothing on is left by too many wins alone: by scipy.stats.binom.cdf(39, 100, 0.5) = 0.0176 and
    /// (41, 100, 0.5) = 0.0443, while (42, 100, 0.5) = 0.0666.
    #[test]
    fn a_margin_from_nothing_on_has_no_fewest_wins() {
        let due = equal(4)[0];
        assert_eq!(Goal { tolerance: 1.0, ..GOAL }.fair_counts(&due, 100), Some((0, 41)));
        // scipy.stats.binom.sf(18, 100, 0.125) = 0.0405, (17) = 0.0704; cdf(29, 100, 0.375) = 0.0474, (30) = 0.0725.
        assert_eq!(Goal { tolerance: 0.5, ..GOAL }.fair_counts(&due, 100), Some((19, 29)));
    }

    /// Two who compound a hundredth of all stake a round, of a fifth and the rest, in trials of a hundred rounds: the
    /// share of a trial has the deviation √(.16 (.01 + .01)/1.01) = .0563, and 2 Φ(.02 √86/.0563 - 1.645) - 1 is the
    /// first such number above .9 (scipy.stats.norm). Ten trials are played.
    #[test]
    fn more_trials_by_hand() {
        let text = "[run]\nseed = 7\nrounds = 100\ntrials = 10\nengine = 'draws'\n[population]\n\
                    accounts = [{ name = 'a', balance = 20_000 }, { name = 'b', balance = 80_000 }]\n\
                    [reward]\npolicy = { kind = 'constant', amount = 1000 }\ncompound = true\n";
        let scenario =
            crate::scenario::load_text(std::path::Path::new("test.toml"), text.to_owned(), &[]).unwrap();
        let stop = std::sync::atomic::AtomicBool::new(false);
        let control = crate::simulation::Control { progress: &crate::simulation::Quiet, stop: &stop };
        let results = crate::simulation::run(&scenario.experiment, 1, None, &control).unwrap();
        let analysis = crate::analysis::analyse(&scenario.experiment, &scenario.file.analysis, &results);
        assert_eq!(analysis.assessment.needed, Some(Needed::Trials(76)));
    }

    #[test]
    fn few_wins_so_far_need_more() {
        let fair = GOAL.rounds(&equal(4), Some((&[250; 4], 1000))).unwrap();
        let behind = GOAL.rounds(&equal(4), Some((&[320, 180, 250, 250], 1000))).unwrap();
        assert!(behind > fair, "{behind} {fair}");
        assert!(fair >= GOAL.rounds(&equal(4), None).unwrap());
    }
}
