//! A random extra for every block: tips, extractable value.

use super::range::{meaningless, needed};
use super::{
    Amounts, Base, Genesis, IncomeTerms, Outset, Payer, Payments, RewardPolicy, SettledBlock, Source,
};
use crate::law::Ratio;
use crate::random::{Purpose, Stream};
use crate::registry::{Entry, Refusal, settings, within};
use crate::stake::ValidatorId;
use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, Gamma, LogNormal};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The registry's line.
pub const ENTRY: Entry<dyn RewardPolicy> = Entry {
    name: "random",
    summary: "an extra for every block's forger, drawn in whole coins: log-normal, pareto, gamma, by quantiles, or as observed; `regimes` make high ones come together; on top of `base`",
    source: "priority fees and extractable value of Ethereum's blocks: half of them bring .011 ETH, one in a thousand more than 2 (30 days to 26 February 2026)",
    parse: |table| {
        settings::<Settings, _>(table, |settings| {
            let amounts = settings.amounts()?;
            let regimes = settings.regimes.map(|regimes| regimes.check()).transpose()?;
            Ok(Box::new(Random { amounts: Arc::new(amounts), regimes, base: settings.base }))
        })
    },
};

/// The distributions of an extra.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Name {
    LogNormal,
    Pareto,
    Gamma,
    Quantiles,
    Observed,
}

impl Name {
    fn text(self) -> &'static str {
        match self {
            Name::LogNormal => "log-normal",
            Name::Pareto => "pareto",
            Name::Gamma => "gamma",
            Name::Quantiles => "quantiles",
            Name::Observed => "observed",
        }
    }
}

/// The settings of all distributions; each has its own among them.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// The distribution.
    distribution: Name,
    /// Its median, in coins (log-normal).
    #[serde(skip_serializing_if = "Option::is_none")]
    median: Option<f64>,
    /// The standard deviation of its logarithm (log-normal).
    #[serde(skip_serializing_if = "Option::is_none")]
    sigma: Option<f64>,
    /// Its mean, in coins (gamma).
    #[serde(skip_serializing_if = "Option::is_none")]
    mean: Option<f64>,
    /// Its shape (pareto, gamma).
    #[serde(skip_serializing_if = "Option::is_none")]
    shape: Option<f64>,
    /// Its smallest amount, in coins (pareto, quantiles).
    #[serde(skip_serializing_if = "Option::is_none")]
    minimum: Option<u64>,
    /// Its largest amount: whatever would be more is this much (log-normal, pareto, gamma).
    #[serde(skip_serializing_if = "Option::is_none")]
    cap: Option<u64>,
    /// Probabilities and amounts, up to probability 1 (quantiles).
    #[serde(skip_serializing_if = "Option::is_none")]
    quantiles: Option<Vec<(f64, u64)>>,
    /// Amounts and how often each was seen (observed).
    #[serde(skip_serializing_if = "Option::is_none")]
    amounts: Option<Vec<(u64, u64)>>,
    /// A CSV file with a column `amount`, in place of `amounts` (observed).
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    /// Times of high extras and times of low ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    regimes: Option<Regimes>,
    /// What is paid besides.
    #[serde(default = "Settings::default_base")]
    base: Base,
}

/// The largest amount that any distribution can have.
const LARGEST: u64 = 1 << 60;

impl Settings {
    fn default_base() -> Base {
        Base::constant(0)
    }

    fn amounts(&self) -> Result<Amounts, Refusal> {
        let name = self.distribution.text();
        let wanted: &[&str] = match self.distribution {
            Name::LogNormal => &["median", "sigma", "cap"],
            Name::Pareto => &["minimum", "shape", "cap"],
            Name::Gamma => &["mean", "shape", "cap"],
            Name::Quantiles => &["quantiles", "minimum"],
            Name::Observed => &["amounts", "path"],
        };
        let given = [
            ("median", self.median.is_some()),
            ("sigma", self.sigma.is_some()),
            ("mean", self.mean.is_some()),
            ("shape", self.shape.is_some()),
            ("minimum", self.minimum.is_some()),
            ("cap", self.cap.is_some()),
            ("quantiles", self.quantiles.is_some()),
            ("amounts", self.amounts.is_some()),
            ("path", self.path.is_some()),
        ];
        let rest: Vec<_> = given.into_iter().filter(|(key, _)| !wanted.contains(key)).collect();
        meaningless(name, &rest)?;
        let cap = self.cap.unwrap_or(LARGEST);
        within("cap", cap, 0..=LARGEST, "")?;
        match self.distribution {
            Name::LogNormal => {
                let median = number("median", name, self.median, 1e-9, 1e18)?;
                let sigma = number("sigma", name, self.sigma, 1e-9, 20.0)?;
                let law = LogNormal::new(median.ln(), sigma).map_err(|error| impossible("sigma", error))?;
                Ok(Amounts::freeze(0, cap, &[cap], |x| law.cdf(x.max(0.0))))
            }
            Name::Pareto => {
                let minimum = needed("minimum", name, self.minimum)?;
                let shape = number("shape", name, self.shape, 1e-3, 1e3)?;
                within("minimum", minimum, 1..=cap, "coins, the cap")?;
                Ok(Amounts::freeze(minimum, cap, &[cap], |x| {
                    let ratio = minimum as f64 / x;
                    if ratio >= 1.0 { 0.0 } else { -(shape * ratio.ln()).exp_m1() }
                }))
            }
            Name::Gamma => {
                let mean = number("mean", name, self.mean, 1e-9, 1e18)?;
                let shape = number("shape", name, self.shape, 1e-3, 1e6)?;
                let law = Gamma::new(shape, shape / mean).map_err(|error| impossible("shape", error))?;
                Ok(Amounts::freeze(0, cap, &[cap], |x| law.cdf(x.max(0.0))))
            }
            Name::Quantiles => self.by_quantiles(needed("quantiles", name, self.quantiles.as_deref())?),
            Name::Observed => from_observed(needed("amounts", name, self.amounts.as_deref())?),
        }
    }

