//! The manager's module: fetched when somebody opens the door.

#![forbid(unsafe_code)]

fn main() {
    candor::browser::page::report_panics();
    candor::manager::start();
}
