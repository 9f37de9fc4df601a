//! Stakes: who validates, with how many tokens, and the pool from which a token is drawn.

mod distribution;
mod distributions;
mod freeze;
mod growing_pool;
mod literal_pool;
mod lookup_table;
mod pool;
mod range;
mod target_gini;
mod validator;

pub use distribution::{Holding, MAX_TOTAL, Order, STAKES, StakeDistribution, StakeError};
pub use freeze::freeze;
pub use growing_pool::GrowingPool;
pub use literal_pool::LiteralPool;
pub use lookup_table::LookupTable;
pub use pool::Pool;
pub use validator::ValidatorId;
