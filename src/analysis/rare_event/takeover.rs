//! How likely compounding rewards take somebody over a share of all stake: a rare event, as a rule.

use super::splitting::{PathProgress, SPLITTING, Splitting};
use super::weighted_paths::WeightedPaths;
use super::{ProbabilityEstimate, Unreached, uniform};
use crate::analysis::rows::TakeoverRow;
use crate::law::beta_binomial_wins;
use crate::random::Stream;
use crate::selection::Draw;
use crate::simulation::{Experiment, Obstacle};
use crate::stake::ValidatorId;

/// Paths by which the tilt is chosen.
const PILOT: u64 = 64;

/// The largest tilt: chances of winning times e^12.
const MOST_TILT: f64 = 12.0;

/// Rounds up to which probabilities are worked out, exactly or by simulation.
const MOST_ROUNDS: u64 = 200_000;

/// Draws of an estimate at most, each of which takes a look at every stake.
const MOST_DRAWS: u128 = 20_000_000_000;

/// The probability that each validator, or the one with this index, holds at least `share` of all stake after
/// the scenario's rounds.
///
/// Exact where the wins are those of Pólya's urn. Where every round draws from chances that are known from the
/// stakes as they stand, by importance sampling (exponential tilting): paths
/// are played in which the validator wins more often than it should, as much more as brings it near `share` on
/// average, and every path counts with the ratio of its true probability to the one it was played with. The
/// estimate is unbiased whatever the tilt, and its standard error is that of 20,000 such paths. Otherwise, for
/// rules with a memory, by multilevel splitting. Deterministic: the streams are addressed by the scenario's seed.
///
/// # Errors
/// The setting that stands against it, and why.
pub fn takeover(
    experiment: &Experiment,
    share: f64,
    only: Option<usize>,
) -> Result<Vec<TakeoverRow>, Obstacle> {
    let reward = experiment.compounding_reward()?;
    let world = &experiment.world;
    let obstacle = |key, what| Err(Obstacle { key, what });
    if experiment.rounds > MOST_ROUNDS {
        return obstacle("run.rounds", "is more than 200,000, up to which a takeover is worked out");
    }
    let urn = experiment.urn_reward().is_some();
    let rule = &world.rule.thing;
    let known = rule.draws_afresh() && rule.draw(&world.stakes) != Draw::Own;
    let validators = only.map_or(0..world.validators(), |index| index..index + 1);
    let draws = u128::from(experiment.rounds) * u128::from(WeightedPaths::ALL) * world.validators() as u128;
    let asked = validators.len();
    if !urn && known && draws * asked as u128 > MOST_DRAWS {
        return obstacle(
            "run.rounds",
            "asks for too many draws for so many validators; ask about one with --validator",
        );
    }
    validators
        .map(|index| {
            let (probability, se, method) = if urn {
                (exact(experiment, index, reward, share), None, "exact (Pólya's urn)")
            } else if known {
                let (estimate, se) = Paths { experiment, index, reward, share }.estimate();
                (estimate, Some(se), "importance sampling, 20,000 tilted paths")
            } else {
                let found = by_splitting(experiment, index, reward, share, asked);
                let ProbabilityEstimate { probability, se } = found.map_err(|unreached| match unreached {
                    Unreached::NoPath => Obstacle {
                        key: "selection.rule",
                        what: "names a rule with which no simulated path came to that share: it is rarer than can be found, or impossible",
                    },
                    Unreached::TooLong => Obstacle {
                        key: "run.rounds",
                        what: "asks for more than a billion simulated rounds; ask about one with --validator",
                    },
                })?;
                (probability, Some(se), SPLITTING)
            };
            let all: u128 = world.stakes.iter().map(|&stake| u128::from(stake)).sum();
            Ok(TakeoverRow {
                validator: world.names[index].clone(),
                stake: world.stakes[index],
                stake_share: world.stakes[index] as f64 / all as f64,
                rounds: experiment.rounds,
                takeover_share: share,
                probability,
                se,
                method: method.to_owned(),
            })
        })
        .collect()
}

