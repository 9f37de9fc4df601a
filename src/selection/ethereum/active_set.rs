//! Who is active in an epoch, and with which effective balances.

use super::{EtherUnit, effective_balance, with_hysteresis};
use crate::selection::StakeChange;
use crate::selection::epoch_stakes::EpochStakes;
use crate::stake::ValidatorId;

/// The validators as an epoch of the beacon chain sees them.
///
/// Simplified: whoever has an effective balance of at least 1 ETH is active from the next epoch on
/// (no queues, no ejection at 16 ETH), and all validators have compounding credentials.
pub struct ActiveSet {
    unit: EtherUnit,
    cap: u64,
    stakes: EpochStakes,
    /// Effective balances in ETH; the caps fit 16 bits.
    effective: Vec<u16>,
    /// Who is active in the running epoch, in order.
    active: Vec<u32>,
}

impl ActiveSet {
    /// The set at genesis; `cap` is the largest effective balance, in ETH.
    pub fn new(stakes: &[u64], unit: EtherUnit, cap: u64) -> Self {
        let mut set = ActiveSet {
            unit,
            cap,
            stakes: EpochStakes::new(stakes),
            effective: stakes.iter().map(|&stake| effective_balance(stake, unit, cap) as u16).collect(),
            active: Vec::with_capacity(stakes.len()),
        };
        set.find_active();
        set
    }

    /// Takes note of changes, which count from the next epoch on. O(1) each.
    pub fn note(&mut self, changes: &[StakeChange]) {
        self.stakes.note(changes);
    }

    /// Ends the running epoch: effective balances follow the stakes.
    pub fn end_epoch(&mut self) {
        let (unit, cap) = (self.unit, self.cap);
        let effective = &mut self.effective;
        let mut activity_changed = false;
        self.stakes.begin_epoch(|validator, stake| {
            let balance = &mut effective[validator.index()];
            let old = *balance;
            *balance = with_hysteresis(u64::from(old), stake, unit, cap) as u16;
            activity_changed |= (old > 0) != (*balance > 0);
        });
        if activity_changed {
            self.find_active();
        }
    }

    /// Who is active in the running epoch, in order.
    pub fn active(&self) -> &[u32] {
        &self.active
    }

    /// Effective balances in ETH, by validator.
    pub fn effective(&self) -> &[u16] {
        &self.effective
    }

    /// Whether the validator has any stake now.
    pub fn holds(&self, validator: ValidatorId) -> bool {
        self.stakes.holds(validator)
    }

    fn find_active(&mut self) {
        self.active.clear();
        let balances = self.effective.iter().enumerate();
        self.active.extend(balances.filter(|&(_, &balance)| balance > 0).map(|(index, _)| index as u32));
    }
}
