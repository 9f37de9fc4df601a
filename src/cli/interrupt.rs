//! Ctrl-C: the first one ends a run cleanly, the second one at once.

use super::failure::Failure;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

static STOP: AtomicBool = AtomicBool::new(false);
static INSTALLED: OnceLock<bool> = OnceLock::new();

/// From now on, an interrupt (or the request to terminate) sets the returned flag.
pub fn watch() -> Result<&'static AtomicBool, Failure> {
    let installed = INSTALLED.get_or_init(|| {
        ctrlc::set_handler(|| {
            if STOP.swap(true, Ordering::Relaxed) {
                std::process::exit(130);
            }
        })
        .is_ok()
    });
    if *installed { Ok(&STOP) } else { Err(Failure::CannotRun("cannot listen for interrupts".into())) }
}
