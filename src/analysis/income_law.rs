//! The exact law of what somebody earns in a trial, where it is known.

use super::context::AnalysisContext;
use super::income_entitlements::Entitlements;
use super::sampling_model::SamplingModel;
use super::win_distribution::WinLaw;
use crate::forging::{Party, PartyKind};
use crate::law::{
    CompoundSum, CompoundTerm, Ratio, compound_moments, hypergeometric, normalised_variance, periodic_shares,
    proportional_shares,
};
use crate::random::{Purpose, Stream};
use crate::reward::{BlockIncome, BlockKind, IncomeTerms, PaidCommittees};
use crate::selection::{Draw, IdealRounds, TrialContext};
use crate::statistics::distributions::Binomial;
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// At most so many kinds of blocks are convolved.
const MOST_TERMS: usize = 12;
/// At most so many different sums are convolved: each takes four megabytes.
const MOST_CONVOLVED: usize = 12;
/// At most so many different laws of validators, and as many of others, are whole distributions; further ones
/// are a mean and a standard deviation.
const MOST_WHOLE: usize = 1000;
/// The laws of an urn are listed for at most so many counts of wins, over all validators of different stake.
const MOST_LISTED: u64 = 4_000_000;
/// At most so many rounds of a deterministic rule are played to find its period.
const MOST_CYCLE: u64 = 1 << 20;

/// What is known exactly of one party's income in a trial.
#[derive(Clone, Debug)]
pub struct IncomeLaw {
    /// The mean.
    pub mean: f64,
    /// The standard deviation.
    pub sd: Option<f64>,
    /// The share of what all validators are expected to earn.
    pub share: Option<f64>,
    /// What all validators are expected to earn in a trial.
    pub of_all: f64,
    /// The whole distribution.
    distribution: Option<Distribution>,
    /// Where it comes from.
    pub by: &'static str,
}

/// `scale` and `win` are positive: whose part of an income is nothing earns nothing for certain.
#[derive(Clone, Debug)]
enum Distribution {
    /// `scale` times a sum, plus `certain`.
    Sum { sum: Arc<CompoundSum>, scale: f64, certain: f64 },
    /// `win` for each of binomially many wins, plus `certain`.
    Wins { wins: Binomial, draws: u64, win: f64, certain: f64 },
    /// `win` for each of the wins of a compounding urn.
    Urn { law: Arc<WinLaw>, rounds: u64, win: f64 },
    /// Always the same.
    Certain(f64),
}

impl IncomeLaw {
    /// The smallest income that is not exceeded with at least this probability.
    pub fn quantile(&self, probability: f64) -> Option<f64> {
        Some(match self.distribution.as_ref()? {
            Distribution::Sum { sum, scale, certain } => certain + scale * sum.quantile(probability),
            Distribution::Wins { wins, win, certain, .. } => {
                certain + win * wins.quantile(probability)? as f64
            }
            Distribution::Urn { law, rounds, win } => law.quantile(probability) * *rounds as f64 * win,
            Distribution::Certain(income) => *income,
        })
    }

    /// The probability of less than `income`.
    pub fn below(&self, income: f64) -> Option<f64> {
        Some(match self.distribution.as_ref()? {
            Distribution::Sum { sum, scale, certain } => return sum.below((income - certain) / scale),
            Distribution::Wins { wins, draws, win, certain } => {
                let needed = ((income - certain) / win - 1e-9).ceil();
                match needed {
                    needed if needed < 1.0 => 0.0,
                    needed if needed > *draws as f64 => 1.0,
                    needed => wins.lower(needed as u64 - 1),
                }
            }
            Distribution::Urn { law, rounds, win } => {
                let needed = (income / win - 1e-9).ceil();
                match needed {
                    needed if needed < 1.0 => 0.0,
                    needed if needed > *rounds as f64 => 1.0,
                    needed => law.at_most(needed as u64 - 1),
                }
            }
            Distribution::Certain(certain) => f64::from(u8::from(*certain < income - 1e-9)),
        })
    }
}

