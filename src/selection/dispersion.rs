//! How far the counts of a rule vary around its expected shares.

/// The dispersion of a validator's wins over n rounds of fixed stakes.
#[derive(Clone, Debug, PartialEq)]
pub enum Dispersion {
    /// The rounds are independent draws: the counts are multinomial.
    Independent,
    /// The variance of `wins_i` over n rounds is `factors[i] * n * p_i * (1 - p_i)`: asymptotically,
    /// and exactly when n is a multiple of `cycle` rounds if the rule works in cycles (rules that
    /// are Markov chains have `cycle` 1 and an error of the order of one part in n).
    Scaled {
        /// One factor per validator, in order: below one is steadier than independent draws, above
        /// one burstier; zero where the wins of a cycle are certain.
        factors: Vec<f64>,
        /// The number of rounds after which the rule begins anew.
        cycle: u64,
    },
    /// `|wins_i - n * p_i|` never exceeds `bounds[i]`: deterministic up to bounded rounding.
    Bounded {
        /// One bound per validator, in order, in wins.
        bounds: Vec<f64>,
    },
    /// No law of the dispersion is known, and why: intervals and tests come from the spread between
    /// trials, or stay empty.
    Unknown(&'static str),
}

impl Dispersion {
    /// One bound for everybody with stake, which depends on how many they are; nobody else wins.
    pub fn bounded_for_holders(stakes: &[u64], bound: impl Fn(usize) -> f64) -> Self {
        let bound = bound(stakes.iter().filter(|&&stake| stake > 0).count());
        Dispersion::Bounded {
            bounds: stakes.iter().map(|&stake| if stake > 0 { bound } else { 0.0 }).collect(),
        }
    }
}
