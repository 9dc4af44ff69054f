//! SIGPIPE, which must not reach the host: writing to a connection that the server has closed is an error of the call,
//! whatever the host does about signals.

#[cfg(unix)]
mod unix {
    use std::mem::MaybeUninit;

    /// While it lives, SIGPIPE of the calling thread is held back; what has come by then is dropped with it.
    pub(crate) struct WithoutPipe {
        before: libc::sigset_t,
        was_pending: bool,
    }

    fn pipe() -> libc::sigset_t {
        let mut set = MaybeUninit::uninit();
        // SAFETY: the set is written by the first call before the second one reads it.
        unsafe {
            libc::sigemptyset(set.as_mut_ptr());
            libc::sigaddset(set.as_mut_ptr(), libc::SIGPIPE);
            set.assume_init()
        }
    }

    fn is_pending() -> bool {
        let mut set = MaybeUninit::uninit();
        // SAFETY: the set is read only after it was written.
        unsafe {
            libc::sigpending(set.as_mut_ptr()) == 0 && libc::sigismember(set.as_ptr(), libc::SIGPIPE) == 1
        }
    }

    /// Holds SIGPIPE back on this thread for good; for threads of the library itself.
    pub(crate) fn never_pipe_here() {
        // SAFETY: the set is valid, and the earlier mask is not wanted.
        unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, &pipe(), std::ptr::null_mut()) };
    }

    impl WithoutPipe {
        pub(crate) fn new() -> Self {
            let was_pending = is_pending();
            let mut before = MaybeUninit::uninit();
            // SAFETY: both sets are valid; the call writes the earlier mask whenever its arguments are valid.
            let before = unsafe {
                libc::pthread_sigmask(libc::SIG_BLOCK, &pipe(), before.as_mut_ptr());
                before.assume_init()
            };
            Self { before, was_pending }
        }
    }

    impl Drop for WithoutPipe {
        fn drop(&mut self) {
            if !self.was_pending && is_pending() {
                let mut signal = 0;
                // SAFETY: the set is valid and the signal is pending, so that the call returns at once.
                unsafe { libc::sigwait(&pipe(), &mut signal) };
            }
            // SAFETY: the mask that this thread had before.
            unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &self.before, std::ptr::null_mut()) };
        }
    }
}

#[cfg(unix)]
pub(crate) use unix::{WithoutPipe, never_pipe_here};

/// Windows has no such signal.
#[cfg(not(unix))]
pub(crate) struct WithoutPipe;

#[cfg(not(unix))]
impl WithoutPipe {
    pub(crate) fn new() -> Self {
        Self
    }
}

#[cfg(not(unix))]
pub(crate) fn never_pipe_here() {}

#[cfg(all(test, unix))]
mod tests {
    use std::io::Write;
    use std::os::fd::{AsRawFd, FromRawFd};
    use std::os::unix::net::UnixStream;

    use super::*;

    #[test]
    fn a_broken_pipe_is_an_error_and_no_signal() {
        // As in a host that leaves the signal at its default, which ends the process.
        // SAFETY: no handler is set.
        let before = unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
        let (one, other) = UnixStream::pair().expect("a pair");
        drop(other);
        {
            let _held_back = WithoutPipe::new();
            // SAFETY: the descriptor is open, and is not closed a second time by the file.
            let mut raw = std::mem::ManuallyDrop::new(unsafe { std::fs::File::from_raw_fd(one.as_raw_fd()) });
            let error = raw.write(b"x").expect_err("nobody reads");
            assert_eq!(error.kind(), std::io::ErrorKind::BrokenPipe);
        }
        // SAFETY: what was there before.
        unsafe { libc::signal(libc::SIGPIPE, before) };
    }
}
