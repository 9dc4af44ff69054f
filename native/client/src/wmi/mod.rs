//! The client of Windows Management Instrumentation over WS-Management: for license servers on Windows, and for this one.

mod connection;

use std::collections::HashMap;
use std::time::Duration;

use licensing_api::{ErrorCode, Problem, Secret};
use licensing_wsman::client::{self, Instance, Reply, Requests};
use licensing_wsman::value::Value;
use licensing_wsman::{Snapshot, SnapshotProblem};
use serde::Serialize;
use serde_json::json;

use crate::address::Address;
use crate::trust::Trust;
use connection::Connection;

/// Port over TLS.
pub const DEFAULT_WMI_TLS_PORT: u16 = 5986;
/// Port without TLS.
pub const DEFAULT_WMI_PORT: u16 = 5985;

/// Most instances that one query gives.
const MOST_INSTANCES: usize = 1_000_000;

/// How to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WmiLogon {
    /// The password with each request; over TLS alone.
    Basic,
    /// NTLM; without TLS each body is encrypted.
    Ntlm,
}

/// How to reach the service.
#[derive(Debug, Clone)]
pub struct WmiOptions {
    /// Where it is.
    pub address: Address,
    /// Whose certificate is trusted; none for plain HTTP, which needs [`WmiLogon::Ntlm`].
    pub trust: Option<Trust>,
    /// `DOMAIN\name`, `name@domain` or the bare name; empty for nobody, who may only ask who the server is.
    pub account: String,
    /// Its password.
    pub password: Secret,
    /// How to sign in.
    pub logon: WmiLogon,
    /// Longest time for the connection, and for each request.
    pub timeout: Duration,
}

/// One property of an instance.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WmiProperty {
    /// Its name.
    pub name: String,
    /// Its CIM type; `string` where the server does not describe the class.
    pub kind: String,
    /// Its value as text: numbers in decimal, points in time as RFC 3339; none where it has none.
    pub text: Option<String>,
}

/// One instance, or the part of one that was asked for.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WmiInstance {
    /// Its class.
    pub class: String,
    /// Its properties.
    pub properties: Vec<WmiProperty>,
}

/// What a query gives.
#[derive(Debug, Clone, PartialEq)]
pub struct WmiAnswer {
    /// The instances.
    pub instances: Vec<WmiInstance>,
    /// When they were taken, where the server says so: this one does, Windows does not.
    pub taken: Option<jiff::Timestamp>,
    /// Why some are missing, such as one problem for each vendor daemon that is down.
    pub problems: Vec<Problem>,
}

/// Asks one server. Each query signs in on a connection of its own.
#[derive(Debug, Clone)]
pub struct WmiClient {
    options: WmiOptions,
    requests: Requests,
}

impl WmiClient {
    /// Prepares a client; nothing is sent yet.
    ///
    /// # Errors
    /// `InvalidRequest` for Basic without TLS, which would show the password to whoever listens.
    pub fn new(options: WmiOptions) -> Result<Self, Problem> {
        let has_password = options.logon == WmiLogon::Basic && !options.account.is_empty();
        if options.trust.is_none() && has_password {
            return Err(Problem::new(
                ErrorCode::InvalidRequest,
                "A password cannot be sent over plain HTTP.",
            )
            .about(options.address.authority())
            .advise("Use HTTPS, or NTLM, which encrypts what it sends."));
        }
        let scheme = if options.trust.is_some() { "https" } else { "http" };
        let requests = Requests::to(format!("{scheme}://{}/wsman", options.address.authority()));
        Ok(Self { options, requests })
    }

    /// Vendor and version of the server.
    ///
    /// # Errors
    /// As for [`Self::query`].
    pub async fn identify(&self) -> Result<WmiInstance, Problem> {
        let mut connection = Connection::open(&self.options).await?;
        match self.ask(&mut connection, client::identify()).await? {
            Reply::Identified { vendor, version } => Ok(WmiInstance {
                class: "Identify".to_owned(),
                properties: [("ProductVendor", vendor), ("ProductVersion", version)]
                    .map(|(name, text)| WmiProperty {
                        name: name.to_owned(),
                        kind: "string".to_owned(),
                        text: Some(text),
                    })
                    .to_vec(),
            }),
            Reply::Items { .. } | Reply::Class { .. } | Reply::Fault { .. } => Err(self.not_understood()),
        }
    }

    /// Carries out a query in a namespace such as `ROOT\CitrixLicensing`.
    ///
    /// # Errors
    /// `CommunicationError`, `Timeout`, `CertificateVerificationFailed`, `AuthorizationFailed`, `AccountLocked`,
    /// `TooManyRequests`, `UserNotAuthorized`, `ProtocolError`; `InvalidRequest` for a class or query that the server does
    /// not know.
    pub async fn query(&self, namespace: &str, query: &str) -> Result<WmiAnswer, Problem> {
        let class = class_of_query(query).unwrap_or_default();
        let mut session = self.open().await?;
        let (instances, snapshot) = self.walk(&mut session.connection, namespace, query).await?;
        let types = self.types(&mut session.connection, namespace, class).await;
        Ok(WmiAnswer {
            instances: instances
                .into_iter()
                .map(|instance| described(instance, class, &types))
                .collect(),
            taken: snapshot.as_ref().map(|snapshot| snapshot.taken),
            problems: snapshot
                .into_iter()
                .flat_map(|snapshot| snapshot.problems)
                .map(|problem| self.missing(problem))
                .collect(),
        })
    }

    /// Signs in, for several queries on one connection.
    ///
    /// # Errors
    /// As for [`Self::query`].
    pub async fn open(&self) -> Result<WmiSession, Problem> {
        Ok(WmiSession {
            connection: Connection::open(&self.options).await?,
            client: self.clone(),
        })
    }

