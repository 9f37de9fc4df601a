//! The verdict: fair within a margin, unfair beyond it, or inconclusive.

mod assessment;
mod sentence;

pub use assessment::{
    Assessment, Detectable, Effect, Evidence, JudgedValidator, Needed, SampleUnits, Verdict, WholeVerdict,
    assess, level_of,
};
