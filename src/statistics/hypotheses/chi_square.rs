//! Pearson's chi-square test of counts against expected shares.

use super::multinomial_test::{
    Extremeness, exact_multinomial_test, monte_carlo_multinomial_test, replicates, simulated_p,
};
use super::table::{Checked, Table};
use crate::random::Stream;
use crate::statistics::distributions::{Binomial, chi_square_upper, skewed_upper};

/// Below this expected count the chi-square distribution is no good approximation.
pub(crate) const LEAST_EXPECTED: f64 = 5.0;

/// Where a p-value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NullDistribution {
    /// The chi-square distribution, the limit for many counts in every cell.
    ChiSquare,
    /// The same far in its tail, made larger for counts that are not normal there, or an upper limit by the exact
    /// distribution of every cell.
    FarTail,
    /// All tables with the same total, each with its probability.
    Enumerated,
    /// So many tables drawn from the null hypothesis.
    Simulated(u32),
    /// A gamma distribution with the statistic's mean, variance and skewness, beyond so many simulated tables,
    /// none of which is as extreme.
    Moments(u32),
    /// Something happened that the null hypothesis rules out.
    Impossible,
}

impl NullDistribution {
    /// The same in words, for the `method` of a table.
    pub fn words(self) -> String {
        match self {
            NullDistribution::ChiSquare => "chi-square distribution".to_owned(),
            NullDistribution::FarTail => {
                "chi-square distribution, corrected far in its tail by the exact distribution of every cell"
                    .to_owned()
            }
            NullDistribution::Enumerated => "exact, over all tables".to_owned(),
            NullDistribution::Simulated(replicates) => {
                format!("Monte Carlo, {replicates} simulated tables")
            }
            NullDistribution::Moments(replicates) => {
                format!(
                    "gamma distribution by the statistic's mean, variance and skewness; none of {replicates} simulated tables is as extreme"
                )
            }
            NullDistribution::Impossible => "certain: what the null hypothesis rules out happened".to_owned(),
        }
    }
}

/// The outcome of a goodness-of-fit test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GoodnessOfFit {
    /// The statistic; `None` where it is infinite, that is, where something happened that the
    /// expected shares rule out. The p-value is then zero.
    pub statistic: Option<f64>,
    /// Degrees of freedom: cells that can be hit, minus one.
    pub degrees: u64,
    /// The probability of a statistic at least as large, if the counts are multinomial with the
    /// expected shares.
    pub p_value: f64,
    /// Where the p-value comes from.
    pub null: NullDistribution,
}

impl GoodnessOfFit {
    /// Whether the p-value is the smallest that so many simulated tables can give: an upper limit.
    pub fn is_floor(&self) -> bool {
        match self.null {
            NullDistribution::Simulated(replicates) => self.p_value <= 1.0 / (f64::from(replicates) + 1.0),
            _ => false,
        }
    }

    /// Something happened that expected shares with so many possible cells rule out.
    pub(crate) fn impossible(cells: usize) -> Self {
        GoodnessOfFit {
            statistic: None,
            degrees: (cells as u64).saturating_sub(1),
            p_value: 0.0,
            null: NullDistribution::Impossible,
        }
    }
}

