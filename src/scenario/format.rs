//! The sections and keys of a scenario file, with their defaults. Unknown keys are refused.

use super::fraction::fraction;
use super::{Follow, Seed, Window};
use crate::forging::{Compound, Verification, VoteWeight};
use crate::law::Ratio;
use crate::registry::Choice;
use crate::simulation::{CountingUnit, Engine, Serial};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

/// A scenario file.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScenarioFile {
    /// Name of the scenario and of its folder of results; the file's name if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the scenario is about, in a sentence.
    #[serde(default)]
    pub description: String,
    /// `[run]`
    #[serde(default)]
    pub run: RunSection,
    /// `[population]`
    pub population: PopulationSection,
    /// `[selection]`
    #[serde(default)]
    pub selection: SelectionSection,
    /// `[attestation]`
    #[serde(default)]
    pub attestation: AttestationSection,
    /// `[transactions]`
    #[serde(default)]
    pub transactions: TransactionsSection,
    /// `[reward]`
    #[serde(default)]
    pub reward: RewardSection,
    /// `[slashing]`
    #[serde(default)]
    pub slashing: SlashingSection,
    /// `[network]`
    #[serde(default)]
    pub network: NetworkSection,
    /// `[[behaviours]]`
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub behaviours: Vec<BehaviourSection>,
    /// `[analysis]`
    #[serde(default)]
    pub analysis: AnalysisSection,
    /// `[report]`
    #[serde(default)]
    pub report: ReportSection,
    /// `[study]`: what only people know, for reports.
    #[serde(default, skip_serializing_if = "StudySection::is_empty")]
    pub study: StudySection,
    /// `[sweep]`: what a study varies, whose points are scenarios without it.
    #[serde(default, skip_serializing)]
    #[schemars(with = "Option<std::collections::BTreeMap<String, serde_json::Value>>")]
    pub sweep: Option<toml::Table>,
    /// `[published]`: what somebody published of it; `tombola gallery` alone reads it.
    #[serde(default, skip_serializing)]
    #[schemars(with = "Option<std::collections::BTreeMap<String, serde_json::Value>>")]
    pub published: Option<toml::Table>,
}

impl ScenarioFile {
    /// A scenario of named accounts with their coins, everything else as it is by default.
    pub fn with_accounts<'a>(accounts: impl IntoIterator<Item = (&'a str, u64)>) -> Self {
        let accounts = accounts.into_iter().map(|(name, balance)| AccountSection {
            name: name.to_owned(),
            balance,
            validates: true,
            group: None,
        });
        Self::with(PopulationSection { accounts: Some(accounts.collect()), ..PopulationSection::empty() })
    }

    /// A scenario of `count` accounts among which a distribution divides `total_stake` coins,
    /// everything else as it is by default.
    pub fn with_stakes(count: u64, total_stake: u64, stake: Choice) -> Self {
        Self::with(PopulationSection {
            count: Some(count),
            total_stake: Some(total_stake),
            stake: Some(stake),
            ..PopulationSection::empty()
        })
    }

    fn with(population: PopulationSection) -> Self {
        ScenarioFile {
            name: None,
            description: String::new(),
            run: RunSection::default(),
            population,
            selection: SelectionSection::default(),
            attestation: AttestationSection::default(),
            transactions: TransactionsSection::default(),
            reward: RewardSection::default(),
            slashing: SlashingSection::default(),
            network: NetworkSection::default(),
            behaviours: Vec::new(),
            analysis: AnalysisSection::default(),
            report: ReportSection::default(),
            study: StudySection::default(),
            sweep: None,
            published: None,
        }
    }
}

