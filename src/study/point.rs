//! One point of a study: a scenario with its swept keys set.

use super::plan::Detail;
use crate::analysis::comparison::Baseline;
use crate::random::StreamKey;
use crate::report::population_hash;
use crate::scenario::{AnalysisSection, ReportSection, Scenario, StudySection};
use crate::simulation::{Engine, Experiment, Serial};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// Which point it is: the beginning of the hash of its resolved scenario, never a row number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct PointId(pub [u8; 8]);

/// What trials are played for a point: the beginning of the hash of all that has a bearing on them.
/// Points that differ only in what is asked of the trials share them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TallyId(pub [u8; 16]);

impl fmt::Display for PointId {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for PointId {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "{self}")
    }
}

impl fmt::Debug for TallyId {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(&hex::encode(self.0))
    }
}

impl From<PointId> for String {
    fn from(id: PointId) -> String {
        id.to_string()
    }
}

impl TryFrom<String> for PointId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl FromStr for PointId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut id = [0; 8];
        hex::decode_to_slice(text, &mut id).map_err(|_| format!("`{text}` is no point"))?;
        Ok(PointId(id))
    }
}

/// A point made ready to be played.
pub struct StudyPoint {
    /// Its number in the layout, counted from 0.
    pub index: u64,
    /// What it sets each key to.
    pub values: Vec<toml::Value>,
    /// Its name for people: keys and values.
    pub label: String,
    /// Its scenario, with the experiment as it is played.
    pub scenario: Scenario,
    /// Which point it is.
    pub id: PointId,
    /// What trials are played for it.
    pub tally_id: TallyId,
    /// How many trials are a unit of work.
    pub block: u64,
    /// What each trial is measured against at its end, where rules are compared.
    pub baseline: Option<Baseline>,
}

/// Rounds that are worth a unit of work, by what carries them out.
const ROUNDS_OF_A_UNIT: u64 = 1 << 21;
const FULL_ROUNDS_OF_A_UNIT: u64 = 1 << 16;
/// For each validator, whose sums are written down with every unit.
const ROUNDS_PER_VALIDATOR: u64 = 1 << 11;
/// At most so many trials are a unit.
const MOST_TRIALS_OF_A_UNIT: u64 = 1 << 10;
/// The engine `auto` decides as if there were so many trials, so that more of them do not change it.
const TRIALS_TO_DECIDE: u64 = 64;

impl StudyPoint {
    /// Makes the experiment of a scenario into that of a point: the engine settled, whoever is followed
    /// named, and nothing written down that nobody asks for.
    pub fn new(
        index: u64,
        values: Vec<toml::Value>,
        label: String,
        mut scenario: Scenario,
        detail: Detail,
        trials_are_swept: bool,
    ) -> Self {
        let experiment = &mut scenario.experiment;
        let trials = std::mem::replace(&mut experiment.trials, TRIALS_TO_DECIDE);
        experiment.engine = experiment.chosen_engine(false).0;
        experiment.trials = trials;
        if experiment.follow.is_none() {
            // Where the time line is kept, as many as a run of this many trials follows.
            experiment.follow = Some(match detail.time_line {
                true => experiment.followed(),
                false => experiment.richest(Experiment::MOST_FOLLOWED as usize),
            });
        }
        if !detail.time_line {
            experiment.checkpoints = 1;
        }
        if !detail.order {
            (experiment.serial, experiment.window) = (Serial::Off, 0);
        }
        if !detail.incomes {
            experiment.world.parties = Vec::new();
        }
        scenario.file.run.engine = experiment.engine;
        let baseline =
            detail.measurements.then(|| Baseline::new(experiment, scenario.file.analysis.tolerance));
        if baseline.is_some() {
            // Pairs need the same trials of every rule.
            scenario.file.run.until = None;
        }
        let (id, tally_id) = ids(&scenario, detail, trials_are_swept);
        let block = block(&scenario.experiment);
        StudyPoint { index, values, label, scenario, id, tally_id, block, baseline }
    }
}

/// How many trials are a unit of work: a power of two, whatever the number of trials.
fn block(experiment: &Experiment) -> u64 {
    let validators = experiment.world.validators() as u64;
    let rounds = match experiment.engine {
        // What a trial costs does not grow with its rounds.
        Engine::Law => {
            return (ROUNDS_OF_A_UNIT / 8 / validators.max(1))
                .clamp(1, MOST_TRIALS_OF_A_UNIT)
                .next_power_of_two();
        }
        Engine::Full => FULL_ROUNDS_OF_A_UNIT,
        Engine::Draws | Engine::Auto => ROUNDS_OF_A_UNIT.max(ROUNDS_PER_VALIDATOR * validators),
    };
    let trials = (rounds / experiment.rounds.max(1)).clamp(1, MOST_TRIALS_OF_A_UNIT);
    1 << trials.ilog2()
}

fn ids(scenario: &Scenario, detail: Detail, trials_are_swept: bool) -> (PointId, TallyId) {
    let mut file = scenario.file.clone();
    file.name = None;
    file.description = String::new();
    file.report = ReportSection::default();
    file.study = StudySection::default();
    if !trials_are_swept {
        file.run.trials = 0;
    }
    let resolved = toml::to_string(&file).expect("a scenario that was read can be written");
    let population = population_hash(&scenario.experiment.world);
    let point =
        Sha256::new().chain_update("point\n").chain_update(&resolved).chain_update(population).finalize();
    let mut id = [0; 8];
    id.copy_from_slice(&point[..8]);

    let tolerance = file.analysis.tolerance;
    if file.run.until.is_none() {
        // What is asked of the trials does not change them.
        file.analysis = AnalysisSection {
            serial: file.analysis.serial,
            window: file.analysis.window,
            ..AnalysisSection::default()
        };
    }
    let resolved = toml::to_string(&file).expect("a scenario that was read can be written");
    let mut hash = Sha256::new().chain_update("tally\n").chain_update(resolved).chain_update(population);
    hash.update([u8::from(detail.time_line), u8::from(detail.order), u8::from(detail.incomes)]);
    for who in scenario.experiment.followed() {
        hash.update(who.0.to_le_bytes());
    }
    if detail.measurements {
        hash.update(tolerance.to_le_bytes());
    }
    let mut tally_id = [0; 16];
    tally_id.copy_from_slice(&hash.finalize()[..16]);
    (PointId(id), TallyId(tally_id))
}

/// The seed of a point that has one of its own: made of the study's and of what the point is, not of its
/// number.
pub fn own_seed(seed: u64, label: &str) -> u64 {
    let hash = StreamKey::new().number(seed).text("the seed of a point").text(label);
    crate::random::Stream::open(hash).word_128() as u64
}
