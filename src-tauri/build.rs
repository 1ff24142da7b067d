//! Build script of the console.

fn main() {}
