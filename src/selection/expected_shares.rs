//! The share of wins that a rule gives each validator.

/// The exact probability, or long-run share, with which a rule gives the next block to each
/// validator, as far as it is known.
#[derive(Clone, Debug, PartialEq)]
pub enum ExpectedShares {
    /// One share per validator, in order; they sum to one. Computed in [`crate::law`],
    /// independently of the rule's sampling code.
    Shares(Vec<f64>),
    /// No exact law is known, and why. The rule is then judged against stake share.
    Unknown(&'static str),
}

impl ExpectedShares {
    /// The shares, where they are known.
    pub fn shares(&self) -> Option<&[f64]> {
        match self {
            ExpectedShares::Shares(shares) => Some(shares),
            ExpectedShares::Unknown(_) => None,
        }
    }
}