/// The fewest wins after which somebody with this stake has the share.
fn wins_needed(stake: u64, all: u128, reward: u64, rounds: u64, share: f64) -> u64 {
    let end = all as f64 + reward as f64 * rounds as f64;
    // A hundred coins of a hundred are not less than all of them for the rounding of a float.
    (((share * end - stake as f64) / reward as f64) - 1e-9).ceil().max(0.0) as u64
}

fn exact(experiment: &Experiment, index: usize, reward: u64, share: f64) -> f64 {
    let stakes = &experiment.world.stakes;
    let all: u128 = stakes.iter().map(|&stake| u128::from(stake)).sum();
    let (mine, rounds) = (stakes[index], experiment.rounds);
    let needed = wins_needed(mine, all, reward, rounds, share);
    let others = (all - u128::from(mine)) as f64 / reward as f64;
    match (mine, others > 0.0) {
        (_, false) => 1.0,
        (0, true) => f64::from(u8::from(needed == 0)),
        _ => {
            let masses = beta_binomial_wins(rounds, mine as f64 / reward as f64, others);
            masses.iter().skip(usize::try_from(needed).unwrap_or(usize::MAX)).rev().sum::<f64>().min(1.0)
        }
    }
}

/// By splitting, for rules whose chances are not known from the stakes alone.
fn by_splitting(
    experiment: &Experiment,
    index: usize,
    reward: u64,
    share: f64,
    asked: usize,
) -> Result<ProbabilityEstimate, Unreached> {
    let world = &experiment.world;
    let start = Holding {
        validator: ValidatorId(index as u32),
        rounds: experiment.rounds,
        reward,
        share,
        mine: world.stakes[index],
        all: world.stakes.iter().map(|&stake| u128::from(stake)).sum(),
        won: 0,
        found: 0,
        now: 0.0,
    };
    Splitting { world, reward, start, name: format!("takeover of {index}") }.estimate(asked)
}

/// How far somebody is on its way from its share at genesis to the share that is asked about.
#[derive(Clone)]
struct Holding {
    validator: ValidatorId,
    rounds: u64,
    reward: u64,
    share: f64,
    /// Its stake, and all stake, at genesis.
    mine: u64,
    all: u128,
    /// Its wins, and those of all, so far.
    won: u64,
    found: u64,
    now: f64,
}

impl Holding {
    /// Its share of all stake after so many wins of its own among so many.
    fn held(&self, won: u64, found: u64) -> f64 {
        let grown = |start: f64, wins: u64| start + self.reward as f64 * wins as f64;
        grown(self.mine as f64, won) / grown(self.all as f64, found)
    }
}

impl PathProgress for Holding {
    fn note(&mut self, round: u64, forger: Option<ValidatorId>) {
        self.won += u64::from(forger == Some(self.validator));
        self.found += u64::from(forger.is_some());
        let start = self.held(0, 0);
        let part = match self.share > start {
            true => (self.held(self.won, self.found) - start) / (self.share - start),
            false => 0.0,
        };
        self.now = match round >= self.rounds {
            // The end decides, in whole wins; rounds may have stayed empty.
            true if self.won >= wins_needed(self.mine, self.all, self.reward, self.found, self.share) => 1.0,
            true => part.min(1.0 - f64::EPSILON),
            false => part,
        };
    }

    fn now(&self) -> f64 {
        self.now
    }

    fn is_over(&self, round: u64) -> bool {
        round >= self.rounds
    }

    fn at_the_end(&self) -> bool {
        true
    }
}

/// What paths are played of.
struct Paths<'a> {
    experiment: &'a Experiment,
    index: usize,
    reward: u64,
    share: f64,
}

