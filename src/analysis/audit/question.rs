//! One operator's own question: this validator, or these as one.

use super::AuditTable;
use super::conclusion::{p_words, wins_words};
use super::evidence::{AuditEvidence, Tested};
use super::rest::place;
use super::rows::direction;
use crate::analysis::rows::{AuditAnswer, Finding};
use crate::scenario::{Place, Problem};
use crate::statistics::percent::short;

/// Rows that a question is about, as one.
pub struct Question {
    members: Vec<usize>,
}

impl Question {
    /// Reads a name of the table, or several separated by commas.
    ///
    /// # Errors
    /// The name that the table does not have.
    pub fn parse(text: &str, table: &AuditTable) -> Result<Self, Problem> {
        let refuse = |(what, help): (String, String)| Problem {
            place: Place::CommandLine(format!("--validator {text}")),
            key: String::new(),
            what,
            help: Some(help),
        };
        // A name may hold a comma itself.
        if let Ok(only) = place(table, text) {
            return Ok(Question { members: vec![only] });
        }
        let mut members = Vec::new();
        for name in text.split(',') {
            let member = place(table, name.trim()).map_err(refuse)?;
            if members.contains(&member) {
                let twice = format!("names `{}` twice", name.trim());
                return Err(refuse((twice, "name every member of a group once".to_owned())));
            }
            members.push(member);
        }
        Ok(Question { members })
    }

    /// Answers it by itself, and corrected for all that might have been asked.
    pub fn answer(&self, evidence: &AuditEvidence, tested: &Tested, groups: usize) -> AuditAnswer {
        let alone = match self.members[..] {
            [only] => tested.adjusted[only],
            _ => None,
        };
        let each = tested.tests.iter().find(|test| test.test == "validators").map_or(1.0, |test| test.weight);
        let validators = evidence.validators().count();
        let compared = (validators + groups) as f64;
        let all = match groups {
            0 => format!("all {validators} validators"),
            1 => format!("all {validators} validators and one group"),
            groups => format!("all {validators} validators and {groups} groups"),
        };
        evidence.merged(&self.members).ask(|count| {
            let impossible = self.members.iter().find_map(|&index| evidence.impossible[index]);
            let p = if impossible.is_some() { Some(0.0) } else { count.p_value() };
            let p_adjusted = alone.or_else(|| p.map(|p| (p * compared / each).min(1.0)));
            let (wins, expected) = (count.wins(), count.expected());
            let effect = count.minimum_detectable_effect(evidence.confidence);
            let seen = effect.is_some_and(|effect| effect <= evidence.tolerance) || count.is_certain();
            let finding = |p: Option<f64>| match p {
                Some(p) if p <= evidence.alpha() => Finding::Deviates,
                Some(_) if seen => Finding::Consistent,
                _ => Finding::Inconclusive,
            };
            let names: Vec<String> =
                self.members.iter().map(|&index| evidence.observations.names[index].clone()).collect();
            let who = match &names[..] {
                [only] => only.clone(),
                several => format!("{} as one", several.join(", ")),
            };
            let text = match (p, p_adjusted) {
                (Some(p), Some(adjusted)) => {
                    let follows = match finding(Some(p)) {
                        Finding::Deviates => match impossible {
                            Some(height) => format!("deviates: it could not have won block {height}"),
                            None => format!("deviates, {}", direction(wins, expected)),
                        },
                        Finding::Consistent => "consistent with chance".to_owned(),
                        Finding::Inconclusive => match effect {
                            Some(effect) => format!(
                                "inconclusive: a deviation of less than {} would often have been missed",
                                short(effect)
                            ),
                            None => "inconclusive: so few wins show nothing".to_owned(),
                        },
                    };
                    let corrected = match finding(Some(adjusted)) {
                        Finding::Deviates => "deviates",
                        _ => "does not deviate",
                    };
                    format!(
                        "{who}: {}; {}, not corrected, which is right if the question was settled before looking at \
                         the table: {follows}. Corrected for {all}: {}, {corrected}.",
                        wins_words(wins, expected, count.relative_deviation()),
                        p_words(p, count.log10_p_value().filter(|_| impossible.is_none())),
                        p_words(adjusted, None)
                    )
                }
                _ => format!("{who}: {}; no p-value is known.", wins_words(wins, expected, count.relative_deviation())),
            };
            AuditAnswer {
                names,
                wins,
                expected,
                relative_deviation: count.relative_deviation(),
                p,
                p_adjusted,
                finding: finding(p),
                finding_adjusted: finding(p_adjusted),
                text,
            }
        })
    }

    /// Whether it is about several rows.
    pub fn is_group(&self) -> bool {
        self.members.len() > 1
    }
}
