//! Answers one envelope of a caller who is known.

mod contexts;
mod enumerate;
mod get;
mod identify;

use std::future::Future;
use std::time::{Duration, Instant};

use crate::envelope::{self, Request};
use crate::fault::{Fault, FaultKind};
use crate::schema::{Class, Found};
use crate::source::{Source, SourceError, Table};
use crate::text::{self, Charset, TextError};
use crate::uri;
use crate::value::Value;
use crate::xml::{self, Element, Writer};
use contexts::Contexts;

/// Bounds of the service.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Largest envelope in either direction, in bytes.
    pub envelope: usize,
    /// Most items in one answer.
    pub items: usize,
    /// Enumerations that are open at once, of all callers together.
    pub contexts: usize,
    /// Enumerations that are open at once, of one caller. One more ends the oldest.
    pub contexts_per_caller: usize,
    /// How long an enumeration stays open between two requests.
    pub context_lifetime: Duration,
    /// Longest time that one operation may take.
    pub operation: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            envelope: 512_000,
            items: 32_000,
            contexts: 1000,
            contexts_per_caller: 50,
            context_lifetime: Duration::from_secs(120),
            operation: Duration::from_secs(60),
        }
    }
}

/// What comes in: an envelope, and what its HTTP request says about it.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// Account that asks; none for whoever gave no credentials and may only use Identify.
    pub caller: Option<&'a str>,
    /// The envelope.
    pub body: &'a [u8],
    /// The header Content-Type.
    pub content_type: Option<&'a str>,
    /// The time.
    pub now: Instant,
}

/// What goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Status of HTTP: 200, or 500 for each fault, as Windows does.
    pub status: u16,
    /// The header Content-Type.
    pub content_type: &'static str,
    /// The envelope.
    pub body: Vec<u8>,
}

/// The service over one source.
#[derive(Debug)]
pub struct Service<S> {
    source: S,
    machine: String,
    limits: Limits,
    contexts: Contexts,
}

/// An answer before it is framed: action, total count, header about the rows, and the body.
struct Answer {
    action: &'static str,
    estimate: Option<usize>,
    snapshot: String,
    body: String,
}

impl<S: Source> Service<S> {
    /// A service. Faults name `machine` as their origin.
    pub fn new(source: S, machine: impl Into<String>, limits: Limits) -> Self {
        Self {
            source,
            machine: machine.into(),
            contexts: Contexts::new(limits),
            limits,
        }
    }

    /// The source of the rows.
    pub fn source(&self) -> &S {
        &self.source
    }

    /// Its bounds.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Enumerations that are open.
    pub fn open_enumerations(&self) -> usize {
        self.contexts.len()
    }

    /// Answers one envelope.
    pub async fn answer(&self, call: Call<'_>) -> Reply {
        let (text, charset) = match text::decode(call.body, call.content_type) {
            Ok(decoded) => decoded,
            Err(TextError::Unsupported) => {
                let fault = Fault::new(
                    FaultKind::CharacterSet,
                    "The encoding is not known; use UTF-8 or UTF-16.",
                );
                return self.fault(&fault, None, Charset::Utf8);
            }
            Err(TextError::Invalid) => {
                let fault = Fault::new(
                    FaultKind::CharacterSet,
                    "The text does not follow the encoding that it claims.",
                );
                return self.fault(&fault, None, Charset::Utf8);
            }
        };
        let envelope = match xml::read(&text, xml::MAX_ELEMENTS) {
            Ok(envelope) => envelope,
            Err(error) => {
                return self.fault(&envelope::invalid(format!("{error}.")), None, charset);
            }
        };
        let relates_to = envelope::message_id(&envelope);
        match self.carry_out(call, &envelope, charset).await {
            Ok(answer) => {
                let mut writer =
                    envelope::open_answer(answer.action, relates_to, answer.estimate, &answer.snapshot);
                writer.raw(&answer.body);
                reply(200, writer, charset)
            }
            Err(Failed::Identified(body)) => Reply {
                status: 200,
                content_type: charset.content_type(),
                body: charset.encode(body),
            },
            Err(Failed::Fault(fault)) => self.fault(&fault, relates_to, charset),
        }
    }

    /// The answer to whoever asks for something before it is known who asks.
    pub fn refuse(&self, text: &str) -> Reply {
        let fault = Fault::new(FaultKind::AccessDenied, text);
        self.fault(&fault, None, Charset::Utf8)
    }