/// What only people know of a scenario; it stands in reports and decides nothing.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default, expecting = "a section of keys and values")]
pub struct StudySection {
    /// The title, in place of the name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Who made it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authors: Vec<String>,
    /// What it is to find out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aim: Option<String>,
    /// What was expected before it was run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hypotheses: Vec<String>,
    /// The language of these texts, as browsers know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

impl StudySection {
    /// Whether nothing was said.
    pub fn is_empty(&self) -> bool {
        *self == StudySection::default()
    }
}

/// How long, how often, and how.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default, expecting = "a section of keys and values")]
pub struct RunSection {
    /// Everything random is derived from it.
    pub seed: Seed,
    /// Rounds of each trial.
    pub rounds: u64,
    /// Number of trials.
    pub trials: u64,
    /// `full` or `draws`.
    pub engine: Engine,
    /// How many points of the time line.
    pub checkpoints: u64,
    /// How many rounds there are in a year, for returns per year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rounds_per_year: Option<u64>,
    /// When the run is precise enough; `trials` is then the most that are played.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<UntilSection>,
}

impl Default for RunSection {
    fn default() -> Self {
        RunSection {
            seed: Seed(0),
            rounds: 10_000,
            trials: 8,
            engine: Engine::Full,
            checkpoints: 50,
            rounds_per_year: None,
            until: None,
        }
    }
}

/// The precision that ends a run.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table such as { metric = \"win_share\", half_width = 0.001 }")]
pub struct UntilSection {
    /// What is to be known.
    pub metric: UntilMetric,
    /// How precisely: half the width of its interval, as a fraction of one.
    #[serde(deserialize_with = "fraction")]
    pub half_width: f64,
    /// Of whom; of all validators if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validator: Option<String>,
}

/// What a run can be asked to know precisely.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UntilMetric {
    /// The share of rounds that a validator wins.
    WinShare,
    /// The share of trials in which a validator ends outside the tolerance.
    UnfairProbability,
    /// The mean of a validator's share of all stake at the end of a trial.
    FinalStakeShare,
}

impl UntilMetric {
    /// Its name in scenario files.
    pub fn name(self) -> &'static str {
        match self {
            UntilMetric::WinShare => "win_share",
            UntilMetric::UnfairProbability => "unfair_probability",
            UntilMetric::FinalStakeShare => "final_stake_share",
        }
    }
}

/// Who is there.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a section of keys and values")]
pub struct PopulationSection {
    /// Who has less is no validator.
    #[serde(default = "PopulationSection::default_minimum_stake")]
    pub minimum_stake: u64,
    /// The accounts one by one; otherwise they come from `stake`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accounts: Option<Vec<AccountSection>>,
    /// How many accounts a drawn distribution makes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// How many coins it divides among them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_stake: Option<u64>,
    /// The stake distribution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stake: Option<Choice>,
    /// Validators that count as one where incomes are compared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<GroupSection>,
}

/// Validators that count as one.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a group such as { name = \"operator\", count = 10 }")]
pub struct GroupSection {
    /// The group's name.
    pub name: String,
    /// How many validators it has: the next ones that no group before it took by number.
    pub count: u64,
}

impl PopulationSection {
    fn empty() -> Self {
        let minimum_stake = PopulationSection::default_minimum_stake();
        PopulationSection {
            minimum_stake,
            accounts: None,
            count: None,
            total_stake: None,
            stake: None,
            groups: Vec::new(),
        }
    }

    fn default_minimum_stake() -> u64 {
        1
    }
}

/// One account.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "an account such as { name = \"ada\", balance = 100 }")]
pub struct AccountSection {
    /// Its name.
    pub name: String,
    /// Its coins at genesis.
    pub balance: u64,
    /// Whether it wishes to validate.
    #[serde(default = "AccountSection::default_validates")]
    pub validates: bool,
    /// The group it counts with where incomes are compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
}

impl AccountSection {
    fn default_validates() -> bool {
        true
    }
}

/// Who forges.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default, expecting = "a section of keys and values")]
pub struct SelectionSection {
    /// The rule.
    pub rule: Choice,
}

impl Default for SelectionSection {
    fn default() -> Self {
        SelectionSection { rule: Choice::plain("raffle") }
    }
}

/// Who attests, and what it takes.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default, expecting = "a section of keys and values")]
pub struct AttestationSection {
    /// `"all"`, a number drawn each round, or a table.
    #[serde(deserialize_with = "committee")]
    pub committee: Choice,
    /// The share of the committee that must approve.
    pub quorum: Ratio,
    /// `heads` or `stake`.
    pub weight: VoteWeight,
    /// `shared` or `each`.
    pub verification: Verification,
}

impl Default for AttestationSection {
    fn default() -> Self {
        let three_quarters = Ratio::new(3, 4).expect("four is not zero");
        AttestationSection {
            committee: Choice::plain("all"),
            quorum: three_quarters,
            weight: VoteWeight::Heads,
            verification: Verification::Shared,
        }
    }
}

