use crate::harness::{client, send};
use local_vault::{Settings, serve_forever};
use reqwest::Method;
use serde_json::json;
use std::fs;
use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use tokio::sync::mpsc;

/// Standard output, as somebody who reads it sees it.
struct Out(mpsc::UnboundedSender<u8>);

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        bytes.iter().try_for_each(|it| self.0.send(*it)).map_err(io::Error::other)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A vault alone: the URL is the first line, and by then all that a client needs is in the directory.
#[tokio::test]
async fn the_first_line_is_the_url_and_the_directory_has_the_rest() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("made/on/the/way");
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let (out, mut written) = mpsc::unbounded_channel();
    let settings = Settings::alone(any, &data).unwrap();
    let serving = tokio::spawn(serve_forever(settings, Out(out)));
    let mut line = Vec::new();
    while let Some(byte) = written.recv().await.filter(|it| *it != b'\n') {
        line.push(byte);
    }
    let url = String::from_utf8(line).unwrap();
    let read = |name| fs::read_to_string(data.join(name)).unwrap();
    let (client, token) = (client(&read("ca.pem")), read("token"));
    let body = Some(json!({"kty": "EC"}));
    send(&client, &url, &token, Method::POST, "/keys/k/create", body).await.unwrap().ok();
    assert_eq!(read("url"), url);
    serving.abort();
}
