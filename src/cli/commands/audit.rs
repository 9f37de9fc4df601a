//! `tombola audit`.

use crate::cli::failure::Failure;
use crate::cli::options::number::decimal;
use crate::cli::options::printed_table::PrintedTable;
use crate::cli::options::table_format::TableFormat;
use crate::cli::options::threads::ThreadsArg;
use crate::cli::reading::{Hashed, TableReading, open};
use crate::cli::results::{self, FolderWish};
use crate::cli::screen::{grouped, p_value, percent, print_json, table, tell};
use clap::Args as ClapArgs;
use serde::Deserialize;
use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use tombola::analysis::rows::{AuditRow, Finding, as_decided};
use tombola::analysis::{
    Audit, AuditSettings, AuditTable, Basis, PrioritySet, Rest, TableSource, audit as hold, check_blocks,
};
use tombola::import::{Intent, Options};
use tombola::registry::Choice;
use tombola::report::figures::{Subject, audit_subtitle, draw_figures};
use tombola::report::{AuditManifest, Published, Stopwatch, Timing, rule_label, write_report};
use tombola::scenario::{FigureFormat, Override, Place, Problem};
use tombola::selection::ethereum::Acceptance;
use tombola::simulation::{Control, CountingUnit, Quiet};

#[derive(ClapArgs)]
#[command(after_help = "\
TABLE is CSV, or anything that `tombola import` reads. Its columns, in any order; others are passed over:
  name      the validator (or: validator, address, moniker, operator, pubkey, ...)
  stake     its stake (or: tokens, power, voting_power, balance, amount, ...), of any size
  wins      how many blocks it made
  expected  how many blocks were expected of it, by the chain's own accounting; used instead of the
            rule's expected shares. Where the column does not sum to the wins, each count is held
            against its own number (Poisson), and so are all together
  slots     how many slots were assigned to it, its wins among them. Then the slots are held against
            the rule, and the blocks missed in them against everybody missing alike

A row deviates where chance does not explain its wins, at 1 - confidence, corrected for all rows and for
the tests of all together; the whole table deviates where its p-value is at most 1 - confidence. A table
that does not deviate is consistent if it would have shown a deviation of the tolerance, and inconclusive
if not. Rounds of one chain, in a row, with stakes that stayed.

Examples:
  tombola audit scenarios/tables/example-chain.csv
  tombola audit mine.csv --rule '{ kind = \"power-weighted\", exponent = 0.5 }'
  tombola audit mine.csv --rule solana-schedule --format csv > audit.csv
  tombola audit mine.csv --rest others=37 --validator pool-7 --validator pool-7,pool-8
  tombola audit mine.csv --output audits --assert
  tombola audit blocks.csv --stakes validators.json    rows of height,proposer; stakes beside them
  tombola audit blocks.csv --stakes one.csv --stakes 5000=two.csv    other stakes from 5000 on
  tombola audit slots.csv --stakes stakes.json --rule solana-schedule --epoch 700

A table with a row for each block (height or slot, proposer, and if need be missed: 0 or 1, or status) is
a history: its order is held against the rule too, and against blocks one by one where the rule leaves
nothing to chance.

