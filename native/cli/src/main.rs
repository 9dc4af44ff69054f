//! `licensing`: every operation of a license server from any shell, and the issuer's side.

mod arguments;
mod authority;
mod checkout;
mod command_line;
mod compat;
mod connection;
mod dsc;
mod exit;
mod loans;
mod local_file;
mod location;
mod operations;
mod print;
mod product_connection;
mod text;

use std::process::ExitCode;

use exit::Failure;

fn main() -> ExitCode {
    // Microsoft DSC starts a process for every resource of a configuration: only what it asks for is made ready.
    if std::env::args_os().nth(1).is_some_and(|word| word == dsc::WORD) {
        return dsc::main();
    }
    let matches =
        match command_line::command().try_get_matches_from(compat::with_double_dashes(std::env::args_os())) {
            Ok(matches) => matches,
            Err(error) => {
                let shown = error.print().is_ok();
                return if error.use_stderr() || !shown {
                    exit::Exit::Usage.into()
                } else {
                    exit::Exit::Success.into()
                };
            }
        };
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return Failure::internal(format!("No threads to work with: {error}.")).report(false),
    };
    let outcome = runtime.block_on(command_line::run(&matches));
    // A thread that still waits for input must not keep the process.
    runtime.shutdown_background();
    match outcome {
        Ok(exit) => exit.into(),
        Err(failure) => failure.report(command_line::wants_json(&matches)),
    }
}
