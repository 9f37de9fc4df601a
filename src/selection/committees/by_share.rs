//! Committees of a number of seats, of which everybody is due its exact share.

use super::accept_size;
use crate::law::seats_by_share;
use crate::registry::Refusal;
use crate::selection::{Committee, CommitteeDrawer, Duty};
use serde::{Deserialize, Serialize};

/// The one setting.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Size {
    /// The number of seats.
    size: u64,
}

/// Seats are dealt to all validators, the forger included, and the forger's stay vacant; everybody's
/// mean is its exact share of them. What differs is the drawer, and with it the variance.
struct ByShare {
    size: u64,
    drawer: fn(u64, &[u64]) -> Box<dyn CommitteeDrawer>,
}

/// The committee of so many seats, by this drawer.
pub(super) fn by_share(
    size: Size,
    drawer: fn(u64, &[u64]) -> Box<dyn CommitteeDrawer>,
) -> Result<Box<dyn Committee>, Refusal> {
    accept_size(size.size)?;
    Ok(Box::new(ByShare { size: size.size, drawer }))
}

impl Committee for ByShare {
    fn seats(&self) -> Option<u64> {
        Some(self.size)
    }

    fn expected_seats(&self, stakes: &[u64], forgers: &[f64]) -> Duty {
        Duty::Seats(seats_by_share(stakes, forgers, self.size))
    }

    fn drawer(&self, stakes: &[u64]) -> Option<Box<dyn CommitteeDrawer>> {
        Some((self.drawer)(self.size, stakes))
    }
}
