//! The rotation of data-encryption keys at the level of the register: what stands in for what, compare-and-set, and what
//! protects a token's only wrap.

use canonical::Encoder;
use domain::{Facts, KeyId, Operation, Plan, Role, Target};
use register::{Receipt, ReencryptedTokens, RegisterError};
use uuid::Uuid;

use crate::common::estate::{FIRST_VERSION, token_row_in};
use crate::common::rotation::{NEW_VERSION, RunHandle};
use crate::common::{Custody, Draft, Payload, Person, VAULT_HOST, fresh_id, random, random_vec};

type Answer = Result<Receipt, RegisterError>;

/// A token as the register has it: id, DEK, revision.
type Held = (Uuid, Uuid, i32);

impl Custody {
    async fn dek_facts(&self, deks: &[Uuid]) -> Facts {
        let facts: sqlx::types::Json<Facts> = sqlx::query_scalar("SELECT custody.facts_of('rotate_dek', $1)")
            .bind(deks)
            .fetch_one(&self.superuser)
            .await
            .unwrap();
        facts.0
    }

    async fn dek_target(&self, dek: Uuid) -> Target {
        let (name, version): (String, i32) = sqlx::query_as(
            "SELECT k.name, w.dek_version FROM custody.key AS k JOIN custody.wrap AS w ON w.dek = k.id WHERE k.id = $1",
        )
        .bind(dek)
        .fetch_one(&self.superuser)
        .await
        .unwrap();
        Target { key: KeyId(dek), name, version: version.to_string() }
    }

    async fn deks_plan(&self, who: &Person, deks: &[Uuid], parameters: &[(&str, &str)]) -> Plan {
        let mut plan = self.plan(who, Operation::RotateDek, self.dek_target(deks[0]).await, parameters).await;
        for dek in &deks[1..] {
            plan.targets.push(self.dek_target(*dek).await);
        }
        plan.depends_on = self.dek_facts(deks).await;
        plan
    }

    async fn approved_dek_rotation(&self, deks: &[Uuid]) -> Plan {
        let plan = self.deks_plan(&self.ben, deks, &[("trigger", "schedule"), ("vault", VAULT_HOST)]).await;
        self.submit(&self.ben, Role::DevOps, &plan).await.unwrap();
        self.approve(&self.anna, Role::Security, &plan).await.unwrap();
        plan
    }

    /// From the start to where `replace_dek` is intended at 2.
    async fn dek_rotation(&self, deks: &[Uuid]) -> RunHandle {
        let plan = self.approved_dek_rotation(deks).await;
        let run = self.start(&self.ben, &plan).await.unwrap();
        self.step(&self.ben, run, "compare", 1).await;
        self.intend(&self.ben, run, "replace_dek", 2).await.unwrap();
        run
    }

    /// On to where `reencrypt` is intended at 3, with every DEK in its second version.
    async fn replaced(&self, kek: Uuid, deks: &[Uuid]) -> RunHandle {
        let run = self.dek_rotation(deks).await;
        self.replace(&self.ben, run, (kek, FIRST_VERSION), &fresh_wraps(deks, 2)).await.unwrap();
        self.done(&self.ben, run, "replace_dek", 2).await.unwrap();
        self.intend(&self.ben, run, "reencrypt", 3).await.unwrap();
        run
    }

    async fn replace(&self, who: &Person, run: RunHandle, kek: (Uuid, &str), rows: &[NewWrap]) -> Answer {
        let row = |row: &NewWrap| {
            let start = Encoder::new().bytes(row.dek.as_bytes()).count(row.version).bytes(&row.wrapped);
            start.text("RSA-OAEP-256").bytes(&row.check_value)
        };
        let payload = Payload::of(rows.iter().map(row));
        let draft = Draft::new("dek.replaced", "run", run.id).with("fence", run.fence).with("position", 2);
        let draft = draft.with("kek", kek.0).with("kek_version", kek.1).payload(&payload);
        who.register.replace_deks(self.by_session(who, draft).act(), &payload.bytes).await
    }

