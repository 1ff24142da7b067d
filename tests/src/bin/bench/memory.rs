//! How much memory processes hold.

/// The most memory that this process ever held, in MiB.
pub fn peak_mib() -> Option<f64> {
    field("/proc/self/status", "VmHWM:")
}

/// Forgets what the peak was: from here on it is counted anew.
pub fn forget_peak() -> bool {
    std::fs::write("/proc/self/clear_refs", "5").is_ok()
}

/// A field of `/proc/…/status` or `smaps_rollup`, in MiB.
pub fn field(file: &str, name: &str) -> Option<f64> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1024.0)
}
