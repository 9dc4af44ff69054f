//! Accounts of a directory: Debian's slapd, with users, groups and groups within groups.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use licensing_api::administrator::{NewAdministrator, RemoveAdministrator, SetAdministrator};
use licensing_api::audit::{AuditRow, GetAudit};
use licensing_api::operation::op;
use licensing_api::token::NewToken;
use licensing_api::{ErrorCode, Permission, Secret};
use licensing_client::{Address, AdminClient, CertHash, ConnectOptions, Credentials, Trust};
use licensing_testbed::{Server, free_port};
use tempfile::TempDir;

use crate::support::{builder, start};
use crate::wsman::missing;

const SLAPD: &str = "/usr/sbin/slapd";
/// Far longer than slapd takes to start: only a hang reaches it.
const HANG: Duration = Duration::from_secs(60);

const ENTRIES: &str = "dn: dc=example,dc=com
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: uid=anna,dc=example,dc=com
objectClass: inetOrgPerson
uid: anna
cn: Anna
sn: A
userPassword: anna's password

dn: uid=ben,dc=example,dc=com
objectClass: inetOrgPerson
uid: ben
cn: Ben
sn: B
userPassword: ben's password

dn: uid=carol,dc=example,dc=com
objectClass: inetOrgPerson
uid: carol
cn: Carol
sn: C
userPassword: carol's password

dn: cn=License Admins,dc=example,dc=com
objectClass: groupOfNames
cn: License Admins
member: uid=anna,dc=example,dc=com

dn: cn=Helpdesk,dc=example,dc=com
objectClass: groupOfNames
cn: Helpdesk
member: uid=ben,dc=example,dc=com

dn: cn=Lookers,dc=example,dc=com
objectClass: groupOfNames
cn: Lookers
member: cn=Helpdesk,dc=example,dc=com
member: cn=Lookers,dc=example,dc=com
";

struct Slapd {
    folder: TempDir,
    port: u16,
    child: Option<Child>,
}

impl Drop for Slapd {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Slapd {
    /// None where slapd is not installed.
    fn start() -> Option<Self> {
        if !Path::new(SLAPD).exists() {
            missing("slapd is not installed (apt install slapd)");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("db")).unwrap();
        let entries = folder.path().join("entries.ldif");
        std::fs::write(&entries, ENTRIES).unwrap();
        let config = format!(
            "include /etc/ldap/schema/core.schema\ninclude /etc/ldap/schema/cosine.schema\n\
             include /etc/ldap/schema/nis.schema\ninclude /etc/ldap/schema/inetorgperson.schema\n\
             modulepath /usr/lib/ldap\nmoduleload back_mdb\ndatabase mdb\nsuffix \"dc=example,dc=com\"\n\
             rootdn \"cn=server,dc=example,dc=com\"\nrootpw servers-password\ndirectory {}\n\
             access to attrs=userPassword by anonymous auth by * none\naccess to * by users read by * none\n",
            folder.path().join("db").display()
        );
        let file = folder.path().join("slapd.conf");
        std::fs::write(&file, config).unwrap();
        let loaded = Command::new("/usr/sbin/slapadd")
            .arg("-f")
            .arg(&file)
            .arg("-l")
            .arg(&entries)
            .output()
            .unwrap();
        assert!(
            loaded.status.success(),
            "{}",
            String::from_utf8_lossy(&loaded.stderr)
        );
        let mut slapd = Self {
            folder,
            port: free_port().unwrap(),
            child: None,
        };
        slapd.run();
        Some(slapd)
    }

