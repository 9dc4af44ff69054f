//! Bytes of uploads: what is written is read, and nothing else is.

use licensing_management::canonical;
use licensing_management::upload::{MAX_UPLOAD_BYTES, SealedUpload, UploadError};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::sample::{body, key, sealed};

#[test]
fn bytes_are_canonical_and_carry_their_own_hash() {
    let upload = sealed();
    let mut value: Value = serde_json::from_slice(upload.bytes()).unwrap();
    assert_eq!(canonical::bytes(&value).unwrap(), upload.bytes());
    let hash = value.as_object_mut().unwrap().remove("integrity").unwrap();
    assert_eq!(hash, canonical::sha256_hex(&canonical::bytes(&value).unwrap()));
    assert_eq!(SealedUpload::read(upload.bytes()).unwrap(), upload);
}

#[test]
fn canonical_json_sorts_members_and_refuses_fractions() {
    let value = json!({"b": [1, -2, true, null], "a": {"z": "ä\n\"", "y": 18_446_744_073_709_551_615_u64}});
    assert_eq!(
        String::from_utf8(canonical::bytes(&value).unwrap()).unwrap(),
        r#"{"a":{"y":18446744073709551615,"z":"ä\n\""},"b":[1,-2,true,null]}"#
    );
    assert!(canonical::bytes(&json!({"a": 1.5})).is_err());
}

#[test]
fn each_fault_has_its_own_error() {
    let upload = sealed();
    let text = String::from_utf8(upload.bytes().to_vec()).unwrap();
    let read = |text: &str| SealedUpload::read(text.as_bytes()).unwrap_err();
    assert!(matches!(read(&text[..text.len() / 2]), UploadError::Malformed(_)));
    assert!(matches!(
        read(&text.replace("\"countUsedMax\":6", "\"countUsedMax\":7")),
        UploadError::IntegrityMismatch
    ));
    assert!(matches!(
        read(&text.replace("\"formatVersion\":1", "\"formatVersion\":0")),
        UploadError::UnsupportedFormat(0)
    ));
    assert!(matches!(read(&format!("{text} ")), UploadError::Malformed(_)));
    assert!(matches!(read("[]"), UploadError::Malformed(_)));
    assert_eq!(
        SealedUpload::read(&vec![b' '; MAX_UPLOAD_BYTES + 1]).unwrap_err(),
        UploadError::TooLarge(MAX_UPLOAD_BYTES + 1)
    );
}

/// A document changed by hand, with a hash that fits.
fn forged(change: impl FnOnce(&mut Value)) -> Result<SealedUpload, UploadError> {
    let mut value = serde_json::to_value(body()).unwrap();
    change(&mut value);
    let hash = canonical::sha256_hex(&canonical::bytes(&value).unwrap());
    value["integrity"] = json!(hash);
    SealedUpload::read(&canonical::bytes(&value).unwrap())
}

#[test]
fn contents_are_checked_beyond_their_hash() {
    assert!(forged(|_| {}).is_ok());
    let invalid = |change: fn(&mut Value), expected: &str| match forged(change).unwrap_err() {
        UploadError::Invalid { field, .. } => assert_eq!(field, expected),
        other => panic!("{expected}: {other}"),
    };
    invalid(|v| v["product"] = json!("Other"), "/product");
    invalid(|v| v["sequence"] = json!(0), "/sequence");
    invalid(|v| v["sequence"] = json!(2), "/sequence");
    invalid(|v| v["windowStop"] = json!("2027-01-02T06:30:00Z"), "/windowStop");
    invalid(|v| v["windowStop"] = json!("2026-12-31T06:00:00Z"), "/windowStop");
    invalid(|v| v["server"]["hostName"] = json!("a\u{7}b"), "/server/hostName");
    invalid(
        |v| v["server"]["hardwareId"] = json!("nothing"),
        "/server/hardwareId",
    );
    invalid(
        |v| v["features"][0]["countUsedMax"] = json!(0),
        "/features/0/usedFrom",
    );
    invalid(
        |v| v["features"][0]["userHashes"] = json!(["anna"]),
        "/features/0/userHashes",
    );
    invalid(
        |v| v["licenses"][0]["feature"] = json!("x".repeat(2000)),
        "/licenses/0/feature",
    );
    for unknown in [
        |v: &mut Value| v["userName"] = json!("anna"),
        |v: &mut Value| v["licenses"][0]["user"] = json!("anna"),
    ] {
        assert!(matches!(forged(unknown).unwrap_err(), UploadError::Malformed(_)));
    }
}

#[test]
fn counts_of_revoked_seats_are_written_only_where_there_are_some() {
    let text = String::from_utf8(sealed().bytes().to_vec()).unwrap();
    assert!(!text.contains("Revoked"), "{text}");
    let read = forged(|v| v["features"][0]["usersRevoked"] = json!(3)).unwrap();
    let sample = &read.body().features[0];
    assert_eq!((sample.users_revoked, sample.devices_revoked), (3, 0));
    // One spelling only.
    let zero = forged(|v| v["features"][0]["devicesRevoked"] = json!(0)).unwrap_err();
    assert!(matches!(zero, UploadError::Malformed(_)), "{zero}");
}

#[test]
fn a_signature_fits_its_upload_and_key_only() {
    let upload = sealed();
    let signature = upload.sign(&key(1));
    assert!(upload.verify(&key(1).public(), &signature).is_ok());
    assert!(upload.verify(&key(2).public(), &signature).is_err());
    let mut other = body();
    other.features[0].count_used_max = 5;
    let other = SealedUpload::seal(other).unwrap();
    assert!(other.verify(&key(1).public(), &signature).is_err());
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = SealedUpload::read(&bytes);
    }

    #[test]
    fn no_changed_byte_goes_unnoticed(place in any::<proptest::sample::Index>(), flip in 1u8..) {
        let upload = sealed();
        let mut bytes = upload.bytes().to_vec();
        let place = place.index(bytes.len());
        bytes[place] ^= flip;
        prop_assert!(SealedUpload::read(&bytes).is_err());
    }
}