/// The laws of all parties: each law once, however many have it.
#[derive(Clone, Debug, Default)]
pub struct IncomeLaws {
    distinct: Vec<IncomeLaw>,
    /// Which of them a party has, if its law is known, in the order of the world.
    places: Vec<Option<usize>>,
}

impl IncomeLaws {
    /// The law of the party at this place of the world, if it is known.
    pub fn of(&self, party: usize) -> Option<&IncomeLaw> {
        self.number(party).map(|number| &self.distinct[number])
    }

    /// The number of that law: parties with the same number have the same law.
    pub fn number(&self, party: usize) -> Option<usize> {
        self.places.get(party).copied().flatten()
    }

    /// A law for each party whose key is not `None`: one for all with the same key, from the first of them.
    /// The keys of many parties come before those of few, and `compute` is told how many came before. On all
    /// threads.
    fn shared<K: Ord + Clone + Send + Sync>(
        parties: &[Party],
        key: impl Fn(&Party) -> Option<K>,
        compute: impl Fn(&Party, usize) -> Option<IncomeLaw> + Sync,
    ) -> Self {
        let keys: Vec<Option<K>> = parties.iter().map(key).collect();
        let mut holders: BTreeMap<&K, (usize, usize)> = BTreeMap::new();
        for (place, key) in keys.iter().enumerate() {
            if let Some(key) = key {
                holders.entry(key).or_insert((place, 0)).1 += 1;
            }
        }
        let mut order: Vec<(&K, (usize, usize))> = holders.into_iter().collect();
        order.sort_by_key(|&(_, (first, count))| (Reverse(count), first));
        let computed: Vec<Option<IncomeLaw>> = order
            .par_iter()
            .enumerate()
            .map(|(before, &(_, (first, _)))| compute(&parties[first], before))
            .collect();
        let numbers: BTreeMap<&K, usize> =
            order.iter().enumerate().map(|(number, &(key, _))| (key, number)).collect();
        let known: Vec<Option<usize>> = computed
            .iter()
            .scan(0, |next, law| {
                let number = law.is_some().then_some(*next);
                *next += usize::from(law.is_some());
                Some(number)
            })
            .collect();
        let places = keys.iter().map(|key| known[*numbers.get(key.as_ref()?)?]).collect();
        IncomeLaws { distinct: computed.into_iter().flatten().collect(), places }
    }

    /// The laws of others beside those of these, where they have none.
    fn or(mut self, others: IncomeLaws) -> Self {
        let before = self.distinct.len();
        for (place, other) in self.places.iter_mut().zip(others.places) {
            *place = place.or(other.map(|number| before + number));
        }
        self.distinct.extend(others.distinct);
        self
    }
}

/// The laws of all parties. They are those of a single trial, whatever ended the run.
pub fn income_laws(context: &AnalysisContext) -> IncomeLaws {
    let world = &context.experiment.world;
    let protocol = &world.protocol;
    if !world.has_ideal_conditions() || world.traffic.per_round > 0 {
        return IncomeLaws::default();
    }
    if protocol.compounds() {
        return compounding(context).unwrap_or_default();
    }
    match &context.sampling_model {
        SamplingModel::Rounds if world.committee.thing.drawer(&world.stakes).is_none() => {
            independent(context).unwrap_or_default()
        }
        SamplingModel::Bounded(_) => deterministic(context).unwrap_or_default(),
        _ => IncomeLaws::default(),
    }
}

/// The chances with which a round selects each validator: those that the rule says it draws with, which
/// for a rigged one are not those it states; else its expected shares, unless it is rigged.
fn chances(context: &AnalysisContext) -> Option<Vec<f64>> {
    let world = &context.experiment.world;
    let weights = match world.rule.thing.draw(&world.stakes) {
        Draw::Stake => return Some(context.stake_shares.clone()),
        Draw::Tokens(tokens) => return Some(proportional_shares(&tokens)),
        Draw::Shares(weights) => weights,
        Draw::Own if world.rule.thing.is_rigged() => return None,
        Draw::Own => return context.expected_shares.shares().map(<[f64]>::to_vec),
    };
    let all: f64 = weights.iter().sum();
    (all > 0.0).then(|| weights.iter().map(|weight| weight / all).collect())
}

