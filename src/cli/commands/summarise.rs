//! `tombola summarise`.

use super::study::{command_line, ended, holder, path_of, settings, tabulate, wanted};
use crate::cli::commands::study::Keep;
use crate::cli::failure::Failure;
use crate::cli::interrupt;
use crate::cli::options::number::decimal;
use crate::cli::options::safe_csv::SafeCsvArg;
use crate::cli::options::threads::ThreadsArg;
use crate::cli::progress_bar::Bar;
use crate::cli::results::tell_settled;
use crate::cli::screen::tell;
use clap::Args as ClapArgs;
use std::path::PathBuf;
use tombola::report::{Addition, Environment, Stopwatch};
use tombola::scenario::Override;
use tombola::study::{Plan, Summary, hold_folder};

#[derive(ClapArgs)]
#[command(after_help = "\
Reads the trials that were played and asks them something else. Settings of [analysis] can be others
than when they were played; all other settings cannot.

Examples:
  tombola summarise output/study-inequality --confidence 0.99
  tombola summarise output/study-inequality --tolerance 0.05 --metrics unfair_probability
  tombola summarise output/study-inequality --keep trials")]
pub struct SummariseArgs {
    /// Folder of a study
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Confidence of intervals and tests [default: that of the study]
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true, value_parser = decimal)]
    pub confidence: Option<f64>,
    /// How far a win share may be from the share of stake [default: that of the study]
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true, value_parser = decimal)]
    pub tolerance: Option<f64>,
    /// Any setting of [analysis], by its keys; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// What batch.csv has: names of metrics with commas between them, or all
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub metrics: Vec<String>,
    /// Also write trials.csv, a folder of results for each point, or the tables as Parquet
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WHAT")]
    pub keep: Vec<Keep>,
    #[command(flatten)]
    pub safe_csv: SafeCsvArg,
    #[command(flatten)]
    pub threads: ThreadsArg,
    /// Print nothing but errors
    #[arg(long, short)]
    pub quiet: bool,
}

/// Writes the tables of a study anew from its tallies.
pub fn summarise(args: &SummariseArgs) -> Result<(), Failure> {
    let stop = interrupt::watch()?;
    let environment = Environment::here(command_line(), &Stopwatch::start().timing());
    let (reader, held) = hold_folder(&args.folder, &holder(&environment))?;
    tell_settled(&held.leftovers, args.quiet);
    let header = &reader.header;
    let mut origin = header.origin.clone();
    let mut overrides = args.set.iter().map(|text| Override::parse(text)).collect::<Result<Vec<_>, _>>()?;
    for (name, value) in [("confidence", args.confidence), ("tolerance", args.tolerance)] {
        if let Some(value) = value {
            let key = format!("analysis.{name}");
            overrides.push(Override::new(&key, toml::Value::Float(value), format!("--{name} {value}")));
        }
    }
    origin.settings.extend(settings(&overrides));
    if !args.metrics.is_empty() {
        origin.metrics = Some(args.metrics.clone());
    }
    let plan = Plan::new(origin, header.detail)?;
    if let Some(difference) = header.differs_from(&plan) {
        return Err(Failure::CannotRun(format!(
            "{}: {difference}, and trials cannot be summarised as what they are not\n  help: leave it as it was, or run the study anew with it",
            reader.path().display()
        )));
    }
    let summary = Summary::new(&plan, &reader.contents, false);
    let tables = wanted(&args.keep, args.safe_csv.on)?;
    if tables.points && (!header.detail.incomes || !header.detail.time_line || !header.detail.order) {
        return Err(Failure::CannotRun(
            "--keep points needs what was not written down when the trials were played\n  help: run the study with --keep points from the beginning, elsewhere or with --force".to_owned(),
        ));
    }
    let bar = Bar::of_study(&plan.name, 0, args.quiet);
    let addition = Addition::begin(&args.folder)?;
    let (report, files) = tabulate(&plan, &reader, &summary, addition, tables, environment, &bar, stop)?;
    if !args.quiet {
        crate::cli::results::print_text(&report.text(&plan, &summary), &args.folder)?;
        tell(format_args!("Written to {}:", args.folder.display()));
        for name in files.keys().map(String::as_str).chain(["manifest.json"]) {
            tell(format_args!("  {}", args.folder.join(name).display()));
        }
    }
    ended(&plan, &summary, &path_of(&plan), &args.folder, tables)
}
