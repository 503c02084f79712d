//! Processes that end with their owner, and everything that they started with them.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

/// A running program. Dropping it ends it and its descendants, each by its id.
#[derive(Debug)]
pub struct Program {
    child: Child,
    log: PathBuf,
}

impl Program {
    /// Starts a program that writes whatever it says into `log`.
    ///
    /// # Panics
    /// When it cannot be started: the message names it.
    pub fn start(command: &mut Command, log: &Path) -> Self {
        let output = File::create(log).expect("a folder of the test's own takes a log");
        let errors = output.try_clone().expect("a file handle can be doubled");
        let started = command.stdin(Stdio::null()).stdout(output).stderr(errors).spawn();
        let child = started.unwrap_or_else(|fault| panic!("cannot start {}: {fault}", command.get_program().display()));
        Self { child, log: log.to_owned() }
    }

    /// Its id in the process table.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What the program has said so far.
    pub fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Why the program is no longer there, if it is not.
    pub fn ended(&mut self) -> Option<String> {
        let status = self.child.try_wait().ok().flatten()?;
        Some(format!("it ended with {status} and said: {}", self.said()))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Children are looked for first: when a parent ends, they are nobody's.
        let descendants = descendants(self.child.id());
        let _ = self.child.kill();
        let _ = self.child.wait();
        signal(&descendants, Signal::KILL);
    }
}

/// Sends a signal to each of these processes, by its id. One that has ended since is none of our business.
pub fn signal(processes: &[u32], signal: Signal) {
    for id in processes {
        if let Some(id) = i32::try_from(*id).ok().and_then(Pid::from_raw) {
            let _ = kill_process(id, signal);
        }
    }
}

/// Everything that a process has started and that still runs, from the process table of Linux.
pub fn descendants(ancestor: u32) -> Vec<u32> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let parents: Vec<(u32, u32)> = processes
        .filter_map(|entry| {
            let id = entry.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            // The name, in brackets, can hold anything; the state and the parent follow it.
            let parent = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()?;
            Some((id, parent))
        })
        .collect();
    let mut found = vec![ancestor];
    let mut looked_at = 0;
    while let Some(&parent) = found.get(looked_at) {
        found.extend(parents.iter().filter(|(_, of)| *of == parent).map(|(id, _)| id));
        looked_at += 1;
    }
    found.split_off(1)
}