/// Pearson's test that `counts` are multinomial with `shares`. No cell is pooled with another, and the
/// order of the cells is of no consequence, to the last bit.
///
/// A cell with share zero is left out if its count is zero; otherwise the hypothesis is false for
/// certain (p = 0). Where every cell expects at least 5, the p-value is that of the chi-square
/// distribution, unless that is below 0.001 and the counts are too few for so far a tail; then it is exact for two
/// cells, and for more corrected by the exact tails of the cells (`far_tail`). Where some expects fewer, it is exact over all tables if these are few enough
/// ([`exact_multinomial_test`]), and otherwise simulated from the same null hypothesis with as many
/// tables as [`replicates`] allows. If none of these is as extreme, their number says nothing more; of many
/// cells the p-value is then that of a gamma distribution with the statistic's first three moments, if that is
/// smaller. O(m log m), and O(m) for each simulated table.
///
/// `None` if the lengths differ, if shares are negative, not finite or do not sum to one (within
/// 1e-6), if nothing was counted, if fewer than two cells can be hit, or if there are too many cells to
/// simulate.
pub fn goodness_of_fit(counts: &[u64], shares: &[f64], stream: &mut Stream) -> Option<GoodnessOfFit> {
    let table = Table::new(counts, shares)?;
    if table.impossible {
        return Some(GoodnessOfFit::impossible(table.counts.len()));
    }
    if table.counts.len() < 2 {
        return None;
    }
    let statistic = table.pearson(&table.counts);
    let degrees = table.counts.len() as u64 - 1;
    let (p_value, null) = if table.least_expected() >= LEAST_EXPECTED {
        far_tail(&table, statistic, chi_square_upper(statistic, degrees))
    } else if let Some(p_value) = exact_multinomial_test(counts, shares, Extremeness::ChiSquare) {
        (p_value, NullDistribution::Enumerated)
    } else {
        let most = replicates(table.counts.len())?;
        let simulated = monte_carlo_multinomial_test(counts, shares, Extremeness::ChiSquare, most, stream)?;
        let floor = 1.0 / (f64::from(simulated.replicates) + 1.0);
        let beyond = moments_upper(&table, statistic).filter(|&p| simulated.p_value <= floor && p < floor);
        match beyond {
            Some(p) => (p, NullDistribution::Moments(simulated.replicates)),
            None => (simulated.p_value, NullDistribution::Simulated(simulated.replicates)),
        }
    };
    let statistic = Some(statistic).filter(|statistic| statistic.is_finite());
    Some(GoodnessOfFit { statistic, degrees, p_value, null })
}

/// Below this the chi-square distribution is asked whether it holds so far out.
const FAR: f64 = 1e-3;

/// How many times the chi-square tail is as good as it.
const SLACK: f64 = 1.25;

/// The p-value of a statistic whose chi-square tail is `limit`.
///
/// Far in the tail the chi-square distribution is right only while the counts there are near normal. For a cell
/// that expects m and is z standard deviations off the normal tail is wrong by a factor of about e^(z³ / 6√m)
/// (Petrov, *Sums of Independent Random Variables*, 1975, VIII.2), one way or the other by its side. A statistic x
/// that is spread over k cells has z² = x/k in each, which makes a factor of about e^(x³ / 72mk²) in all; or one
/// cell makes it up alone, with its binomial tails. Both are added, m being the smallest expectation. Where that
/// is more than the sum over the cells of the binomial probabilities that the cell contributes a part of 1/k of
/// the statistic, as one must, that sum is taken: an upper limit however far out. For two cells, whose statistic
/// is a distance of one binomial count from its mean, the p-value is exact.
fn far_tail(table: &Table, statistic: f64, limit: f64) -> (f64, NullDistribution) {
    if limit >= FAR {
        return (limit, NullDistribution::ChiSquare);
    }
    // How likely the count of a cell is so far from its expectation that this part of the statistic is its own.
    let beyond = |share: f64, part: f64| {
        let expected = table.total as f64 * share;
        let distance = (part * expected).sqrt() * (1.0 - 1e-9);
        let Some(law) = Binomial::new(table.total, share) else { return 1.0 };
        let below = if distance > expected { 0.0 } else { law.lower((expected - distance) as u64) };
        law.upper((expected + distance).ceil() as u64) + below
    };
    if let [other, share] = table.shares[..] {
        // (x - np)² / np(1 - p) of the smaller cell.
        return (beyond(share, statistic * other).min(1.0), NullDistribution::Enumerated);
    }
    let cells = table.shares.len() as f64;
    let sum = |part: f64| -> f64 { table.shares.iter().map(|&share| beyond(share, part)).sum() };
    let spread = statistic.powi(3) / (72.0 * table.least_expected() * cells * cells);
    let corrected = limit * spread.exp() + sum(statistic);
    if corrected <= SLACK * limit {
        return (limit, NullDistribution::ChiSquare);
    }
    // Where the factor leaves the floats, 0 × ∞ among them, the sum is all there is.
    let union = sum(statistic / cells).min(1.0);
    (if corrected < union { corrected } else { union }, NullDistribution::FarTail)
}

/// Fewer cells are not so many that a sum over them has a distribution by its moments.
const MANY_CELLS: usize = 400;
/// Beyond this skewness a few rare cells decide.
const MOST_SKEWNESS: f64 = 0.5;

