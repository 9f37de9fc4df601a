//! How concentrated a single chain ends.

use super::share::SHARE_SCALE;
use crate::law::gini_of_ascending;
use rayon::prelude::*;

/// Indices of one trial's end, in units of `1 / SHARE_SCALE`; `None` where nothing is held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TrialConcentration {
    /// The sum of squared shares of the wins.
    pub wins_herfindahl: Option<u64>,
    /// The sum of squared shares of the tokens, where stakes moved.
    pub stake_herfindahl: Option<u64>,
    /// The Gini coefficient of the tokens, where stakes moved.
    pub stake_gini: Option<u64>,
}

impl TrialConcentration {
    /// Of these wins and these tokens. O(m), and O(m log m) if stakes moved; threads that have nothing
    /// else to do help where there are many.
    pub fn new(wins: impl Iterator<Item = u64> + Clone + Send, stakes: &[u64], stakes_moved: bool) -> Self {
        if !stakes_moved {
            return TrialConcentration { wins_herfindahl: herfindahl(wins), ..TrialConcentration::default() };
        }
        let many = stakes.len() >= MANY;
        let herfindahls = || (herfindahl(wins), herfindahl(stakes.iter().copied()));
        let ((wins_herfindahl, stake_herfindahl), gini) =
            if many { rayon::join(herfindahls, || gini(stakes)) } else { (herfindahls(), gini(stakes)) };
        TrialConcentration { wins_herfindahl, stake_herfindahl, stake_gini: gini.map(fixed) }
    }
}

/// From so many validators on threads are worth waking.
const MANY: usize = 1 << 14;

fn gini(stakes: &[u64]) -> Option<f64> {
    let mut ascending: Vec<f64> = stakes.iter().map(|&stake| stake as f64).collect();
    if ascending.len() >= MANY {
        ascending.par_sort_unstable_by(f64::total_cmp);
    } else {
        ascending.sort_unstable_by(f64::total_cmp);
    }
    gini_of_ascending(&ascending)
}

fn herfindahl(holdings: impl Iterator<Item = u64> + Clone) -> Option<u64> {
    let total = holdings.clone().map(u128::from).sum::<u128>() as f64;
    (total > 0.0).then(|| fixed(holdings.map(|held| (held as f64 / total).powi(2)).sum()))
}

fn fixed(share: f64) -> u64 {
    (share.clamp(0.0, 1.0) * SHARE_SCALE as f64).round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_values() {
        let of = |share: f64| Some((share * SHARE_SCALE as f64).round() as u64);
        let one = TrialConcentration::new([8, 6, 3, 3].into_iter(), &[1, 1, 3, 0, 0], true);
        assert_eq!(one.wins_herfindahl, of(0.295));
        assert_eq!(one.stake_herfindahl, of(0.44));
        assert_eq!(one.stake_gini, of(0.56));
        let none = TrialConcentration::new([0, 0].into_iter(), &[1, 1], false);
        assert_eq!(none, TrialConcentration::default());
    }
}
