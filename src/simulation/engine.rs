//! Which engine carries out a trial.

use serde::{Deserialize, Serialize};
use std::fmt;

/// How much of the story a trial carries out. For one seed `full` and `draws` give the same tables;
/// `law` gives others of the same distribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Engine {
    /// Every key, hash, signature, encoding and vote.
    Full,
    /// The same draws, decisions and settlements without the bytes.
    Draws,
    /// No rounds: how often everybody wins is drawn from the exact law of that.
    Law,
    /// The cheapest of these that can answer.
    Auto,
}

impl fmt::Display for Engine {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(match self {
            Engine::Full => "full",
            Engine::Draws => "draws",
            Engine::Law => "law",
            Engine::Auto => "auto",
        })
    }
}
