//! The manager's module: fetched when somebody opens the door.

#![forbid(unsafe_code)]

fn main() {
    candor::manager::start();
}
