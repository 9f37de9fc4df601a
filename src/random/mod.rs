//! Addressed randomness: every stream is derived from where it is used, never shared.
//!
//! Nothing in the program draws from a global or thread-local generator. A stream is opened by
//! naming its coordinates (seed, trial, purpose), so that a trial gives the same numbers on any
//! thread, in any order, and so that changing what one purpose consumes never moves another.

mod lanes;
mod purpose;
mod shuffle;
mod stream;
mod stream_key;
mod uniform;

pub use lanes::{Lane, StreamLanes};
pub use purpose::Purpose;
pub use shuffle::shuffle;
pub use stream::{CHUNK, Stream};
pub use stream_key::StreamKey;
pub use uniform::{below, below_wide};
