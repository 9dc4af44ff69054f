//! The manager's side of the control port.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use licensing_api::{ErrorCode, Problem};
use licensing_protocol::control::ExecuteRequest;
use licensing_protocol::control::daemon_control_client::DaemonControlClient;
use licensing_protocol::control::execute_reply::Outcome;
use parking_lot::Mutex;
use tonic::Request;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Channel, Endpoint};

use super::{ControlSecret, MESSAGE_BYTES, ManagerRequest, SECRET_METADATA};
use crate::grpc_status;

/// Time for the connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// For how long a daemon counts as silent after it did not answer in time.
const SILENT: Duration = Duration::from_secs(10);
/// Time for the answer of a daemon that counts as silent.
const SILENT_TIME_LIMIT: Duration = Duration::from_millis(250);

/// Asks one daemon. Clones share what is known of it.
#[derive(Debug, Clone)]
pub struct ControlClient {
    vendor: String,
    channel: Channel,
    secret: MetadataValue<Ascii>,
    /// When it last did not answer in time; none once it has answered.
    silent_since: Arc<Mutex<Option<Instant>>>,
}

impl ControlClient {
    /// A client of the daemon behind this loopback port. The connection is made with the first call, and again
    /// after it broke.
    ///
    /// # Errors
    /// If the secret cannot be sent.
    pub fn new(vendor: &str, port: u16, secret: &ControlSecret) -> Result<Self, Problem> {
        let down = |error: &dyn std::fmt::Display| daemon_down(vendor, &error.to_string());
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let endpoint = Endpoint::from_shared(format!("http://{address}")).map_err(|error| down(&error))?;
        let mut secret = MetadataValue::try_from(secret.expose()).map_err(|error| down(&error))?;
        secret.set_sensitive(true);
        Ok(Self {
            vendor: vendor.to_owned(),
            channel: endpoint
                .connect_timeout(CONNECT_TIMEOUT)
                .tcp_nodelay(true)
                .connect_lazy(),
            secret,
            silent_since: Arc::default(),
        })
    }

    /// As [`Self::execute`], for somebody who waits for the answers of several daemons: one that did not answer in time a
    /// few seconds ago is not waited for as long again.
    ///
    /// # Errors
    /// As [`Self::execute`].
    pub async fn ask(
        &self,
        operation: &str,
        request: Vec<u8>,
        actor: &str,
        time_limit: Duration,
    ) -> Result<Vec<u8>, Problem> {
        let silent = self
            .silent_since
            .lock()
            .is_some_and(|since| since.elapsed() < SILENT);
        let most = if silent { SILENT_TIME_LIMIT } else { Duration::MAX };
        self.execute(operation, request, actor, time_limit.min(most))
            .await
    }

    /// Has an operation of the table or a manager request carried out, and waits for it no longer than `time_limit`.
    ///
    /// # Errors
    /// `CitrixLicensingVendorOrServiceDown` if the daemon does not answer in time, and whatever it answers.
    pub async fn execute(
        &self,
        operation: &str,
        request: Vec<u8>,
        actor: &str,
        time_limit: Duration,
    ) -> Result<Vec<u8>, Problem> {
        let mut call = Request::new(ExecuteRequest {
            operation: operation.to_owned(),
            request,
            actor: actor.to_owned(),
        });
        call.metadata_mut().insert(SECRET_METADATA, self.secret.clone());
        let mut client =
            DaemonControlClient::new(self.channel.clone()).max_decoding_message_size(MESSAGE_BYTES);
        let reply = tokio::time::timeout(time_limit, client.execute(call)).await;
        *self.silent_since.lock() = reply.is_err().then(Instant::now);
        let reply = match reply {
            Ok(Ok(reply)) => reply.into_inner(),
            Ok(Err(status)) => return Err(grpc_status::problem(&status).about(&self.vendor)),
            Err(_) => {
                let seconds = time_limit.as_secs_f64();
                let text = format!("it did not answer {operation} within {seconds} s");
                return Err(daemon_down(&self.vendor, &text));
            }
        };
        match reply.outcome {
            Some(Outcome::Response(answer)) => Ok(answer),
            Some(Outcome::Problem(problem)) => {
                Err(serde_json::from_slice(&problem).unwrap_or_else(|error| {
                    daemon_down(&self.vendor, &format!("its answer is not understood: {error}"))
                }))
            }
            None => Err(daemon_down(&self.vendor, "its answer is empty")),
        }
    }

    /// Has a manager request carried out that answers nothing of interest.
    ///
    /// # Errors
    /// As [`Self::execute`].
    pub async fn tell(&self, asked: ManagerRequest, request: Vec<u8>) -> Result<(), Problem> {
        self.execute(asked.name(), request, "", asked.time_limit())
            .await
            .map(drop)
    }
}

/// The problem of a daemon that cannot be asked.
pub(crate) fn daemon_down(vendor: &str, text: &str) -> Problem {
    let detail = format!("The vendor daemon {vendor} is not serving: {text}.");
    Problem::new(ErrorCode::CitrixLicensingVendorOrServiceDown, detail).about(vendor)
}
