//! Connections to the web services of those who do not behave as a client should.

use std::net::SocketAddr;
use std::str::FromStr;
use std::sync::Arc;

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use licensing_api::administrator::NewAdministrator;
use licensing_api::license_file::{ExplainLicenseFile, LicenseFileExplanation};
use licensing_api::operation::op;
use licensing_api::{Permission, Secret};
use licensing_client::{Address, AdminClient, CertHash, ConnectOptions, Credentials, Trust};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::Site;

/// The password of every account that a proof adds.
const PASSWORD: &str = "red green blue yellow";

/// The web services of a site, as anybody can reach them.
#[derive(Clone)]
pub struct Web {
    address: SocketAddr,
    cert_hash: String,
    connector: TlsConnector,
}

impl Web {
    /// Of a site that runs.
    ///
    /// # Errors
    /// If it does not.
    pub fn of(site: &Site) -> anyhow::Result<Self> {
        let endpoints = site.endpoints()?;
        let trust = Trust::CertHash(CertHash::from_str(&endpoints.cert_hash)?);
        Ok(Self {
            address: endpoints.web_services,
            connector: TlsConnector::from(Arc::new(trust.client_config(None)?)),
            cert_hash: endpoints.cert_hash,
        })
    }

    /// The same by way of another address.
    #[must_use]
    pub fn at(&self, address: SocketAddr) -> Self {
        Self {
            address,
            ..self.clone()
        }
    }

    /// A connection that speaks HTTP/1.1.
    ///
    /// # Errors
    /// If the server takes none.
    pub async fn connect(&self) -> anyhow::Result<TlsStream<TcpStream>> {
        let stream = TcpStream::connect(self.address).await?;
        Ok(self.connector.connect("localhost".try_into()?, stream).await?)
    }

    /// Status of the answer to a request on a connection of its own; none when the connection ends without one.
    ///
    /// # Errors
    /// If the server takes no connection.
    pub async fn ask(&self, request: &[u8]) -> anyhow::Result<Option<u16>> {
        let mut stream = self.connect().await?;
        let mut answer = Vec::new();
        // An end without an answer is one as well.
        let _ = stream.write_all(request).await;
        let _ = stream.read_to_end(&mut answer).await;
        let line = String::from_utf8_lossy(&answer);
        Ok(line
            .split_whitespace()
            .nth(1)
            .and_then(|status| status.parse().ok()))
    }

    /// A client with an account of [`add_reader`].
    ///
    /// # Errors
    /// If the options are wrong.
    pub fn reader(&self, account: &str) -> anyhow::Result<AdminClient> {
        let mut options = ConnectOptions::new(Address::from_str(&self.address.to_string())?);
        options.trust = Trust::CertHash(CertHash::from_str(&self.cert_hash)?);
        options.credentials = Credentials::Basic {
            account: account.to_owned(),
            password: Secret::new(PASSWORD.to_owned()),
        };
        Ok(AdminClient::connect(options)?)
    }
}

/// Adds an account of level ReadOnly and gives its header for [`sign_in`] and [`explain`].
///
/// # Errors
/// If the server refuses it.
pub async fn add_reader(administrator: &AdminClient, account: &str) -> anyhow::Result<String> {
    let request = NewAdministrator {
        account: account.to_owned(),
        group: false,
        permissions: Some(Permission::ReadOnly),
        password: Some(Secret::new(PASSWORD.to_owned())),
        ntlm: false,
        keep_existing: false,
    };
    administrator.call::<op::NewAdministrator>(&request).await?;
    Ok(basic(account, PASSWORD))
}

/// Value of the header `Authorization`.
pub fn basic(account: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{account}:{password}")))
}

/// A request that needs no more than somebody who signs in, on a connection that ends with it.
pub fn sign_in(authorization: &str) -> Vec<u8> {
    format!(
        "GET /v1/permission HTTP/1.1\r\nhost: localhost\r\nauthorization: {authorization}\r\nconnection: close\r\n\r\n"
    )
    .into_bytes()
}

/// Head and body of a request that has a license file explained.
pub fn explain(authorization: &str, text: &str) -> (Vec<u8>, Vec<u8>) {
    let body = format!(
        "{{\"fileName\":\"attack.lic\",\"content\":\"{}\"}}",
        STANDARD.encode(text)
    );
    let head = format!(
        "POST /v1/license-files/explain HTTP/1.1\r\nhost: localhost\r\nauthorization: {authorization}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    (head.into_bytes(), body.into_bytes())
}

/// Has a text explained, as a client that behaves.
///
/// # Errors
/// What the server says.
pub async fn explained(client: &AdminClient, text: &str) -> anyhow::Result<LicenseFileExplanation> {
    let request = ExplainLicenseFile {
        file_name: "other.lic".to_owned(),
        content: STANDARD.encode(text),
    };
    let explained = client.call::<op::ExplainLicenseFile>(&request).await;
    explained.context("the file is not explained")
}
