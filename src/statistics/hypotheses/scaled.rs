//! Goodness of fit where counts scatter more, or less, than multinomial ones.

use super::chi_square::{GoodnessOfFit, chi_square_upper};

/// Pearson's test for counts with `factor` times the multinomial scatter: the statistic divided by
/// the factor, against the same chi-square law. Exact in the limit if all counts share the factor
/// (draws in runs), otherwise the first-order correction of Rao and Scott (JASA 76, 1981).
///
/// `None` if the factor is not positive, or the statistic of `plain` is infinite.
pub fn scaled_goodness_of_fit(plain: &GoodnessOfFit, factor: f64) -> Option<GoodnessOfFit> {
    if !(factor > 0.0 && factor.is_finite()) {
        return None;
    }
    let statistic = plain.statistic? / factor;
    Some(GoodnessOfFit {
        statistic: Some(statistic),
        p_value: chi_square_upper(statistic, plain.degrees),
        ..*plain
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::goodness_of_fit;

    /// Runs of four: counts four times as large have the same p-value after scaling by four.
    #[test]
    fn runs_of_four_say_what_their_number_says() {
        let shares = [0.2, 0.3, 0.5];
        let runs = goodness_of_fit(&[220, 290, 490], &shares).unwrap();
        let rounds = goodness_of_fit(&[880, 1160, 1960], &shares).unwrap();
        let scaled = scaled_goodness_of_fit(&rounds, 4.0).unwrap();
        assert!((scaled.p_value - runs.p_value).abs() < 1e-12);
        // Oracles: Pearson 2.533333, p .281769.
        assert!(
            (scaled.statistic.unwrap() - 2.533333).abs() < 1e-6 && (scaled.p_value - 0.281769).abs() < 1e-6
        );
        assert!(scaled_goodness_of_fit(&rounds, 0.0).is_none());
    }
}
