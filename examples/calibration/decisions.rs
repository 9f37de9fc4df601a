//! Decisions, played from end to end: rules × sampling models × trials × stakes × numbers of wins.
//!
//! Each cell plays many seeds of a scenario and judges each three times: against a margin of next to
//! nothing, where every claim against a rule that is fair to stake is a false alarm; against a wide one,
//! where a fair rule may be shown to be fair; and, played with other stakes than it is judged by, so that
//! one validator is exactly at the edge of the margin, where to call it fair is false.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tombola::analysis::verdict;
use tombola::scenario::{Scenario, load_text};
use tombola::selection::{Dispersion, RULES, Rule};
use tombola::simulation::{Control, Quiet, Results, run};
use tombola::statistics::{Assessment, Verdict};

/// Seeds of a cell.
pub const SETS: u64 = 200;

/// The stated rate of every kind of false claim.
const ALPHA: f64 = 0.05;

/// The margin at which a fair rule may be shown to be fair.
const WIDE: f64 = 0.5;

/// A rule, with its settings, as it is played.
#[derive(Clone)]
struct Family {
    name: String,
    /// The rule of the scenario.
    rule: String,
    /// Whether forgers keep their rewards as stake.
    compounding: bool,
}

impl Family {
    fn new(name: &str, rule: String, compounding: bool) -> Self {
        Family { name: name.to_owned(), rule, compounding }
    }

    /// Every rule that is not rigged, with settings that suit some 20 validators and 40 rounds, and two
    /// that compound: one whose wins are a Pólya urn's, and one of which nothing is known.
    fn all() -> Vec<Family> {
        let rules = RULES.iter().filter(|entry| !entry.name.starts_with("rigged-")).map(|entry| {
            let settings = match entry.name {
                "algorand-sortition" => ", expected = 20",
                "coin-age" => ", minimum = 5, cap = 15",
                "compound-epoch" => ", slots_per_epoch = 20",
                "delegated-turns" => ", n = 20, blocks = 3",
                "inverse-coin-age" => ", cap = 15",
                "penalty-weighted" => ", recovery = 20",
                "power-weighted" => ", exponent = 2",
                "simd-0612" => ", slots_per_epoch = 40",
                "top-n" => ", n = 20",
                "uniform-mixture" => ", alpha = '1/4'",
                _ => "",
            };
            Family::new(entry.name, format!("{{ kind = '{}'{settings} }}", entry.name), false)
        });
        let compounding = ["raffle", "square-root"]
            .map(|name| Family::new(&format!("{name}, compounding"), format!("'{name}'"), true));
        rules.chain(compounding).collect()
    }

    /// Why its wins depend on each other, as the rule declares it.
    fn model(&self, rule: &dyn Rule, stakes: &[u64]) -> &'static str {
        match rule.dispersion(stakes) {
            _ if self.compounding && self.name.starts_with("raffle") => "trials (urn)",
            _ if self.compounding => "trials",
            Dispersion::Independent => "rounds",
            Dispersion::Scaled { .. } if self.name == "solana-schedule" => "runs",
            Dispersion::Scaled { .. } => "scaled",
            Dispersion::Bounded { .. } => "bounded",
            Dispersion::Unknown(_) => "trials",
        }
    }
}

/// How the stake is shared out; the first validator has most.
#[derive(Clone, Copy, PartialEq)]
enum Stakes {
    Equal,
    Zipf,
    Pareto,
    Whale,
}

impl Stakes {
    fn name(self) -> &'static str {
        match self {
            Stakes::Equal => "20 equal",
            Stakes::Zipf => "20, Zipf",
            Stakes::Pareto => "20, Pareto, Gini 0.8",
            Stakes::Whale => "10, whale 99.9 %",
        }
    }

    fn list(self) -> Vec<u64> {
        match self {
            Stakes::Equal => vec![1000; 20],
            Stakes::Zipf => (1..=20).map(|rank| 12_600 / rank).collect(),
            // Quantiles; the shape that gives twenty of them a Gini coefficient of 0.8.
            Stakes::Pareto => {
                (1..=20).map(|k| (400.0 * (f64::from(k) / 21.0).powf(-1.0 / 0.534)) as u64).collect()
            }
            Stakes::Whale => [vec![99_900], vec![11; 8], vec![12]].concat(),
        }
    }

    /// Other stakes, under which the first validator is a tenth below what these say, or the whale a
    /// thousandth.
    fn shifted(self) -> Vec<u64> {
        let mut stakes = self.list();
        match self {
            Stakes::Whale => stakes.iter_mut().skip(1).for_each(|stake| *stake *= 2),
            _ => stakes[0] -= stakes[0] / 10,
        }
        stakes
    }
}

