//! By mail.

use anyhow::Context;
use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use licensing_files::regular;

use crate::config::{MailConfig, MailSecurity};
use crate::service::{Message, Target};

/// Largest file of a password.
const MAX_PASSWORD_BYTES: usize = 4096;

/// A mail server.
pub(super) struct Mail {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    sender: Mailbox,
}

impl Mail {
    /// As configured; none when no server is.
    pub(super) fn open(config: &MailConfig) -> anyhow::Result<Option<Self>> {
        if config.server.is_empty() {
            return Ok(None);
        }
        let parameters =
            || TlsParameters::new(config.server.clone()).context("TLS to the mail server cannot be set up");
        let tls = match config.security {
            MailSecurity::Tls => Tls::Wrapper(parameters()?),
            MailSecurity::StartTls => Tls::Required(parameters()?),
            MailSecurity::None => Tls::None,
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&config.server)
            .port(config.port)
            .tls(tls);
        if !config.account.is_empty() {
            let file = &config.password_file;
            let text = regular::read_text(file, MAX_PASSWORD_BYTES)
                .with_context(|| format!("{} cannot be read", file.display()))?;
            let password = text.lines().next().unwrap_or_default().to_owned();
            builder = builder.credentials(Credentials::new(config.account.clone(), password));
        }
        Ok(Some(Self {
            transport: builder.build(),
            sender: config
                .sender
                .parse()
                .with_context(|| format!("mail.sender is '{}', which is no mail address", config.sender))?,
        }))
    }

    pub(super) async fn send(&self, id: i64, target: &Target, message: &Message) -> anyhow::Result<()> {
        let finding = &message.finding.finding;
        let mail = lettre::Message::builder()
            .from(self.sender.clone())
            .to(target.address.parse()?)
            .subject(format!(
                "[{:?}] {}: {}",
                finding.severity, message.event, message.title
            ))
            // The same for each try, so that mail programs show a message that was sent twice once.
            .message_id(Some(format!("<finding-{id}@{}>", self.sender.email.domain())))
            .body(text(message))?;
        self.transport.send(mail).await?;
        Ok(())
    }
}

fn text(message: &Message) -> String {
    let record = &message.finding;
    let finding = &record.finding;
    let servers: Vec<String> = finding.servers.iter().map(ToString::to_string).collect();
    let mut lines = vec![
        format!("{} ({})", message.title, message.event),
        String::new(),
        finding.detail.clone(),
        message.action.clone(),
        String::new(),
        format!("Subject:  {}", finding.subject),
        format!("Servers:  {}", servers.join(", ")),
        format!("Since:    {}", finding.since),
    ];
    if let Some(until) = finding.until {
        lines.push(format!("Until:    {until}"));
    }
    lines.push(format!("Key:      {}", finding.key));
    lines.push(String::new());
    lines.push("Evidence:".to_owned());
    for piece in &finding.evidence {
        lines.push(format!(
            "  {} server {} upload {} {} = {}",
            piece.created, piece.server_guid, piece.upload_id, piece.field, piece.value
        ));
    }
    lines.push(String::new());
    lines.join("\r\n")
}
