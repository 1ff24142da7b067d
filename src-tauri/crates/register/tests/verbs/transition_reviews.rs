//! Reviews of key state transitions, and the schedule: what the register takes and refuses, whatever a console says.

use domain::{KeyId, OperatorId, Role};
use register::{FindingBecomes, Receipt, RegisterError, ScheduledDuty, Scope};
use sqlx::postgres::PgConnectOptions;
use sqlx::{PgPool, Row as _};
use uuid::Uuid;

use crate::common::{Custody, Draft, Person, fresh_id, random};

const DAY: i64 = 86_400_000_000;

impl Custody {
    /// Items and digest of the register's own list, and the root of its tree.
    async fn list(&self, after: i64, size: i64) -> (i64, String, String) {
        let query = "SELECT s.items, encode(s.digest, 'hex') AS digest, encode(custody.tree_root($2), 'hex') AS root
                     FROM custody.transitions_seen($1, $2) AS s";
        let row = sqlx::query(query).bind(after).bind(size).fetch_one(&self.superuser).await.unwrap();
        (row.get("items"), row.get("digest"), row.get("root"))
    }

    async fn reviewing(&self, verb: &'static str, role: Role, after: i64, size: i64) -> Draft {
        let (items, digest, root) = self.list(after, size).await;
        Draft::new(verb, "checkpoint", size)
            .because("I looked at every item")
            .with("root", root)
            .with("signature", hex::encode(random::<64>()))
            .with("role", role.word())
            .with("after", after)
            .with("items", items)
            .with("digest", digest)
    }

    async fn sign(&self, who: &Person, draft: Draft) -> Result<Receipt, RegisterError> {
        who.register.sign_review(self.by_device(who, draft).act()).await
    }

    async fn close(&self, who: &Person, draft: Draft) -> Result<Receipt, RegisterError> {
        who.register.cosign_review(self.by_device(who, draft).act()).await
    }

    async fn look(&self, who: &Person, item: u64) {
        let draft = Draft::new("review.signed_off", "review", item).because("Seen");
        who.register.sign_off(self.by_device(who, draft).act()).await.unwrap();
    }

    async fn size(&self) -> i64 {
        self.value("SELECT seq FROM custody.head").await
    }

    fn record(&self, verb: &'static str, incident: Option<&str>) -> Draft {
        let draft = Draft::new(verb, "custody", self.id).because("The board went through it");
        let draft = draft.with("evidence_name", "minutes.pdf").with("evidence_digest", hex::encode([7; 32]));
        incident.map_or(draft.clone(), |incident| draft.with("incident", incident))
    }

    async fn duty(&self, who: &Person, duty: ScheduledDuty) -> register::ScheduleRow {
        let rows = who.register.schedule().await.unwrap();
        rows.into_iter().find(|row| row.duty == duty).unwrap()
    }
}

fn finding(draft: Draft, nth: usize, about: &str, becomes: &str, reference: &str) -> Draft {
    draft
        .with(&format!("finding.{nth:02}.about"), about)
        .with(&format!("finding.{nth:02}.becomes"), becomes)
        .with(&format!("finding.{nth:02}.reference"), reference)
        .with(&format!("finding.{nth:02}.text"), "Nobody knew why")
}

