//! [`Ranks`] over MPI, for `mpirun -n 64 tombola run STUDY --mpi`.

use super::ranks::Ranks;
use mpi::Threading;
use mpi::environment::Universe;
use mpi::point_to_point::MatchedReceiveVec;
use mpi::topology::SimpleCommunicator;
use mpi::traits::{Communicator, Destination, Source};
use std::thread::sleep;
use std::time::Duration;

/// The processes that `mpirun` has started. MPI ends when this is dropped, on all of them.
pub struct Mpi {
    world: SimpleCommunicator,
    _universe: Universe,
}

/// How long to wait between two looks for a message. MPI's own waiting keeps a core busy.
const LOOK_AGAIN: Duration = Duration::from_micros(100);

impl Mpi {
    /// Begins MPI; all messages are sent by the thread that does. `None` if it was begun before.
    pub fn begin() -> Option<Self> {
        let (universe, _) = mpi::initialize_with_threading(Threading::Funneled)?;
        Some(Mpi { world: universe.world(), _universe: universe })
    }
}

impl Ranks for Mpi {
    fn rank(&self) -> usize {
        self.world.rank() as usize
    }

    fn size(&self) -> usize {
        self.world.size() as usize
    }

    fn send(&self, to: usize, message: &[u8]) {
        self.world.process_at_rank(to as i32).send(message);
    }

    fn receive(&self) -> (usize, Vec<u8>) {
        loop {
            if let Some(found) = self.world.any_process().immediate_matched_probe() {
                let (message, status) = found.matched_receive_vec::<u8>();
                return (status.source_rank() as usize, message);
            }
            sleep(LOOK_AGAIN);
        }
    }
}
