//! The `manifest.json` of an audit.

use crate::analysis::{Audit, AuditSettings, Rest};
use crate::registry::Choice;
use crate::report::manifest::file_hashes;
use crate::report::{ResultsFolder, Timing};
use crate::simulation::CountingUnit;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::time::UNIX_EPOCH;

/// The record of an audit: what was read, how it was judged, and what was written. Nothing was played, so
/// it names no engine and no speed. Times stand here and in no other file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditManifest {
    /// `tombola`.
    pub program: String,
    /// Its version.
    pub version: String,
    /// `audit`.
    pub command: String,
    /// The name of the audit.
    pub name: String,
    /// The table that was read, as it was named.
    pub input: String,
    /// SHA-256 of its bytes.
    pub input_sha256: String,
    /// The rule, with all its settings.
    pub rule: Choice,
    /// Confidence of intervals and findings.
    pub confidence: f64,
    /// The deviation that matters, relative to the expected wins.
    pub tolerance: f64,
    /// The share of all wins that may go to others than expected.
    pub misallocated: f64,
    /// What the counts were said to be: slots that were led, or blocks; by default slots if the table has them.
    pub unit: Option<CountingUnit>,
    /// The weight of the prior, where posteriors were asked for.
    pub prior_weight: Option<f64>,
    /// The row that stands for the rest of the chain, and for how many validators.
    pub rest: Option<(String, u64)>,
    /// The validators and groups that were asked about by themselves.
    pub questions: Vec<String>,
    /// When it began, in seconds since 1970 (UTC).
    pub started_unix: u64,
    /// How long it took.
    pub duration_seconds: f64,
    /// How long figures and report took.
    #[serde(default)]
    pub report_seconds: f64,
    /// SHA-256 of every other file, by name.
    pub files: BTreeMap<String, String>,
}

impl AuditManifest {
    /// The record of an audit of `input`, whose bytes have this hash, once all files are in the folder.
    ///
    /// # Errors
    /// If a file cannot be read back.
    pub fn new(
        name: &str,
        (input, input_sha256): (&Path, String),
        audit: &Audit,
        timing: Timing,
        folder: &ResultsFolder,
    ) -> io::Result<Self> {
        let AuditSettings {
            confidence, tolerance, misallocated, unit, prior_weight, rest, questions, ..
        } = &audit.settings;
        Ok(AuditManifest {
            program: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            command: "audit".to_owned(),
            name: name.to_owned(),
            input: input.display().to_string(),
            input_sha256,
            rule: audit.rule.clone(),
            confidence: *confidence,
            tolerance: *tolerance,
            misallocated: *misallocated,
            unit: *unit,
            prior_weight: *prior_weight,
            rest: rest.as_ref().map(|Rest { name, stands_for }| (name.clone(), *stands_for)),
            questions: questions.clone(),
            started_unix: timing.started.duration_since(UNIX_EPOCH).map(|since| since.as_secs()).unwrap_or(0),
            duration_seconds: timing.duration.as_secs_f64(),
            report_seconds: 0.0,
            files: file_hashes(folder)?,
        })
    }
}
