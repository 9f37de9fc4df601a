//! The commands; help, errors and completions come from this definition.

use crate::cli::commands::audit::AuditArgs;
use crate::cli::commands::check::CheckArgs;
use crate::cli::commands::compare::CompareArgs;
use crate::cli::commands::completions::CompletionsArgs;
use crate::cli::commands::identify::IdentifyArgs;
use crate::cli::commands::import::ImportArgs;
use crate::cli::commands::init::InitArgs;
use crate::cli::commands::law::LawArgs;
use crate::cli::commands::list::ListArgs;
use crate::cli::commands::luck::LuckArgs;
use crate::cli::commands::merge::MergeArgs;
use crate::cli::commands::plan::PlanArgs;
use crate::cli::commands::plot::PlotArgs;
use crate::cli::commands::report::ReportArgs;
use crate::cli::commands::reproduce::ReproduceArgs;
use crate::cli::commands::run::RunArgs;
use crate::cli::commands::solve::SolveArgs;
use crate::cli::commands::status::StatusArgs;
use crate::cli::commands::strategy::StrategyArgs;
use crate::cli::commands::summarise::SummariseArgs;
use crate::cli::commands::trace::TraceArgs;
use crate::cli::commands::verify::VerifyArgs;
use clap::{Parser, Subcommand};

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
            Command::Identify(args) => &args.threads,
            Command::Strategy(args) => &args.threads,
            Command::Trace(args) => &args.threads,
            Command::Summarise(args) => &args.threads,
            Command::Merge(args) => &args.threads,
            Command::Solve(args) => &args.threads,
            Command::Status(args) => &args.threads,
            Command::Verify(args) => &args.threads,
            Command::Import(_)
            | Command::Luck(_)
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
