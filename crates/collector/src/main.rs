//! The command `candor-collector`; all it does is in the library.

use std::process::ExitCode;

use candor_collector::cli;

#[tokio::main]
async fn main() -> ExitCode {
    match cli::run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("candor-collector: {fault}");
            ExitCode::FAILURE
        }
    }
}
