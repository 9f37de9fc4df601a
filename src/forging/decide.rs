//! Step 7: the quorum decides.

use super::attest::Ballot;
use super::chain::Chain;
use super::fidelity::Fidelity;
use super::observer::Observer;

impl<F: Fidelity> Chain<'_, F> {
    /// Whether the block joins the chain: with the usual quorum of 3/4, if approvals x 4 >=
    /// committee x 3, in exact integers.
    pub(super) fn decide<W: Observer<F>>(&mut self, ballot: &Ballot, observer: &mut W) -> bool {
        let accepted = ballot.committee > 0
            && self.world.protocol.quorum.is_reached_by(ballot.approvals, ballot.committee);
        observer.decided(&self.fidelity, ballot, accepted);
        accepted
    }
}
