//! The tests across layers, in one program, so that the library is linked once.
//!
//! Each file is one property or family of properties; `sandbox` and `harness` hold what they share.
//! Only `allocations.rs` is a program of its own.

mod accounting;
mod architecture;
mod audit;
mod bad_input;
mod baseline;
mod browser;
mod calibration;
mod compare;
mod decisions;
mod docs;
mod engines;
mod fuzzing;
mod gallery;
mod harness;
mod history;
mod identify;
mod import;
mod incomes;
mod interrupt;
mod latex;
mod law_engine;
mod luck;
mod misses;
mod order;
mod own_rule;
mod plan;
mod plot;
mod properties;
mod quorums;
mod readme;
mod report;
mod reproduce;
mod rigged;
mod rigged_runs;
mod rounds;
mod rules;
mod sandbox;
mod scenarios;
mod shortcuts;
mod slots;
mod statistics_inputs;
mod strategy;
mod studies;
mod tampering;
mod until;
mod vectors;
mod vega_lite;
mod verdicts;
