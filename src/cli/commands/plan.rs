//! `tombola plan`.

use crate::cli::failure::Failure;
use crate::cli::options::number::{between, whole};
use crate::cli::options::printed_table::PrintedTable;
use crate::cli::options::settings::SizedSettings;
use crate::cli::options::threads::ThreadsArg;
use crate::cli::progress_bar::Bar;
use crate::cli::screen::{grouped, percent, rate as per_second, table, tell};
use crate::cli::{interrupt, scenario};
use clap::Args as ClapArgs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use tombola::analysis::rows::{LawRow, PlanRow, law_rows};
use tombola::analysis::{HadBy, PlanSettings, PrecisionPlan, WinVariance, pilot_seed, plan as make_plan};
use tombola::report::Stopwatch;
use tombola::simulation::{Control, Engine, Experiment, Quiet, Results, run as simulate, threads_here};
use tombola::statistics::percent::{setting, short};
use tombola::statistics::wording::counted;

#[derive(ClapArgs)]
#[command(after_help = "\
For the richest validators, the smallest and the hardest: the rounds, of all trials together, for an
interval of a wanted half width, to show that a validator wins within the tolerance of its share of stake, and
to see a bias; and what the scenario as it is can show. Corrected for all validators, as the verdict
is. Where the rule does not say how wins vary, or stakes move, a pilot is played.

Examples:
  tombola plan scenarios/seed.toml
  tombola plan scenarios/seed.toml --half-width 0.001 --effect 0.05 --power 0.8
  tombola plan scenarios/compounding.toml --pilot 50
  tombola plan scenarios/seed.toml --set analysis.tolerance=0.01 --format csv")]
pub struct PlanArgs {
    /// Scenario file, or the name of one that comes along
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    pub settings: SizedSettings,
    /// Half the width of an interval of a win share, as a fraction of one
    #[arg(long, value_name = "H", default_value = "0.005", allow_negative_numbers = true, value_parser = between(0.0, 0.5))]
    pub half_width: f64,
    /// A bias to be seen, relative to the share of stake
    #[arg(long, value_name = "E", default_value = "0.1", allow_negative_numbers = true, value_parser = between(0.0, 1000.0))]
    pub effect: f64,
    /// The probability with which it is to be shown
    #[arg(long, value_name = "P", default_value = "0.9", allow_negative_numbers = true, value_parser = between(0.0, 1.0))]
    pub power: f64,
    /// Plan for each validator alone, without correction for the others
    #[arg(long)]
    pub uncorrected: bool,
    /// Play so many trials with the draws engine first, to see the spread between them and the speed
    /// [default: 30 where the spread is not known, else none]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = whole(2, 1_000_000))]
    pub pilot: Option<u64>,
    #[command(flatten)]
    pub table_form: PrintedTable,
    #[command(flatten)]
    pub threads: ThreadsArg,
}

/// A pilot where the dispersion is not known has so many trials, unless told otherwise.
const PILOT: u64 = 30;

/// A pilot has at most so many rounds in all: seconds where a round is a draw, and the most that is
/// played without having been asked for.
const MOST_PILOT_ROUNDS: u128 = 1_000_000_000;

/// A pilot that nobody asked for takes at most about so long.
const MOST_PILOT_SECONDS: f64 = 600.0;

