//! The largest floor(uniform × stake) wins, the first of equals.

/// Who has the largest of independent integers uniform in `0..s_i`, if the first in the list wins a
/// tie: `P(i) = 1/s_i Σ_{x<s_i} Π_{j<i} min(1, x/s_j) Π_{j>i} min(1, (x+1)/s_j)`.
///
/// Exact, in O(m · largest stake): meant for the small stakes with which ties are common. All zero
/// if nobody holds anything.
pub fn floored_product_shares(stakes: &[u64]) -> Vec<f64> {
    let holders: Vec<usize> = (0..stakes.len()).filter(|&i| stakes[i] > 0).collect();
    let mut shares = vec![0.0; stakes.len()];
    let mut after = vec![1.0; holders.len() + 1];
    for x in 0..stakes.iter().copied().max().unwrap_or(0) {
        let at_most = |stake: u64, value: u64| (value as f64 / stake as f64).min(1.0);
        for place in (0..holders.len()).rev() {
            after[place] = after[place + 1] * at_most(stakes[holders[place]], x + 1);
        }
        let mut before = 1.0;
        for (place, &i) in holders.iter().enumerate() {
            if x < stakes[i] {
                shares[i] += before * after[place + 1] / stakes[i] as f64;
            }
            before *= at_most(stakes[i], x);
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_enumeration() {
        for stakes in [vec![2, 3, 1], vec![1, 1, 1], vec![4, 0, 2, 4], vec![5]] {
            let mut wins = vec![0u64; stakes.len()];
            let cases: u64 = stakes.iter().map(|&s: &u64| s.max(1)).product();
            for case in 0..cases {
                let (mut rest, mut best) = (case, None);
                for (i, &stake) in stakes.iter().enumerate().filter(|&(_, &stake)| stake > 0) {
                    let score = rest % stake;
                    rest /= stake;
                    if best.is_none_or(|(high, _)| score > high) {
                        best = Some((score, i));
                    }
                }
                wins[best.unwrap().1] += 1;
            }
            for (share, count) in floored_product_shares(&stakes).iter().zip(wins) {
                assert!((share - count as f64 / cases as f64).abs() < 1e-14, "{stakes:?}");
            }
        }
        assert_eq!(floored_product_shares(&[0, 0]), [0.0, 0.0]);
    }

    /// With large stakes ties vanish and the largest product remains.
    #[test]
    fn large_stakes_approach_the_largest_product() {
        let stakes = [35_000, 50_000, 20_000, 27_500];
        let products = super::super::largest_product_shares(&stakes);
        for (share, product) in floored_product_shares(&stakes).iter().zip(products) {
            assert!((share - product).abs() < 1e-4);
        }
    }
}