    fn run(&mut self) {
        let child = Command::new(SLAPD)
            .args(["-d", "0", "-h"])
            .arg(format!("ldap://127.0.0.1:{}", self.port))
            .arg("-f")
            .arg(self.folder.path().join("slapd.conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        self.child = Some(child);
        let begun = Instant::now();
        while TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))).is_err() {
            assert!(begun.elapsed() < HANG, "slapd does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    fn password_file(&self) -> PathBuf {
        let file = self.folder.path().join("bind-password");
        std::fs::write(&file, "servers-password\n").unwrap();
        file
    }
}

async fn server(slapd: &Slapd) -> Server {
    let password = slapd.password_file();
    start(
        builder()
            .setting("directory.url", &format!("ldap://127.0.0.1:{}", slapd.port))
            .setting("directory.domains", "[\"EXAMPLE\", \"example.com\"]")
            .setting("directory.base", "dc=example,dc=com")
            .setting("directory.bind_dn", "cn=server,dc=example,dc=com")
            .setting("directory.bind_password_file", password.to_str().unwrap()),
    )
    .await
}

fn client(server: &Server, account: &str, password: &str) -> AdminClient {
    let address: Address = format!("https://{}", server.endpoints().web_services)
        .parse()
        .unwrap();
    let hash: CertHash = server.endpoints().cert_hash.parse().unwrap();
    let mut options = ConnectOptions::new(address);
    options.trust = Trust::CertHash(hash);
    options.credentials = Credentials::Basic {
        account: account.to_owned(),
        password: Secret::new(password),
    };
    AdminClient::connect(options).unwrap()
}

fn admin(server: &Server) -> AdminClient {
    let (account, password) = server.administrator();
    client(server, account, password)
}

async fn add(server: &Server, account: &str, group: bool, permissions: Permission) -> Result<(), ErrorCode> {
    let request = NewAdministrator {
        account: account.to_owned(),
        group,
        permissions: Some(permissions),
        password: None,
        ntlm: false,
        keep_existing: false,
    };
    let added = admin(server).call::<op::NewAdministrator>(&request).await;
    added.map(drop).map_err(|problem| problem.code)
}

async fn level(server: &Server, account: &str, password: &str) -> Result<Permission, ErrorCode> {
    let verified = client(server, account, password).verify().await;
    verified
        .map(|found| found.permissions)
        .map_err(|problem| problem.code)
}

#[tokio::test(flavor = "multi_thread")]
async fn members_of_groups_sign_in_with_what_their_groups_allow() {
    let Some(slapd) = Slapd::start() else { return };
    let server = server(&slapd).await;
    // Without a group that counts nobody gets in.
    assert_eq!(
        level(&server, "EXAMPLE\\anna", "anna's password").await,
        Err(ErrorCode::AuthorizationFailed)
    );
    add(&server, "EXAMPLE\\License Admins", true, Permission::Full)
        .await
        .unwrap();
    add(&server, "EXAMPLE\\Lookers", true, Permission::ReadOnly)
        .await
        .unwrap();
    assert_eq!(
        level(&server, "EXAMPLE\\anna", "anna's password").await,
        Ok(Permission::Full)
    );
    // Through a group within a group, which goes round in a circle.
    assert_eq!(
        level(&server, "EXAMPLE\\ben", "ben's password").await,
        Ok(Permission::ReadOnly)
    );
    for (account, password) in [
        ("EXAMPLE\\anna", "ben's password"),
        ("EXAMPLE\\carol", "carol's password"),
        ("EXAMPLE\\nobody", "x"),
        ("EXAMPLE\\*", "anna's password"),
        ("OTHER\\anna", "anna's password"),
        ("anna", "anna's password"),
    ] {
        assert_eq!(
            level(&server, account, password).await,
            Err(ErrorCode::AuthorizationFailed),
            "{account}"
        );
    }
    // The account of the server itself goes on, and a group that is removed counts no more, at once.
    assert!(admin(&server).verify().await.is_ok());
    let removed = RemoveAdministrator {
        identity: "EXAMPLE\\License Admins".to_owned(),
    };
    admin(&server)
        .call::<op::RemoveAdministrator>(&removed)
        .await
        .unwrap();
    assert_eq!(
        level(&server, "EXAMPLE\\anna", "anna's password").await,
        Err(ErrorCode::AuthorizationFailed)
    );
    server.stop().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_in_the_directory_is_no_account_and_members_own_no_tokens() {
    let Some(mut slapd) = Slapd::start() else { return };
    let server = server(&slapd).await;
    for (account, group) in [
        ("EXAMPLE\\nobody", false),
        ("EXAMPLE\\No Such Group", true),
        ("EXAMPLE\\License Admins", false),
        ("EXAMPLE\\anna", true),
    ] {
        assert_eq!(
            add(&server, account, group, Permission::Full).await,
            Err(ErrorCode::ActiveDirectoryAccountResolutionFailed),
            "{account}"
        );
    }
    add(&server, "EXAMPLE\\License Admins", true, Permission::Full)
        .await
        .unwrap();
    add(&server, "anna@example.com", false, Permission::ReadOnly)
        .await
        .unwrap();
    // A domain that the directory does not serve is not asked for.
    add(&server, "OTHER\\somebody", false, Permission::ReadOnly)
        .await
        .unwrap();
    assert_eq!(
        level(&server, "anna@example.com", "anna's password").await,
        Ok(Permission::ReadOnly)
    );
    let anna = client(&server, "EXAMPLE\\anna", "anna's password");
    let token = NewToken {
        name: "mine".to_owned(),
        scope: None,
        permissions: None,
        days: None,
    };
    let refused = anna.call::<op::NewToken>(&token).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::UserNotAuthorized);
    slapd.stop();
    assert_eq!(
        level(&server, "EXAMPLE\\ben", "ben's password").await,
        Err(ErrorCode::DirectoryUnavailable)
    );
    assert_eq!(
        add(&server, "EXAMPLE\\ben", false, Permission::ReadOnly).await,
        Err(ErrorCode::DirectoryUnavailable)
    );
    assert!(admin(&server).verify().await.is_ok());
    server.stop().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_of_the_directory_is_no_failed_sign_in_and_locks_nobody_out() {
    let Some(mut slapd) = Slapd::start() else { return };
    let server = server(&slapd).await;
    add(&server, "EXAMPLE\\Helpdesk", true, Permission::ReadOnly)
        .await
        .unwrap();
    slapd.stop();
    // More often than failures cost nothing, for the account and for the address.
    for attempt in 0..30 {
        let outcome = client(&server, "EXAMPLE\\ben", "ben's password").verify().await;
        let problem = outcome.unwrap_err();
        assert_eq!(
            (problem.code, problem.status),
            (ErrorCode::DirectoryUnavailable, 503),
            "attempt {attempt}"
        );
        assert!(problem.action.contains("directory"), "{}", problem.action);
    }
    slapd.run();
    assert_eq!(
        level(&server, "EXAMPLE\\ben", "ben's password").await,
        Ok(Permission::ReadOnly)
    );
    // What the directory refuses goes on counting.
    for _ in 0..5 {
        assert_eq!(
            level(&server, "EXAMPLE\\carol", "guessed").await,
            Err(ErrorCode::AuthorizationFailed)
        );
    }
    assert_eq!(
        level(&server, "EXAMPLE\\carol", "carol's password").await,
        Err(ErrorCode::AccountLocked)
    );
    server.stop().unwrap();
}

/// The audit of the server itself.
async fn audit(server: &Server) -> Vec<AuditRow> {
    let request = GetAudit {
        vendor: "server".into(),
        ..GetAudit::default()
    };
    admin(server).call::<op::GetAudit>(&request).await.unwrap().items
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_their_changes_and_the_directory_are_in_the_audit_and_members_under_their_own_name() {
    let Some(slapd) = Slapd::start() else { return };
    let server = server(&slapd).await;
    add(&server, "EXAMPLE\\License Admins", true, Permission::Full)
        .await
        .unwrap();
    add(&server, "EXAMPLE\\Lookers", true, Permission::ReadOnly)
        .await
        .unwrap();
    // A member changes what another group may do, and removes it.
    let anna = client(&server, "EXAMPLE\\anna", "anna's password");
    let raised = SetAdministrator {
        identity: "EXAMPLE\\Lookers".to_owned(),
        permissions: Some(Permission::Full),
        password: None,
        ntlm: None,
        keep_tokens: false,
    };
    anna.call::<op::SetAdministrator>(&raised).await.unwrap();
    let removed = RemoveAdministrator {
        identity: "EXAMPLE\\Lookers".to_owned(),
    };
    anna.call::<op::RemoveAdministrator>(&removed).await.unwrap();
    let rows = audit(&server).await;
    let told: Vec<_> = rows
        .iter()
        .filter(|row| row.target.starts_with("EXAMPLE\\"))
        .map(|row| {
            (
                row.operation.as_str(),
                row.target.as_str(),
                row.actor == "EXAMPLE\\anna",
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("NewAdministrator", "EXAMPLE\\License Admins", false),
            ("NewAdministrator", "EXAMPLE\\Lookers", false),
            ("SetAdministrator", "EXAMPLE\\Lookers", true),
            ("RemoveAdministrator", "EXAMPLE\\Lookers", true),
        ]
    );
    assert!(rows.iter().any(|row| row.detail.contains("\"group\":true")));
    // Which directory counts is in it as well, without its password.
    let rules: Vec<_> = rows
        .iter()
        .filter(|row| row.operation == "SetSignInRules")
        .collect();
    assert_eq!(rules.len(), 1);
    assert!(
        rules[0]
            .detail
            .contains(&format!("ldap://127.0.0.1:{}", slapd.port))
    );
    assert!(!rules[0].detail.contains("servers-password"));
    server.stop().unwrap();
}