/// two people in the two roles sign one list and one checkpoint, each in one act; nobody closes it alone or in the same role,
/// and nothing but the register's own list is taken.
#[tokio::test]
async fn a_review_takes_two_leads_and_the_registers_own_list() {
    let custody = Custody::found().await;
    let (anna, ben) = (&custody.anna, &custody.ben);
    custody.adopt_kek(ben, "kek-tenants").await;
    let size = custody.size().await;
    let draft = custody.reviewing("review.signed", Role::Security, 0, size).await;
    for (name, value, code) in [
        ("digest", hex::encode(random::<32>()), "list_differs"),
        ("items", "0".to_owned(), "list_differs"),
        ("after", "1".to_owned(), "review_superseded"),
        ("root", hex::encode(random::<32>()), "root_differs"),
        ("role", "devops".to_owned(), "role_missing"),
        ("role", "engineering".to_owned(), "role_missing"),
    ] {
        let refused = custody.sign(anna, draft.clone().with(name, value)).await;
        custody.assert_refused(refused, anna, code).await;
    }
    custody.assert_refused(custody.sign(anna, draft.clone().because(" ")).await, anna, "purpose_missing").await;
    let by_session = anna.register.sign_review(custody.by_session(anna, draft.clone()).act()).await;
    custody.assert_refused(by_session, anna, "device_key_needed").await;
    let refused = custody.close(ben, custody.reviewing("review.cosigned", Role::DevOps, 0, size).await).await;
    custody.assert_refused(refused, ben, "review_unknown").await;
    let engineer = custody.enrol("eve", &[Role::Engineering]).await;
    let refused = custody.sign(&engineer, draft.clone().with("role", "engineering")).await.unwrap_err();
    assert_eq!(refused.refusal().unwrap().code(), "not_allowed");

    let first = custody.sign(anna, draft).await.unwrap();
    let draft = custody.reviewing("review.cosigned", Role::DevOps, 0, size).await;
    // The same person, also with both roles and under another login; another person in the same role.
    custody
        .alter(format!(
            "INSERT INTO custody.operator_role VALUES ('{}', 'devops', custody.clock(), custody.clock(), 1)",
            anna.id
        ))
        .await;
    custody.assert_refused(custody.close(anna, draft.clone()).await, anna, "same_person").await;
    let mira = custody.enrol("mira", &[Role::Security]).await;
    custody
        .assert_refused(custody.close(&mira, draft.clone().with("role", "security")).await, &mira, "role_missing")
        .await;
    custody.assert_refused(custody.close(&mira, draft.clone()).await, &mira, "role_missing").await;
    custody.assert_refused(custody.close(ben, draft.clone().with("role", "security")).await, ben, "role_missing").await;
    let refused = custody.close(ben, draft.clone().with("digest", hex::encode([0; 32]))).await;
    custody.assert_refused(refused, ben, "list_differs").await;
    assert_eq!(custody.value::<i64>("SELECT custody.reviewed_until()").await, 0, "nothing is closed yet");
    let second = custody.close(ben, draft.clone()).await.unwrap();
    custody.assert_refused(custody.close(ben, draft).await, ben, "review_closed").await;

    let found = anna.register.transition_reviews(None, 9).await.unwrap();
    let review = &found[0];
    let closed = review.closed.as_ref().unwrap();
    assert_eq!((found.len(), review.after, i64::try_from(review.size).unwrap()), (1, 0, size));
    assert_eq!(
        (review.signed.seq, review.signed.by, review.signed.role),
        (first.seq, OperatorId(anna.id), Role::Security)
    );
    assert_eq!((closed.seq, closed.by, closed.role), (second.seq, OperatorId(ben.id), Role::DevOps));
    let lines = &anna.register.checkpoints(1).await.unwrap()[0].signatures;
    let lines: Vec<_> = lines.iter().map(|line| (line.operator.0, line.seconds.is_some(), line.seq)).collect();
    assert_eq!(lines, [(anna.id, false, first.seq), (ben.id, true, second.seq)], "the checkpoint's own signatures");
    // The next one begins where this one ended, and is due two weeks later.
    let standing = anna.register.transition_standing().await.unwrap();
    assert_eq!((i64::try_from(standing.after).unwrap(), standing.every_days, standing.open), (size, 14, None));
    assert_eq!(standing.due_at.micros() - standing.last_at.unwrap().micros(), 14 * DAY);
}

/// a review is not signed while something within it waits for its second look; who began a newer one takes the place of one
/// that was never closed; entries that are changed meanwhile are noticed.
#[tokio::test]
async fn a_review_waits_for_second_looks_and_gives_way_to_a_newer_one() {
    let custody = Custody::found().await;
    let (anna, ben) = (&custody.anna, &custody.ben);
    let kek = custody.adopt_kek(ben, "kek-tenants").await;
    let before = custody.size().await;
    let item = custody.protect(ben, "key.suspended", &Scope::Key(KeyId(kek))).await.unwrap().seq;
    let size = custody.size().await;
    let refused = custody.sign(ben, custody.reviewing("review.signed", Role::DevOps, 0, size).await).await;
    custody.assert_refused(refused, ben, "looks_missing").await;
    assert_eq!(anna.register.looks_missing(u64::try_from(size).unwrap()).await.unwrap(), [item]);
    // What comes before it can be reviewed.
    custody.sign(ben, custody.reviewing("review.signed", Role::DevOps, 0, before).await).await.unwrap();
    custody.look(anna, item).await;
    let size = custody.size().await;
    custody.sign(ben, custody.reviewing("review.signed", Role::DevOps, 0, size).await).await.unwrap();
    let refused = custody.close(anna, custody.reviewing("review.cosigned", Role::Security, 0, before).await).await;
    custody.assert_refused(refused, anna, "review_superseded").await;
    let refused = custody.sign(ben, custody.reviewing("review.signed", Role::DevOps, 0, size).await).await;
    custody.assert_refused(refused, ben, "checkpoint_known").await;

    // An administrator rewrites an entry that the first lead has looked at: the second one's list is another.
    let honest = custody.reviewing("review.cosigned", Role::Security, 0, size).await;
    custody
        .alter(format!(
            "ALTER TABLE custody.ledger_entry DISABLE TRIGGER ALL;
             UPDATE custody.ledger_entry SET entry = entry || '\\x00' WHERE seq = {item};
             ALTER TABLE custody.ledger_entry ENABLE TRIGGER ALL"
        ))
        .await;
    custody.assert_refused(custody.close(anna, honest).await, anna, "list_differs").await;
    let rewritten = custody.reviewing("review.cosigned", Role::Security, 0, size).await;
    custody.assert_refused(custody.close(anna, rewritten).await, anna, "list_differs").await;
}

