//! The ledger on its way to a log stack: at least once, in order, under ids that stay, whatever the target does.

use std::time::Duration;

use custody::log_stream::{
    AzureMonitor, Elasticsearch, LedgerStream, LineFile, MonitorAccess, Patience, Place, Position, Sink, StreamError,
    Streamed, Target,
};
use custody::request::{ReclaimHours, Wanted};
use custody::session::Session;
use logstack::Format;
use serde_json::{Map, Value};
use tempfile::TempDir;
use zeroize::Zeroizing;

use crate::log_service::{Play, Service, sequence};
use crate::stage::{Person, Stage};

const QUICK: Patience =
    Patience { first: Duration::from_millis(5), longest: Duration::from_millis(20), tries: Some(6) };
const ONE_TRY: Patience = Patience { tries: Some(1), ..QUICK };
const OCSF: &str = include_str!("../../../logstack/tests/data/ocsf-1.8.0-reduced.schema.json");

/// Streams of one target with its position in a folder.
struct Line {
    home: TempDir,
    name: String,
    format: Format,
}

impl Line {
    fn to(name: &str, format: Format) -> Self {
        Self { home: tempfile::tempdir().unwrap(), name: name.to_owned(), format }
    }

    /// One stream, from where the last one stopped, as another process would go on.
    async fn send(&self, person: &Person, sink: Sink, patience: Patience) -> Result<Streamed, StreamError> {
        let console = &person.console;
        let place = Place::take(self.home.path(), &self.name, console.custody.id, self.format).unwrap();
        let position = place.read().unwrap().unwrap_or(Position::START);
        let mut stream = LedgerStream::new(console.register.clone(), sink, self.format, position, patience);
        (stream.name, stream.place) = (Some(self.name.clone()), Some(place));
        stream.send_all().await
    }

    fn position(&self, person: &Person) -> u64 {
        let place = Place::take(self.home.path(), &self.name, person.console.custody.id, self.format).unwrap();
        place.read().unwrap().map_or(0, |position| position.number)
    }
}

fn elasticsearch(service: &Service) -> Sink {
    let target = format!("elasticsearch:{}/logs-countersign", service.url()).parse().unwrap();
    let Target::Elasticsearch(url) = target else { panic!("{target:?}") };
    let key = Zeroizing::new("VnVhQ2ZHY0JDZGJrUW0tZTVhT3g6dWkybHAyYXhUTm1zeWFrdzl0dk5udw==".to_owned());
    Sink::Elasticsearch(Elasticsearch::new(&url, Some(&key), None).unwrap())
}

fn azure(service: &Service) -> Sink {
    let target = format!("azure-monitor:{}/dcr-00ff/Custom-Countersign", service.url()).parse().unwrap();
    let Target::AzureMonitor { endpoint, rule, stream } = target else { panic!("{target:?}") };
    let access = MonitorAccess::Token(Zeroizing::new("a.bearer.token".to_owned()));
    Sink::AzureMonitor(AzureMonitor::new((&endpoint, &rule, &stream), Format::Ocsf, access, None).unwrap())
}

async fn head(stage: &Stage) -> u64 {
    stage.ben.console.register.head().await.unwrap().0
}

async fn act(person: &Person) {
    // Opening a session is an act like any other: an entry, signed and chained.
    let console = &person.console;
    Session::open(&console.register, &console.custody, person.device.operator(), person.device_signer()).await.unwrap();
}

/// what a real custody did in a run is in Elasticsearch once, in order, under the chain hash, though it was busy, took a part, and
/// the connection broke between taking and answering.
#[tokio::test(flavor = "multi_thread")]
async fn elasticsearch_has_every_entry_once() {
    let stage = Stage::found().await;
    let service =
        Service::start([Play::Answer(429, "retry-after: 0\r\n"), Play::Cut, Play::TakeAndCut, Play::Answer(503, "")])
            .await;
    let line = Line::to("elasticsearch:here", Format::Ecs);
    let sent = line.send(&stage.ben, elasticsearch(&service), QUICK).await.unwrap();
    let entries = head(&stage).await;
    assert_eq!((sent.sent, sent.position.number), (entries, entries));
    let calls = service.calls();
    assert_eq!(calls.len(), 5, "each failure was followed by one call");
    assert!(calls.iter().all(|call| call.body == calls[0].body), "the same events under the same ids");
    assert!(calls.iter().all(|call| call.path.starts_with("/logs-countersign/_bulk?")
        && call.headers["authorization"].starts_with("ApiKey VnVh")));

    // What comes later: a part of it is refused for the moment, by entry.
    let kek = stage.make_kek("kek-a").await;
    let made = stage.make_deks(kek, &["alder"]).await;
    stage.carry_out(&Wanted::DestroyDeks { keys: vec![made[0].0], reclaim_hours: ReclaimHours::Any }).await;
    service.always(Play::Items(|number| if number % 3 == 0 { 429 } else { 201 }));
    let stalled = line.send(&stage.ben, elasticsearch(&service), ONE_TRY).await;
    assert!(matches!(stalled, Err(StreamError::Stalled { tries: 1, .. })), "{stalled:?}");
    let reached = line.position(&stage.ben);
    assert!(reached >= entries && (reached + 1).is_multiple_of(3), "as far as everything before is there: {reached}");
    service.always(Play::Take);
    line.send(&stage.ben, elasticsearch(&service), QUICK).await.unwrap();
    let entries = head(&stage).await;
    let mut numbers: Vec<u64> = service.documents().iter().map(|(_, document)| sequence(document)).collect();
    assert!(numbers.starts_with(&Vec::from_iter(1..=sent.position.number)), "in order");
    numbers.sort_unstable();
    assert_eq!(numbers, Vec::from_iter(1..=entries), "every entry once");
    for record in stage.ben.console.register.ledger_records(1, 500).await.unwrap() {
        let documents = service.documents();
        let (id, document) = documents.iter().find(|(_, document)| sequence(document) == record.seq).unwrap();
        assert_eq!(*id, hex::encode(record.hash));
        assert_eq!(document["event"]["hash"].as_str(), Some(id.as_str()));
    }
}

