//! Programs that are started and do not outlive their starter.

use std::process::{Output, Stdio};

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::Command;

/// Runs a program to its end; its output goes where ours goes.
///
/// # Errors
/// When it cannot be started or does not succeed.
pub async fn run(command: &mut Command) -> Result<()> {
    let shown = shown(command);
    let status = command
        .kill_on_drop(true)
        .status()
        .await
        .with_context(|| format!("{shown} cannot be started"))?;
    if !status.success() {
        bail!("{shown} ended with {status}");
    }
    Ok(())
}

/// Runs a program to its end and returns what it wrote on standard output.
///
/// # Errors
/// When it cannot be started, does not succeed, or writes no text.
pub async fn output(command: &mut Command) -> Result<String> {
    let output = finished(command).await?;
    let shown = shown(command);
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{shown} ended with {}: {}", output.status, said.trim());
    }
    String::from_utf8(output.stdout).with_context(|| format!("{shown} wrote no text"))
}

/// Runs a program to its end, shows both of its outputs as they come, and returns them with whether it succeeded.
///
/// # Errors
/// When it cannot be started.
pub async fn tee(command: &mut Command) -> Result<(bool, String)> {
    let shown = shown(command);
    let mut child = command
        .kill_on_drop(true)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("{shown} cannot be started"))?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let (out, err, status) = tokio::join!(copy(out, false), copy(err, true), child.wait());
    let status = status.with_context(|| format!("{shown} was lost"))?;
    Ok((status.success(), format!("{}{}", out?, err?)))
}

/// Runs a program to its end and returns what it wrote on both of its outputs with whether it succeeded.
///
/// # Errors
/// When it cannot be started.
pub async fn captured(command: &mut Command) -> Result<(bool, String)> {
    let output = finished(command).await?;
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    Ok((output.status.success(), text))
}

async fn finished(command: &mut Command) -> Result<Output> {
    command
        .kill_on_drop(true)
        .stdin(Stdio::null())
        .output()
        .await
        .with_context(|| format!("{} cannot be started", shown(command)))
}

async fn copy(stream: Option<impl AsyncRead + Unpin>, to_stderr: bool) -> Result<String> {
    let Some(stream) = stream else {
        return Ok(String::new());
    };
    let mut reader = BufReader::new(stream);
    let mut whole = String::new();
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).await? > 0 {
        let text = String::from_utf8_lossy(&line);
        if to_stderr {
            eprint!("{text}");
        } else {
            print!("{text}");
        }
        whole.push_str(&text);
        line.clear();
    }
    Ok(whole)
}

fn shown(command: &Command) -> String {
    let command = command.as_std();
    let mut text = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        text.push(' ');
        text.push_str(&argument.to_string_lossy());
    }
    text
}
