//! The commands and their options; help, errors and completions come from this definition.

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::path::PathBuf;
use tombola::scenario::{FigureFormat, Override, Problem};

/// Does the rule that picks the next forger treat everybody fairly, and how sure are we?
///
/// tombola plays many rounds of proof of stake (select a forger, verify, create, sign and
/// broadcast a block, attest, decide, settle, slash), counts who forged and who earned, and says
/// with tables, figures and a verdict whether that is fair to stake.
#[derive(Parser)]
#[command(name = "tombola", version, max_term_width = 100, help_template = HELP, after_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
}

/// The commands under four headings; a test holds the names against [`Command`].
const HELP: &str = "\
{about-with-newline}
{usage-heading} {usage}

Simulate, compare and plan:
  run          Run one or more scenarios and write tables and figures
  compare      Compare rules on the same population and random numbers, with paired differences
  law          Print the expected share of each validator, exactly, without a simulation
  plan         Say how many rounds and trials a wanted precision or power needs
  strategy     Say whether splitting an account, or merging several, pays

Results:
  plot         Draw the figures of a folder of results again, from its tables
  report       Write a page that shows a folder of results: verdict, figures, tables, methods
  reproduce    Run a folder of results again and compare it byte by byte

Real chains:
  audit        Hold a real chain's table of wins against a rule
  import       Show what a chain's table says, and write it as names, stakes and wins

Learn and check:
  init         Write a commented scenario to start from
  check        Check a scenario and print it with every default
  list         Say what there is: rules, stake distributions, figures, scenarios, with sources
  trace        Tell one round as a story: tokens, draw, block, signatures, votes, settlement
  verify       Check an exported chain again, from its bytes alone
  completions  Print a completion script for a shell
  help         Print this message or the help of a command

Options:
{options}{after-help}";

const EXAMPLES: &str = "\
Examples:
  tombola run scenarios/seed.toml                 a million full rounds, tables and figures
  tombola run my.toml --set selection.rule=uniform --output tries
  tombola compare my.toml --rules raffle,nxt      the same population and random numbers under several rules
  tombola trace scenarios/seed.toml --round 3     tell one round as a story
  tombola law scenarios/seed.toml                 what the rule promises, without a simulation
  tombola plan scenarios/seed.toml                how many rounds are enough
  tombola audit scenarios/tables/example-chain.csv  does chance explain a real chain's wins?
  tombola import validators.json --to stakes.csv  what a chain's tool printed, as a table
  tombola strategy scenarios/rule-nxt.toml        does splitting or merging pay?
  tombola check my.toml                           every setting, defaults included
  tombola run scenarios/seed.toml --rounds 100 --keep-chain
  tombola verify output/seed/chain.jsonl          check every byte of that chain
  tombola list rules --long                       what there is, with sources

Exit codes: 0 done; 1 done, but an asserted check failed; 2 could not run; 130 interrupted.";

