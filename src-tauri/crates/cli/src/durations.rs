//! How people write times: `24h`, `2026-03-01`, `2026-03-01T10:00:00Z`.

use std::time::Duration;

use domain::Timestamp;

/// Reads a duration: `0`, or a number with `s`, `m`, `h` or `d`.
pub fn duration(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let digits = text.trim_end_matches(|character: char| character.is_ascii_alphabetic());
    let unit = match text.strip_prefix(digits).unwrap_or_default() {
        "" if digits == "0" => 1,
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err("write a number with s, m, h or d, such as 30m, 24h or 7d".to_owned()),
    };
    let count: u64 = digits.parse().map_err(|_not_a_number| format!("{digits:?} is no whole number"))?;
    count.checked_mul(unit).map(Duration::from_secs).ok_or_else(|| "that is too long".to_owned())
}

/// Reads a moment: a day (its beginning in UTC), or a time with its zone.
pub fn moment(text: &str) -> Result<Timestamp, String> {
    let whole = if text.contains('T') { text.to_owned() } else { format!("{text}T00:00:00Z") };
    let time: jiff::Timestamp =
        whole.parse().map_err(|_not_a_time| "write a day such as 2026-03-01, or 2026-03-01T10:00:00Z".to_owned())?;
    Ok(Timestamp::from_micros(time.as_microsecond()))
}

/// Seconds as a person says them.
pub fn said(seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds % 86_400 / 3_600, seconds % 3_600 / 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min {} s", seconds % 60),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_need_a_unit() {
        assert_eq!(duration("24h"), Ok(Duration::from_secs(86_400)));
        assert_eq!(duration("0"), Ok(Duration::ZERO));
        assert!(
            ["24", "h", "1.5h", "-1h", "1w", "99999999999999999999d", ""].iter().all(|text| duration(text).is_err())
        );
    }

    #[test]
    fn a_day_begins_at_midnight_utc() {
        assert_eq!(moment("1970-01-02"), Ok(Timestamp::from_micros(86_400_000_000)));
        assert_eq!(moment("1970-01-01T01:00:00+01:00"), Ok(Timestamp::from_micros(0)));
        assert!(moment("yesterday").is_err());
    }
}