/// Prints how many rounds a wanted precision or power needs.
pub fn plan(args: &PlanArgs) -> Result<(), Failure> {
    let mut scenario = scenario::read(&args.file, &args.settings.overrides()?)?;
    scenario::tell_notes(&scenario);
    let analysis = scenario.file.analysis.clone();
    let settings = PlanSettings {
        half_width: args.half_width,
        effect: args.effect,
        power: args.power,
        confidence: analysis.confidence,
        tolerance: analysis.tolerance,
        corrected: !args.uncorrected,
    };
    let variance = WinVariance::of(&scenario.experiment);
    let unknown = match variance {
        WinVariance::Pilot(why) => Some(why),
        _ => None,
    };
    let experiment = &mut scenario.experiment;
    let (trials, seed, engine) = (experiment.trials, experiment.world.seed, experiment.engine);
    let mut pilot: Option<(Results, f64)> = None;
    if let Some(count) = args.pilot.or(unknown.map(|_| PILOT)) {
        experiment.trials = count;
        experiment.world.seed = pilot_seed(seed);
        experiment.engine = Engine::Draws;
        let rounds = u128::from(experiment.rounds) * u128::from(count);
        let size = format!("{} of {}", counted(count, "trial"), counted(experiment.rounds, "round"));
        if rounds > MOST_PILOT_ROUNDS {
            return Err(Failure::CannotRun(format!(
                "the pilot that this plan needs has {size}, more than {} rounds in all\n  help: plan for shorter trials with --rounds, or play fewer trials with --pilot",
                grouped(MOST_PILOT_ROUNDS)
            )));
        }
        let stop = interrupt::watch()?;
        let seconds = seconds_of(experiment, stop)?;
        tell(format_args!(
            "pilot: {size}, {} in all, with the draws engine; about {}",
            grouped(rounds),
            duration(seconds)
        ));
        if seconds > MOST_PILOT_SECONDS && args.pilot.is_none() {
            return Err(Failure::CannotRun(format!(
                "the pilot that this plan needs takes about {} on this machine, more than {}\n  help: plan for shorter trials with --rounds, play fewer trials with --pilot, or ask for this one with --pilot {PILOT}",
                duration(seconds),
                duration(MOST_PILOT_SECONDS)
            )));
        }
        let bar = Bar::new("pilot", experiment.rounds.saturating_mul(count), false);
        let clock = Stopwatch::start();
        let results = simulate(experiment, 0, None, &Control { progress: &bar, stop });
        bar.clear();
        let seconds = clock.elapsed().as_secs_f64().max(1e-9);
        let results = results?;
        if results.partial {
            return Err(Failure::Interrupted("the pilot had not ended, so there is no plan".into()));
        }
        let rate = results.totals.counters.rounds as f64 / seconds;
        pilot = Some((results, rate));
    }
    (experiment.trials, experiment.world.seed, experiment.engine) = (trials, seed, engine);
    let plan = make_plan(experiment, &settings, pilot.as_ref().map(|(results, _)| results));
    args.table_form.print(&plan.rows, columns)?;
    tell(paragraph(&plan, &settings, experiment.rounds, trials));
    let expected = law_rows(&experiment.world);
    let off = |row: &&LawRow| row.relative_deviation.is_some_and(|gain| gain.abs() > settings.tolerance);
    let off = expected.iter().filter(off).count();
    if off > 0 && !experiment.world.protocol.compounds() {
        tell(format_args!(
            "note: the rule's own expected shares of {off} of {} validators are farther than {} from their shares of stake: \
             with enough rounds the verdict is unfair, whatever is planned for equivalence",
            expected.len(),
            percent(Some(settings.tolerance))
        ));
    }
    if let (Some(why), Some((results, _))) = (unknown, &pilot) {
        tell(format_args!(
            "note: {why}; the spread between trials is that of a pilot of {} trials with a seed of its own, so the \
             numbers are estimates",
            results.totals.trials
        ));
    }
    if let (WinVariance::Urn(_), None) = (&variance, &pilot) {
        tell(
            "note: rewards are staked at once and every draw is by stake, so the wins of a trial are those of Pólya's \
             urn; the plan rests on its exact variance, and no pilot is needed",
        );
    }
    if let Some((_, rate)) = pilot {
        let seconds = experiment.rounds as f64 * trials as f64 / rate;
        tell(format_args!(
            "The scenario takes about {seconds:.1} s with the draws engine on this machine ({} rounds/s in the pilot).",
            per_second(rate)
        ));
    }
    Ok(())
}

/// About how long an experiment takes on this machine, from as many rounds of one trial as pass in a
/// moment.
fn seconds_of(experiment: &mut Experiment, stop: &AtomicBool) -> Result<f64, Failure> {
    const MOMENT: f64 = 0.02;
    let (rounds, trials) = (experiment.rounds, experiment.trials);
    experiment.trials = 1;
    experiment.rounds = rounds.min(64);
    let each = loop {
        let clock = Stopwatch::start();
        simulate(experiment, 0, None, &Control { progress: &Quiet, stop })?;
        let elapsed = clock.elapsed().as_secs_f64();
        if elapsed >= MOMENT || experiment.rounds == rounds || stop.load(Ordering::Relaxed) {
            break elapsed / experiment.rounds as f64;
        }
        experiment.rounds = experiment.rounds.saturating_mul(8).min(rounds);
    };
    (experiment.rounds, experiment.trials) = (rounds, trials);
    let at_once = (threads_here() as u64).min(trials).max(1);
    Ok(each * rounds as f64 * trials as f64 / at_once as f64)
}