    /// Carries out a query to its end. What is said about the rows stands in the first answer as in all others.
    async fn walk(
        &self,
        connection: &mut Connection,
        namespace: &str,
        query: &str,
    ) -> Result<(Vec<Instance>, Option<Snapshot>), Problem> {
        let mut instances = Vec::new();
        let mut reply = self
            .ask(connection, self.requests.query(namespace, query))
            .await?;
        loop {
            let Reply::Items {
                items,
                context,
                snapshot,
            } = reply
            else {
                return Err(self.not_understood());
            };
            instances.extend(items);
            if instances.len() > MOST_INSTANCES {
                return Err(self.not_understood());
            }
            match context {
                Some(context) => {
                    let request = self.requests.pull(namespace, &context);
                    reply = self.ask(connection, request).await?;
                }
                None => return Ok((instances, snapshot)),
            }
        }
    }

    /// The properties of a class with their types; none has a value.
    ///
    /// # Errors
    /// As for [`Self::query`].
    pub async fn describe(&self, namespace: &str, class: &str) -> Result<WmiInstance, Problem> {
        let mut connection = Connection::open(&self.options).await?;
        let request = self.requests.describe(namespace, class);
        match self.ask(&mut connection, request).await? {
            Reply::Class { name, properties } => Ok(WmiInstance {
                class: name,
                properties: properties
                    .into_iter()
                    .map(|(name, kind)| WmiProperty {
                        name,
                        kind,
                        text: None,
                    })
                    .collect(),
            }),
            Reply::Identified { .. } | Reply::Items { .. } | Reply::Fault { .. } => {
                Err(self.not_understood())
            }
        }
    }

    /// Types of the properties of a class; empty where the server does not describe classes. Text is as good then.
    async fn types(
        &self,
        connection: &mut Connection,
        namespace: &str,
        class: &str,
    ) -> HashMap<String, String> {
        let request = self.requests.describe(namespace, class);
        match self.ask(connection, request).await {
            Ok(Reply::Class { properties, .. }) => properties.into_iter().collect(),
            Ok(Reply::Identified { .. } | Reply::Items { .. } | Reply::Fault { .. }) | Err(_) => {
                HashMap::new()
            }
        }
    }

    async fn ask(&self, connection: &mut Connection, request: String) -> Result<Reply, Problem> {
        let reply = connection.ask(&self.options, request).await?;
        match reply {
            Reply::Fault {
                subcode,
                number,
                text,
            } => Err(self.failed(&subcode, number, text)),
            reply => Ok(reply),
        }
    }

    fn failed(&self, subcode: &str, number: Option<u32>, text: String) -> Problem {
        let code = match subcode {
            "DestinationUnreachable" | "CannotProcessFilter" | "InvalidSelectors" => {
                ErrorCode::InvalidRequest
            }
            "AccessDenied" => ErrorCode::UserNotAuthorized,
            "TimedOut" => ErrorCode::Timeout,
            _ => ErrorCode::ProtocolError,
        };
        let number = number
            .map(|number| format!(" ({subcode}, {number})"))
            .unwrap_or_default();
        Problem::new(code, format!("{text}{number}")).about(self.options.address.authority())
    }

    /// What the server says to be missing.
    fn missing(&self, problem: SnapshotProblem) -> Problem {
        let code = ErrorCode::from_name(&problem.code).unwrap_or(ErrorCode::UnknownError);
        Problem::new(code, problem.text).about(self.options.address.authority())
    }

    fn not_understood(&self) -> Problem {
        crate::problems::not_understood(
            &self.options.address,
            "The answer is not the one of WS-Management that was asked for.",
        )
    }
}

/// A connection on which somebody is signed in.
pub struct WmiSession {
    client: WmiClient,
    connection: Connection,
}

impl WmiSession {
    /// The instances that a query selects, each value as the text that the server writes.
    ///
    /// # Errors
    /// As for [`WmiClient::query`].
    pub async fn instances(&mut self, namespace: &str, query: &str) -> Result<Vec<Instance>, Problem> {
        let (instances, _) = self.client.walk(&mut self.connection, namespace, query).await?;
        Ok(instances)
    }
}

fn described(instance: Instance, class: &str, types: &HashMap<String, String>) -> WmiInstance {
    let properties = instance.properties.into_iter().map(|(name, text)| {
        let kind = types.get(&name).map_or("string", String::as_str);
        let text = text.map(|text| match client::typed(&text, kind) {
            Value::Time(time) => time.to_string(),
            _ => text,
        });
        WmiProperty {
            kind: kind.to_owned(),
            name,
            text,
        }
    });
    WmiInstance {
        class: instance.class.unwrap_or_else(|| class.to_owned()),
        properties: properties.collect(),
    }
}

/// The class that a query names: the word after FROM.
#[must_use]
fn class_of_query(query: &str) -> Option<&str> {
    let mut words = query.split_whitespace();
    words.find(|word| word.eq_ignore_ascii_case("from"))?;
    words.next()
}

impl WmiAnswer {
    /// The instances as JSON: class, properties with name, kind and text, and when they were taken.
    #[must_use]
    pub fn rows_as_json(&self) -> Vec<serde_json::Value> {
        let taken = self.taken.map(|taken| taken.to_string());
        let rows = self.instances.iter().map(
            |instance| json!({ "class": instance.class, "properties": instance.properties, "taken": taken }),
        );
        rows.collect()
    }

    /// What kept instances away, as JSON.
    #[must_use]
    pub fn problems_as_json(&self) -> Vec<serde_json::Value> {
        self.problems.iter().map(|problem| json!(problem)).collect()
    }
}
