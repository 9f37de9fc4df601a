//! Putting the files of shards together.

use super::evaluate::missing;
use super::plan::{Plan, first_change};
use super::shard::Shard;
use super::tally_file::{Journal, StoredFailure, TallyBlock, TallyError, TallyFile, TallyReader};
use std::collections::BTreeSet;
use std::path::Path;

/// The first setting in which one file is of another study than the first, if there is one.
pub fn differs(first: &TallyReader, other: &TallyReader) -> Option<String> {
    let (one, two) = (&first.header, &other.header);
    if one.version != two.version {
        return Some(format!("one was made by tombola {}, the other by {}", one.version, two.version));
    }
    if let Some((key, mine, theirs)) = first_change((&one.base, &one.origin), (&two.base, &two.origin), &[]) {
        return Some(format!("`{key}` is {mine} in the one, {theirs} in the other"));
    }
    if one.luck != two.luck || one.detail != two.detail || one.digest != two.digest {
        return Some(
            "points, trials or metrics differ (scenario digests {0}, {1})"
                .replace("{0}", short(&one.digest))
                .replace("{1}", short(&two.digest)),
        );
    }
    None
}

fn short(digest: &str) -> &str {
    digest.get(..16).unwrap_or(digest)
}

/// Trials of one point that two files have: the place of the point, both files, and the trials. What one file has
/// twice, as after fewer trials and then more again, is the same both times.
pub fn overlap(plan: &Plan, files: &[TallyReader]) -> Option<(usize, usize, usize, TallyBlock)> {
    for place in plan.jobs() {
        let id = plan.points[place].tally_id;
        let mut all: Vec<(TallyBlock, usize)> = Vec::new();
        for (number, file) in files.iter().enumerate() {
            all.extend(file.contents.blocks(id, u64::MAX).into_iter().map(|block| (block, number)));
        }
        all.sort_unstable_by_key(|(block, _)| block.first);
        if let Some(pair) = all.windows(2).find(|pair| pair[1].0.first < pair[0].0.end()) {
            return Some((place, pair[0].1, pair[1].1, pair[1].0));
        }
    }
    None
}

/// Copies the units of all files into one, in the order of the study.
///
/// # Errors
/// If one cannot be read, or the other not be written.
pub fn gather(plan: &Plan, files: &[TallyReader], into: &TallyFile) -> Result<(), TallyError> {
    for place in plan.jobs() {
        let point = &plan.points[place];
        let mut all: Vec<(TallyBlock, usize)> = Vec::new();
        for (number, file) in files.iter().enumerate() {
            all.extend(
                file.contents.blocks(point.tally_id, point.trials).into_iter().map(|block| (block, number)),
            );
        }
        all.sort_unstable_by_key(|(block, _)| block.first);
        for (block, number) in all {
            into.copied(&files[number].bytes(&block)?)?;
        }
        if files.iter().any(|file| file.contents.is_precise(point.tally_id)) {
            into.precise(point.tally_id)?;
        }
    }
    for file in files {
        let failures = file.contents.failures(plan);
        for point in &plan.points {
            if let Some(&message) = failures.get(&point.id) {
                into.failed(&StoredFailure { point: point.id, message: message.to_owned() })?;
            }
        }
    }
    into.sync()
}

/// The shards, of so many, whose units are not all in a file.
pub fn missing_shards(plan: &Plan, whole: &TallyReader, of: u64) -> Vec<Shard> {
    let mut parts = BTreeSet::new();
    for (number, (place, unit)) in (0u64..).zip(plan.units()) {
        let point = &plan.points[place];
        let precise = point.until && whole.contents.is_precise(point.tally_id);
        if !precise && !missing(&whole.contents, point, unit).is_empty() {
            parts.insert(number % of + 1);
        }
    }
    parts.into_iter().map(|part| Shard { part, of }).collect()
}

/// Reads files of tallies.
///
/// # Errors
/// If one cannot be read.
pub fn read_all<P: AsRef<Path>>(paths: &[P]) -> Result<Vec<TallyReader>, TallyError> {
    paths.iter().map(|path| TallyReader::open(path.as_ref())).collect()
}
