//! `tombola law`.

use crate::cli::failure::Failure;
use crate::cli::options::counting_unit::UnitChoice;
use crate::cli::options::number::{decimal, whole};
use crate::cli::options::printed_table::PrintedTable;
use crate::cli::options::settings::Settings;
use crate::cli::options::threads::ThreadsArg;
use crate::cli::scenario;
use crate::cli::screen::{grouped, percent, table, tell};
use clap::Args as ClapArgs;
use std::path::PathBuf;
use tombola::analysis::rows::{LawRow, LawWindowRow, QuorumRow, TakeoverRow, law_rows, law_window_rows};
use tombola::analysis::{quorum_failures, takeover};
use tombola::forging::World;
use tombola::registry::nearest;
use tombola::scenario::Scenario;
use tombola::selection::{Dispersion, ExpectedShares};
use tombola::simulation::{Experiment, Obstacle};

#[derive(ClapArgs)]
#[command(after_help = "\
Examples:
  tombola law scenarios/seed.toml
  tombola law scenarios/seed.toml --set selection.rule=single-lottery --format csv
  tombola law scenarios/seed.toml --window 32     slots of each validator in 32 rounds
  tombola law scenarios/seed.toml --window 32 --validator oliver --count 3     how rare is that?
  tombola law faults --quorum-failure     how often does a vote go wrong?")]
pub struct LawArgs {
    /// Scenario file, or the name of one that comes along
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    pub settings: Settings,
    /// Instead of shares: the wins of each validator in a window of so many rounds
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = whole(1, 1 << 53))]
    pub window: Option<u64>,
    /// With --window: in which rounds it is counted, where some stay empty
    #[arg(long, value_enum, default_value = "blocks", requires = "window")]
    pub unit: UnitChoice,
    /// Instead of shares: the probability that a validator holds at least this share of all stake after
    /// the scenario's rounds, where rewards compound
    #[arg(long, value_name = "SHARE", conflicts_with = "window", allow_negative_numbers = true, value_parser = decimal)]
    pub takeover: Option<f64>,
    /// Instead of shares: the probability that a valid block is rejected for want of votes, and that an
    /// invalid one is accepted, with the scenario's committee, quorum, losses and behaviours
    #[arg(long, conflicts_with_all = ["window", "takeover"])]
    pub quorum_failure: bool,
    /// With --window or --takeover: only this validator; with --quorum-failure: the forger
    #[arg(long, value_name = "NAME")]
    pub validator: Option<String>,
    /// With --window: how likely so many rounds in a row without a win are, anywhere in the window
    #[arg(long, value_name = "G", requires = "window", allow_negative_numbers = true, value_parser = whole(1, 1 << 53))]
    pub gap: Option<u64>,
    /// With --window: how likely so many wins, or fewer, or more, are
    #[arg(long, value_name = "K", requires = "window", allow_negative_numbers = true, value_parser = whole(0, 1 << 53))]
    pub count: Option<u64>,
    #[command(flatten)]
    pub table_form: PrintedTable,
    #[command(flatten)]
    pub threads: ThreadsArg,
}

/// Prints what the rule gives each validator, without a simulation.
pub fn law(args: &LawArgs) -> Result<(), Failure> {
    let scenario = scenario::read(&args.file, &args.settings.overrides()?)?;
    scenario::tell_notes(&scenario);
    let world = &scenario.experiment.world;
    if args.quorum_failure {
        return votes(args, &scenario);
    }
    if let (Some(name), None, None) = (&args.validator, args.window, args.takeover) {
        return Err(Failure::CannotRun(format!(
            "--validator {name}: the table of shares has all validators\n  help: add --window N, --takeover SHARE or --quorum-failure, or leave it out"
        )));
    }
    if let Some(share) = args.takeover {
        return takeovers(args, &scenario.experiment, share);
    }
    match args.window {
        None => args.table_form.print(&law_rows(world), columns)?,
        Some(window) => {
            let name = args.validator.as_deref();
            if let Some(name) =
                name.filter(|name| !world.names.iter().take(world.validators()).any(|n| n == name))
            {
                return Err(unknown(name, world));
            }
            let rows = law_window_rows(world, (window, args.unit.into()), name, (args.count, args.gap));
            args.table_form.print(&rows, window_columns)?;
            let unknown = |row: &&LawWindowRow| row.gap_probability.is_none();
            if let Some((row, why)) =
                rows.iter().find(unknown).and_then(|row| Some((row, row.gap_method.as_ref()?)))
            {
                let others = match rows.iter().filter(unknown).count() - 1 {
                    0 => String::new(),
                    more => format!(" and {} more", grouped(more as u128)),
                };
                tell(format_args!("note: no probability of such a gap for {}{others}: {why}", row.validator));
            }
        }
    }
    if let ExpectedShares::Unknown(why) = world.rule.thing.expected_shares(&world.stakes) {
        tell(format_args!("note: no exact law: {why}"));
    }
    match world.rule.thing.dispersion(&world.stakes) {
        Dispersion::Independent => {}
        Dispersion::Scaled { cycle: 1, .. } => {
            tell("note: the rounds are not independent; the variance factors hold for many rounds");
        }
        Dispersion::Scaled { cycle, .. } => {
            tell(format_args!(
                "note: the rounds are not independent; the variance factors hold over whole cycles of {cycle} rounds"
            ));
        }
        Dispersion::Bounded { bounds } => {
            let largest = bounds.iter().copied().fold(0.0, f64::max);
            tell(format_args!(
                "note: the rule is deterministic; wins differ from the expected ones by at most {largest:.3}"
            ));
        }
        Dispersion::Unknown(why) => tell(format_args!("note: no known dispersion: {why}")),
    }
    Ok(())
}

