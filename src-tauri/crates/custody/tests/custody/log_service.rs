//! Stands in for Elasticsearch and for Azure Monitor: a server on this machine that keeps what it gets, answers as they do, and fails on order.

use std::collections::{BTreeMap, VecDeque};
use std::io::Read as _;
use std::sync::{Arc, Mutex};

use flate2::read::GzDecoder;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What it does with a call, in order; then it takes everything.
#[derive(Clone)]
pub enum Play {
    /// Takes it all.
    Take,
    /// Takes it all, and the connection breaks before it has answered.
    TakeAndCut,
    /// Breaks the connection at once.
    Cut,
    /// Answers this status and takes nothing.
    Answer(u16, &'static str),
    /// Answers each item by its entry's number; those below 300 are taken.
    Items(fn(u64) -> u16),
}

/// One call as it came.
#[derive(Clone)]
pub struct Call {
    pub path: String,
    pub headers: BTreeMap<String, String>,
    pub body: String,
    pub bytes: usize,
}

#[derive(Default)]
struct Kept {
    plays: VecDeque<Play>,
    /// For ever from now on, when the plays are over.
    always: Option<Play>,
    calls: Vec<Call>,
    /// Documents in the order in which they came, with their ids.
    documents: Vec<(String, Value)>,
}

/// A service on this machine.
#[derive(Clone)]
pub struct Service {
    pub port: u16,
    kept: Arc<Mutex<Kept>>,
}

impl Service {
    pub async fn start(plays: impl IntoIterator<Item = Play>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let kept = Kept { plays: plays.into_iter().collect(), ..Kept::default() };
        let service = Self { port: listener.local_addr().unwrap().port(), kept: Arc::new(Mutex::new(kept)) };
        let here = service.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // A client that goes away in the middle is a client's business.
                drop(here.serve(stream).await);
            }
        });
        service
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What it does from now on.
    pub fn always(&self, play: Play) {
        self.kept.lock().unwrap().always = Some(play);
    }

    pub fn calls(&self) -> Vec<Call> {
        self.kept.lock().unwrap().calls.clone()
    }

    /// What it holds, in order of arrival.
    pub fn documents(&self) -> Vec<(String, Value)> {
        self.kept.lock().unwrap().documents.clone()
    }

    async fn serve(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let call = read(&mut stream).await?;
        let play = {
            let mut kept = self.kept.lock().unwrap();
            kept.calls.push(call.clone());
            kept.plays.pop_front().or_else(|| kept.always.clone()).unwrap_or(Play::Take)
        };
        let statuses: fn(u64) -> u16 = match &play {
            Play::Cut => return Ok(()),
            Play::Answer(status, more) => return answer(&mut stream, *status, more, "").await,
            Play::Items(statuses) => *statuses,
            Play::Take | Play::TakeAndCut => |_| 201,
        };
        let (status, body) = if call.path.contains("/_bulk") { self.bulk(&call, statuses) } else { self.logs(&call) };
        if matches!(play, Play::TakeAndCut) {
            return Ok(());
        }
        answer(&mut stream, status, "", &body).await
    }

    /// Elasticsearch: each document once under its id.
    fn bulk(&self, call: &Call, statuses: fn(u64) -> u16) -> (u16, String) {
        let mut kept = self.kept.lock().unwrap();
        let lines: Vec<Value> = call.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let mut items = Vec::new();
        for pair in lines.chunks(2) {
            let id = pair[0]["create"]["_id"].as_str().unwrap().to_owned();
            let status =
                if kept.documents.iter().any(|(known, _)| *known == id) { 409 } else { statuses(sequence(&pair[1])) };
            if status < 300 {
                kept.documents.push((id.clone(), pair[1].clone()));
            }
            let mut item = json!({ "_id": id, "status": status });
            if status >= 300 {
                item["error"] = json!({ "type": "some_exception", "reason": "as the test wants it" });
            }
            items.push(json!({ "create": item }));
        }
        (200, json!({ "errors": true, "items": items }).to_string())
    }

    /// Azure Monitor: whatever comes, as often as it comes.
    fn logs(&self, call: &Call) -> (u16, String) {
        let rows: Vec<Value> = serde_json::from_str(&call.body).unwrap();
        let rows = rows.into_iter().map(|row| (row["EventId"].as_str().unwrap().to_owned(), row));
        self.kept.lock().unwrap().documents.extend(rows);
        (204, String::new())
    }
}

/// The number of the entry, in either schema.
pub fn sequence(document: &Value) -> u64 {
    let found = document.pointer("/event/sequence").or_else(|| document.pointer("/metadata/sequence"));
    found.or_else(|| document.get("Sequence")).and_then(Value::as_u64).unwrap()
}

async fn read(stream: &mut TcpStream) -> std::io::Result<Call> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = head.lines();
    let path = lines.next().unwrap().split(' ').nth(1).unwrap().to_owned();
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length: usize = headers["content-length"].parse().unwrap();
    let mut body = bytes[end + 4..].to_vec();
    while body.len() < length {
        if stream.read_buf(&mut body).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    let sent = body.len();
    if headers.get("content-encoding").is_some_and(|encoding| encoding == "gzip") {
        let mut plain = Vec::new();
        GzDecoder::new(body.as_slice()).read_to_end(&mut plain)?;
        body = plain;
    }
    Ok(Call { path, headers, bytes: sent.max(body.len()), body: String::from_utf8(body).unwrap() })
}

async fn answer(stream: &mut TcpStream, status: u16, more: &str, body: &str) -> std::io::Result<()> {
    let length = body.len();
    let text = format!("HTTP/1.1 {status} X\r\nconnection: close\r\n{more}content-length: {length}\r\n\r\n{body}");
    stream.write_all(text.as_bytes()).await?;
    stream.shutdown().await
}