    /// Between two quantiles the logarithm of the amount is uniform, or the amount itself where the
    /// lower one is nothing.
    fn by_quantiles(&self, quantiles: &[(f64, u64)]) -> Result<Amounts, Refusal> {
        let minimum = self.minimum.unwrap_or(0);
        let ascends = quantiles.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1);
        let whole = quantiles.last().is_some_and(|&(chance, largest)| chance == 1.0 && largest <= LARGEST);
        let proper = quantiles.first().is_some_and(|&(chance, least)| chance > 0.0 && least >= minimum);
        if !(ascends && whole && proper) {
            let problem = format!(
                "must hold pairs of a probability and an amount, both growing from above 0 and {minimum} on, the last with probability 1 and the largest amount, e.g. [[0.5, 11], [0.99, 427], [1.0, 189000]]"
            );
            return Err(Refusal::Value { key: "quantiles", problem });
        }
        let corner = |amount: u64| amount as f64 + 0.5;
        let start = (minimum as f64 - 0.5).max(0.0);
        let below = |x: f64| {
            let place = quantiles.partition_point(|&(_, amount)| corner(amount) <= x);
            let Some(&(high, to)) = quantiles.get(place) else { return 1.0 };
            let (low, from) = match place.checked_sub(1) {
                Some(before) => (quantiles[before].0, corner(quantiles[before].1)),
                None => (0.0, start),
            };
            let to = corner(to);
            let part = if from > 0.0 { (x / from).ln() / (to / from).ln() } else { x / to };
            low + (high - low) * part.clamp(0.0, 1.0)
        };
        // An amount that stands there twice comes with a probability of its own.
        let twice = quantiles.windows(2).filter(|pair| pair[0].1 == pair[1].1).map(|pair| pair[0].1);
        let mut knots: Vec<u64> = quantiles.iter().map(|&(_, amount)| amount + 1).chain(twice).collect();
        knots.sort_unstable();
        let largest = quantiles.last().map_or(0, |&(_, amount)| amount);
        Ok(Amounts::freeze(minimum, largest, &knots, below))
    }
}

fn number(key: &'static str, name: &str, value: Option<f64>, low: f64, high: f64) -> Result<f64, Refusal> {
    let value = needed(key, name, value)?;
    within(key, value, low..=high, "").map(|()| value)
}

fn impossible(key: &'static str, error: impl std::fmt::Display) -> Refusal {
    Refusal::Value { key, problem: format!("gives no distribution: {error}") }
}

fn from_observed(counts: &[(u64, u64)]) -> Result<Amounts, Refusal> {
    let refuse = |problem: String| Err(Refusal::Value { key: "amounts", problem });
    let mut sorted: BTreeMap<u64, u128> = BTreeMap::new();
    for &(amount, count) in counts {
        if amount > LARGEST {
            return refuse(format!("holds the amount {amount}, but at most {LARGEST} is possible"));
        }
        *sorted.entry(amount).or_default() += u128::from(count);
    }
    let all: u128 = sorted.values().sum();
    if all == 0 || all > i64::MAX as u128 {
        return refuse(
            "must hold pairs of an amount and how often it was seen, e.g. [[11, 500], [40, 7]]".to_owned(),
        );
    }
    let counts: Vec<(u64, u64)> = sorted
        .into_iter()
        .filter(|&(_, count)| count > 0)
        .map(|(amount, count)| (amount, count as u64))
        .collect();
    Ok(Amounts::observed(&counts))
}