/// A committee may be given as a plain number of attestors drawn by stake.
fn committee<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Choice, D::Error> {
    use serde::de::Error;
    match toml::Value::deserialize(deserializer)? {
        size @ toml::Value::Integer(_) => {
            let mut choice = Choice::plain("drawn");
            choice.settings.insert("size".to_owned(), size);
            Ok(choice)
        }
        other => other.try_into().map_err(|error: toml::de::Error| D::Error::custom(error.message())),
    }
}

/// What trades.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default, expecting = "a section of keys and values")]
pub struct TransactionsSection {
    /// How many transactions are handed in each round.
    pub per_round: u64,
    /// How many accounts only trade; none are made if there are no transactions.
    pub users: u64,
    /// The coins of each of them at genesis.
    pub balance: u64,
    /// What each transaction pays its forger.
    pub fee: u64,
    /// The largest amount of a transaction.
    pub largest: u64,
    /// The share of transactions that is bad, in every way alike.
    pub bad: Ratio,
    /// The share of the fees that is destroyed.
    pub burn: Ratio,
}

impl Default for TransactionsSection {
    fn default() -> Self {
        TransactionsSection {
            per_round: 0,
            users: 16,
            balance: 1_000_000,
            fee: 1,
            largest: 100,
            bad: Ratio::ZERO,
            burn: Ratio::ZERO,
        }
    }
}

/// What a block earns.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default, expecting = "a section of keys and values")]
pub struct RewardSection {
    /// The policy.
    pub policy: Choice,
    /// How much of what is earned becomes tokens.
    pub compound: Compound,
    /// In multiples of so many coins.
    pub restake_unit: u64,
    /// So many rounds later.
    pub activation_delay: u64,
    /// Tokens of who is left with too little become coins so many rounds later.
    pub unbonding_delay: u64,
    /// Groups of validators who share what they earn by stake.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub smoothing: Vec<Vec<String>>,
    /// Validators who earn for others too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pools: Vec<PoolSection>,
}

/// A validator that earns for others too.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(
    deny_unknown_fields,
    expecting = "a pool such as { operator = \"ada\", commission = \"1/20\", delegators = [ { name = \"ann\", share = \"1/4\" } ] }"
)]
pub struct PoolSection {
    /// The validator.
    pub operator: String,
    /// The share of what it earns that it takes before all others.
    #[serde(default = "PoolSection::default_commission")]
    pub commission: Ratio,
    /// Whose stake it holds besides its own.
    pub delegators: Vec<DelegatorSection>,
}

impl PoolSection {
    fn default_commission() -> Ratio {
        Ratio::ZERO
    }
}

/// Somebody who delegates.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a delegator such as { name = \"ann\", share = \"1/4\" }")]
pub struct DelegatorSection {
    /// The name of its account, which is made for it.
    pub name: String,
    /// Its part of the validator's stake.
    pub share: Ratio,
}

impl Default for RewardSection {
    fn default() -> Self {
        RewardSection {
            policy: Choice::plain("constant"),
            compound: Compound(Ratio::ZERO),
            restake_unit: 1,
            activation_delay: 0,
            unbonding_delay: 0,
            smoothing: Vec::new(),
            pools: Vec::new(),
        }
    }
}

/// What cheating costs.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default, expecting = "a section of keys and values")]
pub struct SlashingSection {
    /// The share of a proven cheat's stake that is destroyed.
    pub share: Ratio,
}

impl Default for SlashingSection {
    fn default() -> Self {
        SlashingSection { share: Ratio::ONE }
    }
}

/// What the network does to blocks.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default, expecting = "a section of keys and values")]
pub struct NetworkSection {
    /// The probability that a block does not reach an attestor.
    pub loss: Ratio,
}

impl Default for NetworkSection {
    fn default() -> Self {
        NetworkSection { loss: Ratio::ZERO }
    }
}

/// Who does not act honestly.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a section of keys and values")]
pub struct BehaviourSection {
    /// What they do.
    pub act: Choice,
    /// The accounts, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accounts: Option<Vec<String>>,
    /// The share of the validators, drawn from the seed; rounded down, but at least one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Ratio>,
}

