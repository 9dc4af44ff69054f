//! By mail.

use anyhow::Context;
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use licensing_files::regular;

use crate::config::{MailConfig, MailSecurity};
use crate::message::{Message, Target};

/// Largest file of a password.
const MAX_PASSWORD_BYTES: usize = 4096;

pub(crate) async fn send(config: &MailConfig, target: &Target, message: &Message) -> anyhow::Result<()> {
    if config.server.is_empty() {
        anyhow::bail!("no mail server is configured; set server under [mail]");
    }
    let sender: Mailbox = config
        .sender
        .parse()
        .with_context(|| format!("mail.sender is '{}', which is no mail address", config.sender))?;
    let mail = lettre::Message::builder()
        .from(sender.clone())
        .to(target.address.parse()?)
        .subject(&message.subject)
        .message_id(Some(format!("<{}@{}>", message.id, sender.email.domain())))
        .header(ContentType::TEXT_PLAIN)
        .body(message.text.clone())?;
    let reading = config.clone();
    let (tls, password) = tokio::task::spawn_blocking(move || files(&reading)).await??;
    transport(config, tls, password).send(mail).await?;
    Ok(())
}

/// How the connection is protected, and the password of the account, if there is one. It blocks.
fn files(config: &MailConfig) -> anyhow::Result<(Tls, Option<String>)> {
    let parameters =
        || TlsParameters::new(config.server.clone()).context("TLS to the mail server cannot be set up");
    let tls = match config.security {
        MailSecurity::Tls => Tls::Wrapper(parameters()?),
        MailSecurity::StartTls => Tls::Required(parameters()?),
        MailSecurity::None => Tls::None,
    };
    if config.account.is_empty() {
        return Ok((tls, None));
    }
    let file = &config.password_file;
    let text = regular::read_text(file, MAX_PASSWORD_BYTES)
        .with_context(|| format!("{} cannot be read", file.display()))?;
    Ok((tls, Some(text.lines().next().unwrap_or_default().to_owned())))
}

fn transport(config: &MailConfig, tls: Tls, password: Option<String>) -> AsyncSmtpTransport<Tokio1Executor> {
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&config.server)
        .port(config.port)
        .tls(tls);
    if let Some(password) = password {
        builder = builder.credentials(Credentials::new(config.account.clone(), password));
    }
    builder.build()
}
