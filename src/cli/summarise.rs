//! `tombola summarise`.

use super::args::SummariseArgs;
use super::failure::Failure;
use super::interrupt;
use super::progress_bar::Bar;
use super::screen::tell;
use super::study::{command_line, ended, holder, path_of, settings, tabulate, wanted};
use tombola::report::{Environment, Stopwatch};
use tombola::scenario::Override;
use tombola::study::{Plan, Summary, hold_folder};

/// Writes the tables of a study anew from its tallies.
pub fn summarise(args: &SummariseArgs) -> Result<(), Failure> {
    let stop = interrupt::watch()?;
    let environment = Environment::here(command_line(), &Stopwatch::start().timing());
    let (reader, _lock) = hold_folder(&args.folder, &holder(&environment))?;
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
    let (report, files) = tabulate(&plan, &reader, &summary, &args.folder, tables, environment, &bar, stop)?;
    if !args.quiet {
        super::results::print_text(&report.text(&plan, &summary))?;
        tell(format_args!("Written to {}:", args.folder.display()));
        for name in files.keys().map(String::as_str).chain(["manifest.json"]) {
            tell(format_args!("  {}", args.folder.join(name).display()));
        }
    }
    ended(&plan, &summary, &path_of(&plan), &args.folder)
}
