//! Status in the shapes that scripts and monitoring of license servers already read: `stat` as `lmstat` writes it,
//! `udadmin` as its namesake.

mod managers;
mod release;
mod rows;
pub(crate) mod stat;
pub(crate) mod udadmin;

use std::ffi::OsString;

/// Words of `udadmin` with a single dash, as its users know them.
const SINGLE_DASH: [&str; 7] = [
    "-list", "-times", "-export", "-events", "-delete", "-user", "-device",
];

/// The command line with the long words of `udadmin` in the form that the parser knows.
pub(crate) fn with_double_dashes(words: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut words: Vec<OsString> = words.collect();
    if words.get(1).is_some_and(|word| word == "udadmin") {
        for word in words.iter_mut().skip(2) {
            if let Some(known) = SINGLE_DASH.iter().find(|known| word == **known) {
                *word = format!("-{known}").into();
            }
        }
    }
    words
}
