//! How a command can end other than well.

use super::screen::tell_failure;
use std::io;
use std::process::ExitCode;
use tombola::RunError;
use tombola::report::FolderError;
use tombola::scenario::Problem;
use tombola::simulation::SimulationError;

/// Why a command did not end well.
#[derive(Debug)]
pub enum Failure {
    /// It was done, but a check failed: exit code 1.
    CheckFailed(String),
    /// It could not run: exit code 2.
    CannotRun(String),
    /// It was interrupted: exit code 130.
    Interrupted(String),
    /// Nobody reads the output any more, e.g. because `head` has seen enough: no failure at all.
    OutputClosed,
}

impl Failure {
    /// Says what is wrong, on standard error.
    pub fn report(&self) {
        let (label, message) = match self {
            Failure::CheckFailed(message) => ("failed", message),
            Failure::CannotRun(message) => ("error", message),
            Failure::Interrupted(message) => ("interrupted", message),
            Failure::OutputClosed => return,
        };
        tell_failure(label, message);
    }

    /// The exit code.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Failure::CheckFailed(_) => 1,
            Failure::CannotRun(_) => 2,
            Failure::Interrupted(_) => 130,
            Failure::OutputClosed => 0,
        })
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Failure::CannotRun(problem.to_string())
    }
}

impl From<FolderError> for Failure {
    fn from(error: FolderError) -> Self {
        Failure::CannotRun(error.to_string())
    }
}

impl From<SimulationError> for Failure {
    fn from(error: SimulationError) -> Self {
        match error {
            SimulationError::Conservation { .. } => Failure::CheckFailed(error.to_string()),
            _ => Failure::CannotRun(error.to_string()),
        }
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Simulation(error) => error.into(),
            RunError::AnalysisStopped => {
                Failure::Interrupted("the analysis was not finished, so nothing was written".into())
            }
            RunError::NothingFinished => Failure::Interrupted(
                "no trial had finished, so nothing was written; more and shorter trials would leave something"
                    .into(),
            ),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Failure::OutputClosed
        } else {
            Failure::CannotRun(format!("cannot write to standard output: {error}"))
        }
    }
}
