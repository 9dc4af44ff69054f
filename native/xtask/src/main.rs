//! `cargo xtask`: builds, shows, tests, measures and packs the workspace.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::{bench, build, child, demo, package, powershell, suite, workspace};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Development tasks of Licensing Services")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Builds everything, runs a license server with ten products, and shows inventory and usage in PowerShell
    Demo {
        /// Leave it running until Ctrl-C, and print how to connect
        #[arg(long)]
        keep: bool,
    },
    /// Runs the tests: Rust, the C examples, PowerShell
    Test {
        /// Only tests that match: part of the name of a Rust test or of its file, of a file *.Tests.ps1, or of a test in one.
        /// Nothing else is compiled or started.
        filter: Option<String>,
    },
    /// Builds the PowerShell module alone into out/, beside the native library of an earlier build
    Module,
    /// Measures; what follows goes to the measuring program
    Bench {
        /// Arguments of the measuring program
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Feeds every reader of foreign bytes with changed inputs; what follows goes to the program that does it
    Fuzz {
        /// Arguments of that program, such as `license_file --seconds 600`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Writes the files that follow from the table of operations and the settings: views, exports and command list of the
    /// module, openapi.json, the help of the command, C header, C# bindings, page of settings
    Generate {
        /// Compares instead of writing, and fails when a committed file differs
        #[arg(long)]
        check: bool,
    },
    /// Builds for release and packs the result into target/package
    Package,
}

#[tokio::main(worker_threads = 2)]
async fn main() -> ExitCode {
    let outcome = match Arguments::parse().task {
        Task::Demo { keep } => demo::run(keep).await,
        Task::Test { filter } => suite::run(filter.as_deref()).await,
        Task::Module => module().await,
        Task::Bench { arguments } => bench::run(&arguments).await,
        Task::Fuzz { arguments } => fuzz(&arguments).await,
        Task::Generate { check } => generate(check).await,
        Task::Package => package::run().await,
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("cargo xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn module() -> anyhow::Result<bool> {
    let powershell = powershell::find().await.into_result()?;
    build::module(&powershell, &workspace::out()).await?;
    Ok(true)
}

async fn fuzz(arguments: &[String]) -> anyhow::Result<bool> {
    let mut command = workspace::cargo();
    command
        .args(["run", "--quiet", "--release", "--package", "licensing-fuzz", "--"])
        .args(arguments);
    child::run(&mut command).await?;
    Ok(true)
}

/// The tests of the generated files write them where the environment says so.
async fn generate(check: bool) -> anyhow::Result<bool> {
    for (package, filter) in [
        ("licensing-api", "generated"),
        ("licensing-dsc", "generated"),
        ("licensing-ffi", "generated"),
        ("licensing-cli", "generated"),
        ("licensing-server", "generated"),
        ("licensing-server", "the_page_of_settings"),
        ("licensing-insight", "the_page_of_settings"),
    ] {
        let mut command = workspace::cargo();
        command.args(["test", "--quiet", "--package", package, filter]);
        if !check {
            command
                .env("LICENSING_UPDATE_DOCS", "1")
                .env("LICENSING_UPDATE_BINDINGS", "1");
        }
        child::run(&mut command).await?;
    }
    Ok(true)
}
