//! Starts the console.

fn main() {
    countersign_console::run();
}
