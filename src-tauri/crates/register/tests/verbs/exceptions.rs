//! Exceptions: what one needs, who accepts its risk, how it ends, and how the register of them is looked after.

use domain::{Decision, ExceptionId, ExceptionNumber, ExceptionState, OperatorId, Role, Timestamp};
use register::{ExceptionCursor, ExceptionFilter, ExceptionFolder, Receipt, RegisterError, ReminderChannel};
use uuid::Uuid;

use super::exception_stage::{CLAUSE, DAY, TERM, wish};
use crate::common::{Custody, Draft, Person};

impl Custody {
    async fn revoke(&self, who: &Person, exception: Uuid, why: &str) -> Result<Receipt, RegisterError> {
        let draft = Draft::new("exception.revoked", "exception", exception).because(why);
        who.register.revoke_exception(self.by_session(who, draft).act()).await
    }

    async fn review(&self, who: &Person, note: &str) -> Result<Receipt, RegisterError> {
        let seen = who.register.exceptions_seen().await.unwrap();
        let draft = Draft::new("exceptions.reviewed", "custody", self.id)
            .with("digest", hex::encode(seen.digest))
            .with("open", seen.open)
            .with("findings", "")
            .because(note);
        who.register.review_exceptions(self.by_device(who, draft).act()).await
    }

    async fn remind(&self, who: &Person, exception: Uuid, days: u32) -> Result<Receipt, RegisterError> {
        let draft =
            Draft::new("exception.reminded", "exception", exception).with("days", days).with("channel", "webhook");
        who.register.remind_exception(self.by_session(who, draft).act()).await
    }

    async fn state(&self, exception: Uuid) -> ExceptionState {
        self.anna.register.exception(ExceptionId(exception)).await.unwrap().unwrap().row.state
    }

    async fn unanswered(&self) -> Vec<Uuid> {
        sqlx::query_scalar("SELECT x.id FROM custody.exceptions_unanswered(custody.clock()) AS x ORDER BY x.number")
            .fetch_all(&self.superuser)
            .await
            .unwrap()
    }

    async fn covered_by(&self, rule: &str, key: Uuid) -> Option<Uuid> {
        sqlx::query_scalar("SELECT custody.covering_exception($1, $2, custody.clock())")
            .bind(rule)
            .bind(key)
            .fetch_one(&self.superuser)
            .await
            .unwrap()
    }
}

