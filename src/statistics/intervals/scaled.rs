//! Tails of counts whose variance is a known multiple of that of independent rounds.

use crate::statistics::distributions::{Binomial, normal_upper};
use crate::statistics::{Side, Tails};

/// With less variance than this the normal distribution is not asked.
const LEAST_VARIANCE: f64 = 25.0;

/// How likely counts as extreme as `wins` of `rounds` are if the share is `p` and the variance is
/// `factor` times the binomial one. Nothing else being known of the counts, these are bounds that hold
/// for few wins too:
///
/// - For a factor f of at least one, the tails of wins that come in runs of f, independent of each other:
///   binomial ones of `rounds` / f draws, of which `wins` / f were won, rounded to the larger tail.
/// - For a smaller factor, the binomial tails themselves, as for counts that avoid each other (Hoeffding
///   1963 for draws without replacement); or, where that is less and the variance is at least 25, the
///   normal tail with that variance, continuity-corrected and raised by e^(z³/6σ), the first term of
///   Cramér's expansion (1938) for a skewness of 1/σ.
///
/// `None` without rounds, with more wins than rounds, with p outside [0, 1], or with a factor that is not
/// positive.
pub fn scaled_tails(wins: u64, rounds: u64, p: f64, factor: f64) -> Option<Tails> {
    let tail = |side| scaled_tail(wins, rounds, p, factor, side);
    Some(Tails { at_least: tail(Side::AtLeast)?, at_most: tail(Side::AtMost)? })
}

/// One of [`scaled_tails`].
pub fn scaled_tail(wins: u64, rounds: u64, p: f64, factor: f64, side: Side) -> Option<f64> {
    if rounds == 0 || wins > rounds || !(factor > 0.0 && factor.is_finite()) {
        return None;
    }
    let (k, n) = (wins as f64, rounds as f64);
    if factor >= 1.0 {
        let draws = (n / factor).floor().max(1.0);
        let law = Binomial::new(draws as u64, p)?;
        // A quotient that is whole but for rounding is whole.
        let won = (k / factor).min(draws);
        let slack = 1e-9 * won;
        return Some(match side {
            Side::AtLeast => law.upper((won + slack).floor() as u64),
            Side::AtMost => law.lower((won - slack).ceil() as u64),
        });
    }
    let law = Binomial::new(rounds, p)?;
    let spread = (factor * n * p * (1.0 - p)).sqrt();
    let normal = |distance: f64| {
        let z = (distance - 0.5) / spread;
        let known = spread * spread >= LEAST_VARIANCE && z > 0.0 && z <= spread;
        if known { normal_upper(z) * (z.powi(3) / (6.0 * spread)).exp() } else { 1.0 }
    };
    let deviation = law.deviation(wins);
    Some(match side {
        Side::AtLeast => law.upper(wins).min(normal(deviation)),
        Side::AtMost => law.lower(wins).min(normal(-deviation)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_four_are_runs() {
        let runs = Binomial::new(500, 0.01).unwrap();
        let tails = scaled_tails(40, 2000, 0.01, 4.0).unwrap();
        assert_eq!((tails.at_least, tails.at_most), (runs.upper(10), runs.lower(10)));
        // Three of four wins more: at least ten runs, at most eleven.
        let between = scaled_tails(43, 2003, 0.01, 4.0).unwrap();
        assert_eq!((between.at_least, between.at_most), (runs.upper(10), runs.lower(11)));
    }

    #[test]
    fn less_variance_than_draws() {
        // A draw without replacement of 150 of 600 marked ones among 1,200: variance factor 1050/1199.
        // P(at least 90 marked), from the definition with Python's fractions: 0.0055865.
        let tails = scaled_tails(90, 150, 0.5, 1050.0 / 1199.0).unwrap();
        assert!(tails.at_least >= 0.0055865 && tails.at_least < 0.0098, "{tails:?}");
        let plain = Binomial::new(150, 0.5).unwrap();
        assert!(tails.at_least <= plain.upper(90));
        // 1,000 of 1,333, of which 666 are marked: variance factor 1/4. P(at least 520 marked), likewise:
        // 0.00591839; that of independent draws is 0.104.
        let most = scaled_tails(520, 1_000, 666.0 / 1_333.0, 0.25).unwrap();
        assert!(most.at_least >= 0.00591839 && most.at_least < 0.0089, "{most:?}");
        assert_eq!(scaled_tails(5, 0, 0.5, 1.0), None);
        assert_eq!(scaled_tails(5, 10, 0.5, 0.0), None);
        assert_eq!(scaled_tails(5, 10, 1.5, 1.0), None);
    }
}
