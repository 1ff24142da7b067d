//! Where an exception stands is computed twice: by the database and by `domain`. Here both are held to each other, and to what must be
//! accepted and refused, over requests, renewals, closings, revocations and moves of the clock to the microsecond.

use domain::{ExceptionEnd, ExceptionFacts, ExceptionState, ExceptionTerm, Role, Timestamp};
use register::RegisterError;
use uuid::Uuid;

use super::exception_stage::{DAY, TERM, wish};
use crate::common::{Custody, Draft};

const STEPS: u32 = 90;
const HOUR: i64 = 3_600_000_000;
/// Zones of the sessions that ask: none of them may change an answer.
const ZONES: [&str; 4] = ["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/New_York"];

/// Chance that comes out the same in every run of the test.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn of<T: Copy>(&mut self, some: &[T]) -> T {
        some[self.below(some.len())]
    }
}

/// An exception as this test knows it to be.
#[derive(Debug, Clone, Copy)]
struct Known {
    id: Uuid,
    key: Uuid,
    facts: ExceptionFacts,
}

struct Histories {
    custody: Custody,
    chance: Chance,
    keys: Vec<Uuid>,
    known: Vec<Known>,
    now: i64,
    log: Vec<String>,
}

fn code(refused: RegisterError) -> String {
    refused.refusal().unwrap_or_else(|| panic!("{refused:?}")).code().to_owned()
}

impl Histories {
    fn open(&self) -> Vec<Known> {
        self.known.iter().copied().filter(|known| known.facts.ended.is_none()).collect()
    }

    fn state(&self, known: &Known) -> ExceptionState {
        known.facts.state(Timestamp::from_micros(self.now), 30)
    }

    /// Asks for an exception until a date around the ends of what is possible.
    async fn ask(&mut self) {
        let date = self.now + self.chance.of(&[TERM, TERM + 1, TERM - 1, 0, 1, -1, 2 * HOUR, 31 * DAY, 20 * DAY]);
        let renewed = if self.chance.below(2) == 0 { None } else { self.open().last().copied() };
        let key = renewed.map_or_else(|| self.chance.of(&self.keys), |known| known.key);
        let granted = self.custody.grant(wish(&[key], date), renewed.map(|known| known.id)).await;
        self.log.push(format!("grant until {date} renewing {renewed:?}: {granted:?}"));
        let may = ExceptionTerm::of_days(60).check(Timestamp::from_micros(self.now), Timestamp::from_micros(date));
        match (granted, may) {
            (Ok(id), Ok(())) => {
                if let Some(renewed) = renewed {
                    self.end(renewed.id, ExceptionEnd::Renewed);
                }
                let facts = ExceptionFacts {
                    granted_at: Timestamp::from_micros(self.now),
                    expires_at: Timestamp::from_micros(date),
                    ended: None,
                };
                self.known.push(Known { id, key, facts });
            }
            // Within the half hour in which the request may be applied: nothing could come into force.
            (Err(refused), Ok(())) => assert!(code(refused) == "plan_unfit" && date == self.now + 1, "{:#?}", self.log),
            (Err(refused), Err(_)) => assert!(code(refused).starts_with("expiry_"), "{:#?}", self.log),
            (Ok(_), Err(_)) => panic!("{:#?}", self.log),
        }
    }

    fn end(&mut self, id: Uuid, end: ExceptionEnd) {
        let known = self.known.iter_mut().find(|known| known.id == id).unwrap();
        known.facts.ended = Some(end);
    }

    async fn close(&mut self) {
        let Some(it) = self.known.last().copied() else { return };
        let (anna, ben) = (&self.custody.anna, &self.custody.ben);
        let plan = self.custody.closing_plan(ben, it.id, "API secret kept past 90 days", "Rotated").await;
        let submitted = self.custody.submit(ben, Role::DevOps, &plan).await;
        self.log.push(format!("close {}: {submitted:?}", it.id));
        match submitted {
            Ok(_) => {
                assert!(it.facts.ended.is_none(), "{:#?}", self.log);
                self.custody.approve(anna, Role::Security, &plan).await.unwrap();
                self.custody.settle(anna, &plan).await.unwrap();
                self.end(it.id, ExceptionEnd::Closed);
            }
            Err(refused) => assert!(code(refused) == "exception_over" && it.facts.ended.is_some(), "{:#?}", self.log),
        }
    }

