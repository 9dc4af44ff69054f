//! Room for many connections.

/// Raises the soft limit of open files to the hard one and returns it; none where the system has no such limit.
#[cfg(unix)]
pub fn raise_file_limit() -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let limit = getrlimit(Resource::Nofile);
    let wanted = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    match setrlimit(Resource::Nofile, wanted) {
        Ok(()) => limit.maximum,
        Err(error) => {
            tracing::warn!(%error, "the limit of open files cannot be raised");
            limit.current
        }
    }
}

/// Raises the soft limit of open files to the hard one and returns it; none where the system has no such limit.
#[cfg(not(unix))]
pub fn raise_file_limit() -> Option<u64> {
    None
}