impl Paths<'_> {
    fn estimate(&self) -> (f64, f64) {
        let tilt = self.tilt();
        let paths = WeightedPaths::in_blocks(|block| {
            let mut stream = self.stream(&format!("block {block}"));
            move || self.path(tilt, &mut stream)
        });
        (paths.mean(), paths.standard_error())
    }

    fn stream(&self, part: &str) -> Stream {
        Stream::of_figure(self.experiment.world.seed, &format!("takeover of {} {part}", self.index))
    }

    /// The tilt with which half of the paths get there.
    fn tilt(&self) -> f64 {
        let reaches = |tilt: f64| {
            let mut stream = self.stream("pilot");
            (0..PILOT).filter(|_| self.path(tilt, &mut stream).0).count() as u64 * 2 >= PILOT
        };
        let (mut low, mut high) = (0.0, MOST_TILT);
        if reaches(low) {
            return 0.0;
        }
        for _ in 0..12 {
            let middle = 0.5 * (low + high);
            if reaches(middle) { high = middle } else { low = middle }
        }
        high
    }

    /// Plays a path: whether the validator has the share in the end, and the logarithm of the ratio of the
    /// path's probability to that with which it was played.
    fn path(&self, tilt: f64, stream: &mut Stream) -> (bool, f64) {
        let world = &self.experiment.world;
        let rule = &world.rule.thing;
        let mut stakes = world.stakes.clone();
        let all: u128 = stakes.iter().map(|&stake| u128::from(stake)).sum();
        let needed = wins_needed(stakes[self.index], all, self.reward, self.experiment.rounds, self.share);
        let (mut won, mut ln_weight) = (0, 0.0);
        for _ in 0..self.experiment.rounds {
            let chances = match rule.draw(&stakes) {
                Draw::Tokens(tokens) => tokens.into_iter().map(|tokens| tokens as f64).collect(),
                Draw::Shares(shares) => shares,
                Draw::Stake | Draw::Own => stakes.iter().map(|&stake| stake as f64).collect(),
            };
            let sum: f64 = chances.iter().sum();
            let p = chances[self.index] / sum;
            let q = p * tilt.exp() / (1.0 + p * tilt.exp_m1());
            let winner = if uniform(stream) < q {
                ln_weight -= tilt - (p * tilt.exp_m1()).ln_1p();
                won += 1;
                self.index
            } else {
                ln_weight += (p * tilt.exp_m1()).ln_1p();
                let mut left = uniform(stream) * (sum - chances[self.index]);
                let mut last = self.index;
                for (other, chance) in chances.iter().enumerate() {
                    if other != self.index && *chance > 0.0 {
                        last = other;
                        left -= chance;
                        if left < 0.0 {
                            break;
                        }
                    }
                }
                last
            };
            stakes[winner] = stakes[winner].saturating_add(self.reward);
        }
        (won >= needed, ln_weight)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::load_text;
    use std::path::Path;

    fn experiment(stakes: &[u64], rule: &str, rounds: u64) -> Experiment {
        let accounts: Vec<String> = (0..)
            .zip(stakes)
            .map(|(index, stake): (usize, _)| format!("{{ name = 'v{index}', balance = {stake} }}"))
            .collect();
        let text = format!(
            "[run]\nseed = 3\nrounds = {rounds}\n[population]\nminimum_stake = 1\naccounts = [{}]\n[selection]\nrule = '{rule}'\n\
             [reward]\npolicy = {{ kind = 'constant', amount = 10 }}\ncompound = true\n",
            accounts.join(", ")
        );
        load_text(Path::new("takeover.toml"), text, &[]).unwrap().experiment
    }

    /// Two of 100 each and 10 a win: after three rounds 130 of 230 at least need all wins for a share of .56:
    /// 10/20 · 11/21 · 12/22 = 1/7. Pólya's urn.
    #[test]
    fn an_urn_by_hand() {
        let urn = experiment(&[100, 100], "raffle", 3);
        let row = &takeover(&urn, 0.56, Some(0)).unwrap()[0];
        assert!((row.probability - 1.0 / 7.0).abs() < 1e-12 && row.se.is_none(), "{row:?}");
        assert_eq!(takeover(&urn, 0.43, Some(0)).unwrap()[0].probability, 1.0);
    }

    /// Paths of an urn against its exact distribution, down to 1e-9 and below: within four standard errors, and
    /// with a standard error of less than a quarter.
    #[test]
    fn tilted_paths_agree_with_the_urn_far_out() {
        let urn = experiment(&[100, 300, 600], "raffle", 100);
        for share in [0.2, 0.26, 0.29] {
            let exact = exact(&urn, 0, 10, share);
            let (estimate, se) = Paths { experiment: &urn, index: 0, reward: 10, share }.estimate();
            let near = (estimate - exact).abs() < 4.0 * se && se < 0.25 * exact;
            assert!(near, "{share}: {exact:e}, {estimate:e} ± {se:e}");
        }
        let rare = exact(&urn, 0, 10, 0.29);
        assert!(rare < 1e-9 && rare > 0.0, "{rare:e}");
    }

    /// Two validators under another rule are a Markov chain, whose exact distribution is known too.
    #[test]
    fn tilted_paths_agree_with_the_chain_of_two() {
        let square_root = experiment(&[200, 800], "square-root", 60);
        let rule = &square_root.world.rule.thing;
        let chance = |a: f64, b: f64| match rule.draw(&[a as u64, b as u64]) {
            Draw::Tokens(tokens) => tokens[0] as f64 / (tokens[0] + tokens[1]) as f64,
            Draw::Shares(shares) => shares[0],
            Draw::Stake | Draw::Own => panic!("not by weights of its own"),
        };
        let exact = crate::law::two_party_wins(200.0, 800.0, 10.0, 60, chance);
        for share in [0.3, 0.45] {
            let needed = wins_needed(200, 1000, 10, 60, share) as usize;
            let tail: f64 = exact[needed..].iter().sum();
            let row = &takeover(&square_root, share, Some(0)).unwrap()[0];
            let se = row.se.unwrap();
            assert!((row.probability - tail).abs() < 4.0 * se && se < 0.1 * tail, "{tail:e} {row:?}");
        }
    }

    /// Splitting, which knows nothing of the urn, against its exact distribution down to 1e-5: within four standard
    /// errors, with one of less than a third.
    #[test]
    fn split_paths_agree_with_the_urn_far_out() {
        let urn = experiment(&[100, 300, 600], "raffle", 100);
        for (share, rare) in [(0.08, 1.0), (0.2, 1e-2), (0.23, 1e-5)] {
            let exact = exact(&urn, 0, 10, share);
            let ProbabilityEstimate { probability, se } = by_splitting(&urn, 0, 10, share, 1).unwrap();
            let near = (probability - exact).abs() < 4.0 * se && se < exact / 3.0 && exact < rare;
            assert!(near, "{share}: {exact:e}, {probability:e} ± {se:e}");
        }
    }

    /// A rule with a memory: whoever won rests a round, so that of three nobody has all wins.
    #[test]
    fn rules_with_a_memory_are_answered() {
        let rested = experiment(&[100, 300, 600], "cool-down", 20);
        let row = &takeover(&rested, 0.12, Some(0)).unwrap()[0];
        assert!(row.probability > 0.0 && row.probability < 1.0 && row.se.is_some(), "{row:?}");
        // At most every other round is won by it: (100 + 10 · 10) / 1200 is the most.
        let nothing = takeover(&rested, 0.17, Some(0)).unwrap_err();
        assert!(nothing.what.contains("no simulated path"), "{nothing:?}");
    }

    #[test]
    fn what_does_not_compound_is_refused() {
        let mut still = experiment(&[100, 300], "raffle", 10);
        still.rounds = MOST_ROUNDS + 1;
        assert_eq!(takeover(&still, 0.5, None).unwrap_err().key, "run.rounds");
        // Takes turns, so that there is only one path.
        assert_eq!(
            takeover(&experiment(&[100, 300], "round-robin", 10), 0.9, None).unwrap_err().key,
            "selection.rule"
        );
    }
}