Exit codes: 0 done; 1 done, but --assert was given and the wins, or their order, deviate; 2 could not run.")]
#[command(mut_arg("unit", |arg| arg.help("Unit of stakes: wei, gwei, lamports, uatom, yocto, ..., or so many of the file's own units, e.g. 1e18 [default: the file's own, or the finest power of ten in which all stakes can be counted]; and what the counts of slots are, under a rule whose slots several can lead or nobody: `slots` led before a battle was decided, as leader logs list them, or `blocks` [default: slots if TABLE has slots]. Both with a comma between them: --unit slots,gwei")))]
pub struct AuditArgs {
    /// Table of the chain; - is standard input
    #[arg(value_name = "TABLE")]
    pub table: PathBuf,
    /// Stakes from this file, where TABLE has only who won or who proposed which block; its
    /// validators are those of the audit. Where stakes change, once more for each epoch: HEIGHT=FILE has
    /// those from this height, or slot, on
    #[arg(long, value_name = "[HEIGHT=]FILE")]
    pub stakes: Vec<String>,
    /// Compare every block with the leader schedule of this epoch of Solana, which follows from the stakes
    #[arg(long, value_name = "N")]
    pub epoch: Option<u64>,
    /// Compare every block with the proposers that follow from this seed of an epoch of Ethereum
    /// (get_seed of the specification, for proposers)
    #[arg(long, value_name = "HEX")]
    pub seed: Option<String>,
    /// The height of the validator set of CometBFT that --stakes has, with priorities; blocks after it are
    /// compared one by one. Of several sets, that of the first [default: the file's `block_height`, or that
    /// before the first block]
    #[arg(long, value_name = "HEIGHT")]
    pub set_height: Option<u64>,
    #[command(flatten)]
    pub reading: TableReading,
    /// Judge only what was missed of what was assigned, without stakes and without a rule: who misses
    /// more than the rest
    #[arg(long, conflicts_with_all = ["stakes", "rule", "validator", "rest", "tolerance", "misallocated", "output"])]
    pub misses: bool,
    /// The rule that the chain is said to have: a name, or a table with settings; see `tombola list
    /// rules`
    #[arg(long, value_name = "RULE", default_value = "raffle")]
    pub rule: String,
    /// Ask about this validator by itself, uncorrected, beside the answer corrected for all; several
    /// names separated by commas are asked about as one. Settle it before looking at the table
    #[arg(long, value_name = "NAME")]
    pub validator: Vec<String>,
    /// This row is no validator but the rest of the chain, so many validators together
    #[arg(long, value_name = "NAME=COUNT")]
    pub rest: Option<String>,
    /// Confidence of intervals and findings [default: 0.95]
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true, value_parser = decimal)]
    pub confidence: Option<f64>,
    /// The deviation that matters, relative to the expected wins [default: 0.1]
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true, value_parser = decimal)]
    pub tolerance: Option<f64>,
    /// The share of all wins that may go to others than expected [default: 0.01]
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true, value_parser = decimal)]
    pub misallocated: Option<f64>,
    /// Also give the posterior of every relative deviation, and the probability that it is within
    /// the tolerance
    #[arg(long)]
    pub bayes: bool,
    /// Weight of the prior, in draws shared out equally among the validators [default: 1]
    #[arg(long, value_name = "DRAWS", requires = "bayes", allow_negative_numbers = true, value_parser = decimal)]
    pub prior_weight: Option<f64>,
    #[command(flatten)]
    pub table_form: PrintedTable,
    #[command(flatten)]
    pub threads: ThreadsArg,
    /// Also write tables, figures and a manifest, to DIR/TABLE's name/
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Replace results that are there already; other files beside them are kept
    #[arg(long, requires = "output")]
    pub force: bool,
    /// End with exit code 1 if the wins deviate: of the table, or of a --validator
    #[arg(long)]
    pub assert: bool,
}

/// What to give the command.
const HELP: &str = "name a table with the columns name, stake and wins";

/// At most this many validators are shown; the others are in the table of the folder.
const MOST_SHOWN: usize = 12;