/// Whether the laws rest on what the rule does, not on what it states.
pub fn laws_are_of_the_draw(context: &AnalysisContext) -> bool {
    let world = &context.experiment.world;
    !matches!(world.rule.thing.draw(&world.stakes), Draw::Own)
}

/// Rounds are independent draws and stakes stay as they are.
fn independent(context: &AnalysisContext) -> Option<IncomeLaws> {
    let world = &context.experiment.world;
    let rounds = context.experiment.rounds;
    if context.selections_each != Some(rounds) {
        return None;
    }
    let shares = chances(context)?;
    let policy = &world.protocol.reward.thing;
    let terms = policy.terms(world.genesis(), &[rounds], world.validators() as u64)?;
    let means = Means::new(&terms, &world.stakes);
    let (holders, votes, all) = (means.holders, means.votes, means.all);
    let entitlements = Entitlements::new(world, &shares, &context.stake_shares);
    let key = |party: &Party| {
        if party.kind == PartyKind::Treasury {
            return None;
        }
        let (earners, scale) = entitlements.of(party)?;
        let reals = [earners.chance, earners.stake, scale].map(f64::to_bits);
        Some(LawKey { reals, validators: earners.validators, seated: earners.seated })
    };
    let law = |key: LawKey, before: usize, convolved: usize| {
        let [chance, stake, scale] = key.reals.map(f64::from_bits);
        let flat = terms.by_stake * stake + votes * key.validators as f64;
        let chance = Chances { block: chance, seated: key.seated as u64, holders };
        let mut law =
            of_terms(&terms, chance, flat, before < MOST_WHOLE, convolved < MOST_CONVOLVED)?.scaled(scale);
        law.share = (all > 0.0).then(|| law.mean / all);
        law.of_all = all;
        Some(law)
    };
    // Groups, operators and delegators first: they are few, and asked for by name.
    let is_validator = |party: &Party| party.kind == PartyKind::Validator;
    let named = IncomeLaws::shared(
        &world.parties,
        |party| if is_validator(party) { None } else { key(party) },
        |party, before| law(key(party)?, before, before),
    );
    let others = named.distinct.len();
    let validators = IncomeLaws::shared(
        &world.parties,
        |party| if is_validator(party) { key(party) } else { None },
        |party, before| law(key(party)?, before, others + before),
    );
    let treasury = IncomeLaws::shared(
        &world.parties,
        |party| (party.kind == PartyKind::Treasury).then_some(()),
        |_, _| Some(treasury_law(terms.treasury, all)),
    );
    Some(named.or(validators).or(treasury))
}

/// What a treasury gets is certain where the amounts of all blocks are.
fn treasury_law(coins: f64, all: f64) -> IncomeLaw {
    // Paid in whole coins.
    let coins = (coins + 1e-6).floor();
    IncomeLaw {
        mean: coins,
        sd: Some(0.0),
        share: (all > 0.0).then(|| coins / all),
        of_all: all,
        distribution: Some(Distribution::Certain(coins)),
        by: "independent rounds",
    }
}

/// What the law of a party's income depends on, but for the scenario: two with the same have the same law.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct LawKey {
    /// The bits of its chance of a block, its share of the stake, and the part of the income that it gets.
    reals: [u64; 3],
    validators: usize,
    /// How many of them may be seated.
    seated: usize,
}

/// What is paid on average.
struct Means {
    /// Validators with stake.
    holders: u64,
    /// Coins of a trial for whoever votes on every block,
    votes: f64,
    /// for whoever forges all of them, beyond the pay of its votes,
    blocks: f64,
    /// for the committees' members, all together,
    committees: f64,
    /// and for all validators.
    all: f64,
}

