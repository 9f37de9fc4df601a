//! Payments every so many rounds under a selection that repeats itself.

use super::{Ratio, greatest_common_divisor};

/// The exact share of all payments that each party gets in the long run, if `cycle` is who is selected in
/// the rounds of one period, which repeats for ever, and every `every`-th round pays who is selected in
/// it: the payments and the period come together again after their least common multiple. O(cycle).
///
/// `None` if the cycle or `every` is nothing, or a party is not below `parties`.
pub fn periodic_shares(cycle: &[usize], parties: usize, every: u64) -> Option<Vec<Ratio>> {
    let period = cycle.len() as u64;
    if period == 0 || every == 0 || cycle.iter().any(|&party| party >= parties) {
        return None;
    }
    let payments = period / greatest_common_divisor(period, every);
    let mut paid = vec![0u64; parties];
    for payment in 1..=payments {
        // Rounds are counted from 1.
        let round = u128::from(payment) * u128::from(every) - 1;
        paid[cycle[(round % u128::from(period)) as usize]] += 1;
    }
    paid.into_iter().map(|paid| Ratio::new(paid, payments)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CometBFT's priority with powers 4/3/3/2 and 5/3/2, one period each, by hand from its definition.
    fn priority(powers: &[i64]) -> Vec<usize> {
        let total: i64 = powers.iter().sum();
        let mut priorities = vec![0; powers.len()];
        (0..total)
            .map(|_| {
                priorities.iter_mut().zip(powers).for_each(|(priority, power)| *priority += power);
                let first = (0..powers.len()).rev().max_by_key(|&who| priorities[who]).unwrap();
                priorities[first] -= total;
                first
            })
            .collect()
    }

    #[test]
    fn a_payment_in_step_pays_one_party() {
        let ratio = |above, below| Ratio::new(above, below).unwrap();
        let cycle = priority(&[4, 3, 3, 2]);
        let fair = vec![ratio(1, 3), ratio(1, 4), ratio(1, 4), ratio(1, 6)];
        for every in [1, 5, 7] {
            assert_eq!(periodic_shares(&cycle, 4, every).unwrap(), fair);
        }
        let one = vec![Ratio::ONE, Ratio::ZERO, Ratio::ZERO, Ratio::ZERO];
        assert_eq!(periodic_shares(&cycle, 4, 12).unwrap(), one);
        let half = periodic_shares(&cycle, 4, 6).unwrap();
        assert_eq!(half[0], ratio(1, 2));
        let cycle = priority(&[5, 3, 2]);
        for every in [6, 12] {
            let shares = periodic_shares(&cycle, 3, every).unwrap();
            assert_eq!(shares, [ratio(2, 5), ratio(2, 5), ratio(1, 5)]);
        }
        assert_eq!(periodic_shares(&cycle, 3, 10).unwrap()[0], Ratio::ONE);
        assert_eq!(periodic_shares(&[], 3, 10), None);
    }
}
