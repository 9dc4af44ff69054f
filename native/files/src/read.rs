//! Reading files whose size somebody else decides.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Content of a file of at most `limit` bytes.
///
/// # Errors
/// Whatever the file system answers, and [`io::ErrorKind::FileTooLarge`] for a larger file.
pub fn read_bounded(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > limit {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("it is larger than {limit} bytes"),
        ));
    }
    Ok(bytes)
}
