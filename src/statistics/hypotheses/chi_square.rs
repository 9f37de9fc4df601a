//! Pearson's chi-square test of counts against promised shares.

use crate::statistics::distributions::chi_square_upper;

/// Below this expected count the chi-square law is no good approximation, and cells are pooled.
pub(crate) const LEAST_EXPECTED: f64 = 5.0;

/// The outcome of a goodness-of-fit test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GoodnessOfFit {
    /// The statistic; `None` where it is infinite, that is, where something happened that the
    /// promise rules out. The p-value is then zero.
    pub statistic: Option<f64>,
    /// Degrees of freedom: cells after pooling, minus one.
    pub degrees: u64,
    /// The probability of a statistic at least as large, if the promise holds and the counts are
    /// multinomial.
    pub p_value: f64,
    /// How many of the given cells share a cell with another because too little was expected in
    /// them alone; zero where the table was used as it is.
    pub pooled: usize,
}

impl GoodnessOfFit {
    /// Something happened that a promise with so many possible cells rules out.
    pub(crate) fn impossible(cells: usize) -> Self {
        GoodnessOfFit { statistic: None, degrees: cells as u64, p_value: 0.0, pooled: 0 }
    }
}

/// Pearson's test that `counts` are multinomial with `shares`.
///
/// A cell with share zero is left out if its count is zero; otherwise the promise is broken for
/// certain (p = 0). Cells with an expected count below 5 are pooled: in ascending order of their
/// expected counts (ties by position) they are put together until a group reaches 5; what is left
/// at the end joins the last group. The pooling looks at expected counts only, never at the
/// observed ones, so that the test keeps its level. O(m log m).
///
/// `None` if the lengths differ, if shares are negative, not finite or do not sum to one (within
/// 1e-6), if nothing was counted, or if fewer than two cells remain.
pub fn goodness_of_fit(counts: &[u64], shares: &[f64]) -> Option<GoodnessOfFit> {
    dispersed_goodness_of_fit(counts, shares, 1.0)
}

/// The same test where the counts scatter around the promise `dispersion` times as much as
/// multinomial ones, in every direction alike: 4 where a leader keeps four slots, (1 + nw)/(1 + w)
/// after n rounds of compounding a reward w. The statistic is divided by it, and cells are pooled
/// below 5 times it. `None` also unless the dispersion is positive and finite.
pub fn dispersed_goodness_of_fit(counts: &[u64], shares: &[f64], dispersion: f64) -> Option<GoodnessOfFit> {
    if !(dispersion > 0.0 && dispersion.is_finite()) {
        return None;
    }
    let cells = match pool(counts, shares, LEAST_EXPECTED * dispersion)? {
        Pooled::Impossible(cells) => return Some(GoodnessOfFit::impossible(cells)),
        Pooled::Cells(cells) => cells,
    };
    let pearson: f64 = cells.groups.iter().map(|cell| cell.difference().powi(2) / cell.expected).sum();
    let statistic = pearson / dispersion;
    let degrees = cells.groups.len() as u64 - 1;
    Some(GoodnessOfFit {
        statistic: Some(statistic).filter(|statistic| statistic.is_finite()),
        degrees,
        p_value: chi_square_upper(statistic, degrees),
        pooled: cells.pooled,
    })
}

/// A cell of the table: what was counted, and what was expected.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cell {
    pub(crate) count: u128,
    pub(crate) expected: f64,
}

impl Cell {
    /// Observed minus expected.
    pub(crate) fn difference(&self) -> f64 {
        self.count as f64 - self.expected
    }
}

/// The table after pooling.
pub(crate) struct Cells {
    pub(crate) groups: Vec<Cell>,
    pub(crate) pooled: usize,
}

/// What pooling finds.
pub(crate) enum Pooled {
    /// A cell of share zero has a count; so many cells have a share.
    Impossible(usize),
    /// At least two cells.
    Cells(Cells),
}

