//! A receiver that works, or fails in the way a test wants. It counts the bytes of requests that it has read.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use licensing_client::CertHash;
use licensing_management::exchange::{
    Outcome, REGISTRATION_PATH, Receipt, ReceiverErrorCode, ReceiverProblem, RegistrationAnswer,
    RegistrationRequest, UploadResult,
};
use licensing_management::key::{DocumentSignature, ManagementKey, PublicKey, RegistrationCode};
use licensing_management::upload::SealedUpload;
use licensing_server::management::ServiceSettings;
use parking_lot::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Closes each connection at once.
    Refuse,
    /// Speaks no TLS.
    NoTls,
    /// Answers this status without a problem.
    Status(u16),
    /// 429 with `Retry-After` in seconds.
    RetryAfter(u64),
    /// Reads and never answers.
    Silent,
    /// Closes in the middle of the request.
    CutRequest,
    /// Stores nothing and closes in the middle of the answer.
    CutAnswer,
    /// Stores the upload and closes without an answer.
    StoreAndLose,
    /// Signs the receipt with another key.
    WrongReceipt,
    /// Does not know the server.
    Unknown,
    /// Stops reading in the middle of the body until it is told to read on.
    Stall,
}

struct Shared {
    key: ManagementKey,
    code: RegistrationCode,
    fault: Mutex<Option<Fault>>,
    server: Mutex<Option<PublicKey>>,
    stored: Mutex<Vec<SealedUpload>>,
    bytes: AtomicU64,
    stalled: Notify,
    read_on: Notify,
    drained: Notify,
}

pub(crate) struct Receiver {
    address: SocketAddr,
    cert_hash: CertHash,
    shared: Arc<Shared>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let certified = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let certificate = certified.cert.der().clone();
        let key = rustls_pki_types::PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.clone()], key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            key: ManagementKey::from_seed(&[9; 32].into()),
            code: RegistrationCode::from_random(&[5; 25].into()),
            fault: Mutex::new(None),
            server: Mutex::new(None),
            stored: Mutex::default(),
            bytes: AtomicU64::new(0),
            stalled: Notify::new(),
            read_on: Notify::new(),
            drained: Notify::new(),
        });
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let served = Arc::clone(&shared);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, acceptor.clone(), Arc::clone(&served)));
            }
        });
        Self {
            address,
            cert_hash: CertHash::of(&certificate),
            shared,
            task,
        }
    }

    pub(crate) fn settings(&self) -> ServiceSettings {
        ServiceSettings {
            destination: Some(format!("https://{}", self.address)),
            cert_hash: Some(self.cert_hash.to_string()),
            ..ServiceSettings::default()
        }
    }

    pub(crate) fn code(&self) -> RegistrationCode {
        self.shared.code.clone()
    }

    pub(crate) fn key(&self) -> &ManagementKey {
        &self.shared.key
    }

    pub(crate) fn fail(&self, fault: Fault) {
        *self.shared.fault.lock() = Some(fault);
    }

    pub(crate) fn work(&self) {
        *self.shared.fault.lock() = None;
    }

    pub(crate) fn stored(&self) -> Vec<SealedUpload> {
        self.shared.stored.lock().clone()
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.shared.bytes.load(Ordering::SeqCst)
    }

    pub(crate) async fn stalled(&self) {
        self.shared.stalled.notified().await;
    }

    pub(crate) fn read_on(&self) {
        self.shared.read_on.notify_one();
    }

    pub(crate) async fn drained(&self) {
        self.shared.drained.notified().await;
    }

    pub(crate) fn receipt(&self, upload: &SealedUpload, outcome: Outcome) -> Receipt {
        self.shared.receipt(upload, outcome)
    }
}

impl Shared {
    fn receipt(&self, upload: &SealedUpload, outcome: Outcome) -> Receipt {
        let mut receipt = Receipt::draft(upload.body().server.guid, Timestamp::now(), &self.key);
        receipt.results.push(UploadResult {
            upload_id: upload.body().upload_id,
            integrity: upload.integrity().to_owned(),
            outcome,
            code: None,
            detail: None,
        });
        receipt
    }

    /// Takes an upload exactly once.
    fn store(&self, body: &[u8], signature: &str) -> Receipt {
        let upload = SealedUpload::read(body).unwrap();
        let signature = DocumentSignature::try_from(signature.to_owned()).unwrap();
        let key = self.server.lock().unwrap();
        upload.verify(&key, &signature).unwrap();
        let mut stored = self.stored.lock();
        let known = stored
            .iter()
            .find(|one| one.body().upload_id == upload.body().upload_id);
        let outcome = match known {
            Some(known) => {
                assert_eq!(known, &upload);
                Outcome::AlreadyStored
            }
            None => {
                stored.push(upload.clone());
                Outcome::Stored
            }
        };
        self.receipt(&upload, outcome)
    }
}

