//! A table of a real chain, held against the law of a rule: luck or a bug?
//!
//! The table stands in for the results of a simulation with one trial, so that tables, tests and
//! verdict are those of any run.

mod conclusion;
mod observed;
mod rows;
mod table;

pub use conclusion::Conclusion;
pub use table::{AuditTable, MOST_WINS};

use super::rows::{AuditRow, Metric, Statement, ValidatorRow};
use super::{Analysis, AnalysisContext, analyse_context};
use crate::behaviour::BehaviourAssignment;
use crate::forging::Counters;
use crate::ledger::Supply;
use crate::registry::{Choice, find};
use crate::scenario::{Override, Problem, Scenario, load_text};
use crate::selection::RULES;
use crate::simulation::{
    Followed, OrderTotals, Results, TimeLine, Totals, TrialConcentration, TrialIncomes, TrialRecord,
    ValidatorTotals, fixed_share,
};
use observed::Observed;
use std::path::Path;
use std::sync::Arc;

/// Everything an audit says.
pub struct Audit {
    /// The rule with its settings, the levels, and the validators: the scenario that would simulate
    /// this chain.
    pub scenario: Scenario,
    /// The table as results of one trial.
    pub results: Results,
    /// Tables and verdict, as those of a run; what a table of wins does not tell is empty.
    pub analysis: Analysis,
    /// One row for each validator.
    pub rows: Vec<AuditRow>,
    /// What it comes to.
    pub conclusion: Conclusion,
}

/// The scenario whose validators are replaced by those of the table.
const SCENARIO: &str = "\
[run]
trials = 1
rounds = 1
checkpoints = 1
engine = 'draws'
[population]
count = 2
total_stake = 2
stake = 'equal'
[reward]
policy = { kind = 'constant', amount = 0 }
[report]
figures = ['win-share', 'lorenz']
";

/// Holds a table against a rule's law. `settings` replace the defaults of `selection.rule`,
/// `analysis.confidence` and `analysis.tolerance`.
///
/// # Errors
/// If one of the settings is not possible.
pub fn audit(path: &Path, table: &AuditTable, settings: &[Override]) -> Result<Audit, Problem> {
    let mut scenario = load_text(path, SCENARIO.to_owned(), settings)?;
    let selected = table.slots.as_ref().unwrap_or(&table.wins);
    people(&mut scenario, path, table, selected.iter().sum())?;
    let results = results(&scenario, table, selected);
    let context = AnalysisContext::new(&scenario.experiment, &scenario.file.analysis, &results, None);
    let mut analysis = analyse_context(&context);
    let missed = rows::Missed::new(table);
    let rows = rows::rows(&context, &analysis.tables.validators, table);
    let conclusion =
        conclusion::conclude(&context, &rows, analysis.assessment.expected_shares_p, missed.as_ref());
    // What needs several trials, or more than counts, is not known of a table.
    analysis.tables.fairness.retain(is_about_counts);
    for row in &mut analysis.tables.validators {
        leave_counts_only(row, table.slots.is_some());
    }
    analysis.tables.fairness.insert(0, conclusion.row(scenario.file.analysis.tolerance));
    Ok(Audit { results, analysis, rows, conclusion, scenario })
}

/// Whether a statement needs no more than counts: not several trials, nor rewards.
fn is_about_counts(row: &Statement) -> bool {
    let of_trials = matches!(
        row.metric,
        Metric::MeanWinShare
            | Metric::UnfairProbability
            | Metric::UnfairProbabilityByLaw
            | Metric::RobustFromRound
            | Metric::LimitShareSd
            | Metric::LimitUnfairProbability
            | Metric::KsStatistic
            | Metric::VarianceRatio
            | Metric::ChainHerfindahl
            | Metric::ChainGini
    );
    !of_trials && row.subject != "reward"
}

