//! `countersign`: everything the console can do, from a terminal.

fn main() {}
