//! What rules that are wrong really do: the true laws of the rigged controls.
//!
//! A rigged rule promises what the mistaken program believes of itself. The laws here say what it
//! does instead, so that tests can show that a control makes exactly its mistake and no other.

mod best_time;
mod ethereum_byte;
mod floored_product;
mod largest_product;
mod modulo;
mod off_by_one;
mod reused_hash;
mod shared_number;
mod smallest_quotient;
mod stale_weights;
mod truncated_rate;

pub use best_time::best_time_kept_dispersion;
pub use ethereum_byte::{acceptance_chance, shared_byte_shares};
pub use floored_product::floored_product_shares;
pub use largest_product::largest_product_shares;
pub use modulo::modulo_shares;
pub use off_by_one::off_by_one_shares;
pub use reused_hash::reused_hash_shares;
pub use shared_number::shared_number_shares;
pub use smallest_quotient::smallest_quotient_shares;
pub use stale_weights::stale_weights_shares;
pub use truncated_rate::truncated_rate_shares;

#[cfg(test)]
mod published {
    //! What was measured and computed elsewhere, from the file of vectors.

    use serde::Deserialize;

    #[derive(Deserialize)]
    pub struct Case {
        pub stakes: Vec<u64>,
        pub measured_percent: Vec<f64>,
        pub exact: Vec<f64>,
    }

    #[derive(Deserialize)]
    pub struct Published {
        pub largest_product: Vec<Case>,
        pub smallest_quotient: Vec<Case>,
    }

    pub fn published() -> Published {
        toml::from_str(include_str!("../../../tests/vectors/wrong-races.toml")).unwrap()
    }
}
