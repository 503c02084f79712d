//! The kiosk's module: the first load of the page.

fn main() {
    candor::browser::page::report_panics();
    candor::kiosk::start();
}