/// Empties the cells of which a table of wins tells nothing.
fn leave_counts_only(row: &mut ValidatorRow, has_slots: bool) {
    row.blocks = row.blocks.filter(|_| has_slots);
    (row.longest_gap, row.longest_gap_p, row.longest_run, row.longest_run_p) = (None, None, None, None);
    (row.attestor_seats, row.attestor_share, row.expected_attestor_share) = (None, None, None);
    (row.reward, row.reward_share, row.reward_share_low, row.reward_share_high) = (None, None, None, None);
    (row.return_on_stake, row.slashed, row.final_stake_share) = (None, None, None);
}

/// Puts the validators of the table into the scenario.
fn people(scenario: &mut Scenario, path: &Path, table: &AuditTable, rounds: u64) -> Result<(), Problem> {
    let rule = find("rule", RULES, &scenario.file.selection.rule)
        .map_err(|refusal| scenario.refusal("selection.rule", &refusal))?;
    scenario.file.description = format!("An audit of {}", path.display());
    scenario.file.run.rounds = rounds;
    let population = &mut scenario.file.population;
    population.count = None;
    population.total_stake = None;
    let mut source = Choice::plain("table");
    source.settings.insert("path".to_owned(), toml::Value::String(path.display().to_string()));
    population.stake = Some(source);
    scenario.experiment.rounds = rounds;
    let world = &mut scenario.experiment.world;
    world.names = table.names.clone();
    world.balances = vec![0; table.names.len()];
    world.stakes = table.stakes.clone();
    world.behaviour_of = vec![BehaviourAssignment::HONEST; table.names.len()];
    let expected = table.expected.as_ref().map(|expected| {
        let all: f64 = expected.iter().sum();
        expected.iter().map(|wins| wins / all).collect()
    });
    world.rule.thing = Arc::new(Observed { rule: rule.thing, expected });
    Ok(())
}

/// The results of a single trial in which everybody won what the table says.
fn results(scenario: &Scenario, table: &AuditTable, selected: &[u64]) -> Results {
    let rounds: u64 = selected.iter().sum();
    let accepted: u64 = table.wins.iter().sum();
    let staked: u64 = table.stakes.iter().sum();
    let counters = Counters { rounds, accepted, silent: rounds - accepted, ..Counters::default() };
    let validators: Vec<ValidatorTotals> = (0..table.names.len())
        .map(|index| {
            let share = u128::from(fixed_share(selected[index], rounds));
            ValidatorTotals {
                wins: selected[index],
                wins_squared: u128::from(selected[index]).pow(2),
                blocks: table.wins[index],
                win_share: share,
                win_share_squared: share * share,
                final_share: u128::from(fixed_share(table.stakes[index], staked)),
                ..ValidatorTotals::default()
            }
        })
        .collect();
    let followed = scenario.experiment.followed();
    let staked = u128::from(staked);
    let mut marks = TimeLine::new(followed.len(), 1);
    let wins = followed.iter().map(|who| selected[who.index()]);
    let stake_shares = followed.iter().map(|who| validators[who.index()].final_share as u64);
    marks.push(rounds, accepted, wins, stake_shares);
    let record = TrialRecord {
        trial: 0,
        counters,
        supply: Supply {
            genesis: staked,
            minted: 0,
            balances: 0,
            stakes: staked,
            burnt: 0,
            slashed: 0,
            held: 0,
        },
        concentration: TrialConcentration::new(selected.iter().copied(), &table.stakes, false),
        incomes: TrialIncomes::default(),
        order: Vec::new(),
        followed: followed
            .iter()
            .map(|&validator| {
                let index = validator.index();
                Followed {
                    validator,
                    wins: selected[index],
                    blocks: table.wins[index],
                    reward: 0,
                    slashed: 0,
                    stake: table.stakes[index],
                    stake_share: validators[index].final_share as u64,
                }
            })
            .collect(),
        marks,
    };
    let totals = Totals {
        incomes: Vec::new(),
        trials: 1,
        trials_with_wins: u64::from(rounds > 0),
        trials_with_rewards: 0,
        counters,
        stakes_moved: false,
        validators,
        order: OrderTotals::default(),
    };
    Results { records: vec![record], totals, partial: false, satisfied: None }
}
