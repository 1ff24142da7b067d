//! A display of one's own: what is drawn there nobody else draws over.

use std::io::Read as _;
use std::process::{Child, Command, Stdio};

/// Large enough for the window and the little one beside it.
const SCREEN: &str = "1500x960x24";

/// An X server without a screen, and a window manager on it.
pub struct Display {
    server: Child,
    manager: Child,
    name: String,
}

impl Display {
    /// Starts both.
    pub fn start() -> Self {
        let (mut reader, writer) = std::io::pipe().unwrap();
        let mut server = Command::new("Xvfb");
        // The server says on its standard output which display it got.
        server.args(["-displayfd", "1", "-screen", "0", SCREEN, "-nolisten", "tcp"]);
        let server = server.stdout(writer).stderr(Stdio::null()).spawn().unwrap();
        let mut number = String::new();
        let mut byte = [0];
        while reader.read(&mut byte).unwrap() == 1 && byte != *b"\n" {
            number.push(char::from(byte[0]));
        }
        let name = format!(":{number}");
        let manager =
            Command::new("openbox").env("DISPLAY", &name).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        Self { server, manager, name }
    }

    /// Its name, as programs look for it in `DISPLAY`.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        for child in [&mut self.manager, &mut self.server] {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}
