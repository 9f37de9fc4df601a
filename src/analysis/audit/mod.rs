//! A table of a real chain, held against what was expected of it: does chance explain the difference?
//!
//! Nothing is simulated but a null distribution where counts are small. A p-value never shows a fault:
//! the findings are `consistent`, `deviates` and `inconclusive`.

mod conclusion;
mod count;
mod evidence;
mod missed;
mod question;
mod rest;
mod rows;
mod table;

pub use conclusion::Conclusion;
pub use rest::Rest;
pub use table::{AuditTable, TableSource};

use super::history::order;
use super::observations::Observations;
use super::rows::{
    AuditAnswer, AuditReport, AuditRow, AuditTest, AuditedRest, AuditedValidator, AuditedWhole, BlockCheck,
    Decision, Family, Finding, Metric, OrderReport, PosteriorSummary, Statement, ValidatorRow,
    ValidatorTable,
};
use super::sampling_model::SamplingModel;
use super::validator_rows;
use crate::registry::{Choice, Refusal, find};
use crate::scenario::{MOST_PRIOR_WEIGHT, Place, Problem};
use crate::selection::{Dispersion, ExpectedShares, RULES, Rule};
use crate::simulation::CountingUnit;
use crate::statistics::{Misallocation, level_of};
use evidence::{AuditEvidence, Prior, Tested};
use missed::Missed;
use question::Question;
use std::path::Path;

/// What a table is held against, and how surely.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditSettings {
    /// The rule that the chain is said to have.
    pub rule: Choice,
    /// Confidence of intervals and findings.
    pub confidence: f64,
    /// The deviation that matters, relative to the expected wins.
    pub tolerance: f64,
    /// The share of all wins that may go to others than expected.
    pub misallocated: f64,
    /// Whether counts are slots that were led, before battles were decided, or blocks; by default slots if
    /// the table has them. Of consequence under rules whose slots several can lead.
    pub unit: Option<CountingUnit>,
    /// The weight of the Dirichlet prior, in draws, of which posteriors are asked for; none if they are not.
    pub prior_weight: Option<f64>,
    /// The row that stands for the rest of the chain, if one does.
    pub rest: Option<Rest>,
    /// The validators, or groups of them separated by commas, that are asked about by themselves.
    pub questions: Vec<String>,
    /// Whether the rows of `validators.csv` are made too, which take as much memory again as those of the
    /// audit.
    pub with_validators: bool,
}

impl Default for AuditSettings {
    fn default() -> Self {
        AuditSettings {
            rule: Choice::plain("raffle"),
            confidence: 0.95,
            tolerance: 0.10,
            misallocated: 0.01,
            unit: None,
            prior_weight: None,
            rest: None,
            questions: Vec::new(),
            with_validators: true,
        }
    }
}

/// Everything an audit says.
pub struct Audit {
    /// The rule with all its settings.
    pub rule: Choice,
    /// The levels and questions it was made with.
    pub settings: AuditSettings,
    /// What the wins are held against, in words.
    pub reference: String,
    /// What is counted as independent, in words.
    pub sampling_model: &'static str,
    /// The tests of all together.
    pub tests: Vec<AuditTest>,
    /// How many of all wins went to others than expected.
    pub whole: Option<Misallocation>,
    /// One row for each of the table.
    pub rows: Vec<AuditRow>,
    /// The rows of `validators.csv`, none if they were not asked for; what a table of wins does not tell is
    /// empty.
    pub validators: ValidatorTable,
    /// The rows of `fairness.csv`.
    pub statements: Vec<Statement>,
    /// What was asked about validators and groups, and the answers.
    pub answers: Vec<AuditAnswer>,
    /// What it comes to.
    pub conclusion: Conclusion,
    /// What the order of wins comes to, if the table is a history.
    pub order: Option<OrderReport>,
    /// What comparing block by block comes to, once that was done.
    pub blocks: Option<BlockCheck>,
    /// What its user should know besides.
    pub notes: Vec<String>,
}