#[derive(Subcommand)]
pub enum Command {
    /// Run one or more scenarios and write tables and figures
    Run(RunArgs),
    /// Compare rules on the same population and random numbers, with paired differences
    Compare(CompareArgs),
    /// Print what the rule promises each validator, exactly, without a simulation
    Law(LawArgs),
    /// Say how many rounds and trials a wanted precision or power needs, without running them
    Plan(PlanArgs),
    /// Draw the figures of a folder of results again, from its tables
    Plot(PlotArgs),
    /// Write a page that shows a folder of results: verdict, figures, tables, methods
    Report(ReportArgs),
    /// Run a folder of results again and compare it byte by byte
    Reproduce(ReproduceArgs),
    /// Say of a real chain's table of wins whether chance explains it
    Audit(AuditArgs),
    /// Show what a chain's table says, and write it as a table of names, stakes and wins
    Import(ImportArgs),
    /// Say whether splitting an account, or merging several, pays
    Strategy(StrategyArgs),
    /// Tell one round as a story: tokens, draw, block, signatures, votes, settlement
    Trace(TraceArgs),
    /// Write a commented scenario to start from
    Init(InitArgs),
    /// Check a scenario and print it with every default
    Check(CheckArgs),
    /// Check an exported chain again, from its bytes alone
    Verify(VerifyArgs),
    /// Say what there is: rules, stake distributions, figures, scenarios, with sources
    List(ListArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
}

impl Command {
    /// The number of threads that was asked for; `None` for commands that do not compute.
    pub fn threads(&self) -> Option<usize> {
        let threads = match self {
            Command::Run(args) => &args.threads,
            Command::Compare(args) => &args.threads,
            Command::Law(args) => &args.threads,
            Command::Plan(args) => &args.threads,
            Command::Reproduce(args) => &args.threads,
            Command::Audit(args) => &args.threads,
            Command::Strategy(args) => &args.threads,
            Command::Trace(args) => &args.threads,
            Command::Verify(args) => &args.threads,
            Command::Import(_)
            | Command::Plot(_)
            | Command::Report(_)
            | Command::Check(_)
            | Command::List(_)
            | Command::Init(_)
            | Command::Completions(_) => return None,
        };
        Some(threads.number as usize)
    }
}

/// Reads a whole number between two bounds.
fn whole(low: u64, high: u64) -> impl Fn(&str) -> Result<u64, String> + Clone {
    move |text| {
        let number = text.parse().ok().filter(|number| (low..=high).contains(number));
        number.ok_or_else(|| format!("it must be a whole number from {low} to {high}"))
    }
}

#[derive(ClapArgs)]
#[command(after_help = "\
What the run drew is replaced, and the manifest goes on saying what stands in the folder; files that
somebody else put there are not touched without --force.

Examples:
  tombola plot output/seed
  tombola plot output/seed --figure lorenz --title \"Five accounts\" --format svg --output paper")]
pub struct PlotArgs {
    /// Folder of results of `tombola run` or `tombola audit`
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Draw this figure; repeatable. Without it: those of the scenario
    #[arg(long, value_name = "NAME")]
    pub figure: Vec<String>,
    /// Title, in place of the scenario's name
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// Formats, separated by commas; without it: svg and png
    #[arg(long, value_enum, value_delimiter = ',', value_name = "FORMATS")]
    pub format: Vec<PictureFormat>,
    /// Where to put the figures; without it: DIR/figures
    #[arg(long, value_name = "FOLDER")]
    pub output: Option<PathBuf>,
    /// Replace files that are there already
    #[arg(long)]
    pub force: bool,
}

/// A format of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PictureFormat {
    /// Scalable vector graphics with the font inside
    Svg,
    /// Pixels, 300 an inch
    Png,
}

impl PictureFormat {
    /// The same in words of a scenario.
    pub fn kind(self) -> FigureFormat {
        match self {
            PictureFormat::Svg => FigureFormat::Svg,
            PictureFormat::Png => FigureFormat::Png,
        }
    }
}

#[derive(ClapArgs)]
#[command(after_help = "\
The page is one file that loads nothing: it can be mailed, printed and opened without a network.

Example:
  tombola report output/seed")]
pub struct ReportArgs {
    /// Folder of results of `tombola run`, `audit` or `compare`
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Where to write the page; without it: DIR/report.html
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace the page if it is there already
    #[arg(long)]
    pub force: bool,
}

#[derive(ClapArgs)]
#[command(after_help = "\
The scenario that the manifest records is run again in a temporary folder. Exit code 0 if all files have
the same bytes, 1 if not.

Example:
  tombola reproduce output/seed")]
pub struct ReproduceArgs {
    /// Folder of results of `tombola run`
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Print the result and errors only
    #[arg(long)]
    pub quiet: bool,
    #[command(flatten)]
    pub threads: ThreadsArg,
}