/// an entry that the target will never take is named, what lies before it is there, and beyond it one goes only on purpose.
#[tokio::test(flavor = "multi_thread")]
async fn a_poison_entry_is_named() {
    let stage = Stage::found().await;
    let service = Service::start([]).await;
    service.always(Play::Items(|number| if number == 2 { 400 } else { 201 }));
    let line = Line::to("elasticsearch:here", Format::Ecs);
    for _ in 0..2 {
        match line.send(&stage.ben, elasticsearch(&service), QUICK).await {
            Err(StreamError::Poison { number: 2, why }) => assert!(why.contains("400: some_exception"), "{why}"),
            other => panic!("{other:?}"),
        }
        assert_eq!(line.position(&stage.ben), 1);
    }
    let rows = stage.anna.console.register.log_targets().await.unwrap();
    assert!(rows[0].trouble.contains("does not take entry 2"), "{:?}", rows[0].trouble);
    let register = &stage.ben.console.register;
    let beyond = LedgerStream::before(register, 3).await.unwrap().unwrap();
    let mut stream = LedgerStream::new(register.clone(), elasticsearch(&service), Format::Ecs, beyond, QUICK);
    let streamed = stream.send_all().await.unwrap();
    assert_eq!(streamed.position.number, head(&stage).await);
    assert_eq!(LedgerStream::before(register, 9_999).await.unwrap(), None);
    service.always(Play::Answer(401, ""));
    act(&stage.ben).await;
    assert!(matches!(stream.send_all().await, Err(StreamError::Refused { .. })), "a credential is not tried again");
}

/// Azure Monitor gets rows of the columns that the rule declares, compressed and below its limit, in order; what it says is too much
/// is sent in parts; what was sent twice bears the same `EventId`.
#[tokio::test(flavor = "multi_thread")]
async fn azure_monitor_has_every_entry() {
    let stage = Stage::found().await;
    let service =
        Service::start([Play::Answer(413, ""), Play::Take, Play::TakeAndCut, Play::Answer(429, "Retry-After: 0\r\n")])
            .await;
    let line = Line::to("azure-monitor:here", Format::Ocsf);
    line.send(&stage.ben, azure(&service), QUICK).await.unwrap();
    let entries = head(&stage).await;
    let found = service.documents();
    let mut numbers: Vec<u64> = found.iter().map(|(_, row)| sequence(row)).collect();
    assert!(u64::try_from(numbers.len()).unwrap() > entries, "something came twice");
    numbers.dedup();
    let mut once = numbers.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once, Vec::from_iter(1..=entries));
    let records = stage.ben.console.register.ledger_records(1, 500).await.unwrap();
    for (id, row) in &found {
        let record = &records[usize::try_from(sequence(row)).unwrap() - 1];
        assert_eq!(*id, hex::encode(record.hash));
        let mut columns: Vec<&String> = row.as_object().unwrap().keys().collect();
        columns.sort_unstable();
        assert_eq!(columns, ["EntryId", "Event", "EventId", "Schema", "Sequence", "TimeGenerated"]);
        assert_eq!(row["Event"]["metadata"]["uid"], row["EntryId"]);
    }
    for call in service.calls() {
        assert_eq!(call.path, "/dataCollectionRules/dcr-00ff/streams/Custom-Countersign?api-version=2023-01-01");
        assert_eq!(
            (call.headers["authorization"].as_str(), call.headers["content-encoding"].as_str()),
            ("Bearer a.bearer.token", "gzip")
        );
        assert!(call.bytes <= 1_000_000);
    }
    // One that is too much alone is named.
    act(&stage.ben).await;
    service.always(Play::Answer(413, ""));
    let alone = line.send(&stage.ben, azure(&service), QUICK).await;
    assert!(matches!(alone, Err(StreamError::Poison { number, .. }) if number == entries + 1), "{alone:?}");
}

