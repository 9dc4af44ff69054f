//! The open connection to a vendor daemon, made again when it is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use licensing_api::{ErrorCode, Problem};
use licensing_protocol::licensing::vendor_daemon_client::VendorDaemonClient;
use tonic::Request;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::Channel;
use zeroize::Zeroizing;

use super::options::{ProductOptions, Transport};
use super::session::Session;
use crate::address::Address;
use crate::channel::{self, CertificateCheck, Security};
use crate::location::discover_as;
use crate::problems;

/// An open connection and where it leads.
#[derive(Debug, Clone)]
pub(super) struct Link {
    pub(super) client: VendorDaemonClient<Channel>,
    /// None when each question is a call of its own.
    pub(super) session: Option<Arc<Session>>,
    pub(super) address: Address,
    /// Tells this connection from those before and after it.
    pub(super) number: u64,
}

impl Link {
    fn is_lost(&self) -> bool {
        self.session.as_ref().is_some_and(|session| session.is_lost())
    }
}

/// Opens connections.
#[derive(Debug)]
pub(super) struct Links {
    authorization: Option<MetadataValue<Ascii>>,
    open: tokio::sync::Mutex<Option<Link>>,
    made: AtomicU64,
}

impl Links {
    pub(super) fn new(options: &ProductOptions) -> Result<Self, Problem> {
        let authorization = match &options.token {
            None => None,
            Some(token) => Some(bearer(token.expose())?),
        };
        Ok(Self {
            authorization,
            open: tokio::sync::Mutex::new(None),
            made: AtomicU64::new(0),
        })
    }

    /// The open connection, or a new one to where the manager says that the daemon is now.
    pub(super) async fn get(&self, options: &ProductOptions) -> Result<Link, Problem> {
        let mut link = self.open.lock().await;
        if let Some(open) = link.as_ref().filter(|open| !open.is_lost()) {
            return Ok(open.clone());
        }
        let identity = options.identity.as_ref();
        let found = discover_as(
            &options.manager,
            Some(&options.trust),
            identity,
            options.attempt_timeout,
        )
        .await?;
        let address = found.vendor(options.vendor.as_deref())?.address.clone();
        let security = if found.tls {
            Security::Tls(CertificateCheck::at(&address, Some(&options.trust)), identity)
        } else {
            Security::Plain
        };
        let channel = channel::open(&address, security, options.attempt_timeout).await?;
        let client = VendorDaemonClient::new(channel);
        let session = self.session(options, &client, &address).await?;
        let new = Link {
            client,
            session,
            address,
            number: self.made.fetch_add(1, Ordering::Relaxed),
        };
        Ok(link.insert(new).clone())
    }

    async fn session(
        &self,
        options: &ProductOptions,
        client: &VendorDaemonClient<Channel>,
        address: &Address,
    ) -> Result<Option<Arc<Session>>, Problem> {
        match options.transport {
            Transport::Calls => return Ok(None),
            Transport::Session => {}
        }
        let opening = Session::open(client.clone(), address, |messages| self.authorized(messages));
        match tokio::time::timeout(options.attempt_timeout, opening).await {
            Ok(Ok(session)) => Ok(session.map(Arc::new)),
            Ok(Err(status)) => Err(problems::of_status(address, &status)),
            Err(_) => Err(problems::timed_out(
                address,
                "opening the session",
                options.attempt_timeout,
            )),
        }
    }

    /// Others may have replaced the broken connection already.
    pub(super) async fn forget(&self, number: u64) {
        let mut link = self.open.lock().await;
        if link.as_ref().is_some_and(|open| open.number == number) {
            *link = None;
        }
    }

    /// A request that carries the token.
    pub(super) fn authorized<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        if let Some(authorization) = &self.authorization {
            request
                .metadata_mut()
                .insert("authorization", authorization.clone());
        }
        request
    }
}

/// Longest token, in bytes: any server refuses longer ones.
const MAX_TOKEN_BYTES: usize = 4096;

fn bearer(token: &str) -> Result<MetadataValue<Ascii>, Problem> {
    if token.len() > MAX_TOKEN_BYTES {
        let detail = format!(
            "The token has {} bytes; the most are {MAX_TOKEN_BYTES}.",
            token.len()
        );
        return Err(Problem::new(ErrorCode::InvalidRequest, detail).about("token"));
    }
    let text = Zeroizing::new(format!("Bearer {token}"));
    let mut value = MetadataValue::try_from(text.as_str()).map_err(|_| {
        Problem::new(
            ErrorCode::InvalidRequest,
            "The token has characters that no token has.",
        )
        .about("token")
    })?;
    value.set_sensitive(true);
    Ok(value)
}