/// Holds a table against what was expected and says what it comes to.
pub fn audit(args: &AuditArgs) -> Result<(), Failure> {
    let stopwatch = Stopwatch::start();
    let path = &args.table;
    let mut input = Hashed::new(open(path, HELP)?);
    let chain = chain(args, &mut input)?;
    let settings = settings(args)?;
    let basis = basis(args, &chain, &settings)?;
    let mut audit = hold(path, &chain, &settings)?;
    if let (Some(basis), Some(chronicle)) = (basis, &chain.chronicle) {
        let asked = args.epoch.is_some() || args.seed.is_some() || args.set_height.is_some();
        match check_blocks(chronicle, &chain.names, &basis) {
            Ok(checked) => {
                audit.blocks = Some(checked);
                audit.notes.extend(contradiction(args, &chain));
            }
            Err(why) if asked => {
                return Err(Failure::CannotRun(format!(
                    "{}: blocks cannot be compared: {why}",
                    path.display()
                )));
            }
            Err(why) => audit.notes.push(format!("blocks are not compared one by one: {why}")),
        }
    }
    let timing = stopwatch.timing();
    let written = match &args.output {
        Some(root) => Some(write(root, args, (path, input.finish()), &audit, timing)?),
        None => None,
    };
    let printed = match args.table_form.format {
        TableFormat::Json => print_json(&audit.report()),
        _ => args
            .table_form
            .print(&audit.rows, |_| format!("{}\n\n{}", columns(&audit), verdict(&audit).trim_end())),
    };
    printed.map_err(|failure| results::unprinted(failure, written.as_ref()))?;
    if !matches!(args.table_form.format, TableFormat::Table) {
        tell(verdict(&audit).trim_end());
    }
    if !chain.ignored.is_empty() {
        tell(format_args!("note: passed over the columns {}", chain.ignored.join(", ")));
    }
    for note in &chain.notes {
        tell(format_args!("note: {note}"));
    }
    for note in &audit.notes {
        tell(format_args!("note: {note}"));
    }
    if let Some(published) = &written {
        tell(format_args!("Written to {}", published.folder.display()));
        results::ended(published)?;
    }
    let deviating = audit.answers.iter().find(|answer| answer.finding == Finding::Deviates);
    match deviating {
        _ if !args.assert => Ok(()),
        _ if audit.conclusion.verdict == Finding::Deviates => {
            Err(Failure::CheckFailed(format!("{}: the wins deviate from the expected ones", path.display())))
        }
        Some(answer) => Err(Failure::CheckFailed(format!(
            "{}: the wins of {} deviate from the expected ones",
            path.display(),
            answer.names.join(", ")
        ))),
        _ if audit.order.as_ref().is_some_and(|order| order.verdict == Finding::Deviates) => {
            Err(Failure::CheckFailed(format!("{}: the order of wins deviates from the rule", path.display())))
        }
        _ if audit.blocks.as_ref().is_some_and(|blocks| blocks.agree < blocks.checked) => {
            Err(Failure::CheckFailed(format!("{}: blocks are not those of the rule", path.display())))
        }
        None => Ok(()),
    }
}

/// What the files say.
fn chain(args: &AuditArgs, table: &mut dyn BufRead) -> Result<AuditTable, Problem> {
    let mut reading = args.reading.clone();
    reading.reading.unit = units(args).1;
    let options = reading.options(Intent::Audit)?;
    if args.stakes.is_empty() {
        return AuditTable::read_source(TableSource { path: &args.table, input: table, options });
    }
    // Choices of columns and of a format are about TABLE, those of units about stakes.
    let mut of_stakes = Options { format: None, columns: Vec::new(), ..options.clone() };
    if args.seed.is_some() && reading.reading.unit.is_none() {
        // Ethereum's draw knows whole ETH.
        of_stakes.set("unit", "eth").map_err(|reason| command_line("--seed", reason, None))?;
    }
    let wins = TableSource { path: &args.table, input: table, options };
    let files: Vec<(u64, PathBuf)> = args.stakes.iter().map(|text| epoch(text)).collect();
    let mut inputs = Vec::new();
    for (place, (from, path)) in files.iter().enumerate() {
        if let Some((_, twin)) = files[..place].iter().find(|(other, _)| other == from) {
            return Err(command_line(
                &format!("--stakes {}", args.stakes[place]),
                format!("counts from the same block as {}", twin.display()),
                Some("write from which height each but the first counts: --stakes 5000=FILE".to_owned()),
            ));
        }
        inputs.push((*from, path, open(path, HELP)?));
    }
    let sources = inputs
        .iter_mut()
        .map(|(from, path, input)| {
            (*from, TableSource { path, input: &mut **input, options: of_stakes.clone() })
        })
        .collect();
    AuditTable::read_epochs(wins, sources)
}