    async fn seal_in(&self, dek: Uuid, version: u64, count: usize) -> Answer {
        let payload = Payload::of((0..count).map(|_| token_row_in(dek, version, "api")));
        let draft = Draft::new("token.sealed", "batch", fresh_id()).payload(&payload);
        self.ben.register.seal_tokens(self.by_session(&self.ben, draft).act(), &payload.bytes).await
    }

    /// Tokens of a DEK that are in this version.
    async fn tokens_in(&self, dek: Uuid, version: i32) -> Vec<Held> {
        sqlx::query_as("SELECT id, dek, revision FROM custody.token WHERE dek = $1 AND dek_version = $2 ORDER BY id")
            .bind(dek)
            .bind(version)
            .fetch_all(&self.superuser)
            .await
            .unwrap()
    }

    async fn move_tokens(&self, who: &Person, run: RunHandle, at: u32, tokens: &[Held], version: u64) -> Answer {
        self.hand_in(who, run, at, &anew(tokens, version), None).await
    }

    /// `token.reencrypted` for these rows; what is signed is `signed`, if it differs.
    async fn hand_in(
        &self,
        who: &Person,
        run: RunHandle,
        at: u32,
        rows: &ReencryptedTokens,
        signed: Option<&ReencryptedTokens>,
    ) -> Answer {
        let payload = payload_of(signed.unwrap_or(rows));
        let draft = Draft::new("token.reencrypted", "run", run.id).with("fence", run.fence).with("position", at);
        who.register.reencrypt_tokens(self.by_session(who, draft.payload(&payload)).act(), rows).await
    }

    async fn retire(&self, who: &Person, run: RunHandle, at: u32) -> Answer {
        let draft = Draft::new("dek.retired", "run", run.id).with("fence", run.fence).with("position", at);
        who.register.retire_deks(self.by_session(who, draft).act()).await
    }

    async fn erase_retired(&self, who: &Person, run: RunHandle, at: u32, wraps: &[(Uuid, u64)]) -> Answer {
        let row = |(dek, version): &(Uuid, u64)| Encoder::new().bytes(dek.as_bytes()).count(*version);
        let payload = Payload::of(wraps.iter().map(row));
        let draft = Draft::new("dek.erased", "run", run.id).with("fence", run.fence).with("position", at);
        who.register.erase_wraps(self.by_session(who, draft.payload(&payload)).act(), &payload.bytes).await
    }

    /// Version in use, messages under it, and what is being retired: version and messages.
    async fn standing(&self, dek: Uuid) -> (i32, i64, Option<i32>, Option<i64>) {
        sqlx::query_as(
            "SELECT w.dek_version, m.sealed, f.dek_version, f.messages FROM custody.wrap AS w
             JOIN custody.dek_messages AS m ON m.dek = w.dek LEFT JOIN custody.former_wrap AS f ON f.dek = w.dek WHERE w.dek = $1",
        )
        .bind(dek)
        .fetch_one(&self.superuser)
        .await
        .unwrap()
    }
}

/// A row of `replace_deks`.
#[derive(Clone)]
struct NewWrap {
    dek: Uuid,
    version: u64,
    wrapped: Vec<u8>,
    check_value: Vec<u8>,
}

fn fresh_wraps(deks: &[Uuid], version: u64) -> Vec<NewWrap> {
    let fresh =
        |dek: &Uuid| NewWrap { dek: *dek, version, wrapped: random_vec(256), check_value: random::<32>().to_vec() };
    deks.iter().map(fresh).collect()
}

/// Tokens as they would be sealed anew: the clear header, and random bytes behind it.
fn anew(tokens: &[Held], version: u64) -> ReencryptedTokens {
    let mut rows = ReencryptedTokens::default();
    for (id, dek, revision) in tokens {
        rows.ids.push(*id);
        rows.revisions.push(*revision);
        rows.envelopes.push([b"CST1".as_slice(), dek.as_bytes(), &version.to_be_bytes(), &random::<60>()].concat());
    }
    rows
}

fn payload_of(rows: &ReencryptedTokens) -> Payload {
    let row = |place: usize| {
        let revision = u64::try_from(rows.revisions[place]).unwrap();
        Encoder::new().bytes(rows.ids[place].as_bytes()).count(revision).bytes(&rows.envelopes[place])
    };
    Payload::of((0..rows.ids.len()).map(row))
}

