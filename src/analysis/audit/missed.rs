//! The blocks that were missed in slots.

use super::AuditTable;
use crate::statistics::{binomial_test, holm};

/// The blocks that were missed, and how surprising that is if all miss alike.
///
/// Given how many were missed in all, those of one validator are a draw without replacement from
/// the slots. The binomial distribution with its share of the slots is a little wider than that, so that
/// the p-values err on the cautious side, by little where few slots are missed.
pub struct Missed {
    slots: Vec<u64>,
    missed: Vec<u64>,
    pub p_values: Vec<Option<f64>>,
    pub adjusted: Vec<Option<f64>>,
}

impl Missed {
    /// The missed blocks of a table that has slots.
    pub fn new(table: &AuditTable) -> Option<Self> {
        let slots = table.slots.clone()?;
        let missed: Vec<u64> = slots.iter().zip(&table.wins).map(|(slots, wins)| slots - wins).collect();
        let (all, lost): (u64, u64) = (slots.iter().sum(), missed.iter().sum());
        let p_values: Vec<Option<f64>> = slots
            .iter()
            .zip(&missed)
            .map(|(&slots, &missed)| {
                // Whoever had no slot could not miss any.
                if slots == 0 { None } else { binomial_test(missed, lost, slots as f64 / all as f64) }
            })
            .collect();
        let adjusted = holm(&p_values);
        Some(Missed { slots, missed, p_values, adjusted })
    }

    /// The slots and the missed blocks of one validator.
    pub fn of(&self, index: usize) -> (u64, u64) {
        (self.slots[index], self.missed[index])
    }

    /// Those of all.
    pub fn all(&self) -> (u64, u64) {
        (self.slots.iter().sum(), self.missed.iter().sum())
    }

    /// The share of its slots that a validator missed.
    pub fn share(&self, index: usize) -> Option<f64> {
        (self.slots[index] > 0).then(|| self.missed[index] as f64 / self.slots[index] as f64)
    }
}
