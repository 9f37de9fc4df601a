//! `tombola reproduce`: runs a folder of results again and compares it byte by byte.

use crate::cli::failure::Failure;
use crate::cli::interrupt;
use crate::cli::options::threads::ThreadsArg;
use crate::cli::progress_bar::Bar;
use crate::cli::results::settle;
use crate::cli::screen::{print, table, tell};
use clap::Args as ClapArgs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use tombola::report::{Manifest, ResultsFolder, file_hash, listed_file, population_hash, read_manifest};
use tombola::scenario::load_text;
use tombola::simulation::Control;
use tombola::statistics::wording::counted;
use tombola::{RunOptions, Scenario};

#[derive(ClapArgs)]
#[command(after_help = "\
The scenario that the manifest records is run again in a temporary folder. Exit code 0 if all files have
the same bytes, 1 if not.

Example:
  tombola reproduce output/seed")]
pub struct ReproduceArgs {
    /// Folder of results of `tombola run`
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Print the result and errors only
    #[arg(long)]
    pub quiet: bool,
    #[command(flatten)]
    pub threads: ThreadsArg,
}

/// What became of a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Agreement {
    Same,
    Differs,
    ChangedSince,
    Redrawn,
    Missing,
}

impl Agreement {
    fn words(self) -> &'static str {
        match self {
            Agreement::Same => "same bytes",
            Agreement::Differs => "differs",
            Agreement::ChangedSince => {
                "changed since the run that wrote it; the run itself gives what the manifest says"
            }
            Agreement::Redrawn => "written anew since by `tombola plot` or `tombola report`; not compared",
            Agreement::Missing => "missing; the run gives it again",
        }
    }
}

/// Runs the folder's scenario again, elsewhere, and compares all files.
pub fn reproduce(args: &ReproduceArgs) -> Result<(), Failure> {
    let folder = &args.folder;
    let path = folder.join("manifest.json");
    let refused = |why: String| Failure::CannotRun(format!("{}: {why}", path.display()));
    settle(folder, args.quiet);
    let text = read_manifest(folder).map_err(|error| {
        refused(format!(
            "{error}\n  help: name a folder of results, e.g. output/seed after `tombola run seed`"
        ))
    })?;
    let manifest: Manifest = serde_json::from_str(&text).map_err(|error| {
        refused(format!("is not the record of a run ({error}); only runs can be reproduced"))
    })?;
    if manifest.partial {
        return Err(refused(
            "the run was interrupted, and which trials had finished is a matter of chance\n  help: run the scenario again"
                .to_owned(),
        ));
    }
    if manifest.version != env!("CARGO_PKG_VERSION") {
        tell(format_args!(
            "note: the results are of version {}, this is {}; CHANGELOG.md tells which changes move results",
            manifest.version,
            env!("CARGO_PKG_VERSION")
        ));
    }
    let scenario = scenario_of(folder, &manifest)?;
    let stop = interrupt::watch()?;
    let elsewhere = tempfile::tempdir()
        .map_err(|error| Failure::CannotRun(format!("there is no temporary folder: {error}")))?;
    // Whatever the manifest calls the run, this folder is the only one that is written to.
    let again = ResultsFolder::prepare(elsewhere.path(), "again", false)?;
    let bar = Bar::new(
        &manifest.name,
        scenario.experiment.rounds.saturating_mul(scenario.experiment.trials),
        args.quiet,
    );
    let mut options = RunOptions::default().progress(&bar).stop(stop);
    if manifest.files.contains_key("chain.jsonl") {
        let file = again.create("chain.jsonl").map_err(|error| again.failed("chain.jsonl", error))?;
        options = options.chain_out(Box::new(BufWriter::new(file)) as Box<dyn Write + Send>);
    }
    let outcome = tombola::run(&scenario, options).map_err(|error| {
        bar.clear();
        Failure::from(error)
    })?;
    if outcome.results.partial {
        bar.clear();
        return Err(Failure::Interrupted("nothing was compared".to_owned()));
    }
    let written = outcome.write_watched(&again, &Control { progress: &bar, stop });
    bar.clear();
    let (fresh, _) = written?;
    let mut rows = Vec::new();
    let mut all = Vec::new();
    for (name, recorded) in &manifest.files {
        let standing = listed_file(folder, name).and_then(|path| file_hash(&path).ok());
        let redrawn = manifest.redrawn.contains(name);
        let agreement = match (fresh.files.get(name), standing) {
            (_, Some(standing)) if redrawn && standing == *recorded => Agreement::Redrawn,
            (_, Some(_)) if redrawn => Agreement::ChangedSince,
            (Some(made), _) if made != recorded => Agreement::Differs,
            (None, _) => Agreement::Differs,
            (Some(_), None) => Agreement::Missing,
            (Some(_), Some(standing)) if standing != *recorded => Agreement::ChangedSince,
            _ => Agreement::Same,
        };
        rows.push(vec![name.clone(), agreement.words().to_owned()]);
        all.push(agreement);
    }
    let count = |wanted: Agreement| all.iter().filter(|agreement| **agreement == wanted).count();
    print(&table(&["file", "run again"], 2, rows))?;
    let (same, total) = (count(Agreement::Same), all.len() - count(Agreement::Redrawn));
    let summary = format!(
        "{same} of {} agree byte by byte (seed {}, engine {}).\n",
        counted(total as u64, "file"),
        manifest.seed,
        manifest.engine
    );
    print(&format!("\n{summary}"))?;
    if same == total {
        Ok(())
    } else {
        Err(Failure::CheckFailed(format!(
            "{} of {} do not agree",
            total - same,
            counted(total as u64, "file")
        )))
    }
}

/// The scenario that a manifest records. A table that it names is read from where the run read it.
fn scenario_of(folder: &Path, manifest: &Manifest) -> Result<Scenario, Failure> {
    let origin = manifest.table_folder.as_ref().map_or(folder, Path::new);
    let path = origin.join(format!("{}.toml", manifest.name));
    let scenario = load_text(&path, manifest.scenario.clone(), &[]).map_err(|problem| match table_of(manifest) {
        // The scenario stands in the manifest, and not in the folder of its table.
        Some(table) if !origin.join(&table).exists() => Failure::CannotRun(format!(
            "{}: the run read its stakes from the table {}, which is not there any more\n  help: put the table back where it was, or run the scenario again with --set population.stake.path=FILE",
            folder.join("manifest.json").display(),
            origin.join(&table).display()
        )),
        _ => problem.into(),
    })?;
    let population = hex::encode(population_hash(&scenario.experiment.world));
    if population == manifest.population_sha256 {
        return Ok(scenario);
    }
    let named = match table_of(manifest) {
        Some(table) => format!("the table of stakes, {}, has changed since", origin.join(table).display()),
        None => "they follow from the scenario in another way than in the version that ran it".to_owned(),
    };
    Err(Failure::CannotRun(format!(
        "{}: the accounts of this run are not those that the manifest records: {named}\n  help: what was run cannot be compared with other accounts; put the table back as it was, or run the scenario again",
        folder.join("manifest.json").display()
    )))
}

/// The path of the table of stakes, as the scenario of a manifest names it.
fn table_of(manifest: &Manifest) -> Option<PathBuf> {
    let scenario: toml::Table = manifest.scenario.parse().ok()?;
    let stake = scenario.get("population")?.get("stake")?;
    stake.get("path")?.as_str().map(PathBuf::from)
}