/// One scenario.
pub struct Cell {
    family: Family,
    stakes: Stakes,
    trials: u64,
    rounds: u64,
}

/// What was seen of it.
pub struct Line {
    what: String,
    /// Of a fair rule: any claim of the primary family that something is unfair.
    false_alarm: f64,
    /// Of a rule at the edge of the margin: the verdict fair.
    false_fair: Option<f64>,
    /// Of a fair rule: the verdict fair, with the wide margin.
    shown_fair: f64,
}

/// All cells, in a fixed order: of each rule those with stakes to which it is fair.
pub fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for family in Family::all() {
        for stakes in [Stakes::Equal, Stakes::Zipf, Stakes::Pareto, Stakes::Whale] {
            let first = Cell { family: family.clone(), stakes, trials: 1, rounds: 40 };
            if !first.is_fair() {
                continue;
            }
            // Some two hundred hashes for a proposer.
            let many = if family.name.starts_with("ethereum-") { 600 } else { 2000 };
            for trials in [1, 5, 30] {
                // Few wins of most; many; and a number that no cycle divides.
                for rounds in [40, many, 403] {
                    cells.push(Cell { trials, rounds, family: first.family.clone(), ..first });
                }
            }
        }
    }
    cells
}

impl Cell {
    /// The name of its rule.
    pub fn name(&self) -> &str {
        &self.family.name
    }

    fn scenario(&self, stakes: &[u64], seed: u64) -> Scenario {
        let accounts: Vec<String> = stakes
            .iter()
            .enumerate()
            .map(|(index, stake)| format!("{{ name = 'v{index}', balance = {stake} }}"))
            .collect();
        let text = format!(
            "[run]\nseed = {seed}\nrounds = {}\ntrials = {}\nengine = 'auto'\ncheckpoints = 1\n\
             [population]\nminimum_stake = 1\naccounts = [{}]\n[analysis]\nserial = 'off'\nwindow = 'off'\n[selection]\nrule = {}\n{}",
            self.rounds,
            self.trials,
            accounts.join(", "),
            self.family.rule,
            match self.family.compounding {
                true => "[reward]\npolicy = { kind = 'constant', amount = 50 }\ncompound = true\n",
                false => "",
            }
        );
        load_text(Path::new("cell.toml"), text, &[]).unwrap_or_else(|problem| panic!("{problem}"))
    }

    fn play(scenario: &Scenario) -> Results {
        let stop = AtomicBool::new(false);
        run(&scenario.experiment, 1, None, &Control { progress: &Quiet, stop: &stop }).expect("a run")
    }

    /// The verdict with these margins, of those with at least this share of the stake.
    fn judge(
        scenario: &Scenario,
        results: &Results,
        tolerance: f64,
        whole: f64,
        smallest: f64,
    ) -> Assessment {
        let mut settings = scenario.file.analysis.clone();
        (settings.tolerance, settings.misallocated, settings.smallest_share) = (tolerance, whole, smallest);
        verdict(&scenario.experiment, &settings, results)
    }

    /// The shares of wins that the rule expects for these stakes, where they are known.
    fn expected_shares(&self, stakes: &[u64]) -> Option<Vec<f64>> {
        let scenario = self.scenario(stakes, 0);
        let world = &scenario.experiment.world;
        let rule = &world.rule.thing;
        let expected = match world.protocol.compounds() {
            true => rule.expected_shares_when_compounding(&world.stakes),
            false => rule.expected_shares(&world.stakes),
        };
        expected.shares().map(<[f64]>::to_vec)
    }

    /// Whether the rule is fair to these stakes. One whose shares are unknown is fair to equal stakes, since
    /// it makes no difference between validators.
    fn is_fair(&self) -> bool {
        let stakes = self.stakes.list();
        let all: u64 = stakes.iter().sum();
        match self.expected_shares(&stakes) {
            Some(shares) => shares
                .iter()
                .zip(&stakes)
                .all(|(share, &stake)| (share * all as f64 / stake as f64 - 1.0).abs() < 1e-9),
            None => self.stakes == Stakes::Equal,
        }
    }