/// Holds a table against a rule, or against its own expectations. O(rows), apart from the rule's own
/// distribution and a simulated null distribution where little was expected of somebody.
///
/// # Errors
/// If one of the settings is not possible, a name is not in the table, or a row is the sum of all others.
pub fn audit(path: &Path, table: &AuditTable, settings: &AuditSettings) -> Result<Audit, Problem> {
    for (option, value) in [
        ("--confidence", settings.confidence),
        ("--tolerance", settings.tolerance),
        ("--misallocated", settings.misallocated),
    ] {
        if !(value > 0.0 && value < 1.0) {
            return Err(Problem {
                place: Place::CommandLine(format!("{option} {value}")),
                key: String::new(),
                what: "is out of range".to_owned(),
                help: Some("it must lie strictly between 0 and 1".to_owned()),
            });
        }
    }
    if let Some(weight) =
        settings.prior_weight.filter(|weight| !(*weight > 0.0 && *weight <= MOST_PRIOR_WEIGHT))
    {
        return Err(Problem {
            place: Place::CommandLine(format!("--prior-weight {weight}")),
            key: String::new(),
            what: "is out of range".to_owned(),
            help: Some("it must be more than 0 and at most 1,000,000, e.g. 1: as many draws as the prior is to count for".to_owned()),
        });
    }
    let rule = find("rule", RULES, &settings.rule).map_err(|refusal| refused(&settings.rule, &refusal))?;
    let by_epochs = expected_by_epochs(table, &*rule.thing);
    let is_by_epochs = by_epochs.is_some();
    let impossible = impossible(table, &*rule.thing, settings.rest.is_some());
    let with_expected = by_epochs.map(|expected| AuditTable { expected: Some(expected), ..table.clone() });
    let table = with_expected.as_ref().unwrap_or(table);
    rest::refuse_total(path, table)?;
    refuse_shares(path, table)?;
    let rest_row = settings.rest.as_ref().map(|rest| rest.place(table)).transpose()?;
    let rest = rest_row.zip(settings.rest.as_ref().map(|rest| rest.stands_for));
    let questions: Vec<Question> =
        settings.questions.iter().map(|text| Question::parse(text, table)).collect::<Result<_, _>>()?;

    let selected = table.slots.as_ref().unwrap_or(&table.wins);
    let of_slots = if table.slots.is_some() { CountingUnit::Slots } else { CountingUnit::Blocks };
    let unit = settings.unit.unwrap_or(of_slots);
    let (shares, dispersion) = rest::of_rows(&*rule.thing, &rest::stakes(table, rest), rest, unit);
    let led = unit == CountingUnit::Slots && rule.thing.lead_chances(&table.stakes).is_some();
    let expected_shares = match &table.expected {
        None => shares,
        Some(expected) => {
            let all: f64 = expected.iter().sum();
            ExpectedShares::Shares(expected.iter().map(|wins| wins / all).collect())
        }
    };
    let model = match bounds_by_epochs(table, &*rule.thing).filter(|_| rest.is_none()) {
        Some(bounds) => SamplingModel::Bounded(bounds),
        None => SamplingModel::of_stretch(dispersion, selected),
    };
    let observations =
        Observations::of_stretch(&table.names, &table.stakes, selected.clone(), expected_shares, model);
    let blocks = evidence::blocks(table, selected);
    let evidence = AuditEvidence {
        observations: &observations,
        blocks: blocks.as_deref(),
        rest: rest_row,
        impossible: &impossible,
        confidence: settings.confidence,
        tolerance: settings.tolerance,
        prior: settings.prior_weight.map(|weight| Prior::new(weight, table, settings.rest.as_ref())),
    };
    let tested = evidence.tested();
    let rows =
        rows::rows(&evidence, &tested, table, settings.rest.as_ref().map_or(1, |rest| rest.stands_for));
    let whole = evidence.misallocation(settings.misallocated);
    let reference = match (&table.expected, &blocks) {
        (Some(_), _) if is_by_epochs => {
            format!("the shares expected under `{}` with the stakes of each epoch", rule.name)
        }
        (None, _) if led => {
            format!("the shares of the slots led under `{}`, before battles are decided", rule.name)
        }
        (None, _) => format!("the shares expected under `{}`", rule.name),
        (Some(_), None) => "the shares that the column `expected` gives".to_owned(),
        (Some(_), Some(_)) => "the blocks that the column `expected` gives".to_owned(),
    };
    let held_against = conclusion::Reference {
        rule: rule.name,
        words: &reference,
        is_given: table.expected.is_some() && !is_by_epochs,
    };
    let conclusion = conclusion::conclude(
        &held_against,
        &evidence,
        &tested,
        &rows,
        Missed::new(table).as_ref(),
        whole.as_ref(),
    );
    let groups = questions.iter().filter(|question| question.is_group()).count();
    let answers = questions.iter().map(|question| question.answer(&evidence, &tested, groups)).collect();
    let validators = match settings.with_validators {
        true => validators(&observations, table, settings.confidence),
        false => ValidatorTable::default(),
    };
    Ok(Audit {
        statements: statements(&evidence, &tested, &conclusion, whole.as_ref()),
        sampling_model: observations.sampling_model.words(),
        notes: if is_by_epochs { Vec::new() } else { notes(table, &evidence) },
        order: table.chronicle.as_ref().map(|it| order(it, &table.names, &*rule.thing, settings.confidence)),
        blocks: None,
        rule: rule.resolved(),
        settings: settings.clone(),
        reference,
        tests: tested.tests,
        whole,
        rows,
        validators,
        answers,
        conclusion,
    })
}

