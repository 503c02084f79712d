//! The exporter's module: runs in a worker that the manager starts for one export, and ends with it.

#![forbid(unsafe_code)]

fn main() {
    candor::browser::console::report_panics(candor::exporter::died);
    candor::exporter::start();
}