/// from the start to the close. The new DEK serves at once, the former wrap goes when no token needs it.
#[tokio::test]
async fn a_rotation_of_deks_runs_from_start_to_close() {
    let custody = Custody::found().await;
    let (kek, deks) = custody.estate(3).await;
    let (ben, dek) = (&custody.ben, deks[0]);
    custody.seal_in(dek, 1, 4).await.unwrap();
    let run = custody.replaced(kek, &deks[..2]).await;
    assert_eq!(custody.standing(dek).await, (2, 0, Some(1), Some(4)));
    assert_eq!(custody.standing(deks[2]).await, (1, 0, None, None));

    // A writer that had opened the old DEK, and one that opened the new.
    custody.seal_in(dek, 1, 2).await.unwrap();
    custody.seal_in(dek, 2, 1).await.unwrap();
    assert_eq!(custody.standing(dek).await, (2, 1, Some(1), Some(6)));
    custody.assert_refused(custody.seal_in(dek, 3, 1).await, ben, "dek_version_gone").await;
    let tokens = custody.tokens_in(dek, 1).await;
    custody.move_tokens(ben, run, 3, &tokens[..4], 2).await.unwrap();
    assert_eq!(custody.standing(dek).await, (2, 5, Some(1), Some(6)));
    custody.assert_refused(custody.done(ben, run, "reencrypt", 3).await, ben, "tokens_left").await;
    custody.retire(ben, run, 3).await.unwrap();
    custody.assert_refused(custody.seal_in(dek, 1, 1).await, ben, "dek_version_gone").await;
    custody.assert_refused(custody.done(ben, run, "reencrypt", 3).await, ben, "tokens_left").await;
    custody.move_tokens(ben, run, 3, &tokens[4..], 2).await.unwrap();
    custody.done(ben, run, "reencrypt", 3).await.unwrap();
    custody.assert_refused(custody.intend(ben, run, "erase_old", 4).await, ben, "wrong_step").await;
    custody.step(ben, run, "prove", 4).await;
    custody.intend(ben, run, "erase_old", 5).await.unwrap();
    custody.assert_refused(custody.done(ben, run, "erase_old", 5).await, ben, "wrong_step").await;
    custody.erase_retired(ben, run, 5, &[(dek, 1), (deks[1], 1)]).await.unwrap();
    custody.done(ben, run, "erase_old", 5).await.unwrap();
    custody.intend(ben, run, "close", 6).await.unwrap();
    custody.finish(ben, run, "completed").await.unwrap();

    assert_eq!(custody.standing(dek).await, (2, 7, None, None));
    let moved: Vec<Held> = custody.tokens_in(dek, 2).await;
    assert_eq!((moved.len(), moved.iter().filter(|token| token.2 == 2).count()), (7, 6));
    let rotated: i64 = custody
        .value("SELECT count(*) FROM custody.key WHERE kind = 'dek' AND rotate_by > rotated_at AND version_number = 2")
        .await;
    assert_eq!(rotated, 2);
    let whole: bool = custody.value("SELECT state = 'completed' AND length(verification) > 0 FROM custody.run").await;
    assert!(whole);
}

