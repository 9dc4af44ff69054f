//! The certificate through real TLS connections, replaced while they run.

use std::fs;

use jiff::Timestamp;
use licensing_server::config::DataFolder;
use licensing_server::tls::ServerCertificate;

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
    let other = DataFolder::new(other.path());
    fs::create_dir_all(other.tls()).unwrap();
    ServerCertificate::open_or_make(&other, &[HOST.to_owned()]).unwrap();
    fs::copy(other.certificate_key(), fixture.data.certificate_key()).unwrap();
    assert!(fixture.certificate.look(Timestamp::now()).is_err());
    assert_eq!(served.get("/v1/certificate", As::Nobody).await.0, hash);
    fs::copy(other.certificate(), fixture.data.certificate()).unwrap();
    assert!(fixture.certificate.look(Timestamp::now()).unwrap());
    let (replaced, answer) = served.get("/v1/certificate", As::Nobody).await;
    assert_ne!(replaced, hash);
    assert!(answer.contains(&replaced), "{answer}");
    served.close().await;
}
