//! `tombola check`.

use super::args::CheckArgs;
use super::failure::Failure;
use super::scenario;
use super::screen::{print_data, tell};
use tombola::scenario::schema;

/// Checks a scenario and prints it with every default, or prints the schema of the format.
pub fn check(args: &CheckArgs) -> Result<(), Failure> {
    let Some(file) = args.file.as_ref().filter(|_| !args.schema) else {
        let text = serde_json::to_string_pretty(&schema()).map_err(std::io::Error::from)?;
        print_data(&(text + "\n"))?;
        return Ok(());
    };
    let scenario = scenario::read(file, &args.overrides()?)?;
    scenario::tell_notes(&scenario);
    print_data(&scenario.resolved())?;
    let world = &scenario.experiment.world;
    let total: u64 = world.stakes.iter().sum();
    tell(format_args!(
        "ok: {} validators with {total} tokens, {} accounts that only hold or trade",
        world.validators(),
        world.names.len() - world.validators()
    ));
    Ok(())
}