/// A file of stakes, and from which height on it counts: FILE, or HEIGHT=FILE.
fn epoch(text: &str) -> (u64, PathBuf) {
    let split = text.split_once('=').and_then(|(height, file)| Some((height.parse().ok()?, file)));
    split.map_or((0, PathBuf::from(text)), |(height, file)| (height, PathBuf::from(file)))
}

fn command_line(option: &str, what: String, help: Option<String>) -> Problem {
    Problem { place: Place::CommandLine(option.to_owned()), key: String::new(), what, help }
}

/// From what the blocks follow one by one, if that is known.
fn basis(args: &AuditArgs, chain: &AuditTable, settings: &AuditSettings) -> Result<Option<Basis>, Problem> {
    let kind = settings.rule.kind.as_str();
    let refused = |option: &str, rule: &str| {
        let what = format!("is about {rule}, and the rule is `{kind}`");
        Err(command_line(option, what, Some(format!("add --rule {rule}, or leave {option} out"))))
    };
    let acceptance = match kind {
        "ethereum-phase0" => Some(Acceptance::PHASE0),
        "ethereum-electra" | "ethereum-fulu" => Some(Acceptance::ELECTRA),
        _ => None,
    };
    match (args.epoch, &args.seed, args.set_height) {
        (Some(_), ..) if kind != "solana-schedule" => return refused("--epoch", "solana-schedule"),
        (_, Some(_), _) if acceptance.is_none() => return refused("--seed", "ethereum-fulu"),
        (.., Some(_)) if kind != "cometbft-priority" => return refused("--set-height", "cometbft-priority"),
        _ => {}
    }
    let given = [
        args.epoch.map(|_| "--epoch"),
        args.seed.as_ref().map(|_| "--seed"),
        args.set_height.map(|_| "--set-height"),
    ];
    let Some(chronicle) = &chain.chronicle else {
        return match given.into_iter().flatten().next() {
            None => Ok(None),
            Some(option) => Err(command_line(
                option,
                format!("compares blocks one by one, and {} has no row for each block", args.table.display()),
                Some("give a table of height,proposer, and the stakes with --stakes FILE".to_owned()),
            )),
        };
    };
    if let Some(number) = args.epoch {
        return Ok(Some(Basis::Epoch(number)));
    }
    if let (Some(text), Some(acceptance)) = (&args.seed, acceptance) {
        let mut seed = [0; 32];
        let digits = text.strip_prefix("0x").unwrap_or(text);
        return match hex::decode_to_slice(digits, &mut seed) {
            Ok(()) => Ok(Some(Basis::Seed(seed, acceptance))),
            Err(_) => Err(command_line(
                &format!("--seed {text}"),
                "must have 64 hexadecimal digits".to_owned(),
                Some("it is get_seed(state, epoch, DOMAIN_BEACON_PROPOSER) of the specification".to_owned()),
            )),
        };
    }
    if kind != "cometbft-priority" {
        return Ok(None);
    }
    let mut sets = chain.priorities.clone();
    // At genesis all priorities are 0.
    if let Some(opening) = sets.first_mut().filter(|set| set.is_none())
        && chronicle.heights.first() == Some(&1)
        && args.set_height.unwrap_or(0) == 0
    {
        let validators = chain.names.len();
        let rows = (0..validators as u32).collect();
        *opening = Some(PrioritySet { priorities: vec![0; validators], rows, at: Some(0) });
    }
    if let Some(height) = args.set_height {
        let Some(Some(opening)) = sets.first_mut() else {
            return Err(command_line(
                &format!("--set-height {height}"),
                "needs a file of stakes with priorities for the first blocks, as a node's /validators gives them"
                    .to_owned(),
                Some("ask a node for /validators?height=H and give its answer with --stakes".to_owned()),
            ));
        };
        opening.at = Some(height);
    }
    Ok(sets.iter().any(Option::is_some).then_some(Basis::Priorities(sets)))
}