/// The rows of `validators.csv`.
fn validators(observations: &Observations, table: &AuditTable, confidence: f64) -> ValidatorTable {
    let interval = |index, confidence| observations.interval(index, confidence);
    let joint = |index, confidence| observations.joint_interval(index, confidence);
    let counted = validator_rows::OfCounts::new(observations, confidence, &interval, &joint);
    let blocks_of = |index: usize| table.slots.as_ref().and_then(|_| table.wins.get(index).copied());
    let row = |index: usize| ValidatorRow { blocks: blocks_of(index), ..counted.row(index) };
    validator_rows::in_strides(observations.validators(), row)
}

impl Audit {
    /// The audit as one object.
    pub fn report(&self) -> AuditReport {
        let expected: Vec<Option<f64>> = self.rows.iter().map(|row| row.expected_wins).collect();
        let rest = self.rows.iter().find(|row| row.finding.is_none());
        AuditReport {
            verdict: self.conclusion.verdict,
            p: self.conclusion.p_value,
            alpha: level_of(self.settings.confidence),
            rule: self.rule.kind.clone(),
            reference: self.reference.clone(),
            sampling_model: self.sampling_model.to_owned(),
            wins: self.rows.iter().map(|row| row.wins).sum(),
            expected: expected.into_iter().sum(),
            tests: self.tests.clone(),
            misallocated: self.whole.map(|whole| AuditedWhole {
                value: whole.value,
                low: whole.interval.map(|interval| interval.low),
                high: whole.interval.map(|interval| interval.high),
                margin: whole.margin,
                p: whole.difference_p,
                equivalence_p: whole.equivalence_p,
            }),
            validators: self.rows.iter().filter_map(of_row).collect(),
            rest: rest.map(|row| AuditedRest {
                name: row.validator.clone(),
                stands_for: row.stands_for,
                stake: row.stake,
                wins: row.wins,
                expected: row.expected_wins,
            }),
            questions: self.answers.clone(),
            text: self.conclusion.text.clone(),
            missed: self.conclusion.missed.clone(),
            order: self.order.clone(),
            blocks: self.blocks.clone(),
        }
    }
}

