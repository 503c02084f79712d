//! The keeper's module: runs in a worker, started by the kiosk once that stands.

#![forbid(unsafe_code)]

fn main() {
    candor::browser::console::report_panics(|| candor::browser::worker::say("died"));
    candor::keeper::start();
}