impl Means {
    fn new(terms: &IncomeTerms, stakes: &[u64]) -> Self {
        let holders = stakes.iter().filter(|&&stake| stake > 0).count() as u64;
        let count = |kind: &BlockKind| kind.count() as f64;
        let votes = terms.blocks.iter().map(|kind| count(kind) * kind.income.vote).sum::<f64>();
        let own = |kind: &BlockKind| {
            let BlockIncome { certain, extra, vote } = &kind.income;
            count(kind) * (certain - vote + extra.as_ref().map_or(0.0, |extra| extra.moments().0))
        };
        let blocks = terms.blocks.iter().map(own).sum::<f64>();
        let committee = |all: &PaidCommittees| {
            (all.whole as f64 + all.more) * all.seats.min(holders) as f64 * all.amount as f64
        };
        let committees = terms.committees.iter().map(committee).sum::<f64>();
        let all = blocks + votes * stakes.len() as f64 + committees + terms.by_stake;
        Means { holders, votes, blocks, committees, all }
    }
}

/// Every validator's share of what all are expected to earn, where rounds are independent draws of the
/// chances that the rule draws with, stakes stay, and nobody shares with others.
pub fn mean_shares(context: &AnalysisContext) -> Option<Vec<f64>> {
    let world = &context.experiment.world;
    let rounds = context.experiment.rounds;
    let independent = world.has_ideal_conditions()
        && world.traffic.per_round == 0
        && !world.protocol.compounds()
        && world.protocol.pools.smoothing.is_empty()
        && context.sampling_model == SamplingModel::Rounds
        && world.committee.thing.drawer(&world.stakes).is_none()
        && context.selections_each == Some(rounds);
    let policy = &world.protocol.reward.thing;
    let terms =
        policy.terms(world.genesis(), &[rounds], world.validators() as u64).filter(|_| independent)?;
    let means = Means::new(&terms, &world.stakes);
    let share = |(who, chance): (usize, f64)| {
        let seats = if world.stakes[who] > 0 { means.committees / means.holders as f64 } else { 0.0 };
        let own = chance * means.blocks + means.votes + seats;
        (own + terms.by_stake * context.stake_shares[who]) / means.all
    };
    (means.all > 0.0).then(|| chances(context).map(|all| all.into_iter().enumerate().map(share).collect()))?
}

/// How likely a party is to be paid.
struct Chances {
    /// The chance that a block is its.
    block: f64,
    /// How many of its validators committees are drawn from,
    seated: u64,
    /// and how many of all.
    holders: u64,
}

/// What committees pay: for certain so many, and one more with a chance.
fn committee_terms(committees: &PaidCommittees, chance: &Chances) -> [CompoundTerm; 2] {
    let seats = hypergeometric(chance.holders, chance.seated, committees.seats);
    let some = 1.0 - seats[0];
    let amounts: Vec<(f64, f64, f64)> = seats
        .iter()
        .enumerate()
        .skip(1)
        .filter(|(_, mass)| **mass > 0.0)
        .map(|(seats, mass)| (seats as f64 * committees.amount as f64, 1.0, mass / some))
        .collect();
    let term = |draws, part: f64| CompoundTerm { draws, chance: part * some, amounts: amounts.clone() };
    [term(committees.whole as f64, 1.0), term(1.0, committees.more)]
}

/// `whole`: whether more than moments is asked for; `convolved`: even if sums have to be convolved.
fn of_terms(
    terms: &IncomeTerms,
    chance: Chances,
    flat: f64,
    whole: bool,
    convolved: bool,
) -> Option<IncomeLaw> {
    let pays = |kind: &&BlockKind| kind.income.extra.is_some() || kind.income.certain != kind.income.vote;
    let blocks: Vec<&BlockKind> = terms.blocks.iter().filter(pays).collect();
    let mut compound: Vec<CompoundTerm> = blocks
        .iter()
        .map(|kind| CompoundTerm {
            draws: kind.count() as f64,
            chance: chance.block,
            amounts: kind.income.beyond_vote(),
        })
        .collect();
    compound.extend(terms.committees.iter().flat_map(|committees| committee_terms(committees, &chance)));
    let (mean, variance) = compound_moments(&compound);
    let grows = compound.iter().all(|term| term.amounts.iter().all(|&(from, ..)| from >= 0.0));
    let distribution = match (blocks.as_slice(), compound.as_slice()) {
        _ if terms.serial || !whole => None,
        _ if variance <= 0.0 => Some(Distribution::Certain(mean + flat)),
        // Who forges gets less than who attests.
        _ if !grows => None,
        ([kind], [_]) if kind.income.extra.is_none() => Some(Distribution::Wins {
            wins: Binomial::new(kind.count(), chance.block)?,
            draws: kind.count(),
            win: kind.income.certain - kind.income.vote,
            certain: flat,
        }),
        (_, compound) if convolved && compound.len() <= MOST_TERMS => CompoundSum::new(compound)
            .map(|sum| Distribution::Sum { sum: Arc::new(sum), scale: 1.0, certain: flat }),
        _ => None,
    };
    Some(IncomeLaw {
        mean: mean + flat,
        sd: (!terms.serial).then(|| variance.max(0.0).sqrt()),
        share: None,
        of_all: 0.0,
        distribution,
        by: "independent rounds",
    })
}

