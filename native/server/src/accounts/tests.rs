#![allow(clippy::unwrap_used)]

use std::path::PathBuf;
use std::sync::Arc;

use futures_util::FutureExt;

use super::*;

const HOST: &str = "lic01.example.test";
const GOOD: &str = "correct horse battery";

struct Fixture {
    folder: tempfile::TempDir,
    accounts: Accounts,
    admin: Caller,
}

impl Fixture {
    fn path(&self) -> PathBuf {
        self.folder.path().join("server.db")
    }

    /// What happens when someone edits the file behind the server's back.
    fn execute(&self, sql: &str) {
        let connection = rusqlite::Connection::open(self.path()).unwrap();
        assert!(connection.execute(sql, []).unwrap() > 0, "{sql} changed nothing");
    }

    async fn log_in(&self, account: &str, password: &str, last: u8) -> Result<Caller, Problem> {
        let credentials = Credentials::Password {
            account: account.to_owned(),
            password: Secret::new(password),
        };
        self.accounts
            .authenticate(credentials, IpAddr::from([192, 0, 2, last]), Timestamp::now())
            .await
    }

    async fn open(&self, secret: &str, now: Timestamp) -> Result<Caller, Problem> {
        let credentials = Credentials::Token(Secret::new(secret));
        self.accounts
            .authenticate(credentials, IpAddr::from([192, 0, 2, 9]), now)
            .await
    }

    async fn add(&self, account: &str, permissions: Permission) -> Administrator {
        let request = NewAdministrator {
            account: account.to_owned(),
            group: false,
            permissions: Some(permissions),
            password: Some(Secret::new(GOOD)),
            ntlm: false,
            keep_existing: false,
        };
        self.accounts.add(request, &self.admin).await.unwrap()
    }
}

async fn fixture() -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let accounts = Accounts::open(&folder.path().join("server.db"), HOST).unwrap();
    assert!(accounts.is_empty().unwrap());
    accounts
        .add_first_administrator("root", &Secret::new(GOOD))
        .unwrap();
    let credentials = Credentials::Password {
        account: "root".to_owned(),
        password: Secret::new(GOOD),
    };
    let admin = accounts
        .authenticate(credentials, IpAddr::from([127, 0, 0, 1]), Timestamp::now())
        .await
        .unwrap();
    Fixture {
        folder,
        accounts,
        admin,
    }
}

fn set(identity: &str, permissions: Option<Permission>, password: Option<&str>) -> SetAdministrator {
    SetAdministrator {
        identity: identity.to_owned(),
        permissions,
        password: password.map(Secret::new),
        keep_tokens: false,
        ntlm: None,
    }
}

fn remove(identity: &str) -> RemoveAdministrator {
    RemoveAdministrator {
        identity: identity.to_owned(),
    }
}

fn token(permissions: Permission, days: u16) -> NewToken {
    NewToken {
        name: "nightly report".to_owned(),
        scope: None,
        permissions: Some(permissions),
        days: Some(days),
    }
}

#[tokio::test]
async fn the_first_administrator_logs_in_with_any_spelling() {
    let fixture = fixture().await;
    assert_eq!(fixture.admin.account, "LIC01\\root");
    assert_eq!(fixture.admin.permissions, Permission::Full);
    for spelling in ["ROOT", ".\\root", "root@lic01.example.test", "LIC01\\Root"] {
        let caller = fixture.log_in(spelling, GOOD, 1).await.unwrap();
        assert_eq!(caller.account, "LIC01\\root", "{spelling}");
    }
    let again = fixture
        .accounts
        .add_first_administrator("other", &Secret::new(GOOD));
    assert_eq!(again.unwrap_err().code, ErrorCode::InvalidRequest);
}

#[tokio::test]
async fn wrong_unknown_and_passwordless_are_answered_alike() {
    let fixture = fixture().await;
    fixture
        .accounts
        .add(
            NewAdministrator {
                account: "CORP\\admins".to_owned(),
                group: true,
                permissions: None,
                password: None,
                ntlm: false,
                keep_existing: false,
            },
            &fixture.admin,
        )
        .await
        .unwrap();
    let mut answers = Vec::new();
    for account in ["root", "nobody", "CORP\\admins", "no?name"] {
        answers.push(fixture.log_in(account, "wrong password", 1).await.unwrap_err());
    }
    assert_eq!(answers[0].code, ErrorCode::AuthorizationFailed);
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
}