/// only what the plan names, by the next number, under the KEK's current version, and really another key.
#[tokio::test]
async fn nothing_but_what_was_signed_is_replaced() {
    let custody = Custody::found().await;
    let (kek, deks) = custody.estate(3).await;
    let other = custody.adopt_kek(&custody.ben, "kek-others").await;
    let ben = &custody.ben;
    let plan = custody.approved_dek_rotation(&deks[..2]).await;
    let run = custody.start(ben, &plan).await.unwrap();
    custody.step(ben, run, "compare", 1).await;
    let good = fresh_wraps(&deks[..1], 2);
    let here = (kek, FIRST_VERSION);
    custody.assert_refused(custody.replace(ben, run, here, &good).await, ben, "wrong_step").await;
    custody.intend(ben, run, "replace_dek", 2).await.unwrap();
    let present: Vec<u8> = custody.value("SELECT check_value FROM custody.wrap ORDER BY dek LIMIT 1").await;
    let bad = [
        ("dek_unknown", here, fresh_wraps(&deks[2..], 2)),
        ("wrap_moved", here, fresh_wraps(&deks[..1], 3)),
        ("wrap_moved", here, fresh_wraps(&deks[..1], 1)),
        ("wrap_moved", (other, FIRST_VERSION), good.clone()),
        ("version_moved", (kek, NEW_VERSION), good.clone()),
        ("key_unknown", (fresh_id(), FIRST_VERSION), good.clone()),
        ("payload_count", here, Vec::new()),
        ("payload_count", here, [good.clone(), good.clone()].concat()),
        ("wrap_length", here, vec![NewWrap { wrapped: vec![1; 384], ..good[0].clone() }]),
        ("dek_unchanged", here, vec![NewWrap { check_value: present, ..good[0].clone() }]),
    ];
    for (code, kek, rows) in bad {
        custody.assert_refused(custody.replace(ben, run, kek, &rows).await, ben, code).await;
    }
    assert_eq!(custody.standing(deks[0]).await, (1, 0, None, None));
    custody.replace(ben, run, here, &good).await.unwrap();
    let again = custody.replace(ben, run, here, &fresh_wraps(&deks[..1], 3)).await;
    custody.assert_refused(again, ben, "wrap_moved").await;
    custody.assert_refused(custody.done(ben, run, "replace_dek", 2).await, ben, "wrong_step").await;
}

/// a token is replaced only if it is the one that was read, by one that names its own DEK in its new version, all or none.
#[tokio::test]
async fn tokens_are_replaced_by_compare_and_set() {
    let custody = Custody::found().await;
    let (kek, deks) = custody.estate(3).await;
    let ben = &custody.ben;
    for dek in &deks {
        custody.seal_in(*dek, 1, 3).await.unwrap();
    }
    let run = custody.replaced(kek, &deks[..2]).await;
    let (tokens, foreign) = (custody.tokens_in(deks[0], 1).await, custody.tokens_in(deks[2], 1).await);
    let good = anew(&tokens, 2);

    let refused = custody.hand_in(ben, run, 3, &good, Some(&anew(&tokens, 2))).await;
    custody.assert_refused(refused, ben, "payload_differs").await;
    let twice = anew(&[tokens[0], tokens[0]], 2);
    custody.assert_refused(custody.hand_in(ben, run, 3, &twice, None).await, ben, "malformed").await;
    let short = ReencryptedTokens { revisions: vec![1], ..good.clone() };
    custody.assert_refused(custody.hand_in(ben, run, 3, &short, Some(&good)).await, ben, "payload_count").await;
    let none = ReencryptedTokens::default();
    custody.assert_refused(custody.hand_in(ben, run, 3, &none, None).await, ben, "payload_count").await;
    let moved = (tokens[0].0, tokens[0].1, 2);
    let swapped = ReencryptedTokens {
        envelopes: vec![anew(&custody.tokens_in(deks[1], 1).await, 2).envelopes[0].clone()],
        ..anew(&tokens[..1], 2)
    };
    for rows in [
        // One of them is not the one that was read.
        anew(&[tokens[1], moved], 2),
        // The old version, or one that nobody made.
        anew(&tokens, 1),
        anew(&tokens, 3),
        // Another tenant's: not in the plan, or in the plan and under another DEK.
        anew(&[tokens[0], foreign[0]], 2),
        swapped,
        anew(&[(fresh_id(), deks[0], 1)], 2),
    ] {
        custody.assert_refused(custody.hand_in(ben, run, 3, &rows, None).await, ben, "token_moved").await;
    }
    assert_eq!(custody.tokens_in(deks[0], 1).await, tokens, "nothing was written");
    let elsewhere = custody.hand_in(ben, run, 4, &good, None).await;
    custody.assert_refused(elsewhere, ben, "wrong_step").await;
    custody.hand_in(ben, run, 3, &good, None).await.unwrap();
    // A second time it is not what was read.
    custody.assert_refused(custody.hand_in(ben, run, 3, &good, None).await, ben, "token_moved").await;
}

