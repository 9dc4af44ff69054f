//! Bytes of a ticket: one way to write each, and only that is read.
//!
//! `kind` (1 byte: 1 grace, 2 borrow); feature, version, user, host, display, vendor data and server, each with its
//! length in two bytes before it; the seats in four bytes; issue and end as milliseconds since 1970 in eight bytes; for a borrow ticket the
//! lease in 16 bytes and the end of the borrow period. Numbers have their highest byte first.

use jiff::Timestamp;

use licensing_api::LicenseVersion;

use super::terms::{MAX_FIELD_BYTES, Ticket, TicketHolder, TicketKind, TicketSubject};

const GRACE: u8 = 1;
const BORROW: u8 = 2;

pub(super) fn write(ticket: &Ticket) -> Vec<u8> {
    let mut bytes = vec![match ticket.kind {
        TicketKind::Grace => GRACE,
        TicketKind::Borrow { .. } => BORROW,
    }];
    for (_, text) in ticket.subject.fields() {
        // Bounded when the ticket was made.
        let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
        bytes.extend(length.to_be_bytes());
        bytes.extend(text.as_bytes());
    }
    bytes.extend(ticket.subject.count.to_be_bytes());
    bytes.extend(ticket.issued_at.as_millisecond().to_be_bytes());
    bytes.extend(ticket.valid_until.as_millisecond().to_be_bytes());
    if let TicketKind::Borrow { lease, borrow_ends } = ticket.kind {
        bytes.extend(lease);
        bytes.extend(borrow_ends.as_millisecond().to_be_bytes());
    }
    bytes
}

/// Reads what [`write`] wrote; none for anything else. Tickets of the first format name no `count` and are of one seat.
pub(super) fn read(bytes: &[u8], is_counted: bool) -> Option<Ticket> {
    let mut reader = Reader(bytes);
    let [kind] = reader.array()?;
    let subject = TicketSubject {
        feature: reader.text()?,
        version: reader.text()?.parse::<LicenseVersion>().ok()?,
        // Read last, as it is written.
        count: 1,
        holder: TicketHolder {
            user: reader.text()?,
            host: reader.text()?,
            display: reader.text()?,
            vendor_data: reader.text()?,
        },
        server: reader.text()?,
    };
    let subject = TicketSubject {
        count: match is_counted {
            true => u32::from_be_bytes(reader.array()?),
            false => subject.count,
        },
        ..subject
    };
    let (issued_at, valid_until) = (reader.instant()?, reader.instant()?);
    let kind = match kind {
        GRACE => TicketKind::Grace,
        BORROW => TicketKind::Borrow {
            lease: reader.array()?,
            borrow_ends: reader.instant()?,
        },
        _ => return None,
    };
    let Reader([]) = reader else { return None };
    Some(Ticket {
        kind,
        subject,
        issued_at,
        valid_until,
    })
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }

    fn text(&mut self) -> Option<String> {
        let length = usize::from(u16::from_be_bytes(self.array()?));
        if length > MAX_FIELD_BYTES {
            return None;
        }
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        String::from_utf8(text.to_vec()).ok()
    }

    fn instant(&mut self) -> Option<Timestamp> {
        Timestamp::from_millisecond(i64::from_be_bytes(self.array()?)).ok()
    }
}
