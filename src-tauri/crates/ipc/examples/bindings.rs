//! Prints `ui/src/host/ipc.ts`.

use std::io::Write as _;

fn main() -> std::io::Result<()> {
    std::io::stdout().write_all(ipc::bindings::typescript().as_bytes())
}
