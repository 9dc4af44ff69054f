//! A program that serves until it is dropped.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::de::DeserializeOwned;

/// Longest time until a program serves.
const START: Duration = Duration::from_secs(60);

/// Longest time until a program has ended by itself.
const END: Duration = Duration::from_secs(20);

/// The running program. Dropping it lets the program end in good order, and kills it only when it does not.
pub(super) struct Program(Child);

impl Program {
    /// Starts a program and waits until it says, in the first line of its output, where it listens.
    ///
    /// # Errors
    /// When it cannot be started or does not serve; the error shows its log.
    pub(super) async fn start<E: DeserializeOwned>(command: &mut Command, log: &Path) -> Result<(Self, E)> {
        let name = Path::new(command.get_program())
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let file = File::create(log).with_context(|| format!("{} cannot be written", log.display()))?;
        let mut process = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(file)
            .spawn()
            .with_context(|| format!("{name} cannot be started"))?;
        let output = process.stdout.take();
        let program = Self(process);
        let output = output.with_context(|| format!("{name} has no output"))?;
        let reading = tokio::task::spawn_blocking(move || first_line(output));
        let line = match tokio::time::timeout(START, reading).await {
            Ok(line) => line.context("the first line was lost")??,
            Err(_) => String::new(),
        };
        let Ok(endpoints) = serde_json::from_str(&line) else {
            let said = std::fs::read_to_string(log).unwrap_or_default();
            bail!("{name} did not start to serve; its log says:\n{said}");
        };
        Ok((program, endpoints))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        ask_to_end(&mut self.0);
        let deadline = Instant::now() + END;
        while Instant::now() < deadline {
            match self.0.try_wait() {
                Ok(None) => std::thread::sleep(Duration::from_millis(50)),
                Ok(Some(_)) | Err(_) => return,
            }
        }
        // Nothing better is left to do, and nobody to tell.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[cfg(unix)]
fn ask_to_end(child: &mut Child) {
    use rustix::process::{Pid, Signal, kill_process};
    let id = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    if let (Some(id), Ok(None)) = (id, child.try_wait()) {
        // It may have ended in between, which is what is wanted.
        kill_process(id, Signal::TERM).ok();
    }
}

#[cfg(not(unix))]
fn ask_to_end(child: &mut Child) {
    // Windows has no signal for a program without a window; the server's state survives this by design.
    child.kill().ok();
}

/// The first line; the rest is read away so that the writer never waits.
fn first_line(output: ChildStdout) -> Result<String> {
    let mut reader = BufReader::new(output);
    let mut line = String::new();
    reader
        .read_line(&mut line)
        .context("the program cannot be read")?;
    std::thread::spawn(move || std::io::copy(&mut reader, &mut std::io::sink()));
    Ok(line)
}
