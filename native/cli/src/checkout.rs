//! `licensing checkout`: holds seats as a product does, for trying out a server.

use std::io::{self, Read};
use std::time::Duration;

use clap::{Arg, ArgMatches, Command, value_parser};
use licensing_client::{CheckoutError, CheckoutOptions, Lease, LeaseState, ProductClient};
use serde_json::json;

use crate::exit::{Exit, Failure};
use crate::loans::seats;
use crate::{operations, print, product_connection, text};

/// The command with its arguments.
pub(crate) fn command() -> Command {
    let text = |name: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name(name.to_uppercase())
            .help(help)
    };
    let command = Command::new("checkout")
        .about("Checks out seats as a product does, holds them until Ctrl-C or the end of its input, and checks them in.")
        .args([
            Arg::new("feature").value_name("FEATURE").required(true).help("Feature, such as XDT_PLT_UD"),
            Arg::new("count")
                .long("count")
                .value_name("SEATS")
                .value_parser(value_parser!(u32).range(1..))
                .default_value("1")
                .help("Number of seats"),
            text("version", "Lowest version that will do, such as 2.1 or 2026.0401"),
            text("user", "User to name; whoever runs this unless given"),
            text("device", "Device to name; this host unless given"),
            text("display", "Display or terminal to name"),
            text("product", "Product to name, for reports"),
            text("project", "Project to name, as PROJECT rules of the options file know it"),
            Arg::new("queue")
                .long("queue")
                .value_name("TIME")
                .value_parser(duration)
                .help("Wait in the queue for at most this time if all seats are checked out, such as 10m"),
            Arg::new("borrow")
                .long("borrow")
                .value_name("TIME")
                .value_parser(duration)
                .help("Borrow the seats for this period, such as 8h or 7d, and exit; see borrowed and return"),
        ]);
    product_connection::add(operations::with_json(command))
}

/// Takes, holds and gives back.
///
/// # Errors
/// A denial, a lease that the server ended, or no connection.
pub(crate) async fn run(matches: &ArgMatches) -> Result<Exit, Failure> {
    let wanted = checkout_options(matches);
    if wanted.user.is_empty() {
        return Err(Failure::usage(
            "The system does not tell who the user is.",
            "--user",
            "Give --user NAME.",
        ));
    }
    // Listened to from the start: a signal that comes right after the first line of output is not to end the program
    // with the seats still out.
    let mut interruption = Interruption::listen()?;
    let lease = tokio::select! {
        lease = take(&wanted, matches) => lease?,
        // What the server may have given out by now ends by itself, as no heartbeats follow.
        () = interruption.arrives() => return Ok(Exit::Interrupted),
    };
    let json = matches.get_flag("json");
    show(&lease, wanted.borrow.is_some(), json)?;
    if wanted.borrow.is_some() {
        // What is borrowed stays out when the lease is dropped.
        return Ok(Exit::Success);
    }
    hold(&lease, &mut interruption, json).await
}

async fn take(wanted: &CheckoutOptions, matches: &ArgMatches) -> Result<Lease, Failure> {
    let options = product_connection::options(matches, wanted.borrow.is_some())?;
    let client = ProductClient::connect(options).await?;
    let pending = client.start_checkout(wanted);
    let mut positions = pending.positions();
    let telling = async {
        while positions.changed().await.is_ok() {
            let position = *positions.borrow_and_update();
            if let Some(position) = position {
                print::note(&format!("Waiting at place {position} of the queue."));
            }
        }
        // There is nothing more to tell, and the answer decides.
        std::future::pending::<()>().await;
    };
    let lease = tokio::select! {
        lease = pending => lease,
        () = telling => return Err(Failure::internal("The place in the queue ended the waiting.")),
    };
    Ok(lease.map_err(CheckoutError::into_problem)?)
}

/// Such as `90s`, `10m`, `8h` or `7d`; a day has 24 hours.
fn duration(text: &str) -> Result<Duration, String> {
    let refused = |why: &dyn std::fmt::Display| format!("{why}; write a time such as 90s, 10m, 8h or 7d");
    let span: jiff::Span = text.parse().map_err(|error: jiff::Error| refused(&error))?;
    let time = span
        .to_duration(jiff::SpanRelativeTo::days_are_24_hours())
        .map_err(|error| refused(&error))?;
    match Duration::try_from(time) {
        Ok(time) if time >= Duration::from_secs(1) => Ok(time),
        Ok(_) | Err(_) => Err(refused(&"it must be a second or more")),
    }
}

