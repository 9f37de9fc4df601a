//! The command line: the only layer that prints, reads the environment or exits.

mod args;
mod audit;
mod check;
mod compare;
mod completions;
mod contestants;
mod failure;
mod gallery;
mod identify;
mod import;
mod init;
mod interrupt;
mod law;
mod list;
mod luck;
mod merge;
mod misses;
mod plan;
mod plot;
mod progress_bar;
mod reading;
mod record;
mod report;
mod reproduce;
mod results;
mod resume;
mod run;
mod scenario;
mod schedule;
mod screen;
mod solve;
mod span;
mod status;
mod strategy;
mod study;
mod study_report;
mod study_values;
mod summarise;
mod summary;
mod trace;
mod verify;
mod whole_file;

use args::{Args, Command};
use clap::Parser;
use failure::Failure;
use std::process::ExitCode;
use tombola::simulation::Threads;

/// Parses the command line, carries it out, and says how it went: 0 done, 1 done but an asserted
/// check failed, 2 could not run, 130 interrupted.
pub fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return screen::tell_usage(&error),
    };
    let result = match args.command.threads() {
        None => carry_out(args.command),
        Some(number) => {
            // Everything that computes does it on these.
            let threads = Threads::start(number);
            if threads.number() < threads.wanted {
                screen::tell(format_args!(
                    "note: the system starts {} of {} threads; this takes longer, and the results are the same",
                    threads.number(),
                    threads.wanted
                ));
            }
            threads.install(|| carry_out(args.command))
        }
    };
    // What is left in the buffer must be written too, or the exit code would say that it was.
    match result.and_then(|()| Ok(screen::flush()?)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.report();
            failure.exit_code()
        }
    }
}

fn carry_out(command: Command) -> Result<(), Failure> {
    match command {
        Command::Run(run) => run::run(&run),
        Command::Compare(compare) => compare::compare(&compare),
        Command::Law(law) => law::law(&law),
        Command::Plan(plan) => plan::plan(&plan),
        Command::Plot(plot) => plot::plot(&plot),
        Command::Report(report) => report::report(&report),
        Command::Reproduce(reproduce) => reproduce::reproduce(&reproduce),
        Command::Audit(audit) if audit.misses => misses::misses(&audit),
        Command::Audit(audit) => audit::audit(&audit),
        Command::Luck(luck) => luck::luck(&luck),
        Command::Identify(identify) => identify::identify(&identify),
        Command::Import(import) => import::import(&import),
        Command::Strategy(strategy) => strategy::strategy(&strategy),
        Command::Status(status) => status::status(&status),
        Command::Summarise(summarise) => summarise::summarise(&summarise),
        Command::Solve(solve) => solve::solve(&solve),
        Command::Merge(merge) => merge::merge(&merge),
        Command::Trace(trace) => trace::trace(&trace),
        Command::Init(init) => init::init(&init),
        Command::Check(check) => check::check(&check),
        Command::Verify(verify) => verify::verify(&verify),
        Command::Gallery(gallery) => gallery::gallery(&gallery),
        Command::List(list) => list::list(&list),
        Command::Completions(completions) => completions::completions(&completions),
    }
}
