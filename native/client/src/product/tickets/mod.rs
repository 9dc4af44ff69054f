//! Tickets that a product keeps: found again, checked and renewed.

mod folder;

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use licensing_api::{ErrorCode, LicenseVersion, Problem};
use licensing_ticket::{CLOCK_SKEW, Ticket, TicketError, TicketHolder, TicketKind, TicketVerifier};
use parking_lot::Mutex;
use tokio::time::Instant;

use super::checkout::CheckoutOptions;
use super::options::ProductOptions;
use super::pin::{Claim, IssuerPin};
use super::standing::Until;
use folder::{ServerRecord, TicketFolder, TicketRecord};

/// The latest time seen is written down this often.
const NOTE_TIME: Duration = Duration::from_secs(60);

/// The tickets of one server and vendor.
#[derive(Debug)]
pub(super) struct Tickets {
    folder: TicketFolder,
    server: Mutex<ServerRecord>,
    noted: Mutex<Option<Instant>>,
    /// What the seats of every ticket are held against; none for products that accept what the server accepts.
    pin: Option<Arc<IssuerPin>>,
}

/// A ticket that is valid now.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) ticket: Ticket,
    /// Of borrowed seats.
    pub(super) lease_id: Option<Vec<u8>>,
    name: String,
}

/// Why a ticket was not kept.
#[derive(Debug)]
pub(super) enum NotKept {
    /// Signed with a key other than the one at hand: ask the server for its key, then try again.
    UnknownKey,
    /// It is of no use here.
    Useless(TicketError),
    /// The disk.
    Failed(Problem),
}

/// Which tickets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Grace,
    Borrow,
}

impl Found {
    /// Seats that it stands for.
    pub(super) fn count(&self) -> u32 {
        self.ticket.subject().count
    }

    /// Until when it helps, from now.
    pub(super) fn until(&self) -> Until {
        until(&self.ticket)
    }
}

impl Tickets {
    /// Opens the folder that the options name; none when they name none.
    pub(super) async fn open(
        options: &ProductOptions,
        pin: Option<Arc<IssuerPin>>,
    ) -> Result<Option<Arc<Self>>, Problem> {
        let Some(root) = options.ticket_folder.clone() else {
            return Ok(None);
        };
        let server = options.manager.authority();
        let vendor = options.vendor.clone().unwrap_or_default();
        let opened = blocking(move || {
            let folder = TicketFolder::open(&root, &server, &vendor)?;
            let server = folder.server()?;
            Ok(Self {
                folder,
                server: Mutex::new(server),
                noted: Mutex::default(),
                pin,
            })
        });
        Ok(Some(Arc::new(opened.await?)))
    }

    /// Believes tickets that are signed with this key from now on, and no others.
    pub(super) async fn trust(self: &Arc<Self>, key: &[u8]) -> Result<(), Problem> {
        let mut record = self.record();
        record.ticket_key = Some(hex::encode(key));
        self.put_server(record).await
    }

    /// Keeps the ticket of a lease. It was given just now, so that its time of issue is the time.
    pub(super) async fn keep(
        self: &Arc<Self>,
        text: String,
        lease_id: Option<&[u8]>,
    ) -> Result<Found, NotKept> {
        let ticket = match self.verifier().verify(&text, Timestamp::now()) {
            Ok(ticket) => ticket,
            Err(TicketError::UnknownKey) => return Err(NotKept::UnknownKey),
            Err(error) => return Err(NotKept::Useless(error)),
        };
        let record = TicketRecord {
            ticket: text,
            lease_id: lease_id.map(hex::encode),
            lines: self
                .pin
                .as_ref()
                .map_or_else(Vec::new, |pin| pin.lines_of(&ticket.subject().feature)),
        };
        let (tickets, kept) = (Arc::clone(self), ticket.clone());
        let putting = blocking(move || {
            let parts = parts(&kept);
            let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
            tickets.folder.put_ticket(&parts, &record)
        });
        putting.await.map_err(NotKept::Failed)?;
        let mut record = self.record();
        // The server's word on the time counts more than what this machine's clock showed before.
        record.latest_time = Some(ticket.issued_at());
        self.put_server(record).await.map_err(NotKept::Failed)?;
        Ok(Found {
            ticket,
            lease_id: lease_id.map(<[u8]>::to_vec),
            name: String::new(),
        })
    }

    /// The valid ticket of that sort which covers what is wanted and lasts longest.
    pub(super) async fn find(
        self: &Arc<Self>,
        sort: Sort,
        wanted: &CheckoutOptions,
    ) -> Result<Option<Found>, Problem> {
        let holder = TicketHolder {
            user: wanted.user.clone(),
            host: wanted.host.clone(),
            display: wanted.display.clone(),
            vendor_data: wanted.vendor_data.clone(),
        };
        // A version that is none fits no license, and the server says so when it is asked.
        let version = match wanted.version.as_str() {
            "" => None,
            text => match text.parse::<LicenseVersion>() {
                Ok(version) => Some(version),
                Err(_) => return Ok(None),
            },
        };
        let valid = self.valid(sort).await?;
        // A time that cannot be written down now is with the next ticket that is looked for.
        let _ = self.note_time().await;
        Ok(valid
            .into_iter()
            .filter(|found| {
                found.count() >= wanted.count.max(1)
                    && found.ticket.covers(&wanted.feature, version.as_ref(), &holder)
            })
            .max_by_key(|found| found.ticket.valid_until()))
    }

    /// Removes the grace tickets that cover what the server refuses for good.
    pub(super) async fn remove_grace(self: &Arc<Self>, refused: &CheckoutOptions) -> Result<(), Problem> {
        while let Some(found) = self.find(Sort::Grace, refused).await? {
            let tickets = Arc::clone(self);
            blocking(move || tickets.folder.remove(&found.name)).await?;
        }
        Ok(())
    }