fn of_row(row: &AuditRow) -> Option<AuditedValidator> {
    Some(AuditedValidator {
        name: row.validator.clone(),
        stake: row.stake,
        wins: row.wins,
        expected: row.expected_wins,
        relative_deviation: row.relative_deviation,
        p: row.p_value,
        p_adjusted: row.p_adjusted,
        finding: row.finding?,
        posterior: posterior(row),
        direction: (!row.direction.is_empty()).then(|| row.direction.clone()),
    })
}

fn posterior(row: &AuditRow) -> Option<PosteriorSummary> {
    Some(PosteriorSummary {
        mean: row.posterior_deviation?,
        low: row.posterior_deviation_low?,
        high: row.posterior_deviation_high?,
        within: row.probability_within?,
    })
}

/// What is wrong with a rule.
fn refused(choice: &Choice, refusal: &Refusal) -> Problem {
    let (what, help) = match refusal {
        Refusal::Unknown { given, hint, known, .. } => (
            format!("there is no rule `{given}`"),
            match hint {
                Some(hint) => format!("did you mean `{hint}`? Known: {}", known.join(", ")),
                None => format!("known: {}", known.join(", ")),
            },
        ),
        other => (other.to_string(), "`tombola list rules` shows the settings of every rule".to_owned()),
    };
    Problem {
        place: Place::CommandLine(format!("--rule {}", choice.kind)),
        key: String::new(),
        what,
        help: Some(help),
    }
}

/// Where stakes change: how many blocks the rule expects of each in all epochs together. Wins given these
/// vary no more than those of as many draws with the shares of the whole, so that tests err on the cautious
/// side.
fn expected_by_epochs(table: &AuditTable, rule: &dyn Rule) -> Option<Vec<f64>> {
    let chronicle = table.chronicle.as_ref().filter(|chronicle| chronicle.parts().count() > 1)?;
    let mut all = vec![0.0; table.names.len()];
    for (epoch, blocks) in chronicle.parts() {
        let ExpectedShares::Shares(shares) = rule.expected_shares(&epoch.stakes) else { return None };
        all.iter_mut().zip(shares).for_each(|(all, share)| *all += share * blocks.len() as f64);
    }
    Some(all)
}

/// How far an account of a chain that goes by turns can lie from nothing when stakes have changed, in wins:
/// CometBFT keeps priorities within twice the total power of each other.
const ACCOUNT_AFTER_A_CHANGE: f64 = 2.0;

/// Of a rule without chance whose stakes change: how far the wins of each can be from what is expected in all
/// epochs together. In each they are within twice the bound of its account, and an account that a change of
/// stakes left behind may lie beyond the bound of the new stakes.
fn bounds_by_epochs(table: &AuditTable, rule: &dyn Rule) -> Option<Vec<f64>> {
    let chronicle = table.chronicle.as_ref().filter(|chronicle| chronicle.parts().count() > 1)?;
    let mut all = vec![0.0; table.names.len()];
    for (number, (epoch, _)) in chronicle.parts().enumerate() {
        let Dispersion::Bounded { bounds } = rule.dispersion(&epoch.stakes) else { return None };
        let least = if number == 0 { 0.0 } else { ACCOUNT_AFTER_A_CHANGE };
        let able = all.iter_mut().zip(bounds).filter(|(_, bound)| *bound > 0.0);
        able.for_each(|(sum, bound)| *sum += 2.0 * bound.max(least));
    }
    Some(all)
}

/// Of a history: the height of the first block of each that its stake of that epoch could not give it under the
/// rule, whatever its stakes in others. Where a row stands for the rest of a chain, the rule's choice among
/// the rows is not the chain's, and only who has no stake at all could not win.
fn impossible(table: &AuditTable, rule: &dyn Rule, has_rest: bool) -> Vec<Option<u64>> {
    let mut first = vec![None; table.names.len()];
    let Some(chronicle) = &table.chronicle else { return first };
    for (epoch, blocks) in chronicle.parts() {
        let ExpectedShares::Shares(shares) = rule.expected_shares(&epoch.stakes) else { continue };
        for place in blocks {
            let who = chronicle.proposers[place] as usize;
            if shares[who] == 0.0 && (epoch.stakes[who] == 0 || !has_rest) {
                first[who].get_or_insert(chronicle.heights[place]);
            }
        }
    }
    first
}