/// Two regimes, busy and calm. In busy times extras come from the upper end of the distribution, in
/// calm ones from what is below; over long times the distribution is as given.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Regimes {
    /// The share of blocks that fall into busy times.
    share: Ratio,
    /// How many blocks a busy time lasts on average.
    length: u64,
}

impl Regimes {
    fn check(self) -> Result<Self, Refusal> {
        let share = self.share;
        if share.is_zero() || share >= Ratio::ONE {
            let problem = format!("has the share {share}, but it must lie between 0 and 1");
            return Err(Refusal::Value { key: "regimes", problem });
        }
        let calm = share.denominator() - share.numerator();
        if self.length == 0 || u128::from(calm) * u128::from(self.length) < u128::from(share.numerator()) {
            let problem = format!(
                "has busy times of {} blocks, which is too short for a share of {share}; raise `length`",
                self.length
            );
            return Err(Refusal::Value { key: "regimes", problem });
        }
        if u128::from(calm) * u128::from(self.length) > u128::from(u64::MAX) {
            let problem = format!("has the length {}, which is too long; lower it", self.length);
            return Err(Refusal::Value { key: "regimes", problem });
        }
        Ok(self)
    }
}

struct Random {
    amounts: Arc<Amounts>,
    regimes: Option<Regimes>,
    base: Base,
}

impl RewardPolicy for Random {
    fn base(&self) -> Option<&dyn RewardPolicy> {
        Some(self.base.policy())
    }

    fn most(&self, genesis: Genesis, rounds: u64) -> u128 {
        let own = u128::from(self.amounts.largest()) * u128::from(rounds);
        self.base.most_with(own, genesis, rounds)
    }

    fn is_random(&self) -> bool {
        true
    }

    fn terms(&self, genesis: Genesis, marks: &[u64], validators: u64) -> Option<IncomeTerms> {
        let mut terms = self.base.policy().terms(genesis, marks, validators)?;
        if terms.blocks.iter().any(|kind| kind.income.extra.is_some()) {
            return None;
        }
        terms.blocks.iter_mut().for_each(|kind| kind.income.extra = Some(Arc::clone(&self.amounts)));
        terms.serial |= self.regimes.is_some();
        Some(terms)
    }

    fn payer(&self, outset: &Outset) -> Box<dyn Payer> {
        let mut stream = Stream::of_trial(outset.seed, outset.trial, Purpose::Extras);
        let times = self.regimes.map(|regimes| Times::new(regimes, self.amounts.weight(), &mut stream));
        Box::new(RandomPayer {
            amounts: Arc::clone(&self.amounts),
            times,
            stream,
            base: self.base.policy().payer(outset),
        })
    }
}

/// Which regime it is.
struct Times {
    regimes: Regimes,
    busy: bool,
    /// The position in the distribution from which on extras are those of busy times.
    split: u64,
}

impl Times {
    fn new(regimes: Regimes, weight: u64, stream: &mut Stream) -> Self {
        let split = weight - regimes.share.floor_of(weight);
        let busy = stream.chance(regimes.share.numerator(), regimes.share.denominator());
        Times { regimes, busy, split }
    }

    /// A position in the distribution, after which the times may change.
    fn position(&mut self, weight: u64, stream: &mut Stream) -> u64 {
        let (from, to) = if self.busy { (self.split, weight) } else { (0, self.split) };
        let position = if to > from { from + stream.below(to - from) } else { from.min(weight - 1) };
        let Regimes { share, length } = self.regimes;
        let changes = if self.busy {
            stream.chance(1, length)
        } else {
            stream.chance(share.numerator(), (share.denominator() - share.numerator()) * length)
        };
        self.busy ^= changes;
        position
    }
}

struct RandomPayer {
    amounts: Arc<Amounts>,
    times: Option<Times>,
    stream: Stream,
    base: Box<dyn Payer>,
}

impl Payer for RandomPayer {
    fn block(&mut self, block: &SettledBlock, payments: &mut Payments) {
        self.base.block(block, payments);
        let extra = match &mut self.times {
            None => self.amounts.draw(&mut self.stream),
            Some(times) => {
                let position = times.position(self.amounts.weight(), &mut self.stream);
                self.amounts.at(position, &mut self.stream)
            }
        };
        payments.pay(block.forger, Source::Extra, extra);
    }

    fn missed(&mut self, forger: ValidatorId, payments: &mut Payments) {
        self.base.missed(forger, payments);
    }