/// On how many threads a command computes.
#[derive(ClapArgs)]
pub struct ThreadsArg {
    /// Number of threads; 0 takes one for each core
    #[arg(long = "threads", value_name = "N", default_value_t = 0, allow_negative_numbers = true, value_parser = whole(0, 1024))]
    pub number: u64,
}

/// Whether tables are made safe for spreadsheets.
#[derive(ClapArgs)]
pub struct SafeCsvArg {
    /// Put an apostrophe before names in CSV that begin with = + - or @, so that no spreadsheet
    /// calculates them
    #[arg(long = "safe-csv")]
    pub on: bool,
}

/// Settings that replace those of the file and that every command heeds.
#[derive(ClapArgs, Clone, Default)]
pub struct Settings {
    /// Seed from which everything random is derived
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = whole(0, u64::MAX))]
    pub seed: Option<u64>,
    /// Any setting, by its keys, e.g. --set selection.rule=uniform; may be repeated. Relative paths
    /// start from the current folder
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
}

/// How long and how often, for the commands that play rounds.
#[derive(ClapArgs, Clone, Default)]
pub struct Size {
    /// Rounds of each trial
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = whole(0, i64::MAX as u64))]
    pub rounds: Option<u64>,
    /// Number of trials
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = whole(0, i64::MAX as u64))]
    pub trials: Option<u64>,
}

/// What carries out the rounds, for the commands that leave it open.
#[derive(ClapArgs, Clone, Default)]
pub struct EngineChoice {
    /// Engine: full (every byte), draws (the same decisions without the bytes), law (counts from
    /// their exact distribution, without rounds) or auto
    #[arg(long, value_name = "ENGINE")]
    pub engine: Option<String>,
}

impl Settings {
    /// The settings as overrides of the file.
    pub fn overrides(&self) -> Result<Vec<Override>, Problem> {
        self.overrides_with(&Size::default(), &EngineChoice::default())
    }

    /// The same with those of a command that plays rounds; `--set` first, so that an option of its
    /// own wins.
    pub fn overrides_with(&self, size: &Size, engine: &EngineChoice) -> Result<Vec<Override>, Problem> {
        let mut overrides =
            self.set.iter().map(|text| Override::parse(text)).collect::<Result<Vec<_>, _>>()?;
        for (name, value) in [("rounds", size.rounds), ("trials", size.trials), ("seed", self.seed)] {
            if let Some(number) = value {
                // TOML's integers end at 2^63 - 1; a larger seed is text.
                let value = match i64::try_from(number) {
                    Ok(number) => toml::Value::Integer(number),
                    Err(_) => toml::Value::String(number.to_string()),
                };
                overrides.push(Override::new(&format!("run.{name}"), value, format!("--{name} {number}")));
            }
        }
        if let Some(engine) = &engine.engine {
            let value = toml::Value::String(engine.clone());
            overrides.push(Override::new("run.engine", value, format!("--engine {engine}")));
        }
        Ok(overrides)
    }
}

#[derive(ClapArgs)]
#[command(after_help = "\
Results go to DIR/NAME/: validators.csv, trials.csv, chains.csv, timeline.csv, fairness.csv,
windows.csv, figures/, manifest.json. For one seed all of them but the manifest are the same bytes
on any number of threads, and with the engines full and draws.

Examples:
  tombola run scenarios/seed.toml
  tombola run scenarios/seed.toml --engine draws --rounds 1000000 --force
  tombola run scenarios/stake-table.toml --set population.stake.path=mine.csv
  tombola run a.toml b.toml --output results --threads 2")]
