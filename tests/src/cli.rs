//! The program `candor`, as anybody runs it on files from a tablet.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Runs it: where `CANDOR_CLI` says, or where `make build` puts it.
///
/// # Panics
/// When it does not start.
pub fn candor(arguments: &[&OsStr]) -> Output {
    let built = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/release/candor");
    let program = std::env::var_os("CANDOR_CLI").map_or_else(built, PathBuf::from);
    let output = Command::new(&program).args(arguments).output();
    output.unwrap_or_else(|fault| panic!("{} does not start: {fault}", program.display()))
}

/// Checks an export, which has to be whole, and gives what the program says.
///
/// # Panics
/// When it finds something.
pub fn verified(export: &Path) -> String {
    let output = candor(&["verify".as_ref(), export.as_ref()]);
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{}: {said}", output.status);
    said
}
