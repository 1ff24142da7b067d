//! Figures of the window: how soon it can be used, what it holds, how large it is to install.

use std::path::{Path, PathBuf};
use std::time::Duration;

use countersign_tests::{Console, INES, TestCustody, console_binary, repository};
use custody::estate::Estate;

use crate::figure::{Figure, Goal, percentile};
use crate::memory::field;
use crate::sizes::Sizes;

/// How long the window may settle before its memory is looked at.
const SETTLE: Duration = Duration::from_secs(5);

/// When the page said that it can be used, in microseconds since 1970.
const USABLE: &str = "
    const mark = performance.getEntriesByName('usable')[0];
    return mark ? Math.round((performance.timeOrigin + mark.startTime) * 1000) : 0;";

/// Measures all of them.
pub async fn measure(sizes: &Sizes) {
    first_paint(sizes.of("starts", 5)).await;
    memory().await;
    package();
}

/// From the start of the process to the first screen that takes input.
async fn first_paint(starts: u32) {
    let mut times = Vec::new();
    for _start in 0..starts {
        let console = Console::start().await;
        console.sees("Open a local custody").await;
        let usable: f64 = console.run(USABLE).await.as_f64().unwrap();
        times.push(usable / 1_000_000.0 - started_at(console_process()));
        console.close().await;
    }
    let slowest = percentile(&mut times, 100);
    Figure::measured("first usable paint", percentile(&mut times, 50), "s", Goal::AtMost(1.0))
        .with(format!("median of {starts} starts of the process, driven; the slowest took {slowest:.2} s"))
        .print();
}

/// The console and the web processes of an open custody with the sample estate, on its largest screen.
async fn memory() {
    let custody = TestCustody::found_on_disk().await;
    let estate = Estate::new(&custody.ines.console, custody.ines.author());
    estate.load_sample(&|_step, _done, _total| ()).await.unwrap();
    let console = Console::open(&custody).await;
    console.unlock(INES).await;
    console.go("keys").await;
    console.sees("Rotate by").await;
    tokio::time::sleep(SETTLE).await;
    let held: Vec<(String, f64)> = family(console_process());
    let parts: Vec<String> = held.iter().map(|(name, mib)| format!("{name} {mib:.0}")).collect();
    let sum = held.iter().map(|(_, mib)| mib).sum();
    Figure::measured("memory with the web processes", sum, "MiB", Goal::AtMost(350.0))
        .with(format!("proportional set size, MiB: {}", parts.join(", ")))
        .print();
    console.close().await;
}

fn package() {
    let (name, unit, goal) = ("Debian package", "MiB", Goal::AtMost(20.0));
    let folder = repository().join("target/bundle");
    let found = std::fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path());
    match found.filter(|path| path.extension().is_some_and(|it| it == "deb")).max() {
        Some(package) => {
            let bytes = u32::try_from(std::fs::metadata(package).unwrap().len()).unwrap();
            Figure::measured(name, f64::from(bytes) / 1024.0 / 1024.0, unit, goal).print();
        }
        None => Figure::unmeasured(name, unit, goal, "`cargo xtask bundle` makes it").print(),
    }
}

/// The console that was started last.
fn console_process() -> u32 {
    let binary = console_binary();
    let runs_it = |id: &u32| std::fs::read_link(format!("/proc/{id}/exe")).is_ok_and(|exe| exe == binary);
    processes()
        .into_iter()
        .filter(runs_it)
        .max_by(|one, other| started_at(*one).total_cmp(&started_at(*other)))
        .unwrap()
}

fn processes() -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

/// A process and the web processes it started: name and proportional set size of each.
fn family(root: u32) -> Vec<(String, f64)> {
    let is_ours = |id: &u32| {
        *id == root || (stat(*id).is_some_and(|stat| stat.parent == root) && name_of(*id).starts_with("WebKit"))
    };
    let held = |id: u32| Some((name_of(id), field(&format!("/proc/{id}/smaps_rollup"), "Pss:")?));
    processes().into_iter().filter(is_ours).filter_map(held).collect()
}

fn name_of(id: u32) -> String {
    std::fs::read_to_string(format!("/proc/{id}/comm")).unwrap_or_default().trim().to_owned()
}

struct Stat {
    parent: u32,
    /// In ticks since the machine started.
    start: f64,
}

fn stat(id: u32) -> Option<Stat> {
    let text = std::fs::read_to_string(PathBuf::from(format!("/proc/{id}/stat"))).ok()?;
    // The name in brackets may hold anything.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    Some(Stat { parent: fields.get(1)?.parse().ok()?, start: fields.get(19)?.parse().ok()? })
}

/// When a process started, in seconds since 1970.
fn started_at(id: u32) -> f64 {
    let ticks_per_second = nix::unistd::sysconf(nix::unistd::SysconfVar::CLK_TCK).unwrap().unwrap();
    let ticks = stat(id).map_or(0.0, |stat| stat.start);
    let uptime: f64 = first_number(Path::new("/proc/uptime"));
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs_f64();
    now - uptime + ticks / f64::from(u32::try_from(ticks_per_second).unwrap())
}

fn first_number(file: &Path) -> f64 {
    std::fs::read_to_string(file).unwrap().split_whitespace().next().unwrap().parse().unwrap()
}
