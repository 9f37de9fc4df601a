//! `--schedule`: who was selected in each round of one trial, as a table of blocks that `tombola
//! audit` and `tombola import` read.

use crate::cli::failure::Failure;
use crate::cli::whole_file::{self, Existing};
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use tombola::forging::{Chain, Draws, Observer};
use tombola::simulation::Experiment;
use tombola::stake::ValidatorId;

/// Remembers who was selected in the round that is played.
struct LastSelected(Option<ValidatorId>);

impl Observer<Draws> for LastSelected {
    fn selected(&mut self, forger: ValidatorId, _token: Option<u64>) {
        self.0 = Some(forger);
    }
}

/// Plays a trial again, by its draws alone, and writes `height,proposer`, a row for each round;
/// nobody is named where nobody was selected.
pub fn write_schedule(
    experiment: &Experiment,
    trial: u64,
    target: &Path,
    force: bool,
    stop: &AtomicBool,
) -> Result<(), Failure> {
    let world = &experiment.world;
    let mut stopped = false;
    whole_file::write(target, Existing::forced(force), |out| {
        let mut writer = csv::Writer::from_writer(out);
        let failed = |error: csv::Error| match error.into_kind() {
            csv::ErrorKind::Io(error) => error,
            other => io::Error::other(format!("{other:?}")),
        };
        writer.write_record(["height", "proposer"]).map_err(failed)?;
        let mut chain = Chain::new(world, trial, |_| Draws::default());
        for round in 1..=experiment.rounds {
            let mut selected = LastSelected(None);
            if chain.play(&mut selected).is_none() {
                break;
            }
            let name = selected.0.map_or("", |forger| world.names[forger.index()].as_str());
            writer.write_record([round.to_string().as_str(), name]).map_err(failed)?;
            if stop.load(Ordering::Relaxed) {
                stopped = true;
                return Err(io::Error::other("interrupted"));
            }
        }
        writer.flush()
    })
    .map_err(|failure| match stopped {
        true => Failure::Interrupted("the schedule was not finished, so it was not written".into()),
        false => failure,
    })
}
