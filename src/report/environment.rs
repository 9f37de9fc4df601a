//! Where and how something was run.

use super::Timing;
use serde::{Deserialize, Serialize};
use std::fs;

/// The machine, the system, the compiler and the command.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Environment {
    /// The name of the processor, where the system tells it.
    pub cpu: Option<String>,
    /// The system and its version, where it tells that.
    pub os: String,
    /// The name of the machine, where the system tells it.
    pub host: Option<String>,
    /// The compiler that the program was made with.
    pub rustc: Option<String>,
    /// The commit that it was made from, where whoever made it has said so.
    pub commit: Option<String>,
    /// The command.
    pub command: String,
    /// When it began, as an ISO time (UTC).
    pub started: String,
}

impl Environment {
    /// This machine and this program.
    pub fn here(command: String, timing: &Timing) -> Self {
        let first_line = |path: &str| {
            let text = fs::read_to_string(path).ok()?;
            text.lines().next().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty())
        };
        let cpu = fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
            let line = text.lines().find(|line| line.starts_with("model name"))?;
            line.split_once(':').map(|(_, name)| name.trim().to_owned())
        });
        let kernel =
            first_line("/proc/sys/kernel/osrelease").map_or(String::new(), |release| format!(" {release}"));
        Environment {
            cpu,
            os: format!("{} {}{kernel}", std::env::consts::OS, std::env::consts::ARCH),
            host: first_line("/proc/sys/kernel/hostname"),
            rustc: option_env!("TOMBOLA_RUSTC").map(str::to_owned),
            commit: option_env!("TOMBOLA_COMMIT").map(str::to_owned),
            command,
            started: timing.iso(),
        }
    }
}