    /// All valid tickets of that sort. Those that are over are removed.
    ///
    /// # Errors
    /// When the folder cannot be read, and when this machine's clock was set back.
    pub(super) async fn valid(self: &Arc<Self>, sort: Sort) -> Result<Vec<Found>, Problem> {
        let tickets = Arc::clone(self);
        let (verifier, latest) = (self.verifier(), self.record().latest_time);
        blocking(move || {
            let now = Timestamp::now();
            let (mut valid, mut early) = (Vec::new(), false);
            for (name, record) in tickets.folder.tickets()? {
                match verifier.verify(&record.ticket, now) {
                    Ok(ticket) if sort_of(&ticket) == sort && tickets.grants(&ticket, &record) => {
                        valid.push(Found {
                            ticket,
                            lease_id: record.lease_id.and_then(|id| hex::decode(id).ok()),
                            name,
                        })
                    }
                    Ok(_) => {}
                    Err(TicketError::Over(_)) => tickets.folder.remove(&name)?,
                    Err(TicketError::NotYetValid(_)) => early = true,
                    Err(TicketError::Unreadable | TicketError::UnknownKey | TicketError::BadSignature) => {}
                }
            }
            match latest {
                Some(latest) if (early || !valid.is_empty()) && was_set_back(now, latest) => {
                    Err(set_back(now, latest))
                }
                Some(_) | None => Ok(valid),
            }
        })
        .await
    }

    /// Removes the ticket of seats that were given back.
    pub(super) async fn remove_borrowed(self: &Arc<Self>, lease_id: &[u8]) -> Result<(), Problem> {
        for found in self.valid(Sort::Borrow).await? {
            if found.lease_id.as_deref() == Some(lease_id) {
                let tickets = Arc::clone(self);
                blocking(move || tickets.folder.remove(&found.name)).await?;
            }
        }
        Ok(())
    }

    /// Writes the time down now and then, so that a clock that is set back is noticed.
    pub(super) async fn note_time(self: &Arc<Self>) -> Result<(), Problem> {
        {
            let mut noted = self.noted.lock();
            if noted.is_some_and(|at| at.elapsed() < NOTE_TIME) {
                return Ok(());
            }
            *noted = Some(Instant::now());
        }
        let mut record = self.record();
        let now = Timestamp::now();
        if record.latest_time.is_some_and(|latest| latest >= now) {
            return Ok(());
        }
        record.latest_time = Some(now);
        self.put_server(record).await
    }

    /// Whether signed lines grant the seats of a ticket, where the product demands it.
    fn grants(&self, ticket: &Ticket, record: &TicketRecord) -> bool {
        let Some(pin) = &self.pin else {
            return true;
        };
        let subject = ticket.subject();
        let claim = Claim {
            // What the product asks for is held against the ticket itself.
            asked: &subject.feature,
            feature: &subject.feature,
            version: &subject.version,
            count: subject.count,
            user: &subject.holder.user,
            host: &subject.holder.host,
            display: &subject.holder.display,
        };
        pin.check(&record.lines, &claim).is_ok()
    }

    async fn put_server(self: &Arc<Self>, record: ServerRecord) -> Result<(), Problem> {
        *self.server.lock() = record.clone();
        let tickets = Arc::clone(self);
        blocking(move || tickets.folder.put_server(&record)).await
    }

    fn verifier(&self) -> TicketVerifier {
        let mut verifier = TicketVerifier::default();
        let mut key = [0; 32];
        let known = self.record().ticket_key;
        if known.is_some_and(|known| hex::decode_to_slice(known, &mut key).is_ok()) {
            // A key that is none leaves every ticket unknown.
            let _ = verifier.trust(&key);
        }
        verifier
    }

    fn record(&self) -> ServerRecord {
        self.server.lock().clone()
    }
}

/// How long a ticket lasts from its issue on.
pub(super) fn lasts(ticket: &Ticket) -> Duration {
    span(ticket.issued_at(), ticket.valid_until())
}

fn until(ticket: &Ticket) -> Until {
    Until::new(ticket.valid_until(), span(Timestamp::now(), ticket.valid_until()))
}

fn span(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or_default()
}

fn sort_of(ticket: &Ticket) -> Sort {
    match ticket.kind() {
        TicketKind::Grace => Sort::Grace,
        TicketKind::Borrow { .. } => Sort::Borrow,
    }
}

/// What makes the name of a ticket's file: a newer grace ticket for the same takes the place of the older one, each
/// borrowed lease has its own.
fn parts(ticket: &Ticket) -> Vec<String> {
    match ticket.kind() {
        TicketKind::Grace => {
            let subject = ticket.subject();
            let holder = &subject.holder;
            vec![
                "grace".to_owned(),
                subject.feature.clone(),
                subject.version.as_str().to_owned(),
                holder.user.clone(),
                holder.host.clone(),
                holder.vendor_data.clone(),
            ]
        }
        TicketKind::Borrow { lease, .. } => vec!["borrow".to_owned(), hex::encode(lease)],
    }
}

fn was_set_back(now: Timestamp, latest: Timestamp) -> bool {
    let behind: SignedDuration = latest.duration_since(now);
    behind > CLOCK_SKEW
}

fn set_back(now: Timestamp, latest: Timestamp) -> Problem {
    let detail = format!(
        "Tickets cannot be used: this machine's clock shows {now:.0}, and it was seen to show {latest:.0} before."
    );
    Problem::new(ErrorCode::ClockSetBack, detail)
}

/// Small files are read and written beside the work of the runtime.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(error) => Err(Problem::new(
            ErrorCode::InternalError,
            format!("The folder of tickets could not be worked on: {error}."),
        )),
    }
}
