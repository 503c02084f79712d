//! The program `candor`: what an owner does with a tablet's files away from tablet and collector. It needs no network
//! unless it is given a database's address, and changes nothing that it reads. Each subcommand is a file of its own.
//!
//! Exit status: 0 all is well, 1 something about the file is not, 2 it could not be looked at; of `verify` also 3, whole
//! as far as it goes.
#![forbid(unsafe_code)]

mod fault;
mod keygen;
mod open;
mod output;
mod passphrase;
mod read_backup;
mod source;
mod stores;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::fault::Fault;

/// Looks after the events of Candor's tablets, offline.
#[derive(Parser)]
#[command(name = "candor", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Verify(verify::Verify),
    /// Make a key that customers' words are sealed to, and keep its private half in a file under a passphrase
    Keygen(keygen::Options),
    /// Open the sealed words of an export
    Open(open::Options),
    /// Read a back-up without a tablet
    ReadBackup(read_backup::Options),
}

/// What a command found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Finding {
    /// All is well.
    Well,
    /// Something about the file is not, and was said on stderr.
    Amiss,
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Verify(options) => return verify::run(&options),
        Command::Keygen(options) => keygen::run(&options),
        Command::Open(options) => open::run(&options),
        Command::ReadBackup(options) => read_backup::run(&options),
    };
    match outcome {
        Ok(Finding::Well) => ExitCode::SUCCESS,
        Ok(Finding::Amiss) => ExitCode::from(1),
        // Whoever reads our output has seen enough: `candor open … | head`.
        Err(Fault::Write(fault)) if fault.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(fault) => {
            output::tell(&format!("candor: {fault}"));
            ExitCode::from(2)
        }
    }
}
