//! The commands and their options; help, errors and completions come from this definition.

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::collections::BTreeSet;
use std::path::PathBuf;
use tombola::scenario::{FigureFormat, Override, Place, Problem};
use tombola::simulation::CountingUnit;
use tombola::study::{Condition, Plan, Shard};

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

Studies:
  status       Say how far a study has come, point by point
  summarise    Write a study's tables anew from its tallies, without simulating
  merge        Put the tallies of several machines together
  solve        Find the smallest value of a setting at which a condition holds

Results:
  plot         Draw the figures of a folder of results again, from its tables
  report       Write a page that shows a folder of results: verdict, figures, tables, methods
  reproduce    Run a folder of results again and compare it byte by byte

Real chains:
  audit        Hold a real chain's table of wins against a rule
  luck         Say how rare a validator's wins, gaps or runs are: bad luck, or a fault?
  identify     Say which rule a table's wins come from, and whether the table can tell
  import       Show what a chain's table says, and write it as names, stakes and wins

Learn and check:
  init         Write a commented scenario to start from
  check        Check a scenario and print it with every default
  list         Say what there is: rules, stake distributions, figures, scenarios, with sources
  trace        Tell one round as a story: tokens, draw, block, signatures, votes, settlement
  gallery      Compute published results again, exactly and by simulation
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
  tombola law scenarios/seed.toml                 expected shares, without a simulation
  tombola plan scenarios/seed.toml                how many rounds are enough
  tombola audit scenarios/tables/example-chain.csv  does chance explain a real chain's wins?
  tombola luck --chain near --epochs 1 --share 0.06% --wins 15  was that bad luck?
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
    /// Print the exact expected share of each validator, without a simulation
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
    /// Say how rare a validator's wins, gaps or runs are: bad luck, or a fault?
    Luck(LuckArgs),
    /// Say which rule a table's wins come from, and whether the table can tell
    Identify(IdentifyArgs),
    /// Show what a chain's table says, and write it as a table of names, stakes and wins
    Import(ImportArgs),
    /// Say whether splitting an account, or merging several, pays
    Strategy(StrategyArgs),
    /// Say how far a study has come, point by point
    Status(StatusArgs),
    /// Write a study's tables anew from its tallies, without simulating
    Summarise(SummariseArgs),
    /// Put the tallies of several machines together
    Merge(MergeArgs),
    /// Find the smallest value of a setting at which a condition on a metric holds
    Solve(SolveArgs),
    /// Tell one round as a story: tokens, draw, block, signatures, votes, settlement
    Trace(TraceArgs),
    /// Compute published results again, exactly and by simulation
    Gallery(super::gallery::GalleryArgs),
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
            // There is a process for each core.
            Command::Run(args) if args.study.mpi && args.threads.number == 0 => return Some(1),
            Command::Run(args) => &args.threads,
            Command::Compare(args) => &args.threads,
            Command::Law(args) => &args.threads,
            Command::Plan(args) => &args.threads,
            Command::Reproduce(args) => &args.threads,
            Command::Audit(args) => &args.threads,
            Command::Identify(args) => &args.threads,
            Command::Luck(args) => &args.threads,
            Command::Plot(args) => &args.threads,
            Command::Strategy(args) => &args.threads,
            Command::Trace(args) => &args.threads,
            Command::Summarise(args) => &args.threads,
            Command::Merge(args) => &args.threads,
            Command::Solve(args) => &args.threads,
            Command::Status(args) => &args.threads,
            Command::Verify(args) => &args.threads,
            Command::Gallery(args) => &args.threads,
            Command::Import(_)
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
    /// Folder of results of `tombola run`, `audit` or `compare`, or of a study
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Draw this figure, see `tombola list figures`; repeatable. Without it: those of the scenario
    #[arg(long, value_name = "NAME")]
    pub figure: Vec<String>,
    /// Title, in place of the scenario's name
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// Of a study: the metric of the heat map [default: the unfair probability, if there is one]
    #[arg(long, value_name = "NAME")]
    pub metric: Option<String>,
    /// Of a study: the validator that the figure is about [default: the first]
    #[arg(long, value_name = "NAME")]
    pub validator: Option<String>,
    /// Formats, separated by commas; without it: svg and png
    #[arg(long, value_enum, value_delimiter = ',', value_name = "FORMATS")]
    pub format: Vec<PictureFormat>,
    /// Where to put the figures; without it: DIR/figures
    #[arg(long, value_name = "FOLDER")]
    pub output: Option<PathBuf>,
    /// Replace files that are there already
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub threads: ThreadsArg,
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
Writes report.html, one file that loads nothing: it can be mailed, printed and opened without a network. Beside
it: report.md and methods.tex, the same text for a paper; references.bib, the works it rests on;
ro-crate-metadata.json, which describes the folder for archives. What the program wrote itself is replaced.