impl IncomeLaw {
    /// Of a fixed part of the income.
    fn scaled(self, part: f64) -> Self {
        let distribution = self.distribution.map(|distribution| match distribution {
            _ if part == 0.0 => Distribution::Certain(0.0),
            Distribution::Sum { sum, scale, certain } => {
                Distribution::Sum { sum, scale: scale * part, certain: certain * part }
            }
            Distribution::Wins { wins, draws, win, certain } => {
                Distribution::Wins { wins, draws, win: win * part, certain: certain * part }
            }
            Distribution::Urn { law, rounds, win } => Distribution::Urn { law, rounds, win: win * part },
            Distribution::Certain(income) => Distribution::Certain(income * part),
        });
        IncomeLaw { mean: self.mean * part, sd: self.sd.map(|sd| sd * part), distribution, ..self }
    }
}

/// Everything that is earned is staked at once, or a fixed share of it.
fn compounding(context: &AnalysisContext) -> Option<IncomeLaws> {
    let experiment = context.experiment;
    let world = &experiment.world;
    let protocol = &world.protocol;
    let policy = &protocol.reward.thing;
    let rounds = experiment.rounds;
    if !protocol.pools.is_empty() || context.selections_each != Some(rounds) || rounds == 0 {
        return None;
    }
    let shares = &context.stake_shares;
    let all_at_once = protocol.restake.is_all_at_once();
    let each = |law: &(dyn Fn(usize) -> Option<IncomeLaw> + Sync)| {
        let stake = |party: &Party| party.validator().map(|who| world.stakes[who.index()]);
        let of = |party: &Party, _| party.validator().and_then(|who| law(who.index()));
        Some(IncomeLaws::shared(&world.parties, stake, of))
    };
    if world.rule.thing.draws_by_current_stake() {
        if let Some(reward) = policy.constant().filter(|&reward| reward > 0) {
            let grows = protocol.restake.at_once_of(reward)? as f64;
            let stakes = world.parties.iter().filter_map(Party::validator);
            let stakes: BTreeSet<u64> = stakes.map(|who| world.stakes[who.index()]).collect();
            let few = rounds.saturating_mul(stakes.len() as u64) <= MOST_LISTED;
            return each(&|who| {
                let (n, a, w) = (rounds as f64, shares[who], grows / context.genesis_stake());
                // The urn: a (1 - a) n (1 + n w) / (1 + w) is the variance of the wins.
                let variance = a * (1.0 - a) * n * (1.0 + n * w) / (1.0 + w);
                let reward = reward as f64;
                let law = if few { context.urn_law(who, rounds, grows).map(Arc::new) } else { None };
                Some(IncomeLaw {
                    mean: n * a * reward,
                    sd: Some(variance.sqrt() * reward),
                    share: Some(a),
                    of_all: n * reward,
                    distribution: law.map(|law| Distribution::Urn { law, rounds, win: reward }),
                    by: "Polya's urn",
                })
            });
        }
        const MOST_ROUNDS: u64 = 10_000_000;
        if !all_at_once || rounds > MOST_ROUNDS {
            return None;
        }
        let amounts: Vec<f64> =
            policy.amounts(world.genesis())?.take(rounds as usize).map(|coins| coins as f64).collect();
        let paid: f64 = amounts.iter().sum();
        let end = context.genesis_stake() + paid;
        let variance = normalised_variance(context.genesis_stake(), amounts);
        return each(&|who| {
            let a = shares[who];
            // The share of rewards is off by the share of stake, times all stake over all rewards.
            let sd = (a * (1.0 - a) * variance).sqrt() * end;
            Some(IncomeLaw {
                mean: a * paid,
                sd: Some(sd),
                share: Some(a),
                of_all: paid,
                distribution: None,
                by: "schedule under proportional draws",
            })
        });
    }
    let (law, epochs) = context.compound_epochs()?;
    let (forgers, stake, _) = policy.compound_epoch()?;
    let paid = (forgers as f64 + stake as f64) * epochs as f64;
    each(&|who| {
        Some(IncomeLaw {
            mean: shares[who] * paid,
            sd: Some(law.reward_variance(shares[who], epochs).sqrt() * paid),
            share: Some(shares[who]),
            of_all: paid,
            distribution: None,
            by: "C-PoS",
        })
    })
}

