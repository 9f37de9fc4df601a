//! How likely a long gap is under a rule whose rounds depend on each other in a way that no law is known of.

use super::splitting::{PathProgress, Splitting};
use super::{ProbabilityEstimate, Unreached};
use crate::forging::World;
use crate::simulation::CountingUnit;
use crate::stake::ValidatorId;

/// Rounds for each block at most: where blocks are counted, a path with fewer blocks ends there.
const ROUNDS_A_BLOCK: u64 = 1000;

/// The probability that a validator wins none of `gap` rounds in a row, anywhere in the first `window` rounds of
/// a chain in ideal conditions whose stakes stay as they are; by splitting. It is one of `asked` that are asked
/// for at once.
///
/// # Errors
/// Why there is no estimate.
pub fn gap_probability(
    world: &World,
    validator: usize,
    (window, unit): (u64, CountingUnit),
    gap: u64,
    asked: usize,
) -> Result<ProbabilityEstimate, Unreached> {
    let start = SoFar { validator: ValidatorId(validator as u32), window, unit, gap, without: 0, counted: 0 };
    let name = format!("gap of {gap} in {window} {} of {validator}", unit.word());
    Splitting { world, reward: 0, start, name }.estimate(asked)
}

/// The rounds without a win so far.
#[derive(Clone)]
struct SoFar {
    validator: ValidatorId,
    window: u64,
    unit: CountingUnit,
    gap: u64,
    without: u64,
    counted: u64,
}

impl PathProgress for SoFar {
    fn note(&mut self, _: u64, forger: Option<ValidatorId>) {
        let counts = match self.unit {
            CountingUnit::Blocks => forger.is_some(),
            CountingUnit::Slots => true,
        };
        if counts {
            self.counted += 1;
            self.without = if forger == Some(self.validator) { 0 } else { self.without + 1 };
        }
    }

    fn now(&self) -> f64 {
        self.without as f64 / self.gap as f64
    }

    fn is_over(&self, round: u64) -> bool {
        self.counted >= self.window || round >= self.window.saturating_mul(ROUNDS_A_BLOCK)
    }

    fn at_the_end(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::load_text;
    use crate::statistics::WindowLaw;
    use std::path::Path;

    fn world(rule: &str) -> World {
        let text = format!(
            "[run]\nseed = 5\nrounds = 10\n[population]\nminimum_stake = 1\naccounts = [{{ name = 'a', balance = 100 }}, \
             {{ name = 'b', balance = 300 }}, {{ name = 'c', balance = 600 }}]\n[selection]\nrule = {rule}\n"
        );
        let scenario = load_text(Path::new("gap.toml"), text, &[]).unwrap();
        scenario.experiment.world
    }

    /// The raffle's gaps have an exact distribution (Feller's recursion): within four standard errors of it down
    /// to 1e-9, and with a standard error of less than a third.
    #[test]
    fn gaps_of_the_raffle_agree_with_their_exact_distribution() {
        let raffle = world("'raffle'");
        for (validator, share, gap, rare) in [(0, 0.1, 40, 1.0), (0, 0.1, 200, 1e-7), (2, 0.6, 30, 1e-9)] {
            let window = (300, CountingUnit::Blocks);
            let exact = WindowLaw::draws(gap, 1, share).unwrap().gap_probability(300).unwrap();
            let ProbabilityEstimate { probability, se } =
                gap_probability(&raffle, validator, window, gap, 1).unwrap();
            let near = (probability - exact).abs() < 4.0 * se && se < exact / 3.0 && exact < rare;
            assert!(near, "{gap}: {exact:e}, {probability:e} ± {se:e}");
        }
    }

    /// Who won rests a round: with b resting the chance of a is 100/700, with c 100/400, with a itself none. A
    /// gap of 60 in 200 rounds by the chain of who rests, and how long a has been without a win.
    #[test]
    fn gaps_of_a_rule_with_a_memory_agree_with_its_markov_chain() {
        let (gap, window) = (60usize, 200);
        // The chances of b and c to win next, when nobody, a, b or c rests; c's stake is 600.
        let next = [(0.3, 0.6), (1.0 / 3.0, 2.0 / 3.0), (0.0, 6.0 / 7.0), (3.0 / 4.0, 0.0)];
        let mut states = vec![[0.0; 4]; gap];
        states[0][0] = 1.0;
        let mut exact = 0.0;
        for _ in 0..window {
            let mut after = vec![[0.0; 4]; gap];
            for (without, resting) in states.iter().enumerate() {
                for (rests, &mass) in resting.iter().enumerate() {
                    let (b, c) = next[rests];
                    let mut lost = |who: usize, chance: f64| match without + 1 < gap {
                        true => after[without + 1][who] += mass * chance,
                        false => exact += mass * chance,
                    };
                    lost(2, b);
                    lost(3, c);
                    after[0][1] += mass * (1.0 - b - c);
                }
            }
            states = after;
        }
        let rested = world("{ kind = 'cool-down', rounds = 1 }");
        let ProbabilityEstimate { probability, se } =
            gap_probability(&rested, 0, (window, CountingUnit::Blocks), gap as u64, 1).unwrap();
        assert!(exact < 0.01 && exact > 0.0, "{exact}");
        assert!(
            (probability - exact).abs() < 4.0 * se && se < exact / 3.0,
            "{exact:e}, {probability:e} ± {se:e}"
        );
    }

    /// Rules that take turns have no gaps of such a length, in none of their paths.
    #[test]
    fn turns_have_no_long_gaps() {
        let turns = world("'round-robin'");
        let window = (100, CountingUnit::Blocks);
        assert_eq!(gap_probability(&turns, 0, window, 50, 1), Err(Unreached::NoPath));
        let ProbabilityEstimate { probability, .. } = gap_probability(&turns, 0, window, 2, 1).unwrap();
        assert_eq!(probability, 1.0);
    }

    /// A rule that draws from the trial's number alone (NXT's hash chain) has nothing to play again in another way;
    /// its estimate is that of plain trials, and near the exact probability all the same.
    #[test]
    fn what_a_trial_fixes_does_not_bias_the_estimate() {
        let chain = world("{ kind = 'nxt', lottery = 'hash' }");
        let share = chain.rule.thing.expected_shares(&chain.stakes).shares().unwrap()[0];
        let exact = WindowLaw::draws(60, 1, share).unwrap().gap_probability(200).unwrap();
        let ProbabilityEstimate { probability, se } =
            gap_probability(&chain, 0, (200, CountingUnit::Blocks), 60, 1).unwrap();
        let near = (probability - exact).abs() < 4.0 * se && se < exact / 5.0;
        assert!(near, "{exact:e}, {probability:e} ± {se:e}");
    }

    /// What would take too long is refused by the rounds that it takes, however many are asked about.
    #[test]
    fn a_budget_is_for_all_that_are_asked_about() {
        let rested = world("{ kind = 'cool-down', rounds = 1 }");
        let window = (200, CountingUnit::Blocks);
        assert_eq!(gap_probability(&rested, 0, window, 60, 1_000_000), Err(Unreached::TooLong));
    }
}
