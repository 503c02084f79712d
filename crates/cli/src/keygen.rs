//! `candor keygen`: an organisation's own sealing key, made away from every tablet.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::PathBuf;

use candor_vault::{KeyPair, Sealing};
use clap::Args;
use zeroize::Zeroizing;

use crate::fault::Fault;
use crate::{Finding, passphrase};

/// What the command line says.
#[derive(Args)]
pub struct Options {
    /// The file to make; an existing one is left alone
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    passphrase: passphrase::Source,
}

/// Makes the key file and prints the public half.
///
/// # Errors
/// [`Fault`].
pub fn run(options: &Options) -> Result<Finding, Fault> {
    let create = |fault: io::Error| match fault.kind() {
        io::ErrorKind::AlreadyExists => Fault::Exists(options.out.clone()),
        _ => Fault::Create { path: options.out.clone(), fault },
    };
    // Before anybody is asked for a passphrase.
    if options.out.exists() {
        return Err(Fault::Exists(options.out.clone()));
    }
    let passphrase = options.passphrase.choose()?;
    let mut seed = Zeroizing::new([0; 32]);
    let mut random = [0; 40];
    getrandom::fill(&mut seed[..])?;
    getrandom::fill(&mut random)?;
    let pair = KeyPair::from_seed(&seed);
    let sealing = Sealing::wrap(&pair, &passphrase, &random).map_err(|_| Fault::Memory)?;
    let mut open = OpenOptions::new();
    open.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut open, 0o600);
    let mut file = open.open(&options.out).map_err(create)?;
    file.write_all(format!("{}\n", sealing.to_json()).as_bytes()).and_then(|()| file.sync_all()).map_err(create)?;
    writeln!(io::stdout(), "{}", pair.public.written()).map_err(Fault::Write)?;
    eprintln!("This is the public key, to be entered on each tablet. The private one is in {},", options.out.display());
    eprintln!("under the passphrase. Keep copies of both, apart: whoever loses one cannot read the words any more.");
    Ok(Finding::Well)
}
