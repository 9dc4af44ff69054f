//! The way to PostgreSQL: TLS, and what is refused.

use licensing_api::Secret;
use licensing_insight::config::PostgresConfig;
use licensing_insight::storage::postgres::PostgresStorage;
use licensing_insight::storage::{Kind, Storage as _, StorageError};
use licensing_net::tls::{CertificateFiles, ServerCertificate};
use licensing_testbed::{Cluster, free_port};

pub(crate) fn open(address: &str, settings: &PostgresConfig) -> Result<PostgresStorage, StorageError> {
    PostgresStorage::open(&Secret::new(address), settings)
}

#[test]
fn tls_is_used_and_the_certificate_checked() {
    let folder = tempfile::tempdir().unwrap();
    let files = CertificateFiles::in_folder(folder.path());
    ServerCertificate::open_or_make(&files, &["127.0.0.1".to_owned()]).unwrap();
    let port = free_port().unwrap();
    let Some(cluster) = Cluster::start_with_tls(port, &files.certificate, &files.key).unwrap() else {
        return;
    };
    cluster.database().unwrap();
    let address = format!("postgres://insight:hunter2@127.0.0.1:{port}/insight0?sslmode=require");
    let trusting = PostgresConfig {
        ca_file: files.certificate.clone(),
        ..PostgresConfig::default()
    };
    let storage = open(&address, &trusting).unwrap();
    assert!(storage.items(Kind::Server, None).unwrap().is_empty());
    let error = open(&address, &PostgresConfig::default()).err().unwrap();
    assert!(matches!(error, StorageError::Unavailable(_)), "{error}");
    assert!(!error.to_string().contains("hunter2"), "{error}");
}

#[test]
fn a_database_without_tls_gets_nothing_where_tls_is_asked_for() {
    let Some(cluster) = Cluster::start(&[("fsync", "off")]).unwrap() else {
        return;
    };
    let address = format!("{}&sslmode=require", cluster.database().unwrap());
    let error = open(&address, &PostgresConfig::default()).err().unwrap();
    assert!(matches!(error, StorageError::Unavailable(_)), "{error}");
}
