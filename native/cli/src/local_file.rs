//! Reading what the user names on this machine.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use licensing_api::{ErrorCode, Problem, Secret};
use zeroize::Zeroizing;

use crate::exit::Failure;

/// Longest password or token that is read, in bytes.
const MAX_SECRET_BYTES: u64 = 64 * 1024;

/// The name that a server gave a file, for the current folder: a server must not choose the folder.
///
/// # Errors
/// When there is no name in it.
pub(crate) fn named(name: &str) -> Result<PathBuf, Failure> {
    let is_plain = !name.is_empty()
        && !name.starts_with('.')
        && !name.contains(['/', '\\', ':'])
        && !name.contains(char::is_control);
    match is_plain {
        true => Ok(PathBuf::from(name)),
        false => Err(Failure::usage(
            "The name that the server gave the file is no plain name.",
            name.chars()
                .filter(|one| !one.is_control())
                .take(80)
                .collect::<String>(),
            "Choose a file with --output.",
        )),
    }
}

/// The bytes of a file; `-` is standard input.
///
/// # Errors
/// `LocalFileUnreadable` when it cannot be read, `RequestTooLarge` when it has more than `limit` bytes.
pub(crate) fn bytes(path: &Path, limit: usize) -> Result<Vec<u8>, Problem> {
    let unreadable = |error: io::Error| unreadable(path, &error);
    let mut content = Vec::new();
    open(path)
        .map_err(unreadable)?
        .take(limit as u64 + 1)
        .read_to_end(&mut content)
        .map_err(unreadable)?;
    if content.len() > limit {
        let detail = format!("It has more than {limit} bytes.");
        return Err(Problem::new(ErrorCode::RequestTooLarge, detail).about(path.display().to_string()));
    }
    Ok(content)
}

/// The text of a file in UTF-8.
///
/// # Errors
/// As for [`bytes`], and `LocalFileUnreadable` when it is no UTF-8.
pub(crate) fn text(path: &Path, limit: usize) -> Result<String, Problem> {
    String::from_utf8(bytes(path, limit)?).map_err(|error| {
        Problem::new(
            ErrorCode::LocalFileUnreadable,
            format!("It is not UTF-8: {error}."),
        )
        .about(path.display().to_string())
        .advise("Save the file as UTF-8.")
    })
}

/// The first line of a file that holds a secret; `-` is standard input.
///
/// # Errors
/// When it cannot be read, is empty or is no text.
pub(crate) fn secret(path: &Path) -> Result<Secret, Failure> {
    let text = secret_text(path)?;
    Secret::of_first_line(&text)
        .ok_or_else(|| unusable_secret(path, "The first line of the file of the secret is empty."))
}

/// All of a file that holds a secret.
///
/// # Errors
/// When it cannot be read or is no text.
pub(crate) fn secret_text(path: &Path) -> Result<Zeroizing<String>, Failure> {
    let mut content = Zeroizing::new(Vec::with_capacity(4096));
    open(path)
        .and_then(|reader| reader.take(MAX_SECRET_BYTES).read_to_end(&mut content))
        .map_err(|error| unreadable(path, &error))?;
    match std::str::from_utf8(&content) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(_) => Err(unusable_secret(path, "The file of the secret is not UTF-8.")),
    }
}

fn unusable_secret(path: &Path, detail: &str) -> Failure {
    Failure::usage(
        detail,
        path.display().to_string(),
        "Write the secret into the first line of the file, in UTF-8.",
    )
}

fn open(path: &Path) -> io::Result<Box<dyn Read>> {
    if path == Path::new("-") {
        Ok(Box::new(io::stdin().lock()))
    } else {
        Ok(Box::new(File::open(path)?))
    }
}

/// The problem of a file that cannot be read.
pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Problem {
    Problem::new(ErrorCode::LocalFileUnreadable, format!("{error}.")).about(path.display().to_string())
}

/// The problem of a file that cannot be written.
pub(crate) fn unwritable(path: &Path, error: &io::Error) -> Problem {
    Problem::new(ErrorCode::LocalFileUnwritable, format!("{error}.")).about(path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_names_files_of_the_current_folder_only() {
        for name in ["usage-lic01-2026-11-30.csv", "4711.request.json"] {
            assert_eq!(named(name).ok(), Some(PathBuf::from(name)));
        }
        for name in ["", "..", "../x", "/etc/x", ".profile", "a\\b", "c:x", "a\nb"] {
            assert!(named(name).is_err(), "{name:?}");
        }
    }
}
