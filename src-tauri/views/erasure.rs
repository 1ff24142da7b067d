//! How strong an erasure is, and what remains until when: from the plan that was signed, or from what a survey found.

use std::time::Duration;

use domain::{Plan, Timestamp};
use ipc::{ErasureStrength, ErasureView, ResidueKind, ResidueView};
use register::RetentionRow;

use super::moments::micros;
use super::plans::number;

const HOURS_A_DAY: u32 = 24;

/// What a plan says about the erasure it carries out; `None` where it erases nothing.
pub(crate) fn of_plan(plan: &Plan) -> Option<ErasureView> {
    let word = plan.parameter("erasure")?;
    let retention = RetentionRow {
        backup_days: number(plan, "backup_retention_days")?,
        wal_days: number(plan, "wal_retention_days")?,
        replica_lag_hours: number(plan, "replica_lag_hours")?,
    };
    // The run may begin as late as that, so may the last copy.
    let begin = plan.clocks.execute_by;
    Some(erasure(word == custody::request::ErasureStrength::Cryptographic.word(), retention, begin, Vec::new(), None))
}

/// An erasure that begins at `begin`. `is_cryptographic` once the vault has purged, which it does at `purge` where that is known.
pub(crate) fn erasure(
    is_cryptographic: bool,
    retention: RetentionRow,
    begin: Timestamp,
    living_keks: Vec<String>,
    purge: Option<Timestamp>,
) -> ErasureView {
    let copies = [
        (ResidueKind::WriteAheadLog, retention.wal_days.saturating_mul(HOURS_A_DAY)),
        (ResidueKind::Replica, retention.replica_lag_hours),
        (ResidueKind::Backup, retention.backup_days.saturating_mul(HOURS_A_DAY)),
    ];
    let until = |hours: u32| begin.plus(Duration::from_secs(u64::from(hours) * 3_600));
    let copy = |(kind, hours): (ResidueKind, u32)| ResidueView {
        kind,
        until: Some(micros(until(hours))),
        kept_hours: Some(hours),
        // Stated by the settings of the custody; nobody reads a backup's own clock.
        checked: false,
    };
    let deleted = |at: Timestamp| ResidueView {
        kind: ResidueKind::SoftDelete,
        until: Some(micros(at)),
        kept_hours: None,
        checked: true,
    };
    let last = copies.iter().map(|(_, hours)| *hours).max().unwrap_or(0);
    let residues = copies.into_iter().filter(|(_, hours)| *hours > 0).map(copy).chain(purge.map(deleted)).collect();
    ErasureView {
        strength: if is_cryptographic { ErasureStrength::Bounded } else { ErasureStrength::Limited },
        until: if is_cryptographic { purge.map(micros) } else { Some(micros(until(last))) },
        living_keks,
        residues,
    }
}

#[cfg(test)]
mod tests {
    use domain::Timestamp;
    use ipc::ErasureStrength;
    use register::RetentionRow;

    use super::erasure;

    /// under a KEK that lives on, the erasure is limited until the copy that is kept longest is gone.
    #[test]
    fn a_shared_kek_limits_it_until_the_last_copy_is_gone() {
        let kept = RetentionRow { backup_days: 35, wal_days: 2, replica_lag_hours: 1 };
        let begin = Timestamp::from_micros(0);
        let shown = erasure(false, kept, begin, vec!["kek-shared".to_owned()], None);
        assert_eq!(shown.strength, ErasureStrength::Limited);
        assert_eq!(shown.until.and_then(|at| at.to_i64()), Some(35 * 86_400_000_000));
        assert_eq!(shown.residues.len(), 3);
        assert!(shown.residues.iter().all(|residue| !residue.checked), "settings are no reading of the system");
    }

    /// a KEK of the tenant's own makes it cryptographic, but not before the vault has purged.
    #[test]
    fn a_kek_of_its_own_bounds_it_by_the_purge() {
        let kept = RetentionRow { backup_days: 35, wal_days: 2, replica_lag_hours: 0 };
        let purge = Timestamp::from_micros(7);
        let shown = erasure(true, kept, Timestamp::from_micros(0), Vec::new(), Some(purge));
        assert_eq!(shown.strength, ErasureStrength::Bounded);
        assert_eq!(shown.until.and_then(|at| at.to_i64()), Some(7));
        assert_eq!(shown.residues.len(), 3, "no replica, but what the vault still holds");
    }
}
