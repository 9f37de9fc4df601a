//! Options that replace settings of a scenario.

use crate::cli::options::number::whole;
use clap::Args as ClapArgs;
use tombola::scenario::{Override, Problem};

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

/// Settings of commands that play rounds with an engine of their own choice.
#[derive(ClapArgs, Clone, Default)]
pub struct SizedSettings {
    #[command(flatten)]
    pub settings: Settings,
    #[command(flatten)]
    pub size: RunSize,
}

/// Settings of commands that leave the engine open.
#[derive(ClapArgs, Clone, Default)]
pub struct PlayedSettings {
    #[command(flatten)]
    pub sized: SizedSettings,
    #[command(flatten)]
    pub engine: EngineChoice,
}

impl SizedSettings {
    /// The settings as overrides of the file.
    pub fn overrides(&self) -> Result<Vec<Override>, Problem> {
        self.settings.overrides_with(&self.size, &EngineChoice::default())
    }
}

impl PlayedSettings {
    /// The settings as overrides of the file.
    pub fn overrides(&self) -> Result<Vec<Override>, Problem> {
        self.sized.settings.overrides_with(&self.sized.size, &self.engine)
    }
}

impl Settings {
    /// The settings as overrides of the file.
    pub fn overrides(&self) -> Result<Vec<Override>, Problem> {
        self.overrides_with(&RunSize::default(), &EngineChoice::default())
    }

    /// The same with those of a command that plays rounds; `--set` first, so that an option of its
    /// own wins.
    fn overrides_with(&self, size: &RunSize, engine: &EngineChoice) -> Result<Vec<Override>, Problem> {
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

/// How long and how often, for the commands that play rounds.
#[derive(ClapArgs, Clone, Default)]
pub struct RunSize {
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
