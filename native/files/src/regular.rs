//! Reading files that others can put in place: only regular files, and never waiting for anybody.
//!
//! Opening a FIFO waits for a writer, and opening a device may do anything. Both are refused by their type, before and
//! after the file is opened, so that exchanging the file in between gains nothing.

use std::fs::{File, FileType, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

/// The regular file at `path`, opened for reading. Symbolic links are followed.
///
/// # Errors
/// When there is none, it cannot be opened, or it is something other than a regular file; the text says what it is.
pub fn open(path: &Path) -> io::Result<File> {
    require_regular(std::fs::metadata(path)?.file_type())?;
    let mut options = OpenOptions::new();
    options.read(true);
    never_wait(&mut options);
    let file = options.open(path)?;
    require_regular(file.metadata()?.file_type())?;
    Ok(file)
}

/// Content of the regular file at `path`, at most `limit` bytes. Symbolic links are followed: configuration and
/// certificates are often links into folders that other programs care for.
///
/// # Errors
/// As [`open`], and when the file is larger than allowed.
pub fn read(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    content(open(path)?, limit)
}

/// Text of the regular file at `path`, as [`read`].
///
/// # Errors
/// As [`read`], and when the content is not UTF-8.
pub fn read_text(path: &Path, limit: usize) -> io::Result<String> {
    String::from_utf8(read(path, limit)?)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8 text"))
}

/// The file at `path` if it belongs to the folder it lies in: a regular file of the owner of the folder (or of the
/// account that reads it), whose symbolic links, if there are any, stay within the folder. Files of these folders are
/// shown to administrators, so a link or a foreign file must not become a way to read what else the server can read.
///
/// # Errors
/// As [`open`]; [`io::ErrorKind::PermissionDenied`] when the file belongs to somebody else or lies elsewhere.
pub fn open_own(path: &Path) -> io::Result<File> {
    let folder = path
        .parent()
        .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    if std::fs::symlink_metadata(path)?.file_type().is_symlink() {
        let target = path.canonicalize().map_err(|error| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                format!("it is a link whose target cannot be reached: {error}"),
            )
        })?;
        if !target.starts_with(folder.canonicalize()?) {
            return Err(refused("it is a link to a place outside of its folder"));
        }
    }
    let file = open(path)?;
    require_owner(&file.metadata()?, &std::fs::metadata(folder)?)?;
    Ok(file)
}

/// Content of a file as [`open_own`] gives it, at most `limit` bytes.
///
/// # Errors
/// As [`open_own`], and when the file is larger than allowed.
pub fn read_own(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    content(open_own(path)?, limit)
}

/// That what is at `path` is a regular file, or nothing: for files that are about to be written.
///
/// # Errors
/// When it is something else, such as a FIFO, where opening would wait for a reader.
pub fn require_regular_or_nothing(path: &Path) -> io::Result<()> {
    match std::fs::metadata(path) {
        Ok(found) => require_regular(found.file_type()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Whether something of that name is there, be it a file, a folder, or a link to nothing.
pub fn is_there(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok()
}

fn content(file: File, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > limit {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("it is larger than {limit} bytes"),
        ));
    }
    Ok(bytes)
}

fn refused(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, why)
}

fn require_regular(found: FileType) -> io::Result<()> {
    if found.is_file() {
        return Ok(());
    }
    Err(io::Error::new(
        io::ErrorKind::InvalidData,
        format!("it is {}, not a regular file", name_of(found)),
    ))
}

#[cfg(unix)]
fn name_of(found: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    match found {
        found if found.is_dir() => "a folder",
        found if found.is_fifo() => "a named pipe (FIFO)",
        found if found.is_socket() => "a socket",
        found if found.is_block_device() || found.is_char_device() => "a device",
        _ => "something else",
    }
}

#[cfg(not(unix))]
fn name_of(found: FileType) -> &'static str {
    if found.is_dir() {
        "a folder"
    } else {
        "something else"
    }
}

#[cfg(unix)]
fn never_wait(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;
    let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
    options.custom_flags(flags.bits().cast_signed());
}

#[cfg(not(unix))]
fn never_wait(_: &mut OpenOptions) {}

#[cfg(unix)]
fn require_owner(file: &Metadata, folder: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    let own = rustix::process::geteuid().as_raw();
    if file.uid() == folder.uid() || file.uid() == own {
        return Ok(());
    }
    Err(refused(&format!(
        "it belongs to user {}, and its folder to user {}; files of this folder must belong to the owner of the folder",
        file.uid(),
        folder.uid()
    )))
}

// On Windows the access list that `init` sets decides who can put files into the folder.
#[cfg(not(unix))]
fn require_owner(_: &Metadata, _: &Metadata) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn pipes_folders_and_sockets_are_named_and_never_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &pipe,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::from_raw_mode(0o600),
            0,
        )
        .unwrap();
        let socket = folder.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        for (path, word) in [
            (pipe.as_path(), "FIFO"),
            (socket.as_path(), "socket"),
            (folder.path(), "folder"),
            (Path::new("/dev/null"), "device"),
        ] {
            let error = read(path, 10).unwrap_err();
            assert!(error.to_string().contains(word), "{error}");
        }
    }

    #[test]
    fn links_may_not_leave_their_folder() {
        let (inside, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::fs::write(outside.path().join("secret"), "secret").unwrap();
        std::fs::write(inside.path().join("one"), "text").unwrap();
        let link = |name: &str, target: &Path| {
            let path = inside.path().join(name);
            symlink(target, &path).unwrap();
            path
        };
        assert_eq!(read_own(&link("good", Path::new("one")), 10).unwrap(), b"text");
        let away = link("away", &outside.path().join("secret"));
        assert_eq!(read(&away, 10).unwrap(), b"secret");
        assert_eq!(
            read_own(&away, 10).unwrap_err().kind(),
            io::ErrorKind::PermissionDenied
        );
        let dangling = link("dangling", Path::new("nothing"));
        assert_eq!(
            read_own(&dangling, 10).unwrap_err().kind(),
            io::ErrorKind::InvalidData
        );
        assert!(is_there(&dangling));
        assert_eq!(
            read_own(&inside.path().join("none"), 10).unwrap_err().kind(),
            io::ErrorKind::NotFound
        );
    }

    #[test]
    fn files_of_others_are_refused() {
        if rustix::process::geteuid().is_root() {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("a.lic");
            std::fs::write(&path, "text").unwrap();
            std::os::unix::fs::chown(&path, Some(12345), None).unwrap();
            assert!(read_own(&path, 10).unwrap_err().to_string().contains("12345"));
        } else {
            // Whatever this account does not own and can read.
            let folder = std::fs::metadata("/").unwrap();
            let mine = tempfile::NamedTempFile::new().unwrap();
            let mine = mine.as_file().metadata().unwrap();
            assert!(require_owner(&folder, &mine).is_err());
        }
    }
}