async fn serve(stream: TcpStream, acceptor: TlsAcceptor, shared: Arc<Shared>) {
    let fault = *shared.fault.lock();
    match fault {
        Some(Fault::Refuse) => return,
        Some(Fault::NoTls) => {
            let mut stream = stream;
            let _ = stream.write_all(b"220 mail.example.com\r\n").await;
            return;
        }
        _ => {}
    }
    let Ok(mut stream) = acceptor.accept(stream).await else {
        return;
    };
    let Some((head, body)) = read(&mut stream, &shared, fault).await else {
        return;
    };
    let answer = match fault {
        Some(Fault::Status(status)) => (status, String::new(), b"oops".to_vec()),
        Some(Fault::RetryAfter(seconds)) => {
            let problem = problem(ReceiverErrorCode::TooManyRequests);
            (429, format!("Retry-After: {seconds}\r\n"), problem)
        }
        Some(Fault::Unknown) => (
            403,
            String::new(),
            problem(ReceiverErrorCode::ServerNotRegistered),
        ),
        Some(Fault::Silent) => return std::future::pending().await,
        _ if head.contains(REGISTRATION_PATH) => (201, String::new(), register(&body, &shared)),
        _ => {
            let signature = header(&head, "licensing-signature");
            let key = match fault {
                Some(Fault::WrongReceipt) => &ManagementKey::from_seed(&[77; 32].into()),
                _ => &shared.key,
            };
            let receipt = match fault {
                Some(Fault::CutAnswer | Fault::WrongReceipt) => {
                    shared.receipt(&SealedUpload::read(&body).unwrap(), Outcome::Stored)
                }
                _ => shared.store(&body, &signature),
            };
            let bytes = serde_json::to_vec(&receipt.sign(key).unwrap()).unwrap();
            (201, String::new(), bytes)
        }
    };
    if fault == Some(Fault::StoreAndLose) {
        return;
    }
    let (status, headers, body) = answer;
    let length = body.len();
    let mut text = format!("HTTP/1.1 {status} X\r\n{headers}Content-Length: {length}\r\n\r\n").into_bytes();
    text.extend(body);
    if fault == Some(Fault::CutAnswer) {
        text.truncate(text.len() / 2);
    }
    let _ = stream.write_all(&text).await;
    let _ = stream.shutdown().await;
}

/// Reads a request, and counts its bytes.
async fn read(
    stream: &mut TlsStream<TcpStream>,
    shared: &Shared,
    fault: Option<Fault>,
) -> Option<(String, Vec<u8>)> {
    let mut received = Vec::new();
    let mut buffer = vec![0; 4096];
    loop {
        if let Some(end) = received.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&received[..end]).into_owned();
            if fault == Some(Fault::CutRequest) && !head.contains(REGISTRATION_PATH) {
                return None;
            }
            let length: usize = header(&head, "content-length").parse().unwrap_or(0);
            if received.len() >= end + 4 + length {
                return Some((head, received.split_off(end + 4)));
            }
            if fault == Some(Fault::Stall) {
                shared.stalled.notify_one();
                shared.read_on.notified().await;
                while let Ok(count @ 1..) = stream.read(&mut buffer).await {
                    shared.bytes.fetch_add(count as u64, Ordering::SeqCst);
                }
                shared.drained.notify_one();
                return None;
            }
        }
        let count = stream.read(&mut buffer).await.ok().filter(|count| *count > 0)?;
        shared.bytes.fetch_add(count as u64, Ordering::SeqCst);
        received.extend(&buffer[..count]);
    }
}

fn header(head: &str, name: &str) -> String {
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim().to_owned())
        .unwrap_or_default()
}

fn problem(code: ReceiverErrorCode) -> Vec<u8> {
    serde_json::to_vec(&ReceiverProblem {
        code,
        detail: "as the test wants".to_owned(),
    })
    .unwrap()
}

fn register(body: &[u8], shared: &Shared) -> Vec<u8> {
    let request: RegistrationRequest = serde_json::from_slice(body).unwrap();
    request.verify(&shared.code.secret()).unwrap();
    *shared.server.lock() = Some(request.public_key);
    let answer =
        RegistrationAnswer::new(request.server_guid, "Acme", &shared.key, &shared.code.secret()).unwrap();
    serde_json::to_vec(&answer).unwrap()
}
