//! What is said when PostgreSQL cannot be reached.

use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use jiff::Timestamp;
use licensing_insight::config::PostgresConfig;
use licensing_insight::storage::postgres::PostgresStorage;
use licensing_insight::storage::{Storage as _, StorageError, Stored};
use licensing_management::upload::SealedUpload;
use licensing_testbed::Cluster;

use crate::postgres::open;
use crate::site::Site;
use crate::support::arrival;

/// Name of the socket of a database.
const SOCKET: &str = ".s.PGSQL.5432";
/// Senders of uploads.
const SENDERS: u8 = 40;

/// Stands between a program and a database.
struct Way {
    folder: tempfile::TempDir,
    /// Connections that pass; none once the way is cut.
    open: Arc<Mutex<Option<Vec<UnixStream>>>>,
    refused: Arc<AtomicUsize>,
}

impl Way {
    fn to(database: &Path) -> Self {
        let way = Self {
            folder: tempfile::tempdir().unwrap(),
            open: Arc::new(Mutex::new(Some(Vec::new()))),
            refused: Arc::default(),
        };
        let listener = UnixListener::bind(way.folder.path().join(SOCKET)).unwrap();
        let (open, refused) = (Arc::clone(&way.open), Arc::clone(&way.refused));
        let database = database.join(SOCKET);
        // Ends with the process of the test.
        thread::spawn(move || {
            for client in listener.incoming() {
                let client = client.unwrap();
                let Some(open) = &mut *open.lock().unwrap() else {
                    refused.fetch_add(1, Ordering::SeqCst);
                    continue;
                };
                let server = UnixStream::connect(&database).unwrap();
                carry(&client, &server);
                carry(&server, &client);
                open.extend([client, server]);
            }
        });
        way
    }

    fn address(&self, database: &str) -> String {
        let (name, _) = database.split_once('?').unwrap();
        format!("{name}?host={}", self.folder.path().display())
    }

    fn cut(&self) {
        for stream in self.open.lock().unwrap().take().unwrap() {
            stream.shutdown(std::net::Shutdown::Both).unwrap();
        }
    }
}

fn carry(from: &UnixStream, to: &UnixStream) {
    let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
    thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut to);
    });
}

fn store(storage: &PostgresStorage, upload: &SealedUpload) -> Result<Stored, StorageError> {
    let arrival = arrival(upload, Timestamp::now());
    Ok(storage.store_uploads(&[arrival])?[0].stored)
}

#[test]
fn without_a_database_uploads_that_came_together_do_not_wait_for_it_one_after_another() {
    let Some(cluster) = Cluster::start(&[("fsync", "off")]).unwrap() else {
        return;
    };
    let way = Way::to(cluster.folder());
    let address = way.address(&cluster.database().unwrap());
    let storage = open(&address, &PostgresConfig::default()).unwrap();
    let mut sites: Vec<Site> = (1..=SENDERS).map(Site::new).collect();
    for site in &mut sites {
        let upload = site.upload(Timestamp::now(), &["SN-1"]);
        assert_eq!(store(&storage, &upload).unwrap(), Stored::Now);
    }
    way.cut();
    thread::scope(|scope| {
        for mut site in sites {
            let storage = &storage;
            scope.spawn(move || {
                let upload = site.upload(Timestamp::now(), &["SN-1"]);
                let error = store(storage, &upload).unwrap_err();
                assert!(matches!(error, StorageError::Unavailable(_)), "{error}");
            });
        }
    });
    let refused = way.refused.load(Ordering::SeqCst);
    assert!(refused >= 1);
    assert!(
        refused <= usize::from(SENDERS),
        "{refused} times a connection was wanted, more than once for what was stored together"
    );
}

#[test]
fn a_database_that_stands_still_is_not_waited_for_without_end() {
    let folder = tempfile::tempdir().unwrap();
    let _silent = UnixListener::bind(folder.path().join(SOCKET)).unwrap();
    let address = format!(
        "postgres://insight@/insight?host={}&connect_timeout=1",
        folder.path().display()
    );
    let error = open(&address, &PostgresConfig::default()).err().unwrap();
    assert!(error.to_string().contains("no connection in time"), "{error}");
}