/// without any one of what an exception needs there is none; with all of it, it has a number at once, and comes into force by
/// the seal of somebody with that authority.
#[tokio::test]
async fn an_exception_needs_everything_and_an_accepted_risk() {
    let mut custody = Custody::found().await;
    let t0 = custody.now();
    custody.stop_clock(t0).await;
    let (anna, ben) = (&custody.anna, &custody.ben);
    let key = custody.api_secret("api-saltmarsh").await;
    let good = || wish(&[key], t0 + TERM);
    let other = custody.api_secret("api-other").await;
    let mut two_spellings = [key.to_string(), other.to_string()];
    two_spellings.sort_unstable_by(|a, b| b.cmp(a));
    let cases: &[(&str, Option<String>, &str)] = &[
        ("expires_at", None, "plan_unfit"),
        ("expires_at", Some(String::new()), "plan_unfit"),
        ("expires_at", Some("infinity".to_owned()), "plan_unfit"),
        ("expires_at", Some(t0.to_string()), "expiry_past"),
        ("expires_at", Some((t0 - 1).to_string()), "expiry_past"),
        ("expires_at", Some((t0 + TERM + 1).to_string()), "expiry_beyond_term"),
        ("expires_at", Some((t0 + 2_000_000).to_string()), "plan_unfit"),
        ("justification", None, "plan_unfit"),
        ("justification", Some(" \n ".to_owned()), "plan_unfit"),
        ("controls", None, "plan_unfit"),
        ("controls", Some("\t".to_owned()), "plan_unfit"),
        ("owner", None, "plan_unfit"),
        ("title", None, "plan_unfit"),
        ("title", Some("Another title".to_owned()), "plan_unfit"),
        ("acceptance", None, "plan_unfit"),
        ("acceptance", Some("I accept nothing".to_owned()), "plan_unfit"),
        ("clause", None, "plan_unfit"),
        ("clause", Some("B-99-nothing".to_owned()), "clause_unknown"),
        ("keys", None, "scope_empty"),
        ("keys", Some(custody.id.to_string()), "key_unknown"),
        ("keys", Some(two_spellings.join(",")), "plan_unfit"),
        ("scope", Some("type:nothing".to_owned()), "plan_unfit"),
        ("scope", Some(format!("tenant:{key}")), "tenant_unknown"),
        ("vault", Some("elsewhere.vault.azure.net".to_owned()), "plan_unfit"),
        ("permanent", Some("true".to_owned()), "plan_unfit"),
    ];
    for (name, value, code) in cases {
        let mut wish = good();
        // The target is named as the good one is.
        let mut plan = custody.exception_plan(ben, wish.clone(), None).await;
        match value {
            Some(value) => drop(wish.insert((*name).to_owned(), value.clone())),
            None => drop(wish.remove(*name)),
        }
        plan.parameters = wish;
        let refused = custody.submit(ben, Role::DevOps, &plan).await;
        let found = refused.as_ref().err().and_then(RegisterError::refusal).map(|refusal| refusal.code().to_owned());
        assert_eq!(found.as_deref(), Some(*code), "{name} = {value:?}");
    }
    assert_eq!(custody.value::<i64>("SELECT count(*) FROM custody.exception_request").await, 0);

    let plan = custody.exception_plan(ben, good(), None).await;
    custody.submit(ben, Role::DevOps, &plan).await.unwrap();
    let id = plan.targets[0].key.0;
    let asked = anna.register.exception(ExceptionId(id)).await.unwrap().unwrap();
    assert_eq!((asked.row.number, asked.row.state), (ExceptionNumber(1), ExceptionState::Requested));
    assert_eq!(
        (asked.row.accepted_by, asked.row.granted_at, asked.justification.as_str()),
        (None, None, "The partner changes its side in January")
    );
    let page = anna.register.exceptions_page(&ExceptionFilter::default(), None, 10).await.unwrap();
    assert_eq!(page.rows, std::slice::from_ref(&asked.row));

    // Security alone is not the authority; who asked accepts nothing; nor is it applied before somebody has.
    custody.assert_refused(custody.approve(anna, Role::Security, &plan).await, anna, "role_missing").await;
    custody.assert_refused(custody.approve(ben, Role::RiskAcceptance, &plan).await, ben, "own_request").await;
    custody.assert_refused(custody.start(ben, &plan).await.map(|_| unreachable!()), ben, "no_quorum").await;
    let cleo = custody.enrol("cleo", &[Role::Security]).await;
    custody.assert_refused(custody.approve(&cleo, Role::RiskAcceptance, &plan).await, &cleo, "role_missing").await;
    custody.approve(anna, Role::RiskAcceptance, &plan).await.unwrap();
    assert_eq!(custody.state(id).await, ExceptionState::Requested);
    let run = custody.run_to_apply(anna, &plan).await.unwrap();
    let signed = custody.by_session(anna, custody.application(run, &plan));
    anna.register.apply_request(signed.act()).await.unwrap();
    custody.assert_refused(anna.register.apply_request(signed.act()).await, anna, "entry_known").await;
    custody.assert_refused(custody.apply_plan(anna, run, &plan).await, anna, "already_applied").await;
    let granted = anna.register.exception(ExceptionId(id)).await.unwrap().unwrap();
    assert_eq!((granted.row.state, granted.row.accepted_by), (ExceptionState::Active, Some(OperatorId(anna.id))));
    assert_eq!(
        (granted.row.granted_at, granted.row.expires_at),
        (Some(Timestamp::from_micros(t0)), Timestamp::from_micros(t0 + TERM))
    );
    assert_eq!((granted.term_days_max, granted.keys_at_decision.len()), (Some(60), 1));
    let kept = &granted.keys_at_decision[0];
    assert_eq!((kept.key.0, kept.version_number, kept.state), (key, 1, domain::KeyState::Active));
    // What was covered is recorded as it stood, whatever becomes of it.
    custody
        .alter(format!("UPDATE custody.key SET state = 'suspended', state_seq = state_seq + 100 WHERE id = '{key}'"))
        .await;
    let later = anna.register.exception(ExceptionId(id)).await.unwrap().unwrap().keys_at_decision.remove(0);
    assert_eq!((later.state, later.state_now), (domain::KeyState::Active, Some(domain::KeyState::Suspended)));
}