    async fn revoke(&mut self) {
        if self.known.is_empty() {
            return;
        }
        let it = self.chance.of(&self.known);
        let ben = &self.custody.ben;
        let draft = Draft::new("exception.revoked", "exception", it.id).because("At once");
        let revoked = ben.register.revoke_exception(self.custody.by_session(ben, draft).act()).await;
        self.log.push(format!("revoke {}: {revoked:?}", it.id));
        match (revoked, self.state(&it)) {
            (Ok(_), ExceptionState::Active | ExceptionState::Expiring) => self.end(it.id, ExceptionEnd::Revoked),
            (Err(refused), ExceptionState::Expired) => {
                assert_eq!(code(refused), "exception_expired", "{:#?}", self.log)
            }
            (Err(refused), ExceptionState::Closed | ExceptionState::Revoked) => {
                assert_eq!(code(refused), "exception_over", "{:#?}", self.log);
            }
            (other, state) => panic!("{other:?} while {state}: {:#?}", self.log),
        }
    }

    /// On by a while, or to just before, at or just after a moment at which something changes.
    async fn move_clock(&mut self) {
        let mut moments = vec![self.now + HOUR, self.now + 3 * DAY];
        for known in self.open() {
            let date = known.facts.expires_at.micros();
            moments
                .extend([0, 30 * DAY].into_iter().flat_map(|before| [-1, 0, 1].map(|beside| date - before + beside)));
        }
        moments.retain(|moment| *moment > self.now);
        self.now = self.chance.of(&moments);
        self.log.push(format!("clock {}", self.now));
        self.custody.stop_clock(self.now).await;
    }

    /// The database and this test agree on everything, whatever zone the asking session lives in.
    async fn agree(&mut self) {
        let zone = self.chance.of(&ZONES);
        let mut asking = self.custody.superuser.begin().await.unwrap();
        sqlx::query("SELECT set_config('TimeZone', $1, true)").bind(zone).execute(&mut *asking).await.unwrap();
        let found: Vec<(Uuid, String, i64, i64, bool)> = sqlx::query_as(
            "SELECT x.id, custody.exception_state(x, custody.clock()), custody.us(x.granted_at), custody.us(x.expires_at),
                    EXISTS (SELECT FROM custody.exceptions_unanswered(custody.clock()) AS u WHERE u.id = x.id)
             FROM custody.exception AS x ORDER BY x.number",
        )
        .fetch_all(&mut *asking)
        .await
        .unwrap();
        let wanted: Vec<_> = self
            .known
            .iter()
            .map(|known| {
                let (facts, state) = (known.facts, self.state(known));
                // What one person revoked, and nobody has looked at, is not answered when its date has passed.
                let passed = facts.expires_at.micros() <= self.now;
                let unanswered = state == ExceptionState::Expired || (state == ExceptionState::Revoked && passed);
                (known.id, state.word().to_owned(), facts.granted_at.micros(), facts.expires_at.micros(), unanswered)
            })
            .collect();
        assert_eq!(found, wanted, "in {zone}: {:#?}", self.log);
        for key in &self.keys {
            let covering: Option<Uuid> =
                sqlx::query_scalar("SELECT custody.covering_exception('rotation_overdue', $1, custody.clock())")
                    .bind(key)
                    .fetch_one(&mut *asking)
                    .await
                    .unwrap();
            let in_force = self.known.iter().any(|known| known.key == *key && self.state(known).in_force());
            assert_eq!(covering.is_some(), in_force, "in {zone}: {:#?}", self.log);
        }
    }
}

/// over many histories no exception is without a date within its term, none comes back, none is in force at its date.
#[tokio::test]
async fn the_database_and_the_domain_agree_on_every_history() {
    let mut custody = Custody::found().await;
    // A summer time begins and ends on the way.
    let start = custody.now();
    custody.stop_clock(start).await;
    let keys = vec![custody.api_secret("api-one").await, custody.api_secret("api-two").await];
    let mut it = Histories { custody, chance: Chance(7), keys, known: Vec::new(), now: start, log: Vec::new() };
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..STEPS {
        match it.chance.below(10) {
            0..=3 => it.ask().await,
            4 => it.close().await,
            5 | 6 => it.revoke().await,
            _ => it.move_clock().await,
        }
        it.agree().await;
        seen.extend(it.known.iter().map(|known| it.state(known)));
    }
    assert_eq!(seen.len(), 5, "{seen:?}: the histories come by every state; {} exceptions", it.known.len());
    assert!(it.known.iter().any(|known| known.facts.ended == Some(ExceptionEnd::Renewed)));
}
