//! How many rounds and trials a wanted precision or power needs, without running them.

use super::more_rounds::{Due, Goal, urn_deviation};
use super::rows::PlanRow;
use crate::law::proportional_shares;
use crate::random::StreamKey;
use crate::selection::Dispersion;
use crate::simulation::{Experiment, Results, SHARE_SCALE};
use crate::statistics::distributions::{normal_quantile, normal_upper, student_quantile};
use crate::statistics::{
    Moments, bonferroni, detectable_by_trials, detectable_difference, level_of, rounds_for_difference,
    rounds_for_equivalence, rounds_for_half_width, trials_for_difference, trials_for_equivalence,
    trials_for_half_width,
};

/// What is wanted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlanSettings {
    /// Half the width of an interval, as a fraction of one.
    pub half_width: f64,
    /// A bias that is to be seen, relative to the share of stake.
    pub effect: f64,
    /// How probably equivalence or the bias are to be shown.
    pub power: f64,
    /// Confidence of all statements together.
    pub confidence: f64,
    /// How far a win share may be from the share of stake, relative to it.
    pub tolerance: f64,
    /// Whether to plan for all validators together, as the verdict judges them.
    pub corrected: bool,
}

/// What a plan rests on.
#[derive(Clone, Debug, PartialEq)]
pub enum WinVariance {
    /// The rule declares each validator's variance, as a multiple of that of independent draws.
    Declared(Vec<f64>),
    /// Wins differ from the expected shares by at most so many in every trial.
    Bounded(Vec<f64>),
    /// The wins of a trial are those of Pólya's urn, to which every block adds so much, relative to all.
    Urn(f64),
    /// Nothing is known but what a pilot shows, and why.
    Pilot(&'static str),
}

impl WinVariance {
    /// What is known of an experiment before it is run.
    pub fn of(experiment: &Experiment) -> Self {
        let world = &experiment.world;
        if let Some(reward) = experiment.urn_reward() {
            return WinVariance::Urn(reward);
        }
        if world.protocol.compounds() {
            return WinVariance::Pilot("rewards compound, so the rounds of a trial are not independent");
        }
        if !world.has_ideal_conditions() {
            return WinVariance::Pilot(
                "not everybody is honest or reached, so stakes may be slashed on the way",
            );
        }
        match world.rule.thing.dispersion(&world.stakes) {
            Dispersion::Independent => WinVariance::Declared(vec![1.0; world.stakes.len()]),
            Dispersion::Scaled { factors, .. } => WinVariance::Declared(factors),
            Dispersion::Bounded { bounds } => WinVariance::Bounded(bounds),
            Dispersion::Unknown(why) => WinVariance::Pilot(why),
        }
    }
}

/// What makes the number of rounds grow, so that more of them tell more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HadBy {
    /// Longer trials or more of them: rounds, or runs of them, are independent.
    Either,
    /// More trials of the same length: only trials are independent, and wins vary more in longer ones.
    MoreTrials,
    /// Longer trials: in each the wins stay within a bound of what is expected, however many there are.
    LongerTrials,
}

/// The seed of a pilot: an address of its own, so that a pilot shows nothing of the run itself.
pub fn pilot_seed(seed: u64) -> u64 {
    let bytes = StreamKey::new().number(seed).text("pilot").bytes();
    bytes.iter().take(8).fold(0, |word, &byte| word << 8 | u64::from(byte))
}

/// A plan.
#[derive(Clone, Debug, PartialEq)]
pub struct PrecisionPlan {
    /// The followed validators, the smallest and the hardest; then all of them together, as the verdict
    /// judges them.
    pub rows: Vec<PlanRow>,
    /// Rounds of all trials together after which the verdict is `fair` with the wanted power, if all win
    /// the shares that the rule expects of them; `None` where no number is known, or none would do.
    pub verdict_rounds: Option<u64>,
    /// How these rounds, and those of the rows, are to be had.
    pub had_by: HadBy,
    /// The place of the hardest among them: the one that needs most rounds to be shown fair.
    pub hardest: usize,
    /// How many validators the numbers are corrected for.
    pub comparisons: usize,
    /// How many of all validators the scenario as it is would show fair with the wanted power, if
    /// they win their share of stake.
    pub shown_now: usize,
    /// How many validators there are.
    pub validators: usize,
}

