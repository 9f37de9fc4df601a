//! From counts to statements: what was counted becomes estimates, tests and a verdict, as typed
//! rows. No files and no layout of text: those belong to the report.

mod audit;
mod chain_rows;
pub mod comparison;
mod context;
mod fairness;
mod history;
mod identify;
mod income_entitlements;
mod income_law;
mod income_rows;
mod income_verdict;
mod luck;
mod memoise;
mod metric_set;
mod misses;
mod more_rounds;
mod observations;
mod planning;
mod rare_event;
pub mod rows;
mod sampling_model;
mod share_rows;
mod stopping;
mod strategy;
mod timeline_rows;
mod trial_rows;
mod validator_rows;
mod win_distribution;
mod window_rows;

pub use audit::{Audit, AuditSettings, AuditTable, Conclusion, Rest, TableSource, audit};
pub use history::{Basis, Chronicle, Epoch, PrioritySet, check_blocks, order};
pub use identify::Candidates;
pub use income_verdict::{IncomeBasis, IncomeRisk, IncomeVerdict};
pub use luck::{CHAINS, ChainPreset, LuckDispersion, LuckQuestion, LuckSelection, luck, slot_probability};
pub use metric_set::MetricSet;
pub use misses::misses;
pub use planning::{HadBy, PlanSettings, PrecisionPlan, WinVariance, pilot_seed, plan};
pub use rare_event::{quorum_failures, takeover};
pub use stopping::Stopping;
pub use strategy::{Move, strategy};
pub use trial_rows::rows as trial_rows;

use crate::scenario::AnalysisSection;
use crate::simulation::{Control, Experiment, Results};
use crate::statistics::wording::{grouped, two_digits};
use crate::statistics::{
    Assessment, Evidence, Interval, JudgedValidator, Misallocation, Needed, assess, bonferroni,
};
use context::AnalysisContext;
use rayon::join;
use rows::{ShareRow, Statement, Tables};
use sampling_model::SamplingModel;

/// Everything a run says: its tables and its verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Analysis {
    /// The tables.
    pub tables: Tables,
    /// The verdict on fairness to stake.
    pub assessment: Assessment,
    /// The verdict on income.
    pub income: IncomeVerdict,
}

/// Analyses the trials that finished.
pub fn analyse(experiment: &Experiment, settings: &AnalysisSection, results: &Results) -> Analysis {
    analyse_context(&AnalysisContext::new(experiment, settings, results, None))
}

/// The verdict on fairness to stake alone, as [`analyse`] gives it, without what takes most of the time: the
/// tables, simultaneous intervals, and the number of more rounds. All that a study of many seeds needs.
pub fn verdict(experiment: &Experiment, settings: &AnalysisSection, results: &Results) -> Assessment {
    let context = AnalysisContext::new(experiment, settings, results, None);
    let without = vec![None; context.validators()];
    assess_stake(&context, &claimed(&context), &without, None, None)
}

/// [`analyse`] for a run that was ended by its own results: intervals and verdict come from the
/// confidence sequences of its stop rule, and tests for a fixed number of rounds are left out.
///
/// Where the run was stopped from outside, before the rule had its say, it had no part in the end,
/// and the analysis is the ordinary one.
pub fn analyse_stopped(
    experiment: &Experiment,
    settings: &AnalysisSection,
    results: &Results,
    stopping: &Stopping,
) -> Analysis {
    let decided = results.satisfied.is_some() && !results.partial;
    analyse_context(&AnalysisContext::new(experiment, settings, results, decided.then_some(stopping)))
}

/// Some of the statements on trials alone, without the work for the others; with the stop rule that has
/// seen the trials, if the run has one.
pub fn statements(
    experiment: &Experiment,
    settings: &AnalysisSection,
    results: &Results,
    stopping: Option<&Stopping>,
    metrics: &MetricSet,
) -> Vec<Statement> {
    let decided = results.satisfied.is_some() && !results.partial;
    let context = AnalysisContext::new(experiment, settings, results, stopping.filter(|_| decided));
    fairness::wanted_rows(&context, metrics)
}

/// Which share of the wins the rule, under this name, gives to which stake.
pub fn share_rows(
    experiment: &Experiment,
    settings: &AnalysisSection,
    results: &Results,
    rule: &str,
) -> Vec<ShareRow> {
    share_rows::rows(&AnalysisContext::new(experiment, settings, results, None), rule)
}