pub struct RunArgs {
    /// Scenario files, or names of scenarios that come along, run one after another
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub settings: Settings,
    #[command(flatten)]
    pub size: Size,
    #[command(flatten)]
    pub engine: EngineChoice,
    #[command(flatten)]
    pub threads: ThreadsArg,
    /// Folder in which each scenario gets a folder of its own
    #[arg(long, value_name = "DIR", default_value = "output")]
    pub output: PathBuf,
    /// Replace results that are there already; other files beside them are kept
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub safe_csv: SafeCsvArg,
    /// Also write who was selected in each round of the first trial to FILE, as a table of blocks
    /// (height, proposer) that `tombola audit` reads; the trial is played again for it
    #[arg(long, value_name = "FILE")]
    pub schedule: Option<PathBuf>,
    /// Write the first trial's chain to chain.jsonl, for `tombola verify`; needs the full engine
    #[arg(long)]
    pub keep_chain: bool,
    /// What is printed at the end: a table and the verdict in words, or one JSON object for each scenario
    #[arg(long, value_enum, default_value = "table")]
    pub format: SummaryFormat,
    /// Print nothing but errors
    #[arg(long, short)]
    pub quiet: bool,
}

/// What `run` prints at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SummaryFormat {
    /// A table and the verdict in words.
    Table,
    /// One JSON object for each scenario, on a line of its own.
    Json,
}

#[derive(ClapArgs)]
#[command(after_help = "\
Results go to DIR/NAME-compare/: compare.csv, timeline.csv, figures/, manifest.json, where NAME is
that of the first scenario. Trials with the same number meet the same luck under every rule and are
compared pair by pair. All files but the manifest are the same bytes on any number of threads, and
with the engines full and draws. An interrupted comparison writes nothing.

Examples:
  tombola compare scenarios/seed.toml --rules raffle,single-lottery --engine draws --rounds 2000 --trials 50
  tombola compare my.toml --rules 'raffle,{ kind = \"top-n\", n = 3 }'
  tombola compare my.toml --rules raffle --rule '{ kind = \"power-weighted\", exponent = 0.5 }'
  tombola compare a.toml b.toml --trials 100")]
pub struct CompareArgs {
    /// Scenario file; or several with the same population, each compared as it is
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Rules to compare in the place of the file's own, by name or as inline tables, with commas
    /// between them
    #[arg(long, value_name = "LIST")]
    pub rules: Option<String>,
    /// One more rule, by name or as an inline table; may be repeated
    #[arg(long = "rule", value_name = "RULE")]
    pub rule: Vec<String>,
    #[command(flatten)]
    pub settings: Settings,
    #[command(flatten)]
    pub size: Size,
    #[command(flatten)]
    pub engine: EngineChoice,
    #[command(flatten)]
    pub threads: ThreadsArg,
    /// Folder in which the comparison gets a folder of its own
    #[arg(long, value_name = "DIR", default_value = "output")]
    pub output: PathBuf,
    /// Replace results that are there already; other files beside them are kept
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub safe_csv: SafeCsvArg,
    /// Print nothing but errors
    #[arg(long, short)]
    pub quiet: bool,
}

#[derive(ClapArgs)]
#[command(after_help = "\
Examples:
  tombola trace scenarios/seed.toml
  tombola trace scenarios/faults.toml --round 7 --trial 2
  tombola trace scenarios/seed.toml --rounds 1000 --schedule blocks.csv")]
pub struct TraceArgs {
    /// Scenario file, or the name of one that comes along
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The round to tell, counted from 1; those before it are played silently
    #[arg(long, value_name = "K", default_value_t = 1, allow_negative_numbers = true, value_parser = whole(1, i64::MAX as u64))]
    pub round: u64,
    /// The trial, counted from 0
    #[arg(long, value_name = "T", default_value_t = 0, allow_negative_numbers = true, value_parser = whole(0, i64::MAX as u64))]
    pub trial: u64,
    /// Instead of a round's story: write who was selected in each round of the trial to FILE, as a
    /// table of blocks (height, proposer) that `tombola audit` reads
    #[arg(long, value_name = "FILE", conflicts_with = "round")]
    pub schedule: Option<PathBuf>,
    /// Replace FILE if it is there already
    #[arg(long, requires = "schedule")]
    pub force: bool,
    #[command(flatten)]
    pub settings: Settings,
    #[command(flatten)]
    pub size: Size,
    #[command(flatten)]
    pub threads: ThreadsArg,
}

