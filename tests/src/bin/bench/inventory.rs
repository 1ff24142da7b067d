//! Figures of an inventory of a million keys.

use std::time::Instant;

use countersign_tests::{Console, INES, TestCustody};
use domain::{KeyKind, KeyState, StorageMedium};
use register::{Address, Direction, DueFilter, KeyFilter, KeyOrder, KeySort, Password, Register, bench_data};
use zeroize::Zeroizing;

use crate::figure::{Figure, Goal, percentile};
use crate::sizes::Sizes;

/// Rows that the window asks for at once.
const PAGE: u32 = 100;

const SORTS: [KeySort; 6] =
    [KeySort::Name, KeySort::Tenant, KeySort::State, KeySort::RotateBy, KeySort::Created, KeySort::Version];

const DIRECTIONS: [Direction; 2] = [Direction::Ascending, Direction::Descending];

/// Scrolls the list on in every frame and tells how far the frames were apart, in milliseconds.
const SCROLL: &str = "
    const done = arguments[arguments.length - 1];
    const list = [...document.querySelectorAll('*')].find((it) => it.scrollHeight > 4 * it.clientHeight && it.clientHeight > 100);
    const times = [];
    let last = performance.now();
    const frame = (now) => {
        times.push(now - last);
        last = now;
        list.scrollTop += 400;
        if (times.length <= FRAMES) requestAnimationFrame(frame); else done(times.slice(1));
    };
    requestAnimationFrame(frame);";

/// Measures all of them.
pub async fn measure(sizes: &Sizes) {
    let keys = sizes.of("keys", 1_000_000);
    let repeats = sizes.of("repeats", 5);
    let custody = TestCustody::found_on_disk().await;
    let local = custody.premises.local_custody().unwrap();
    let address = Address::socket(local.socket_dir().to_string_lossy().into_owned(), local.port(), local.database());
    // EXPOSE: of a custody that is gone when this ends; kept in a buffer that is wiped.
    let password = Password::new(local.superuser_password().expose(|password| Zeroizing::new(password.to_owned())));
    eprintln!("{keys} keys are made");
    bench_data::fill(&address, local.superuser_login(), &password, keys).await.unwrap();
    let register = &custody.ines.console.register;
    // What a console that has been open for a moment finds in memory.
    for filter in filters(register).await {
        page(register, &filter, KeySort::Name, Direction::Ascending).await;
    }
    first_pages(register, repeats).await;
    filtered(register, repeats).await;
    deep(register, sizes.of("pages", 200)).await;
    scrolled(&custody, sizes.of("frames", 600)).await;
}

/// Frames of the real window while somebody drags the list of keys down, faster than anybody reads. A frame is late by what its
/// callback comes after the one before it.
async fn scrolled(custody: &TestCustody, frames: u32) {
    let console = Console::open(custody).await;
    console.unlock(INES).await;
    console.go("keys").await;
    console.sees("Rotate by").await;
    let script = SCROLL.replace("FRAMES", &frames.to_string());
    let answer = console.driver.execute_async(&script, Vec::new()).await.unwrap();
    let mut times: Vec<f64> = answer.json().as_array().unwrap().iter().map(|time| time.as_f64().unwrap()).collect();
    let slowest = percentile(&mut times, 100);
    Figure::measured("scroll frame, 95th percentile", percentile(&mut times, 95), "ms", Goal::AtMost(16.7))
        .with(format!(
            "{frames} frames of 400 pixels each, drawn without a graphics card; the slowest took {slowest:.1} ms"
        ))
        .print();
    console.close().await;
}

async fn first_pages(register: &Register, repeats: u32) {
    let mut times = Vec::new();
    for _again in 0..repeats {
        for (sort, direction) in SORTS.into_iter().flat_map(|sort| DIRECTIONS.map(|direction| (sort, direction))) {
            times.push(page(register, &KeyFilter::default(), sort, direction).await);
        }
    }
    let slowest = percentile(&mut times, 100);
    Figure::measured("first page of the inventory", percentile(&mut times, 50), "ms", Goal::AtMost(50.0))
        .with(format!("median over every order; the slowest took {slowest:.1} ms"))
        .print();
}

async fn filtered(register: &Register, repeats: u32) {
    let mut times = Vec::new();
    let filters = filters(register).await;
    for _again in 0..repeats {
        for filter in &filters {
            for sort in SORTS {
                times.push(page(register, filter, sort, Direction::Ascending).await);
            }
        }
    }
    let slowest = percentile(&mut times, 100);
    Figure::measured("filter of the inventory, 95th percentile", percentile(&mut times, 95), "ms", Goal::AtMost(100.0))
        .with(format!("{} filters in every order; the slowest took {slowest:.1} ms", filters.len()))
        .print();
}

/// One page after another, as somebody who drags the scroll bar down asks for them.
async fn deep(register: &Register, pages: u32) {
    let order = KeyOrder { sort: KeySort::RotateBy, direction: Direction::Ascending };
    let (mut times, mut after, mut rows) = (Vec::new(), None, 0);
    for _page in 0..pages {
        let began = Instant::now();
        let found = register.keys_page(&KeyFilter::default(), order, after.as_ref(), PAGE).await.unwrap();
        times.push(began.elapsed().as_secs_f64() * 1_000.0);
        rows += found.rows.len();
        after = found.next;
        if after.is_none() {
            break;
        }
    }
    let pages = times.len();
    Figure::measured(
        "a later page of the inventory, 95th percentile",
        percentile(&mut times, 95),
        "ms",
        Goal::AtMost(50.0),
    )
    .with(format!("{rows} rows on {pages} pages, by date of rotation"))
    .print();
}

async fn page(register: &Register, filter: &KeyFilter, sort: KeySort, direction: Direction) -> f64 {
    let began = Instant::now();
    let found = register.keys_page(filter, KeyOrder { sort, direction }, None, PAGE).await.unwrap();
    let elapsed = began.elapsed().as_secs_f64() * 1_000.0;
    assert!(found.rows.len() <= usize::try_from(PAGE).unwrap());
    elapsed
}

/// What people look for.
async fn filters(register: &Register) -> Vec<KeyFilter> {
    let none = KeyFilter::default;
    let text = |text: &str| KeyFilter { text: text.to_owned(), ..none() };
    let due = |due| KeyFilter { due: Some(due), ..none() };
    vec![
        KeyFilter { kinds: vec![KeyKind::Dek], ..none() },
        KeyFilter { kinds: vec![KeyKind::Kek, KeyKind::ApiSecret], ..none() },
        KeyFilter { states: vec![KeyState::Compromised], ..none() },
        KeyFilter { storage: vec![StorageMedium::KubernetesSecretLegacy], ..none() },
        due(DueFilter::Overdue),
        due(DueFilter::Within { days: 30 }),
        due(DueFilter::Violations),
        KeyFilter { tenant: Some("Acme 012000".to_owned()), ..none() },
        KeyFilter { owner: Some("payments".to_owned()), ..none() },
        KeyFilter { owner: Some("ops-7".to_owned()), ..none() },
        KeyFilter { wrapped_by: register.live_keks().await.unwrap().first().copied(), ..none() },
        text("acme 012000"),
        text("acme"),
        text("integration-07 cobalt"),
        text("zzqq"),
        text("q"),
        KeyFilter { kinds: vec![KeyKind::Dek], due: Some(DueFilter::Overdue), text: "lumen".to_owned(), ..none() },
    ]
}