fn checkout_options(matches: &ArgMatches) -> CheckoutOptions {
    let given = |name: &str| matches.get_one::<String>(name).cloned();
    let mut options = CheckoutOptions::new(given("feature").unwrap_or_default());
    options.count = matches.get_one::<u32>("count").copied().unwrap_or(1);
    options.version = given("version").unwrap_or_default();
    options.user = given("user").unwrap_or(options.user);
    options.host = given("device").unwrap_or(options.host);
    options.display = given("display").unwrap_or_default();
    options.project = given("project").unwrap_or_default();
    options.queue = matches.get_one::<Duration>("queue").copied();
    options.borrow = matches.get_one::<Duration>("borrow").copied();
    options.product =
        given("product").unwrap_or_else(|| concat!("licensing ", env!("CARGO_PKG_VERSION")).to_owned());
    options
}

fn show(lease: &Lease, borrows: bool, json: bool) -> Result<(), Failure> {
    let (grace_until, lease) = (lease.grace_until(), lease.info());
    if json {
        return print::out(&format!(
            "{}\n",
            json!({
                "feature": lease.feature,
                "version": lease.version,
                "count": lease.count,
                "overdraft": lease.overdraft,
                "heartbeatSeconds": lease.heartbeat_seconds,
                "lifetimeSeconds": lease.lifetime_seconds,
                "since": lease.since,
                "licenseExpires": lease.license_expires,
                "borrowedUntil": lease.borrowed_until,
                "graceUntil": grace_until,
            })
        ));
    }
    let what = format!(
        "{} of {} {}{}",
        seats(lease.count),
        text::plain(&lease.feature),
        text::plain(&lease.version),
        if lease.overdraft > 0 {
            format!(" ({} overdraft)", lease.overdraft)
        } else {
            String::new()
        },
    );
    let borrowed = match lease.borrowed_until {
        Some(until) if borrows => {
            return print::out(&format!(
                "Borrowed {what} until {until:.0}. Give back early with: licensing return {}\n",
                text::plain(&lease.feature)
            ));
        }
        Some(until) => format!(", borrowed until {until:.0}"),
        None => String::new(),
    };
    let grace = grace_until.map_or_else(String::new, |until| {
        format!(", by a grace ticket until {until:.0} as the server cannot be reached")
    });
    print::out(&format!(
        "Holding {what}{borrowed}{grace}. Ctrl-C or the end of the input gives back.\n"
    ))
}

async fn hold(lease: &Lease, interruption: &mut Interruption, json: bool) -> Result<Exit, Failure> {
    tokio::select! {
        state = lease.ended() => return match state {
            LeaseState::Ended => Err(Failure::lease_ended(&lease.info().feature)),
            LeaseState::Held | LeaseState::Unconfirmed | LeaseState::Grace | LeaseState::CheckedIn => Ok(Exit::Success),
        },
        () = interruption.arrives() => {}
        () = end_of_input() => {}
    }
    lease.checkin().await?;
    if !json {
        print::out("Given back.\n")?;
    }
    Ok(Exit::Success)
}

/// The user or the system asks the program to end. While seats are held that is the usual way out, hence success.
struct Interruption {
    #[cfg(unix)]
    signals: [tokio::signal::unix::Signal; 2],
    #[cfg(windows)]
    pressed: tokio::signal::windows::CtrlC,
}

impl Interruption {
    #[cfg(unix)]
    fn listen() -> Result<Self, Failure> {
        use tokio::signal::unix::{SignalKind, signal};
        let listen = |kind| signal(kind).map_err(no_signals);
        Ok(Self {
            signals: [listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?],
        })
    }

    #[cfg(windows)]
    fn listen() -> Result<Self, Failure> {
        Ok(Self {
            pressed: tokio::signal::windows::ctrl_c().map_err(no_signals)?,
        })
    }

    #[cfg(unix)]
    async fn arrives(&mut self) {
        let [interrupt, terminate] = &mut self.signals;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }

    #[cfg(windows)]
    async fn arrives(&mut self) {
        self.pressed.recv().await;
    }
}

fn no_signals(error: io::Error) -> Failure {
    Failure::internal(format!("No signals can be received: {error}."))
}

/// Standard input is read on a thread of its own, because no system offers to wait for it otherwise.
async fn end_of_input() {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let mut rest = [0; 4096];
        let mut input = io::stdin().lock();
        while matches!(input.read(&mut rest), Ok(1..)) {}
        // The receiver is gone when the program ends for another reason.
        sender.send(()).ok();
    });
    // A thread that could not read at all ends the waiting, too.
    receiver.await.ok();
}
