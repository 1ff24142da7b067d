//! Tasks of this repository: run, test, bench, bindings, tidy, bundle.

fn main() {}