/// Plans for the followed validators, the smallest and the hardest one. `pilot` holds trials of the
/// same experiment under another seed; needed where the dispersion is [`WinVariance::Pilot`], else unused.
///
/// Equivalence is shown by two one-sided tests at level α for each validator, as the verdict does it; for
/// all together the probabilities are multiplied. Half widths and effects are those of intervals at
/// 1 − α/n for n validators unless uncorrected. By the normal distribution, but for the last row, which is
/// exact where rounds or runs of them are independent draws.
pub fn plan(experiment: &Experiment, settings: &PlanSettings, pilot: Option<&Results>) -> PrecisionPlan {
    let shares = proportional_shares(&experiment.world.stakes);
    let variance = WinVariance::of(experiment);
    let comparisons = if settings.corrected { shares.len() } else { 1 };
    let planner = Planner { experiment, settings, pilot, variance, comparisons };
    // By what a fair share needs to be shown fair; where that is not known, the smallest is hardest.
    let needs: Vec<Option<u64>> =
        (0..shares.len()).map(|index| planner.equivalence(index, shares[index])).collect();
    let all = || 0..shares.len();
    let hard = |index: usize| needs[index].unwrap_or(if shares[index] > 0.0 { u64::MAX } else { 0 });
    let hardest =
        all().max_by(|&a, &b| hard(a).cmp(&hard(b)).then(shares[b].total_cmp(&shares[a])).then(b.cmp(&a)));
    let richest = all().max_by(|&a, &b| shares[a].total_cmp(&shares[b]).then(b.cmp(&a)));
    let smallest =
        all().filter(|&a| shares[a] > 0.0).min_by(|&a, &b| shares[a].total_cmp(&shares[b]).then(a.cmp(&b)));
    let mut chosen: Vec<usize> = experiment.followed().into_iter().map(|who| who.index()).collect();
    chosen.extend([hardest, richest, smallest].into_iter().flatten());
    chosen.sort_unstable();
    chosen.dedup();
    let rows = chosen.iter().map(|&index| {
        let roles = [(richest, "richest"), (smallest, "smallest"), (hardest, "hardest")];
        let roles: Vec<&str> =
            roles.iter().filter(|(whose, _)| *whose == Some(index)).map(|(_, role)| *role).collect();
        let role = if roles.is_empty() { "followed".to_owned() } else { roles.join(", ") };
        planner.row(index, shares[index], role)
    });
    let rounds = planner.rounds();
    let expected = match planner.variance {
        WinVariance::Pilot(_) => None,
        _ => experiment
            .world
            .rule
            .thing
            .expected_shares(&experiment.world.stakes)
            .shares()
            .map(<[f64]>::to_vec),
    };
    let verdict_rounds = planner.verdict(&shares, expected.as_deref());
    let mut rows: Vec<PlanRow> = rows.collect();
    rows.push(PlanRow {
        validator: "all".to_owned(),
        role: "verdict".to_owned(),
        stake_share: 1.0,
        variance_ratio: None,
        rounds_half_width: None,
        rounds_equivalence: verdict_rounds,
        rounds_effect: None,
        half_width_now: None,
        minimum_detectable_effect: None,
    });
    PrecisionPlan {
        rows,
        verdict_rounds,
        had_by: match planner.variance {
            WinVariance::Declared(_) => HadBy::Either,
            WinVariance::Bounded(_) => HadBy::LongerTrials,
            WinVariance::Urn(_) | WinVariance::Pilot(_) => HadBy::MoreTrials,
        },
        hardest: chosen.iter().position(|&index| Some(index) == hardest).unwrap_or(0),
        comparisons,
        shown_now: needs.iter().filter(|needed| needed.is_some_and(|needed| needed <= rounds)).count(),
        validators: shares.len(),
    }
}

struct Planner<'a> {
    experiment: &'a Experiment,
    settings: &'a PlanSettings,
    pilot: Option<&'a Results>,
    variance: WinVariance,
    comparisons: usize,
}

