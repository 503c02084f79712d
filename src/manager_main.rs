//! The manager's module: fetched when somebody opens the door.

fn main() {
    candor::manager::start();
}
