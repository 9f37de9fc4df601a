//! The rows of `windows.csv`.

use super::context::AnalysisContext;
use super::sampling_model::SamplingModel;
use crate::analysis::rows::{WindowRow, window_law};
use crate::selection::Dispersion;
use crate::statistics::WindowLaw;

/// One row for each followed validator, in their order; none where windows are not tallied.
pub fn rows(context: &AnalysisContext) -> Vec<WindowRow> {
    let length = context.experiment.window;
    let world = &context.experiment.world;
    let Some(tallies) = &context.results.totals.order.windows else { return Vec::new() };
    let dispersion = match context.sampling_model {
        SamplingModel::Trials(why) => Dispersion::Unknown(why),
        _ => world.rule.thing.dispersion(&world.stakes),
    };
    // How likely the most extreme of all windows is can be said only if their number was settled.
    let settled = context.stopping.is_none();
    let followed = context.experiment.followed().into_iter().zip(tallies);
    followed
        .map(|(validator, tally)| {
            let share = context.share_of_counted(validator.index());
            let law = share.and_then(|share| window_law(&dispersion, validator.index(), length, share));
            let observed = Observed::new(tally.counts());
            let (least, most) = (observed.least(), observed.most());
            let least_wins_probability = least.and_then(|wins| law?.at_most(wins));
            let most_wins_probability = most.and_then(|wins| law?.at_least(wins));
            let independent = law.is_some_and(|law| law.is_of_draws());
            let of_any = |one: Option<f64>| {
                one.filter(|_| settled && independent).map(|one| WindowLaw::of_any(one, observed.windows))
            };
            WindowRow {
                validator: world.names[validator.index()].clone(),
                window_rounds: length,
                unit: context.experiment.unit.word().to_owned(),
                windows: observed.windows,
                expected_wins: share.map(|share| share * length as f64),
                mean: observed.mean(),
                sd: observed.deviation(),
                sd_expected: law.and_then(|law| law.deviation()),
                q05: observed.quantile(5),
                q50: observed.quantile(50),
                q95: observed.quantile(95),
                q05_expected: law.and_then(|law| law.quantile(0.05)),
                q50_expected: law.and_then(|law| law.quantile(0.50)),
                q95_expected: law.and_then(|law| law.quantile(0.95)),
                least_possible: law.and_then(|law| law.bounds()).map(|bounds| bounds.0),
                most_possible: law.and_then(|law| law.bounds()).map(|bounds| bounds.1),
                empty_share: observed.share_of(0),
                empty_probability: law.and_then(|law| law.at_most(0)),
                least_wins: least,
                least_wins_probability,
                least_wins_p: of_any(least_wins_probability),
                most_wins: most,
                most_wins_probability,
                most_wins_p: of_any(most_wins_probability),
                gap_rounds: length,
                gap_probability: law.and_then(|law| law.gap_probability(context.longest_trial)),
            }
        })
        .collect()
}

/// How often there were 0, 1, 2, ... wins in a window.
struct Observed<'a> {
    counts: &'a [u64],
    windows: u64,
}

impl<'a> Observed<'a> {
    fn new(counts: &'a [u64]) -> Self {
        Observed { counts, windows: counts.iter().sum() }
    }

    fn least(&self) -> Option<u64> {
        self.counts.iter().position(|&count| count > 0).map(|wins| wins as u64)
    }

    fn most(&self) -> Option<u64> {
        self.counts.iter().rposition(|&count| count > 0).map(|wins| wins as u64)
    }

    /// The share of windows with so many wins.
    fn share_of(&self, wins: usize) -> Option<f64> {
        let count = self.counts.get(wins).copied().unwrap_or(0);
        (self.windows > 0).then(|| count as f64 / self.windows as f64)
    }

    fn mean(&self) -> Option<f64> {
        let all: u128 = (0u128..).zip(self.counts).map(|(wins, &count)| wins * u128::from(count)).sum();
        (self.windows > 0).then(|| all as f64 / self.windows as f64)
    }

    /// The standard deviation over the windows; `None` with fewer than two.
    fn deviation(&self) -> Option<f64> {
        let mean = self.mean().filter(|_| self.windows > 1)?;
        let square = |(wins, &count): (u32, &u64)| count as f64 * (f64::from(wins) - mean).powi(2);
        let squares: f64 = (0u32..).zip(self.counts).map(square).sum();
        Some((squares / (self.windows - 1) as f64).sqrt())
    }

    /// The smallest number of wins that at least so many per cent of the windows do not exceed.
    fn quantile(&self, percent: u64) -> Option<u64> {
        let needed = (u128::from(self.windows) * u128::from(percent)).div_ceil(100).max(1);
        let mut seen = 0;
        for (wins, &count) in (0..).zip(self.counts) {
            seen += u128::from(count);
            if seen >= needed {
                return Some(wins);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_windows_by_hand() {
        // Wins 0, 0, 1, 1, 1, 2, 2, 2, 4, 5: mean 1.8, squares 56, around the mean 56 - 32.4.
        let observed = Observed::new(&[2, 3, 3, 0, 1, 1]);
        assert_eq!((observed.windows, observed.least(), observed.most()), (10, Some(0), Some(5)));
        assert!((observed.mean().unwrap() - 1.8).abs() < 1e-15);
        assert!((observed.deviation().unwrap() - (23.6f64 / 9.0).sqrt()).abs() < 1e-12);
        assert_eq!([5, 50, 51, 95, 100].map(|q| observed.quantile(q)), [0, 1, 2, 5, 5].map(Some));
        assert_eq!((observed.share_of(0), observed.share_of(9)), (Some(0.2), Some(0.0)));
    }

    #[test]
    fn without_windows_there_is_nothing() {
        let observed = Observed::new(&[]);
        assert_eq!((observed.least(), observed.most(), observed.quantile(50)), (None, None, None));
        assert_eq!((observed.mean(), observed.deviation(), observed.share_of(0)), (None, None, None));
        assert_eq!(Observed::new(&[0, 1]).deviation(), None);
        assert_eq!(Observed::new(&[0, 1]).mean(), Some(1.0));
    }
}
