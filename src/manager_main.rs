//! The manager's module: fetched when somebody opens the door.

#![forbid(unsafe_code)]

fn main() {
    candor::browser::console::report_panics(|| {});
    candor::manager::start();
}
