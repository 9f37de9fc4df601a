//! How far the counts of a rule scatter around its promise.

/// The scatter of a validator's wins over n rounds of fixed stakes.
#[derive(Clone, Debug, PartialEq)]
pub enum Dispersion {
    /// The rounds are independent draws: the counts are multinomial.
    Independent,
    /// No law of the scatter is known, and why: intervals and tests come from the spread between
    /// trials, or stay empty.
    Unknown(&'static str),
}
