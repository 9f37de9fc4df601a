//! The raffle as the seed tells it: list every token, shuffle the list, choose one.

use super::ValidatorId;
use crate::random::{Stream, shuffle};

/// The reference implementation of the raffle: one list element per token.
///
/// Kept beside [`super::Pool`] to show that both have the same law; ten billion coins would need
/// ten billion elements, so no engine uses it.
#[derive(Clone, Debug)]
pub struct LiteralPool {
    tokens: Vec<ValidatorId>,
}

impl LiteralPool {
    /// Lists every token of every validator.
    pub fn new(stakes: &[u64]) -> Self {
        let tokens = stakes
            .iter()
            .enumerate()
            .flat_map(|(index, &stake)| (0..stake).map(move |_| ValidatorId(index as u32)))
            .collect();
        LiteralPool { tokens }
    }

    /// The list of tokens, each standing for its owner.
    pub fn tokens(&self) -> &[ValidatorId] {
        &self.tokens
    }

    /// Shuffles the list and chooses one token; `None` from an empty pool.
    pub fn draw(&mut self, lottery: &mut Stream) -> Option<ValidatorId> {
        if self.tokens.is_empty() {
            return None;
        }
        shuffle(&mut self.tokens, lottery);
        let chosen = lottery.below(self.tokens.len() as u64) as usize;
        Some(self.tokens[chosen])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::StreamKey;
    use crate::stake::Pool;

    /// All orders of the list times all choices: every validator is chosen in exactly
    /// stake / total of the cases, which is what the integer range gives token by token.
    #[test]
    fn both_pools_have_the_same_law_by_enumeration() {
        fn orders(items: &mut Vec<ValidatorId>, fixed: usize, visit: &mut dyn FnMut(&[ValidatorId])) {
            if fixed == items.len() {
                return visit(items);
            }
            for other in fixed..items.len() {
                items.swap(fixed, other);
                orders(items, fixed + 1, visit);
                items.swap(fixed, other);
            }
        }
        let stakes = [3, 1, 2];
        let mut chosen = [0u64; 3];
        let mut cases = 0;
        orders(&mut LiteralPool::new(&stakes).tokens, 0, &mut |order| {
            for owner in order {
                chosen[owner.index()] += 1;
                cases += 1;
            }
        });
        assert_eq!(cases, 720 * 6);
        let pool = Pool::new(&stakes);
        let mut owned = [0u64; 3];
        for token in 0..pool.total() {
            owned[pool.owner(token).index()] += 1;
        }
        for index in 0..3 {
            assert_eq!(chosen[index] * pool.total(), owned[index] * cases);
        }
    }

    /// Two-sample chi-square between 200,000 draws of each, fixed seed, on the seed's stakes
    /// scaled down by 25. The 1 - 1e-6 quantile of chi-square with 3 degrees of freedom is 30.66.
    #[test]
    fn both_pools_draw_alike() {
        let stakes = [14, 20, 8, 11];
        let mut literal = LiteralPool::new(&stakes);
        let pool = Pool::new(&stakes);
        let mut stream = Stream::open(StreamKey::new().text("both pools"));
        let mut counts = [[0f64; 4]; 2];
        for _ in 0..200_000 {
            counts[0][literal.draw(&mut stream).unwrap().index()] += 1.0;
            counts[1][pool.draw(&mut stream).unwrap().1.index()] += 1.0;
        }
        let statistic: f64 =
            (0..4).map(|i| (counts[0][i] - counts[1][i]).powi(2) / (counts[0][i] + counts[1][i])).sum();
        assert!(statistic < 30.66, "chi-square {statistic}");
        // And each against the exact shares.
        for sample in counts {
            let statistic: f64 = (0..4)
                .map(|i| {
                    let expected = 200_000.0 * stakes[i] as f64 / 53.0;
                    (sample[i] - expected).powi(2) / expected
                })
                .sum();
            assert!(statistic < 30.66, "chi-square {statistic}");
        }
    }
}
