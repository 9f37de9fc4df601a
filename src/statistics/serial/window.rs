//! The wins of one validator in a short window of rounds.

use crate::statistics::LongestRun;
use crate::statistics::distributions::Binomial;

/// The law of a validator's wins in a window of so many rounds, as far as its rule has one.
#[derive(Clone, Copy, Debug)]
pub struct WindowLaw {
    length: u64,
    share: f64,
    dispersion: WindowDispersion,
}

#[derive(Clone, Copy, Debug)]
enum WindowDispersion {
    /// Draws of `unit` rounds each are independent.
    Draws { unit: u64, law: Binomial },
    /// The variance is this many times that of independent draws.
    Scaled(f64),
    /// Wins up to any round are within so many of the expected shares.
    Bounded(f64),
}

impl WindowLaw {
    /// Independent draws, each of which decides `unit` rounds: the wins are `unit` times binomial.
    /// `None` unless the window is a whole number of draws and the share a probability.
    pub fn draws(length: u64, unit: u64, share: f64) -> Option<Self> {
        let whole = length.checked_rem(unit)? == 0 && length > 0;
        let law = Binomial::new(length / unit, share).filter(|_| whole)?;
        Some(WindowLaw { length, share, dispersion: WindowDispersion::Draws { unit, law } })
    }

    /// A dispersion of `factor` times the binomial variance, over a window of whole cycles of the rule.
    /// Only expectation and standard deviation are known.
    pub fn scaled(length: u64, factor: f64, share: f64) -> Option<Self> {
        let sane = length > 0 && factor >= 0.0 && factor.is_finite() && (0.0..=1.0).contains(&share);
        sane.then_some(WindowLaw { length, share, dispersion: WindowDispersion::Scaled(factor) })
    }

    /// A rule whose wins up to any round are within `bound` of the expected shares: those of a window, a
    /// difference of two such counts, are within twice that.
    pub fn bounded(length: u64, bound: f64, share: f64) -> Option<Self> {
        let sane = length > 0 && bound >= 0.0 && bound.is_finite() && (0.0..=1.0).contains(&share);
        sane.then_some(WindowLaw { length, share, dispersion: WindowDispersion::Bounded(bound) })
    }

    /// The expected wins.
    pub fn expected(&self) -> f64 {
        self.length as f64 * self.share
    }

    /// Their standard deviation; `None` where only bounds are known.
    pub fn deviation(&self) -> Option<f64> {
        let binomial = self.length as f64 * self.share * (1.0 - self.share);
        match self.dispersion {
            WindowDispersion::Draws { unit, .. } => Some((unit as f64 * binomial).sqrt()),
            WindowDispersion::Scaled(factor) => Some((factor * binomial).sqrt()),
            WindowDispersion::Bounded(_) => None,
        }
    }

    /// Whether the wins are those of independent draws, so that windows are independent too.
    pub fn is_of_draws(&self) -> bool {
        matches!(self.dispersion, WindowDispersion::Draws { .. })
    }

    /// The fewest and the most wins that are possible under a bound; `None` where none is known.
    pub fn bounds(&self) -> Option<(u64, u64)> {
        let WindowDispersion::Bounded(bound) = self.dispersion else { return None };
        // What is whole but for rounding is whole.
        let slack = 1e-9 * (1.0 + self.expected());
        let least = (self.expected() - 2.0 * bound - slack).ceil().max(0.0);
        let most = (self.expected() + 2.0 * bound + slack).floor().min(self.length as f64);
        Some((least as u64, most as u64))
    }

    /// The smallest number of wins that is not exceeded with at least this probability; `None` where
    /// the law is not known exactly.
    pub fn quantile(&self, probability: f64) -> Option<u64> {
        let WindowDispersion::Draws { unit, law } = self.dispersion else { return None };
        Some(unit * law.quantile(probability)?)
    }

    /// The probability of at most so many wins.
    pub fn at_most(&self, wins: u64) -> Option<f64> {
        match self.dispersion {
            WindowDispersion::Draws { unit, law } => Some(law.lower(wins / unit)),
            WindowDispersion::Scaled(_) => None,
            WindowDispersion::Bounded(_) => match self.bounds()? {
                (least, _) if wins < least => Some(0.0),
                (_, most) if wins >= most => Some(1.0),
                _ => None,
            },
        }
    }

    /// The probability of at least so many wins.
    pub fn at_least(&self, wins: u64) -> Option<f64> {
        match self.dispersion {
            WindowDispersion::Draws { unit, law } => Some(law.upper(wins.div_ceil(unit))),
            WindowDispersion::Scaled(_) => None,
            WindowDispersion::Bounded(_) => match self.bounds()? {
                (least, _) if wins <= least => Some(1.0),
                (_, most) if wins > most => Some(0.0),
                _ => None,
            },
        }
    }