/// turned back, the former DEKs serve again at once, with the messages they had; the number given up is never used again.
#[tokio::test]
async fn a_rotation_of_deks_turns_back() {
    let custody = Custody::found().await;
    let (kek, deks) = custody.estate(2).await;
    let (ben, dek) = (&custody.ben, deks[0]);
    custody.seal_in(dek, 1, 5).await.unwrap();
    let wraps =
        "SELECT string_agg(encode(wrapped, 'hex') || kek_version || dek_version, ',' ORDER BY dek) FROM custody.wrap";
    let before: String = custody.value(wraps).await;
    let run = custody.replaced(kek, &deks).await;
    custody.move_tokens(ben, run, 3, &custody.tokens_in(dek, 1).await[..2], 2).await.unwrap();
    custody.seal_in(dek, 2, 1).await.unwrap();
    custody.retire(ben, run, 3).await.unwrap();
    custody.turn_back(ben, run).await.unwrap();
    let after: String = custody.value(wraps).await;
    assert_eq!(after, before);
    assert_eq!(custody.standing(dek).await, (1, 5, Some(2), Some(3)));
    // What was on its way under the DEK that is given up is met by the way back.
    custody.seal_in(dek, 2, 1).await.unwrap();
    custody.seal_in(dek, 1, 1).await.unwrap();
    let refused = custody.replace(ben, run, (kek, FIRST_VERSION), &fresh_wraps(&deks, 3)).await;
    custody.assert_refused(refused, ben, "turned_back").await;
    custody.intend(ben, run, "reencrypt_back", 4).await.unwrap();
    let tokens = custody.tokens_in(dek, 2).await;
    assert_eq!(tokens.len(), 4);
    custody.move_tokens(ben, run, 4, &tokens, 1).await.unwrap();
    custody.retire(ben, run, 4).await.unwrap();
    custody.done(ben, run, "reencrypt_back", 4).await.unwrap();
    custody.step(ben, run, "prove", 5).await;
    custody.intend(ben, run, "erase_new", 6).await.unwrap();
    let refused = custody.erase_retired(ben, run, 6, &[(dek, 1)]).await;
    custody.assert_refused(refused, ben, "version_unknown").await;
    custody.erase_retired(ben, run, 6, &[(dek, 2), (deks[1], 2)]).await.unwrap();
    custody.done(ben, run, "erase_new", 6).await.unwrap();
    custody.intend(ben, run, "close", 7).await.unwrap();
    custody.finish(ben, run, "rolled_back").await.unwrap();
    assert_eq!(custody.standing(dek).await, (1, 10, None, None));
    let rotated: i64 =
        custody.value("SELECT count(*) FROM custody.key WHERE kind = 'dek' AND rotated_at IS NOT NULL").await;
    assert_eq!(rotated, 0);

    let run = custody.dek_rotation(&deks).await;
    let refused = custody.replace(ben, run, (kek, FIRST_VERSION), &fresh_wraps(&deks, 2)).await;
    custody.assert_refused(refused, ben, "wrap_moved").await;
    custody.replace(ben, run, (kek, FIRST_VERSION), &fresh_wraps(&deks, 3)).await.unwrap();
}