/// The rule leaves nothing to chance: every trial is the same, and one is the law, also of what all earn. The
/// share is that of the long run, from one period of the rule, where it is found.
fn deterministic(context: &AnalysisContext) -> Option<IncomeLaws> {
    let world = &context.experiment.world;
    if !is_deterministic(context) {
        return None;
    }
    let first = &context.results.records.first()?.incomes;
    let long_run = long_run_shares(context).filter(|_| world.protocol.pools.is_empty());
    let all = first.all as f64;
    let of = |(party, &income): (&Party, &i64)| {
        let income = income as f64;
        let share = match &long_run {
            Some(shares) => party.validators.iter().map(|who| shares[who.index()].to_f64()).sum(),
            _ if all > 0.0 => income / all,
            _ => return None,
        };
        Some(IncomeLaw {
            mean: income,
            sd: Some(0.0),
            share: Some(share),
            of_all: all,
            distribution: Some(Distribution::Certain(income)),
            by: if long_run.is_some() { "one period of the rule" } else { "a trial without chance" },
        })
    };
    let laws: Vec<Option<IncomeLaw>> = world.parties.iter().zip(&first.each).map(of).collect();
    let mut known = 0..;
    let places = laws.iter().map(|law| law.as_ref().and_then(|_| known.next())).collect();
    Some(IncomeLaws { distinct: laws.into_iter().flatten().collect(), places })
}

/// Whether rule and reward leave nothing to chance, so that all trials are the same.
pub fn is_deterministic(context: &AnalysisContext) -> bool {
    let world = &context.experiment.world;
    let mut records = context.results.records.iter().map(|record| &record.incomes);
    matches!(context.sampling_model, SamplingModel::Bounded(_))
        && world.has_ideal_conditions()
        && world.traffic.per_round == 0
        && !world.protocol.reward.thing.is_random()
        && world.committee.thing.drawer(&world.stakes).is_none()
        && records.next().is_some_and(|first| records.all(|incomes| incomes == first))
        && selects_alike(context)
}

/// Whether the rule selects the same validators in every trial: a rule that is bounded may begin its circle
/// anywhere, or draw the order of its turns, and a single trial does not show that.
fn selects_alike(context: &AnalysisContext) -> bool {
    const TRIALS: u64 = 16;
    const ROUNDS: u64 = 64;
    let world = &context.experiment.world;
    let selected = |trial: u64| -> Vec<_> {
        let start = TrialContext { stakes: &world.stakes, seed: world.seed, trial };
        let mut rounds = IdealRounds::new(&*world.rule.thing, &start);
        let mut lottery = Stream::of_trial(world.seed, trial, Purpose::Lottery);
        (0..ROUNDS.min(context.experiment.rounds)).map(|_| rounds.next(&[], &mut lottery)).collect()
    };
    let first = selected(0);
    (1..TRIALS).all(|trial| selected(trial) == first)
}

/// Every validator's share of rewards where nothing is left to chance: that of the long run, where one
/// period of the rule is found.
pub fn deterministic_shares(context: &AnalysisContext) -> Option<Vec<f64>> {
    if context.experiment.world.protocol.pools.is_empty() {
        return Some(long_run_shares(context)?.into_iter().map(Ratio::to_f64).collect());
    }
    None
}