impl Planner<'_> {
    /// Rounds of the scenario as it is.
    fn rounds(&self) -> u64 {
        self.experiment.rounds.saturating_mul(self.experiment.trials)
    }

    fn confidence(&self) -> f64 {
        bonferroni(self.settings.confidence, self.comparisons)
    }

    /// The confidence at which each of two one-sided tests shows equivalence: that all validators are
    /// within the margin needs no correction for their number.
    fn one_sided(&self) -> f64 {
        self.settings.confidence
    }

    /// Rounds of all trials together after which all validators are shown to be fair at once with the
    /// wanted power: the verdict `fair`.
    fn verdict(&self, shares: &[f64], expected: Option<&[f64]>) -> Option<u64> {
        let PlanSettings { tolerance, power, confidence, .. } = *self.settings;
        let expected = |index: usize| expected.map_or(shares[index], |expected| expected[index]);
        match &self.variance {
            WinVariance::Declared(factors) => {
                let due = |index: usize| Due {
                    stake_share: shares[index],
                    expected: expected(index),
                    rounds_per_draw: factors[index].max(1.0),
                };
                let dues: Vec<Due> = (0..shares.len()).map(due).collect();
                Goal { tolerance, level: level_of(confidence), power }.rounds(&dues, None)
            }
            WinVariance::Bounded(_) => (0..shares.len())
                .filter(|&index| shares[index] > 0.0)
                .try_fold(1, |most, index| Some(most.max(self.equivalence(index, shares[index])?))),
            WinVariance::Urn(_) | WinVariance::Pilot(_) => {
                let deviations: Vec<(f64, f64)> = (0..shares.len())
                    .filter(|&index| shares[index] > 0.0)
                    .map(|index| Some((tolerance * shares[index], self.deviation(index)?)))
                    .collect::<Option<_>>()?;
                self.of_trials(self.trials_for_all(&deviations))
            }
        }
    }

    /// Trials after which all of several are shown to be fair at once with the wanted power, from the
    /// distance that each may have and the standard deviation of a trial's share, by the normal
    /// distribution.
    fn trials_for_all(&self, deviations: &[(f64, f64)]) -> Option<u64> {
        let z = normal_quantile(level_of(self.one_sided()));
        let shown = |trials: u64| {
            let root = (trials as f64).sqrt();
            let one = |&(room, deviation): &(f64, f64)| {
                (1.0 - 2.0 * normal_upper(room * root / deviation - z)).max(0.0)
            };
            deviations.iter().map(one).product::<f64>() >= self.settings.power
        };
        let (mut least, mut most) = (0, 1);
        while !shown(most) {
            least = most;
            most = most.checked_mul(2).filter(|&most| most < 1 << 53)?;
        }
        while most - least > 1 {
            let middle = least + (most - least) / 2;
            if shown(middle) { most = middle } else { least = middle }
        }
        Some(most)
    }

    /// Rounds of independent draws as rounds of draws with this factor, in whole rounds.
    fn scaled(&self, rounds: Option<u64>, factor: f64) -> Option<u64> {
        let rounds = (rounds? as f64 * factor).ceil();
        (rounds < (1u64 << 53) as f64).then_some((rounds as u64).max(1))
    }

    /// Whole trials as rounds.
    fn of_trials(&self, trials: Option<u64>) -> Option<u64> {
        trials?.checked_mul(self.experiment.rounds)
    }

    /// Whole trials, long enough for wins within `bound` of the expected shares to be within `distance` of
    /// it as a share.
    fn of_bound(&self, bound: f64, distance: f64) -> Option<u64> {
        let rounds = (bound / distance).ceil().max(1.0);
        let fits = distance > 0.0 && rounds < (1u64 << 53) as f64;
        if fits { (rounds as u64).checked_mul(self.experiment.trials) } else { None }
    }

    fn half_width(&self, index: usize, share: f64) -> Option<u64> {
        let (wanted, confidence) = (self.settings.half_width, self.confidence());
        match &self.variance {
            WinVariance::Declared(factors) => {
                self.scaled(rounds_for_half_width(share, wanted, confidence), factors[index])
            }
            WinVariance::Bounded(bounds) => self.of_bound(bounds[index], wanted),
            WinVariance::Urn(_) | WinVariance::Pilot(_) => {
                self.of_trials(trials_for_half_width(self.deviation(index)?, wanted, confidence))
            }
        }
    }

    fn equivalence(&self, index: usize, share: f64) -> Option<u64> {
        let PlanSettings { tolerance, power, .. } = *self.settings;
        match &self.variance {
            WinVariance::Declared(factors) => {
                self.scaled(rounds_for_equivalence(share, tolerance, self.one_sided(), power), factors[index])
            }
            // The wins may lie a bound off their expectation, and the interval another.
            WinVariance::Bounded(bounds) => self.of_bound(2.0 * bounds[index], tolerance * share),
            // The deviation is known, so that one trial may do.
            WinVariance::Urn(_) => {
                self.of_trials(self.trials_for_all(&[(tolerance * share, self.deviation(index)?)]))
            }
            WinVariance::Pilot(_) => {
                let deviation = self.deviation(index)?;
                let trials = trials_for_equivalence(deviation, tolerance * share, self.one_sided(), power);
                self.of_trials(trials)
            }
        }
    }

    fn effect(&self, index: usize, share: f64) -> Option<u64> {
        let PlanSettings { effect, power, .. } = *self.settings;
        match &self.variance {
            WinVariance::Declared(factors) => {
                self.scaled(rounds_for_difference(share, effect, self.confidence(), power), factors[index])
            }
            // The wins may lie a bound below the biased expectation, and the interval another.
            WinVariance::Bounded(bounds) => self.of_bound(2.0 * bounds[index], (effect * share).abs()),
            WinVariance::Urn(_) | WinVariance::Pilot(_) => {
                let deviation = self.deviation(index)?;
                self.of_trials(trials_for_difference(deviation, effect * share, self.confidence(), power))
            }
        }
    }

    fn row(&self, index: usize, share: f64, role: String) -> PlanRow {
        let (power, confidence, rounds) = (self.settings.power, self.confidence(), self.rounds());
        let trials = self.experiment.trials;
        let normal = normal_quantile(0.5 * (1.0 - confidence));
        let binomial = share * (1.0 - share);
        let (variance_ratio, half_width_now, minimum_detectable_effect) = match &self.variance {
            WinVariance::Declared(factors) => {
                let factor = factors[index];
                let effective = (rounds as f64 / factor) as u64;
                (
                    Some(factor),
                    Some(normal * (factor * binomial / rounds as f64).sqrt()),
                    detectable_difference(share, effective, confidence, power),
                )
            }
            WinVariance::Bounded(bounds) => {
                let half_width = bounds[index] / self.experiment.rounds as f64;
                (Some(0.0), Some(half_width), (share > 0.0).then(|| 2.0 * half_width / share))
            }
            WinVariance::Urn(_) | WinVariance::Pilot(_) => {
                let deviation = self.deviation(index);
                let per_round = self.experiment.rounds as f64;
                let seen = |deviation: f64| deviation * deviation * per_round / binomial;
                let half_width = deviation.and_then(|deviation| {
                    (trials > 1).then(|| {
                        let student = student_quantile(0.5 * (1.0 - confidence), trials - 1);
                        student * deviation / (trials as f64).sqrt()
                    })
                });
                let effect = deviation
                    .and_then(|deviation| detectable_by_trials(deviation, trials, confidence, power))
                    .filter(|_| share > 0.0 && trials > 1);
                (
                    deviation.map(seen).filter(|factor| factor.is_finite()),
                    half_width,
                    effect.map(|effect| effect / share),
                )
            }
        };
        PlanRow {
            validator: self.experiment.world.names[index].clone(),
            role,
            stake_share: share,
            variance_ratio,
            rounds_half_width: self.half_width(index, share),
            rounds_equivalence: self.equivalence(index, share),
            rounds_effect: self.effect(index, share),
            half_width_now,
            minimum_detectable_effect,
        }
    }

    /// Standard deviation of a trial's win share: exact for an urn, otherwise that of the pilot.
    fn deviation(&self, index: usize) -> Option<f64> {
        if let WinVariance::Urn(reward) = self.variance {
            let all: u128 = self.experiment.world.stakes.iter().map(|&stake| u128::from(stake)).sum();
            let share = self.experiment.world.stakes[index] as f64 / all as f64;
            return urn_deviation(share, reward, self.experiment.rounds);
        }
        let totals = &self.pilot?.totals;
        let validator = totals.validators.get(index)?;
        let moments = Moments {
            trials: totals.trials_with_wins,
            sum: validator.win_share as i128,
            squares: validator.win_share_squared,
            scale: SHARE_SCALE as f64,
        };
        moments.variance().map(f64::sqrt).filter(|deviation| *deviation > 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Scenario, load_text};
    use crate::simulation::{Control, Quiet, run};
    use std::path::Path;
    use std::sync::atomic::AtomicBool;

    /// A hundred rounds a trial of two, of a fifth of the stake and the rest.
    fn scenario(rest: &str) -> Scenario {
        let text = format!(
            "[run]\nseed = 7\nrounds = 100\ntrials = 12\nengine = 'draws'\n[population]\n\
             accounts = [{{ name = 'a', balance = 20_000 }}, {{ name = 'b', balance = 80_000 }}]\n{rest}"
        );
        load_text(Path::new("test.toml"), text, &[]).unwrap()
    }

    const SETTINGS: PlanSettings = PlanSettings {
        half_width: 0.01,
        effect: 0.1,
        power: 0.9,
        confidence: 0.95,
        tolerance: 0.1,
        corrected: true,
    };

    /// Rewards of a hundredth of all stake that compound: the share of a trial has the deviation
    /// √(.16 (.01 + .01)/1.01), by scipy.stats.norm 86 trials show it to be within .02, and 6 to be within .08; by
    /// scipy.stats.t.isf(0.0125, 11) = 2.593092682539362 twelve trials have this half width.
    #[test]
    fn trials_of_an_urn_by_hand() {
        let reward = "[reward]\npolicy = { kind = 'constant', amount = 1000 }\ncompound = true\n";
        let found = plan(&scenario(reward).experiment, &SETTINGS, None);
        let needed: Vec<Option<u64>> = found.rows.iter().map(|row| row.rounds_equivalence).collect();
        assert_eq!(needed, [Some(8600), Some(600), Some(8600)]);
        assert_eq!((found.verdict_rounds, found.had_by), (Some(8600), HadBy::MoreTrials));
        let deviation = (0.16f64 * 0.02 / 1.01).sqrt();
        for row in &found.rows[..2] {
            let half_width = 2.593092682539362 * deviation / 12f64.sqrt();
            assert!((row.half_width_now.unwrap() / half_width - 1.0).abs() < 1e-9, "{row:?}");
            assert!((row.variance_ratio.unwrap() - 2.0 / 1.01).abs() < 1e-12, "{row:?}");
        }
    }

    /// Turns are the same in every trial, so that a pilot shows no variation; and nothing is within a distance of nothing.
    #[test]
    fn without_variation_nothing_is_planned() {
        let text = "[selection]\nrule = 'round-robin'\n[network]\nloss = 0.2\n";
        let Scenario { experiment, .. } = scenario(text);
        let control = Control { progress: &Quiet, stop: &AtomicBool::new(false) };
        let pilot = run(&experiment, 1, None, &control).unwrap();
        let found = plan(&experiment, &SETTINGS, Some(&pilot));
        for row in &found.rows {
            let numbers = [row.rounds_half_width, row.rounds_equivalence, row.rounds_effect];
            assert_eq!(numbers, [None; 3], "{row:?}");
            assert_eq!((row.variance_ratio, row.half_width_now), (None, None), "{row:?}");
        }
        let variance = WinVariance::Bounded(vec![0.0; 2]);
        let planner =
            Planner { experiment: &experiment, settings: &SETTINGS, pilot: None, variance, comparisons: 2 };
        assert_eq!([planner.of_bound(0.0, 0.0), planner.of_bound(1.0, 0.0)], [None, None]);
        // 150 rounds in each of twelve trials.
        assert_eq!([planner.of_bound(1.5, 0.01), planner.of_bound(0.0, 0.01)], [Some(1800), Some(12)]);
    }
}
