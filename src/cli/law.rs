//! `tombola law`.

use super::args::{LawArgs, TableFormat};
use super::failure::Failure;
use super::scenario;
use super::screen::{grouped, percent, table, tell};
use std::io::{Write, stdout};
use tombola::report::tables::{LawRow, law_rows, write_rows};
use tombola::selection::{Dispersion, Promise};

/// Prints what the rule promises, without a simulation.
pub fn law(args: &LawArgs) -> Result<(), Failure> {
    let scenario = scenario::read(&args.file, &args.settings)?;
    let world = &scenario.experiment.world;
    let rows = law_rows(world);
    let mut out = stdout().lock();
    match args.format {
        TableFormat::Csv => write_rows(&rows, &mut out)?,
        TableFormat::Json => {
            serde_json::to_writer_pretty(&mut out, &rows).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        TableFormat::Table => writeln!(out, "{}", columns(&rows))?,
    }
    if let Promise::Unknown(why) = world.rule.thing.promise(&world.stakes) {
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
                "note: the rule is deterministic; wins differ from the promise by at most {largest:.3}"
            ));
        }
        Dispersion::Unknown(why) => tell(format_args!("note: no law of the scatter: {why}")),
    }
    Ok(())
}

fn columns(rows: &[LawRow]) -> String {
    let number = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.4}"));
    let lines = rows
        .iter()
        .map(|row| {
            vec![
                row.validator.clone(),
                grouped(row.stake.into()),
                percent(Some(row.stake_share)),
                percent(row.expected_share),
                row.relative_gain.map_or("-".to_owned(), |gain| format!("{:+.3} %", gain * 100.0)),
                percent(row.expected_share_compounding),
                number(row.variance_factor),
            ]
        })
        .collect();
    let header = [
        "validator",
        "stake",
        "stake_share",
        "expected_share",
        "relative_gain",
        "when_compounding",
        "variance_factor",
    ];
    table(&header, 1, lines)
}
