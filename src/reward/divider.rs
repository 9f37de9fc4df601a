//! Division of whole coins by weights, of which nothing is ever lost.

/// One coin in units of credit.
const COIN: u128 = 1 << 64;

/// Divides amounts among members by weights, over and over. Everybody's share is kept to 2^-64 of a
/// coin, and paid as soon as it makes a whole one; what rounding leaves is divided with the next
/// amount. So nobody is too small to be paid ever, and at any time what was paid and what is owed
/// are exactly what was to be divided.
#[derive(Clone, Debug, Default)]
pub struct Divider {
    /// What each member is owed, below one coin.
    credits: Vec<u64>,
    /// What nobody is owed yet.
    pot: u128,
}

impl Divider {
    /// A divider for so many members.
    pub fn new(members: usize) -> Self {
        Divider { credits: vec![0; members], pot: 0 }
    }

    /// Divides an amount: `weights` are members, each at most once, and their weights, whose sum is
    /// below 2^64. Where all weights are zero, the amount waits for the next division.
    pub fn divide(
        &mut self,
        amount: u64,
        weights: impl Iterator<Item = (usize, u64)> + Clone,
        mut give: impl FnMut(usize, u64),
    ) {
        self.pot += u128::from(amount) * COIN;
        let sum: u128 = weights.clone().map(|(_, weight)| u128::from(weight)).sum();
        if sum == 0 {
            return;
        }
        let coins = self.pot / COIN;
        let share = |weight: u64| {
            let product = coins * u128::from(weight);
            let (whole, rest) = (product / sum, product % sum);
            (whole, if rest == 0 { 0 } else { (rest << 64) / sum })
        };
        // Divisions take nearly all of the time, and neighbours often have the same weight.
        let (mut known, mut whole, mut fraction) = (0, 0, 0);
        for (member, weight) in weights {
            if weight != known {
                known = weight;
                (whole, fraction) = share(weight);
            }
            self.pot -= whole * COIN + fraction;
            let credit = u128::from(self.credits[member]) + fraction;
            self.credits[member] = credit as u64;
            let paid = whole as u64 + (credit >> 64) as u64;
            if paid > 0 {
                give(member, paid);
            }
        }
    }

    /// Coins that are still to be paid: exactly a whole number, since whole coins came in and went
    /// out.
    pub fn owed(&self) -> u64 {
        let all = self.pot + self.credits.iter().map(|&credit| u128::from(credit)).sum::<u128>();
        debug_assert!(all.is_multiple_of(COIN));
        (all / COIN) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn not_one_coin_is_lost_and_everybody_gets_its_share(
            weights in prop::collection::vec(0u64..1_000_000, 1..12),
            amounts in prop::collection::vec(0u64..1_000, 1..200),
        ) {
            let mut divider = Divider::new(weights.len());
            let mut paid = vec![0u64; weights.len()];
            let mut all = 0;
            let sum: u64 = weights.iter().sum();
            for &amount in &amounts {
                divider.divide(amount, weights.iter().copied().enumerate(), |who, coins| paid[who] += coins);
                all += amount;
                prop_assert_eq!(paid.iter().sum::<u64>() + divider.owed(), all);
                if sum > 0 {
                    for (&weight, &paid) in weights.iter().zip(&paid) {
                        let due = u128::from(all) * u128::from(weight) / u128::from(sum);
                        prop_assert!(u128::from(paid) <= due && due <= u128::from(paid) + 1, "{} of {}", paid, due);
                    }
                }
            }
        }
    }

    #[test]
    fn the_largest_amounts_and_weights_fit() {
        let mut divider = Divider::new(2);
        let mut paid = [0u64; 2];
        let weights = [(0, i64::MAX as u64), (1, 1)];
        divider.divide(i64::MAX as u64, weights.into_iter(), |who, coins| paid[who] += coins);
        assert_eq!(paid.iter().sum::<u64>() + divider.owed(), i64::MAX as u64);
        assert_eq!(paid[0], i64::MAX as u64 - 1);
    }
}
