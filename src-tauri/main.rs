//! Starts the console.

use std::os::unix::process::CommandExt as _;
use std::process::Command;

/// Switches off a renderer of WebKitGTK that has drawn rows of long tables twice and in each other's columns.
const NO_DMABUF: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

#[expect(clippy::disallowed_methods, reason = "the web engine takes this setting from the environment alone")]
fn main() {
    // Set for a program that starts anew: changing the environment of one that runs is not sound.
    if std::env::var_os(NO_DMABUF).is_none()
        && let Ok(program) = std::env::current_exe()
    {
        let not_replaced = Command::new(program).args(std::env::args_os().skip(1)).env(NO_DMABUF, "1").exec();
        // Nothing is lost but the setting.
        drop(not_replaced);
    }
    countersign_console::run();
}
