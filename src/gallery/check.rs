//! Whether a published result is what the law and a simulation say.

use super::case::Case;
use super::published::PublishedResult;
use rayon::prelude::*;
use serde::Serialize;
use std::fmt;
use std::sync::atomic::AtomicBool;

/// A simulation is taken to contradict the exact value where a correct one would be as far off with a lower
/// probability: with a hundred entries, one gallery in a hundred by chance.
const LEVEL: f64 = 1e-4;

/// What there is to say of an entry.
#[derive(Clone, Debug, Serialize)]
pub struct GalleryRow {
    /// The entry.
    pub name: String,
    /// What was published.
    pub result: String,
    /// Where.
    pub source: String,
    /// `number` if the source prints it, `formula` if the source's formula was evaluated.
    pub given: String,
    /// The published value.
    pub published: f64,
    /// How far the exact value may be from it.
    pub tolerance: f64,
    /// By the exact law.
    pub exact: f64,
    /// By simulation.
    pub simulated: Option<f64>,
    /// The standard error of that.
    pub se: Option<f64>,
    /// How likely the simulation is as far from the exact value.
    pub p: Option<f64>,
    /// Whether all of them agree.
    pub agreement: Agreement,
    /// Why the publication is in error, or why there is no simulation.
    pub note: String,
    /// The heading under which it stands.
    #[serde(skip)]
    pub topic: String,
}

/// Whether published value, exact law and simulation agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Agreement {
    /// They do.
    #[serde(rename = "agrees")]
    Agrees,
    /// The published value is not the exact one, as the entry says.
    #[serde(rename = "publication in error")]
    PublicationInError,
    /// The published value is not the exact one.
    #[serde(rename = "published value differs")]
    PublishedDiffers,
    /// The simulation contradicts the exact value.
    #[serde(rename = "simulation differs")]
    SimulationDiffers,
    /// The entry says that the publication is in error, and it is not.
    #[serde(rename = "not in error")]
    NotInError,
}

impl Agreement {
    /// Whether it is as the entry says.
    pub fn holds(self) -> bool {
        matches!(self, Agreement::Agrees | Agreement::PublicationInError)
    }
}

impl fmt::Display for Agreement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Agreement::Agrees => "agrees",
            Agreement::PublicationInError => "publication in error",
            Agreement::PublishedDiffers => "published value differs",
            Agreement::SimulationDiffers => "simulation differs",
            Agreement::NotInError => "not in error",
        })
    }
}

/// Computes entries, with their simulations or without, on the threads of the caller; the rows stand in the
/// order of the entries.
///
/// # Errors
/// The first entry that is not possible, in words that name it.
pub fn check_all(
    entries: &[PublishedResult],
    simulate: bool,
    stop: &AtomicBool,
) -> Result<Vec<GalleryRow>, String> {
    let rows: Vec<_> = entries.par_iter().map(|entry| check(entry, simulate, stop)).collect();
    rows.into_iter().collect()
}

/// Computes an entry, with its simulation or without.
///
/// # Errors
/// If the entry is not possible, in words that name it.
pub fn check(entry: &PublishedResult, simulate: bool, stop: &AtomicBool) -> Result<GalleryRow, String> {
    let failed = |what: String| format!("{}: {what}", entry.path.display());
    let case = Case::new(entry, stop).map_err(|problem| problem.to_string())?;
    let published = &entry.published;
    let exact = entry.estimand.thing.exact(&case).map_err(failed)?;
    let sample = if simulate { entry.estimand.thing.simulate(&case).map_err(failed)? } else { None };
    let p = sample.map(|sample| sample.p_value(exact, published.tolerance));
    let same = (published.value - exact).abs() <= published.tolerance;
    let agreement = match (&published.error, same) {
        _ if p.is_some_and(|p| p < LEVEL) => Agreement::SimulationDiffers,
        (None, true) => Agreement::Agrees,
        (None, false) => Agreement::PublishedDiffers,
        (Some(_), true) => Agreement::NotInError,
        (Some(_), false) => Agreement::PublicationInError,
    };
    let notes = [&published.error, &published.not_simulated].into_iter().flatten();
    Ok(GalleryRow {
        name: entry.name.clone(),
        result: published.result.clone(),
        source: published.source.clone(),
        given: published.given.word().to_owned(),
        published: published.value,
        tolerance: published.tolerance,
        exact,
        simulated: sample.map(|sample| sample.value()),
        se: sample.map(|sample| sample.se()),
        p,
        agreement,
        note: notes.cloned().collect::<Vec<_>>().join("; "),
        topic: published.topic.clone(),
    })
}