/// The probability of a Pearson statistic at least as large, by a gamma distribution with its exact mean and
/// variance (J. B. S. Haldane, Biometrika 29, 1937) and the skewness that it has for many cells, whatever is
/// expected of each: the counts are independent Poisson counts, given their total, so that the third cumulant
/// is that of what a regression on the total leaves (L. Holst, Biometrika 59, 1972).
///
/// `None` for fewer than 400 cells, or where the skewness is more than 0.5.
fn moments_upper(table: &Table, statistic: f64) -> Option<f64> {
    let (cells, total) = (table.shares.len() as f64, table.total as f64);
    if table.shares.len() < MANY_CELLS || !statistic.is_finite() {
        return None;
    }
    let inverse: f64 = table.shares.iter().map(|share| 1.0 / share).sum();
    let variance = 2.0 * (cells - 1.0) + (inverse - cells * cells - 2.0 * cells + 2.0) / total;
    // With U a count less its mean m, and Z = U²/m - 1: E[Z³] = 8 + 22/m + 1/m², E[Z²U] = 8 + 1/m,
    // E[ZU²] = 2m + 1, E[U³] = m.
    let slope = cells / total;
    let third: f64 = table
        .shares
        .iter()
        .map(|share| {
            let mean = total * share;
            8.0 + 22.0 / mean + 1.0 / (mean * mean) - 3.0 * slope * (8.0 + 1.0 / mean)
                + 3.0 * slope * slope * (2.0 * mean + 1.0)
                - slope.powi(3) * mean
        })
        .sum();
    let skewness = third / variance.powf(1.5);
    let is_known = variance > 0.0 && (0.0..=MOST_SKEWNESS).contains(&skewness);
    is_known.then(|| skewed_upper((statistic - (cells - 1.0)) / variance.sqrt(), skewness))
}

/// The same test where the null hypothesis is no multinomial distribution, but can be drawn from: `draw`
/// fills a table, and is asked at most `most` times, or until `enough` tables are at least as extreme.
///
/// `None` as for [`goodness_of_fit`].
pub fn simulated_goodness_of_fit(
    counts: &[u64],
    shares: &[f64],
    most: u32,
    enough: u32,
    mut draw: impl FnMut(&mut [u64]),
) -> Option<GoodnessOfFit> {
    let Checked { total, sum, possible, impossible } = Checked::new(counts, shares)?;
    if impossible {
        return Some(GoodnessOfFit::impossible(possible));
    }
    if possible < 2 {
        return None;
    }
    let pearson = |counts: &[u64]| -> f64 {
        let part = |(&count, &share): (&u64, &f64)| {
            let expected = total as f64 * (share / sum);
            if expected > 0.0 { (count as f64 - expected).powi(2) / expected } else { 0.0 }
        };
        counts.iter().zip(shares).map(part).sum()
    };
    let statistic = pearson(counts);
    let mut table = vec![0; counts.len()];
    let simulated = simulated_p(most, enough, || {
        draw(&mut table);
        pearson(&table) >= statistic * (1.0 - 1e-7)
    });
    Some(GoodnessOfFit {
        statistic: Some(statistic).filter(|statistic| statistic.is_finite()),
        degrees: possible as u64 - 1,
        p_value: simulated.p_value,
        null: NullDistribution::Simulated(simulated.replicates),
    })
}

/// Pearson's statistic over its degrees of freedom, about 1 for multinomial counts with `shares`;
/// `None` where [`goodness_of_fit`] is for want of a sane table, or where the statistic is infinite.
pub fn pearson_dispersion(counts: &[u64], shares: &[f64]) -> Option<f64> {
    let table = Table::new(counts, shares).filter(|table| !table.impossible && table.counts.len() > 1)?;
    let ratio = table.pearson(&table.counts) / (table.counts.len() - 1) as f64;
    ratio.is_finite().then_some(ratio)
}

