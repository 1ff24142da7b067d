//! Reclaiming: what was erased leaves the tables' files. That locks the tables for a moment, and can't be done while somebody could
//! still see the old rows: until then the run stays open, *zeroed, reclaim pending*, across restarts.

use std::time::Duration;

use register::{ReclaimObstacles, RegisterError};

use super::super::effect::{Effect, perform};
use super::super::error::RunError;
use super::super::executor::Steering;
use super::super::hands::{Evidence, Step};
use super::super::progress::Meter;
use super::super::rewrap::Reached;
use super::Destruction;

/// How often it is looked whether the way is clear.
const LOOK: Duration = Duration::from_secs(2);

impl Destruction<'_> {
    pub(super) async fn reclaim(
        &self,
        step: Step,
        meter: &mut Meter,
        steering: &Steering,
    ) -> Result<Reached<Evidence>, RunError> {
        let (register, run) = (&self.hands.console.register, self.hands.run);
        meter.begin(step.kind, 0, 1);
        let mut told = ReclaimObstacles::default();
        loop {
            self.hands.check_lease()?;
            match register.erasure(run).await? {
                None => return Ok(Reached::End(Evidence::from([("proof", "nothing was erased".to_owned())]))),
                Some(erased) if erased.is_reclaimed => break,
                Some(_) => {}
            }
            let obstacles = self.try_reclaim().await?;
            if !obstacles.is_clear() {
                if obstacles != told {
                    tracing::info!(%run, ?obstacles, "zeroed, reclaim pending");
                    told = obstacles.clone();
                }
                let until = match obstacles.quiet_from {
                    Some(until) => until,
                    None => self.hands.console.now().await?.plus(LOOK),
                };
                meter.wait(step.kind, 0, 1, until);
                if steering.wants_pause() {
                    return Ok(Reached::Pause);
                }
                tokio::time::sleep(LOOK).await;
            }
        }
        let evidence = self.reclaimed().await?;
        meter.advance(step.kind, 1, 1);
        Ok(Reached::End(evidence))
    }

    /// Answers what was in the way; nothing when it was done.
    async fn try_reclaim(&self) -> Result<ReclaimObstacles, RunError> {
        let obstacles = self.hands.console.register.reclaim_obstacles(self.hands.run).await?;
        if !obstacles.is_clear() {
            return Ok(obstacles);
        }
        match self.write_reclaimed().await {
            Ok(_) => Ok(obstacles),
            Err(RunError::Register(RegisterError::Refused(refusal)))
                if matches!(refusal.code(), "reclaim_pending" | "reclaim_waits") =>
            {
                Ok(ReclaimObstacles::of_refusal(refusal.detail()))
            }
            // Somebody reads the tables for longer than the register waits for its lock.
            Err(RunError::Register(RegisterError::Conflict(source))) => {
                tracing::info!(run = %self.hands.run, %source, "the tables are in use");
                let busy = register::InTheWay { what: "lock".to_owned(), name: source.to_string(), since: None };
                Ok(ReclaimObstacles { quiet_from: None, in_the_way: vec![busy] })
            }
            Err(error) => Err(error),
        }
    }

    /// What was proven, and whether the server wrote it out since.
    async fn reclaimed(&self) -> Result<Evidence, RunError> {
        let register = &self.hands.console.register;
        let flushed = perform(Effect::FlushRegister, register.flush()).await?;
        let row = register.erasure(self.hands.run).await?.ok_or(RunError::Record { what: "erasure" })?;
        let proof = row.proof.unwrap_or_default();
        let checkpoint = if flushed { "done" } else { "not permitted to the register: the server's next one does it" };
        Ok(Evidence::from([
            ("proof", proof.get("proof").and_then(|word| word.as_str()).unwrap_or_default().to_owned()),
            ("tables", proof.get("tables").map(ToString::to_string).unwrap_or_default()),
            ("checkpoint", checkpoint.to_owned()),
            ("entry", row.reclaimed_seq.unwrap_or_default().to_string()),
            ("tokens", row.tokens.to_string()),
            ("wraps", (row.wraps + row.former_wraps).to_string()),
        ]))
    }
}