/// a renewal is a new request for the same, starts when it is applied, and closes what it renews; closing takes two people and
/// evidence; one person revokes at once, but never what has expired.
#[tokio::test]
async fn exceptions_are_renewed_closed_and_revoked() {
    let mut custody = Custody::found().await;
    let t0 = custody.now();
    custody.stop_clock(t0).await;
    let (key, other) = (custody.api_secret("api-saltmarsh").await, custody.api_secret("api-other").await);
    let first = custody.grant(wish(&[key], t0 + 10 * DAY), None).await.unwrap();
    let expired_at = t0 + 10 * DAY;
    for (at, wanted) in [(expired_at - 1, ExceptionState::Expiring), (expired_at, ExceptionState::Expired)] {
        custody.stop_clock(at).await;
        assert_eq!(custody.state(first).await, wanted);
        assert_eq!(custody.unanswered().await.is_empty(), wanted == ExceptionState::Expiring);
        assert_eq!(custody.covered_by("rotation_overdue", key).await.is_some(), wanted == ExceptionState::Expiring);
    }
    let (anna, ben) = (&custody.anna, &custody.ben);
    custody.assert_refused(custody.revoke(ben, first, "Answered").await, ben, "exception_expired").await;
    let refused = custody.grant(wish(&[key, other], expired_at + TERM), Some(first)).await;
    assert_eq!(refused.unwrap_err().refusal().unwrap().code(), "renewal_differs");
    let refused = custody.grant(wish(&[key], expired_at + TERM), Some(key)).await;
    assert_eq!(refused.unwrap_err().refusal().unwrap().code(), "exception_unknown");

    // Two renewals of the same: the second one lapses with the first.
    let late = custody.exception_plan(ben, wish(&[key], expired_at + TERM), Some(first)).await;
    custody.submit(ben, Role::DevOps, &late).await.unwrap();
    let second = custody.grant(wish(&[key], expired_at + TERM), Some(first)).await.unwrap();
    let refused = custody.approve(anna, Role::RiskAcceptance, &late).await;
    assert!(custody.assert_refused(refused, anna, "plan_stale").await.differences()[0].found.contains("renewed"));
    assert_eq!(
        (custody.state(first).await, custody.state(second).await),
        (ExceptionState::Closed, ExceptionState::Active)
    );
    assert!(custody.unanswered().await.is_empty());
    let detail = anna.register.exception(ExceptionId(second)).await.unwrap().unwrap();
    let chain: Vec<_> = detail.chain.iter().map(|link| (link.number.0, link.state)).collect();
    assert_eq!((detail.row.number.0, detail.row.renews), (3, Some(ExceptionNumber(1))));
    assert_eq!(chain[0], (1, Some(ExceptionState::Closed)));
    assert_eq!(chain.last(), Some(&(3, Some(ExceptionState::Active))));

    // Closing.
    let title = "API secret kept past 90 days";
    let empty = custody.closing_plan(ben, second, title, " \n").await;
    custody.assert_refused(custody.submit(ben, Role::DevOps, &empty).await, ben, "plan_unfit").await;
    let plan = custody.closing_plan(ben, second, title, "Rotated on Friday, ticket OPS-77").await;
    custody.submit(ben, Role::DevOps, &plan).await.unwrap();
    let answer = anna.register.exception(ExceptionId(second)).await.unwrap().unwrap().row.answer.unwrap();
    assert_eq!((answer.request, answer.renews), (plan.request, false));
    custody.assert_refused(custody.start(ben, &plan).await.map(|_| unreachable!()), ben, "no_quorum").await;
    custody.approve(anna, Role::Security, &plan).await.unwrap();
    custody.settle(anna, &plan).await.unwrap();
    let closed = anna.register.exception(ExceptionId(second)).await.unwrap().unwrap();
    assert_eq!((closed.row.state, closed.row.answer), (ExceptionState::Closed, None));
    assert_eq!(closed.ended.unwrap().words, "Rotated on Friday, ticket OPS-77");
    let again = custody.closing_plan(ben, second, title, "Once more").await;
    custody.assert_refused(custody.submit(ben, Role::DevOps, &again).await, ben, "exception_over").await;

    // Revoking: at once, with a reason, on the review list; and by itself it does not answer the date.
    let third = custody.grant(wish(&[key, other], expired_at + 5 * DAY), None).await.unwrap();
    assert_eq!(custody.covered_by("rotation_overdue", other).await, Some(third));
    assert_eq!(custody.covered_by("weak_algorithm", other).await, None, "the clause says nothing of algorithms");
    custody.assert_refused(custody.revoke(ben, third, "  ").await, ben, "purpose_missing").await;
    let revoked = custody.revoke(ben, third, "The partner was breached").await.unwrap();
    custody.assert_refused(custody.revoke(anna, third, "Again").await, anna, "exception_over").await;
    assert_eq!(
        (custody.state(third).await, custody.covered_by("rotation_overdue", other).await),
        (ExceptionState::Revoked, None)
    );
    let waiting = anna.register.review_page(OperatorId(anna.id), true, None, 10).await.unwrap();
    assert_eq!(
        (waiting[0].seq, waiting[0].verb.as_str(), waiting[0].may_sign_off.as_str()),
        (revoked.seq, "exception.revoked", "ok")
    );
    custody.stop_clock(expired_at + 5 * DAY).await;
    assert_eq!(custody.unanswered().await, [third], "nobody opens the gate alone");
    let look = Draft::new("review.signed_off", "review", revoked.seq).because("Seen: the partner was cut off");
    custody.anna.register.sign_off(custody.by_device(&custody.anna, look).act()).await.unwrap();
    assert!(custody.unanswered().await.is_empty());
    pages(&custody).await;
}