#[derive(ClapArgs)]
#[command(after_help = "\
Examples:
  tombola law scenarios/seed.toml
  tombola law scenarios/seed.toml --set selection.rule=single-lottery --format csv
  tombola law scenarios/seed.toml --window 32     slots of each validator in 32 rounds
  tombola law scenarios/seed.toml --window 32 --validator oliver --count 3     is that bad luck?")]
pub struct LawArgs {
    /// Scenario file, or the name of one that comes along
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    pub settings: Settings,
    /// Instead of shares: the wins of each validator in a window of so many rounds
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = whole(1, 1 << 53))]
    pub window: Option<u64>,
    /// With --window: only this validator
    #[arg(long, value_name = "NAME", requires = "window")]
    pub validator: Option<String>,
    /// With --window: how likely so many wins, or fewer, or more, are
    #[arg(long, value_name = "K", requires = "window", allow_negative_numbers = true, value_parser = whole(0, 1 << 53))]
    pub count: Option<u64>,
    /// Form of the table
    #[arg(long, value_enum, default_value = "table")]
    pub format: TableFormat,
    #[command(flatten)]
    pub safe_csv: SafeCsvArg,
    #[command(flatten)]
    pub threads: ThreadsArg,
}

/// Reads a number strictly between two bounds.
fn between(low: f64, high: f64) -> impl Fn(&str) -> Result<f64, String> + Clone {
    move |text| {
        let number = text.parse().ok().filter(|number: &f64| *number > low && *number < high);
        number.ok_or_else(|| format!("it must be a number between {low} and {high}, ends left out"))
    }
}

#[derive(ClapArgs)]
#[command(after_help = "\
For the richest validators, the smallest and the hardest: the rounds, of all trials together, for an
interval of a wanted half width, to show that a validator wins within the tolerance of its share of stake, and
to see a bias; and what the scenario as it is can show. Corrected for all validators, as the verdict
is. Where the rule does not say how wins scatter, or stakes move, a pilot is played.

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
    pub settings: Settings,
    #[command(flatten)]
    pub size: Size,
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
    /// Form of the table
    #[arg(long, value_enum, default_value = "table")]
    pub format: TableFormat,
    #[command(flatten)]
    pub safe_csv: SafeCsvArg,
    #[command(flatten)]
    pub threads: ThreadsArg,
}

/// How to read a table, where its contents leave a choice.
#[derive(ClapArgs, Clone, Default)]
pub struct Reading {
    /// Which title is which column: name, stake, wins, expected, slots, missed, priority, points or
    /// height, e.g. --columns stake=tokens,name=operator_address
    #[arg(long, value_name = "COLUMN=TITLE,...")]
    pub columns: Option<String>,
    /// Unit of stakes: wei, gwei, lamports, uatom, yocto, ..., or so many of the file's own units,
    /// e.g. 1e18. If the file does not say its unit, a name says it [default: the file's own, or the
    /// finest power of ten in which all stakes can be counted]
    #[arg(long, value_name = "UNIT", allow_negative_numbers = true)]
    pub unit: Option<String>,
    /// Several rows of one name: sum (add them) or keep (a row each) [default: refused]
    #[arg(long, value_name = "sum|keep")]
    pub duplicates: Option<String>,
    /// A row that seems to hold the total of the others: drop or keep [default: refused]
    #[arg(long, value_name = "drop|keep")]
    pub total: Option<String>,
    /// The decimal mark: point or comma [default: what the numbers tell]
    #[arg(long, value_name = "point|comma")]
    pub decimal: Option<String>,
}

