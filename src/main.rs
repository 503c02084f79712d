//! The kiosk's module: the first load of the page.

fn main() {
    candor::kiosk::start();
}
