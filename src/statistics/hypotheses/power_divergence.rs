//! The power-divergence family of goodness-of-fit statistics.

use super::chi_square::{GoodnessOfFit, LEAST_EXPECTED, NullDistribution};
use super::table::Table;
use crate::statistics::distributions::{chi_square_upper, exp_m1_minus, ln_1p_minus};

/// A member of the family of Cressie and Read (JRSS B 46, 1984), by its power λ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Divergence {
    /// λ = 1: Pearson's chi-square.
    Pearson,
    /// λ = 0: G, the likelihood ratio.
    LogLikelihood,
    /// λ = 2/3: Cressie and Read's compromise.
    CressieRead,
    /// λ = −1/2: Freeman and Tukey.
    FreemanTukey,
    /// λ = −1: the likelihood ratio the other way round.
    ModifiedLogLikelihood,
    /// λ = −2: Neyman.
    Neyman,
}

impl Divergence {
    /// The power λ.
    pub fn power(self) -> f64 {
        match self {
            Divergence::Pearson => 1.0,
            Divergence::LogLikelihood => 0.0,
            Divergence::CressieRead => 2.0 / 3.0,
            Divergence::FreemanTukey => -0.5,
            Divergence::ModifiedLogLikelihood => -1.0,
            Divergence::Neyman => -2.0,
        }
    }
}

/// The test that `counts` are multinomial with `shares` by 2/(λ(λ+1)) Σ O ((O/E)^λ − 1), or its
/// limit at λ = 0 and −1, against the same chi-square distribution as Pearson's statistic. No cell is
/// pooled, and the order of the cells is of no consequence. With expected counts near 5, Pearson's and
/// Cressie and Read's keep their level, G rejects about one and a half times and Freeman and Tukey's up
/// to six times as often as it says. Each cell's part is written so that it is never negative and large
/// counts near their expectation lose no digits.
///
/// `None` where the table is not sane, as for [`goodness_of_fit`](super::goodness_of_fit), where some
/// cell expects fewer than 5, and for λ ≤ −1 where a cell is empty: the statistic would be infinite
/// without the hypothesis being false.
pub fn power_divergence(counts: &[u64], shares: &[f64], divergence: Divergence) -> Option<GoodnessOfFit> {
    let table = Table::new(counts, shares)?;
    if table.impossible {
        return Some(GoodnessOfFit::impossible(table.counts.len()));
    }
    let power = divergence.power();
    if table.counts.len() < 2
        || table.least_expected() < LEAST_EXPECTED
        || power <= -1.0 && table.counts.contains(&0)
    {
        return None;
    }
    let cell = |(&count, &share): (&u64, &f64)| {
        let expected = table.total as f64 * share;
        let difference = count as f64 - expected;
        2.0 * expected * part(count as f64 / expected, difference / expected, power)
    };
    let statistic: f64 = table.counts.iter().zip(&table.shares).map(cell).sum();
    let degrees = table.counts.len() as u64 - 1;
    let p_value = chi_square_upper(statistic, degrees);
    Some(GoodnessOfFit { statistic: Some(statistic), degrees, p_value, null: NullDistribution::ChiSquare })
}

/// [r^(λ+1) − r − λu] / (λ(λ + 1)) and its limits, for r = O/E and u = r − 1, which knows the digits
/// that r loses near one and loses those of a small r. The terms added here to the plain definition
/// sum to zero over the cells.
fn part(ratio: f64, u: f64, power: f64) -> f64 {
    if ratio == 0.0 {
        // An empty cell; λ > −1 here.
        return 1.0 / (power + 1.0);
    }
    let near = u.abs() < 0.5;
    let logarithm = if near { u.ln_1p() } else { ratio.ln() };
    let logarithm_minus = if near { ln_1p_minus(u) } else { logarithm - u };
    if power == 0.0 {
        // (1 + u) ln(1 + u) − u.
        return u * logarithm + logarithm_minus;
    }
    if power == -1.0 {
        return -logarithm_minus;
    }
    let order = power + 1.0;
    (exp_m1_minus(order * logarithm) + order * logarithm_minus) / (power * order)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Divergence::*;

    const ALL: [Divergence; 6] =
        [Pearson, LogLikelihood, CressieRead, FreemanTukey, ModifiedLogLikelihood, Neyman];

    #[test]
    fn reference_values() {
        // scipy.stats.power_divergence; the first, second and third also in the oracles.
        let peas = [9.0, 3.0, 3.0, 1.0].map(|part| part / 16.0);
        for (divergence, first, first_p, second, second_p) in [
            (Pearson, 2.53333333333333, 0.281769289094958, 0.470023980815348, 0.925425895103616),
            (LogLikelihood, 2.47492597083872, 0.290119322009954, 0.475445238998232, 0.924251903974533),
            (CressieRead, 2.51351503102337, 0.284575263021175, 0.471798958259212, 0.925041909182207),
            (FreemanTukey, 2.44687568267107, 0.294216955081351, 0.478265968336073, 0.923639670918289),
            (
                ModifiedLogLikelihood,
                2.41956640119836,
                0.298261935429832,
                0.481162127600978,
                0.923010085214504,
            ),
            (Neyman, 2.36709103704177, 0.30619120521648, 0.487187094825565, 0.92169719816269),
        ] {
            let fit = power_divergence(&[220, 290, 490], &[0.2, 0.3, 0.5], divergence).unwrap();
            assert!((fit.statistic.unwrap() - first).abs() < 1e-11, "{divergence:?} {fit:?}");
            assert!((fit.p_value - first_p).abs() < 1e-10, "{divergence:?} {fit:?}");
            let fit = power_divergence(&[315, 101, 108, 32], &peas, divergence).unwrap();
            assert!((fit.statistic.unwrap() - second).abs() < 1e-11, "{divergence:?} {fit:?}");
            assert!((fit.p_value - second_p).abs() < 1e-10, "{divergence:?} {fit:?}");
        }
    }

    #[test]
    fn counts_of_ten_to_the_fifteen_keep_their_digits() {
        // mpmath: 40 and a few 1e-12 for every member.
        let counts = [500_000_100_000_000, 499_999_900_000_000];
        for divergence in ALL {
            let fit = power_divergence(&counts, &[0.5, 0.5], divergence).unwrap();
            assert!((fit.statistic.unwrap() / 40.0 - 1.0).abs() < 1e-12, "{divergence:?} {fit:?}");
        }
    }

    #[test]
    fn an_empty_cell() {
        for divergence in ALL {
            let fit = power_divergence(&[0, 10, 10], &[0.3, 0.3, 0.4], divergence);
            assert_eq!(fit.is_none(), divergence.power() <= -1.0);
        }
        // G: 2 (10 ln(10/6) + 10 ln(10/8)).
        let fit = power_divergence(&[0, 10, 10], &[0.3, 0.3, 0.4], LogLikelihood).unwrap();
        assert!((fit.statistic.unwrap() - 14.6793835).abs() < 1e-6, "{fit:?}");
        assert_eq!(power_divergence(&[1, 9, 9], &[0.0, 0.5, 0.5], CressieRead).unwrap().p_value, 0.0);
    }
}
