//! A rule that steers the Gini coefficient of the stakes.

use crate::law::{Ratio, blended_shares, gini_exceeds};
use crate::random::Stream;
use crate::registry::{Entry, Refusal, settings};
use crate::selection::sampling::{Part, StakeRanking, draw_opposite, forger};
use crate::selection::{Dispersion, ExpectedShares, RoundContext, Rule, Selection, Selector, TrialContext};
use crate::stake::ValidatorId;
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn Rule> = Entry {
    name: "gini-stabilised",
    summary: "between opposite and proportional weights: towards the poor while the Gini coefficient exceeds `theta`, towards the rich otherwise",
    source: "Leporati and Rovida, Blockchain: Research and Applications 5 (2024) 100222, and their simulator",
    parse: |table| {
        settings::<GiniStabilised, _>(table, |rule| {
            for (key, value, range) in [
                ("theta", rule.theta, "lie between 0 and 1"),
                ("rate", rule.rate, "be above 0 and at most 1"),
            ] {
                if value.exceeds_one() || value.denominator() > FINEST || (key == "rate" && value.is_zero()) {
                    let problem =
                        format!("is {value}, but must {range}, with a denominator of at most {FINEST}");
                    return Err(Refusal::Value { key, problem });
                }
            }
            Ok(Box::new(rule))
        })
    },
};

/// The largest denominator, so that products with the number of holders and all their coins stay
/// within 128 bits.
const FINEST: u64 = 1_000_000_000;

/// Gini-stabilised selection.
///
/// The chance of i is `(1 - t) * opposite_i + t * proportional_i`, where `opposite_i` is
/// proportional to `max(s) - s_i`. A target is 1/2 while the Gini coefficient G exceeds theta and
/// 3/2 otherwise; t begins at the target, and after every draw moves towards it by the part `rate`,
/// `rate * |G - theta|` or `rate * (G - theta)^2` of the way (constant, linear, quadratic).
///
/// Beyond t = 1 the formula gives negative chances to the poorest. Here these count as zero and the
/// others are scaled up. The published program instead takes the first validator at which the
/// cumulative curve reaches a random number, which for t above 1 depends on the order of the list.
/// If all hold the same, opposite weights are taken as equal.
///
/// t is a fixed-point number with 32 binary digits after the point, and the stake below which a
/// chance is zero is rounded to 2^-32 of a coin; everything else is exact. O(log n) a round.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct GiniStabilised {
    #[serde(default = "three_tenths")]
    theta: Ratio,
    #[serde(default)]
    step: Step,
    #[serde(default = "a_thousandth")]
    rate: Ratio,
}

/// How the step towards the target depends on the distance of the Gini coefficient from theta.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Step {
    Constant,
    #[default]
    Linear,
    Quadratic,
}

fn three_tenths() -> Ratio {
    Ratio::new(3, 10).expect("three tenths are a ratio")
}

fn a_thousandth() -> Ratio {
    Ratio::new(1, 1000).expect("a thousandth is a ratio")
}

impl Rule for GiniStabilised {
    /// While stakes stay, so does the Gini coefficient, and t is at its target from the start.
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares {
        let unequal = gini_exceeds(stakes, self.theta.numerator(), self.theta.denominator());
        ExpectedShares::Shares(blended_shares(stakes, if unequal { 0.5 } else { 1.5 }))
    }

    fn dispersion(&self, _stakes: &[u64]) -> Dispersion {
        Dispersion::Independent
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        let ranking = StakeRanking::new(start.stakes);
        Box::new(Stabiliser { rule: *self, blend: target(&ranking, self.theta), ranking })
    }
}

/// Binary digits of t after the point, and one in that form.
const DIGITS: u32 = 32;
const ONE: u64 = 1 << DIGITS;

struct Stabiliser {
    rule: GiniStabilised,
    ranking: StakeRanking,
    /// t.
    blend: u64,
}

impl Selector for Stabiliser {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        for change in turn.changes {
            self.ranking.set(change.validator, change.stake);
        }
        if self.ranking.all().holders == 0 {
            return Selection::Nobody;
        }
        let winner = draw(&self.ranking, self.blend, turn.lottery);
        self.step();
        forger(winner)
    }
}

impl Stabiliser {
    /// Moves t towards its target.
    fn step(&mut self) {
        let Part { holders, coins } = self.ranking.all();
        let target = target(&self.ranking, self.rule.theta);
        let gini = (self.ranking.distances() << DIGITS) / (u128::from(holders) * u128::from(coins));
        let theta =
            (u128::from(self.rule.theta.numerator()) << DIGITS) / u128::from(self.rule.theta.denominator());
        let off = gini.abs_diff(theta);
        let way = u128::from(target.abs_diff(self.blend));
        let part = match self.rule.step {
            Step::Constant => way,
            Step::Linear => (way * off) >> DIGITS,
            Step::Quadratic => (way * off * off) >> (2 * DIGITS),
        };
        let step =
            (part * u128::from(self.rule.rate.numerator()) / u128::from(self.rule.rate.denominator())) as u64;
        if target > self.blend {
            self.blend += step;
        } else {
            self.blend -= step;
        }
    }
}

