//! Ctrl-C: the first one ends a run cleanly, the second one at once. So do the request to terminate
//! and a hang-up.

use super::failure::Failure;
use std::sync::atomic::AtomicBool;

/// From now on, an interrupt sets the returned flag. A signal that was ignored when the program was
/// started, as `nohup` does with the hang-up, is ignored still.
pub fn watch() -> Result<&'static AtomicBool, Failure> {
    signals::watch().ok_or_else(|| Failure::CannotRun("cannot listen for interrupts".into()))
}

#[cfg(unix)]
mod signals {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::flag::{register, register_conditional_shutdown};
    use std::sync::atomic::AtomicBool;
    use std::sync::{Arc, LazyLock};

    static STOP: LazyLock<Option<Arc<AtomicBool>>> = LazyLock::new(listen);

    pub fn watch() -> Option<&'static AtomicBool> {
        STOP.as_deref()
    }

    fn listen() -> Option<Arc<AtomicBool>> {
        const INTERRUPTED: i32 = 130;
        let stop = Arc::new(AtomicBool::new(false));
        for signal in listened_for(std::fs::read_to_string("/proc/self/status").ok().as_deref()) {
            // In this order the first signal finds the flag down, and the second one finds it up.
            register_conditional_shutdown(signal, INTERRUPTED, stop.clone()).ok()?;
            register(signal, stop.clone()).ok()?;
        }
        Some(stop)
    }

    /// The signals that are not ignored, by what Linux tells of the process. Where a system tells
    /// nothing, a hang-up is left as it is: it ends the program, unless it is ignored.
    fn listened_for(status: Option<&str>) -> Vec<i32> {
        let ignored = status.and_then(|status| {
            let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
            u64::from_str_radix(mask.trim(), 16).ok()
        });
        match ignored {
            Some(mask) => {
                [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| mask >> (signal - 1) & 1 == 0).collect()
            }
            None => vec![SIGINT, SIGTERM],
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn ignored_signals_stay_ignored() {
            let ignored = |mask: &str| listened_for(Some(&format!("Name:\tx\nSigIgn:\t{mask}\n")));
            assert_eq!(ignored("0000000000001000"), [SIGINT, SIGTERM, SIGHUP]);
            assert_eq!(ignored("0000000000001001"), [SIGINT, SIGTERM]);
            assert_eq!(ignored("0000000000000007"), [SIGTERM]);
            assert_eq!(listened_for(None), [SIGINT, SIGTERM]);
        }
    }
}

#[cfg(not(unix))]
mod signals {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicBool, Ordering};

    static STOP: AtomicBool = AtomicBool::new(false);
    static INSTALLED: LazyLock<bool> = LazyLock::new(|| {
        ctrlc::set_handler(|| {
            if STOP.swap(true, Ordering::Relaxed) {
                std::process::exit(130);
            }
        })
        .is_ok()
    });

    pub fn watch() -> Option<&'static AtomicBool> {
        INSTALLED.then_some(&STOP)
    }
}
