//! The audit: what is written can be read, and what is changed is noticed.

use jiff::Timestamp;
use licensing_seats::audit::{
    AuditChain, AuditEntry, AuditError, AuditField, AuditKind, AuditRecord, AuditVerifier, Sealed,
};
use proptest::prelude::*;

fn chain(texts: &[String]) -> (AuditChain, Vec<Sealed>) {
    let mut chain = AuditChain::new("ACME");
    let sealed = texts
        .iter()
        .map(|text| {
            let entry = AuditEntry::new(AuditKind::Denied)
                .text(AuditField::User, text)
                .number(AuditField::Count, 7);
            chain.append(Timestamp::UNIX_EPOCH, entry)
        })
        .collect();
    (chain, sealed)
}

fn verify(records: &[Sealed], end: &AuditChain) -> Result<(), AuditError> {
    let mut verifier = AuditVerifier::new(AuditChain::new("ACME"));
    for record in records {
        verifier.check(record.sequence, &record.body, &record.hash)?;
    }
    verifier.finish(end)
}

#[test]
fn records_come_back_as_written() {
    let mut chain = AuditChain::new("ACME");
    let at: Timestamp = "2026-11-24T12:00:00.123456Z".parse().unwrap();
    let long = "ä".repeat(40_000);
    let entry = AuditEntry::new(AuditKind::LeaseOpened)
        .text(AuditField::Feature, "CAD")
        .text(AuditField::Display, "")
        .text(AuditField::Detail, &long)
        .number(AuditField::Count, 3);
    let record = AuditRecord::decode(&chain.append(at, entry).body).unwrap();
    assert_eq!(
        (record.sequence, record.at, record.kind),
        (1, at, AuditKind::LeaseOpened.number())
    );
    assert_eq!(record.text(AuditField::Feature), Some("CAD"));
    assert_eq!(record.number(AuditField::Count), Some(3));
    assert_eq!(record.text(AuditField::Display), None);
    // Cut to what a field can hold, between two characters.
    assert_eq!(record.text(AuditField::Detail).unwrap().len(), 65_534);
}

#[test]
fn the_chain_of_another_vendor_is_another_chain() {
    let (end, records) = chain(&["a".to_owned()]);
    let mut verifier = AuditVerifier::new(AuditChain::new("OTHER"));
    assert_eq!(
        verifier.check(1, &records[0].body, &records[0].hash),
        Err(AuditError::Changed { sequence: 1 })
    );
    assert_eq!(verify(&records, &end), Ok(()));
}

proptest! {
    #[test]
    fn every_change_of_a_chain_is_noticed(
        texts in prop::collection::vec("[a-z]{0,20}", 2..20),
        which in any::<prop::sample::Index>(),
        what in 0u8..5,
        bit in any::<prop::sample::Index>(),
    ) {
        let (end, mut records) = chain(&texts);
        prop_assert_eq!(verify(&records, &end), Ok(()));
        let at = which.index(records.len());
        match what {
            0 => {
                let bit = bit.index(records[at].body.len() * 8);
                records[at].body[bit / 8] ^= 1 << (bit % 8);
            }
            1 => {
                let bit = bit.index(256);
                records[at].hash[bit / 8] ^= 1 << (bit % 8);
            }
            2 => drop(records.remove(at)),
            3 => {
                let copy = records[at].clone();
                records.insert(at, copy);
            }
            _ => {
                let other = bit.index(records.len());
                prop_assume!(other != at);
                records.swap(at, other);
            }
        }
        prop_assert!(verify(&records, &end).is_err());
    }

    #[test]
    fn any_bytes_can_be_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = AuditRecord::decode(&bytes);
    }
}
