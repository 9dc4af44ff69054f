//! The certificate through real TLS connections, replaced while they run.

use std::fs;

use jiff::Timestamp;
use licensing_net::tls::{CertificateFiles, ServerCertificate};

use super::sockets::Served;
use super::{As, HOST, fixture};

#[tokio::test]
async fn clients_see_the_certificate_that_they_are_told_of_also_after_a_replacement() {
    let fixture = fixture().await;
    let served = Served::open(&fixture).await;
    let (hash, answer) = served.get("/v1/certificate", As::Nobody).await;
    assert!(answer.contains(&hash), "{answer}");
    assert_eq!(hash, fixture.certificate.tls().certificate_hash());

    let other = tempfile::tempdir().unwrap();
    let other = CertificateFiles::in_folder(other.path());
    ServerCertificate::open_or_make(&other, &[HOST.to_owned()]).unwrap();
    fs::copy(other.key, fixture.data.certificate_files().key).unwrap();
    assert!(fixture.certificate.look(Timestamp::now()).is_err());
    assert_eq!(served.get("/v1/certificate", As::Nobody).await.0, hash);
    fs::copy(&other.certificate, fixture.data.certificate_files().certificate).unwrap();
    assert!(fixture.certificate.look(Timestamp::now()).unwrap());
    let (replaced, answer) = served.get("/v1/certificate", As::Nobody).await;
    assert_ne!(replaced, hash);
    assert!(answer.contains(&replaced), "{answer}");
    served.close().await;
}