/// Checks a table and pools its cells below `least` as [`goodness_of_fit`] describes.
pub(crate) fn pool(counts: &[u64], shares: &[f64], least: f64) -> Option<Pooled> {
    let total: u128 = counts.iter().map(|&count| u128::from(count)).sum();
    let sum: f64 = shares.iter().sum();
    let sane = shares.iter().all(|&share| (0.0..=1.0 + 1e-6).contains(&share));
    if counts.len() != shares.len() || !sane || (sum - 1.0).abs() > 1e-6 || total == 0 {
        return None;
    }
    let possible = shares.iter().filter(|&&share| share > 0.0).count();
    if counts.iter().zip(shares).any(|(&count, &share)| share == 0.0 && count > 0) {
        return Some(Pooled::Impossible(possible));
    }
    let mut order: Vec<usize> = (0..shares.len()).filter(|&index| shares[index] > 0.0).collect();
    order.sort_unstable_by(|&a, &b| shares[a].total_cmp(&shares[b]).then(a.cmp(&b)));
    let mut groups: Vec<(Cell, usize)> = Vec::new();
    let mut open: (Cell, usize) = Default::default();
    for index in order {
        open.0.count += u128::from(counts[index]);
        open.0.expected += total as f64 * (shares[index] / sum);
        open.1 += 1;
        if open.0.expected >= least {
            groups.push(std::mem::take(&mut open));
        }
    }
    if open.1 > 0 {
        let last = groups.last_mut()?;
        last.0.count += open.0.count;
        last.0.expected += open.0.expected;
        last.1 += open.1;
    }
    let pooled = groups.iter().map(|&(_, members)| if members > 1 { members } else { 0 }).sum();
    let groups: Vec<Cell> = groups.into_iter().map(|(cell, _)| cell).collect();
    (groups.len() >= 2).then_some(Pooled::Cells(Cells { groups, pooled }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn published_value() {
        let fit = goodness_of_fit(&[220, 290, 490], &[0.2, 0.3, 0.5]).unwrap();
        assert!((fit.statistic.unwrap() - 2.533333).abs() < 5e-7);
        assert!((fit.p_value - 0.281769).abs() < 5e-7);
        assert_eq!((fit.degrees, fit.pooled), (2, 0));
    }

    /// Mendel's peas (1866): 315, 101, 108, 32 against 9:3:3:1; chi-square 0.470024, p 0.925426
    /// (scipy.stats.chisquare).
    #[test]
    fn mendels_peas() {
        let shares = [9.0, 3.0, 3.0, 1.0].map(|part| part / 16.0);
        let fit = goodness_of_fit(&[315, 101, 108, 32], &shares).unwrap();
        assert!((fit.statistic.unwrap() - 0.4700239808).abs() < 1e-9);
        assert!((fit.p_value - 0.9254258952).abs() < 1e-9);
    }

    #[test]
    fn far_tails_do_not_vanish() {
        // (3606/2)² / 11803 · 2 = 550.8445, scipy.stats.chi2.sf(x, 1).
        let fit = goodness_of_fit(&[10_000, 13_606], &[0.5, 0.5]).unwrap();
        assert!((fit.p_value / 8.2465170313009e-122 - 1.0).abs() < 1e-9, "{fit:?}");
    }

    #[test]
    fn dispersion_is_allowed_for() {
        // Leaders who keep four slots: four times the counts, four times the variance.
        let plain = goodness_of_fit(&[220, 290, 490], &[0.2, 0.3, 0.5]).unwrap();
        let fourfold = dispersed_goodness_of_fit(&[880, 1160, 1960], &[0.2, 0.3, 0.5], 4.0).unwrap();
        assert!((plain.statistic.unwrap() - fourfold.statistic.unwrap()).abs() < 1e-12);
        assert_eq!(dispersed_goodness_of_fit(&[880, 1160], &[0.5, 0.5], 0.0), None);
        assert_eq!(dispersed_goodness_of_fit(&[880, 1160], &[0.5, 0.5], f64::NAN), None);
        // Expected counts below 5 dispersions are pooled.
        let fit = dispersed_goodness_of_fit(&[15, 25, 100], &[0.1, 0.2, 0.7], 4.0).unwrap();
        assert_eq!((fit.pooled, fit.degrees), (2, 1));
    }

    #[test]
    fn small_cells_are_pooled_by_expected_counts_alone() {
        // Expected 1, 2, 3, 4, 90: {1, 2, 3} reaches 6; {4, 90} follows.
        let fit = goodness_of_fit(&[2, 2, 4, 2, 90], &[0.01, 0.02, 0.03, 0.04, 0.90]).unwrap();
        assert_eq!((fit.degrees, fit.pooled), (1, 5));
        assert!((fit.statistic.unwrap() - (4.0 / 6.0 + 4.0 / 94.0)).abs() < 1e-12);
        // Expected 6, 6, 6, 2: {2, 6}, {6}, {6}.
        let fit = goodness_of_fit(&[6, 6, 6, 2], &[0.3, 0.3, 0.3, 0.1]).unwrap();
        assert_eq!((fit.degrees, fit.pooled), (2, 2));
        // Nothing left to compare.
        assert_eq!(goodness_of_fit(&[2, 2], &[0.5, 0.5]), None);
        assert_eq!(goodness_of_fit(&[9], &[1.0]), None);
    }

    #[test]
    fn what_the_promise_rules_out() {
        let fit = goodness_of_fit(&[50, 50, 1], &[0.5, 0.5, 0.0]).unwrap();
        assert_eq!((fit.statistic, fit.p_value), (None, 0.0));
        let fit = goodness_of_fit(&[50, 50, 0], &[0.5, 0.5, 0.0]).unwrap();
        assert_eq!((fit.statistic, fit.degrees, fit.p_value), (Some(0.0), 1, 1.0));
        assert_eq!(goodness_of_fit(&[0, 0], &[0.5, 0.5]), None);
        assert_eq!(goodness_of_fit(&[9, 9], &[0.5, 0.4]), None);
        assert_eq!(goodness_of_fit(&[9, 9], &[0.5, f64::NAN]), None);
        assert_eq!(goodness_of_fit(&[9, 9], &[1.5, -0.5]), None);
        assert_eq!(goodness_of_fit(&[9], &[0.5, 0.5]), None);
    }

    proptest! {
        #[test]
        fn order_does_not_matter_without_ties(counts in prop::collection::vec(0u64..1000, 2..30)) {
            let weights: Vec<f64> = (1..=counts.len()).map(|i| i as f64).collect();
            let sum: f64 = weights.iter().sum();
            let shares: Vec<f64> = weights.iter().map(|w| w / sum).collect();
            let forward = goodness_of_fit(&counts, &shares);
            let backward = goodness_of_fit(
                &counts.iter().rev().copied().collect::<Vec<_>>(),
                &shares.iter().rev().copied().collect::<Vec<_>>(),
            );
            match (forward, backward) {
                (Some(a), Some(b)) => {
                    prop_assert_eq!((a.degrees, a.pooled), (b.degrees, b.pooled));
                    prop_assert!((a.p_value - b.p_value).abs() < 1e-9);
                    prop_assert!((0.0..=1.0).contains(&a.p_value));
                }
                (a, b) => prop_assert_eq!(a.is_none(), b.is_none()),
            }
        }
    }
}
