//! By webhook: a JSON body that is signed with the secret of the target.

use anyhow::{Context, bail};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use licensing_client::Trust;
use reqwest::redirect;
use sha2::Sha256;

use crate::message::{Message, Target};

/// Names of the headers of a webhook.
#[derive(Debug, Clone, Copy)]
pub struct Headers {
    /// Header with the id of the message: the same for each try.
    pub delivery: &'static str,
    /// Header with the signature: `t=` seconds since 1970, `v1=` HMAC-SHA-256 over them, a full stop and the body.
    pub signature: &'static str,
}

pub(crate) async fn send(headers: Headers, target: &Target, message: &Message) -> anyhow::Result<()> {
    let trust = match &target.cert_hash {
        Some(hash) => Trust::CertHash(hash.parse().map_err(|error| anyhow::anyhow!("{error}"))?),
        None => Trust::default(),
    };
    // Reading what the operating system trusts blocks.
    let tls = tokio::task::spawn_blocking(move || trust.client_config(None))
        .await?
        .map_err(|problem| anyhow::anyhow!("{problem}"))?;
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .https_only(true)
        .no_proxy()
        .redirect(redirect::Policy::none())
        .build()?;
    let mut request = client
        .post(&target.address)
        .header(reqwest::header::CONTENT_TYPE, "application/json")
        .header(headers.delivery, &message.id);
    if let Some(secret) = &target.secret {
        let seconds = Timestamp::now().as_second();
        request = request.header(headers.signature, signature(secret, seconds, &message.body)?);
    }
    // The address is left out of what is told and logged: for many receivers its path is the secret.
    let answer = request.body(message.body.clone()).send().await;
    let status = answer.map_err(reqwest::Error::without_url)?.status();
    if !status.is_success() {
        bail!("the webhook answered {status}");
    }
    Ok(())
}

fn signature(secret: &str, seconds: i64, body: &str) -> anyhow::Result<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).context("the secret cannot be used")?;
    mac.update(format!("{seconds}.").as_bytes());
    mac.update(body.as_bytes());
    Ok(format!(
        "t={seconds},v1={}",
        hex::encode(mac.finalize().into_bytes())
    ))
}
