//! A product as it speaks on the wire: nothing is repeated by itself, and every request key is known.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, bail};
use licensing_protocol::licensing::checkout_reply::Outcome;
use licensing_protocol::licensing::vendor_daemon_client::VendorDaemonClient;
use licensing_protocol::licensing::{
    CheckinRequest, CheckoutRequest, HeartbeatRequest, Holder, StatusReply, StatusRequest,
};
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status};

use crate::FEATURE;

/// Far longer than an answer takes: only a hang reaches it.
const HANG: Duration = Duration::from_secs(60);

/// One in so many keys borrows, and for how long.
const BORROWS: u128 = 5;
const BORROWED_SECONDS: u64 = 60 * 60;

/// A request key. Its digits are the display of the holder, by which the lease is found in the usage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(pub u128);

impl Key {
    /// As the usage shows it.
    pub fn display(self) -> String {
        hex::encode(self.0.to_be_bytes())
    }
}

/// What a checkout was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A seat.
    Granted {
        /// Lease id.
        lease: Vec<u8>,
        /// Whether the daemon said that it had answered the same request before.
        repeated: bool,
    },
    /// No seat.
    Denied {
        /// Stable name of the reason.
        reason: String,
    },
}

/// One connection of a product to a vendor daemon.
#[derive(Debug, Clone)]
pub struct Product {
    client: VendorDaemonClient<Channel>,
    /// What it shows with every call.
    authorization: Option<MetadataValue<Ascii>>,
}

impl Product {
    /// Connects.
    ///
    /// # Errors
    /// If nobody listens there.
    pub async fn connect(address: SocketAddr) -> anyhow::Result<Self> {
        Self::connect_from(None, address, None).await
    }

    /// Connects from one of the addresses of this machine, and shows a token with every call.
    ///
    /// # Errors
    /// If nobody listens there.
    pub async fn connect_from(
        from: Option<IpAddr>,
        address: SocketAddr,
        token: Option<&str>,
    ) -> anyhow::Result<Self> {
        let endpoint = Endpoint::from_shared(format!("http://{address}"))?
            .timeout(HANG)
            .connect_timeout(HANG)
            .local_address(from)
            .tcp_nodelay(true);
        let channel = endpoint
            .connect()
            .await
            .with_context(|| format!("{address} takes no connection"))?;
        let authorization = token.map(|token| format!("Bearer {token}").parse());
        Ok(Self {
            client: VendorDaemonClient::new(channel),
            authorization: authorization.transpose()?,
        })
    }

    fn call<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        if let Some(authorization) = &self.authorization {
            request
                .metadata_mut()
                .insert("authorization", authorization.clone());
        }
        request
    }

    /// Asks for one seat of a feature. A part of the requests for [`FEATURE`] take it along: what is borrowed must be as
    /// safe as everything else.
    ///
    /// # Errors
    /// Whatever the daemon or the connection says.
    pub async fn checkout(&mut self, feature: &str, key: Key) -> Result<Answer, Status> {
        let request = CheckoutRequest {
            request_key: key.0.to_be_bytes().to_vec(),
            feature: feature.to_owned(),
            count: 1,
            holder: Some(Holder {
                user: format!("user{}", key.0 % 1_000),
                host: format!("host{}", key.0 % 10_000),
                display: key.display(),
                product: "Drafting 4.2".to_owned(),
                process_id: 4711,
                ..Holder::default()
            }),
            borrow_seconds: match feature == FEATURE && key.0.is_multiple_of(BORROWS) {
                true => BORROWED_SECONDS,
                false => 0,
            },
            ..CheckoutRequest::default()
        };
        let request = self.call(request);
        match self.client.checkout(request).await?.into_inner().outcome {
            Some(Outcome::Lease(lease)) => Ok(Answer::Granted {
                lease: lease.lease_id,
                repeated: lease.repeated_request,
            }),
            Some(Outcome::Denial(denial)) => Ok(Answer::Denied {
                reason: denial.reason,
            }),
            Some(Outcome::Queued(_)) | None => Err(Status::new(
                Code::Internal,
                "the answer is neither lease nor denial",
            )),
        }
    }

    /// Waits for one seat of a feature as long as the daemon holds the call open; none when it has to be asked again.
    ///
    /// # Errors
    /// Whatever the daemon or the connection says, and a denial.
    pub async fn wait(&mut self, feature: &str, key: Key) -> Result<Option<Vec<u8>>, Status> {
        let request = CheckoutRequest {
            request_key: key.0.to_be_bytes().to_vec(),
            feature: feature.to_owned(),
            count: 1,
            holder: Some(Holder {
                user: format!("user{}", key.0),
                host: "host".to_owned(),
                display: key.display(),
                ..Holder::default()
            }),
            queue: true,
            ..CheckoutRequest::default()
        };
        let request = self.call(request);
        match self.client.checkout(request).await?.into_inner().outcome {
            Some(Outcome::Lease(lease)) => Ok(Some(lease.lease_id)),
            Some(Outcome::Queued(_)) => Ok(None),
            Some(Outcome::Denial(denial)) => Err(Status::new(Code::Internal, denial.text)),
            None => Err(Status::new(Code::Internal, "the answer is empty")),
        }
    }

    /// Gives a seat back; whether it was held.
    ///
    /// # Errors
    /// Whatever the daemon or the connection says.
    pub async fn checkin(&mut self, lease: &[u8]) -> Result<bool, Status> {
        let request = CheckinRequest {
            lease_id: lease.to_vec(),
            ..Default::default()
        };
        let request = self.call(request);
        Ok(self.client.checkin(request).await?.into_inner().was_held)
    }

    /// Which of the leases are not held.
    ///
    /// # Errors
    /// If the daemon cannot be asked, or speaks of leases that were not asked about.
    pub async fn ended(&mut self, leases: &[Vec<u8>]) -> anyhow::Result<Vec<Vec<u8>>> {
        let mut ended = Vec::new();
        for batch in leases.chunks(500) {
            let request = HeartbeatRequest {
                lease_ids: batch.to_vec(),
                ..Default::default()
            };
            let request = self.call(request);
            for position in self.client.heartbeat(request).await?.into_inner().ended {
                match batch.get(position as usize) {
                    Some(lease) => ended.push(lease.clone()),
                    None => bail!("a lease that was not asked about has ended"),
                }
            }
        }
        Ok(ended)
    }

    /// How the daemon is.
    ///
    /// # Errors
    /// Whatever the daemon or the connection says.
    pub async fn status(&mut self) -> Result<StatusReply, Status> {
        let request = self.call(StatusRequest::default());
        Ok(self.client.status(request).await?.into_inner())
    }
}

/// The stable code of a refused call; none when the connection broke.
pub fn refusal_code(status: &Status) -> Option<String> {
    let code = status.metadata().get("licensing-code")?;
    Some(code.to_str().unwrap_or_default().to_owned())
}