/// a file has every entry of a real ledger once, in order, each a valid event; a stream that was killed goes on without loss; a
/// ledger that was rewritten below the position is not sent as if it were the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_has_every_entry_in_order() {
    let stage = Stage::found().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.ndjson");
    let sink = || Sink::File(LineFile::new(path.clone()));
    let line = Line::to("file:here", Format::Ocsf);
    line.send(&stage.ben, sink(), QUICK).await.unwrap();
    let kek = stage.make_kek("kek-a").await;
    stage.make_deks(kek, &["alder", "birch"]).await;
    // Killed after the first bytes of a line, before the position was kept.
    let torn = std::fs::read_to_string(&path).unwrap() + "{\"activity_id\": 1, \"met";
    std::fs::write(&path, torn).unwrap();
    line.send(&stage.ben, sink(), QUICK).await.unwrap();
    // Killed between writing and keeping the position: what was written comes again, and nothing is missing.
    let place = Place::take(line.home.path(), &line.name, stage.ben.console.custody.id, Format::Ocsf).unwrap();
    place.keep(LedgerStream::before(&stage.ben.console.register, 4).await.unwrap().unwrap()).unwrap();
    drop(place);
    line.send(&stage.ben, sink(), QUICK).await.unwrap();

    let schema = jsonschema::validator_for(&serde_json::from_str(OCSF).unwrap()).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let mut numbers = Vec::new();
    for event in text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        let faults: Vec<String> = schema.iter_errors(&event).map(|fault| fault.to_string()).collect();
        assert_eq!(faults, [""; 0], "{event:#}");
        let user: &Map<String, Value> = event["actor"]["user"].as_object().unwrap();
        assert!(["anna", "ben"].contains(&user["name"].as_str().unwrap()));
        numbers.push(sequence(&event));
    }
    let entries = head(&stage).await;
    assert_eq!(numbers, Vec::from_iter((1..=entries).chain(4..=entries)));

    act(&stage.ben).await;
    stage.alter(format!("ALTER TABLE custody.ledger_entry DISABLE TRIGGER ALL; UPDATE custody.ledger_entry SET hash = sha256(hash) WHERE seq = {entries}; ALTER TABLE custody.ledger_entry ENABLE ALWAYS TRIGGER refuse_row_change")).await;
    let rewritten = line.send(&stage.ben, sink(), QUICK).await;
    assert!(matches!(rewritten, Err(StreamError::Rewritten { number }) if number == entries), "{rewritten:?}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text, "nothing more was sent");
}

/// while a target takes nothing every act goes on, everybody sees how far behind it is, and when it takes again nothing is missing.
/// A stream that follows sends what is appended.
#[tokio::test(flavor = "multi_thread")]
async fn a_stalled_target_stops_no_act_and_is_seen() {
    let mut stage = Stage::found().await;
    let service = Service::start([]).await;
    service.always(Play::Answer(503, ""));
    let home = tempfile::tempdir().unwrap();
    let custody = stage.ben.console.custody.id;
    let place = Place::take(home.path(), "es", custody, Format::Ecs).unwrap();
    let patience = Patience { tries: None, ..QUICK };
    let register = stage.ben.console.register.clone();
    let mut stream = LedgerStream::new(register, elasticsearch(&service), Format::Ecs, Position::START, patience);
    (stream.name, stream.place) = (Some("es".to_owned()), Some(place));
    let following = tokio::spawn(async move { stream.follow().await });
    while service.calls().len() < 3 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let before = head(&stage).await;
    stage.make_kek("kek-a").await;
    act(&stage.anna).await;
    assert!(head(&stage).await > before, "acts go on");
    let row = stage.anna.console.register.log_targets().await.unwrap().pop().unwrap();
    assert_eq!((row.position, row.is_stalled), (0, false), "not yet");
    assert!(row.trouble.contains("503"), "{}", row.trouble);
    stage.pass_days(1).await;
    let row = stage.anna.console.register.log_targets().await.unwrap().pop().unwrap();
    assert!(row.is_stalled && row.minutes_behind(stage.anna.console.now().await.unwrap()) >= 1_440);
    assert_eq!(row.behind, head(&stage).await);

    service.always(Play::Take);
    act(&stage.ben).await;
    let entries = head(&stage).await;
    while u64::try_from(service.documents().len()).unwrap() < entries {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    act(&stage.ben).await;
    while u64::try_from(service.documents().len()).unwrap() < entries + 1 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    following.abort();
    let numbers: Vec<u64> = service.documents().iter().map(|(_, document)| sequence(document)).collect();
    assert_eq!(numbers, Vec::from_iter(1..=entries + 1));
}