/// What to say where an option and a file contradict each other about the height of a set.
fn contradiction(args: &AuditArgs, chain: &AuditTable) -> Option<String> {
    let (given, own) = (args.set_height?, chain.priorities.first()?.as_ref()?.at?);
    (given != own).then(|| {
        format!("the set of the first blocks is taken for one of height {given} (--set-height), where its file is of {own}")
    })
}

/// What `--unit` says of the counts of slots, and what of stakes.
fn units(args: &AuditArgs) -> (Option<CountingUnit>, Option<String>) {
    let given = args.reading.reading.unit.iter().flat_map(|text| text.split(',').map(str::trim));
    let (counts, stakes): (Vec<&str>, Vec<&str>) = given.partition(|word| {
        [CountingUnit::Slots, CountingUnit::Blocks].iter().any(|unit| unit.word() == *word)
    });
    let slots = counts.last().map(|word| match *word == CountingUnit::Slots.word() {
        true => CountingUnit::Slots,
        false => CountingUnit::Blocks,
    });
    (slots, (!stakes.is_empty()).then(|| stakes.join(",")))
}

/// What the options say.
fn settings(args: &AuditArgs) -> Result<AuditSettings, Problem> {
    let defaults = AuditSettings::default();
    let rest = args.rest.as_ref().map(|text| {
        Rest::parse(text).map_err(|what| Problem {
            place: Place::CommandLine(format!("--rest {text}")),
            key: String::new(),
            what,
            help: Some("write it as --rest NAME=COUNT, e.g. --rest others=37".to_owned()),
        })
    });
    Ok(AuditSettings {
        rule: rule(&args.rule)?,
        confidence: args.confidence.unwrap_or(defaults.confidence),
        tolerance: args.tolerance.unwrap_or(defaults.tolerance),
        misallocated: args.misallocated.unwrap_or(defaults.misallocated),
        unit: units(args).0,
        prior_weight: args.bayes.then(|| args.prior_weight.unwrap_or(1.0)),
        rest: rest.transpose()?,
        questions: args.validator.clone(),
        with_validators: args.output.is_some(),
    })
}

/// Reads a rule: a name, or a table with settings.
fn rule(text: &str) -> Result<Choice, Problem> {
    let place = Place::CommandLine(format!("--rule {text}"));
    let help = "write it as a name, or as --rule '{ kind = \"power-weighted\", exponent = 0.5 }'".to_owned();
    let given = Override::parse(&format!("selection.rule={text}")).map_err(|problem| Problem {
        place: place.clone(),
        help: Some(help.clone()),
        ..problem
    })?;
    Choice::deserialize(given.value).map_err(|error| Problem {
        place,
        key: String::new(),
        what: error.message().to_owned(),
        help: Some(help),
    })
}

/// What it comes to, and the answers to what was asked.
fn verdict(audit: &Audit) -> String {
    let mut text = format!("{}\n", audit.conclusion.text);
    if let Some(missed) = &audit.conclusion.missed {
        text += &format!("{missed}\n");
    }
    if let Some(order) = &audit.order {
        text += &format!("{}\n", order.text);
    }
    if let Some(blocks) = &audit.blocks {
        text += &format!("{}\n", blocks.text);
    }
    for answer in &audit.answers {
        text += &format!("{}\n", answer.text);
    }
    text
}

