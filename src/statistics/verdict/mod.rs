//! The verdict: fair within a margin, unfair beyond it, or inconclusive.

mod assessment;
mod corrected_p;
mod sentence;

pub use assessment::{Assessment, Effect, Evidence, Sample, Subject, Verdict, assess};
