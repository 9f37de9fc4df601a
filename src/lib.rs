//! **tombola** answers one question about proof of stake with evidence: does the rule that picks
//! the next forger treat everybody fairly, and how sure are we?
//!
//! # Ten lines
//!
//! Five accounts, one raffle, a million rounds, and the verdict:
//!
//! ```
//! use tombola::scenario::{Choice, ScenarioFile};
//! use tombola::{RunOptions, Scenario};
//!
//! let accounts = [("charles", 350), ("edwin", 500), ("oliver", 200), ("erick", 90), ("sonia", 275)];
//! let mut file = ScenarioFile::with_accounts(accounts);
//! file.population.minimum_stake = 100;
//! file.selection.rule = Choice::plain("raffle");
//! (file.run.rounds, file.run.trials, file.run.engine) = (125_000, 8, tombola::simulation::Engine::Draws);
//! let scenario = Scenario::build(&file)?;
//! let outcome = tombola::run(&scenario, RunOptions::default())?;
//! assert!(outcome.verdict().starts_with("fair within 10 %"), "{}", outcome.verdict());
//! assert_eq!(outcome.tables().validators.row(1).validator, "edwin");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`Scenario::read`] reads a TOML file instead, [`Scenario::shipped`] takes one that comes along,
//! [`RunOptions`] has threads, progress and a way to stop, and [`Outcome::write`] leaves the folder
//! of results that the program would leave.
//!
//! # The modules
//!
//! They are layers; each uses only what stands before it: [`random`], [`registry`], [`crypto`],
//! [`law`], [`import`], [`ledger`], [`stake`], [`selection`], [`reward`], [`behaviour`], [`forging`],
//! [`simulation`], [`statistics`], [`scenario`], [`analysis`], [`gallery`], [`report`], [`session`], [`study`], and in
//! the program the command line.
//!
//! # Features
//!
//! `cli` (default): the program. `figures` (default): SVG and PNG figures. A library user who wants
//! neither switches the default features off.

#![warn(clippy::disallowed_macros, clippy::disallowed_methods, clippy::disallowed_types)]

pub mod analysis;
pub mod behaviour;
pub mod crypto;
pub mod forging;
pub mod gallery;
pub mod import;
pub mod law;
pub mod ledger;
pub mod random;
pub mod registry;
pub mod report;
pub mod reward;
pub mod scenario;
pub mod selection;
pub mod session;
pub mod simulation;
pub mod stake;
pub mod statistics;
pub mod study;

pub use scenario::Scenario;
pub use session::{Outcome, RunError, RunOptions, run};