/// Where t is headed: 1/2 if the Gini coefficient exceeds theta, 3/2 otherwise.
fn target(ranking: &StakeRanking, theta: Ratio) -> u64 {
    let Part { holders, coins } = ranking.all();
    let limit = u128::from(theta.numerator()) * u128::from(holders) * u128::from(coins);
    if ranking.distances() * u128::from(theta.denominator()) > limit { ONE / 2 } else { ONE / 2 * 3 }
}

/// Draws from the blend.
fn draw(ranking: &StakeRanking, blend: u64, lottery: &mut Stream) -> Option<ValidatorId> {
    if ranking.distances() == 0 {
        return draw_opposite(ranking, lottery);
    }
    if blend <= ONE {
        if lottery.chance(ONE - blend, ONE) {
            return draw_opposite(ranking, lottery);
        }
        let token = u128::from(lottery.below(ranking.all().coins));
        return ranking.find(token, |part| u128::from(part.coins));
    }
    // Beyond 1 the chance is a rising straight line of the stake, zero up to a threshold.
    let threshold = threshold(ranking, blend);
    let above = ranking.above((threshold >> DIGITS) as u64);
    let weight = |part: Part| (u128::from(part.coins) << DIGITS) - u128::from(part.holders) * threshold;
    let total = weight(above);
    let goal = lottery.below_wide(total);
    ranking.find(goal, |part| if part.holders >= above.holders { total } else { weight(part) })
}

/// The stake at which the chance becomes positive, with 32 digits after the point, for t above 1:
/// `(t - 1) M S / (t n M - S)` with the largest stake M, rounded down.
fn threshold(ranking: &StakeRanking, blend: u64) -> u128 {
    let Part { holders, coins } = ranking.all();
    let (mut peak, mut total) = (u128::from(ranking.largest()) * u128::from(holders), u128::from(coins));
    // Keep 90 digits of n M, so that the products with t fit.
    let spare = (128 - peak.leading_zeros()).saturating_sub(90);
    peak >>= spare;
    total >>= spare;
    let above = u128::from(blend - ONE) * peak;
    let below = u128::from(blend) * peak - u128::from(ONE) * total;
    // Their ratio is at most 1; 62 digits of it.
    let spare = (128 - below.leading_zeros()).saturating_sub(64);
    let ratio = ((above >> spare) << 62) / (below >> spare);
    (ratio * u128::from(coins) / u128::from(holders)) >> (62 - DIGITS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::StreamKey;

    fn stabiliser(stakes: &[u64], step: Step) -> Stabiliser {
        let rule = GiniStabilised { theta: three_tenths(), step, rate: a_thousandth() };
        let ranking = StakeRanking::new(stakes);
        Stabiliser { rule, blend: target(&ranking, rule.theta), ranking }
    }

    /// Stakes 1, 2, 5 at t = 3/2: the zero of the line is at (1/2 * 5 * 8) / (3/2 * 15 - 8) = 20/14.5.
    #[test]
    fn the_threshold_is_the_zero_of_the_line() {
        let threshold = threshold(&StakeRanking::new(&[1, 2, 5]), ONE / 2 * 3) as f64 / ONE as f64;
        assert!((threshold - 20.0 / 14.5).abs() < 1e-9);
        // Ten thousand holders of nearly everything a scenario may have.
        let mut stakes = vec![(1u64 << 63) / 10_001; 10_000];
        stakes[0] -= 1;
        let ranking = StakeRanking::new(&stakes);
        let mut stream = Stream::open(StreamKey::new().text("gini"));
        for blend in [ONE / 2, ONE, ONE + 1, ONE / 2 * 3] {
            let winner = draw(&ranking, blend, &mut stream).unwrap();
            assert!(winner.index() < 10_000);
        }
    }

    /// t moves as the formulas say: stakes 1 and 9 (G = 0.4, target 1/2) from t = 3/2, rate 1/1000:
    /// a round's step is 1e-3, 1e-4 or 1e-5 of the way.
    #[test]
    fn the_blend_moves_by_the_step() {
        for (step, part) in [(Step::Constant, 1e-3), (Step::Linear, 1e-4), (Step::Quadratic, 1e-5)] {
            let mut stabiliser = stabiliser(&[1, 9], step);
            assert_eq!(stabiliser.blend, ONE / 2);
            stabiliser.blend = ONE / 2 * 3;
            stabiliser.step();
            let moved = 1.5 - stabiliser.blend as f64 / ONE as f64;
            assert!((moved / part - 1.0).abs() < 1e-3, "{step:?}: {moved}");
        }
        assert_eq!(stabiliser(&[4, 5], Step::Linear).blend, ONE / 2 * 3);
        // G is exactly 3/10 for stakes 2 and 8: not above theta.
        assert_eq!(stabiliser(&[2, 8], Step::Linear).blend, ONE / 2 * 3);
    }
}