#[derive(ClapArgs)]
#[command(after_help = "\
FILE is what a chain's tool printed, or a table: CSV, TSV, semicolons, a JSON list of objects, an object
on each line; compressed with gzip or not. Its format is recognised by its contents; `tombola list
formats` names all. Columns are found by their usual titles:
  name      name, address, moniker, operator, pubkey, ...
  stake     stake, tokens, power, voting_power, balance, amount, ...
  wins      wins, blocks, slots, proposed, ...
  expected  expected, ...
  missed    missed, skipped, ...
A table of blocks has the columns height (or slot) and proposer; its blocks are counted.

The first rows go to standard output, what was understood to standard error: format, columns, unit,
rounding, what was left out and why. Stakes of any size are read exactly, and written as whole numbers
of the file's own unit, or of the finest in which all can be counted.

Examples:
  tombola import validators.json
  tombola import validators.json --to stakes.csv
  curl -s http://localhost:26657/validators | tombola import - --to stakes.csv
  tombola import near.json --unit 1e18 --to stakes.csv
  tombola import mine.csv --columns stake=tokens,name=operator_address --duplicates sum --to -")]
pub struct ImportArgs {
    /// What to read; - is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Write the table here, as CSV with the columns name, stake, wins, ...; - is standard output
    #[arg(long, value_name = "TABLE.csv")]
    pub to: Option<PathBuf>,
    /// Replace a table that is there already
    #[arg(long, requires = "to")]
    pub force: bool,
    /// Format of FILE, see `tombola list formats` [default: recognised by its contents]
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<String>,
    #[command(flatten)]
    pub reading: Reading,
}

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

Exit codes: 0 done; 1 done, but --assert was given and the wins deviate; 2 could not run.")]
pub struct AuditArgs {
    /// Table of the chain; - is standard input
    #[arg(value_name = "TABLE")]
    pub table: PathBuf,
    /// Stakes from this file, where TABLE has only who won or who proposed which block; its
    /// validators are those of the audit
    #[arg(long, value_name = "FILE")]
    pub stakes: Option<PathBuf>,
    /// Format of TABLE, see `tombola list formats` [default: recognised by its contents]
    #[arg(long, value_name = "FORMAT")]
    pub input_format: Option<String>,
    #[command(flatten)]
    pub reading: Reading,
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
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    pub confidence: Option<f64>,
    /// The deviation that matters, relative to the expected wins [default: 0.1]
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    pub tolerance: Option<f64>,
    /// The share of all wins that may go to others than expected [default: 0.01]
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    pub misallocated: Option<f64>,
    /// Form of the table
    #[arg(long, value_enum, default_value = "table")]
    pub format: TableFormat,
    #[command(flatten)]
    pub safe_csv: SafeCsvArg,
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

#[derive(ClapArgs)]
#[command(after_help = "\
The gain is the share of rounds of all parts together over that of the whole, minus one; for a merge
the other way round. A split divides the coins as evenly as possible; parts below the scenario's
minimum_stake are no validators, and their coins win nothing. Where the rule has an exact law, the
gain comes from that; otherwise the scenario's rounds are played twice with the same luck, in at
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
    #[command(flatten)]
    pub settings: Settings,
    #[command(flatten)]
    pub size: Size,
    /// Form of the table
    #[arg(long, value_enum, default_value = "table")]
    pub format: TableFormat,
    #[command(flatten)]
    pub safe_csv: SafeCsvArg,
    #[command(flatten)]
    pub threads: ThreadsArg,
}

#[derive(ClapArgs)]
#[command(after_help = "\
Example:
  tombola init my.toml && tombola run my.toml")]
