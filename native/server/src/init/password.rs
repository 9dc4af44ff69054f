//! Where the first administrator's password comes from; never from an argument, which everybody on the machine can see.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use anyhow::{Context, bail};
use licensing_api::Secret;
use zeroize::Zeroizing;

use crate::accounts::password;

/// Longest password that is read, in bytes.
const PASSWORD_BYTES: u64 = 4096;

/// Where the password comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordSource {
    /// Made up.
    Generated,
    /// First line of a file.
    File(PathBuf),
    /// First line of the standard input.
    StandardInput,
}

impl PasswordSource {
    /// The password, and whether it was made up.
    pub(super) fn obtain(&self) -> anyhow::Result<(Secret, bool)> {
        match self {
            Self::Generated => {
                let made = password::generate();
                Ok((
                    made.map_err(|error| anyhow::anyhow!("there is no randomness: {error}"))?,
                    true,
                ))
            }
            Self::File(path) => {
                let file =
                    File::open(path).with_context(|| format!("{} cannot be opened", path.display()))?;
                Ok((
                    first_line(file).with_context(|| format!("{} holds no password", path.display()))?,
                    false,
                ))
            }
            Self::StandardInput => Ok((
                first_line(io::stdin().lock()).context("the standard input holds no password")?,
                false,
            )),
        }
    }
}

fn first_line(from: impl Read) -> anyhow::Result<Secret> {
    let mut text = Zeroizing::new(String::new());
    from.take(PASSWORD_BYTES).read_to_string(&mut text)?;
    let line = text.lines().next().unwrap_or_default();
    if line.is_empty() {
        bail!("its first line is empty");
    }
    Ok(Secret::new(line))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_first_line_is_the_password() {
        assert_eq!(
            first_line(&b"correct horse\r\nignored\n"[..]).unwrap().expose(),
            "correct horse"
        );
        first_line(&b"\nsecond"[..]).expect_err("an empty line is none");
        first_line(&b""[..]).expect_err("nothing is none");
    }
}