/// Folders, filters and keyset pages, over what the test above left: three exceptions, and one request that lapsed.
async fn pages(custody: &Custody) {
    let register = &custody.anna.register;
    let page = async |filter: ExceptionFilter, after: Option<ExceptionCursor>, limit: u32| {
        let page = register.exceptions_page(&filter, after, limit).await.unwrap();
        (page.rows.iter().map(|row| row.number.0).collect::<Vec<_>>(), page.next)
    };
    let of = |folder, text: &str| ExceptionFilter { folder, text: text.to_owned(), ..ExceptionFilter::default() };
    let (all, closed) = (ExceptionFolder::All, ExceptionFolder::Closed);
    let (rows, next) = page(of(all, ""), None, 2).await;
    assert_eq!(rows.len(), 2);
    let (rest, end) = page(of(all, ""), next, 2).await;
    assert_eq!((rows.into_iter().chain(rest).collect::<Vec<_>>(), end), (vec![4, 3, 1], None));
    assert_eq!(page(of(closed, "ex-0003"), None, 10).await.0, [3]);
    assert_eq!(page(of(closed, "api-other"), None, 10).await.0, [4], "by the name of a key");
    assert_eq!(page(of(closed, "dele 90"), None, 10).await.0, [4, 3, 1]);
    assert_eq!(page(of(closed, "100%"), None, 10).await.0, [0; 0]);
    let revoked =
        ExceptionFilter { state: Some(ExceptionState::Revoked), clause: Some(CLAUSE.to_owned()), ..of(all, "") };
    assert_eq!(page(revoked.clone(), None, 10).await.0, [4]);
    assert_eq!(register.count_exceptions(&revoked).await.unwrap(), 1);
    let counts = register.exception_counts().await.unwrap();
    assert_eq!((counts.closed, counts.requested, counts.expired), (3, counts.open, 0));
    assert_eq!(register.exception_numbered(ExceptionNumber(9)).await.unwrap(), None);
}

