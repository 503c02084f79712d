//! `candor read-backup`: what is in a back-up, as JSON Lines, without a tablet.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;

use candor_vault::backup::content::{BackupHeader, BackupLine, Content, ContentFault};
use candor_vault::backup::{BackupFault, BackupReader};
use clap::Args;

use crate::fault::Fault;
use crate::output::{Data, counted, tell};
use crate::{Finding, passphrase};

/// What the command line says.
#[derive(Args)]
pub struct Options {
    /// The back-up
    file: PathBuf,
    /// Write the settings, the token and the sealing key too; the token is a secret
    #[arg(long)]
    records: bool,
    #[command(flatten)]
    passphrase: passphrase::Source,
}

/// Bytes read at once.
const PIECE: usize = 65_536;

/// Why reading ended before the end.
enum Stop {
    /// The work could not be done.
    Fault(Fault),
    /// It was done, and this is wrong with the file.
    Amiss(String),
}

impl From<BackupFault> for Stop {
    fn from(fault: BackupFault) -> Self {
        match fault {
            BackupFault::Damaged { .. } | BackupFault::Cut { .. } | BackupFault::Front => {
                Self::Amiss(fault.to_string())
            }
            fault => Self::Fault(Fault::Backup(fault)),
        }
    }
}

impl From<ContentFault> for Stop {
    fn from(fault: ContentFault) -> Self {
        Self::Amiss(fault.to_string())
    }
}

/// Writes the header and the events to standard output. When the file proves to be damaged, what came before the
/// damage has been written: it is genuine.
///
/// # Errors
/// [`Fault`].
pub fn run(options: &Options) -> Result<Finding, Fault> {
    let mut file = File::open(&options.file).map_err(|fault| read_fault(options, fault))?;
    let passphrase = options.passphrase.read("Passphrase of the back-up: ")?;
    let mut output = Data::to_stdout();
    let outcome = copy(options, &mut file, BackupReader::new(&passphrase), &mut output);
    output.flush().map_err(Fault::Write)?;
    match outcome {
        Ok(header) => {
            let events = counted(header.events, "event", "events");
            tell(&format!("the back-up of {} is whole: {events}, written {}", header.device, header.time));
            if !options.records {
                eprintln!("settings, token and sealing key were left out; --records writes them");
            }
            Ok(Finding::Well)
        }
        Err(Stop::Amiss(why)) => {
            tell(&why);
            Ok(Finding::Amiss)
        }
        Err(Stop::Fault(fault)) => Err(fault),
    }
}

fn copy(
    options: &Options,
    file: &mut File,
    mut reader: BackupReader,
    output: &mut Data<impl Write>,
) -> Result<BackupHeader, Stop> {
    let mut content = Content::default();
    let mut write = |plain: &[u8], content: &mut Content| -> Result<(), Stop> {
        for line in content.push(plain)? {
            if options.records || !matches!(line, BackupLine::Record { .. }) {
                output.line(line.to_line().trim_end_matches('\n')).map_err(|fault| Stop::Fault(Fault::Write(fault)))?;
            }
        }
        Ok(())
    };
    let mut piece = vec![0; PIECE];
    loop {
        match file.read(&mut piece).map_err(|fault| Stop::Fault(read_fault(options, fault)))? {
            0 => break,
            count => write(&reader.push(&piece[..count])?, &mut content)?,
        }
    }
    write(&reader.finish()?, &mut content)?;
    Ok(content.finish()?)
}

fn read_fault(options: &Options, fault: io::Error) -> Fault {
    Fault::Read { path: options.file.clone(), fault }
}