    fn owed(&self) -> u64 {
        self.base.owed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::{Choice, find};
    use crate::reward::REWARDS;

    fn policy(text: &str) -> Result<Arc<dyn RewardPolicy>, Refusal> {
        let settings = toml::from_str(text).expect("TOML");
        find("reward", REWARDS, &Choice { kind: "random".to_owned(), settings }).map(|chosen| chosen.thing)
    }

    /// The extras of so many blocks.
    fn extras(text: &str, trial: u64, blocks: u64) -> Vec<u64> {
        let policy = policy(text).unwrap_or_else(|refusal| panic!("{refusal}"));
        let stakes = [1, 1];
        let mut payer = policy.payer(&Outset { stakes: &stakes, pledges: &stakes, seed: 5, trial });
        let mut payments = Payments::default();
        (1..=blocks)
            .map(|height| {
                payments.clear();
                let forger = ValidatorId(0);
                let block =
                    SettledBlock { height, forger, stakes: &stakes, supply: 2, votes: &[], absent: &[] };
                payer.block(&block, &mut payments);
                payments.payments.iter().map(|payment| payment.amount).sum()
            })
            .collect()
    }

    const PUBLISHED: &str = "distribution = 'quantiles'\nquantiles = [[0.5, 11], [0.9, 50], [0.95, 90], [0.99, 427], [0.999, 2260], [1.0, 189000]]";

    #[test]
    fn quantiles_are_met() {
        let found = extras(PUBLISHED, 0, 200_000);
        for (chance, amount) in [(0.5, 11), (0.9, 50), (0.95, 90), (0.99, 427), (0.999, 2260)] {
            let within = found.iter().filter(|&&extra| extra <= amount).count() as f64;
            let error = 4.0 * (chance * (1.0 - chance) * 2e5f64).sqrt();
            assert!((within - chance * 2e5).abs() < error, "{within} of {chance}");
        }
    }

    #[test]
    fn distributions_have_their_means() {
        for (text, mean, deviation) in [
            ("distribution = 'log-normal'\nmedian = 1000\nsigma = 1", 1648.72, 2161.2),
            ("distribution = 'gamma'\nmean = 500\nshape = 0.5", 500.0, 707.1),
            ("distribution = 'pareto'\nminimum = 100\nshape = 3", 150.0, 86.6),
            ("distribution = 'observed'\namounts = [[10, 3], [50, 1]]", 20.0, 17.33),
        ] {
            let found = extras(text, 1, 50_000);
            let average = found.iter().sum::<u64>() as f64 / 5e4;
            assert!((average - mean).abs() < 4.0 * deviation / 5e4f64.sqrt(), "{text}: {average}");
        }
    }

    /// Regimes change the order of extras and not how large they are over long times.
    #[test]
    fn regimes_come_in_clusters_and_leave_the_distribution_alone() {
        let text = format!("{PUBLISHED}\nregimes = {{ share = '1/10', length = 50 }}");
        let found = extras(&text, 0, 400_000);
        let high: Vec<bool> = found.iter().map(|&extra| extra > 50).collect();
        let share = high.iter().filter(|&&high| high).count() as f64 / 4e5;
        // A tenth; a busy time is worth 100 blocks, so that the error is that of 4,000 draws.
        assert!((share - 0.1).abs() < 4.0 * (0.09 / 4000.0f64).sqrt(), "{share}");
        let pairs = high.windows(2).filter(|pair| pair[0] && pair[1]).count() as f64 / 4e5;
        assert!((pairs / share - 0.98).abs() < 0.01, "{pairs}");
    }

    #[test]
    fn trials_differ_and_repeat() {
        assert_eq!(extras(PUBLISHED, 3, 50), extras(PUBLISHED, 3, 50));
        assert_ne!(extras(PUBLISHED, 3, 50), extras(PUBLISHED, 4, 50));
    }

    #[test]
    fn impossible_distributions_are_refused() {
        for (text, part) in [
            ("distribution = 'log-normal'\nmedian = 5", "`sigma` is missing"),
            ("distribution = 'gamma'\nmean = -1\nshape = 1", "`mean` is -1"),
            ("distribution = 'quantiles'\nquantiles = [[0.5, 11]]", "the last with probability 1"),
            ("distribution = 'quantiles'\nquantiles = [[0.5, 11], [0.4, 12], [1.0, 13]]", "growing"),
            ("distribution = 'pareto'\nminimum = 5\nshape = 2\ncap = 4", "`minimum` is 5"),
            ("distribution = 'observed'\namounts = [[1, 0]]", "`amounts` must hold"),
            ("distribution = 'gamma'\nmean = 1\nshape = 1\nsigma = 1", "`sigma` has no meaning"),
            (&format!("{PUBLISHED}\nregimes = {{ share = 1, length = 5 }}"), "`regimes` has the share 1"),
            (&format!("{PUBLISHED}\nregimes = {{ share = '9/10', length = 5 }}"), "raise `length`"),
        ] {
            let refusal = policy(text).err().expect(text).to_string();
            assert!(refusal.contains(part), "{refusal}");
        }
    }
}
