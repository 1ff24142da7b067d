//! Rules: changed by two people, section by section, version after version, and what follows from them.

use canonical::Encoder;
use domain::{KeyId, Operation, Plan, Role, RuleSection, ViolationRule};
use register::{Receipt, RegisterError, ViolationRow};
use uuid::Uuid;

use crate::common::rotation::RunHandle;
use crate::common::{Custody, Draft, Payload, Person, fresh_id};

const RECORD: &str = "ADR-0019: the vault's limit was raised, and rotation moves to the weekend";

impl Custody {
    /// A plan to change rules, with what the register says of them.
    async fn rules_plan(&self, who: &Person, section: RuleSection, rows: &[(&str, &str)]) -> Plan {
        let rows: Vec<(String, String)> =
            rows.iter().map(|(name, value)| (format!("row.{name}"), (*value).to_owned())).collect();
        let changes = rows.iter().map(|(name, value)| (name.trim_start_matches("row.").to_owned(), value.clone()));
        let weighed = who.register.weigh_rules(section, &changes.collect()).await;
        let major = weighed.is_ok_and(|lines| lines.iter().any(|line| line.weaker));
        let mut parameters: Vec<(&str, String)> =
            vec![("section", section.word().to_owned()), ("major", major.to_string())];
        parameters.extend(rows.iter().map(|(name, value)| (name.as_str(), value.clone())));
        if major {
            parameters.push(("decision_record", RECORD.to_owned()));
        }
        let version = who.register.rules(section).await.unwrap().version;
        self.plan_about(who, Operation::ChangeRules, vec![section.target(version)], &parameters).await
    }

    /// `request.applied` with the plan in it, as the console writes it.
    async fn apply(&self, who: &Person, run: RunHandle, plan: &Plan) -> Result<Receipt, RegisterError> {
        let draft = Draft::new("request.applied", "request", plan.request).with("run", run.id).with("fence", run.fence);
        let hex = hex::encode(plan.encode());
        let pieces = hex.as_bytes().chunks(4_000).map(|piece| std::str::from_utf8(piece).unwrap());
        let draft = pieces.enumerate().fold(draft, |draft, (at, piece)| draft.with(&format!("plan.{at:02}"), piece));
        who.register.apply_request(self.by_session(who, draft).act()).await
    }

    /// Anna asks, `second` countersigns, and it comes into force.
    async fn change(&self, section: RuleSection, rows: &[(&str, &str)], second: &Person, role: Role) -> Plan {
        let anna = &self.anna;
        let plan = self.rules_plan(anna, section, rows).await;
        self.submit(anna, Role::Security, &plan).await.unwrap();
        self.approve(second, role, &plan).await.unwrap();
        self.bring_into_force(second, &plan).await;
        plan
    }

    async fn bring_into_force(&self, who: &Person, plan: &Plan) -> RunHandle {
        let run = self.start(who, plan).await.unwrap();
        self.step(who, run, "compare", 1).await;
        self.intend(who, run, "apply", 2).await.unwrap();
        self.apply(who, run, plan).await.unwrap();
        self.done(who, run, "apply", 2).await.unwrap();
        self.intend(who, run, "close", 3).await.unwrap();
        self.finish(who, run, "completed").await.unwrap();
        run
    }

    async fn rule(&self, section: RuleSection, name: &str) -> Option<String> {
        self.anna.register.rules(section).await.unwrap().rows.remove(name)
    }

    async fn days_left(&self, key: Uuid) -> i64 {
        sqlx::query_scalar("SELECT extract(day FROM rotate_by - coalesce(rotated_at, created_at))::bigint FROM custody.key WHERE id = $1")
            .bind(key)
            .fetch_one(&self.superuser)
            .await
            .unwrap()
    }
}

