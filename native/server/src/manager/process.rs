//! One vendor daemon as a process.

use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::control::{DaemonSettings, StartAnswer};

/// Time from start to answer: a large database is read and checked in it.
const START_TIME: Duration = Duration::from_secs(120);
/// Windows' name for a process group of its own.
#[cfg(windows)]
const CREATE_NEW_PROCESS_GROUP: u32 = 0x0000_0200;
/// Longest answer that is read.
const ANSWER_BYTES: u64 = 64 * 1024;

/// A daemon that serves.
#[derive(Debug)]
pub(super) struct DaemonProcess {
    child: Child,
    /// The daemon ends when this closes, so it also ends when the manager is killed.
    stdin: Option<ChildStdin>,
    _stdout: BufReader<tokio::io::Take<ChildStdout>>,
    pub(super) port: u16,
    pub(super) control_port: u16,
    pub(super) process_id: u32,
}

/// Starts a daemon and waits until it serves. Dropping the future ends the process.
///
/// # Errors
/// What went wrong, in words.
pub(super) async fn start(executable: &Path, settings: &DaemonSettings) -> Result<DaemonProcess, String> {
    let mut command = Command::new(executable);
    // A terminal's Ctrl-C is for the manager, which then ends its daemons in good order.
    #[cfg(unix)]
    command.process_group(0);
    #[cfg(windows)]
    command.creation_flags(CREATE_NEW_PROCESS_GROUP);
    let mut child = command
        .arg("vendor-daemon")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("the process cannot be started: {error}"))?;
    let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
        return Err("the process has no standard input and output".to_owned());
    };
    let mut line = serde_json::to_vec(settings).map_err(|error| error.to_string())?;
    line.push(b'\n');
    let mut stdout = BufReader::new(stdout.take(ANSWER_BYTES));
    let mut answer = String::new();
    let handshake = async {
        stdin.write_all(&line).await?;
        stdin.flush().await?;
        stdout.read_line(&mut answer).await
    };
    match tokio::time::timeout(START_TIME, handshake).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => return Err(format!("the process does not answer: {error}")),
        Err(_) => {
            return Err(format!(
                "the process did not answer within {} s",
                START_TIME.as_secs()
            ));
        }
    }
    match serde_json::from_str(&answer) {
        Ok(StartAnswer::Serving {
            port,
            control_port,
            process_id,
        }) => Ok(DaemonProcess {
            child,
            stdin: Some(stdin),
            _stdout: stdout,
            port,
            control_port,
            process_id,
        }),
        Ok(StartAnswer::Failed { reason }) => Err(reason),
        Err(_) => match child.wait().await {
            Ok(status) => Err(format!("the process ended at once: {status}")),
            Err(error) => Err(error.to_string()),
        },
    }
}

impl DaemonProcess {
    /// Waits until it ends.
    pub(super) async fn wait(&mut self) -> std::io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Has it end by closing its standard input, and kills it if it has not after this time.
    pub(super) async fn stop(mut self, patience: Duration) {
        drop(self.stdin.take());
        if tokio::time::timeout(patience, self.child.wait()).await.is_err() {
            tracing::warn!(
                pid = self.process_id,
                "the vendor daemon did not end in time and is killed"
            );
            if let Err(error) = self.child.kill().await {
                tracing::warn!(pid = self.process_id, %error, "the vendor daemon cannot be killed");
            }
        }
    }
}
