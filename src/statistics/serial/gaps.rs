//! The rounds between two wins, against the geometric law.

use crate::random::Stream;
use crate::statistics::{GoodnessOfFit, ordered_goodness_of_fit};

/// The test that the gaps between a validator's wins are geometric, as independent rounds with win
/// probability `share` make them: `gaps[g − 1]` counts the gaps of g rounds (1: won again at once),
/// and the last entry those of its length or longer.
///
/// Chi-square, where neighbouring lengths that expect fewer than 5 are put together; the open stretches before the first and after
/// the last win do not belong into the counts. (Leaving them out favours short gaps by about the
/// mean gap over the number of rounds: many gaps should be counted.)
///
/// `None` with fewer than two entries, with a share outside (0, 1), or if fewer than two cells remain.
pub fn gaps_test(gaps: &[u64], share: f64, stream: &mut Stream) -> Option<GoodnessOfFit> {
    let starts: Vec<u64> = (1..=gaps.len() as u64).collect();
    grouped_gaps_test(gaps, &starts, share, stream)
}

/// The same with gaps in wider cells: `gaps[i]` counts those from `starts[i]` up to, but without,
/// `starts[i + 1]`, and the last entry those from its start on. Cells may be empty (the same start
/// twice).
///
/// `None` also if the lengths differ, if the first start is not 1, or if starts descend.
pub fn grouped_gaps_test(
    gaps: &[u64],
    starts: &[u64],
    share: f64,
    stream: &mut Stream,
) -> Option<GoodnessOfFit> {
    let ordered = starts.first() == Some(&1) && starts.is_sorted();
    if gaps.len() < 2 || gaps.len() != starts.len() || !ordered || !(share > 0.0 && share < 1.0) {
        return None;
    }
    let ln_loss = (-share).ln_1p();
    // A gap of at least g: g - 1 losses in a row.
    let at_least = |start: u64| (ln_loss * (start - 1) as f64).exp();
    let shares: Vec<f64> = (0..starts.len())
        .map(|cell| match starts.get(cell + 1) {
            Some(&next) => -at_least(starts[cell]) * (ln_loss * (next - starts[cell]) as f64).exp_m1(),
            None => at_least(starts[cell]),
        })
        .collect();
    ordered_goodness_of_fit(gaps, &shares, stream)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::StreamKey;

    fn gaps_test(gaps: &[u64], share: f64) -> Option<GoodnessOfFit> {
        super::gaps_test(gaps, share, &mut Stream::open(StreamKey::new().text("gaps")))
    }

    fn grouped_gaps_test(gaps: &[u64], starts: &[u64], share: f64) -> Option<GoodnessOfFit> {
        super::grouped_gaps_test(gaps, starts, share, &mut Stream::open(StreamKey::new().text("gaps")))
    }

    #[test]
    fn the_expected_counts_fit_and_others_do_not() {
        // 1,000 gaps at share 1/2: 500, 250, 125, and 125 of four or more.
        let fit = gaps_test(&[500, 250, 125, 125], 0.5).unwrap();
        assert!(fit.statistic.unwrap() < 1e-12 && fit.degrees == 3);
        // 40²/500 + 0 + 40²/125 + 0 = 16, p = 0.001134 (scipy.stats.chi2.sf(16, 3)).
        let fit = gaps_test(&[460, 250, 165, 125], 0.5).unwrap();
        assert!((fit.statistic.unwrap() - 16.0).abs() < 1e-9);
        assert!((fit.p_value - 0.0011339842897853).abs() < 1e-10);
        // In cells of 1, 2 to 3, none, and 4 or more: 500, 375, 0, 125.
        let fit = grouped_gaps_test(&[500, 375, 0, 125], &[1, 2, 4, 4], 0.5).unwrap();
        assert!(fit.statistic.unwrap() < 1e-12 && fit.degrees == 2);
        // 40²/500 + 40²/125 = 16, p = exp(-8).
        let fit = grouped_gaps_test(&[460, 375, 0, 165], &[1, 2, 4, 4], 0.5).unwrap();
        assert!((fit.p_value - (-8f64).exp()).abs() < 1e-12);
        assert_eq!(grouped_gaps_test(&[5, 5], &[2, 3], 0.5), None);
        assert_eq!(grouped_gaps_test(&[5, 5, 5], &[1, 3, 2], 0.5), None);
        assert_eq!(gaps_test(&[5], 0.5), None);
        assert_eq!(gaps_test(&[5, 5], 1.0), None);
        assert_eq!(gaps_test(&[5, 5], f64::NAN), None);
        assert_eq!(gaps_test(&[0, 0], 0.5), None);
    }
}
