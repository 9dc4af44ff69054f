//! Registration, receipts and bundles.

use licensing_management::exchange::{
    Bundle, BundleError, Outcome, Receipt, ReceiptError, RegistrationAnswer, RegistrationError,
    RegistrationRequest, UploadResult,
};
use licensing_management::key::RegistrationCode;
use licensing_management::upload::SealedUpload;

use crate::sample::{at, body, guid, key, sealed};

fn code(byte: u8) -> RegistrationCode {
    RegistrationCode::from_random(&[byte; 25].into())
}

#[test]
fn a_code_is_read_however_it_is_typed() {
    let code = RegistrationCode::from_random(&std::array::from_fn(|i| i as u8).into());
    assert_eq!(code.reveal(), "01234-56789-ABCDE-FGHJK-MNPQR");
    assert_eq!(code.id(), "01234");
    for typed in [
        "0l234 56789".replace(' ', "") + "abcdefghjkmnpqr",
        "OI234-56789-ABCDE-FGHJK-MNPQR".to_owned(),
    ] {
        assert_eq!(RegistrationCode::parse(&typed).unwrap().reveal(), code.reveal());
    }
    for wrong in [
        "",
        "01234",
        "01234-56789-ABCDE-FGHJK-MNPQU",
        "ä1234-56789-ABCDE-FGHJK-MNPQR",
    ] {
        assert!(RegistrationCode::parse(wrong).is_err(), "{wrong}");
    }
    assert!(!format!("{code:?}").contains("56789"));
}

#[test]
fn both_ends_prove_that_they_know_the_code() {
    let (server, receiver, code, other) = (key(1), key(2), code(9), code(8));
    let request = RegistrationRequest::new(guid(1), "lic", "0.1.0", &server, &code).unwrap();
    assert!(
        !serde_json::to_string(&request)
            .unwrap()
            .contains(&code.reveal()[6..])
    );
    assert_eq!(request.verify(&code.secret()), Ok(()));
    assert_eq!(
        request.verify(&other.secret()),
        Err(RegistrationError::WrongProof)
    );
    let mut changed = request.clone();
    changed.host_name = "evil".to_owned();
    assert_eq!(
        changed.verify(&code.secret()),
        Err(RegistrationError::WrongSignature)
    );

    let answer = RegistrationAnswer::new(guid(1), "Acme", &receiver, &code.secret()).unwrap();
    assert_eq!(
        answer.verify(guid(1), &code).unwrap().receiver_key,
        receiver.public()
    );
    assert_eq!(answer.verify(guid(2), &code), Err(RegistrationError::OtherServer));
    let forged = RegistrationAnswer::new(guid(1), "Acme", &key(3), &other.secret()).unwrap();
    assert_eq!(forged.verify(guid(1), &code), Err(RegistrationError::WrongProof));
}

#[test]
fn a_receipt_counts_for_its_server_and_receiver_only() {
    let receiver = key(2);
    let mut receipt = Receipt::draft(guid(1), at("2027-01-02T07:00:00Z"), &receiver);
    receipt.results.push(UploadResult {
        upload_id: body().upload_id,
        integrity: sealed().integrity().to_owned(),
        outcome: Outcome::Stored,
        code: None,
        detail: None,
    });
    let receipt = receipt.sign(&receiver).unwrap();
    let read = Receipt::read(&serde_json::to_vec(&receipt).unwrap()).unwrap();
    assert_eq!(read, receipt);
    assert_eq!(read.verify(guid(1), &receiver.public()), Ok(()));
    assert_eq!(
        read.verify(guid(2), &receiver.public()),
        Err(ReceiptError::OtherServer(guid(1)))
    );
    assert_eq!(
        read.verify(guid(1), &key(3).public()),
        Err(ReceiptError::WrongSignature)
    );
    let mut changed = read;
    changed.results[0].outcome = Outcome::Refused;
    assert_eq!(
        changed.verify(guid(1), &receiver.public()),
        Err(ReceiptError::WrongSignature)
    );
}

#[test]
fn a_bundle_gives_back_its_uploads_or_nothing() {
    let server = key(1);
    let first = sealed();
    let mut second = body();
    second.sequence = 2;
    second.previous = Some(first.integrity().to_owned());
    let second = SealedUpload::seal(second).unwrap();
    let uploads = [first, second];
    let bundle = Bundle::pack(guid(1), None, &uploads, &server).unwrap();
    let read = Bundle::read(&bundle.to_bytes().unwrap()).unwrap();
    assert_eq!(read.open(&server.public()).unwrap(), uploads);
    assert_eq!(read.open(&key(2).public()), Err(BundleError::WrongSignature));
    let mut cut = read.clone();
    cut.uploads.pop();
    assert_eq!(cut.open(&server.public()), Err(BundleError::WrongSignature));
    let foreign = Bundle::pack(guid(2), None, &uploads, &server).unwrap();
    assert!(matches!(
        foreign.open(&server.public()),
        Err(BundleError::Upload { position: 1, .. })
    ));
    assert!(matches!(Bundle::read(b"{}"), Err(BundleError::Malformed(_))));
}
