//! `tombola check`.

use super::args::CheckArgs;
use super::failure::Failure;
use std::io::{Write, stdout};
use tombola::scenario::load;

/// Checks a scenario and prints it with every default.
pub fn check(args: &CheckArgs) -> Result<(), Failure> {
    let scenario = load(&args.file, &args.settings.overrides()?)?;
    stdout().write_all(scenario.resolved().as_bytes())?;
    let world = &scenario.experiment.world;
    let total: u64 = world.stakes.iter().sum();
    anstream::eprintln!(
        "ok: {} validators with {total} tokens, {} accounts that only hold or trade",
        world.validators(),
        world.names.len() - world.validators()
    );
    Ok(())
}