Examples:
  tombola report output/seed
  tombola report output/seed --tables latex")]
pub struct ReportArgs {
    /// Folder of results of `tombola run`, `audit` or `compare`, or of a study
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Write the page only, and to this file
    #[arg(long, value_name = "FILE", conflicts_with = "tables")]
    pub output: Option<PathBuf>,
    /// Also write the tables for a paper to DIR/tables/
    #[arg(long, value_enum, value_name = "STYLE")]
    pub tables: Option<PaperTables>,
    /// Replace files that somebody else has put there or changed
    #[arg(long)]
    pub force: bool,
}

/// How tables for a paper are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PaperTables {
    /// LaTeX with booktabs, standard errors in brackets
    Latex,
    /// Markdown
    Markdown,
}

impl From<PaperTables> for tombola::report::TableStyle {
    fn from(style: PaperTables) -> Self {
        match style {
            PaperTables::Latex => tombola::report::TableStyle::Latex,
            PaperTables::Markdown => tombola::report::TableStyle::Markdown,
        }
    }
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
windows.csv, figures/, report.html, manifest.json. For one seed tables and figures are the same bytes
on any number of threads, and with the engines full and draws.

Examples:
  tombola run scenarios/seed.toml
  tombola run scenarios/seed.toml --engine draws --rounds 1000000 --force
  tombola run scenarios/stake-table.toml --set population.stake.path=mine.csv
  tombola run a.toml b.toml --output results --threads 2
  tombola run scenarios/study-inequality.toml --dry-run
  tombola run scenarios/seed.toml --engine draws --rounds 1000 --trials 100 --sweep selection.rule=raffle,uniform

A file with a section [sweep], or an option --sweep, is a study of many points. It goes to DIR/NAME/:
study.tally, points.csv, batch.csv, manifest.json; the same command again goes on where it stopped.

Exit codes: 0 done; 1 a point failed, or something of a study is missing; 2 could not run; 130 interrupted.")]
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
    /// In which rounds windows, longest gaps and the order of wins are counted, where some rounds stay
    /// empty [default: blocks]
    #[arg(long, value_enum)]
    pub unit: Option<Unit>,
    /// Write the first trial's chain to chain.jsonl, for `tombola verify`; needs the full engine
    #[arg(long)]
    pub keep_chain: bool,
    /// Keep what is finished of the trials in DIR/NAME.tally until the results stand, and go on with it;
    /// studies always do
    #[arg(long)]
    pub resume: bool,
    #[command(flatten)]
    pub study: StudyArgs,
    /// What is printed at the end: a table and the verdict in words, or one JSON object for each scenario
    #[arg(long, value_enum, default_value = "table")]
    pub format: SummaryFormat,
    /// Print nothing but errors
    #[arg(long, short)]
    pub quiet: bool,
}

/// What is said of a study.
#[derive(ClapArgs, Clone)]
#[command(next_help_heading = "Studies")]
pub struct StudyArgs {
    /// Vary a setting: one point for each value, or a range { from = 0.1, to = 0.9, points = 9 }; may be
    /// repeated, and replaces the same key of [sweep]
    #[arg(long, value_name = "KEY=A,B,C")]
    pub sweep: Vec<String>,
    /// Whether points share their random numbers: shared or own [default: the file's, or shared]
    #[arg(long, value_name = "LUCK")]
    pub luck: Option<String>,
    /// What batch.csv has: names of metrics with commas between them, or all
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub metrics: Vec<String>,
    /// Print the points, the engine of each, and estimates of time and disk; run nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Stop at the first point that fails, instead of going on with the others
    #[arg(long)]
    pub fail_fast: bool,
    /// Also write trials.csv, a folder of results for each point, or the tables as Parquet
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WHAT")]
    pub keep: Vec<Keep>,
    /// Begin nothing more after so long, e.g. 2h or 90m; what was begun is finished
    #[arg(long, value_name = "TIME", value_parser = super::span::span)]
    pub time: Option<std::time::Duration>,
    /// Play this point only, by its name in points.csv; may be repeated
    #[arg(long, value_name = "POINT")]
    pub point: Vec<String>,
    /// Play the third of eight parts into a file of tallies, for `tombola merge`
    #[arg(long, value_name = "3/8")]
    pub shard: Option<Shard>,
    /// Started by mpirun: the first process hands units out and keeps the file of tallies, the others play,
    /// on one thread each unless --threads says more. Needs a program that was built with --features mpi
    #[arg(long)]
    pub mpi: bool,
    /// The file of the shard [default: DIR/NAME.3-of-8.tally]
    #[arg(long, value_name = "FILE.tally", requires = "shard")]
    pub tally: Option<PathBuf>,
    /// Go on with a study that another version of this program has begun
    #[arg(long)]
    pub other_version: bool,
}

