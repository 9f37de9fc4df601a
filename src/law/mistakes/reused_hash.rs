//! Sortition that ranks a coin by the very number that selected it.

use crate::law::{gauss_legendre, proportional_shares};
use std::collections::BTreeMap;

/// Chances below this are left out of the tables: they cannot move a share by more.
const NEGLIGIBLE: f64 = 1e-18;

/// Who wins a sortition of `expected` coins in which the first of a validator's w hashes is the
/// lottery value that decided w, and only the other w - 1 are fresh.
///
/// A small holder is selected only by a value near the top of the range, and then ranks itself by
/// that bad value; a large holder has fresh ones besides. With u the value, uniform, and C the
/// cumulative chances of the weights, the lowest hash of a validator lies beyond x with probability
///
/// `G(x) = C(0) + Σ_{w>=1} |{u in (C(w-1), C(w)] : u > x}| (1 - x)^(w-1)`
///
/// and `P(i) = ∫ -G_i'(x) Π_{j≠i} G_j(x) dx`, given that somebody is selected. The integrand is
/// smooth between the C(w); each piece gets 20 nodes. O(d² w²) for d different stakes and weights up
/// to w.
pub fn reused_hash_shares(stakes: &[u64], expected: u64) -> Vec<f64> {
    let total: u128 = stakes.iter().map(|&stake| u128::from(stake)).sum();
    if total <= u128::from(expected) {
        // Every coin is selected whatever its value: all values are uniform.
        return proportional_shares(stakes);
    }
    let chance = expected as f64 / total as f64;
    let mut holders: BTreeMap<u64, i32> = BTreeMap::new();
    for &stake in stakes.iter().filter(|&&stake| stake > 0) {
        *holders.entry(stake).or_default() += 1;
    }
    let tables: Vec<Weights> = holders.keys().map(|&stake| Weights::new(stake, chance)).collect();
    let counts: Vec<i32> = holders.values().copied().collect();
    let mut ends: Vec<f64> = tables.iter().flat_map(|table| table.cumulative.iter().copied()).collect();
    ends.extend([0.0, 1.0]);
    ends.retain(|end| (0.0..=1.0).contains(end));
    ends.sort_by(f64::total_cmp);
    let mut wins = vec![0.0; tables.len()];
    let rule = gauss_legendre(20);
    for piece in ends.windows(2).filter(|piece| piece[1] - piece[0] > NEGLIGIBLE) {
        let (middle, half) = (f64::midpoint(piece[0], piece[1]), (piece[1] - piece[0]) / 2.0);
        for (node, weight) in &rule {
            let x = middle + half * node;
            let beyond: Vec<(f64, f64)> = tables.iter().map(|table| table.beyond(x)).collect();
            let all: f64 = beyond.iter().zip(&counts).map(|((g, _), &n)| g.powi(n)).product();
            for (win, (g, density)) in wins.iter_mut().zip(&beyond) {
                *win += half * weight * density * all / g;
            }
        }
    }
    let somebody: f64 = wins.iter().zip(&counts).map(|(win, &n)| win * f64::from(n)).sum();
    let by_stake: BTreeMap<u64, f64> = holders.keys().copied().zip(wins).collect();
    stakes.iter().map(|stake| by_stake.get(stake).map_or(0.0, |win| win / somebody)).collect()
}

/// The weights of one stake: binomial.
struct Weights {
    /// `chances[w]` is the chance of weight w.
    chances: Vec<f64>,
    /// `cumulative[w]` is the chance of at most w.
    cumulative: Vec<f64>,
}

impl Weights {
    fn new(coins: u64, chance: f64) -> Self {
        let odds = chance.ln() - (-chance).ln_1p();
        let mut logarithm = coins as f64 * (-chance).ln_1p();
        let (mut chances, mut cumulative, mut sum) = (Vec::new(), Vec::new(), 0.0);
        for w in 0..=coins {
            let chance_of_w = logarithm.exp();
            sum += chance_of_w;
            chances.push(chance_of_w);
            cumulative.push(sum);
            if w as f64 > chance * coins as f64 && chance_of_w < NEGLIGIBLE {
                break;
            }
            logarithm += ((coins - w) as f64 / (w + 1) as f64).ln() + odds;
        }
        Weights { chances, cumulative }
    }

    /// The chance that the lowest hash lies beyond x, and the density of the lowest hash at x.
    fn beyond(&self, x: f64) -> (f64, f64) {
        let (mut g, mut density) = (self.cumulative[0], 0.0);
        // (1 - x)^(w - 1), and the power below it.
        let (mut fresh, mut fewer) = (1.0, 0.0);
        for w in 1..self.chances.len() {
            let (from, to) = (self.cumulative[w - 1], self.cumulative[w]);
            let open = if x <= from { self.chances[w] } else { (to - x).max(0.0) };
            g += open * fresh;
            density += open * (w - 1) as f64 * fewer;
            if x > from && x <= to {
                density += fresh;
            }
            (fresh, fewer) = (fresh * (1.0 - x), fresh);
        }
        (g, density)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stakes 1 and 2, one coin selected on average: C_1 = (2/3, 1) and C_2 = (4/9, 8/9, 1).
    #[test]
    fn three_coins_by_the_definition() {
        // A dense grid over both values and the one fresh hash of weight 2, midpoint rule: the
        // grid of n points per axis has an error of order 1/n.
        let n = 300;
        let at = |k: i32| (f64::from(k) + 0.5) / f64::from(n);
        let (mut first, mut second) = (0.0, 0.0);
        for a in 0..n {
            for b in 0..n {
                let small = (at(a) > 2.0 / 3.0).then_some(at(a));
                for fresh in 0..n {
                    let large = match at(b) {
                        u if u <= 4.0 / 9.0 => None,
                        u if u <= 8.0 / 9.0 => Some(u),
                        u => Some(u.min(at(fresh))),
                    };
                    match (small, large) {
                        (None, None) => {}
                        (Some(s), large) if large.is_none_or(|l| s < l) => first += 1.0,
                        _ => second += 1.0,
                    }
                }
            }
        }
        let shares = reused_hash_shares(&[1, 2], 1);
        assert!((shares[0] - first / (first + second)).abs() < 5e-3);
        assert_eq!(reused_hash_shares(&[1, 3], 20), [0.25, 0.75]);
        assert_eq!(reused_hash_shares(&[0, 3000], 20)[0], 0.0);
    }
}
