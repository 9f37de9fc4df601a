//! How much work was done: steps of recursions, sums and searches, and evaluations of functions.
//!
//! Time depends on the machine and on what else it does; steps do not. Tests count them, to notice
//! a cost that grows with what it should not grow with. Outside tests nothing is counted.

#[cfg(test)]
thread_local! {
    static DONE: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// So many steps were done.
#[inline(always)]
pub(crate) fn count(steps: u64) {
    #[cfg(test)]
    DONE.with(|done| done.set(done.get() + steps));
    #[cfg(not(test))]
    let _ = steps;
}

/// The steps of this thread so far.
#[cfg(test)]
pub(crate) fn done() -> u64 {
    DONE.with(std::cell::Cell::get)
}
