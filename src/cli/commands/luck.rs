//! `tombola luck`.

use crate::cli::failure::Failure;
use crate::cli::options::confidence::confidence;
use crate::cli::options::number::{decimal, too_small, whole};
use crate::cli::options::printed_table::PrintedTable;
use crate::cli::options::table_format::TableFormat;
use crate::cli::options::threads::ThreadsArg;
use crate::cli::reading::{TableReading, open};
use crate::cli::screen::{print, print_json, table, tell};
use clap::Args as ClapArgs;
use std::path::PathBuf;
use tombola::analysis::rows::LuckRow;
use tombola::analysis::{
    CHAINS, ChainPreset, LuckDispersion, LuckQuestion, LuckSelection, luck as answer, slot_probability,
};
use tombola::import::{Intent, read_from, vanishes};
use tombola::registry::{Choice, find, nearest};
use tombola::scenario::{Place, Problem};
use tombola::selection::{Dispersion, RULES};
use tombola::stake::MAX_TOTAL;

#[derive(ClapArgs)]
#[command(after_help = "\
Who: --share, --expected, or a table of stakes and --validator. The period: --slots, --epochs or
--days. Slots are independent draws unless --chain says otherwise; `tombola list chains` says what is
known of each chain.

Examples:
  tombola luck --expected 26 --slots 43200 --wins 15
  tombola luck --share 10/420000 --slots 144000 --wins 0
  tombola luck --expected 26 --slots 43200 --gap 19280
  tombola luck --chain ethereum --share 0.3 --epochs 1 --in-a-row 3
  tombola luck stakes.csv --validator key-1,key-2 --chain solana --epochs 3 --wins 480")]
pub struct LuckArgs {
    /// Table of stakes; - is standard input
    #[arg(value_name = "TABLE")]
    pub table: Option<PathBuf>,
    /// Whom of the table it is about; several keys, with commas between them, are one operator's
    #[arg(long, value_name = "NAME", requires = "table")]
    pub validator: Vec<String>,
    /// Share of stake: 0.0006, 0.06% or 10/420000
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    pub share: Option<String>,
    /// Wins that were expected in the period, in place of a share
    #[arg(long, value_name = "WINS", allow_negative_numbers = true, value_parser = decimal)]
    pub expected: Option<f64>,
    /// Length of the period in slots
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = whole(1, 1 << 53))]
    pub slots: Option<u64>,
    /// Length of the period in epochs
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = decimal)]
    pub epochs: Option<f64>,
    /// Length of the period in days
    #[arg(long, value_name = "D", allow_negative_numbers = true, value_parser = decimal)]
    pub days: Option<f64>,
    /// Slots that were won
    #[arg(long, visible_alias = "got", value_name = "K", allow_negative_numbers = true, value_parser = whole(0, 1 << 53))]
    pub wins: Option<u64>,
    /// Slots without a win, one after another
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = whole(1, 1 << 53))]
    pub gap: Option<u64>,
    /// Slots that were won one after another
    #[arg(long, value_name = "K", allow_negative_numbers = true, value_parser = whole(1, 1 << 53))]
    pub in_a_row: Option<u64>,
    /// Chain whose rule and timing apply, see `tombola list chains`
    #[arg(long, value_name = "NAME")]
    pub chain: Option<String>,
    /// Length of a slot in seconds [default: the chain's]
    #[arg(long, value_name = "S", allow_negative_numbers = true, value_parser = decimal)]
    pub slot_seconds: Option<f64>,
    /// Slots of an epoch [default: the chain's]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = whole(1, 1 << 53))]
    pub epoch_slots: Option<u64>,
    /// Slots in a row that one draw decides [default: the chain's, or 1]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = whole(1, 1 << 32))]
    pub slots_per_draw: Option<u64>,
    /// How many such validators the chain has, for how often somebody meets it; on a chain that goes by
    /// turns, how many it has in all, for how far wins can be from the expected ones [default: those of
    /// the table, or one over the share; by turns, any number]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = whole(1, 1 << 53))]
    pub validators: Option<u64>,
    #[command(flatten)]
    pub reading: TableReading,
    /// Confidence of intervals [default: 0.95]
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true, value_parser = decimal)]
    pub confidence: Option<f64>,
    #[command(flatten)]
    pub table_form: PrintedTable,
    #[command(flatten)]
    pub threads: ThreadsArg,
}