/// people are reminded once at each threshold that lies ahead when an exception is granted; the whole register is looked at by people
/// who take turns, and signed as it was seen.
#[tokio::test]
async fn dates_are_reminded_of_and_the_register_is_reviewed() {
    let mut custody = Custody::found().await;
    let t0 = custody.now();
    custody.stop_clock(t0).await;
    let key = custody.api_secret("api-saltmarsh").await;
    assert_eq!(custody.anna.register.exception_review_standing().await.unwrap().due_at, None);
    let date = t0 + 40 * DAY;
    let long = custody.grant(wish(&[key], date), None).await.unwrap();
    let short = custody.grant(wish(&[key], t0 + 5 * DAY), None).await.unwrap();
    let due = async |custody: &Custody| -> Vec<(Uuid, u32)> {
        let due = custody.ben.register.exceptions_to_remind(ReminderChannel::Webhook).await.unwrap();
        due.iter().map(|due| (due.exception.0, due.days)).collect()
    };
    assert_eq!(due(&custody).await, []);
    custody.stop_clock(t0 + 4 * DAY).await;
    assert_eq!(due(&custody).await, [(short, 1)], "7 and 30 days lay before the grant");
    let ben = &custody.ben;
    custody.assert_refused(custody.remind(ben, short, 7).await, ben, "reminder_not_due").await;
    custody.assert_refused(custody.remind(ben, long, 30).await, ben, "reminder_not_due").await;
    custody.remind(ben, short, 1).await.unwrap();
    custody.assert_refused(custody.remind(&custody.anna, short, 1).await, &custody.anna, "reminder_not_due").await;
    assert_eq!(
        custody.ben.register.exceptions_to_remind(ReminderChannel::Desktop).await.unwrap().len(),
        1,
        "each way has its own"
    );
    for (at, wanted) in [(30 * DAY + 1, None), (30 * DAY, Some(30)), (7 * DAY, Some(7)), (DAY, Some(1)), (0, None)] {
        custody.stop_clock(date - at).await;
        assert_eq!(due(&custody).await, wanted.map(|days| (long, days)).into_iter().collect::<Vec<_>>());
        // The one for 7 days is missed: nobody is told of it a day before the end.
        if wanted == Some(30) {
            custody.remind(&custody.ben, long, 30).await.unwrap();
        }
    }

    let refused = custody.review(&custody.ben, "Looked").await.unwrap_err();
    assert_eq!(refused.refusal().unwrap().code(), "not_allowed", "DevOps do not review the register");
    let standing = custody.anna.register.exception_review_standing().await.unwrap();
    assert_eq!((standing.days_since, standing.due_at), (Some(40), Some(Timestamp::from_micros(t0 + 14 * DAY))));
    let anna = &custody.anna;
    custody.assert_refused(custody.review(anna, " ").await, anna, "purpose_missing").await;
    let by_session = Draft::new("exceptions.reviewed", "custody", custody.id).because("Looked");
    let refused = anna.register.review_exceptions(custody.by_session(anna, by_session).act()).await;
    custody.assert_refused(refused, anna, "device_key_needed").await;
    let seen = anna.register.exceptions_seen().await.unwrap();
    assert_eq!(seen.open, 2, "what has expired is open");
    let blind = Draft::new("exceptions.reviewed", "custody", custody.id)
        .with("digest", hex::encode([0; 32]))
        .with("open", 2)
        .with("findings", "")
        .because("Not looked");
    let refused = anna.register.review_exceptions(custody.by_device(anna, blind).act()).await;
    custody.assert_refused(refused, anna, "exceptions_differ").await;
    custody.review(anna, "Each one looked at").await.unwrap();
    custody.assert_refused(custody.review(anna, "And again").await, anna, "same_person").await;
    let cleo = custody.enrol("cleo", &[Role::Security]).await;
    custody.review(&cleo, "Looked by another").await.unwrap();
    custody.review(&custody.anna, "In turns").await.unwrap();
    let standing = custody.anna.register.exception_review_standing().await.unwrap();
    assert_eq!(standing.last.map(|last| (last.by.0, last.open)), Some((custody.anna.id, 2)));
}

