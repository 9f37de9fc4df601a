//! Rules without settings that differ from others of their shape in a function or two: what is
//! written once for all of them.

mod contest;
mod proportional;
mod stated_proportional;
mod weighted;

pub(super) use contest::Contest;
pub(super) use proportional::Proportional;
pub(super) use stated_proportional::{Selects, StatedProportional};
pub(super) use weighted::Weighted;
