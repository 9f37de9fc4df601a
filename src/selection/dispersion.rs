//! How far the counts of a rule scatter around its promise.

/// The scatter of a validator's wins over n rounds of fixed stakes.
#[derive(Clone, Debug, PartialEq)]
pub enum Dispersion {
    /// The rounds are independent draws: the counts are multinomial.
    Independent,
    /// `Var(wins_i over n rounds) = factor_i * n p_i (1 - p_i)` asymptotically; exact when n is a
    /// multiple of `cycle` rounds.
    Scaled {
        /// One factor per validator, in order; zero where the wins of a cycle are certain.
        factors: Vec<f64>,
        /// The number of rounds after which the scatter repeats itself.
        cycle: u64,
    },
    /// `|wins_i - n p_i|` never exceeds `bound_i`: deterministic up to bounded rounding.
    Bounded {
        /// One bound per validator, in order, in wins.
    /// Var(wins_i over n rounds) = factor_i * n p_i (1 - p_i) asymptotically; exact when n is a
        /// One factor per validator: below one is steadier than independent draws, above one is
        /// burstier.
        /// After how many rounds the pattern starts anew.
    /// |wins_i - n p_i| never exceeds bound_i: deterministic up to bounded rounding.
    /// The variance of `wins_i` over n rounds is `factors[i] * n * p_i * (1 - p_i)`: asymptotically,
    /// and exactly when n is a multiple of `cycle` rounds if the rule works in cycles (rules that
    /// are Markov chains have `cycle` 1 and an error of the order of one part in n).
        /// One factor per validator, in order: above one scatters more than independent draws.
        /// The number of rounds after which the rule begins anew.
    /// `|wins_i - n * p_i|` never exceeds `bounds[i]`: deterministic up to bounded rounding.
        /// One bound per validator, in wins.
        bounds: Vec<f64>,
    },
    /// No law of the scatter is known, and why: intervals and tests come from the spread between
    /// trials, or stay empty.
    Unknown(&'static str),
}