/// The chi-square test where the counts vary around the expected shares `dispersion` times as much
/// as multinomial ones, in every direction alike: 4 where a leader keeps four slots, (1 + nw)/(1 + w)
/// after n rounds of compounding a reward w. The statistic is divided by it.
///
/// `None` as for [`goodness_of_fit`], unless the dispersion is positive and finite, and where some cell
/// expects fewer than 5 times the dispersion: nothing else is known of the counts to simulate them by.
pub fn dispersed_goodness_of_fit(counts: &[u64], shares: &[f64], dispersion: f64) -> Option<GoodnessOfFit> {
    let table = Table::new(counts, shares).filter(|_| dispersion > 0.0 && dispersion.is_finite())?;
    if table.impossible {
        return Some(GoodnessOfFit::impossible(table.counts.len()));
    }
    if table.counts.len() < 2 || table.least_expected() < LEAST_EXPECTED * dispersion {
        return None;
    }
    let statistic = table.pearson(&table.counts) / dispersion;
    let degrees = table.counts.len() as u64 - 1;
    Some(GoodnessOfFit {
        statistic: Some(statistic).filter(|statistic| statistic.is_finite()),
        degrees,
        p_value: chi_square_upper(statistic, degrees),
        null: NullDistribution::ChiSquare,
    })
}

