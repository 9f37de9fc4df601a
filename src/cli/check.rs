//! `tombola check`.

use super::args::CheckArgs;
use super::failure::Failure;
use super::scenario;
use super::screen::tell;
use std::io::{Write, stdout};

/// Checks a scenario and prints it with every default.
pub fn check(args: &CheckArgs) -> Result<(), Failure> {
    let scenario = scenario::read(&args.file, &args.settings)?;
    stdout().write_all(scenario.resolved().as_bytes())?;
    let world = &scenario.experiment.world;
    let total: u64 = world.stakes.iter().sum();
    tell(format_args!(
        "ok: {} validators with {total} tokens, {} accounts that only hold or trade",
        world.validators(),
        world.names.len() - world.validators()
    ));
    Ok(())
}