impl StudyArgs {
    /// The places of the points that are named, if any are.
    pub fn points(&self, plan: &Plan) -> Result<Option<BTreeSet<usize>>, Problem> {
        if self.point.is_empty() {
            return Ok(None);
        }
        let place = |name: &String| {
            let found = plan.points.iter().position(|point| point.id.to_string() == *name);
            found.ok_or_else(|| Problem {
                place: Place::CommandLine(format!("--point {name}")),
                key: String::new(),
                what: "the study has no such point".to_owned(),
                help: Some("`tombola run STUDY --dry-run` prints their names".to_owned()),
            })
        };
        self.point.iter().map(place).collect::<Result<_, _>>().map(Some)
    }

    /// The first option that has a meaning for studies only, if one was given.
    pub fn given(&self) -> Option<&'static str> {
        let given = [
            (self.luck.is_some(), "--luck"),
            (!self.metrics.is_empty(), "--metrics"),
            (self.dry_run, "--dry-run"),
            (self.fail_fast, "--fail-fast"),
            (!self.keep.is_empty(), "--keep"),
            (self.time.is_some(), "--time"),
            (!self.point.is_empty(), "--point"),
            (self.shard.is_some(), "--shard"),
            (self.mpi, "--mpi"),
            (self.other_version, "--other-version"),
        ];
        given.into_iter().find_map(|(given, name)| given.then_some(name))
    }
}

/// What is kept of a study beside its tallies and tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Keep {
    /// trials.csv: what each trial ended with, of the validators that are followed.
    Trials,
    /// points/POINT/: what `tombola run` of the point alone would leave.
    Points,
    /// batch.parquet and the like: every table as Parquet too; of a program built with --features parquet.
    Parquet,
}

/// What is kept of a comparison beside its tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum KeepOfComparison {
    /// trials.csv and measures.csv: what each trial of each rule ended with, and was measured by.
    Trials,
}

#[derive(ClapArgs)]
#[command(after_help = "\
Examples:
  tombola status output/study-inequality
  tombola status output/study-inequality --format csv")]
pub struct StatusArgs {
    /// Folder of a study
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Form of the table
    #[arg(long, value_enum, default_value = "table")]
    pub format: TableFormat,
    #[command(flatten)]
    pub threads: ThreadsArg,
}

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
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    pub confidence: Option<f64>,
    /// How far a win share may be from the share of stake [default: that of the study]
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
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

#[derive(ClapArgs)]
#[command(after_help = "\
The tables are the bytes that one run of the whole would have written, but for the column seconds.
If shards are missing, the tables are about what is there, and the commands for the rest are printed
(exit code 1).

Example:
  tombola run study.toml --shard 1/2 && tombola run study.toml --shard 2/2
  tombola merge output/study.*.tally --output merged")]
pub struct MergeArgs {
    /// Files of tallies, in any order
    #[arg(required = true, value_name = "FILE.tally")]
    pub files: Vec<PathBuf>,
    /// Folder in which the study gets a folder of its own
    #[arg(long, value_name = "DIR", default_value = "output")]
    pub output: PathBuf,
    /// Replace a study that is there already
    #[arg(long)]
    pub force: bool,
    /// Also write trials.csv, a folder of results for each point, or the tables as Parquet
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WHAT")]
    pub keep: Vec<Keep>,
    /// Merge files that another version of this program has made
    #[arg(long)]
    pub other_version: bool,
    #[command(flatten)]
    pub safe_csv: SafeCsvArg,
    #[command(flatten)]
    pub threads: ThreadsArg,
    /// Print nothing but errors
    #[arg(long, short)]
    pub quiet: bool,
}

#[derive(ClapArgs)]
#[command(after_help = "\
Where the metric has an exact value, the answer is exact; otherwise trials are played until its interval
lies on one side of the limit, and the answer is an interval with the stated confidence. The condition
is taken to change once between both ends.

Examples:
  tombola solve scenarios/seed.toml --for run.rounds --until 'unfair_probability <= 0.1'
  tombola solve scenarios/compounding.toml --for reward.policy.amount --from 1 --to 100000 --until 'equitability >= 0.001'

