//! What rules that are wrong really do: the true laws of the rigged controls.
//!
//! A rigged rule states what the mistaken program believes of itself. The laws here say what it
//! does instead, so that tests can show that a control makes exactly its mistake and no other.

mod best_time;
mod floored_product;
mod largest_product;
mod modulo;
mod off_by_one;
mod reused_hash;
mod shared_byte;
mod shared_number;
mod stale_weights;
mod truncated_rate;

pub use best_time::best_time_kept_dispersion;
pub use floored_product::floored_product_shares;
pub use largest_product::largest_product_shares;
pub use modulo::modulo_shares;
pub use off_by_one::off_by_one_shares;
pub use reused_hash::reused_hash_shares;
pub use shared_byte::shared_byte_shares;
pub use shared_number::shared_number_shares;
pub use stale_weights::stale_weights_shares;
pub use truncated_rate::truncated_rate_shares;