impl LuckArgs {
    /// Whether the options say how slots are drawn, or how long they are.
    pub fn is_timed(&self) -> bool {
        self.slot_seconds.is_some() || self.epoch_slots.is_some() || self.slots_per_draw.is_some()
    }
}

/// More slots than this are no period that a double counts exactly.
const MOST_SLOTS: f64 = (1u64 << 53) as f64;

/// Says how rare a validator's wins are.
pub fn luck(args: &LuckArgs) -> Result<(), Failure> {
    let question = question(args)?;
    let report = answer(&question).ok_or_else(|| {
        Failure::CannotRun("the question has no answer: the probabilities are out of range".to_owned())
    })?;
    let rows = report.rows();
    match args.table_form.format {
        TableFormat::Json => print_json(&report)?,
        TableFormat::Csv => args.table_form.print(&rows, columns)?,
        TableFormat::Table => print(&format!("{}\n\n{}\n", report.text, columns(&rows)))?,
    }
    if !matches!(args.table_form.format, TableFormat::Table) {
        tell(&report.text);
    }
    if question.chain.is_none() && !args.is_timed() {
        tell(
            "note: slots are taken for independent draws; --chain says how a chain draws, and how long a slot takes",
        );
    }
    Ok(())
}

fn refuse<T>(option: &str, what: impl Into<String>, help: impl Into<String>) -> Result<T, Problem> {
    Err(Problem {
        place: Place::CommandLine(option.to_owned()),
        key: String::new(),
        what: what.into(),
        help: Some(help.into()),
    })
}

/// What is asked.
fn question(args: &LuckArgs) -> Result<LuckQuestion, Problem> {
    let chain = args.chain.as_deref().map(chain_of).transpose()?;
    let selection = chain.map_or(LuckSelection::Draws { slots: 1 }, |chain| chain.selection);
    let selection = match args.slots_per_draw {
        Some(slots) => LuckSelection::Draws { slots },
        None => selection,
    };
    let unit = match selection {
        LuckSelection::Draws { slots } => slots,
        _ => 1,
    };
    let slot_seconds = args.slot_seconds.or(chain.map(|chain| chain.slot_seconds));
    if let Some(seconds) = args.slot_seconds
        && !(seconds > 0.0 && seconds.is_finite())
    {
        return refuse(
            &format!("--slot-seconds {seconds}"),
            "is no length of a slot",
            "give seconds, more than 0",
        );
    }
    let slots = period(args, chain, slot_seconds, unit)?;
    let confidence = confidence(args.confidence)?;
    for (option, value) in [("wins", args.wins), ("gap", args.gap), ("in-a-row", args.in_a_row)] {
        if let Some(value) = value.filter(|&value| value > slots) {
            return refuse(
                &format!("--{option} {value}"),
                format!("is more than the {slots} slots of the period"),
                "give the period in which it was seen",
            );
        }
    }
    if let Some((wins, run)) = args.wins.zip(args.in_a_row).filter(|(wins, run)| run > wins) {
        return refuse(
            &format!("--in-a-row {run}"),
            format!("is more than the {wins} wins of the period"),
            "give --wins with those of the run among them",
        );
    }
    if let Some((wins, gap)) = args.wins.zip(args.gap).filter(|(wins, gap)| wins.saturating_add(*gap) > slots)
    {
        return refuse(
            &format!("--gap {gap}"),
            format!("leaves no room for {wins} wins in {slots} slots"),
            "give the slots without a win between two of them, or before the first or after the last one",
        );
    }
    let asked = Asked { chain, selection, slots };
    let party = match (&args.table, &args.share, args.expected) {
        (Some(_), None, None) => of_table(args, &asked)?,
        (None, Some(share), None) => of_share(share, &asked)?,
        (None, None, Some(expected)) => of_expected(expected, &asked)?,
        (None, None, None) => {
            return refuse(
                "tombola luck",
                "it is not said who is asked about",
                "give --share 0.0006, or --expected 26, or a table of stakes and --validator NAME",
            );
        }
        _ => {
            return refuse(
                "tombola luck",
                "a table, --share and --expected say the same thing, and more than one of them is given",
                "give one",
            );
        }
    };
    // The number of all validators, which turns depend on, follows from a table and not from a share.
    let guessed = party.validators.filter(|_| selection != LuckSelection::Turns || party.bound.is_some());
    let validators = args.validators.or(guessed);
    let dispersion = match (party.bound, selection) {
        (Some(bound), _) => LuckDispersion::Bounded(bound),
        (None, LuckSelection::Turns) => LuckDispersion::turns(validators),
        (None, _) => LuckDispersion::Draws(unit),
    };
    Ok(LuckQuestion {
        names: party.names,
        chain: chain.map(|chain| chain.name.to_owned()),
        stake_share: party.stake_share,
        p_slot: party.p_slot,
        dispersion,
        slots,
        slot_seconds,
        wins: args.wins,
        gap: args.gap,
        in_a_row: args.in_a_row,
        validators,
        confidence,
    })
}