/// a finding names an incident or a request for an exception that is on record, or nothing; it is kept with the signature.
#[tokio::test]
async fn findings_name_what_they_become() {
    let custody = Custody::found().await;
    let (anna, ben) = (&custody.anna, &custody.ben);
    let kek = custody.adopt_kek(ben, "kek-tenants").await;
    let incident = custody.put_hold(ben, "incident", "key", kek).await;
    let legal = custody.put_hold(ben, "legal_hold", "key", kek).await;
    let items: Vec<i64> =
        sqlx::query_scalar("SELECT seq FROM custody.review_item").fetch_all(&custody.superuser).await.unwrap();
    for item in items {
        custody.look(anna, u64::try_from(item).unwrap()).await;
    }
    let size = custody.size().await;
    let draft = custody.reviewing("review.signed", Role::Security, 0, size).await;
    let (unknown, legal) = (fresh_id().to_string(), legal.to_string());
    for (about, becomes, reference, code) in [
        ("", "incident", unknown.as_str(), "finding_unfit"),
        ("", "incident", legal.as_str(), "finding_unfit"),
        ("", "exception", unknown.as_str(), "finding_unfit"),
        ("", "note", unknown.as_str(), "finding_unfit"),
        ("", "rumour", "", "finding_unfit"),
        ("999999", "note", "", "finding_unfit"),
        ("", "incident", "INC-1", "malformed"),
    ] {
        let refused = custody.sign(anna, finding(draft.clone(), 0, about, becomes, reference)).await;
        custody.assert_refused(refused, anna, code).await;
    }
    let odd = draft.clone().with("finding.00.text", "half of one");
    custody.assert_refused(custody.sign(anna, odd).await, anna, "malformed").await;
    let draft = finding(finding(draft, 0, "4", "incident", &incident.to_string()), 1, "", "note", "");
    let seq = custody.sign(anna, draft).await.unwrap().seq;
    let found = ben.register.transition_reviews(None, 1).await.unwrap().remove(0).findings;
    assert_eq!((found.len(), found[0].seq, found[0].about), (2, seq, Some(4)));
    assert!(matches!(&found[0].becomes, FindingBecomes::Incident { hold, .. } if *hold == incident));
    assert_eq!(found[1].becomes, FindingBecomes::Note);

    // Nobody changes any of it, with their own login or as the administrator.
    let attacks = [
        "UPDATE custody.transition_review SET closed_by = signed_by",
        "DELETE FROM custody.transition_review",
        "DELETE FROM custody.review_finding",
        "UPDATE custody.review_finding SET words = 'Nothing'",
        "DELETE FROM custody.duty_begin",
        "UPDATE custody.duty_record SET note = 'x'",
    ];
    let options: PgConnectOptions = (*custody.superuser.connect_options()).clone();
    for who in [anna, ben] {
        let psql =
            PgPool::connect_with(options.clone().username(&who.login).password("a password for tests")).await.unwrap();
        for attack in attacks.into_iter().chain(["SELECT custody.do_cosign_review('', '')"]) {
            let Err(error) = sqlx::raw_sql(attack).execute(&psql).await else { unreachable!("{attack}") };
            assert_eq!(error.as_database_error().unwrap().code().unwrap(), "42501", "{}: {attack}", who.login);
        }
    }
    for attack in attacks.into_iter().take(5) {
        assert!(sqlx::raw_sql(attack).execute(&custody.superuser).await.is_err(), "{attack}");
    }
}