/// a key serves several tenants by a decision on record, an accepted risk and a date; never a DEK. A later decision takes the place of
/// the one before; one person withdraws it at once.
#[tokio::test]
async fn a_shared_key_has_a_decision_an_accepted_risk_and_a_date() {
    let mut custody = Custody::found().await;
    let t0 = custody.now();
    custody.stop_clock(t0).await;
    let (kek, deks) = custody.estate(3).await;
    let (anna, ben) = (&custody.anna, &custody.ben);
    let with_leave = async |custody: &Custody| -> bool {
        let leave = sqlx::query_scalar("SELECT custody.is_shared_with_leave($1, custody.clock())").bind(kek);
        leave.fetch_one(&custody.superuser).await.unwrap()
    };
    let name = "kek-tenants";
    for (code, plan) in [
        ("expiry_beyond_term", custody.sharing_plan(ben, (kek, name), t0 + 365 * DAY + 1).await),
        ("expiry_past", custody.sharing_plan(ben, (kek, name), t0).await),
        ("key_not_shareable", custody.sharing_plan(ben, (deks[0], "dek-tenant-0000-crm"), t0 + DAY).await),
        ("plan_unfit", custody.sharing_plan(ben, (kek, "another"), t0 + DAY).await),
        ("plan_unfit", {
            let mut plan = custody.sharing_plan(ben, (kek, name), t0 + DAY).await;
            plan.parameters.insert("decision_record".to_owned(), " ".to_owned());
            plan
        }),
    ] {
        custody.assert_refused(custody.submit(ben, Role::DevOps, &plan).await, ben, code).await;
    }
    let mut ids = Vec::new();
    for days in [30, 365] {
        let plan = custody.sharing_plan(ben, (kek, name), t0 + days * DAY).await;
        custody.submit(ben, Role::DevOps, &plan).await.unwrap();
        custody.assert_refused(custody.approve(anna, Role::Security, &plan).await, anna, "role_missing").await;
        custody.approve(anna, Role::RiskAcceptance, &plan).await.unwrap();
        custody.settle(anna, &plan).await.unwrap();
        ids.push(plan.targets[0].key.0);
    }
    let rows = anna.register.shared_keys_page(false, None, 10).await.unwrap();
    let seen: Vec<_> =
        rows.iter().map(|row| (row.id.0, row.in_force, row.replaced, row.tenants, row.tenants_then)).collect();
    assert_eq!(seen, [(ids[1], true, false, 3, 3), (ids[0], false, true, 3, 3)]);
    assert_eq!((rows[0].accepted_by.0, rows[0].decision_record.as_str()), (anna.id, "ADR-0042"));
    assert!(with_leave(&custody).await);
    custody.stop_clock(t0 + 365 * DAY - 1).await;
    assert!(with_leave(&custody).await);
    custody.stop_clock(t0 + 365 * DAY).await;
    assert!(!with_leave(&custody).await, "its date has passed");
    let ben = &custody.ben;
    let withdraw = |why: &str| Draft::new("shared_key.withdrawn", "shared_key", ids[1]).because(why);
    let refused = ben.register.withdraw_shared_key(custody.by_session(ben, withdraw(" ")).act()).await;
    custody.assert_refused(refused, ben, "purpose_missing").await;
    let act = custody.by_session(ben, withdraw("Split by tenant now"));
    let withdrawn = ben.register.withdraw_shared_key(act.act()).await.unwrap();
    let refused = ben.register.withdraw_shared_key(custody.by_session(ben, withdraw("Again")).act()).await;
    custody.assert_refused(refused, ben, "shared_key_over").await;
    let open = custody.anna.register.review_page(OperatorId(custody.anna.id), true, None, 10).await.unwrap();
    assert_eq!(open[0].seq, withdrawn.seq);
    assert!(custody.anna.register.shared_keys_page(true, None, 10).await.unwrap().is_empty());
    let rejected = custody.sharing_plan(ben, (kek, name), t0 + 400 * DAY).await;
    custody.submit(ben, Role::DevOps, &rejected).await.unwrap();
    let no = custody.sealed(&custody.anna, Role::RiskAcceptance, &rejected, "request.rejected", Decision::Reject);
    custody.anna.register.decide_request(no.act()).await.unwrap();
    custody.assert_refused(custody.start(ben, &rejected).await.map(|_| unreachable!()), ben, "request_not_open").await;
}
