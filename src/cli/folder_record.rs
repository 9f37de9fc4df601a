//! The record of a folder of results, as commands change it that write into the folder later.

use super::failure::Failure;
use super::whole_file::{self, Existing};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use tombola::report::{AuditManifest, ComparisonManifest, Manifest, file_hash, read_manifest};
use tombola::study::StudyManifest;

/// What a folder says of itself.
pub struct FolderRecord {
    folder: PathBuf,
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
    /// Reads it.
    pub fn read(folder: &Path) -> Result<Self, Failure> {
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
            Some(manifest) => Ok(FolderRecord { folder: folder.to_owned(), manifest }),
            None => Err(Failure::CannotRun(format!(
                "{}: is no record of this program\n  help: name a folder of results, e.g. output/seed after `tombola run seed`",
                path.display()
            ))),
        }
    }

    /// The name of a file in this folder, as its manifest writes it.
    fn listed(&self, path: &Path) -> Option<String> {
        let name = path.strip_prefix(&self.folder).ok()?.to_str()?;
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
        let mut existing = Vec::with_capacity(files.len());
        for (path, _) in files {
            let replaced = Existing::forced(force || self.wrote(path));
            whole_file::check_target(path, replaced)?;
            existing.push(replaced);
        }
        for ((path, bytes), existing) in files.iter().zip(existing) {
            if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
                fs::create_dir_all(parent).map_err(|error| {
                    Failure::CannotRun(format!("{}: the folder cannot be made: {error}", parent.display()))
                })?;
            }
            whole_file::write(path, existing, |out| out.write_all(bytes))?;
            let hash = hex::encode(Sha256::digest(bytes));
            let Some(name) = self.listed(path) else { continue };
            let former = self.manifest.files().insert(name.clone(), hash.clone());
            if let AnyManifest::Run(manifest) = &mut self.manifest
                && former.as_ref() != Some(&hash)
                && !manifest.redrawn.contains(&name)
            {
                manifest.redrawn.push(name);
            }
        }
        if !files.iter().any(|(path, _)| self.listed(path).is_some()) {
            return Ok(());
        }
        whole_file::write(&self.folder.join("manifest.json"), Existing::IsReplaced, |out| {
            serde_json::to_writer_pretty(&mut *out, &self.manifest)?;
            out.write_all(b"\n")
        })
    }
}