/// each section is changed by two people, gets its next version, and says who asked, who signed and what changed; the
/// version before stays as it was. A raised threat level and a shorter period move the dates of the keys they name, and no others.
#[tokio::test]
async fn two_people_change_each_section_and_its_history_says_so() {
    let custody = Custody::found().await;
    let (kek, deks) = custody.estate(1).await;
    let (anna, ben) = (&custody.anna, &custody.ben);
    let before = anna.register.rules(RuleSection::Rotation).await.unwrap();
    assert_eq!((custody.days_left(kek).await, custody.days_left(deks[0]).await), (365, 365));

    custody
        .change(
            RuleSection::Rotation,
            &[("kek/any/normal", "200/30"), ("dek/confidential/high", "30/7")],
            ben,
            Role::DevOps,
        )
        .await;
    assert_eq!((custody.days_left(kek).await, custody.days_left(deks[0]).await), (200, 365));
    assert_eq!(anna.register.rules_at(RuleSection::Rotation, before.version).await.unwrap(), before.rows);
    custody.change(RuleSection::Settings, &[("threat_level", "high")], ben, Role::DevOps).await;
    assert_eq!(
        (custody.days_left(kek).await, custody.days_left(deks[0]).await),
        (91, 30),
        "a class's own rule comes first"
    );
    custody
        .change(RuleSection::Settings, &[("gate_violation", "block"), ("grace_seconds", "60")], ben, Role::DevOps)
        .await;
    assert_eq!(anna.register.settings().await.unwrap().grace_seconds, 60);
    custody.change(RuleSection::Algorithms, &[("ECDSA", ""), ("RSA", "3072,4096")], ben, Role::DevOps).await;
    let weak: i64 = custody.value("SELECT count(*) FROM custody.key WHERE weak AND violates").await;
    assert_eq!(weak, 1, "the KEK of 2048 bits");
    let terms = [("B-9-api-secrets", "30 API secrets every 90 days"), ("B-13-ai-services", "")];
    custody.change(RuleSection::Terms, &terms, ben, Role::DevOps).await;
    let cora = custody.enrol("cora", &[Role::Security]).await;
    custody.change(RuleSection::Quorum, &[("change_rules", "2 security:security")], &cora, Role::Security).await;

    let plan = custody.rules_plan(anna, RuleSection::Settings, &[("grace_seconds", "90")]).await;
    custody.submit(anna, Role::Security, &plan).await.unwrap();
    custody.assert_refused(custody.approve(ben, Role::DevOps, &plan).await, ben, "role_missing").await;

    let history = anna.register.rule_history(Some(RuleSection::Algorithms), 10).await.unwrap();
    let newest = &history[0];
    assert_eq!((newest.version, newest.in_force, newest.major, newest.decision_record.as_str()), (2, true, false, ""));
    let origin = newest.origin.as_ref().unwrap();
    let signed: Vec<_> = origin.signed_by.iter().map(|(who, _, role)| (who.0, *role)).collect();
    assert_eq!(signed, [(anna.id, Role::Security), (ben.id, Role::DevOps)]);
    let lines: Vec<_> =
        newest.lines.iter().map(|line| (line.name.as_str(), line.before.as_str(), line.after.as_str())).collect();
    assert_eq!(lines, [("ECDSA", "256,384,521", ""), ("RSA", "2048,3072,4096,8192,16384", "3072,4096")]);
    assert_eq!((history[1].version, history[1].in_force, history[1].origin.is_none()), (1, false, true));
    let all = anna.register.rule_history(None, 100).await.unwrap();
    assert_eq!(all.iter().filter(|version| version.origin.is_some()).count(), 6);
    assert!(all.iter().filter(|version| version.in_force).count() == 5);
    assert_eq!(custody.rule(RuleSection::Terms, "B-13-ai-services").await, None);
}

