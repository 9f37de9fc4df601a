//! The record of a folder of results, as commands change it that write into the folder later.

use super::failure::Failure;
use super::results::settle;
use super::whole_file::{self, Existing};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};
use tombola::report::{
    Addition, AuditManifest, ComparisonManifest, Manifest, Terms, file_hash, read_manifest,
};
use tombola::study::StudyManifest;

/// What a folder says of itself.
pub struct FolderRecord {
    folder: PathBuf,
    /// SHA-256 of the manifest as it was read.
    hash: String,
    /// The manifest.
    pub manifest: AnyManifest,
}

/// The manifest of any command.
#[derive(Serialize)]
#[serde(untagged)]
pub enum AnyManifest {
    /// Of a run.
    Run(Box<Manifest>),
    /// Of an audit.
    Audit(Box<AuditManifest>),
    /// Of a comparison.
    Comparison(Box<ComparisonManifest>),
    /// Of a study.
    Study(Box<StudyManifest>),
}

impl AnyManifest {
    fn files(&mut self) -> &mut BTreeMap<String, String> {
        match self {
            AnyManifest::Run(manifest) => &mut manifest.files,
            AnyManifest::Audit(manifest) => &mut manifest.files,
            AnyManifest::Comparison(manifest) => &mut manifest.files,
            AnyManifest::Study(manifest) => &mut manifest.files,
        }
    }
}

impl FolderRecord {
    /// Reads it, after what killed commands have left in the folder has been dealt with.
    pub fn read(folder: &Path) -> Result<Self, Failure> {
        settle(folder, false);
        let path = folder.join("manifest.json");
        let text = read_manifest(folder).map_err(|error| {
            Failure::CannotRun(format!(
                "{}: {error}\n  help: name a folder of results, e.g. output/seed after `tombola run seed`",
                path.display()
            ))
        })?;
        let manifest = None
            .or_else(|| serde_json::from_str(&text).ok().map(AnyManifest::Run))
            .or_else(|| serde_json::from_str(&text).ok().map(AnyManifest::Audit))
            .or_else(|| serde_json::from_str(&text).ok().map(AnyManifest::Comparison))
            .or_else(|| serde_json::from_str(&text).ok().map(AnyManifest::Study));
        match manifest {
            Some(manifest) => {
                let hash = hex::encode(Sha256::digest(&text));
                Ok(FolderRecord { folder: folder.to_owned(), hash, manifest })
            }
            None => Err(Failure::CannotRun(format!(
                "{}: is no record of this program\n  help: name a folder of results, e.g. output/seed after `tombola run seed`",
                path.display()
            ))),
        }
    }

    /// The name of a file in this folder, as its manifest writes it.
    fn listed(&self, path: &Path) -> Option<String> {
        let name = path.strip_prefix(&self.folder).ok()?;
        // A name that leads out of the folder again is none of its files.
        let is_inside = name.components().all(|part| matches!(part, Component::Normal(_)));
        let name = name.to_str().filter(|_| is_inside)?;
        Some(name.replace(std::path::MAIN_SEPARATOR, "/"))
    }

    /// Whether a file is as this program left it.
    pub fn wrote(&mut self, path: &Path) -> bool {
        let Some(name) = self.listed(path) else { return false };
        let standing = file_hash(path).ok();
        standing.is_some() && self.manifest.files().get(&name) == standing.as_ref()
    }

    /// The names of the figures that it lists.
    pub fn figures(&mut self) -> Vec<String> {
        self.manifest.files().keys().filter(|name| name.starts_with("figures/")).cloned().collect()
    }

    /// Writes files, all of them or, if one must not be replaced, none; `force` replaces what somebody else
    /// put there. The manifest goes on saying what stands in the folder.
    pub fn write(&mut self, files: &[(PathBuf, Vec<u8>)], force: bool) -> Result<(), Failure> {
        if files.is_empty() {
            return Ok(());
        }
        let mut vacant = BTreeSet::new();
        let inside = files.iter().all(|(path, _)| self.listed(path).is_some());
        let root = match files.first().and_then(|(path, _)| path.parent()) {
            _ if inside => self.folder.clone(),
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        let name = |path: &Path| {
            let name = path.strip_prefix(&root).unwrap_or(path);
            name.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
        };
        for (path, bytes) in files {
            let replaced = Existing::forced(force || self.wrote(path) || has_bytes(path, bytes));
            whole_file::check_target(path, replaced)?;
            if replaced != Existing::IsReplaced {
                vacant.insert(name(path));
            }
        }
        if !inside {
            settle(&root, false);
        }
        let addition = Addition::begin(&root)?;
        for (path, bytes) in files {
            let name = name(path);
            addition.write(&name, bytes)?;
            if !inside {
                continue;
            }
            let hash = hex::encode(Sha256::digest(bytes));
            let former = self.manifest.files().insert(name.clone(), hash.clone());
            if let AnyManifest::Run(manifest) = &mut self.manifest
                && former.as_ref() != Some(&hash)
                && !manifest.redrawn.contains(&name)
            {
                manifest.redrawn.push(name);
            }
        }
        let mut manifest = None;
        if inside {
            let mut text = serde_json::to_vec_pretty(&self.manifest)
                .map_err(|error| Failure::CannotRun(error.to_string()))?;
            text.push(b'\n');
            addition.write("manifest.json", &text)?;
            manifest = Some(self.hash.clone());
        }
        Ok(addition.place(Terms { vacant, manifest, ..Terms::default() })?)
    }
}

/// Whether a file has these bytes already.
fn has_bytes(path: &Path, bytes: &[u8]) -> bool {
    let length = path.metadata().ok().filter(|what| what.is_file()).map(|what| what.len());
    length == Some(bytes.len() as u64) && fs::read(path).is_ok_and(|found| found == bytes)
}
