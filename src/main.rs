//! The kiosk's module: the first load of the page.

fn main() {
    candor::browser::console::report_panics(candor::browser::page::start_again);
    candor::kiosk::start();
}