/// what cannot be undone waits for a proof and for both signatures; nothing but what was retired is erased.
#[tokio::test]
async fn erasing_waits_for_the_proof_and_for_the_quorum() {
    let custody = Custody::found().await;
    let (kek, deks) = custody.estate(2).await;
    let (anna, ben, dek) = (&custody.anna, &custody.ben, deks[0]);
    custody.seal_in(dek, 1, 1).await.unwrap();
    let run = custody.replaced(kek, &deks[..1]).await;
    custody.assert_refused(custody.erase_retired(ben, run, 3, &[(dek, 1)]).await, ben, "wrong_step").await;
    custody.move_tokens(ben, run, 3, &custody.tokens_in(dek, 1).await, 2).await.unwrap();
    custody.retire(ben, run, 3).await.unwrap();
    custody.done(ben, run, "reencrypt", 3).await.unwrap();
    custody.step(ben, run, "prove", 4).await;
    let suspended = format!("UPDATE custody.operator SET status = 'suspended' WHERE id = '{}'", anna.id);
    custody.alter(suspended.clone()).await;
    custody.assert_refused(custody.intend(ben, run, "erase_old", 5).await, ben, "no_quorum").await;
    custody.alter(suspended.replace("suspended", "active")).await;
    custody.intend(ben, run, "erase_old", 5).await.unwrap();
    custody.alter(suspended.clone()).await;
    custody.assert_refused(custody.erase_retired(ben, run, 5, &[(dek, 1)]).await, ben, "no_quorum").await;
    custody.alter(suspended.replace("suspended", "active")).await;
    for wraps in [vec![(dek, 2)], vec![(deks[1], 1)], vec![(dek, 1), (dek, 2)], vec![(fresh_id(), 1)]] {
        custody.assert_refused(custody.erase_retired(ben, run, 5, &wraps).await, ben, "version_unknown").await;
    }
    custody.alter("UPDATE custody.token SET dek_version = 1").await;
    custody.assert_refused(custody.erase_retired(ben, run, 5, &[(dek, 1)]).await, ben, "tokens_left").await;
    custody.alter("UPDATE custody.token SET dek_version = 2").await;
    custody.assert_refused(custody.turn_back(ben, run).await, ben, "cannot_turn_back").await;
    custody.assert_refused(custody.finish(ben, run, "completed").await, ben, "wrong_step").await;
    custody.erase_retired(ben, run, 5, &[(dek, 1)]).await.unwrap();
}

/// a DEK that is replaced in the middle of its KEK's re-wrap has that batch refused; what is former keeps the old version.
#[tokio::test]
async fn a_kek_rotation_meets_a_dek_that_was_replaced() {
    let custody = Custody::found().await;
    let (kek, deks) = custody.estate(2).await;
    let ben = &custody.ben;
    let of_deks = custody.dek_rotation(&deks[..1]).await;
    let plan = custody.approved_rotation(kek).await;
    let of_kek = custody.run_to_new_version(ben, &plan).await;
    custody.intend(ben, of_kek, "rewrap", 3).await.unwrap();
    let read = custody.wraps_under(FIRST_VERSION).await;
    let refused = custody.replace(ben, of_deks, (kek, FIRST_VERSION), &fresh_wraps(&deks[..1], 2)).await;
    custody.assert_refused(refused, ben, "version_moved").await;
    custody.replace(ben, of_deks, (kek, NEW_VERSION), &fresh_wraps(&deks[..1], 2)).await.unwrap();
    let forward = (FIRST_VERSION, NEW_VERSION);
    custody.assert_refused(custody.rewrap(ben, of_kek, 3, forward, &read).await, ben, "wrap_moved").await;
    let left = custody.wraps_under(FIRST_VERSION).await;
    assert_eq!(left.len(), 1);
    custody.rewrap(ben, of_kek, 3, forward, &left).await.unwrap();
    custody.done(ben, of_kek, "rewrap", 3).await.unwrap();
    custody.step(ben, of_kek, "prove", 4).await;
    custody.assert_refused(custody.intend(ben, of_kek, "disable_old", 5).await, ben, "wraps_left").await;
    custody.assert_refused(custody.turn_back(ben, of_deks).await, ben, "cannot_turn_back").await;
    custody.turn_back(ben, of_kek).await.unwrap();
    custody.turn_back(ben, of_deks).await.unwrap();
}

