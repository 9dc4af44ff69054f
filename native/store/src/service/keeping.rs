//! Keeping the audit bounded: segments are sealed, and removed after their time.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use licensing_seats::audit::{AuditChain, AuditEntry, AuditField, AuditKind, AuditRecord};
use licensing_ticket::TicketSigner;

use crate::StoreError;
use crate::journal::{AuditBounds, AuditFilter};
use crate::segment::Seal;
use crate::sqlite::load::TAIL;

use super::SeatService;
use super::command::Command;

/// When records move to segments, and how long these are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditKeeping {
    /// Records of a segment.
    pub segment_records: u64,
    /// Age of a record from which on it moves to a segment with those after it, although there are fewer.
    pub segment_age: SignedDuration,
    /// Age of the last record of a segment from which on it is removed.
    pub kept: SignedDuration,
}

impl AuditKeeping {
    /// Whether there is a segment to seal. The last records always stay in the database: each start needs them.
    fn is_due(&self, bounds: &AuditBounds, now: Timestamp) -> bool {
        let records = bounds.last.saturating_sub(bounds.sealed).saturating_sub(TAIL);
        let is_old = |at| now.duration_since(at) > self.segment_age;
        // Seldom, and not for a handful of records: each segment is a file.
        let is_time = bounds.first_at.is_some_and(is_old)
            && bounds.newest.as_ref().is_none_or(|newest| is_old(newest.sealed))
            && records >= self.segment_records.div_ceil(100);
        records >= self.segment_records || is_time
    }
}

impl SeatService {
    /// Seals a segment if one is due, and removes those whose time is over. Each step is recorded in the audit, and a process
    /// that is killed between two of them goes on where it was. Gives whether there may be more to do.
    ///
    /// # Errors
    /// When something cannot be read or made durable; nothing is lost then.
    pub async fn keep_audit(
        &self,
        keeping: AuditKeeping,
        signer: Arc<TicketSigner>,
    ) -> Result<bool, StoreError> {
        let bounds = self.read(|history| history.audit_bounds()).await?;
        let now = self.ticket_terms(&[]).0;
        if let Some(oldest) = bounds
            .oldest
            .as_ref()
            .filter(|seal| now.duration_since(seal.until) > keeping.kept)
        {
            self.remove_segment(oldest).await?;
            return Ok(true);
        }
        self.read(|history| history.remove_segments()).await?;
        if !keeping.is_due(&bounds, now) {
            return Ok(false);
        }
        let most = keeping.segment_records;
        let seal = self
            .read(move |history| history.seal(most, TAIL, &signer, now))
            .await?;
        let Some(seal) = seal else { return Ok(false) };
        let event = told(AuditKind::SegmentSealed, &seal);
        let end = ended(&seal)?;
        self.ask(|reply| Command::Seal { end, event, reply }).await?;
        Ok(true)
    }

    async fn remove_segment(&self, seal: &Seal) -> Result<(), StoreError> {
        let event = told(AuditKind::SegmentRemoved, seal);
        let end = ended(seal)?;
        self.ask(|reply| Command::RemoveSegment { end, event, reply })
            .await?;
        self.read(|history| history.remove_segments()).await
    }

    /// The newest audit records that are wanted, newest first, from segments and database.
    ///
    /// # Errors
    /// When they cannot be read, or are damaged.
    pub async fn audit(&self, filter: AuditFilter) -> Result<Vec<AuditRecord>, StoreError> {
        // What waits to be written is part of it; when it cannot be written, what is on the disk is read.
        let _ = self.ask(|reply| Command::Flush { reply }).await;
        self.read(move |history| history.audit(&filter)).await
    }

    /// Goes through the audit records of a period, oldest first, from segments and database.
    ///
    /// # Errors
    /// When they cannot be read, or are damaged.
    pub async fn audit_period<T: Send + 'static>(
        &self,
        since: Timestamp,
        until: Timestamp,
        mut start: T,
        each: impl Fn(&mut T, &AuditRecord) + Send + 'static,
    ) -> Result<T, StoreError> {
        let _ = self.ask(|reply| Command::Flush { reply }).await;
        self.read(move |history| {
            history.audit_period(since, until, &mut |record| each(&mut start, record))?;
            Ok(start)
        })
        .await
    }
}

fn ended(seal: &Seal) -> Result<AuditChain, StoreError> {
    // Seals are made or read by this program, which leaves no other hash in them.
    seal.end().ok_or(StoreError::Stopping)
}

fn told(kind: AuditKind, seal: &Seal) -> AuditEntry {
    AuditEntry::new(kind)
        .number(AuditField::Count, seal.count)
        .text(AuditField::Target, &format!("{} to {}", seal.first, seal.last))
        .text(AuditField::Detail, &seal.last_hash)
}