/// How certain, and how fair is fair.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default, expecting = "a section of keys and values")]
pub struct AnalysisSection {
    /// Confidence level of all intervals.
    #[serde(deserialize_with = "fraction")]
    pub confidence: f64,
    /// How far a win share may be from the share of stake, relative to it: the epsilon of robust
    /// fairness.
    #[serde(deserialize_with = "fraction")]
    pub tolerance: f64,
    /// How often it may be farther: the delta of robust fairness.
    #[serde(deserialize_with = "fraction")]
    pub delta: f64,
    /// How much of all wins may go to others than the shares of stake say, as a share of all wins.
    #[serde(deserialize_with = "fraction")]
    pub misallocated: f64,
    /// Validators with a smaller share of all stake are left out of the claim about every single one.
    #[serde(deserialize_with = "fraction")]
    pub smallest_share: f64,
    /// Whether the posterior distribution of every validator's share is told.
    pub bayes: bool,
    /// The weight of its Dirichlet prior, in draws, shared out equally among all validators.
    #[serde(deserialize_with = "fraction")]
    pub prior_weight: f64,
    /// When the order of wins is analysed: `auto`, `on` or `off`.
    pub serial: Serial,
    /// The length of short windows, in rounds.
    pub window: Window,
    /// In which rounds windows, gaps and runs of wins are counted: `blocks`, those in which somebody was
    /// selected, or `slots`, all of them.
    pub unit: CountingUnit,
    /// The probability of an income below this part of what stake deserves is asked for, beside that of
    /// less than half.
    #[serde(deserialize_with = "fraction")]
    pub income_below: f64,
    /// The shares of the whole that Nakamoto coefficients ask for.
    pub nakamoto: Vec<Ratio>,
    /// Whose trials are written down one by one; the richest if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub follow: Option<Follow>,
}

impl Default for AnalysisSection {
    fn default() -> Self {
        let nakamoto = [(1, 3), (1, 2), (2, 3)]
            .into_iter()
            .filter_map(|(part, whole)| Ratio::new(part, whole))
            .collect();
        AnalysisSection {
            confidence: 0.95,
            tolerance: 0.10,
            delta: 0.10,
            misallocated: 0.01,
            smallest_share: 0.0,
            bayes: false,
            prior_weight: 1.0,
            serial: Serial::Auto,
            window: Window(32),
            unit: CountingUnit::Blocks,
            income_below: 0.9,
            nakamoto,
            follow: None,
        }
    }
}

/// What is drawn.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default, expecting = "a section of keys and values")]
pub struct ReportSection {
    /// The figures.
    pub figures: Vec<Choice>,
    /// Their formats.
    pub formats: Vec<FigureFormat>,
}

impl Default for ReportSection {
    fn default() -> Self {
        ReportSection {
            figures: ["win-share", "timeline", "lorenz"].map(Choice::plain).to_vec(),
            formats: vec![FigureFormat::Svg, FigureFormat::Png],
        }
    }
}

/// A format of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FigureFormat {
    /// Scalable vector graphics with the font inside.
    Svg,
    /// A raster image at print resolution.
    Png,
    /// One page of paths, for documents.
    Pdf,
    /// A drawing for LaTeX in the fonts of the document, with its data in a file beside it.
    Pgf,
    /// A specification in JSON, with its data in a table beside it.
    VegaLite,
}

impl FigureFormat {
    /// All of them.
    pub const ALL: [FigureFormat; 5] =
        [FigureFormat::Svg, FigureFormat::Png, FigureFormat::Pdf, FigureFormat::Pgf, FigureFormat::VegaLite];

    /// The ending of the file's name.
    pub fn extension(self) -> &'static str {
        self.endings()[0]
    }

    /// The endings of its files: that of the figure itself, then that of its data if they have a file.
    pub fn endings(self) -> &'static [&'static str] {
        match self {
            FigureFormat::Svg => &["svg"],
            FigureFormat::Png => &["png"],
            FigureFormat::Pdf => &["pdf"],
            FigureFormat::Pgf => &["tex", "dat"],
            FigureFormat::VegaLite => &["vl.json", "vl.csv"],
        }
    }

    /// The name without its ending, and the format that the ending of a figure's file asks for.
    pub fn of_file(name: &str) -> Option<(&str, FigureFormat)> {
        FigureFormat::ALL.into_iter().find_map(|format| {
            let stem = name.strip_suffix(format.extension())?.strip_suffix('.')?;
            (!stem.is_empty()).then_some((stem, format))
        })
    }
}