/// The exact shares of payments of one amount in the long run.
fn long_run_shares(context: &AnalysisContext) -> Option<Vec<Ratio>> {
    let world = &context.experiment.world;
    let every = world.protocol.reward.thing.interval()?;
    let cycle = cycle(context)?;
    periodic_shares(&cycle, world.validators(), every)
}

/// Whom a deterministic rule selects in one period, if that is found within a million rounds.
fn cycle(context: &AnalysisContext) -> Option<Vec<usize>> {
    let world = &context.experiment.world;
    let divisor = world.stakes.iter().copied().fold(0, crate::law::greatest_common_divisor);
    let total: u128 = world.stakes.iter().map(|&stake| u128::from(stake)).sum();
    let by_stake = (total / u128::from(divisor.max(1))).try_into().unwrap_or(u64::MAX);
    let expected = context.expected_shares.shares()?;
    // In turn by stake, or one after the other. That the rounds repeat once proves no period: nearly equal
    // stakes do so for long. Whoever is selected in a period is, as often as the rule says.
    [by_stake, world.validators() as u64]
        .into_iter()
        .filter(|&period| (1..=MOST_CYCLE).contains(&period))
        .find_map(|period| {
            let start = TrialContext { stakes: &world.stakes, seed: world.seed, trial: 0 };
            let mut rounds = IdealRounds::new(&*world.rule.thing, &start);
            let mut lottery = Stream::of_trial(world.seed, 0, Purpose::Lottery);
            let mut next = || rounds.next(&[], &mut lottery).map(|validator| validator.index());
            let selected: Vec<usize> = (0..2 * period).map(|_| next()).collect::<Option<_>>()?;
            let (first, second) = selected.split_at(period as usize);
            let mut counts = vec![0u64; world.validators()];
            first.iter().for_each(|&who| counts[who] += 1);
            let is_share =
                |(&count, share): (&u64, &f64)| (count as f64 / period as f64 - share).abs() < 1e-9;
            (first == second && counts.iter().zip(expected).all(is_share)).then(|| first.to_vec())
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::analyse;
    use crate::analysis::rows::IncomeRow;
    use crate::scenario::{Scenario, load_text};
    use crate::simulation::{Control, Quiet, Results, run};
    use std::path::Path;
    use std::sync::atomic::AtomicBool;

    /// Three trials of 101 rounds of two validators, of a fifth of the stake and the rest.
    fn played(rest: &str) -> (Scenario, Results) {
        let text = format!(
            "[run]\nseed = 7\nrounds = 101\ntrials = 3\nengine = 'draws'\n[population]\n\
             accounts = [{{ name = 'a', balance = 20_000 }}, {{ name = 'b', balance = 80_000 }}]\n{rest}"
        );
        let scenario = load_text(Path::new("test.toml"), text, &[]).unwrap();
        let control = Control { progress: &Quiet, stop: &AtomicBool::new(false) };
        let results = run(&scenario.experiment, 1, None, &control).unwrap();
        (scenario, results)
    }

    /// The rows of both and of whoever shares with them.
    fn incomes(rest: &str) -> Vec<IncomeRow> {
        let (scenario, results) = played(rest);
        analyse(&scenario.experiment, &scenario.file.analysis, &results).tables.incomes
    }

    /// Five coins, and ten more for each of three fair draws: 5, 15, 25 and 35 in 1, 3, 3 and 1 of eight cases.
    #[test]
    fn probabilities_of_less_by_hand() {
        let law = || IncomeLaw {
            mean: 20.0,
            sd: Some(75f64.sqrt()),
            share: None,
            of_all: 100.0,
            distribution: Some(Distribution::Wins {
                wins: Binomial::new(3, 0.5).unwrap(),
                draws: 3,
                win: 10.0,
                certain: 5.0,
            }),
            by: "",
        };
        for (income, below) in [
            (4.0, 0.0),
            (5.0, 0.0),
            (5.5, 1.0),
            (15.0, 1.0),
            (20.0, 4.0),
            (25.0, 4.0),
            (35.0, 7.0),
            (35.5, 8.0),
        ] {
            assert!((law().below(income).unwrap() - below / 8.0).abs() < 1e-12, "{income}");
            assert!((law().scaled(0.5).below(0.5 * income).unwrap() - below / 8.0).abs() < 1e-12, "{income}");
        }
        let nothing = law().scaled(0.0);
        assert_eq!((nothing.mean, nothing.sd, nothing.quantile(0.5)), (0.0, Some(0.0), Some(0.0)));
        assert_eq!([0.0, 0.5].map(|income| nothing.below(income)), [Some(0.0), Some(1.0)]);
    }

    /// An operator that keeps everything leaves its delegator nothing, which is less than half of what its stake deserves.
    #[test]
    fn a_delegator_of_nothing_is_below_for_certain() {
        let pools = "[reward]\npools = [{ operator = 'b', commission = '1', delegators = [{ name = 'x', share = '1/2' }] }]";
        let rows = incomes(pools);
        let row = rows.iter().find(|row| row.name == "x").unwrap();
        assert_eq!(
            (row.mean_exact, row.p_below_half, row.p_below_half_exact),
            (Some(0.0), Some(1.0), Some(1.0))
        );
    }

    /// Fifty coins a block for all stake, of which one has a fifth: 10 and 40 coins in each of 101 rounds.
    #[test]
    fn what_is_paid_by_stake_alone_is_certain() {
        let rows = incomes("[reward]\npolicy = { kind = 'split', amount = 50, stake = '1' }");
        for (row, coins) in rows.iter().zip([1010.0, 4040.0]) {
            assert_eq!(
                (row.mean_exact, row.sd_exact, row.median_exact),
                (Some(coins), Some(0.0), Some(coins))
            );
            assert_eq!((row.mean, row.median), (Some(coins), Some(coins)));
        }
    }

    /// Nothing is known where blocks are lost, fees are paid, or half of changing rewards is staked.
    #[test]
    fn laws_hold_under_their_conditions_alone() {
        let halving = "policy = { kind = 'schedule', form = 'halving', amount = 16, every = 50 }";
        for (rest, by) in [
            ("", "independent rounds"),
            ("[network]\nloss = 0.2", ""),
            ("[transactions]\nper_round = 1\nusers = 2", ""),
            (&format!("[reward]\ncompound = true\n{halving}"), "schedule under proportional draws"),
            (&format!("[reward]\ncompound = '1/2'\n{halving}"), ""),
        ] {
            let rows = incomes(rest);
            assert_eq!(rows[0].exact_by, by, "{rest}");
            assert_eq!(rows[0].mean_exact.is_some(), !by.is_empty(), "{rest}");
        }
    }

    /// In turn the two win 51 and 50 of 101 rounds, or by stake 20 and 81: in the long run one half, or a fifth.
    #[test]
    fn shares_without_chance_are_those_of_a_period() {
        for (rule, wins, share) in [
            ("round-robin", 51.0, 0.5),
            ("weighted-round-robin", 20.0, 0.2),
            ("cometbft-priority", 20.0, 0.2),
        ] {
            let row = &incomes(&format!("[selection]\nrule = '{rule}'"))[0];
            assert_eq!((row.mean_exact, row.sd_exact), (Some(10.0 * wins), Some(0.0)), "{rule}");
            assert!((row.share.unwrap() - wins / 101.0).abs() < 1e-12, "{rule}");
            assert_eq!(
                (row.share_exact, row.exact_by.as_str()),
                (Some(share), "one period of the rule"),
                "{rule}"
            );
        }
    }

    /// Mean shares are those of the draw, where rounds are independent and nobody shares with others.
    #[test]
    fn mean_shares_rest_on_independent_rounds() {
        for (rest, known) in [
            ("", true),
            ("[selection]\nrule = 'round-robin'", false),
            ("[reward]\nsmoothing = [['a', 'b']]", false),
            ("[network]\nloss = 0.2", false),
        ] {
            let (scenario, results) = played(rest);
            let context = AnalysisContext::new(&scenario.experiment, &scenario.file.analysis, &results, None);
            assert_eq!(mean_shares(&context), known.then(|| vec![0.2, 0.8]), "{rest}");
        }
    }
}