fn columns(audit: &Audit) -> String {
    let mut order: Vec<&AuditRow> = audit.rows.iter().collect();
    if order.len() > MOST_SHOWN {
        // The least likely first.
        let rank = |row: &AuditRow| (row.p_adjusted.unwrap_or(2.0), row.log10_p_value.unwrap_or(0.0));
        order.sort_by(|a, b| {
            let ((p, log), (other_p, other_log)) = (rank(a), rank(b));
            let order = p.total_cmp(&other_p).then(log.total_cmp(&other_log));
            order.then_with(|| a.validator.cmp(&b.validator))
        });
    }
    let number = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.4}"));
    let has_posterior = audit.settings.prior_weight.is_some();
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
                number(row.mid_p),
                p_value(row.p_value),
                p_value(row.p_adjusted),
                row.minimum_detectable_effect.map_or("-".to_owned(), |effect| match 100.0 * effect {
                    small if small < 0.005 => format!("{small:.0e} %"),
                    percent => format!("{percent:.2} %"),
                }),
            ];
            if has_posterior {
                let relative = |value: f64| format!("{:+.1}", 100.0 * value);
                cells.push(match (row.posterior_deviation_low, row.posterior_deviation_high) {
                    (Some(low), Some(high)) => format!("{} to {} %", relative(low), relative(high)),
                    _ => "-".to_owned(),
                });
                cells.push(number(row.probability_within));
            }
            if has_slots {
                cells.push(percent(row.missed_share));
                cells.push(p_value(row.missed_p_holm));
            }
            cells.push(match row.finding {
                Some(Finding::Deviates) => format!("deviates, {}", row.direction),
                Some(finding) => finding.word().to_owned(),
                None => format!("stands for {} validators", grouped(row.stands_for.into())),
            });
            cells
        })
        .collect();
    let mut header = vec![
        "validator",
        "stake share",
        "expected wins",
        if has_slots { "slots" } else { "wins" },
        "from expected",
        "mid-p",
        "p",
        "corrected p",
        "detectable gain",
    ];
    if has_posterior {
        header.extend(["credible interval", "P(within)"]);
    }
    if has_slots {
        header.extend(["missed", "missed p"]);
    }
    header.push("finding");
    let mut text = format!("Expected: {}\n\n{}", audit.reference, table(&header, 1, lines));
    if order.len() > MOST_SHOWN {
        let rest = order.len() - MOST_SHOWN;
        text += &format!("\n... the least likely of all; {} more with --format csv", grouped(rest as u128));
    }
    text
}

/// Writes the folder; returns where it stands.
fn write(
    root: &Path,
    args: &AuditArgs,
    input: (&Path, String),
    audit: &Audit,
    timing: Timing,
) -> Result<Published, Failure> {
    let stem = input.0.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let name = stem.unwrap_or_else(|| "audit".to_owned());
    let wish = FolderWish { root, force: args.force, safe_csv: args.table_form.safe_csv.on, quiet: false };
    let folder = results::prepare(&wish, &name)?;
    folder.write_table("audit.csv", &audit.rows)?;
    folder.write_table("validators.csv", &audit.validators)?;
    folder.write_table("fairness.csv", &audit.statements)?;
    if let Some(order) = &audit.order {
        folder.write_table("order.csv", &order.tests)?;
    }
    let confidence = audit.settings.confidence;
    let wins: u64 = audit.rows.iter().map(|row| row.wins).sum();
    let subject = Subject {
        title: &name,
        subtitle: &audit_subtitle(&rule_label(&audit.rule), wins, confidence),
        validators: &as_decided(&audit.validators, &audit.rows),
        confidence,
        ..Subject::default()
    };
    let figures = ["win-share", "lorenz"].map(Choice::plain);
    let control = Control { progress: &Quiet, stop: &AtomicBool::new(false) };
    let drawing = Stopwatch::start();
    let skipped =
        draw_figures(&folder, &figures, &[FigureFormat::Svg, FigureFormat::Png], &subject, &control)?;
    let drawing = drawing.elapsed();
    let mut manifest = AuditManifest::new(&name, input, audit, timing, &folder)
        .map_err(|error| folder.failed("manifest.json", error))?;
    let (page, hash, took) = write_report(&folder, &manifest)?;
    manifest.files.insert(page, hash);
    manifest.report_seconds = (drawing + took).as_secs_f64();
    folder.write_manifest(&manifest)?;
    let published = folder.publish()?;
    for note in skipped {
        tell(format_args!("note: {note}"));
    }
    Ok(published)
}
