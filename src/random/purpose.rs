//! What a stream of random numbers is for.

/// The purposes that own a stream of their own.
///
/// The tag of a purpose is part of the stream's key; renaming one moves results and needs a line
/// in the changelog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Sampling of stake distributions; one stream per scenario seed.
    Stakes,
    /// Secret keys of the accounts; one stream per account.
    Keys,
    /// Which accounts get a behaviour that is given by share.
    Behaviours,
    /// The draw of the forger.
    Lottery,
    /// Counts of wins that are drawn from their law instead of being played.
    Law,
    /// The draw of the attesting committee.
    Committee,
    /// Who pays whom, how much, and which transactions are bad.
    Transactions,
    /// Loss on the network, and which mistake a dishonest forger makes.
    Faults,
    /// What a block brings besides its reward: tips and extractable value.
    Extras,
    /// Who is drawn for duties that are paid: sync committees.
    Duties,
    /// Resampling by statistics, after all trials; one stream per scenario seed and figure.
    Statistics,
}

impl Purpose {
    /// The tag that stands for this purpose in a stream's key.
    pub fn tag(self) -> &'static str {
        match self {
            Purpose::Stakes => "stakes",
            Purpose::Keys => "keys",
            Purpose::Behaviours => "behaviours",
            Purpose::Lottery => "lottery",
            Purpose::Law => "law",
            Purpose::Committee => "committee",
            Purpose::Transactions => "transactions",
            Purpose::Faults => "faults",
            Purpose::Extras => "extras",
            Purpose::Duties => "duties",
            Purpose::Statistics => "statistics",
        }
    }
}