pub struct InitArgs {
    /// The file to write; one that is there already is left alone
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

#[derive(ClapArgs)]
pub struct CheckArgs {
    /// Scenario file, or the name of one that comes along
    #[arg(value_name = "FILE", required_unless_present = "schema")]
    pub file: Option<PathBuf>,
    /// Print the JSON schema of the scenario format instead, for editors
    #[arg(long)]
    pub schema: bool,
    #[command(flatten)]
    pub settings: Settings,
    #[command(flatten)]
    pub size: Size,
    #[command(flatten)]
    pub engine: EngineChoice,
}

#[derive(ClapArgs)]
#[command(after_help = "\
Checks hash links, Merkle roots, every signature, every quorum, every punished offence and the state
after every block, and draws every round and committee again; names the first that fails and why
(exit code 1). What begins the chain is taken as given: accounts, stakes and settings.

Example:
  tombola run scenarios/seed.toml --rounds 100 --keep-chain && tombola verify output/seed/chain.jsonl")]
pub struct VerifyArgs {
    /// Chain written by `tombola run --keep-chain`
    #[arg(value_name = "CHAIN.jsonl")]
    pub file: PathBuf,
    #[command(flatten)]
    pub threads: ThreadsArg,
}

impl RunArgs {
    /// The options that replace settings of the file.
    pub fn overrides(&self) -> Result<Vec<Override>, Problem> {
        self.settings.overrides_with(&self.size, &self.engine)
    }
}

impl CompareArgs {
    /// The options that replace settings of the file.
    pub fn overrides(&self) -> Result<Vec<Override>, Problem> {
        self.settings.overrides_with(&self.size, &self.engine)
    }
}

impl TraceArgs {
    /// The options that replace settings of the file.
    pub fn overrides(&self) -> Result<Vec<Override>, Problem> {
        self.settings.overrides_with(&self.size, &EngineChoice::default())
    }
}

impl PlanArgs {
    /// The options that replace settings of the file.
    pub fn overrides(&self) -> Result<Vec<Override>, Problem> {
        self.settings.overrides_with(&self.size, &EngineChoice::default())
    }
}

impl StrategyArgs {
    /// The options that replace settings of the file.
    pub fn overrides(&self) -> Result<Vec<Override>, Problem> {
        self.settings.overrides_with(&self.size, &EngineChoice::default())
    }
}

impl CheckArgs {
    /// The options that replace settings of the file.
    pub fn overrides(&self) -> Result<Vec<Override>, Problem> {
        self.settings.overrides_with(&self.size, &self.engine)
    }
}

/// What can be listed.
#[derive(Clone, Copy, ValueEnum)]
pub enum Family {
    /// Selection rules
    Rules,
    /// Stake distributions
    Stakes,
    /// Reward policies
    Rewards,
    /// Committees of attestors
    Committees,
    /// Behaviours of accounts
    Behaviours,
    /// Figures
    Figures,
    /// Formats of tables that are read
    Formats,
    /// Scenarios that come along
    Scenarios,
}

/// The form of a printed table.
#[derive(Clone, Copy, ValueEnum)]
pub enum TableFormat {
    /// Columns for people
    Table,
    /// Comma-separated values
    Csv,
    /// A JSON array of objects
    Json,
}

#[derive(ClapArgs)]
#[command(after_help = "\
Examples:
  tombola list rules
  tombola list stakes --long
  tombola list scenarios --format csv")]
pub struct ListArgs {
    /// What to list
    #[arg(value_enum)]
    pub family: Family,
    /// Also the source of each
    #[arg(long, short)]
    pub long: bool,
    /// Form of the table
    #[arg(long, value_enum, default_value = "table")]
    pub format: TableFormat,
}

#[derive(ClapArgs)]
#[command(after_help = "\
Example:
  tombola completions bash > ~/.local/share/bash-completion/completions/tombola")]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn the_help_names_every_command_and_no_other() {
        let listed = HELP.lines().filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next());
        let listed: std::collections::BTreeSet<&str> = listed.collect();
        let command = Args::command();
        let known = command.get_subcommands().map(|command| command.get_name()).chain(["help"]);
        assert_eq!(listed, known.collect());
    }
}
