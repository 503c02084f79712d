//! A disk of one's own, in a file: an ext4 file system behind a loop device, or one that is soon full. Linux and root.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A mounted file system. Dropping it unmounts it; whoever writes to it has to be gone by then.
#[derive(Debug)]
pub struct Disk {
    image: PathBuf,
    mount: PathBuf,
    _folder: TempDir,
}

impl Disk {
    /// Makes an empty ext4 file system of that size and mounts it.
    ///
    /// # Errors
    /// Why this machine cannot: no root, no loop device, no `mkfs.ext4`.
    pub fn make(mebibytes: u64) -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|fault| fault.to_string())?;
        let image = folder.path().join("image");
        let file = std::fs::File::create(&image).map_err(|fault| fault.to_string())?;
        file.set_len(mebibytes * 1024 * 1024).map_err(|fault| fault.to_string())?;
        run(Command::new("mkfs.ext4").arg("-q").arg(&image))?;
        Self::mount(folder, image)
    }

    /// What a power cut leaves at this moment: the blocks that have reached the disk, mounted afresh.
    ///
    /// # Errors
    /// When they cannot be copied, or do not make a file system any more.
    pub fn as_after_a_power_cut(&self) -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|fault| fault.to_string())?;
        let image = folder.path().join("image");
        run(Command::new("cp").arg("--sparse=always").arg(&self.image).arg(&image))?;
        Self::mount(folder, image)
    }

    /// Where it can be written to.
    pub fn path(&self) -> &Path {
        &self.mount
    }

    /// Writes until nothing more fits, also where there is room again since. [`Self::free`] makes room.
    ///
    /// # Panics
    /// When it cannot be written to at all.
    pub fn fill(&self) {
        let mut opening = std::fs::File::options();
        let mut filler = opening.append(true).create(true).open(self.filler()).expect("the disk takes a file");
        for size in [1 << 20, 1 << 12, 1] {
            while filler.write_all(&vec![0; size]).is_ok() {}
            let _ = filler.sync_data();
        }
    }

    /// Removes what [`Self::fill`] wrote.
    ///
    /// # Panics
    /// When that is not there.
    pub fn free(&self) {
        std::fs::remove_file(self.filler()).expect("the filler is there");
    }

    fn filler(&self) -> PathBuf {
        self.mount.join("filler")
    }

    fn mount(folder: TempDir, image: PathBuf) -> Result<Self, String> {
        let mount = folder.path().join("mounted");
        std::fs::create_dir(&mount).map_err(|fault| fault.to_string())?;
        run(Command::new("mount").args(["-o", "loop"]).arg(&image).arg(&mount))?;
        Ok(Self { image, mount, _folder: folder })
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily, since a process that has just been killed may not be gone altogether.
        let _ = run(Command::new("umount").arg("--lazy").arg(&self.mount));
    }
}

fn run(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().display().to_string();
    let output = command.output().map_err(|fault| format!("{name}: {fault}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{name}: {}", String::from_utf8_lossy(&output.stderr).trim()))
}
