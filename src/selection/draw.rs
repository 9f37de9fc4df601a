//! How a rule draws, as far as others may rely on it to reach the same forgers by a shorter way.

/// What one round of a rule is, besides its selector.
///
/// The selector remains the rule: an engine that takes a shorter way must select the same forgers
/// from the same stream ([`Draw::Stake`], [`Draw::Tokens`]) or with the same law ([`Draw::Shares`]).
#[derive(Clone, Debug, PartialEq)]
pub enum Draw {
    /// One token of the pool of all stakes, as they are in that round: one
    /// [`Stream::below`](crate::random::Stream::below), which is the number of a token in the order
    /// of the validators.
    Stake,
    /// While no stake changes: the same with a pool of so many tokens for each validator, in order;
    /// fewer than 2^64 and more than none.
    Tokens(Vec<u64>),
    /// While no stake changes: rounds are independent, somebody wins each, and validator i does with
    /// chance `shares[i]`. How it draws from the stream is its own affair.
    Shares(Vec<f64>),
    /// Nothing that anybody could rely on.
    Own,
}