/// How many respects each validator is dealt with in, as progress is told of.
const RESPECTS: u64 = 4;

/// The same as [`analyse`] or, with a stop rule, [`analyse_stopped`], watched by somebody: progress is
/// told of in validators, and `None` is returned soon after the analysis is told to stop.
pub fn analyse_watched<'a>(
    experiment: &'a Experiment,
    settings: &'a AnalysisSection,
    results: &'a Results,
    stopping: Option<&'a Stopping<'a>>,
    control: &'a Control<'a>,
) -> Option<Analysis> {
    control.progress.begin("analysis", RESPECTS * experiment.world.validators() as u64);
    let decided = results.satisfied.is_some() && !results.partial;
    let stopping = stopping.filter(|_| decided);
    let context = AnalysisContext::new(experiment, settings, results, stopping).watched_by(control);
    let analysis = analyse_context(&context);
    (!control.should_stop()).then_some(analysis)
}

/// Analyses what a context holds.
pub(super) fn analyse_context(context: &AnalysisContext) -> Analysis {
    let results = context.results;
    let validators = validator_rows::rows(context);
    let claimed = claimed(context);
    // Parts that ask nothing of each other: what one does on a single thread, another goes on beside.
    let ((needed, intervals), ((expected_shares_test, measures), (incomes, lines))) = join(
        || needed_beside_intervals(context, &claimed),
        || {
            join(
                || join(|| fairness::expected_shares_test(context), || fairness::measures(context)),
                || {
                    let lines = || (timeline_rows::rows(context), window_rows::rows(context));
                    join(|| income_rows::rows(context), lines)
                },
            )
        },
    );
    let (timeline, windows) = lines;
    let expected_shares_p = expected_shares_test.as_ref().and_then(|test| test.p_value());
    let assessment = assess_stake(context, &claimed, &intervals, expected_shares_p, needed);
    let income = IncomeVerdict::new(context, &incomes);
    let mut fairness_rows = fairness::rows(context, expected_shares_test.as_ref(), &assessment, measures);
    fairness_rows.extend(fairness::income_rows(context, &income));
    fairness_rows.extend(fairness::posterior_row(context, &validators, &claimed));
    let tables = Tables {
        validators,
        trials: trial_rows::rows(context.experiment, results),
        chains: chain_rows::rows(results),
        timeline,
        fairness: fairness_rows,
        windows,
        incomes,
    };
    Analysis { tables, assessment, income }
}

/// The verdict with everything that it says: simultaneous intervals, and the number of more rounds.
fn assess_whole(context: &AnalysisContext, claimed: &[usize], expected_shares_p: Option<f64>) -> Assessment {
    let (needed, intervals) = needed_beside_intervals(context, claimed);
    assess_stake(context, claimed, &intervals, expected_shares_p, needed)
}

/// How many more rounds there should be, found on one thread for the most part, and beside it what all the
/// others have to do: simultaneous intervals, and the tests against margins, which the context keeps.
fn needed_beside_intervals(
    context: &AnalysisContext,
    claimed: &[usize],
) -> (Option<Needed>, Vec<Option<Interval>>) {
    let intervals = || {
        context.margin_tests();
        let intervals = context.joint_intervals(bonferroni(context.settings.confidence, claimed.len()));
        context.advance(context.validators());
        intervals
    };
    join(|| more_rounds::needed(context, claimed), intervals)
}

/// Holds every validator's win share against its share of stake, and all of them together.
fn assess_stake(
    context: &AnalysisContext,
    claimed: &[usize],
    intervals: &[Option<Interval>],
    expected_shares_p: Option<f64>,
    needed: Option<Needed>,
) -> Assessment {
    let settings = context.settings;
    let tests = context.margin_tests();
    let subjects: Vec<JudgedValidator> = claimed
        .iter()
        .map(|&index| JudgedValidator {
            name: &context.experiment.world.names[index],
            stake_share: context.stake_shares[index],
            win_share: context.win_share(index),
            interval: intervals[index],
            test: tests[index],
        })
        .collect();
    let shares: Option<Vec<f64>> = (0..context.validators()).map(|index| context.win_share(index)).collect();
    let whole = shares.map(|shares| {
        let (margin, target) = (settings.misallocated, &context.stake_shares);
        Misallocation::new(&shares, target, context.draws(), margin, settings.confidence)
    });
    let few = context.trials_needed().map(|needed| {
        format!(
            "its win share varies so much between trials that at least {} trials are needed, and there are {}",
            grouped(two_digits(needed)),
            grouped(context.trials)
        )
    });
    assess(&Evidence {
        subjects: &subjects,
        set_aside: context.validators() - claimed.len(),
        confidence: settings.confidence,
        tolerance: settings.tolerance,
        sample: context.sample(),
        whole,
        expected_shares_p,
        needed,
        without_test: match (&few, &context.sampling_model) {
            (Some(few), _) => few,
            (None, SamplingModel::Trials(_)) => "there were fewer than two trials, or all were alike",
            _ => "no rounds were played",
        },
    })
}