/// A time in words.
fn duration(seconds: f64) -> String {
    match seconds {
        short if short < 1.0 => "less than a second".to_owned(),
        short if short < 120.0 => format!("{short:.0} s"),
        long if long < 7200.0 => format!("{:.0} minutes", long / 60.0),
        long if long < 172_800.0 => format!("{:.0} hours", long / 3600.0),
        long => format!("{} days", grouped((long / 86_400.0) as u128)),
    }
}

/// What the scenario as it is can show, in words.
fn paragraph(plan: &PrecisionPlan, settings: &PlanSettings, rounds: u64, trials: u64) -> String {
    let all = u128::from(rounds) * u128::from(trials);
    let mut text = format!(
        "With rounds = {} and trials = {} ({} in all) this scenario shows {} of {}, each by itself, to be fair within {} \
         with {} power and {} confidence, if they win their share of stake.",
        grouped(rounds.into()),
        grouped(trials.into()),
        counted(all, "round"),
        plan.shown_now,
        counted(plan.validators as u64, "validator"),
        setting(settings.tolerance),
        setting(settings.power),
        setting(settings.confidence),
    );
    // Rounds as what has to be asked for: how many trials, or how long they must be.
    let asked = |needed: u64, had_by: HadBy| match had_by {
        HadBy::MoreTrials => {
            let number = needed.div_ceil(rounds.max(1));
            format!("{} of {}", counted(number, "trial"), counted(rounds, "round"))
        }
        HadBy::Either | HadBy::LongerTrials => {
            let each = needed.div_ceil(trials.max(1));
            format!("{} in each of {}", grouped(each.into()), counted(trials, "trial"))
        }
    };
    match plan.verdict_rounds {
        Some(needed) => text.push_str(&format!(
            " The verdict `fair` for all of them together needs {} rounds in all with that probability: {}.",
            grouped(needed.into()),
            asked(needed, plan.had_by),
        )),
        None => text.push_str(
            " No number of rounds is known that makes the verdict `fair` for all of them together.",
        ),
    }
    match plan.had_by {
        HadBy::Either => {}
        HadBy::MoreTrials => text.push_str(
            " Only trials are independent here: more of them tell more, and longer ones do not take their place.",
        ),
        HadBy::LongerTrials => text.push_str(
            " The wins of a trial stay within a bound of what is expected: longer trials tell more, and more trials do not.",
        ),
    }
    let Some(hardest) = plan.rows.get(plan.hardest) else { return text };
    match hardest.rounds_equivalence {
        Some(needed) => {
            // Independent rounds may come as trials of the length that they have.
            let by_length = if plan.had_by == HadBy::Either { HadBy::MoreTrials } else { plan.had_by };
            text.push_str(&format!(
                " The hardest to show fair is {}, which by itself needs {} rounds: {}.",
                hardest.validator,
                grouped(needed.into()),
                asked(needed, by_length),
            ));
        }
        None => text.push_str(&format!(
            " For {} no number of rounds is known or small enough to be counted.",
            hardest.validator
        )),
    }
    if let Some(effect) = hardest.minimum_detectable_effect {
        let corrected = match plan.comparisons {
            0 | 1 => String::new(),
            many => format!(", corrected for {} validators", grouped(many as u128)),
        };
        text.push_str(&format!(
            " That the win share of {} is not its share of stake would be shown with that power if it were off by about {} of \
             it{corrected}.",
            hardest.validator,
            short(effect)
        ));
    }
    text
}

fn columns(rows: &[PlanRow]) -> String {
    let count = |value: Option<u64>| value.map_or("-".to_owned(), |value| grouped(value.into()));
    let lines = rows
        .iter()
        .map(|row| {
            vec![
                row.validator.clone(),
                row.role.clone(),
                percent(Some(row.stake_share)),
                row.variance_ratio.map_or("-".to_owned(), |factor| format!("{factor:.4}")),
                count(row.rounds_half_width),
                count(row.rounds_equivalence),
                count(row.rounds_effect),
                percent(row.half_width_now),
                percent(row.minimum_detectable_effect),
            ]
        })
        .collect();
    let header = [
        "validator",
        "role",
        "stake_share",
        "variance_ratio",
        "rounds_half_width",
        "rounds_equivalence",
        "rounds_effect",
        "half_width_now",
        "minimum_detectable_effect",
    ];
    table(&header, 2, lines)
}