Exit codes: 0 found; 1 there is no such value between the ends, or it cannot be told; 2 could not run.")]
pub struct SolveArgs {
    /// Scenario or study, or the name of one that comes along
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The setting that is looked for, by its keys
    #[arg(long = "for", value_name = "KEY")]
    pub key: String,
    /// What is to hold: a metric of fairness.csv, <= or >=, and a number
    #[arg(long, value_name = "CONDITION")]
    pub until: Condition,
    /// For this validator alone [default: for everybody who is followed]
    #[arg(long, value_name = "NAME")]
    pub validator: Option<String>,
    /// The smallest value to look at [default: of the key's range in [sweep]; 1 for run.rounds]
    #[arg(long, value_name = "VALUE", allow_negative_numbers = true)]
    pub from: Option<String>,
    /// The largest value to look at
    #[arg(long, value_name = "VALUE", allow_negative_numbers = true)]
    pub to: Option<String>,
    /// Confidence of the whole search, where trials are played [default: 0.95]
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    pub confidence: Option<f64>,
    /// Trials at one value at most
    #[arg(long, value_name = "N", default_value_t = 16_384, allow_negative_numbers = true, value_parser = whole(2, 1 << 40))]
    pub most_trials: u64,
    #[command(flatten)]
    pub settings: Settings,
    /// Form of the table
    #[arg(long, value_enum, default_value = "table")]
    pub format: TableFormat,
    #[command(flatten)]
    pub threads: ThreadsArg,
}

/// In which rounds windows, gaps and runs of wins are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Unit {
    /// Those in which somebody is selected.
    Blocks,
    /// All, empty ones too.
    Slots,
}

impl From<Unit> for CountingUnit {
    fn from(unit: Unit) -> Self {
        match unit {
            Unit::Blocks => CountingUnit::Blocks,
            Unit::Slots => CountingUnit::Slots,
        }
    }
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
that of the first scenario. Trials with the same number meet the same random numbers under every rule and are
compared pair by pair. Tables and figures are the same bytes on any number of threads, and with the
engines full and draws; so is the report, but for the engine's name. An interrupted comparison writes no
table; the trials that had finished are kept in DIR/NAME-compare.tally, and the same command goes on
from there.

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
    /// Write down the trials of every rule too
    #[arg(long, value_name = "WHAT", value_delimiter = ',', value_enum)]
    pub keep: Vec<KeepOfComparison>,
    /// Go on from the trials that were kept, or refuse if they are of another comparison, which is begun
    /// anew otherwise
    #[arg(long)]
    pub resume: bool,
    /// With --resume: go on although another version of the program has begun it
    #[arg(long, requires = "resume")]
    pub other_version: bool,
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
  tombola law scenarios/seed.toml --window 32 --validator oliver --count 3     how rare is that?")]
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
    pub unit: Unit,
    /// Instead of shares: the probability that a validator holds at least this share of all stake after
    /// the scenario's rounds, where rewards compound
    #[arg(long, value_name = "SHARE", conflicts_with = "window", allow_negative_numbers = true)]
    pub takeover: Option<f64>,
    /// With --window or --takeover: only this validator
    #[arg(long, value_name = "NAME")]
    pub validator: Option<String>,
    /// With --window: how likely so many rounds in a row without a win are, anywhere in the window
    #[arg(long, value_name = "G", requires = "window", allow_negative_numbers = true, value_parser = whole(1, 1 << 53))]
    pub gap: Option<u64>,
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
  tombola audit blocks.csv --stakes one.csv --stakes 5000=two.csv    other stakes from 5000 on
  tombola audit slots.csv --stakes stakes.json --rule solana-schedule --epoch 700

A table with a row for each block (height or slot, proposer, and if need be missed: 0 or 1) is a history:
its order is held against the rule too, and against blocks one by one where the rule leaves nothing to
chance.

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
    /// compared one by one [default: that before the first block]
    #[arg(long, value_name = "HEIGHT")]
    pub set_height: Option<u64>,
    /// Format of TABLE, see `tombola list formats` [default: recognised by its contents]
    #[arg(long, value_name = "FORMAT")]
    pub input_format: Option<String>,
    #[command(flatten)]
    pub reading: Reading,
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
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    pub confidence: Option<f64>,
    /// The deviation that matters, relative to the expected wins [default: 0.1]
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    pub tolerance: Option<f64>,
    /// The share of all wins that may go to others than expected [default: 0.01]
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    pub misallocated: Option<f64>,
    /// Also give the posterior of every relative deviation, and the probability that it is within
    /// the tolerance
    #[arg(long)]
    pub bayes: bool,
    /// Weight of the prior, in draws shared out equally among the validators [default: 1]
    #[arg(long, value_name = "DRAWS", requires = "bayes", allow_negative_numbers = true)]
    pub prior_weight: Option<f64>,
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
    #[arg(long, value_name = "WINS", allow_negative_numbers = true)]
    pub expected: Option<f64>,
    /// Length of the period in slots
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = whole(1, 1 << 53))]
    pub slots: Option<u64>,
    /// Length of the period in epochs
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub epochs: Option<f64>,
    /// Length of the period in days
    #[arg(long, value_name = "D", allow_negative_numbers = true)]
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
    #[arg(long, value_name = "S", allow_negative_numbers = true)]
    pub slot_seconds: Option<f64>,
    /// Slots of an epoch [default: the chain's]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = whole(1, 1 << 53))]
    pub epoch_slots: Option<u64>,
    /// Slots in a row that one draw decides [default: the chain's, or 1]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = whole(1, 1 << 32))]
    pub slots_per_draw: Option<u64>,
    /// How many such validators the chain has, for how often somebody meets it [default: one over the
    /// share, or those of the table]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = whole(1, 1 << 53))]
    pub validators: Option<u64>,
    /// Format of TABLE, see `tombola list formats` [default: recognised by its contents]
    #[arg(long, value_name = "FORMAT")]
    pub input_format: Option<String>,
    #[command(flatten)]
    pub reading: Reading,
    /// Confidence of intervals [default: 0.95]
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    pub confidence: Option<f64>,
    /// Form of the answer
    #[arg(long, value_enum, default_value = "table")]
    pub format: TableFormat,
    #[command(flatten)]
    pub safe_csv: SafeCsvArg,
    #[command(flatten)]
    pub threads: ThreadsArg,
}

