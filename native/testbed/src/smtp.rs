//! A mail server that shows what it takes.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::Context;

use crate::port::free_port;
use crate::python::python_with;

/// A server that prints each mail as a line of JSON.
const PROGRAM: &str = r#"
import email, json, sys, time
from email.policy import default
from aiosmtpd.controller import Controller

class Handler:
    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=default)
        print(json.dumps({"to": envelope.rcpt_tos, "subject": mail["subject"], "text": mail.get_content()}), flush=True)
        return "250 OK"

controller = Controller(Handler(), hostname="127.0.0.1", port=int(sys.argv[1]), ready_timeout=60)
controller.start()
print("ready", flush=True)
while True:
    time.sleep(60)
"#;

/// A running mail server (`aiosmtpd`) on a free port of this machine.
pub struct SmtpServer {
    child: Child,
    output: BufReader<ChildStdout>,
    port: u16,
}

/// A mail that was taken.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Mail {
    /// Receivers.
    pub to: Vec<String>,
    /// Subject.
    pub subject: String,
    /// Text.
    pub text: String,
}

impl SmtpServer {
    /// Starts one; none where Python or the package cannot be had. `folder` keeps its virtual environment.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(folder: &Path) -> anyhow::Result<Option<Self>> {
        let Some(python) = python_with(&folder.join("aiosmtpd"), &["aiosmtpd"], "aiosmtpd") else {
            return Ok(None);
        };
        let port = free_port()?;
        let mut child = Command::new(python)
            .args(["-c", PROGRAM, &port.to_string()])
            .stdout(Stdio::piped())
            .spawn()?;
        let output = BufReader::new(child.stdout.take().context("no output")?);
        let mut server = Self { child, output, port };
        anyhow::ensure!(server.line()? == "ready\n", "the mail server did not start");
        Ok(Some(server))
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Waits for the next mail.
    ///
    /// # Errors
    /// When the server has ended.
    pub fn mail(&mut self) -> anyhow::Result<Mail> {
        Ok(serde_json::from_str(&self.line()?)?)
    }

    fn line(&mut self) -> anyhow::Result<String> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        anyhow::ensure!(!line.is_empty(), "the mail server has ended");
        Ok(line)
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
