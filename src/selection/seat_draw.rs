//! How a committee's seats are drawn, as far as others may rely on it to work out rare committees.

/// What one round of a committee is, besides its drawer.
///
/// The drawer remains the committee: whoever relies on this draws with the same distribution, not the same
/// members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeatDraw {
    /// Nothing is drawn: everybody but the forger sits on one seat.
    Everybody,
    /// So many seats, one after the other, each by stake from everybody but the forger.
    ByStake {
        /// The number of seats.
        size: u64,
        /// Somebody who sits j times already is refused with probability j / `max`; never without it.
        max: Option<u64>,
    },
    /// A slice of a uniformly random order of all, cut into so many; one seat each.
    Slice {
        /// The number of slices.
        slots: u64,
        /// Whether the forger votes if it is in the slice; otherwise its seat stays vacant.
        forger_sits: bool,
    },
    /// Nothing that anybody could rely on.
    Own,
}