    /// Plays the cell.
    pub fn line(&self) -> Line {
        let stakes = self.stakes.list();
        let all: u64 = stakes.iter().sum();
        let share = |index: usize| stakes[index] as f64 / all as f64;
        // The first alone is claimed to be within the margin, and is not. Where the shift makes it win
        // never or always, nothing lies beyond the edge.
        let shifted = self.expected_shares(&self.stakes.shifted()).map(|shares| shares[0]);
        let edge =
            shifted.filter(|won| (1e-9..1.0 - 1e-9).contains(won)).map(|won| (won / share(0) - 1.0).abs());
        let fair: Vec<(bool, bool)> = seeds(|seed| {
            let scenario = self.scenario(&stakes, seed);
            let results = Self::play(&scenario);
            let strict = Self::judge(&scenario, &results, 1e-9, 1e-9, 0.0);
            let whole = strict.whole.as_ref().is_some_and(|whole| whole.verdict == Verdict::Unfair);
            let wide = Self::judge(&scenario, &results, WIDE, 0.01, 0.0);
            (strict.verdict == Verdict::Unfair || whole, wide.verdict == Verdict::Fair)
        });
        let rate = |held: usize| held as f64 / SETS as f64;
        let false_fair = edge.map(|edge| {
            let called_fair = seeds(|seed| {
                let claimed = self.scenario(&stakes, seed);
                let results = Self::play(&self.scenario(&self.stakes.shifted(), seed));
                // Where all have the same stake, this claims something of all of them.
                let judged = Self::judge(&claimed, &results, edge, 0.01, share(0) * (1.0 - 1e-12));
                judged.verdict == Verdict::Fair
            });
            rate(called_fair.iter().filter(|fair| **fair).count())
        });
        Line {
            what: format!(
                "{} | {} | {} | {} × {}",
                self.family.name,
                self.family.model(&*self.scenario(&stakes, 0).experiment.world.rule.thing, &stakes),
                self.stakes.name(),
                self.trials,
                self.rounds
            ),
            false_alarm: rate(fair.iter().filter(|one| one.0).count()),
            false_fair,
            shown_fair: rate(fair.iter().filter(|one| one.1).count()),
        }
    }
}

impl Line {
    /// Whether both false claims come no oftener than stated: within 3.5 binomial standard errors, so that
    /// a hundred rates of exactly α would all pass with a probability of 89 %.
    pub fn holds(&self) -> bool {
        let most = ALPHA + 3.5 * (ALPHA * (1.0 - ALPHA) / SETS as f64).sqrt();
        [Some(self.false_alarm), self.false_fair].into_iter().flatten().all(|rate| rate <= most)
    }

    /// The line in Markdown.
    pub fn markdown(&self) -> String {
        let note = |rate: f64| if rate <= 0.5 * ALPHA { ", conservative" } else { "" };
        let cell = |rate: Option<f64>| rate.map_or(String::new(), |rate| format!("{rate:.4}{}", note(rate)));
        format!(
            "| {} | {} | {} | {:.4} |",
            self.what,
            cell(Some(self.false_alarm)),
            cell(self.false_fair),
            self.shown_fair
        )
    }
}

/// What every seed gives, one after another.
fn seeds<T>(of: impl Fn(u64) -> T) -> Vec<T> {
    (0..SETS).map(of).collect()
}

/// The lines of these cells, in their order. Each core computes in a pool of one thread, so that what the
/// analysis of a seed shares out among threads does not wait for other cells.
pub fn lines(cells: &[Cell]) -> Vec<Line> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some((place, cell)) =
            Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|place| Some((place, cells.get(place)?)))
        {
            done.push((place, cell.line()));
        }
        done
    };
    let mut lines: Vec<(usize, Line)> = std::thread::scope(|scope| {
        let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
        let workers: Vec<_> = (0..cores)
            .map(|_| {
                let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
                scope.spawn(move || alone.install(work))
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("a cell")).collect()
    });
    lines.sort_by_key(|(place, _)| *place);
    lines.into_iter().map(|(_, line)| line).collect()
}

/// The table in Markdown.
pub fn markdown(lines: &[Line]) -> String {
    let mut text = "| rule | sampling model | validators | trials × rounds | called unfair though fair | called fair at the edge | shown fair within 50 % |\n|---|---|---|---|---|---|---|\n".to_owned();
    for line in lines {
        text.push_str(&line.markdown());
        text.push('\n');
    }
    text
}
