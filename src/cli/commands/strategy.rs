//! `tombola strategy`.

use crate::cli::failure::Failure;
use crate::cli::options::number::whole;
use crate::cli::options::printed_table::PrintedTable;
use crate::cli::options::settings::SizedSettings;
use crate::cli::options::threads::ThreadsArg;
use crate::cli::screen::{grouped, percent, table, tell};
use crate::cli::whole_file::{self, Existing};
use crate::cli::{interrupt, scenario};
use clap::Args as ClapArgs;
use std::cmp::Reverse;
use std::io::Write;
use std::path::{Path, PathBuf};
use tombola::analysis::rows::StrategyRow;
use tombola::analysis::{Move, strategy as weigh};
use tombola::forging::World;
use tombola::registry::{Choice, find as registered, nearest};
use tombola::report::figures::{FIGURES, Figure, FigureError, Subject, undrawable_note};
use tombola::scenario::FigureFormat;
use tombola::simulation::{Control, Quiet};
use tombola::statistics::percent::setting;
use tombola::statistics::wording::counted;

#[derive(ClapArgs)]
#[command(after_help = "\
The gain is the share of rounds of all parts together over that of the whole, minus one; for a merge
the other way round. A split divides the coins as evenly as possible; parts below the scenario's
minimum_stake are no validators, and their coins win nothing. Where the rule has an exact law, the
gain comes from that; otherwise the scenario's rounds are played twice with the same random numbers, in at
least 8 trials, and the verdict is `cannot tell` where the interval of the gain covers 0.

Examples:
  tombola strategy scenarios/rule-nxt.toml
  tombola strategy scenarios/seed.toml --set selection.rule=square-root --split 2,10
  tombola strategy scenarios/seed.toml --account oliver --merge oliver,sonia --format csv")]
pub struct StrategyArgs {
    /// Scenario file, or the name of one that comes along
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Who splits; may be repeated [default: everybody, or the twelve richest; nobody if a merge is
    /// given]
    #[arg(long = "account", value_name = "NAME")]
    pub accounts: Vec<String>,
    /// Into how many parts
    #[arg(long, value_name = "K", value_delimiter = ',', default_value = "2,5,10", allow_negative_numbers = true, value_parser = whole(2, 100_000))]
    pub split: Vec<u64>,
    /// Who merges, two or more names with commas between them; may be repeated [default: the two
    /// smallest, the two largest, the smallest with the largest; nobody if an account is given]
    #[arg(long, value_name = "NAME,NAME")]
    pub merge: Vec<String>,
    /// Draw the gains by splitting too: a new file that ends in .svg, .png, .pdf, .tex (pgf, with its data in
    /// a .dat file beside it) or .vl.json (vega-lite, with a .vl.csv file)
    #[arg(long, value_name = "FILE")]
    pub figure: Option<PathBuf>,
    #[command(flatten)]
    pub settings: SizedSettings,
    #[command(flatten)]
    pub table_form: PrintedTable,
    #[command(flatten)]
    pub threads: ThreadsArg,
}

/// At most this many accounts split unless they are named.
const MOST_SPLIT: usize = 12;

/// Prints what splitting and merging are worth.
pub fn strategy(args: &StrategyArgs) -> Result<(), Failure> {
    let picture = args.figure.as_deref().map(Picture::at).transpose()?;
    let scenario = scenario::read(&args.file, &args.settings.overrides()?)?;
    scenario::tell_notes(&scenario);
    let moves = moves(args, &scenario.experiment.world)?;
    let confidence = scenario.file.analysis.confidence;
    let control = Control { progress: &Quiet, stop: interrupt::watch()? };
    let Some(rows) = weigh(&scenario.experiment, confidence, &moves, &control) else {
        return Err(Failure::Interrupted("the simulation had not finished, so nothing is printed".into()));
    };
    args.table_form.print(&rows, columns)?;
    if let Some(picture) = picture {
        let subtitle = format!("{} · {} intervals", scenario.experiment.world.rule.name, setting(confidence));
        let subject = Subject {
            title: &scenario.name,
            subtitle: &subtitle,
            strategy: &rows,
            confidence,
            ..Subject::default()
        };
        picture.draw(&subject)?;
    }
    let minimum = scenario.experiment.world.protocol.minimum_stake;
    if rows.iter().any(|row| row.action == "split" && row.validators < row.parts) {
        tell(format_args!(
            "note: parts with less than the minimum stake of {minimum} are no validators, and their coins win nothing"
        ));
    }
    let simulated = rows.iter().filter(|row| row.trials.is_some()).count();
    if simulated > 0 {
        tell(format_args!(
            "note: {simulated} of {} simulated, because no exact distribution is known: {} in each of {} of trials with \
             the same random numbers; intervals that hold together with {} confidence",
            counted(rows.len() as u64, "gain"),
            counted(scenario.experiment.rounds, "round"),
            counted(rows.iter().find_map(|row| row.trials).unwrap_or(0), "pair"),
            setting(confidence)
        ));
    }
    Ok(())
}

/// Where the gains by splitting are drawn, and as what.
struct Picture<'a> {
    folder: &'a Path,
    name: &'a str,
    format: FigureFormat,
}