/// a plan names what is there, and why; nothing that has no DEK in use is rotated.
#[tokio::test]
async fn a_plan_that_does_not_fit_is_refused() {
    let custody = Custody::found().await;
    let (kek, deks) = custody.estate(2).await;
    let ben = &custody.ben;
    let vault = ("vault", VAULT_HOST);
    let good = custody.deks_plan(ben, &deks, &[("trigger", "ownership_change"), vault]).await;
    let mut plans = vec![
        ("plan_unfit", custody.deks_plan(ben, &deks, &[vault]).await),
        ("plan_unfit", custody.deks_plan(ben, &deks, &[("trigger", "boredom"), vault]).await),
        (
            "plan_unfit",
            custody.deks_plan(ben, &deks, &[("trigger", "schedule"), ("vault", "other.vault.azure.net")]).await,
        ),
        ("plan_unfit", custody.deks_plan(ben, &deks, &[("reactivates", "true"), ("trigger", "schedule"), vault]).await),
    ];
    let mut renamed = good.clone();
    renamed.targets[1].name = "another".to_owned();
    let mut ahead = good.clone();
    ahead.targets[0].version = "2".to_owned();
    let mut no_dek = good.clone();
    no_dek.targets[1] = Target { key: KeyId(kek), name: "kek-tenants".to_owned(), version: FIRST_VERSION.to_owned() };
    no_dek.depends_on = custody.dek_facts(&[deks[0], kek]).await;
    plans.extend([("plan_unfit", renamed), ("plan_unfit", ahead), ("key_unknown", no_dek)]);
    for (number, (code, mut plan)) in plans.into_iter().enumerate() {
        plan.nonce = random();
        let refusal = custody.assert_refused(custody.submit(ben, Role::DevOps, &plan).await, ben, code).await;
        assert_eq!(refusal.code(), code, "plan {number}");
    }
    custody.alter("UPDATE custody.key SET state = 'compromised', state_seq = state_seq + 1 WHERE kind = 'dek'").await;
    let scheduled = custody.deks_plan(ben, &deks, &[("trigger", "schedule"), vault]).await;
    custody.assert_refused(custody.submit(ben, Role::DevOps, &scheduled).await, ben, "key_not_active").await;
    let suspected = [("reactivates", "true"), ("trigger", "suspected_compromise"), vault];
    let suspected = custody.deks_plan(ben, &deks, &suspected).await;
    custody.submit(ben, Role::DevOps, &suspected).await.unwrap();
}

/// none of it without a role that executes, without the lease, or in a run of another operation.
#[tokio::test]
async fn the_verbs_of_a_rotation_are_for_its_executor_alone() {
    let custody = Custody::found().await;
    let (kek, deks) = custody.estate(2).await;
    custody.seal_in(deks[0], 1, 1).await.unwrap();
    let auditor = custody.enrol("olga", &[Role::Auditor]).await;
    let engineer = custody.enrol("emil", &[Role::Engineering]).await;
    let run = custody.replaced(kek, &deks[..1]).await;
    let tokens = custody.tokens_in(deks[0], 1).await;
    let kek = (kek, FIRST_VERSION);
    let older = RunHandle { fence: run.fence + 1, ..run };
    let calls = [
        (&auditor, run, "not_allowed"),
        (&engineer, run, "not_allowed"),
        (&custody.anna, run, "lease_lost"),
        (&custody.ben, older, "lease_lost"),
    ];
    for (who, run, code) in calls {
        let answers = [
            custody.replace(who, run, kek, &fresh_wraps(&deks[..1], 2)).await,
            custody.move_tokens(who, run, 3, &tokens, 2).await,
            custody.retire(who, run, 3).await,
            custody.erase_retired(who, run, 3, &[(deks[0], 1)]).await,
        ];
        for answer in answers {
            let refused = answer.unwrap_err();
            assert_eq!(refused.refusal().unwrap().code(), code, "{}", who.login);
        }
    }
    let plan = custody.approved_rotation(kek.0).await;
    let of_kek = custody.start(&custody.ben, &plan).await.unwrap();
    let ben = &custody.ben;
    for answer in [
        custody.replace(ben, of_kek, kek, &fresh_wraps(&deks[..1], 2)).await,
        custody.move_tokens(ben, of_kek, 3, &tokens, 2).await,
        custody.retire(ben, of_kek, 3).await,
        custody.erase_retired(ben, of_kek, 3, &[(deks[0], 1)]).await,
    ] {
        custody.assert_refused(answer, ben, "wrong_operation").await;
    }
    let reads: Vec<bool> = sqlx::query_scalar(
        "SELECT has_column_privilege('countersign_' || role, 'custody.former_wrap', 'wrapped', 'SELECT')
         FROM unnest('{security,devops,agent,engineering,auditor}'::text[]) AS role",
    )
    .fetch_all(&custody.superuser)
    .await
    .unwrap();
    assert_eq!(reads, [true, true, true, false, false]);
}