    fn fault(&self, fault: &Fault, relates_to: Option<&str>, charset: Charset) -> Reply {
        let mut writer = envelope::open_answer(fault.action(), relates_to, None, "");
        fault.write(&mut writer, &self.machine);
        reply(500, writer, charset)
    }

    async fn carry_out(
        &self,
        call: Call<'_>,
        envelope: &Element,
        charset: Charset,
    ) -> Result<Answer, Failed> {
        let (header, body) = envelope::parts(envelope)?;
        if body.child(uri::IDENTITY, "Identify").is_some() {
            return Err(Failed::Identified(self.identify(call.caller.is_some())));
        }
        let caller = call.caller.ok_or_else(|| {
            Fault::new(
                FaultKind::AccessDenied,
                "Without credentials only Identify is answered.",
            )
        })?;
        let request = envelope::request(header, body)?;
        let largest = self.largest_answer(&request, charset);
        let limit = request
            .timeout
            .unwrap_or(self.limits.operation)
            .min(self.limits.operation);
        let operation = self.operate(caller, &request, largest, call.now);
        match tokio::time::timeout(limit, operation).await {
            Ok(answer) => Ok(answer?),
            Err(_) => Err(Fault::new(
                FaultKind::TimedOut,
                "The operation took longer than the OperationTimeout allows.",
            )
            .into()),
        }
    }

    async fn operate(
        &self,
        caller: &str,
        request: &Request,
        largest: usize,
        now: Instant,
    ) -> Result<Answer, Fault> {
        match request.action.as_str() {
            uri::ENUMERATE => self.enumerate(caller, request, largest, now).await,
            uri::PULL => self.pull(caller, request, largest, now),
            uri::RELEASE => self.release(caller, request),
            uri::GET => self.get(request, largest).await,
            action => {
                let action: String = action.chars().take(200).collect();
                Err(Fault::new(
                    FaultKind::ActionNotSupported,
                    format!("The action {action} is not supported: the service only lets classes be read."),
                ))
            }
        }
    }

    /// Bytes that the body of the answer may have, in UTF-8.
    fn largest_answer(&self, request: &Request, charset: Charset) -> usize {
        // For the headers of the answer, which echo at most the identifier of the message.
        let frame = 1500 + request.message_id.len() * 6;
        let wanted = request
            .max_envelope
            .and_then(|size| usize::try_from(size).ok())
            .unwrap_or(self.limits.envelope);
        (wanted.min(self.limits.envelope) / charset.growth()).saturating_sub(frame)
    }

    /// The rows of a class: those of the source, or of a class that every namespace has.
    fn table(&self, found: Found, namespace: &str) -> impl Future<Output = Result<Table, Fault>> + Send {
        let built_in = self.built_in(found.class, namespace);
        async move {
            if let Some(table) = built_in {
                return Ok(table);
            }
            let namespace = found
                .namespace
                .ok_or_else(|| crate::resource::unknown(found.class.name))?;
            let rows = self.source.rows(namespace, found.class).await;
            rows.map_err(|error| match error {
                SourceError::AccessDenied(text) => Fault::new(FaultKind::AccessDenied, text),
                SourceError::Unavailable(text) => Fault::new(FaultKind::InternalError, text),
            })
        }
    }

    fn built_in(&self, class: &Class, namespace: &str) -> Option<Table> {
        let schema = self.source.schema();
        let names: Vec<&'static str> = match class.name {
            name if name == crate::schema::NAMESPACE_CLASS.name => schema.children(namespace),
            name if name == crate::schema::META_CLASS.name => schema
                .namespace(namespace)
                .map(|namespace| namespace.classes.iter().map(|class| class.name).collect())
                .unwrap_or_default(),
            _ => return None,
        };
        let rows = names
            .into_iter()
            .map(|name| vec![Value::from(name)].into_boxed_slice());
        Some(Table::new(rows.collect()))
    }
}

/// Why there is no ordinary answer.
enum Failed {
    /// Identify answers without the headers of WS-Addressing.
    Identified(String),
    Fault(Fault),
}

impl From<Fault> for Failed {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

fn reply(status: u16, writer: Writer, charset: Charset) -> Reply {
    Reply {
        status,
        content_type: charset.content_type(),
        body: charset.encode(writer.finish()),
    }
}