/// the policy's review was due in March 2026; one person's record with its evidence waits for another's look, and only then ends the
/// lateness; an audit follows an incident that ended; a drill counts by itself.
#[tokio::test]
async fn the_schedule_knows_what_is_late_and_who_looked() {
    let custody = Custody::found().await;
    let (anna, ben) = (&custody.anna, &custody.ben);
    let policy = custody.duty(ben, ScheduledDuty::PolicyReview).await;
    assert_eq!(policy.due_at.unwrap().to_string().get(..10), Some("2026-03-31"));
    assert!(policy.days_late().is_some() && policy.last.is_none());
    let audit = custody.duty(ben, ScheduledDuty::SystemAudit).await;
    assert_eq!((audit.days_late(), audit.days_left()), (None, Some(364)), "a year after the founding");
    assert_eq!(custody.duty(ben, ScheduledDuty::IncidentAudit).await.due_at, None);

    let record = |who: &Person, draft: Draft| {
        let (act, register) = (custody.by_device(who, draft), who.register.clone());
        async move { register.record_duty(act.act()).await }
    };
    custody
        .assert_refused(
            record(anna, custody.record("policy.reviewed", None).because("")).await,
            anna,
            "purpose_missing",
        )
        .await;
    custody.assert_refused(record(anna, custody.record("system.audited", None)).await, anna, "attribute_missing").await;
    let bare = custody.record("policy.reviewed", None).with("evidence_digest", "00");
    custody.assert_refused(record(anna, bare).await, anna, "malformed").await;
    let refused = record(ben, custody.record("policy.reviewed", None)).await.unwrap_err();
    assert_eq!(refused.refusal().unwrap().code(), "not_allowed", "Security records it");
    let seq = record(anna, custody.record("policy.reviewed", None)).await.unwrap().seq;
    let policy = custody.duty(ben, ScheduledDuty::PolicyReview).await;
    assert!(policy.days_late().is_some(), "one person alone ends no lateness");
    assert_eq!(policy.waits, Some(seq));
    custody.look(ben, seq).await;
    let policy = custody.duty(ben, ScheduledDuty::PolicyReview).await;
    let last = policy.last.clone().unwrap();
    assert_eq!((policy.days_late(), policy.waits, last.seq, last.by), (None, None, seq, OperatorId(anna.id)));
    assert_eq!(policy.due_at.unwrap().micros() - last.at.micros(), 365 * DAY);
    let kept = ben.register.duty_records(None, 9).await.unwrap().remove(0);
    assert_eq!(
        (kept.evidence_name.as_str(), kept.evidence_digest, kept.looked_at.is_some()),
        ("minutes.pdf", [7; 32], true)
    );

    // An incident: an audit while it is open is none; once it ended one is due, and the yearly one does not answer it.
    let kek = custody.adopt_kek(ben, "kek-tenants").await;
    let incident = custody.put_hold(ben, "incident", "key", kek).await;
    let name = incident.to_string();
    let refused = record(anna, custody.record("system.audited", Some(&name))).await;
    custody.assert_refused(refused, anna, "incident_open").await;
    let refused = record(anna, custody.record("system.audited", Some(&Uuid::nil().to_string()))).await;
    custody.assert_refused(refused, anna, "hold_unknown").await;
    custody
        .alter(format!(
            "UPDATE custody.hold SET lifted_by = '{}', lifted_at = custody.clock() - interval '31 days', lifted_seq = 1 WHERE id = '{name}'",
            ben.id
        ))
        .await;
    let due = custody.duty(ben, ScheduledDuty::IncidentAudit).await;
    assert_eq!((due.days_late(), due.open), (Some(1), 1));
    assert_eq!(ben.register.incidents_unaudited().await.unwrap()[0].hold, incident);
    let yearly = record(anna, custody.record("system.audited", Some(""))).await.unwrap().seq;
    custody.look(ben, yearly).await;
    assert_eq!(custody.duty(ben, ScheduledDuty::IncidentAudit).await.open, 1);
    let after = record(anna, custody.record("system.audited", Some(&name))).await.unwrap().seq;
    assert_eq!(custody.duty(ben, ScheduledDuty::IncidentAudit).await.waits, Some(after));
    custody.look(ben, after).await;
    assert_eq!(custody.duty(ben, ScheduledDuty::IncidentAudit).await.due_at, None);
    assert_eq!(custody.duty(ben, ScheduledDuty::SystemAudit).await.last.unwrap().seq, yearly);

    let (seq, hash) = ben.register.head().await.unwrap();
    let drill =
        Draft::new("drill.passed", "key", kek).with("restored_seq", seq).with("restored_hash", hex::encode(hash));
    let act = custody.by_session(ben, drill.with("deks", 1).with("opened", 1));
    let seq = ben.register.record_drill(act.act()).await.unwrap().seq;
    let drill = custody.duty(anna, ScheduledDuty::RestoreDrill).await;
    assert_eq!((drill.last.as_ref().unwrap().seq, drill.days_left()), (seq, Some(364)));
}