/// Refuses expectations that are shares of one where numbers of blocks are meant.
fn refuse_shares(path: &Path, table: &AuditTable) -> Result<(), Problem> {
    let Some(expected) = &table.expected else { return Ok(()) };
    let (due, won): (f64, u64) = (expected.iter().sum(), table.wins.iter().sum());
    if (due - 1.0).abs() > 0.005 || won < 10 {
        return Ok(());
    }
    Err(Problem::file(
        path,
        format!(
            "the column `expected` sums to {due}, and the wins to {won}: it seems to hold shares, not blocks"
        ),
        format!("multiply it by the number of blocks that these shares are of, e.g. {won}"),
    ))
}

fn notes(table: &AuditTable, evidence: &AuditEvidence) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(name) = rest::unmarked(table, evidence.rest) {
        notes.push(format!(
            "`{name}` is counted as one validator; if it stands for several, say for how many: --rest '{name}=COUNT'"
        ));
    }
    if let Some(expected) = &table.expected {
        let due: f64 = expected.iter().sum();
        notes.push(match evidence.blocks {
            Some(_) => format!(
                "the column `expected` replaces the rule's expected shares; each count is held against its own number of \
                 blocks ({} in all, {due} expected). To compare shares of all wins alone, scale the column to that sum",
                evidence.observations.selections
            ),
            None => "the column `expected` replaces the rule's expected shares; it sums to the wins, so shares are compared"
                .to_owned(),
        });
    }
    if evidence.prior.is_some() {
        notes.push(match (evidence.observations.rounds_per_draw(), evidence.blocks) {
            (Err(why), _) => format!("no posterior can be given: {why}"),
            (Ok(_), Some(_)) => {
                "posteriors are those of Poisson means under Jeffreys' prior (gamma, shape 1/2): --prior-weight is of no consequence".to_owned()
            }
            (Ok(_), None) => "posterior probabilities depend on the prior; what is tested does not".to_owned(),
        });
    }
    notes
}

