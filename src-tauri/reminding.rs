//! Reminders of exceptions whose date comes near: each told once for each of its thresholds, on the desktop and in the window.
//!
//! That somebody is reminded is an entry of the ledger before it is told, so that two consoles do not remind of the same.

use std::sync::Arc;
use std::time::Duration;

use domain::Role;
use ipc::HostEvent;
use register::{DueReminder, RegisterError, ReminderChannel};

use crate::at_work::AtWork;
use crate::relay::Relay;
use crate::views::exceptions::exception_id;
use crate::views::moments::micros;

/// How often the register is asked: the nearest threshold is a day before a date.
const EVERY: Duration = Duration::from_secs(15 * 60);

/// Reminds for as long as the operator is at work. Auditors write nothing, so they are not reminded here.
pub(crate) fn follow(relay: &Relay, work: &Arc<AtWork>) {
    let writes = |role: &Role| matches!(role, Role::Security | Role::DevOps | Role::Engineering);
    if !work.desk.person.roles.iter().any(writes) {
        return;
    }
    let (relay, work) = (relay.clone(), Arc::downgrade(work));
    tauri::async_runtime::spawn(async move {
        while let Some(work) = work.upgrade() {
            if let Err(error) = remind(&relay, &work).await {
                tracing::warn!(%error, "no reminders now; asked again later");
            }
            drop(work);
            tokio::time::sleep(EVERY).await;
        }
    });
}

async fn remind(relay: &Relay, work: &AtWork) -> Result<(), RegisterError> {
    let Ok(author) = work.pen().await else {
        return Ok(());
    };
    for due in work.desk.console.take_reminders(author, ReminderChannel::Desktop).await? {
        relay.tell(&HostEvent::Reminder {
            exception: exception_id(due.exception),
            label: due.number.to_string(),
            title: due.title.clone(),
            until: micros(due.expires_at),
        });
        let (title, text) = said(&due);
        // A desktop that shows no notifications takes nothing away: the window has said it.
        let shown = tokio::task::spawn_blocking(move || desktop::show(&title, &text)).await;
        if !matches!(shown, Ok(true)) {
            tracing::debug!("this desktop shows no notifications");
        }
    }
    Ok(())
}

/// What a notification says, to whoever looks over a shoulder too: no key, no tenant.
fn said(due: &DueReminder) -> (String, String) {
    let days = match due.days {
        1 => "within a day".to_owned(),
        days => format!("within {days} days"),
    };
    let title = format!("{} ends {days}", due.number);
    (title, format!("Owner {}. Renew it, or close it with evidence, before it blocks deployment.", due.owner))
}

#[cfg(target_os = "linux")]
mod desktop {
    use std::collections::HashMap;

    use zbus::blocking::Connection;
    use zbus::zvariant::Value;

    const NAME: &str = "org.freedesktop.Notifications";
    const PATH: &str = "/org/freedesktop/Notifications";
    const SHOWN_MS: i32 = 20_000;

    /// Shows a notification; answers whether the desktop took it.
    pub(super) fn show(title: &str, text: &str) -> bool {
        let hints: HashMap<&str, Value<'_>> = HashMap::from([("desktop-entry", Value::from("countersign"))]);
        let words = ("Countersign", 0_u32, "", title, text, Vec::<&str>::new(), hints, SHOWN_MS);
        let told =
            Connection::session().and_then(|bus| bus.call_method(Some(NAME), PATH, Some(NAME), "Notify", &words));
        told.is_ok()
    }
}

#[cfg(not(target_os = "linux"))]
mod desktop {
    /// Elsewhere the window says it alone.
    pub(super) fn show(_title: &str, _text: &str) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use domain::{ExceptionId, ExceptionNumber, Timestamp};
    use register::DueReminder;

    /// a reminder says which exception and until when, and nothing of what it protects.
    #[test]
    fn a_notification_names_no_key() {
        let due = |days| DueReminder {
            exception: ExceptionId(uuid::Uuid::nil()),
            number: ExceptionNumber(57),
            title: "Bootstrap secret tidewell-bootstrap".to_owned(),
            clause: "A-7-legacy-storage".to_owned(),
            owner: "Dele Akande".to_owned(),
            expires_at: Timestamp::from_micros(0),
            days,
        };
        let (title, text) = super::said(&due(7));
        assert_eq!(title, "EX-0057 ends within 7 days");
        assert_eq!(super::said(&due(1)).0, "EX-0057 ends within a day");
        assert!(text.contains("Dele Akande") && !text.contains("tidewell"), "{text}");
    }
}
