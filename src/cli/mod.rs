//! The command line: the only layer that prints, reads the environment or exits.

mod args;
mod commands;
mod failure;
mod folder_record;
mod interrupt;
mod options;
mod progress_bar;
mod reading;
mod results;
mod scenario;
mod screen;
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
        Command::Run(run) => commands::run::run(&run),
        Command::Compare(compare) => commands::compare::compare(&compare),
        Command::Law(law) => commands::law::law(&law),
        Command::Plan(plan) => commands::plan::plan(&plan),
        Command::Plot(plot) => commands::plot::plot(&plot),
        Command::Report(report) => commands::report::report(&report),
        Command::Reproduce(reproduce) => commands::reproduce::reproduce(&reproduce),
        Command::Audit(audit) if audit.misses => commands::misses::misses(&audit),
        Command::Audit(audit) => commands::audit::audit(&audit),
        Command::Luck(luck) => commands::luck::luck(&luck),
        Command::Identify(identify) => commands::identify::identify(&identify),
        Command::Import(import) => commands::import::import(&import),
        Command::Strategy(strategy) => commands::strategy::strategy(&strategy),
        Command::Status(status) => commands::status::status(&status),
        Command::Summarise(summarise) => commands::summarise::summarise(&summarise),
        Command::Solve(solve) => commands::solve::solve(&solve),
        Command::Merge(merge) => commands::merge::merge(&merge),
        Command::Trace(trace) => commands::trace::trace(&trace),
        Command::Init(init) => commands::init::init(&init),
        Command::Check(check) => commands::check::check(&check),
        Command::Verify(verify) => commands::verify::verify(&verify),
        Command::Gallery(gallery) => commands::gallery::gallery(&gallery),
        Command::List(list) => commands::list::list(&list),
        Command::Completions(completions) => commands::completions::completions(&completions),
    }
}
