//! `tombola check`.

use crate::cli::failure::Failure;
use crate::cli::options::settings::PlayedSettings;
use crate::cli::scenario;
use crate::cli::screen::{print_data, tell};
use clap::Args as ClapArgs;
use std::path::PathBuf;
use tombola::scenario::schema;
use tombola::statistics::wording::counted;

#[derive(ClapArgs)]
pub struct CheckArgs {
    /// Scenario file, or the name of one that comes along
    #[arg(value_name = "FILE", required_unless_present = "schema")]
    pub file: Option<PathBuf>,
    /// Print the JSON schema of the scenario format instead, for editors
    #[arg(long)]
    pub schema: bool,
    #[command(flatten)]
    pub settings: PlayedSettings,
}

/// Checks a scenario and prints it with every default, or prints the schema of the format.
pub fn check(args: &CheckArgs) -> Result<(), Failure> {
    let Some(file) = args.file.as_ref().filter(|_| !args.schema) else {
        let text = serde_json::to_string_pretty(&schema()).map_err(std::io::Error::from)?;
        print_data(&(text + "\n"))?;
        return Ok(());
    };
    let scenario = scenario::read(file, &args.settings.overrides()?)?;
    scenario::tell_notes(&scenario);
    print_data(&scenario.resolved())?;
    let world = &scenario.experiment.world;
    let total: u64 = world.stakes.iter().sum();
    tell(format_args!(
        "ok: {} with {}, {} that only hold or trade",
        counted(world.validators() as u64, "validator"),
        counted(total, "token"),
        counted((world.names.len() - world.validators()) as u64, "account")
    ));
    Ok(())
}
