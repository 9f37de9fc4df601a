//! Stakes: who validates, with how many tokens, and the pool from which a token is drawn.

mod distribution;
mod distributions;
mod freeze;
mod growing_pool;
mod guide;
mod literal_pool;
mod pool;
mod range;
pub(crate) mod sheet;
mod spread;
mod validator;

pub use distribution::{Holding, MAX_TOTAL, Order, STAKES, StakeDistribution, StakeError};
pub use freeze::freeze;
pub use growing_pool::GrowingPool;
pub use guide::Guide;
pub use literal_pool::LiteralPool;
pub use pool::Pool;
pub use validator::ValidatorId;