impl LuckArgs {
    /// Whether the options say how slots are drawn, or how long they are.
    pub fn is_timed(&self) -> bool {
        self.slot_seconds.is_some() || self.epoch_slots.is_some() || self.slots_per_draw.is_some()
    }
}

#[derive(ClapArgs)]
#[command(after_help = "\
Every registered rule is compared with its default settings by the probability of the wins. Rules that
give everybody the same shares cannot be told apart by any table of wins and stand in one row.

Examples:
  tombola identify scenarios/tables/example-chain.csv
  tombola identify blocks.csv --stakes stakes.csv --format json")]
pub struct IdentifyArgs {
    /// Table of the chain, as for `tombola audit`; - is standard input
    #[arg(value_name = "TABLE")]
    pub table: PathBuf,
    /// Stakes from this file, where TABLE has only who won or who proposed which block
    #[arg(long, value_name = "FILE")]
    pub stakes: Option<PathBuf>,
    /// Format of TABLE, see `tombola list formats` [default: recognised by its contents]
    #[arg(long, value_name = "FORMAT")]
    pub input_format: Option<String>,
    #[command(flatten)]
    pub reading: Reading,
    /// Confidence of intervals, and the posterior probability from which a rule is identified
    /// [default: 0.95]
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    pub confidence: Option<f64>,
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

impl SolveArgs {
    /// The options that replace settings of the file.
    pub fn overrides(&self) -> Result<Vec<Override>, Problem> {
        self.settings.overrides()
    }
}

impl RunArgs {
    /// The options that replace settings of the file.
    pub fn overrides(&self) -> Result<Vec<Override>, Problem> {
        let mut overrides = self.settings.overrides_with(&self.size, &self.engine)?;
        if let Some(unit) = self.unit.map(|unit| CountingUnit::from(unit).word()) {
            let value = toml::Value::String(unit.to_owned());
            overrides.push(Override::new("analysis.unit", value, format!("--unit {unit}")));
        }
        Ok(overrides)
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
    /// Chains whose timing `tombola luck` knows
    Chains,
    /// Estimands of the gallery
    Estimands,
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

    /// What the checks of clap, which are not in a release build, say of names.
    #[test]
    fn no_command_has_two_options_of_one_name() {
        let mut command = Args::command();
        command.build();
        for command in command.get_subcommands() {
            let mut seen = std::collections::BTreeSet::new();
            for arg in command.get_arguments() {
                let id = arg.get_id().to_string();
                assert!(seen.insert(id.clone()), "{} has {id} twice", command.get_name());
                let names = arg.get_long_and_visible_aliases().into_iter().flatten();
                for name in names.filter(|name| *name != id) {
                    assert!(seen.insert(format!("--{name}")), "{} has --{name} twice", command.get_name());
                }
            }
        }
        command.debug_assert();
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
