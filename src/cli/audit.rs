//! `tombola audit`.

use super::args::{AuditArgs, TableFormat};
use super::failure::Failure;
use super::results::{self, Wish};
use super::screen::{grouped, percent, print_rows, table, tell};
use std::path::Path;
use tombola::analysis::rows::AuditRow;
use tombola::analysis::{Audit, AuditTable, audit as hold};
use tombola::report::figures::write_figures;
use tombola::report::{Manifest, Published, Stopwatch, Timing};
use tombola::scenario::{Override, Place, Problem};
use tombola::simulation::threads_here;
use tombola::stake::read_bounded;

/// At most this many validators are shown; the others are in the table of the folder.
const MOST_SHOWN: usize = 12;

/// Holds a table against a rule and says what it comes to.
pub fn audit(args: &AuditArgs) -> Result<(), Failure> {
    let stopwatch = Stopwatch::start();
    let path = &args.table;
    let bytes = read_bounded(path).map_err(|error| {
        Problem::file(
            path,
            format!("cannot be read: {error}"),
            "name a CSV file with the columns name, stake and wins",
        )
    })?;
    let chain = AuditTable::read(path, &bytes)?;
    let audit = hold(path, &chain, &settings(args)?)?;
    let timing = stopwatch.timing();
    let written = match &args.output {
        Some(root) => Some(write(args, root, &audit, timing)?),
        None => None,
    };
    let verdict = verdict(&audit);
    print_rows(args.format, args.safe_csv.on, &audit.rows, |_| {
        format!("{}\n\n{}", columns(&audit), verdict.trim_end())
    })
    .map_err(|failure| results::unprinted(failure, written.as_ref()))?;
    if !matches!(args.format, TableFormat::Table) {
        tell(verdict.trim_end());
    }
    notes(&chain, &audit);
    if let Some(published) = &written {
        tell(format_args!("Written to {}", published.folder.display()));
        results::ended(published)?;
    }
    if args.assert && audit.conclusion.word == "bug" {
        return Err(Failure::CheckFailed(format!("{}: the conclusion is a bug", path.display())));
    }
    Ok(())
}

/// The options as settings of a scenario.
fn settings(args: &AuditArgs) -> Result<Vec<Override>, Problem> {
    let option = format!("--rule {}", args.rule);
    let mut rule = Override::parse(&format!("selection.rule={}", args.rule)).map_err(|problem| Problem {
        place: Place::CommandLine(option.clone()),
        help: Some(
            "write it as a name, or as --rule '{ kind = \"power-weighted\", exponent = 0.5 }'".to_owned(),
        ),
        ..problem
    })?;
    rule.option = option;
    let mut settings = vec![rule];
    for (name, value) in [("confidence", args.confidence), ("tolerance", args.tolerance)] {
        if let Some(value) = value {
            let option = format!("--{name} {value}");
            settings.push(Override::new(&format!("analysis.{name}"), toml::Value::Float(value), option));
        }
    }
    Ok(settings)
}

/// What it comes to, and the verdict on fairness to stake, which is another question.
fn verdict(audit: &Audit) -> String {
    let mut text = format!("{}\n", audit.conclusion.text);
    if let Some(missed) = &audit.conclusion.missed {
        text += &format!("{missed}\n");
    }
    let sentence = audit.analysis.assessment.sentence();
    let stop = if sentence.ends_with('.') { "" } else { "." };
    text + &format!("Fairness to stake, whatever the rule promises: {sentence}{stop}\n")
}

/// What the table leaves open.
fn notes(chain: &AuditTable, audit: &Audit) {
    if !chain.ignored.is_empty() {
        tell(format_args!("note: passed over the columns {}", chain.ignored.join(", ")));
    }
    if let Some(expected) = &chain.expected {
        let (expected, selected): (f64, u64) =
            (expected.iter().sum(), audit.rows.iter().map(|row| row.wins).sum());
        tell(format_args!(
            "note: the column `expected` replaces the promise of `{}`; it sums to {expected}, the counts to {selected}, and shares of both are compared",
            audit.scenario.experiment.world.rule.name
        ));
    }
}

fn columns(audit: &Audit) -> String {
    let mut order: Vec<&AuditRow> = audit.rows.iter().collect();
    if order.len() > MOST_SHOWN {
        // The least likely first.
        let rank = |row: &AuditRow| (row.p_holm.unwrap_or(2.0), row.log10_p_value.unwrap_or(0.0));
        order.sort_by(|a, b| {
            let ((p, log), (other_p, other_log)) = (rank(a), rank(b));
            p.total_cmp(&other_p).then(log.total_cmp(&other_log))
        });
    }
    let number = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.4}"));
    let p_value = |value: Option<f64>| match value {
        None => "-".to_owned(),
        Some(p) if p >= 1e-4 => format!("{p:.4}"),
        Some(0.0) => "< 1e-300".to_owned(),
        Some(p) => format!("{p:.1e}"),
    };
    let has_slots = audit.rows.iter().any(|row| row.blocks.is_some());
    let lines = order
        .iter()
        .take(MOST_SHOWN)
        .map(|row| {
            let mut cells = vec![
                row.validator.clone(),
                percent(Some(row.stake_share)),
                row.expected_wins.map_or("-".to_owned(), |wins| format!("{wins:.1}")),
                grouped(row.wins.into()),
                row.relative_deviation.map_or("-".to_owned(), |relative_deviation| {
                    format!("{:+.2} %", 100.0 * relative_deviation)
                }),
                number(row.percentile),
                p_value(row.p_value),
                p_value(row.p_holm),
                row.minimum_detectable_effect.map_or("-".to_owned(), |bias| match 100.0 * bias {
                    small if small < 0.005 => format!("{small:.0e} %"),
                    percent => format!("{percent:.2} %"),
                }),
            ];
            if has_slots {
                cells.push(percent(row.missed_share));
                cells.push(p_value(row.missed_p_holm));
            }
            cells.push(row.finding.clone());
            cells
        })
        .collect();
    let mut header = vec![
        "validator",
        "stake share",
        "expected",
        if has_slots { "slots" } else { "wins" },
        "relative_deviation",
        "percentile",
        "p",
        "corrected p",
        "smallest bias",
    ];
    if has_slots {
        header.extend(["missed", "missed p"]);
    }
    header.push("finding");
    let mut text = table(&header, 1, lines);
    if order.len() > MOST_SHOWN {
        let rest = order.len() - MOST_SHOWN;
        text += &format!("\n... the least likely of all; {} more with --format csv", grouped(rest as u128));
    }
    text
}

/// Writes the folder; returns where it stands.
fn write(args: &AuditArgs, root: &Path, audit: &Audit, timing: Timing) -> Result<Published, Failure> {
    let wish = Wish { root, force: args.force, safe_csv: args.safe_csv.on, quiet: false };
    let folder = results::prepare(&wish, &audit.scenario.name)?;
    folder.write_table("audit.csv", &audit.rows)?;
    folder.write_table("validators.csv", &audit.analysis.tables.validators)?;
    folder.write_table("fairness.csv", &audit.analysis.tables.fairness)?;
    let skipped = write_figures(&folder, &audit.scenario, &audit.results, &audit.analysis)?;
    let manifest = Manifest::new(&audit.scenario, &audit.results, threads_here(), timing, &folder)
        .map_err(|error| folder.failed("manifest.json", error))?;
    folder.write_manifest(&manifest)?;
    let published = folder.publish()?;
    for note in skipped {
        tell(format_args!("note: {note}"));
    }
    Ok(published)
}