/// what weakens the policy needs its decision record, whatever the plan claims; and one person changes nothing.
#[tokio::test]
async fn a_weaker_policy_needs_its_decision_and_nobody_changes_it_alone() {
    let custody = Custody::found().await;
    let (anna, ben) = (&custody.anna, &custody.ben);
    let weaker: [(RuleSection, &str, &str); 7] = [
        (RuleSection::Rotation, "kek/any/normal", "366/30"),
        (RuleSection::Algorithms, "RSA", "1024,2048,3072,4096"),
        (RuleSection::Terms, "B-9-api-secrets", "61 API secrets every 90 days"),
        (RuleSection::Terms, "B-9-everything", "1 All of it"),
        (RuleSection::Settings, "gate_quorum", "off"),
        (RuleSection::Settings, "exception_term_days_max", "91"),
        (RuleSection::Settings, "retention_evidence_days", "400"),
    ];
    for (section, name, value) in weaker {
        let mut plan = custody.rules_plan(anna, section, &[(name, value)]).await;
        assert_eq!(plan.parameter("major"), Some("true"), "{name}");
        plan.parameters.insert("decision_record".to_owned(), " \n".to_owned());
        custody.assert_refused(custody.submit(anna, Role::Security, &plan).await, anna, "decision_missing").await;
        plan.parameters.insert("major".to_owned(), "false".to_owned());
        custody.assert_refused(custody.submit(anna, Role::Security, &plan).await, anna, "plan_unfit").await;
    }
    let unfit: [(RuleSection, &str, &str); 14] = [
        (RuleSection::Rotation, "kek/any/high", "366/30"),
        (RuleSection::Rotation, "kek/any/normal", ""),
        (RuleSection::Rotation, "kek/any/normal", "365/30"),
        (RuleSection::Rotation, "kek/any/normal", "0365/30"),
        (RuleSection::Algorithms, "AES-256-GCM", "128,256"),
        (RuleSection::Algorithms, "RSA", "4096,3072"),
        (RuleSection::Quorum, "rotate_kek", "1 devops:security"),
        (RuleSection::Quorum, "rotate_kek", "2 devops:engineering"),
        (RuleSection::Quorum, "rotate_kek", ""),
        (RuleSection::Quorum, "destroy_kek", "2 devops:security security:devops,security"),
        (RuleSection::Terms, "B-9-api-secrets", "366 API secrets every 90 days"),
        (RuleSection::Terms, "C-9-api-secrets", "30 API secrets"),
        (RuleSection::Settings, "threat_level", "none"),
        (RuleSection::Settings, "gate", "off"),
    ];
    for (section, name, value) in unfit {
        let plan = custody.rules_plan(anna, section, &[(name, value)]).await;
        custody.assert_refused(custody.submit(anna, Role::Security, &plan).await, anna, "rule_unfit").await;
    }
    let plan = custody.rules_plan(anna, RuleSection::Quorum, &[("change_rules", "2 security:security")]).await;
    custody.assert_refused(custody.submit(anna, Role::Security, &plan).await, anna, "quorum_unreachable").await;

    // Two plans to replace the same version; what is not the version's next one lapses.
    let plan = custody.rules_plan(anna, RuleSection::Settings, &[("threat_level", "elevated")]).await;
    let late = custody.rules_plan(anna, RuleSection::Settings, &[("rehearsal_days", "30")]).await;
    for plan in [&plan, &late] {
        custody.submit(anna, Role::Security, plan).await.unwrap();
    }
    custody.assert_refused(custody.submit(ben, Role::DevOps, &plan).await, ben, "plan_differs").await;
    custody.assert_refused(custody.approve(anna, Role::Security, &plan).await, anna, "own_request").await;
    let alone = custody.start(anna, &plan).await.map(|_| unreachable!("nobody countersigned"));
    custody.assert_refused(alone, anna, "no_quorum").await;
    custody.approve(ben, Role::DevOps, &plan).await.unwrap();
    let run = custody.bring_into_force(ben, &plan).await;
    let again = custody.apply(ben, run, &plan).await.unwrap_err();
    assert!(again.refusal().is_some_and(|refusal| refusal.code() == "run_finished"), "{again:?}");
    let stale = custody.assert_refused(custody.approve(ben, Role::DevOps, &late).await, ben, "plan_stale").await;
    let version: i32 = custody.value("SELECT custody.rule_version('settings')").await;
    assert_eq!(stale.differences()[0].found, version.to_string());
    assert_eq!(custody.rule(RuleSection::Settings, "threat_level").await.as_deref(), Some("elevated"));
}

/// a rule that wants three people can't be made where two are entitled; where there are three, no two of them start what it is
/// about, nor does one of them twice; the third one's signature does.
#[tokio::test]
async fn three_people_are_three_people() {
    let custody = Custody::found().await;
    let (anna, ben) = (&custody.anna, &custody.ben);
    let (kek, _deks) = custody.estate(1).await;
    let three = [("rotate_kek", "3 devops:security security:devops,security")];
    let plan = custody.rules_plan(anna, RuleSection::Quorum, &three).await;
    custody.assert_refused(custody.submit(anna, Role::Security, &plan).await, anna, "quorum_unreachable").await;
    let cora = custody.enrol("cora", &[Role::Security]).await;
    custody.change(RuleSection::Quorum, &three, ben, Role::DevOps).await;

    let plan = custody.rotation_plan(ben, kek).await;
    custody.submit(ben, Role::DevOps, &plan).await.unwrap();
    custody.approve(anna, Role::Security, &plan).await.unwrap();
    custody.assert_refused(custody.approve(anna, Role::Security, &plan).await, anna, "already_signed").await;
    let two = custody.start(ben, &plan).await.map(|_| unreachable!("a third one is missing"));
    custody.assert_refused(two, ben, "no_quorum").await;
    custody.approve(&cora, Role::Security, &plan).await.unwrap();
    custody.start(ben, &plan).await.unwrap();
}

