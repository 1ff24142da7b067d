//! The figures that the design promises, measured here: `bench rotation|dek-rotation|destruction|ledger|inventory|desktop|gate [SIZE=NUMBER …]`.
//!
//! Every figure is a line of JSON on standard output; what is going on is said on standard error. Where the goal is a ratio, both
//! sides of it are measured in the same run. `cargo xtask bench` builds this as it should be built.
#![expect(clippy::unwrap_used, reason = "a measurement stops at the first thing that is not as it should be")]

mod appending;
mod dek_rotation;
mod desktop;
mod destruction;
mod figure;
mod gate;
mod inventory;
mod ledger_figures;
mod long_ledger;
mod memory;
mod resumption;
mod rotation;
mod sizes;
mod timed;

use sizes::Sizes;

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let subject = arguments.next().unwrap_or_default();
    if subject == resumption::CHILD {
        let (home, operator) = (arguments.next().unwrap(), arguments.next().unwrap());
        return countersign_tests::execute_orders(home.into(), operator.parse().unwrap()).await;
    }
    if subject == ledger_figures::CHILD {
        let [home, operator, mode] = [(); 3].map(|()| arguments.next().unwrap());
        return ledger_figures::verify_here(home, operator.parse().unwrap(), &mode).await;
    }
    let sizes = Sizes::parse(arguments);
    match subject.as_str() {
        "rotation" => rotation::measure(&sizes).await,
        "dek-rotation" => dek_rotation::measure(&sizes).await,
        "destruction" => destruction::measure(&sizes).await,
        "ledger" => ledger_figures::measure(&sizes).await,
        "inventory" => inventory::measure(&sizes).await,
        "desktop" => desktop::measure(&sizes).await,
        "gate" => gate::measure(&sizes).await,
        other => {
            eprintln!(
                "no such subject: {other:?}; known are rotation, dek-rotation, destruction, ledger, inventory, desktop, gate"
            );
            std::process::exit(2);
        }
    }
}