impl<'a> Picture<'a> {
    /// The picture that this file asks for by its ending, if neither it nor a file beside it stands there.
    fn at(path: &'a Path) -> Result<Self, Failure> {
        let file = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let (name, format) = FigureFormat::of_file(file).ok_or_else(|| {
            let option = format!("--figure {}", path.display());
            let endings = "end it in .svg, .png, .pdf, .tex (pgf) or .vl.json (vega-lite)";
            refusal(&option, "has no ending of a picture", endings)
        })?;
        let picture = Picture { folder: path.parent().unwrap_or(Path::new("")), name, format };
        for ending in format.endings() {
            whole_file::check_target(&picture.file(&format!("{name}.{ending}")), Existing::Stays)?;
        }
        Ok(picture)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Draws the gains by splitting into new files.
    fn draw(&self, subject: &Subject) -> Result<(), Failure> {
        let cannot = |error: FigureError| Failure::CannotRun(error.to_string());
        let figure = registered::<dyn Figure>("figure", FIGURES, &Choice::plain("split-gain"))
            .map_err(|refusal| Failure::CannotRun(refusal.to_string()))?;
        let drawing = figure.thing.draw(subject).map_err(cannot)?;
        for (name, bytes) in drawing.files(self.name, self.format).map_err(cannot)? {
            let path = self.file(&name);
            whole_file::write(&path, Existing::Stays, |out| out.write_all(&bytes))?;
            tell(format_args!("Written: {}", path.display()));
        }
        if let Some(note) = undrawable_note(&subject.undrawable()) {
            tell(format_args!("note: {note}"));
        }
        Ok(())
    }
}

fn moves(args: &StrategyArgs, world: &World) -> Result<Vec<Move>, Failure> {
    let mut moves = Vec::new();
    let splitters = match args.accounts.as_slice() {
        // Who names merges alone asks for these alone, and the other way round.
        [] if !args.merge.is_empty() => Vec::new(),
        [] => richest(world),
        names => names
            .iter()
            .map(|name| find(world, name, &format!("--account {name}")))
            .collect::<Result<_, _>>()?,
    };
    for validator in splitters {
        for &parts in &args.split {
            moves.push(Move::Split { validator, parts });
        }
    }
    if args.merge.is_empty() {
        // A chain of one validator cannot go on.
        if world.validators() > 2 && args.accounts.is_empty() {
            moves.extend(pairs(world));
        }
        return Ok(moves);
    }
    for given in &args.merge {
        let option = format!("--merge {given}");
        let mut validators = Vec::new();
        for name in given.split(',').map(str::trim) {
            let found = find(world, name, &option)?;
            if validators.contains(&found) {
                return Err(refusal(
                    &option,
                    &format!("`{name}` stands there twice"),
                    "name different accounts",
                ));
            }
            validators.push(found);
        }
        if validators.len() < 2 {
            return Err(refusal(&option, "names one account", "name two or more, e.g. --merge ada,bob"));
        }
        if validators.len() == world.validators() {
            return Err(refusal(
                &option,
                "names everybody, and nobody would be left to attest",
                "leave one out",
            ));
        }
        moves.push(Move::Merge { validators });
    }
    Ok(moves)
}

fn refusal(option: &str, what: &str, help: &str) -> Failure {
    Failure::CannotRun(format!("{option}: {what}\n  help: {help}"))
}

fn find(world: &World, name: &str, option: &str) -> Result<usize, Failure> {
    let validators = &world.names[..world.validators()];
    validators.iter().position(|other| other == name).ok_or_else(|| {
        let help = match nearest(name, validators.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`tombola law FILE` prints the validators".to_owned(),
        };
        let known = world.names.iter().any(|other| other == name);
        let what = if known { "is no validator" } else { "is no account" };
        refusal(option, &format!("`{name}` {what}"), &help)
    })
}

/// Validators by stake, the smallest first.
fn ascending(world: &World) -> Vec<usize> {
    let mut order: Vec<usize> = (0..world.validators()).collect();
    order.sort_by_key(|&index| (world.stakes[index], index));
    order
}

/// The richest, in the order of the scenario.
fn richest(world: &World) -> Vec<usize> {
    let mut order = ascending(world);
    order.sort_by_key(|&index| (Reverse(world.stakes[index]), index));
    order.truncate(MOST_SPLIT);
    order.sort_unstable();
    order
}

/// The two smallest, the two largest, and the smallest with the largest.
fn pairs(world: &World) -> Vec<Move> {
    let order = ascending(world);
    let last = order.len() - 1;
    let mut pairs: Vec<Vec<usize>> = Vec::new();
    for (one, other) in [(0, 1), (last - 1, last), (0, last)] {
        let mut pair = vec![order[one], order[other]];
        pair.sort_unstable();
        if !pairs.contains(&pair) {
            pairs.push(pair);
        }
    }
    pairs.into_iter().map(|validators| Move::Merge { validators }).collect()
}

fn columns(rows: &[StrategyRow]) -> String {
    let gain =
        |value: Option<f64>| value.map_or("-".to_owned(), |gain| format!("{:+.4} %", 100.0 * gain + 0.0));
    let lines = rows
        .iter()
        .map(|row| {
            let interval = match (row.gain_low, row.gain_high) {
                (Some(low), Some(high)) => format!("{:+.3} to {:+.3} %", 100.0 * low, 100.0 * high),
                _ => "-".to_owned(),
            };
            let action = match row.action.as_str() {
                "split" => format!("split into {}", row.parts),
                _ => format!("merge {}", row.parts),
            };
            vec![
                row.accounts.clone(),
                action,
                grouped(row.stake.into()),
                row.validators.to_string(),
                percent(Some(row.share_before)),
                percent(Some(row.share_after)),
                gain(row.gain.map(|gain| if row.verdict == "neutral" { 0.0 } else { gain })),
                interval,
                row.verdict.clone(),
                row.computed_by.clone(),
            ]
        })
        .collect();
    let header = [
        "account",
        "action",
        "stake",
        "validators",
        "share before",
        "share after",
        "gain",
        "interval",
        "verdict",
        "computed by",
    ];
    table(&header, 2, lines)
}