/// The chi-square test of counts in cells that have an order of their own, which is not that of the
/// counts (lengths, times): neighbours that expect fewer than 5 are put together until they expect 5,
/// and what is left at the end joins the last group. The pooling looks at expected counts only. With
/// fewer than 20 counts for each group the p-value is simulated: far in its tail the chi-square
/// distribution is not right yet.
///
/// `None` as for [`goodness_of_fit`], or if fewer than two groups remain.
pub(crate) fn ordered_goodness_of_fit(
    counts: &[u64],
    shares: &[f64],
    stream: &mut Stream,
) -> Option<GoodnessOfFit> {
    let Checked { total, sum, possible, impossible } = Checked::new(counts, shares)?;
    if impossible {
        return Some(GoodnessOfFit::impossible(possible));
    }
    let mut groups: Vec<(u64, f64)> = Vec::new();
    let mut open = (0, 0.0);
    for (&count, &share) in counts.iter().zip(shares) {
        open = (open.0 + count, open.1 + share / sum);
        if total as f64 * open.1 >= LEAST_EXPECTED {
            groups.push(std::mem::take(&mut open));
        }
    }
    if open != (0, 0.0) {
        let last = groups.last_mut()?;
        *last = (last.0 + open.0, last.1 + open.1);
    }
    if groups.len() < 2 {
        return None;
    }
    let (counts, shares): (Vec<u64>, Vec<f64>) = groups.into_iter().unzip();
    let table = Table::new(&counts, &shares)?;
    let statistic = table.pearson(&table.counts);
    let degrees = counts.len() as u64 - 1;
    let (p_value, null) = if total >= 20 * counts.len() as u64 {
        (chi_square_upper(statistic, degrees), NullDistribution::ChiSquare)
    } else {
        let by = Extremeness::ChiSquare;
        let simulated =
            monte_carlo_multinomial_test(&counts, &shares, by, replicates(counts.len())?, stream)?;
        (simulated.p_value, NullDistribution::Simulated(simulated.replicates))
    };
    Some(GoodnessOfFit { statistic: Some(statistic), degrees, p_value, null })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::StreamKey;
    use proptest::prelude::*;

    fn fit(counts: &[u64], shares: &[f64]) -> Option<GoodnessOfFit> {
        goodness_of_fit(counts, shares, &mut Stream::open(StreamKey::new().text("goodness of fit")))
    }

    #[test]
    fn published_value() {
        let fit = fit(&[220, 290, 490], &[0.2, 0.3, 0.5]).unwrap();
        assert!((fit.statistic.unwrap() - 2.533333).abs() < 5e-7);
        assert!((fit.p_value - 0.281769).abs() < 5e-7);
        assert_eq!((fit.degrees, fit.null), (2, NullDistribution::ChiSquare));
    }

    /// Mendel's peas (1866): 315, 101, 108, 32 against 9:3:3:1; chi-square 0.470024, p 0.925426
    /// (scipy.stats.chisquare).
    #[test]
    fn mendels_peas() {
        let shares = [9.0, 3.0, 3.0, 1.0].map(|part| part / 16.0);
        let fit = fit(&[315, 101, 108, 32], &shares).unwrap();
        assert!((fit.statistic.unwrap() - 0.4700239808).abs() < 1e-9);
        assert!((fit.p_value - 0.9254258952).abs() < 1e-9);
    }

    #[test]
    fn far_tails_do_not_vanish() {
        // Four large cells, each 1,200 off: scipy.stats.chi2.sf(23.04, 3).
        let large = fit(&[251_200, 248_800, 251_200, 248_800], &[0.25; 4]).unwrap();
        assert!((large.p_value / 3.9615127577859124e-5 - 1.0).abs() < 1e-9, "{large:?}");
        assert_eq!(large.null, NullDistribution::ChiSquare);
        // Two cells are exact: 2 scipy.stats.binom.sf(13605, 23606, 0.5); the chi-square distribution says 8.2e-122.
        let two = fit(&[10_000, 13_606], &[0.5, 0.5]).unwrap();
        assert!((two.p_value / 3.26328365152517e-122 - 1.0).abs() < 1e-9, "{two:?}");
    }

    /// A hundred wins of 100,090 where ten were expected: scipy.stats.binom.sf(99, 100090, 1e-4) by mpmath, where the
    /// chi-square distribution says 5.4e-178.
    #[test]
    fn a_rare_cell_far_off_has_its_exact_tail() {
        let whale = fit(&[99_990, 100], &[0.9999, 0.0001]).unwrap();
        assert!((whale.p_value / 5.6244619714753e-63 - 1.0).abs() < 1e-8, "{whale:?}");
        assert_eq!(whale.null, NullDistribution::Enumerated);
    }

    /// A hundred counts in twenty cells that expect five each: the exact tail by convolution of the squares.
    #[test]
    fn spread_far_tails_are_near_the_exact_ones() {
        // P(X² ≥ 60), P(X² ≥ 80), P(X² ≥ 100).
        for (statistic, exact) in [(60.0, 1.23e-5), (80.0, 4.93e-8), (100.0, 3.17e-10)] {
            let table = Table::new(&[5; 20], &[0.05; 20]).unwrap();
            let (found, null) = far_tail(&table, statistic, chi_square_upper(statistic, 19));
            assert!((1.0..2.0).contains(&(found / exact)), "{statistic}: {found:e} for {exact:e}");
            assert_eq!(null, NullDistribution::FarTail);
        }
    }

    /// Sixty counts in cells that expect 50, 5 and 5, the smallest that the chi-square distribution is asked about:
    /// no p-value is below the exact one, over all tables, for which that distribution is too small by many orders.
    #[test]
    fn no_far_p_value_is_too_small() {
        let shares = [10.0 / 12.0, 1.0 / 12.0, 1.0 / 12.0];
        for many in 17..=60 {
            let counts = [60 - many, many - many / 4, many / 4];
            let exact = exact_multinomial_test(&counts, &shares, Extremeness::ChiSquare).unwrap();
            let fit = fit(&counts, &shares).unwrap();
            assert!(fit.p_value >= 0.7 * exact, "{counts:?}: {fit:?}, exactly {exact:e}");
            let limit = chi_square_upper(fit.statistic.unwrap(), 2);
            assert!(many < 40 || limit < 1e-6 * exact, "{counts:?}: {limit:e}, exactly {exact:e}");
        }
    }

    #[test]
    fn dispersion_is_allowed_for() {
        // Leaders who keep four slots: four times the counts, four times the variance.
        let plain = fit(&[220, 290, 490], &[0.2, 0.3, 0.5]).unwrap();
        let fourfold = dispersed_goodness_of_fit(&[880, 1160, 1960], &[0.2, 0.3, 0.5], 4.0).unwrap();
        assert!((plain.statistic.unwrap() - fourfold.statistic.unwrap()).abs() < 1e-12);
        assert_eq!(dispersed_goodness_of_fit(&[880, 1160], &[0.5, 0.5], 0.0), None);
        assert_eq!(dispersed_goodness_of_fit(&[880, 1160], &[0.5, 0.5], f64::NAN), None);
        // Too few are expected for the chi-square distribution, and nothing else is known.
        assert_eq!(dispersed_goodness_of_fit(&[15, 25, 100], &[0.1, 0.2, 0.7], 4.0), None);
    }

    /// A leaderboard: ten equal stakes, twenty rounds, sorted by wins. Pearson's statistic is 12 and the
    /// chi-square distribution with nine degrees says 0.2133; the exact p-value is 0.23310, from the joint
    /// distribution of sum and sum of squares by recursion. Five standard errors of 400 in l tables: 0.052.
    #[test]
    fn sorting_a_leaderboard_does_not_change_the_test() {
        let sorted = [5, 4, 3, 2, 2, 2, 1, 1, 0, 0];
        let shuffled = [2, 0, 1, 4, 2, 5, 0, 2, 3, 1];
        let first = fit(&sorted, &[0.1; 10]).unwrap();
        assert_eq!(Some(first), fit(&shuffled, &[0.1; 10]));
        assert!((first.statistic.unwrap() - 12.0).abs() < 1e-12);
        assert!(matches!(first.null, NullDistribution::Simulated(_)));
        assert!((first.p_value - 0.23310).abs() < 0.052, "{first:?}");
    }

    /// What the moments say of tables that are multinomial: at most so often as it should be, by five standard
    /// errors of 800 tables of 500 cells, with equal shares and with shares 1/k, many of whose cells expect
    /// less than one.
    #[test]
    fn moments_give_p_values_of_the_right_size() {
        use crate::statistics::distributions::sample_multinomial;
        let mut stream = Stream::open(StreamKey::new().text("moments"));
        let sum: f64 = (1..=500).map(|k| 1.0 / f64::from(k)).sum();
        let zipf: Vec<f64> = (1..=500).map(|k| 1.0 / f64::from(k) / sum).collect();
        for (shares, total) in [(vec![1.0 / 500.0; 500], 1_250), (zipf, 2_000)] {
            let p_values: Vec<f64> = (0..800)
                .map(|_| {
                    let mut counts = vec![0; 500];
                    sample_multinomial(&mut counts, &shares, total, &mut stream);
                    let table = Table::new(&counts, &shares).unwrap();
                    moments_upper(&table, table.pearson(&table.counts)).expect("many cells")
                })
                .collect();
            for level in [0.5, 0.1, 0.02] {
                let below = p_values.iter().filter(|p| **p <= level).count() as f64 / 800.0;
                let error = (level * (1.0 - level) / 800.0f64).sqrt();
                assert!((below - level).abs() < 5.0 * error, "{below} at {level}");
            }
        }
        // Too few cells, and rare cells that decide.
        let table = |shares: &[f64]| Table::new(&vec![1; shares.len()], shares).unwrap();
        assert_eq!(moments_upper(&table(&[0.01; 100]), 100.0), None);
        let mut rare = vec![1.0 / 500.0; 500];
        rare[0] = 1e-9;
        rare[1] += 1.0 / 500.0 - 1e-9;
        assert_eq!(moments_upper(&table(&rare), 600.0), None);
    }

    /// 5,000 cells that expect 2.5 each, half of them with none and half with 5: the statistic is 12,500,
    /// 75 standard deviations above its mean of 4,999. No number of simulated tables limits that.
    #[test]
    fn what_is_impossible_by_far_has_a_p_value_that_says_so() {
        let counts: Vec<u64> = (0..5_000).map(|cell| 5 * (cell % 2)).collect();
        let far = fit(&counts, &[1.0 / 5_000.0; 5_000]).unwrap();
        assert!(far.p_value < 1e-100 && !far.is_floor(), "{far:?}");
        assert_eq!(far.null, NullDistribution::Moments(99));
        // Of few cells nothing is known beyond the tables.
        let counts: Vec<u64> = (0..100).map(|cell| 4 * (cell % 2)).collect();
        let few = fit(&counts, &[0.01; 100]).unwrap();
        assert!(few.is_floor() && few.p_value == 1e-4, "{few:?}");
    }

    /// Of k cells that expect m each the third cumulant is k (8 + 4/m), and the variance 2 (k - 1)(1 - 1/n).
    #[test]
    fn moments_of_equal_cells_by_hand() {
        for each in [2u64, 5] {
            let counts: Vec<u64> = (0..500).map(|cell| 2 * each * (cell % 2)).collect();
            let table = Table::new(&counts, &[1.0 / 500.0; 500]).unwrap();
            let mean = each as f64;
            let variance = 2.0 * 499.0 * (1.0 - 1.0 / (500.0 * mean));
            let skewness = 500.0 * (8.0 + 4.0 / mean) / variance.powf(1.5);
            let expected = skewed_upper((700.0 - 499.0) / variance.sqrt(), skewness);
            let found = moments_upper(&table, 700.0).unwrap();
            assert!((found / expected - 1.0).abs() < 1e-6, "{found} for {expected}");
        }
    }

    /// No table is less extreme than the expected one.
    #[test]
    fn a_simulated_table_as_expected_has_the_p_value_one() {
        use crate::statistics::distributions::sample_multinomial;
        let mut stream = Stream::open(StreamKey::new().text("as expected"));
        let shares = [0.2, 0.3, 0.5];
        let fit = simulated_goodness_of_fit(&[4, 6, 10], &shares, 99, 99, |counts| {
            sample_multinomial(counts, &shares, 20, &mut stream);
        });
        let fit = fit.unwrap();
        assert_eq!((fit.statistic, fit.p_value), (Some(0.0), 1.0));
        assert!(!fit.is_floor());
    }

    #[test]
    fn few_tables_are_enumerated() {
        // The oracles' exact p-value by chi-square: the expected 4 is too few.
        let fit = fit(&[4, 1, 15], &[0.2, 0.3, 0.5]).unwrap();
        assert!((fit.p_value - 0.0384044).abs() < 5e-8, "{fit:?}");
        assert_eq!(fit.null, NullDistribution::Enumerated);
    }

    #[test]
    fn lengths_are_put_together_with_their_neighbours() {
        // Expected 1, 2, 3, 4, 90: {1, 2, 3} reaches 6; {4, 90} follows.
        let stream = &mut Stream::open(StreamKey::new().text("lengths"));
        let fit =
            ordered_goodness_of_fit(&[2, 2, 4, 2, 90], &[0.01, 0.02, 0.03, 0.04, 0.90], stream).unwrap();
        assert_eq!(fit.degrees, 1);
        assert!((fit.statistic.unwrap() - (4.0 / 6.0 + 4.0 / 94.0)).abs() < 1e-12);
        assert_eq!(fit.null, NullDistribution::ChiSquare);
        assert_eq!(ordered_goodness_of_fit(&[2, 2], &[0.5, 0.5], stream), None);
        // 20 for each of five groups are 100; with 99 counts tables are simulated.
        let of = |counts: &[u64], stream: &mut Stream| {
            ordered_goodness_of_fit(counts, &[0.2; 5], stream).unwrap().null
        };
        assert_eq!(of(&[20, 25, 15, 18, 22], stream), NullDistribution::ChiSquare);
        assert!(matches!(of(&[20, 25, 15, 18, 21], stream), NullDistribution::Simulated(_)));
        assert_eq!(ordered_goodness_of_fit(&[2, 2], &[0.5, 0.5], stream), None);
    }

    #[test]
    fn what_the_expected_shares_rule_out() {
        let impossible = fit(&[50, 50, 1], &[0.5, 0.5, 0.0]).unwrap();
        assert_eq!((impossible.statistic, impossible.p_value), (None, 0.0));
        assert_eq!(impossible.null, NullDistribution::Impossible);
        let possible = fit(&[50, 50, 0], &[0.5, 0.5, 0.0]).unwrap();
        assert_eq!((possible.statistic, possible.degrees, possible.p_value), (Some(0.0), 1, 1.0));
        assert_eq!(fit(&[0, 0], &[0.5, 0.5]), None);
        assert_eq!(fit(&[9, 9], &[0.5, 0.4]), None);
        assert_eq!(fit(&[9, 9], &[0.5, f64::NAN]), None);
        assert_eq!(fit(&[9, 9], &[1.5, -0.5]), None);
        assert_eq!(fit(&[9], &[0.5, 0.5]), None);
        assert_eq!(fit(&[9], &[1.0]), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
        #[test]
        fn order_does_not_matter(
            cells in prop::collection::vec((0u64..12, 1u32..4), 2..20),
            turn in any::<prop::sample::Index>(),
        ) {
            let sum: u32 = cells.iter().map(|(_, weight)| weight).sum();
            let table = |cells: &[(u64, u32)]| {
                let counts: Vec<u64> = cells.iter().map(|(count, _)| *count).collect();
                let shares: Vec<f64> = cells.iter().map(|(_, w)| f64::from(*w) / f64::from(sum)).collect();
                fit(&counts, &shares)
            };
            let mut turned = cells.clone();
            turned.rotate_left(turn.index(cells.len()));
            let mut sorted = cells.clone();
            sorted.sort_unstable();
            prop_assert_eq!(table(&cells), table(&turned));
            prop_assert_eq!(table(&cells), table(&sorted));
        }
    }
}