/// The chain of this name.
fn chain_of(name: &str) -> Result<&'static ChainPreset, Problem> {
    let names = || CHAINS.iter().map(|chain| chain.name);
    match CHAINS.iter().find(|chain| chain.name == name.to_lowercase()) {
        Some(chain) => Ok(chain),
        None => {
            let known = names().collect::<Vec<_>>().join(", ");
            let help = match nearest(name, names()) {
                Some(near) => format!("did you mean `{near}`? Known: {known}"),
                None => format!(
                    "known: {known}; or say its timing with --slot-seconds, --epoch-slots and --slots-per-draw"
                ),
            };
            refuse(&format!("--chain {name}"), "is no chain whose timing is known", help)
        }
    }
}

/// The slots of the period.
fn period(
    args: &LuckArgs,
    chain: Option<&ChainPreset>,
    slot_seconds: Option<f64>,
    unit: u64,
) -> Result<u64, Problem> {
    let (option, slots) = match (args.slots, args.epochs, args.days) {
        (Some(slots), None, None) => (format!("--slots {slots}"), slots as f64),
        (None, Some(epochs), None) => {
            let option = format!("--epochs {epochs}");
            let Some(length) = args.epoch_slots.or(chain.and_then(|chain| chain.epoch_slots)) else {
                return refuse(
                    &option,
                    "nothing says how many slots an epoch has",
                    "add --epoch-slots N, or --chain with a chain that has epochs, or give --slots or --days",
                );
            };
            (option, epochs * length as f64)
        }
        (None, None, Some(days)) => {
            let option = format!("--days {days}");
            let Some(seconds) = slot_seconds else {
                return refuse(
                    &option,
                    "nothing says how long a slot takes",
                    "add --chain NAME or --slot-seconds S, or give --slots",
                );
            };
            (option, days * 86_400.0 / seconds)
        }
        (None, None, None) => {
            return refuse("tombola luck", "the period is missing", "give --slots N, --epochs N or --days N");
        }
        _ => {
            return refuse(
                "tombola luck",
                "--slots, --epochs and --days say the same thing, and more than one of them is given",
                "give one",
            );
        }
    };
    if !(slots >= unit as f64 && slots <= MOST_SLOTS) {
        return refuse(
            &option,
            format!("is a period of {slots} slots"),
            format!("it must have at least {unit} and at most {MOST_SLOTS}"),
        );
    }
    // A period in epochs or days is one of whole draws; one in slots says what it is.
    let whole = (slots + 1e-6).floor() as u64 / unit * unit;
    if args.slots.is_some() && whole as f64 != slots {
        return refuse(
            &option,
            format!("is no whole number of draws of {unit} slots each"),
            format!("give {whole} or {}", whole + unit),
        );
    }
    Ok(whole)
}

