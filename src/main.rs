//! The kiosk: what a customer meets.
use leptos::prelude::*;
fn main() {
    leptos::mount::mount_to_body(|| view! { <p>"kiosk"</p> });
}