/// no role edits a version, adds to one, or calls what writes them; and behind the grants the tables refuse it too.
#[tokio::test]
async fn a_version_of_the_rules_is_never_edited() {
    let custody = Custody::found().await;
    let eve = custody.enrol("eve", &[Role::Engineering]).await;
    let vera = custody.enrol("vera", &[Role::Auditor]).await;
    let tables = [
        "rotation_rule",
        "approved_algorithm",
        "quorum_rule",
        "quorum_pair",
        "clause_rule",
        "setting",
        "setting_rule",
        "rule_change",
    ];
    let mut attacks: Vec<String> = tables
        .iter()
        .flat_map(|table| {
            ["UPDATE custody.{} SET version = version", "DELETE FROM custody.{}", "TRUNCATE custody.{} CASCADE"].map(
                |attack| {
                    attack
                        .replace("{}", table)
                        .replace("custody.setting_rule SET version = version", "custody.setting_rule SET weaker = NULL")
                },
            )
        })
        .collect();
    attacks.extend(
        [
            "INSERT INTO custody.setting VALUES (3, 'grace_seconds', '0')",
            "INSERT INTO custody.quorum_pair VALUES (3, 'rotate_kek', 'engineering', 'devops')",
            "INSERT INTO custody.rotation_rule VALUES (1, 'kek', 'public', 'normal', 3650, 1)",
            "INSERT INTO custody.clause_rule VALUES (1, 'B-9-more', 'More', 300)",
            "INSERT INTO custody.approved_algorithm VALUES (1, 'DES', '{56}')",
        ]
        .map(str::to_owned),
    );
    let calls = [
        "SELECT custody.write_rules('settings', 9, '{\"grace_seconds\": \"0\"}')",
        "SELECT custody.recompute_weak()",
        "SELECT custody.change_rules_apply(NULL, NULL, NULL)",
    ];
    for who in [&custody.anna, &custody.ben, &eve, &vera] {
        let login = format!("SET SESSION AUTHORIZATION {}", who.login);
        let mut connection = custody.superuser.acquire().await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(login)).execute(&mut *connection).await.unwrap();
        for attack in attacks.iter().map(String::as_str).chain(calls) {
            let refused =
                sqlx::raw_sql(sqlx::AssertSqlSafe(attack.to_owned())).execute(&mut *connection).await.unwrap_err();
            assert_eq!(refused.as_database_error().unwrap().code().as_deref(), Some("42501"), "{attack}");
        }
        sqlx::raw_sql("RESET SESSION AUTHORIZATION").execute(&mut *connection).await.unwrap();
    }
    for attack in &attacks {
        let refused = sqlx::raw_sql(sqlx::AssertSqlSafe(attack.clone())).execute(&custody.superuser).await.unwrap_err();
        let code = refused.as_database_error().unwrap().code().unwrap().into_owned();
        assert!(["CSLED", "CSREF"].contains(&code.as_str()), "{attack}: {code}");
    }
}

/// A secret in legacy storage, made some days ago.
async fn import_legacy(custody: &Custody, name: &str, days: i64, phase_out: &str) -> Result<Receipt, RegisterError> {
    let texts = [
        "development",
        "secret",
        name,
        "",
        "",
        "",
        "internal",
        "Boots",
        "sre",
        "",
        "",
        "kubernetes_secret_legacy",
        phase_out,
        "",
        "",
    ];
    let row = texts.iter().fold(Encoder::new().bytes(fresh_id().as_bytes()), |row, text| row.text(text));
    let made = (custody.now() - days * 86_400_000_000).to_be_bytes();
    let payload = Payload::of([row.bytes(&made).bytes(b"").bytes(b"")]);
    let draft = Draft::new("inventory.imported", "import", fresh_id()).with("source", "legacy.csv").payload(&payload);
    custody.ben.register.import_inventory(custody.by_session(&custody.ben, draft).act(), &payload.bytes).await
}

/// The whole list, read in pages of two.
async fn all_violations(custody: &Custody, rules: &[ViolationRule]) -> Vec<ViolationRow> {
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let page = custody.anna.register.violations_page(rules, after.as_ref(), 2).await.unwrap();
        rows.extend(page.rows);
        match page.next {
            Some(next) => after = Some(next.to_string().parse().unwrap()),
            None => return rows,
        }
    }
}