/// What is known before it is known who is asked about.
struct Asked {
    chain: Option<&'static ChainPreset>,
    selection: LuckSelection,
    slots: u64,
}

/// Who is asked about.
#[derive(Default)]
struct Party {
    names: Vec<String>,
    stake_share: Option<f64>,
    p_slot: f64,
    validators: Option<u64>,
    bound: Option<f64>,
}

/// Somebody with this share, written as 0.0006, 0.06% or 10/420000.
fn of_share(text: &str, asked: &Asked) -> Result<Party, Problem> {
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    let (part, divisor) = match (text.split_once('/'), text.trim().strip_suffix('%')) {
        (Some((part, whole)), _) => (part, number(whole)),
        (None, Some(percent)) => (percent, Some(100.0)),
        (None, None) => (text, Some(1.0)),
    };
    let share = number(part).zip(divisor).map(|(part, divisor)| part / divisor);
    if let Some(share) = share
        && vanishes(part.trim(), share)
    {
        return refuse(&format!("--share {text}"), "cannot be told from 0", too_small());
    }
    let Some(share) = share.filter(|share| (0.0..=1.0).contains(share)) else {
        return refuse(
            &format!("--share {text}"),
            "is no share of stake",
            "write it as a fraction of one, from 0 to 1: 0.0006, 0.06% or 10/420000",
        );
    };
    Ok(Party {
        stake_share: Some(share),
        p_slot: slot_probability(asked.selection, share),
        validators: alike(share),
        ..Party::default()
    })
}

/// Somebody of whom so many wins are expected.
fn of_expected(expected: f64, asked: &Asked) -> Result<Party, Problem> {
    let p_slot = expected / asked.slots as f64;
    if expected > 0.0 && p_slot < f64::MIN_POSITIVE {
        return refuse(&format!("--expected {expected}"), "is too small for the period", too_small());
    }
    if !(expected >= 0.0 && p_slot <= 1.0) {
        return refuse(
            &format!("--expected {expected}"),
            format!("is no number of wins that can be expected in {} slots", asked.slots),
            "it must be at least 0 and at most one a slot",
        );
    }
    Ok(Party { p_slot, validators: alike(p_slot), ..Party::default() })
}

/// How many of this size make up the whole.
fn alike(share: f64) -> Option<u64> {
    let number = (1.0 / share).round();
    (share > 0.0 && number < MOST_SLOTS).then_some(number as u64)
}

