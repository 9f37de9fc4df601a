//! On how many threads.

use crate::cli::options::number::whole;
use clap::Args as ClapArgs;

/// On how many threads a command computes.
#[derive(ClapArgs)]
pub struct ThreadsArg {
    /// Number of threads; 0 takes one for each core
    #[arg(long = "threads", value_name = "N", default_value_t = 0, allow_negative_numbers = true, value_parser = whole(0, 1024))]
    pub number: u64,
}