#[tokio::test]
async fn an_account_is_locked_for_others_but_not_for_where_it_works() {
    let fixture = fixture().await;
    fixture.log_in("root", GOOD, 1).await.unwrap();
    let mut codes = Vec::new();
    for attempt in 0..7 {
        let problem = fixture.log_in("root", "wrong password", 50 + attempt).await;
        codes.push(problem.unwrap_err().code);
    }
    assert_eq!(codes[..5], [ErrorCode::AuthorizationFailed; 5]);
    assert_eq!(codes.last(), Some(&ErrorCode::AccountLocked));
    let locked = fixture.log_in("root", GOOD, 99).await.unwrap_err();
    assert_eq!(locked.code, ErrorCode::AccountLocked);
    assert!(locked.retry_after.is_some_and(|seconds| seconds > 0));
    fixture.log_in("root", GOOD, 1).await.unwrap();
}

#[tokio::test]
async fn guesses_in_parallel_do_not_slip_past_the_count() {
    let fixture = Arc::new(fixture().await);
    let guess = |account: String, from: u8, number: u32| {
        let fixture = Arc::clone(&fixture);
        tokio::spawn(async move {
            let problem = fixture
                .log_in(&account, &format!("guess number {number}"), from)
                .await;
            problem.unwrap_err().code == ErrorCode::AuthorizationFailed
        })
    };
    let of_account: Vec<_> = (0..30)
        .map(|number| guess("victim".to_owned(), number as u8, number))
        .collect();
    let mut checked = 0;
    for attempt in of_account {
        checked += u32::from(attempt.await.unwrap());
    }
    assert!(
        (5..=6).contains(&checked),
        "{checked} guesses at one account were checked"
    );
    let of_address: Vec<_> = (0..150)
        .map(|number| guess(format!("user{number}"), 77, number))
        .collect();
    let mut checked = 0;
    for attempt in of_address {
        checked += u32::from(attempt.await.unwrap());
    }
    assert!(
        (1..=20).contains(&checked),
        "{checked} guesses from one address were checked"
    );
}

#[tokio::test]
async fn wrong_names_from_the_address_of_an_administrator_do_not_keep_them_out() {
    let fixture = fixture().await;
    fixture.log_in("root", GOOD, 1).await.unwrap();
    let mut codes = Vec::new();
    for number in 0..25 {
        let problem = fixture
            .log_in(&format!("nobody{number}"), "wrong password", 1)
            .await;
        codes.push(problem.unwrap_err().code);
    }
    assert_eq!(codes.last(), Some(&ErrorCode::AccountLocked));
    fixture.log_in("root", GOOD, 1).await.unwrap();
}

#[tokio::test]
async fn attempts_that_nobody_waits_for_are_counted() {
    let fixture = fixture().await;
    for _ in 0..5 {
        let attempt = fixture.log_in("root", "wrong password", 1);
        // Polled once, as by a connection that is closed as soon as its request has been read.
        assert!(attempt.now_or_never().is_none());
    }
    // Behind them in the queue.
    fixture.log_in("nobody", "wrong password", 3).await.unwrap_err();
    let problem = fixture.log_in("root", GOOD, 2).await.unwrap_err();
    assert_eq!(problem.code, ErrorCode::AccountLocked);
}