/// every rule that is broken is listed with its key, since when, what to do and in whose hands; page by page as
/// a whole; and counted the same. A key that goes out of the world goes out of the list.
#[tokio::test]
async fn what_breaks_a_rule_is_listed_page_by_page() {
    let custody = Custody::found().await;
    let (kek, deks) = custody.estate(4).await;
    import_legacy(&custody, "boot-old", 300, "2020-01-31").await.unwrap();
    import_legacy(&custody, "boot", 40, "2180-01-31").await.unwrap();
    let young = import_legacy(&custody, "boot-new", 29, "2180-01-31").await;
    let refusal = custody.assert_refused(young, &custody.ben, "rows_refused").await;
    assert_eq!(refusal.detail()["rows"][0]["problem"], "legacy_storage", "R-04: {refusal:?}");
    let [nobodys, aimless, worn, known] = deks.as_slice() else { unreachable!("four DEKs") };
    custody.alter(format!("UPDATE custody.key SET owner = '' WHERE id = '{nobodys}'")).await;
    custody.alter(format!("UPDATE custody.key SET purpose = '' WHERE id = '{aimless}'")).await;
    custody.alter(format!("UPDATE custody.dek_messages SET sealed = 1932735283 WHERE dek = '{worn}'")).await;
    let compromised =
        format!("UPDATE custody.key SET state = 'compromised', state_seq = state_seq + 1 WHERE id = '{known}'");
    custody.alter(compromised).await;
    custody.change(RuleSection::Algorithms, &[("RSA", "3072,4096")], &custody.ben, Role::DevOps).await;

    let rows = all_violations(&custody, &[]).await;
    let boot = |rows: &[ViolationRow], name: &str| {
        rows.iter().find(|row| row.subject == name).and_then(|row| row.key).unwrap()
    };
    let wanted = [
        (ViolationRule::WeakAlgorithm, KeyId(kek)),
        (ViolationRule::PhaseOutPassed, boot(&rows, "boot-old")),
        (ViolationRule::RotationOverdue, boot(&rows, "boot-old")),
        (ViolationRule::RotationOverdue, KeyId(kek)),
        (ViolationRule::RotationOverdue, KeyId(*known)),
        (ViolationRule::SharedAcrossTenants, KeyId(kek)),
        (ViolationRule::MessageCountHigh, KeyId(*worn)),
        (ViolationRule::LegacyStorage, boot(&rows, "boot")),
        (ViolationRule::OwnerMissing, KeyId(*nobodys)),
        (ViolationRule::PurposeMissing, KeyId(*aimless)),
    ];
    let mut found: Vec<_> = rows.iter().map(|row| (row.rule, row.key.unwrap())).collect();
    assert!(found.is_sorted_by_key(|(rule, _)| *rule), "{found:?}");
    found.sort_unstable();
    let mut sorted = wanted.to_vec();
    sorted.sort_unstable();
    assert_eq!(found, sorted);
    assert!(rows.iter().all(|row| !row.remedy.is_empty() && !row.hands.is_empty() && row.excepted_by.is_none()));
    let shared = rows.iter().find(|row| row.rule == ViolationRule::SharedAcrossTenants).unwrap();
    assert_eq!((shared.detail["deks"].as_str(), shared.detail["owner"].as_str()), ("4", "Platform team"));
    let tenants = &shared.detail["tenants"];
    assert!(tenants.contains(", ") && !tenants.contains(['[', '"']), "two names, to be read: {tenants}");

    let counts = custody.anna.register.violation_counts().await.unwrap();
    let counted: Vec<_> = counts.iter().map(|count| (count.rule, count.violations, count.excepted)).collect();
    let expected = ViolationRule::ALL.iter().map(|rule| {
        let listed = rows.iter().filter(|row| row.rule == *rule).count();
        (*rule, u64::try_from(listed).unwrap(), 0)
    });
    assert_eq!(counted, expected.collect::<Vec<_>>());
    let all: i64 = custody.value("SELECT count(*) FROM custody.violations(custody.clock())").await;
    assert_eq!(all, 10);
    let only = all_violations(&custody, &[ViolationRule::OwnerMissing]).await;
    assert_eq!(only.len(), 1);

    let gone = format!(
        "UPDATE custody.key SET state = 'revoked', state_seq = state_seq + 1 WHERE id = '{nobodys}';
         UPDATE custody.key SET state = 'destroyed', state_seq = state_seq + 1 WHERE id = '{nobodys}'"
    );
    custody.alter(gone).await;
    assert_eq!(all_violations(&custody, &[]).await.len(), 9);
}