/// Rows of a table, as one.
fn of_table(args: &LuckArgs, asked: &Asked) -> Result<Party, Problem> {
    let Some(path) = &args.table else { return Ok(Party::default()) };
    if args.validator.is_empty() {
        return refuse(
            &format!("tombola luck {}", path.display()),
            "it is not said which of the table's validators is asked about",
            "add --validator NAME; several keys of one operator are given with commas between them",
        );
    }
    let options = args.reading.options(Intent::Stakes)?;
    let problem = |line: u64, column: u64, what: String| Problem {
        place: Place::Line { path: path.clone(), line: line as usize, column: column as usize },
        key: String::new(),
        what,
        help: Some("a table of stakes has the columns name and stake; see `tombola help luck`".to_owned()),
    };
    let mut input = open(path, "name a table of stakes")?;
    // Only shares matter, so amounts of any size and unit are fine.
    let options = tombola::import::Options { intent: Intent::AuditPart, ..options };
    let import =
        read_from(&mut *input, &options).map_err(|fault| problem(fault.line, fault.column, fault.problem))?;
    let whole = import
        .whole_stakes(&options, MAX_TOTAL)
        .map_err(|what| problem(import.last_line, 1, what))?
        .ok_or_else(|| {
            Problem::file(
                path,
                format!("is read as {}, which tells no stakes", import.format),
                "name a table of stakes",
            )
        })?;
    for (reason, count) in &import.dropped {
        tell(format_args!("note: left out {count}: {reason}"));
    }
    for note in import.notes.iter().chain(&whole.rounding) {
        tell(format_args!("note: {note}"));
    }
    let mut members = Vec::new();
    for text in &args.validator {
        // A name may hold a comma itself.
        let names = match import.names.contains(text) {
            true => vec![text.as_str()],
            false => text.split(',').map(str::trim).collect(),
        };
        for name in names {
            let Some(place) = import.names.iter().position(|other| other == name) else {
                let help = match nearest(name, import.names.iter().map(String::as_str)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "give a name as the table writes it".to_owned(),
                };
                return refuse(
                    &format!("--validator {name}"),
                    format!("{} has no row of this name", path.display()),
                    help,
                );
            };
            if members.contains(&place) {
                return refuse(&format!("--validator {name}"), "is named twice", "name every key once");
            }
            members.push(place);
        }
    }
    let total: f64 = whole.stakes.iter().map(|&stake| stake as f64).sum();
    let own: f64 = members.iter().map(|&member| whole.stakes[member] as f64).sum();
    let names = members.iter().map(|&member| import.names[member].clone()).collect();
    if let Some(part) = &import.part {
        let Some(of_chain) = part.share else {
            return Err(Problem::file(
                path,
                format!(
                    "shows a part of the chain, so what share a stake is of the whole is not known: {}",
                    part.why
                ),
                format!("{}; or give the share with --share in place of the table", part.remedy),
            ));
        };
        // What a rule makes of the stakes of others is not known.
        let share = own / total * of_chain;
        let p_slot = slot_probability(asked.selection, share);
        return Ok(Party { names, stake_share: Some(share), p_slot, validators: alike(share), bound: None });
    }
    let share = own / total;
    let name = asked.chain.map_or("raffle", |chain| chain.rule);
    let rule = find("rule", RULES, &Choice::plain(name)).map_err(|refusal| Problem {
        place: Place::CommandLine("--chain".to_owned()),
        key: String::new(),
        what: refusal.to_string(),
        help: None,
    })?;
    let p_slot = match asked.selection {
        LuckSelection::Private { .. } => slot_probability(asked.selection, share),
        _ => match rule.thing.expected_shares(&whole.stakes).shares() {
            Some(shares) => members.iter().map(|&member| shares[member]).sum::<f64>().min(1.0),
            None => share,
        },
    };
    let bound = match (asked.selection, rule.thing.dispersion(&whole.stakes)) {
        (LuckSelection::Turns, Dispersion::Bounded { bounds }) => {
            Some(members.iter().map(|&member| bounds[member]).sum())
        }
        _ => None,
    };
    Ok(Party {
        names,
        stake_share: Some(share),
        p_slot,
        validators: Some(whole.stakes.iter().filter(|&&stake| stake > 0).count() as u64),
        bound,
    })
}

fn columns(rows: &[LuckRow]) -> String {
    let lines = rows
        .iter()
        .map(|row| {
            let value = match row.unit.as_str() {
                "probability" if row.value < 1e-3 && row.value > 0.0 => format!("{:.4e}", row.value),
                "slots" | "number" | "seconds" if row.value.fract() == 0.0 && row.value < 1e15 => {
                    format!("{}", row.value)
                }
                _ if row.value.abs() >= 1e7 || row.value != 0.0 && row.value.abs() < 1e-3 => {
                    format!("{:.4e}", row.value)
                }
                "probability" => format!("{:.6}", row.value),
                _ => format!("{:.4}", row.value),
            };
            vec![row.metric.clone(), row.unit.clone(), row.note.clone(), value]
        })
        .collect();
    table(&["metric", "unit", "meaning", "value"], 3, lines)
}
