//! One small caller, or many, against memory and places of a server.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use licensing_client::AdminClient;
use licensing_proofs::web::{Web, add_reader, basic, explain, explained, sign_in};
use licensing_proofs::{Form, Memory, Product, Site, cad};
use licensing_testbed::ServerBuilder;
use tokio::io::AsyncWriteExt;
use tokio::task::JoinSet;

const MIB: u64 = 1024;
/// Far longer than anything here takes: only a hang reaches it.
const HANG: Duration = Duration::from_secs(120);
/// Longest that somebody else's explanation may take, on a machine that does other things as well. The figure of a quiet one is
/// in docs/proofs.md.
const FOR_OTHERS: Duration = Duration::from_secs(5);

fn start() -> Site {
    Site::start(ServerBuilder::new().license("acme.lic", &cad(10))).unwrap()
}

/// Somebody else at work: how often, and how long the slowest explanation took.
async fn others(client: &AdminClient, lasts: Duration) -> (u32, Duration) {
    let (begun, mut served, mut slowest) = (Instant::now(), 0, Duration::ZERO);
    while begun.elapsed() < lasts {
        let asked = Instant::now();
        // Who is put off after ten seconds was not served.
        if let Ok(explanation) = explained(client, &cad(3)).await {
            assert!(!explanation.lines.is_empty());
            served += 1;
        }
        slowest = slowest.max(asked.elapsed());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    (served, slowest)
}

/// What a caller does who sends nothing but a body, again and again.
#[derive(Clone, Copy)]
enum Misbehaviour {
    /// Sends all of it and reads no answer.
    ReadsNothing,
    /// Sends a byte now and then.
    Dribbles,
}

async fn misbehave(
    web: Web,
    authorization: String,
    text: Arc<String>,
    how: Misbehaviour,
    sent: Arc<AtomicUsize>,
) {
    let (head, body) = explain(&authorization, &text);
    loop {
        let Ok(mut stream) = web.connect().await else {
            continue;
        };
        if stream.write_all(&head).await.is_err() {
            continue;
        }
        match how {
            Misbehaviour::ReadsNothing => {
                if stream.write_all(&body).await.is_ok() && stream.flush().await.is_ok() {
                    sent.fetch_add(1, Ordering::Relaxed);
                    // The answer is left where it is until the server gives up.
                    tokio::time::sleep(Duration::from_secs(20)).await;
                }
            }
            Misbehaviour::Dribbles => {
                for byte in body {
                    if stream.write_all(&[byte]).await.is_err() || stream.flush().await.is_err() {
                        sent.fetch_add(1, Ordering::Relaxed);
                        break;
                    }
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                return;
            }
        }
    }
}

struct Outcome {
    sent: usize,
    served: u32,
    slowest: Duration,
    before: Memory,
    most: u64,
}

/// So many connections of so many accounts misbehave while another account works.
async fn against(connections: usize, accounts: usize, how: Misbehaviour, lasts: Duration) -> Outcome {
    let mut site = start();
    let manager = site.server.endpoints().process_id;
    let web = Web::of(&site).unwrap();
    let administrator = site.administrator().unwrap();
    let mut headers = Vec::new();
    for number in 0..accounts {
        headers.push(
            add_reader(&administrator, &format!("reader{number}"))
                .await
                .unwrap(),
        );
    }
    add_reader(&administrator, "other").await.unwrap();
    // At work already: the first sign-ins of all the callers fill the queue of their address.
    let other = web.reader("other").unwrap();
    other.verify().await.unwrap();
    // What grows most on its way to an answer, what needs most by itself, and what is most work.
    let texts = [
        Arc::new("x\n".repeat(99_000)),
        Arc::new("# ".repeat(5_500_000)),
        Arc::new("INCREMENT a b 1 permanent 1 SN=1\n".repeat(20_000)),
    ];
    let before = Memory::of(manager).unwrap();
    let sent = Arc::new(AtomicUsize::new(0));
    let mut callers = JoinSet::new();
    for number in 0..connections {
        let text = &texts[[0, 2, 0, 2, 0, 2, 0, 2, 0, 1][number % 10]];
        let header = headers[number % headers.len()].clone();
        callers.spawn(misbehave(
            web.clone(),
            header,
            Arc::clone(text),
            how,
            Arc::clone(&sent),
        ));
    }
    let (served, slowest) = others(&other, lasts).await;
    let most = Memory::of(manager).unwrap().most;
    callers.shutdown().await;
    site.end().unwrap();
    Outcome {
        sent: sent.load(Ordering::Relaxed),
        served,
        slowest,
        before,
        most,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn explanations_that_nobody_reads_cost_neither_memory_nor_others_their_time() {
    let (connections, lasts) = Form::of_this_run().pick((40, 6), (100, 60));
    for accounts in [1, Form::of_this_run().pick(8, 20)] {
        let lasts = Duration::from_secs(lasts);
        let outcome = against(connections, accounts, Misbehaviour::ReadsNothing, lasts).await;
        println!(
            "callers: {connections} connections of {accounts} ReadOnly accounts sent {} license files and read no \
             answer; memory of the manager {} MiB before, {} MiB at most; another account had {} files explained \
             meanwhile, the slowest in {:.0?}",
            outcome.sent,
            outcome.before.now / MIB,
            outcome.most / MIB,
            outcome.served,
            outcome.slowest
        );
        assert!(outcome.sent > 0);
        assert!(outcome.most < 300 * MIB, "{} KiB", outcome.most);
        assert!(outcome.slowest < FOR_OTHERS, "{:?}", outcome.slowest);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_that_dribble_in_keep_nobody_waiting() {
    let (connections, lasts) = Form::of_this_run().pick((20, 6), (40, 60));
    for accounts in [1, 8] {
        let outcome = against(
            connections,
            accounts,
            Misbehaviour::Dribbles,
            Duration::from_secs(lasts),
        )
        .await;
        println!(
            "callers: {connections} bodies of {accounts} ReadOnly accounts dribbled in, {} were cut off; another account had {} \
             files explained meanwhile, the slowest in {:.0?}",
            outcome.sent, outcome.served, outcome.slowest
        );
        assert!(outcome.slowest < FOR_OTHERS, "{:?}", outcome.slowest);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_sign_ins_take_bounded_memory_and_keep_no_administrator_out() {
    let (parallel, rounds) = Form::of_this_run().pick((120, 3), (120, 50));
    let mut site = start();
    let manager = site.server.endpoints().process_id;
    let web = Web::of(&site).unwrap();
    let administrator = site.administrator().unwrap();
    administrator.verify().await.unwrap();
    let before = Memory::of(manager).unwrap();
    let begun = Instant::now();
    let (mut checked, mut put_off, mut sent) = (0, 0, 0);
    for round in 0..rounds {
        let mut guesses = JoinSet::new();
        for number in 0..parallel {
            let (web, account) = (web.clone(), format!("nobody{round}of{number}"));
            guesses.spawn(async move { web.ask(&sign_in(&basic(&account, "wrong horse battery"))).await });
        }
        while let Some(status) = guesses.join_next().await {
            sent += 1;
            match status.unwrap().unwrap() {
                Some(401) => checked += 1,
                Some(429) => put_off += 1,
                other => panic!("a wrong password is answered with {other:?}"),
            }
        }
        // The administrator has worked from this address, and what is wrong there is not counted against them.
        site.administrator().unwrap().verify().await.unwrap();
    }
    let after = Memory::of(manager).unwrap();
    println!(
        "callers: {sent} wrong sign-ins, {parallel} at a time: {checked} were checked, {put_off} put off; memory of the \
         manager {} MiB before, {} MiB at most, {} MiB afterwards; the administrator signed in after each round",
        before.now / MIB,
        after.most / MIB,
        after.now / MIB
    );
    assert!(after.most < before.now + 100 * MIB, "{after:?} after {before:?}");
    // The address has twenty; each further one comes after a delay, of four seconds first and of twice as long each time.
    let delays = ((begun.elapsed().as_secs() + 1) / 4 + 1).ilog2();
    assert!(checked <= 20 + delays, "{checked} with {delays} delays");
    site.end().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guesses_at_an_account_are_counted_however_they_are_sent() {
    let guesses = Form::of_this_run().pick(150, 1_200);
    let mut site = start();
    let web = Web::of(&site).unwrap();
    // Connections that end before their answer, as fast as they come.
    let mut early = JoinSet::new();
    for number in 0..guesses {
        let web = web.clone();
        early.spawn(async move {
            let Ok(mut stream) = web.connect().await else {
                return;
            };
            let guess = sign_in(&basic("guessed", &format!("wrong horse battery {number}")));
            let _ = stream.write_all(&guess).await;
            let _ = stream.flush().await;
            // Long enough for the server to begin, too short for an answer.
            tokio::time::sleep(Duration::from_millis(20)).await;
        });
        if early.len() >= 100 {
            early.join_next().await;
        }
    }
    early.join_all().await;
    // All that were taken in are checked, whether or not anybody waits.
    let failed = || site.server.log().matches("a sign-in failed").count();
    let begun = Instant::now();
    while failed() < 5 {
        assert!(begun.elapsed() < HANG, "{}", site.server.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut late = None;
    // On a slow machine the first delays may be over; each failure doubles the next one.
    for _ in 0..6 {
        let guess = sign_in(&basic("guessed", "wrong horse battery"));
        late = web.ask(&guess).await.unwrap();
        if late == Some(429) {
            break;
        }
    }
    let failed = failed();
    println!(
        "callers: {guesses} guesses whose connections ended early: {failed} checked and logged, then the account waits"
    );
    assert_eq!(late, Some(429));
    assert!((5..=25).contains(&failed), "{failed}");
    site.end().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_cost_memory_only_while_they_are_open() {
    let connections = Form::of_this_run().pick(1_000, 5_000);
    let mut site = start();
    let daemon = site.daemon_serves(None).await.unwrap();
    let idle = Memory::of(daemon).unwrap().now;
    let mut afterwards = Vec::new();
    for round in 1..=3 {
        let mut open: Vec<Product> = Vec::new();
        for _ in 0..connections {
            let mut product = site.product().await.unwrap();
            product.status().await.unwrap();
            open.push(product);
        }
        let busy = Memory::of(daemon).unwrap().now;
        drop(open);
        let after = settled(daemon, idle + 4 * MIB).await.now;
        println!(
            "callers: {connections} connections to a vendor daemon, time {round}: {} MiB before all, {} MiB while they are \
             open, {} MiB afterwards",
            idle / MIB,
            busy / MIB,
            after / MIB
        );
        afterwards.push(after);
        assert!(busy < idle + 64 * MIB + connections * 8, "{busy} KiB");
    }
    // What the allocator keeps for the next connections does not grow with every round.
    assert!(afterwards[2] < afterwards[0] + 24 * MIB, "{afterwards:?}");
    site.end().unwrap();
}

/// The memory once it is as low as wanted, or after five seconds.
async fn settled(process: u32, wanted: u64) -> Memory {
    let mut last = Memory::of(process).unwrap();
    for _ in 0..10 {
        tokio::time::sleep(Duration::from_millis(500)).await;
        last = Memory::of(process).unwrap();
        if last.now <= wanted {
            break;
        }
    }
    last
}