/// Prints how likely each validator, or one, comes to hold a share of all stake.
fn takeovers(args: &LawArgs, experiment: &Experiment, share: f64) -> Result<(), Failure> {
    if !(share > 0.0 && share <= 1.0) {
        return Err(Failure::CannotRun(format!(
            "--takeover {share}: a share of all stake is more than 0 and at most 1\n  help: e.g. --takeover 0.5"
        )));
    }
    let only = named(args, &experiment.world)?;
    let rows = takeover(experiment, share, only).map_err(|Obstacle { key, what }| {
        Failure::CannotRun(format!("--takeover {share}: `{key}` {what}"))
    })?;
    args.table_form.print(&rows, takeover_columns)
}

/// The validator of `--validator`.
fn named(args: &LawArgs, world: &World) -> Result<Option<usize>, Failure> {
    let Some(name) = args.validator.as_deref() else { return Ok(None) };
    let found = world.names.iter().take(world.validators()).position(|other| other == name);
    found.map(Some).ok_or_else(|| unknown(name, world))
}

/// Prints how likely the vote on a block goes wrong.
fn votes(args: &LawArgs, scenario: &Scenario) -> Result<(), Failure> {
    let world = &scenario.experiment.world;
    let forger = named(args, world)?;
    let rows = quorum_failures(world, forger, scenario.file.analysis.confidence)
        .map_err(|Obstacle { key, what }| Failure::CannotRun(format!("--quorum-failure: `{key}` {what}")))?;
    args.table_form.print(&rows, quorum_columns)?;
    for row in &rows {
        if let Some(note) = &row.note {
            tell(format_args!("note: {}: {note}", row.event));
        }
    }
    Ok(())
}

fn quorum_columns(rows: &[QuorumRow]) -> String {
    let number = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.4e}"));
    let lines = rows
        .iter()
        .map(|row| {
            vec![
                row.event.clone(),
                row.forger.clone(),
                row.quorum.clone(),
                number(row.probability),
                row.se.map_or("-".to_owned(), |se| format!("{se:.1e}")),
                number(row.low),
                number(row.high),
                row.effective_hits.map_or("-".to_owned(), |hits| grouped(hits.round() as u128)),
                row.method.clone(),
            ]
        })
        .collect();
    let header =
        ["event", "forger", "quorum", "probability", "se", "low", "high", "effective_hits", "method"];
    table(&header, 3, lines)
}

fn takeover_columns(rows: &[TakeoverRow]) -> String {
    let lines = rows
        .iter()
        .map(|row| {
            vec![
                row.validator.clone(),
                percent(Some(row.stake_share)),
                grouped(row.rounds.into()),
                percent(Some(row.takeover_share)),
                format!("{:.4e}", row.probability),
                row.se.map_or("-".to_owned(), |se| format!("{se:.1e}")),
                row.method.clone(),
            ]
        })
        .collect();
    table(&["validator", "stake_share", "rounds", "takeover_share", "probability", "se", "method"], 1, lines)
}

fn unknown(name: &str, world: &World) -> Failure {
    let names = world.names.iter().take(world.validators()).map(String::as_str);
    let help = match nearest(name, names) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`tombola law FILE` lists the validators".to_owned(),
    };
    Failure::CannotRun(format!("--validator {name}: there is no validator of that name\n  help: {help}"))
}

fn window_columns(rows: &[LawWindowRow]) -> String {
    let number = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.3}"));
    let count = |value: Option<u64>| value.map_or("-".to_owned(), |value| grouped(value.into()));
    let asked = rows.iter().any(|row| row.count.is_some());
    let mut header = vec![
        "validator",
        "stake_share",
        "window",
        "expected_wins",
        "sd",
        "q05",
        "q50",
        "q95",
        "none_probability",
    ];
    if asked {
        header.extend(["count", "at_most", "at_least"]);
    }
    let gaps = rows.iter().any(|row| row.gap.is_some());
    if gaps {
        header.extend(["gap", "gap_probability", "gap_se"]);
    }
    let lines = rows
        .iter()
        .map(|row| {
            let mut line = vec![
                row.validator.clone(),
                percent(Some(row.stake_share)),
                format!("{} {}", grouped(row.window_rounds.into()), row.unit),
                number(row.expected_wins),
                number(row.sd),
                count(row.q05),
                count(row.q50),
                count(row.q95),
                percent(row.none_probability),
            ];
            if asked {
                line.extend([count(row.count), percent(row.at_most), percent(row.at_least)]);
            }
            if gaps {
                line.extend([
                    count(row.gap),
                    row.gap_probability.map_or("-".to_owned(), |p| format!("{p:.4e}")),
                    row.gap_se.map_or("-".to_owned(), |se| format!("{se:.1e}")),
                ]);
            }
            line
        })
        .collect();
    table(&header, 1, lines)
}

fn columns(rows: &[LawRow]) -> String {
    let number = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.4}"));
    let leads = rows.iter().any(|row| row.lead_chance.is_some());
    let lines = rows
        .iter()
        .map(|row| {
            let mut line = vec![
                row.validator.clone(),
                grouped(row.stake.into()),
                percent(Some(row.stake_share)),
                percent(row.expected_share),
                row.relative_deviation.map_or("-".to_owned(), |gain| format!("{:+.3} %", gain * 100.0)),
                percent(row.expected_share_compounding),
                number(row.variance_ratio),
            ];
            if leads {
                line.push(percent(row.lead_chance));
            }
            line
        })
        .collect();
    let mut header = vec![
        "validator",
        "stake",
        "stake_share",
        "expected_share",
        "relative_deviation",
        "when_compounding",
        "variance_ratio",
    ];
    if leads {
        header.push("lead_chance");
    }
    table(&header, 1, lines)
}