/// The validators of which the scenario claims anything: those below its smallest share were set aside
/// before the run.
fn claimed(context: &AnalysisContext) -> Vec<usize> {
    let smallest = context.settings.smallest_share;
    (0..context.validators()).filter(|&index| context.stake_shares[index] >= smallest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Scenario, load_text};
    use crate::simulation::{
        Histogram, LAGS, LongestStretches, Progress, Quiet, SerialTotals, run, run_measured,
    };
    use crate::statistics::{LongestRun, work};
    use std::path::Path;
    use std::sync::atomic::{AtomicBool, Ordering};

    fn played(text: &str, rounds: u64) -> (Scenario, Results) {
        let text = format!("[run]\nengine = 'law'\nrounds = {rounds}\ntrials = 4\nseed = 5\n{text}");
        let scenario = load_text(Path::new("test.toml"), text, &[]).unwrap();
        let stop = AtomicBool::new(false);
        let results = run(&scenario.experiment, 1, None, &Control { progress: &Quiet, stop: &stop }).unwrap();
        (scenario, results)
    }

    /// The steps of an analysis on one thread. The law plays no rounds, so that the longest stretches
    /// are set to what is usual for so many.
    fn steps(text: &str, rounds: u64) -> u64 {
        let (scenario, mut results) = played(text, rounds);
        if !results.totals.stakes_moved {
            let stakes = &scenario.experiment.world.stakes;
            let all: u64 = stakes.iter().sum();
            let usual = |&stake: &u64| {
                let share = stake as f64 / all as f64;
                let gap = LongestRun::gap(rounds, share).unwrap().quantile(0.5).unwrap();
                let run = LongestRun::run(rounds, share).unwrap().quantile(0.5).unwrap();
                LongestStretches { gap, run }
            };
            let longest = stakes.iter().map(usual).collect();
            let gaps = vec![Histogram::default(); scenario.experiment.followed().len()];
            results.totals.order.serial = Some(SerialTotals { longest, matches: [0; LAGS], gaps });
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        pool.install(|| {
            let before = work::done();
            analyse(&scenario.experiment, &scenario.file.analysis, &results);
            work::done() - before
        })
    }

    /// Steps of sums, recursions, quadratures and simulated tables, and not time. Searches take steps
    /// with the logarithm of the rounds, so that ten million times the rounds may take four times the
    /// steps; their square root would take three thousand times as many.
    #[test]
    fn the_work_does_not_grow_with_the_rounds() {
        let reward = "[reward]\npolicy = { kind = 'constant', amount = 10 }\ncompound = true\n";
        for (what, population, reward) in [
            ("many, fixed", "count = 300\ntotal_stake = 1_000_000_000\nstake = 'zipf'", ""),
            ("two, fixed", "count = 2\ntotal_stake = 1_000_000_000\nstake = 'zipf'", ""),
            ("many, compounding", "count = 20\ntotal_stake = 1_000_000_000\nstake = 'zipf'", reward),
            ("two, compounding", "count = 2\ntotal_stake = 1_000_000_000\nstake = 'zipf'", reward),
        ] {
            let text = format!("[population]\n{population}\n{reward}");
            let few = steps(&text, 100_000);
            for rounds in [1_000_000, 1_000_000_000, 1_000_000_000_000] {
                let many = steps(&text, rounds);
                assert!(many <= 4 * few, "{what}: {many} steps for {rounds} rounds, {few} for 100,000");
            }
        }
    }

    /// The steps of what does not begin with a run: `compare`, `audit`, `plan`, `law` and `strategy`, for so
    /// many rounds, wins or slots, on one thread.
    fn steps_of_the_others(rounds: u64) -> [(&'static str, u64); 5] {
        const POPULATION: &str = "[population]\ncount = 40\ntotal_stake = 1_000_000_000\nstake = 'zipf'\n";
        let Scenario { experiment, file, .. } = played(POPULATION, 1).0;
        let experiment = Experiment { rounds, ..experiment };
        let settings = &file.analysis;
        let (stakes, names) = (&experiment.world.stakes, &experiment.world.names);
        let all: u64 = stakes.iter().sum();
        let stop = AtomicBool::new(false);
        let control = Control { progress: &Quiet, stop: &stop };
        let baseline = comparison::Baseline::new(&experiment, settings.tolerance);
        let counted = |ask: &mut dyn FnMut()| {
            let before = work::done();
            ask();
            work::done() - before
        };
        let compare = counted(&mut || {
            let measure = |end: &crate::simulation::TrialEnd| baseline.measure(end);
            let (results, measured) = run_measured(&experiment, 0, None, &control, measure).unwrap();
            let contestant = |name| {
                comparison::Contestant::new(name, &baseline, &experiment, settings, &results, &measured)
            };
            comparison::compare_rules(&[contestant("a"), contestant("b")], 0.95);
        });
        let won = |stake: u64| (u128::from(rounds) * u128::from(stake) / u128::from(all)) as u64;
        let rows: String = names
            .iter()
            .zip(stakes)
            .map(|(name, &stake)| format!("{name},{stake},{}\n", won(stake)))
            .collect();
        let table = format!("name,stake,wins\n{rows}");
        let table = AuditTable::read(Path::new("t.csv"), table.as_bytes()).unwrap();
        let audit = counted(&mut || {
            audit(Path::new("t.csv"), &table, &AuditSettings::default()).unwrap();
        });
        let planned = PlanSettings {
            half_width: 0.01,
            effect: 0.1,
            power: 0.9,
            confidence: 0.95,
            tolerance: 0.1,
            corrected: true,
        };
        let plan = counted(&mut || {
            plan(&experiment, &planned, None);
        });
        let law = counted(&mut || {
            rows::law_rows(&experiment.world);
            LongestRun::gap(rounds, 0.01).unwrap().quantile(0.5).unwrap();
        });
        let strategy = counted(&mut || {
            let moves = [Move::Split { validator: 0, parts: 3 }, Move::Merge { validators: vec![1, 2] }];
            strategy(&experiment, 0.95, &moves, &control).unwrap();
        });
        [("compare", compare), ("audit", audit), ("plan", plan), ("law", law), ("strategy", strategy)]
    }

    #[test]
    fn nor_does_that_of_other_commands() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let few = pool.install(|| steps_of_the_others(100_000));
        for rounds in [10_000_000, 1_000_000_000_000] {
            let many = pool.install(|| steps_of_the_others(rounds));
            for ((command, many), (_, few)) in many.into_iter().zip(few) {
                assert!(
                    many <= 4 * few + 1000,
                    "{command}: {many} steps for {rounds} rounds, {few} for 100,000"
                );
            }
        }
        // What is counted is there: an audit's exact tails, at least.
        assert!(few[1].1 > 1000, "{few:?}");
    }

    /// Stops as soon as the analysis begins.
    struct Impatient(AtomicBool);

    impl Progress for Impatient {
        fn advance(&self, _steps: u64) {}

        fn begin(&self, part: &'static str, steps: u64) {
            assert_eq!((part, steps), ("analysis", 80));
            self.0.store(true, Ordering::Relaxed);
        }
    }

    #[test]
    fn a_stop_ends_it_without_a_result() {
        let text = "[population]\ncount = 20\ntotal_stake = 1_000_000\nstake = 'zipf'\n";
        let (scenario, results) = played(text, 1_000_000);
        let watcher = Impatient(AtomicBool::new(false));
        let control = Control { progress: &watcher, stop: &watcher.0 };
        let (experiment, settings) = (&scenario.experiment, &scenario.file.analysis);
        assert_eq!(analyse_watched(experiment, settings, &results, None, &control), None);
        let calm = Control { progress: &Quiet, stop: &AtomicBool::new(false) };
        let whole = analyse_watched(experiment, settings, &results, None, &calm);
        assert_eq!(whole, Some(analyse(experiment, settings, &results)));
    }
}