#[tokio::test]
async fn many_sign_ins_of_one_account_at_once_are_all_answered() {
    let fixture = Arc::new(fixture().await);
    let sign_ins = (0..30).map(|_| {
        let fixture = Arc::clone(&fixture);
        tokio::spawn(async move { fixture.log_in("root", GOOD, 1).await })
    });
    for sign_in in sign_ins.collect::<Vec<_>>() {
        sign_in.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn adding_twice_changes_nothing() {
    let fixture = fixture().await;
    let first = fixture.add("CORP\\Ann", Permission::ReadOnly).await;
    let again = NewAdministrator {
        account: "ann@corp".to_owned(),
        group: false,
        permissions: Some(Permission::Full),
        password: None,
        ntlm: false,
        keep_existing: false,
    };
    let refused = fixture.accounts.add(again.clone(), &fixture.admin).await;
    assert_eq!(refused.unwrap_err().code, ErrorCode::AdministratorExists);
    let kept = NewAdministrator {
        keep_existing: true,
        ..again
    };
    let kept = fixture.accounts.add(kept, &fixture.admin).await.unwrap();
    assert_eq!(kept, first);
    assert_eq!(first.account, "CORP\\Ann");
    assert!(first.account_sid.starts_with("S-1-5-21-"));
    let root = fixture
        .accounts
        .administrators(GetAdministrators {
            account: "root".into(),
            ..GetAdministrators::default()
        })
        .await
        .unwrap();
    let domain = |sid: &str| sid.rsplit_once('-').unwrap().0.to_owned();
    assert_eq!(domain(&root.items[0].account_sid), domain(&first.account_sid));
    assert_ne!(root.items[0].account_sid, first.account_sid);
}

#[tokio::test]
async fn lists_are_filtered() {
    let fixture = fixture().await;
    let ann = fixture.add("CORP\\ann", Permission::ReadOnly).await;
    fixture.add("CORP\\bob", Permission::Full).await;
    let list = async |account: Option<&str>, sid: Option<&str>, permissions| {
        let filter = GetAdministrators {
            account: account.map(str::to_owned).into(),
            account_sid: sid.map(str::to_owned),
            permissions,
        };
        let rows = fixture.accounts.administrators(filter).await;
        rows.map(|rows| rows.items.into_iter().map(|row| row.account).collect::<Vec<_>>())
    };
    assert_eq!(list(None, None, None).await.unwrap().len(), 3);
    assert_eq!(list(Some("corp\\*"), None, None).await.unwrap().len(), 2);
    assert_eq!(list(Some("A?N"), None, None).await.unwrap(), ["CORP\\ann"]);
    let sid = ann.account_sid.to_lowercase();
    assert_eq!(list(None, Some(&sid), None).await.unwrap(), ["CORP\\ann"]);
    let read_only = list(None, None, Some(Permission::ReadOnly)).await;
    assert_eq!(read_only.unwrap(), ["CORP\\ann"]);
    let none = list(Some("zzz"), None, None).await.unwrap_err();
    assert_eq!(none.code, ErrorCode::NoUsers);
    let junk = list(None, Some("junk"), None).await.unwrap_err();
    assert_eq!(junk.code, ErrorCode::InvalidFilter);
}

#[tokio::test]
async fn the_last_administrator_who_can_log_in_stays() {
    let fixture = fixture().await;
    let accounts = &fixture.accounts;
    // None of these could let anybody in.
    fixture.add("reader", Permission::ReadOnly).await;
    for (account, group) in [("CORP\\admins", true), ("passwordless", false)] {
        let request = NewAdministrator {
            account: account.to_owned(),
            group,
            permissions: Some(Permission::Full),
            password: None,
            ntlm: false,
            keep_existing: false,
        };
        accounts.add(request, &fixture.admin).await.unwrap();
    }
    let removed = accounts.remove(remove("root"), &fixture.admin).await.unwrap_err();
    assert_eq!(removed.code, ErrorCode::LastAdministrator);
    let lower = set("root", Some(Permission::ReadOnly), None);
    let lowered = accounts.set(lower.clone(), &fixture.admin).await.unwrap_err();
    assert_eq!(lowered.code, ErrorCode::LastAdministrator);

    fixture.add("second", Permission::Full).await;
    accounts.set(lower, &fixture.admin).await.unwrap();
    let second = accounts
        .remove(remove("second"), &fixture.admin)
        .await
        .unwrap_err();
    assert_eq!(second.code, ErrorCode::LastAdministrator);
    accounts.remove(remove("root"), &fixture.admin).await.unwrap();
}

#[tokio::test]
async fn a_new_password_counts_at_once_and_the_old_one_no_more() {
    let fixture = fixture().await;
    let ann = fixture.add("ann", Permission::ReadOnly).await;
    fixture.log_in("ann", GOOD, 1).await.unwrap();
    let weak = set("ann", None, Some("short"));
    let problem = fixture.accounts.set(weak, &fixture.admin).await.unwrap_err();
    assert_eq!(problem.code, ErrorCode::PasswordTooWeak);
    let new = "another fine phrase";
    let change = set(&ann.account_sid, None, Some(new));
    fixture.accounts.set(change, &fixture.admin).await.unwrap();
    assert!(fixture.log_in("ann", GOOD, 1).await.is_err());
    fixture.log_in("ann", new, 1).await.unwrap();
    let nobody = set("S-1-5-21-1-2-3-1001", None, None);
    let problem = fixture.accounts.set(nobody, &fixture.admin).await.unwrap_err();
    assert_eq!(problem.code, ErrorCode::UserNotFound);
}

#[tokio::test]
async fn tokens_end_with_the_password_unless_they_are_kept() {
    let fixture = fixture().await;
    fixture.add("ann", Permission::Full).await;
    let ann = fixture.log_in("ann", GOOD, 1).await.unwrap();
    let now = Timestamp::now();
    for (keep, new) in [(true, "another fine phrase"), (false, "a third fine phrase")] {
        let issued = fixture
            .accounts
            .issue_token(token(Permission::ReadOnly, 1), &ann, now)
            .await
            .unwrap();
        let of_root = token(Permission::ReadOnly, 1);
        let of_root = fixture
            .accounts
            .issue_token(of_root, &fixture.admin, now)
            .await
            .unwrap();
        let mut change = set("ann", None, Some(new));
        change.keep_tokens = keep;
        fixture.accounts.set(change, &fixture.admin).await.unwrap();
        assert_eq!(fixture.open(issued.secret.expose(), now).await.is_ok(), keep);
        fixture.open(of_root.secret.expose(), now).await.unwrap();
    }
}

#[tokio::test]
async fn tokens_live_from_issue_to_end() {
    let fixture = fixture().await;
    let now = Timestamp::now();
    let issued = fixture
        .accounts
        .issue_token(token(Permission::ReadOnly, 1), &fixture.admin, now)
        .await
        .unwrap();
    let secret = issued.secret.expose();
    assert!(secret.starts_with("lic_") && secret.starts_with(&issued.token.token_id));
    let caller = fixture.open(secret, now).await.unwrap();
    assert_eq!(caller.permissions, Permission::ReadOnly);
    assert_eq!(caller.account, "LIC01\\root");

    let day = jiff::SignedDuration::from_hours(24);
    let ended = fixture.open(secret, now + day).await.unwrap_err();
    assert_eq!(ended.code, ErrorCode::AuthorizationFailed);
    for wrong in [
        &secret[..secret.len() - 1],
        "lic_0000000000000000.AAAA",
        "junk",
        "",
        ".",
    ] {
        assert!(fixture.open(wrong, now).await.is_err(), "{wrong}");
    }
    let stored = std::fs::read(fixture.path()).unwrap();
    let wal = std::fs::read(fixture.path().with_extension("db-wal")).unwrap_or_default();
    let private = secret.split_once('.').unwrap().1.as_bytes();
    for bytes in [stored, wal] {
        assert!(!bytes.windows(private.len()).any(|window| window == private));
    }

    let gone = RemoveToken {
        token_id: issued.token.token_id.clone(),
    };
    fixture
        .accounts
        .remove_token(gone.clone(), &fixture.admin)
        .await
        .unwrap();
    assert!(fixture.open(secret, now).await.is_err());
    let again = fixture.accounts.remove_token(gone, &fixture.admin).await;
    assert_eq!(again.unwrap_err().code, ErrorCode::TokenNotFound);
}

#[tokio::test]
async fn a_token_is_never_above_its_account() {
    let fixture = fixture().await;
    let now = Timestamp::now();
    fixture.add("ann", Permission::Full).await;
    let ann = fixture.log_in("ann", GOOD, 1).await.unwrap();
    let issue =
        async |request: NewToken, caller: &Caller| fixture.accounts.issue_token(request, caller, now).await;
    let full = issue(token(Permission::Full, 30), &ann).await.unwrap();
    fixture
        .accounts
        .set(set("ann", Some(Permission::ReadOnly), None), &fixture.admin)
        .await
        .unwrap();
    let caller = fixture.open(full.secret.expose(), now).await.unwrap();
    assert_eq!(caller.permissions, Permission::ReadOnly);
    let above = issue(token(Permission::Full, 30), &caller).await.unwrap_err();
    assert_eq!(above.code, ErrorCode::UserNotAuthorized);

    fixture
        .accounts
        .remove(remove("ann"), &fixture.admin)
        .await
        .unwrap();
    assert!(fixture.open(full.secret.expose(), now).await.is_err());
}

#[tokio::test]
async fn tokens_for_products_never_open_the_web_services() {
    let fixture = fixture().await;
    let now = Timestamp::now();
    let mut request = token(Permission::None, 1);
    request.scope = Some(TokenScope::Product);
    let issued = fixture
        .accounts
        .issue_token(request.clone(), &fixture.admin, now)
        .await
        .unwrap();
    let refused = fixture.open(issued.secret.expose(), now).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::UserNotAuthorized);
    let known = fixture.accounts.product_tokens(now).await.unwrap();
    assert_eq!(known[0].token_id, issued.token.token_id);
    let day = jiff::SignedDuration::from_hours(25);
    assert!(
        fixture
            .accounts
            .product_tokens(now + day)
            .await
            .unwrap()
            .is_empty()
    );
    request.permissions = Some(Permission::ReadOnly);
    let senseless = fixture
        .accounts
        .issue_token(request, &fixture.admin, now)
        .await
        .unwrap_err();
    assert_eq!(senseless.code, ErrorCode::InvalidRequest);
}

#[tokio::test]
async fn every_change_is_recorded_and_a_changed_record_shows() {
    let fixture = fixture().await;
    fixture.add("ann", Permission::ReadOnly).await;
    fixture
        .accounts
        .record_import(
            &fixture.admin,
            "a.lic".to_owned(),
            "00".to_owned(),
            serde_json::json!({ "size": 1 }),
        )
        .await
        .unwrap();
    assert_eq!(fixture.accounts.verify_record().await.unwrap(), 3);
    let broken = async |sql: &str, expected: &str| {
        fixture.execute(sql);
        let problem = fixture.accounts.verify_record().await.unwrap_err();
        assert_eq!(problem.code, ErrorCode::StorageDamaged);
        assert!(problem.detail.contains(expected), "{sql}: {}", problem.detail);
    };
    broken("DELETE FROM audit WHERE sequence = 3", "3 to 3 are missing").await;
    broken("DELETE FROM audit WHERE sequence = 1", "record 1 is missing").await;
    fixture
        .accounts
        .add(
            NewAdministrator {
                account: "late".to_owned(),
                group: false,
                permissions: None,
                password: None,
                ntlm: false,
                keep_existing: false,
            },
            &fixture.admin,
        )
        .await
        .unwrap();
    broken(
        "UPDATE audit SET sequence = 1 WHERE sequence = 2",
        "record 1 was changed",
    )
    .await;
}

#[tokio::test]
async fn accounts_survive_a_restart_and_a_new_host_name() {
    let fixture = fixture().await;
    fixture.add("ann", Permission::ReadOnly).await;
    let again = Accounts::open(&fixture.path(), "lic02.example.test").unwrap();
    let rows = again.administrators(GetAdministrators::default()).await.unwrap();
    let names: Vec<_> = rows.items.iter().map(|row| row.account.as_str()).collect();
    assert_eq!(names, ["LIC02\\ann", "LIC02\\root"]);
}

#[test]
fn a_foreign_or_damaged_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("server.db");
    std::fs::write(&path, "this is no database, but long enough to be looked at").unwrap();
    let error = Accounts::open(&path, HOST).unwrap_err();
    assert!(matches!(error, AccountsError::Database { .. }), "{error}");

    let foreign = folder.path().join("foreign.db");
    rusqlite::Connection::open(&foreign)
        .unwrap()
        .pragma_update(None, "user_version", 1)
        .unwrap();
    let error = Accounts::open(&foreign, HOST).unwrap_err();
    assert!(matches!(error, AccountsError::NotOurs { .. }), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn the_database_is_for_the_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let fixture = fixture().await;
    for name in ["server.db", "server.db-wal"] {
        let mode = std::fs::metadata(fixture.folder.path().join(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o077, 0, "{name} has mode {mode:o}");
    }
}
