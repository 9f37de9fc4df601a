//! The largest uniform × stake wins.

/// Who has the largest of independent products `U_i s_i`:
/// `P(i) = 1/s_i ∫_0^{s_i} Π_{j≠i} min(1, x/s_j) dx`.
///
/// Between two neighbouring stakes the integrand is a power of x and the same for everybody who
/// holds more, so the shares are running sums of closed terms over the stakes in ascending order.
/// O(m log m). All zero if nobody holds anything.
pub fn largest_product_shares(stakes: &[u64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..stakes.len()).filter(|&i| stakes[i] > 0).collect();
    order.sort_by_key(|&i| stakes[i]);
    let mut shares = vec![0.0; stakes.len()];
    // ln Π_{j >= k} s_j of those not yet passed.
    let mut product: f64 = order.iter().map(|&i| (stakes[i] as f64).ln()).sum();
    let (mut below, mut sum) = (0.0f64, 0.0);
    for (place, &i) in order.iter().enumerate() {
        let here = stakes[i] as f64;
        let left = (order.len() - place) as f64;
        let scale = (left * here.ln() - product).min(0.0).exp();
        sum += scale / left * -(left * (below / here).ln()).exp_m1();
        shares[i] = sum;
        product -= here.ln();
        below = here;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::gauss_legendre;

    #[test]
    fn two_parties_and_equals_by_hand() {
        assert_eq!(largest_product_shares(&[1, 4, 0]), [0.125, 0.875, 0.0]);
        for share in largest_product_shares(&[7; 5]) {
            assert!((share - 0.2).abs() < 1e-15);
        }
        assert_eq!(largest_product_shares(&[0]), [0.0]);
    }

    #[test]
    fn agrees_with_quadrature() {
        let stakes = [3u64, 10, 10, 4, 25, 1, 7];
        let mut ends: Vec<u64> = stakes.to_vec();
        ends.push(0);
        ends.sort();
        let shares = largest_product_shares(&stakes);
        for (i, &stake) in stakes.iter().enumerate() {
            let mut integral = 0.0;
            for pair in ends.windows(2).filter(|pair| pair[1] <= stake && pair[0] < pair[1]) {
                let half = (pair[1] - pair[0]) as f64 / 2.0;
                for (node, weight) in gauss_legendre(20) {
                    let x = pair[0] as f64 + half * (1.0 + node);
                    let others = stakes.iter().enumerate().filter(|&(j, _)| j != i);
                    let product: f64 = others.map(|(_, &s)| (x / s as f64).min(1.0)).product();
                    integral += half * weight * product;
                }
            }
            assert!((shares[i] - integral / stake as f64).abs() < 1e-13);
        }
        assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-13);
    }
}
