//! Options files: what the administrator of a license server says about who gets seats, how many and how long.
//!
//! [`parse`] reads every line without losing a byte. A bad line is reported with its number and ignored, the rest
//! holds. What the lines mean for a checkout is worked out in the crate `licensing-seats`.

mod directive;
mod findings;
mod line;
mod meaning;
mod model;
mod restriction;
mod words;

pub use line::parse;
pub use model::{
    AccessList, Directive, EntitlementList, FqdnMatching, LogEvent, LogPath, MaxWho, OptionLine,
    OptionLineKind, OptionsFile, Selector, SelectorKey, Who, WhoKind,
};
pub use restriction::{Restriction, RestrictionKind};