    /// The probability that a gap as long as the window occurs within so many rounds.
    pub fn gap_probability(&self, rounds: u64) -> Option<f64> {
        match self.dispersion {
            WindowDispersion::Draws { unit, .. } => {
                Some(LongestRun::gap(rounds / unit, self.share)?.at_least(self.length / unit))
            }
            WindowDispersion::Scaled(_) => None,
            // Every stretch of the window's length holds at least the bound.
            WindowDispersion::Bounded(_) => self.bounds().filter(|(least, _)| *least > 0).map(|_| 0.0),
        }
    }

    /// The probability that somewhere in so many rounds every round of a window's length is won; `None` where
    /// it is not known.
    pub fn run_probability(&self, rounds: u64) -> Option<f64> {
        match self.dispersion {
            WindowDispersion::Draws { unit, .. } => {
                Some(LongestRun::run(rounds / unit, self.share)?.at_least(self.length.div_ceil(unit)))
            }
            WindowDispersion::Scaled(_) => None,
            // No stretch of the window's length holds more than the bound.
            WindowDispersion::Bounded(_) => {
                self.bounds().filter(|(_, most)| *most < self.length).map(|_| 0.0)
            }
        }
    }

    /// The probability that the most extreme of so many independent windows is as extreme as one
    /// that has this probability by itself: 1 − (1 − p)ⁿ without losing the digits of a small p.
    pub fn of_any(probability: f64, windows: u64) -> f64 {
        match windows {
            0 => 0.0,
            windows => -(windows as f64 * (-probability.min(1.0)).ln_1p()).exp_m1(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_of_thirty_two_slots() {
        // scipy.stats.binom(32, 0.1): mean 3.2, sd 1.697056, ppf(.05, .5, .95) = 1, 3, 6,
        // and by hand for none and one.
        let law = WindowLaw::draws(32, 1, 0.1).unwrap();
        assert!(
            (law.expected() - 3.2).abs() < 1e-12 && (law.deviation().unwrap() - 2.88f64.sqrt()).abs() < 1e-12
        );
        assert_eq!([0.05, 0.5, 0.95].map(|q| law.quantile(q)), [Some(1), Some(3), Some(6)]);
        assert!((law.at_most(0).unwrap() - 0.9f64.powi(32)).abs() < 1e-15);
        let one = 0.9f64.powi(32) + 32.0 * 0.1 * 0.9f64.powi(31);
        assert!((law.at_most(1).unwrap() - one).abs() < 1e-14);
        assert!((law.at_least(2).unwrap() - (1.0 - one)).abs() < 1e-14);
        // The window itself is the run: a gap of 32 within 32 rounds is an empty window.
        assert!((law.gap_probability(32).unwrap() - law.at_most(0).unwrap()).abs() < 1e-14);
    }

    #[test]
    fn draws_of_four_slots() {
        // Eight draws of four slots: wins are 0, 4, 8, ...; P(none) = 0.9^8.
        let law = WindowLaw::draws(32, 4, 0.1).unwrap();
        assert!((law.deviation().unwrap() - 4.0 * 0.72f64.sqrt()).abs() < 1e-12);
        for few in 0..4 {
            assert!((law.at_most(few).unwrap() - 0.9f64.powi(8)).abs() < 1e-14);
        }
        assert!((law.at_least(1).unwrap() - law.at_least(4).unwrap()).abs() < 1e-15);
        assert_eq!(law.quantile(0.5), Some(4));
        assert!((law.gap_probability(32).unwrap() - 0.9f64.powi(8)).abs() < 1e-14);
        assert!(WindowLaw::draws(30, 4, 0.1).is_none() && WindowLaw::draws(0, 1, 0.1).is_none());
        assert!(WindowLaw::draws(32, 0, 0.1).is_none() && WindowLaw::draws(32, 1, f64::NAN).is_none());
    }

    #[test]
    fn other_scatters_say_what_they_know() {
        let scaled = WindowLaw::scaled(100, 0.25, 0.2).unwrap();
        assert_eq!((scaled.deviation(), scaled.quantile(0.5), scaled.at_most(3)), (Some(2.0), None, None));
        let turns = WindowLaw::bounded(40, 1.0, 0.25).unwrap();
        assert_eq!((turns.deviation(), turns.bounds()), (None, Some((8, 12))));
        assert_eq!((turns.at_most(7), turns.at_most(9), turns.at_most(12)), (Some(0.0), None, Some(1.0)));
        assert_eq!((turns.at_least(8), turns.at_least(13)), (Some(1.0), Some(0.0)));
        assert_eq!(turns.gap_probability(1000), Some(0.0));
        assert_eq!(WindowLaw::bounded(4, 1.0, 0.25).unwrap().gap_probability(1000), None);
    }

    #[test]
    fn the_worst_of_many() {
        assert!((WindowLaw::of_any(0.1, 3) - (1.0 - 0.729)).abs() < 1e-15);
        assert!((WindowLaw::of_any(1e-20, 10) / 1e-19 - 1.0).abs() < 1e-12);
        assert_eq!(
            (WindowLaw::of_any(1.0, 5), WindowLaw::of_any(0.5, 0), WindowLaw::of_any(1.0, 0)),
            (1.0, 0.0, 0.0)
        );
    }
}