/// The conclusion and the tests behind it as rows of `fairness.csv`.
fn statements(
    evidence: &AuditEvidence,
    tested: &Tested,
    conclusion: &Conclusion,
    whole: Option<&Misallocation>,
) -> Vec<Statement> {
    let alpha = evidence.alpha();
    let mut rows = vec![Statement {
        value: conclusion.minimum_detectable_effect,
        null_value: Some(evidence.tolerance),
        p_adjusted: conclusion.p_value,
        family: conclusion.p_value.map(|_| Family::Primary),
        decision: Some(match conclusion.verdict {
            Finding::Consistent => Decision::Consistent,
            Finding::Deviates => Decision::Deviates,
            Finding::Inconclusive => Decision::Inconclusive,
        }),
        method: evidence.observations.sampling_model.words().to_owned(),
        ..Statement::new(Metric::AuditConclusion, "all", conclusion.text.clone())
    }];
    rows.extend(tested.tests.iter().map(|test| {
        let (metric, note) = match test.test.as_str() {
            "total" => (
                Metric::AuditTotal,
                "null hypothesis: all wins together have the expected number as their mean",
            ),
            "shares" => (
                Metric::ExpectedShares,
                "null hypothesis: the wins have the expected shares, given how many there were",
            ),
            _ => (Metric::AuditValidators, "null hypothesis: the wins of every validator are as expected"),
        };
        let p_adjusted = (test.p / test.weight).min(1.0);
        Statement {
            p: Some(test.p),
            p_adjusted: Some(p_adjusted),
            family: Some(Family::Primary),
            decision: Some(Decision::of_test(p_adjusted, alpha)),
            method: test.method.clone(),
            ..Statement::new(metric, "all", note)
        }
    }));
    if let Some(total) = rows.iter_mut().find(|row| row.metric == Metric::AuditTotal) {
        total.value = Some(evidence.observations.selections as f64);
        total.null_value = evidence.total().ask(|count| count.expected());
    }
    rows.extend(whole.map(|whole| Statement {
        value: Some(whole.value),
        low: whole.interval.map(|interval| interval.low),
        high: whole.interval.map(|interval| interval.high),
        null_value: Some(whole.margin),
        p: whole.equivalence_p,
        family: whole.equivalence_p.map(|_| Family::Exploratory),
        method: "McDiarmid's and Hoeffding's inequalities (conservative)".to_owned(),
        ..Statement::new(
            Metric::Misallocated,
            "all",
            "the share of all wins that went to others than expected; null hypothesis: the expected one is more than null_value",
        )
    }));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn audited(table: &AuditTable, questions: &[&str]) -> Audit {
        let questions = questions.iter().map(|name| (*name).to_owned()).collect();
        let settings = AuditSettings { questions, ..AuditSettings::default() };
        audit(Path::new("table.csv"), table, &settings).unwrap_or_else(|problem| panic!("{problem}"))
    }

    fn table(stakes: &[u64], wins: &[u64]) -> AuditTable {
        AuditTable {
            names: (0..stakes.len()).map(|index| format!("v{index}")).collect(),
            stakes: stakes.to_vec(),
            wins: wins.to_vec(),
            ..AuditTable::default()
        }
    }

    /// Who has all the stake wins everything.
    #[test]
    fn certain_wins_are_consistent() {
        let audit = audited(&table(&[64, 0], &[9000, 0]), &[]);
        assert_eq!(audit.conclusion.verdict, Finding::Consistent);
        assert!(
            audit.conclusion.text.contains("; the rule leaves nothing to chance."),
            "{}",
            audit.conclusion.text
        );
    }

    /// Of one validator there is none that is less likely than the others.
    #[test]
    fn a_table_of_one_names_nobody_as_the_least_likely() {
        let due = |wins: &[u64]| AuditTable {
            expected: Some(vec![30.0; wins.len()]),
            ..table(&vec![1; wins.len()], wins)
        };
        let alone = audited(&due(&[33]), &[]).conclusion.text;
        assert!(alone.contains("all questions together p = ") && !alone.contains("least likely"), "{alone}");
        let both = audited(&due(&[33, 22]), &[]).conclusion.text;
        assert!(both.contains("; the least likely, v1, corrected p = "), "{both}");
    }

    /// One validator is no group, and the corrected p-values of all tests are what the conclusion rests on: the
    /// level is shared by the shares and the validators, half each.
    #[test]
    fn questions_and_statements_are_corrected_for_what_was_asked() {
        let asked = table(&[500, 350, 275, 200], &[40, 21, 20, 24]);
        let audit = audited(&asked, &["v0"]);
        let text = &audit.answers[0].text;
        assert!(text.contains("Corrected for all 4 validators: "), "{text}");
        let two = audited(&asked, &["v0", "v1,v2"]);
        let text = &two.answers[0].text;
        assert!(text.contains("Corrected for all 4 validators and one group: "), "{text}");
        // scipy.stats.chi2.sf(5.978787878787879, 3).
        let shares = audit.statements.iter().find(|row| row.metric == Metric::ExpectedShares).unwrap();
        assert!((shares.p.unwrap() - 0.11264681395059059).abs() < 1e-12, "{shares:?}");
        assert!((shares.p_adjusted.unwrap() - 2.0 * 0.11264681395059059).abs() < 1e-12, "{shares:?}");
        assert_eq!(audit.conclusion.p_value, shares.p_adjusted);
    }
}
