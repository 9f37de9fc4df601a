//! The front door: read a scenario, run it, look at the outcome, write it down.
//!
//! [`run`] plays a [`Scenario`](crate::Scenario) with [`RunOptions`] and gives an [`Outcome`]:
//! typed tables, a verdict, and [`Outcome::write`] for the folder of results that the program
//! would leave. The program itself goes through this door.
//!
//! ```
//! use tombola::{RunOptions, Scenario};
//!
//! let scenario = Scenario::parse(
//!     "pair",
//!     "population.accounts = [{ name = 'ada', balance = 30 }, { name = 'bob', balance = 70 }]
//!      run = { rounds = 1000, trials = 4, engine = 'draws', seed = 7 }",
//! )?;
//! let outcome = tombola::run(&scenario, RunOptions::default().threads(2))?;
//! let wins: u64 = outcome.tables().validators.iter().map(|row| row.wins).sum();
//! assert_eq!(wins, 4000);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod options;
mod outcome;
mod play;

pub use options::RunOptions;
pub use outcome::Outcome;
pub use play::{RunError, run};
