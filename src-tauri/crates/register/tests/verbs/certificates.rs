//! Certificates at the level of the register: never early, never twice, never for another run.

use domain::{Role, RunId};
use register::{Receipt, RegisterError};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::common::rotation::RunHandle;
use crate::common::{Custody, Draft, Person};

impl Custody {
    fn certificate_file(&self, run: RunHandle, request: Uuid) -> Vec<u8> {
        let file = json!({
            "format": "countersign/certificate/v1",
            "custody": self.id.to_string(),
            "request": request.to_string(),
            "run": run.id.to_string(),
        });
        file.to_string().into_bytes()
    }

    async fn issue(&self, who: &Person, run: RunHandle, file: &[u8]) -> Result<Receipt, RegisterError> {
        let draft = Draft::new("certificate.issued", "run", run.id).with("digest", hex::encode(Sha256::digest(file)));
        who.register.issue_certificate(self.by_session(who, draft).act(), file).await
    }

    async fn request(&self) -> Uuid {
        self.value("SELECT id FROM custody.request ORDER BY number DESC LIMIT 1").await
    }
}

/// kept as it was issued, once, numbered, on the review list, readable by those who read everything.
#[tokio::test]
async fn a_certificate_is_kept_once_and_listed_for_review() {
    let custody = Custody::found().await;
    let run = custody.destroyed_secret().await;
    let (ben, request) = (&custody.ben, custody.request().await);
    let file = custody.certificate_file(run, request);
    let receipt = custody.issue(ben, run, &file).await.unwrap();
    assert_eq!(receipt.number("number"), Some(1));
    let again = custody.issue(ben, run, &file).await;
    custody.assert_refused(again, ben, "certificate_known").await;
    let listed: i64 = custody.value("SELECT count(*) FROM custody.review_item WHERE kind = 'certificate'").await;
    assert_eq!(listed, 1);
    let auditor = custody.enrol("ivy", &[Role::Auditor]).await;
    let page = auditor.register.certificates_page(None, 10).await.unwrap();
    assert_eq!((page.rows.len(), page.next_below), (1, None));
    let row = &page.rows[0];
    assert_eq!((row.number, row.run, row.keys, row.issued_seq), (1, RunId(run.id), 1, receipt.seq));
    assert_eq!(auditor.register.certificate(RunId(run.id)).await.unwrap().as_ref(), Some(row));
    assert_eq!(auditor.register.certificate_file(RunId(run.id)).await.unwrap(), Some(file));
    let keys = auditor.register.destroyed_keys(RunId(run.id)).await.unwrap();
    assert_eq!((keys[0].name.as_str(), keys[0].tenant.as_deref()), (crate::secrets::NAME, Some("Acme")));
    assert_eq!(keys[0].proof, "a read was answered with not found");
}

/// never early: not before the run was called over, and not while anything that must be proven is not.
#[tokio::test]
async fn a_certificate_is_not_issued_while_a_proof_is_missing() {
    let custody = Custody::found().await;
    let run = custody.secret_to_absent().await;
    let (ben, request) = (&custody.ben, custody.request().await);
    let file = custody.certificate_file(run, request);
    let refusal = custody.assert_refused(custody.issue(ben, run, &file).await, ben, "not_proven").await;
    let missing = refusal.detail().to_string();
    assert!(missing.contains("run running") && missing.contains("step close"), "{missing}");
    custody.intend(ben, run, "close", 6).await.unwrap();
    custody.finish(ben, run, "completed").await.unwrap();
    // Proofs that only an administrator of the database can take away.
    for (taken, named) in [
        ("UPDATE custody.key_deletion SET purged_seq = NULL, purged_at = NULL, purge_proof = NULL", "purge"),
        ("SET session_replication_role = replica; DELETE FROM custody.destroyed_key", "proof"),
    ] {
        let mut administrator = custody.superuser.acquire().await.unwrap();
        sqlx::raw_sql("ALTER TABLE custody.key_deletion DISABLE TRIGGER ALL; ALTER TABLE custody.destroyed_key DISABLE TRIGGER ALL")
            .execute(&mut *administrator)
            .await
            .unwrap();
        sqlx::raw_sql(taken).execute(&mut *administrator).await.unwrap();
        let refusal = custody.assert_refused(custody.issue(ben, run, &file).await, ben, "not_proven").await;
        assert!(refusal.detail().to_string().contains(named), "{:?}", refusal.detail());
    }
}

/// nothing that is not the run's own, or of a run that destroyed nothing, and by nobody else than may.
#[tokio::test]
async fn a_certificate_of_something_else_is_refused() {
    let custody = Custody::found().await;
    let run = custody.destroyed_secret().await;
    let (ben, request) = (&custody.ben, custody.request().await);
    let file = custody.certificate_file(run, request);
    let stranger = custody.certificate_file(RunHandle { id: request, ..run }, request);
    custody.assert_refused(custody.issue(ben, run, &stranger).await, ben, "payload_differs").await;
    custody.assert_refused(custody.issue(ben, run, b"not json").await, ben, "malformed").await;
    custody.assert_refused(custody.issue(ben, run, b"").await, ben, "malformed").await;
    let draft = Draft::new("certificate.issued", "run", run.id).with("digest", hex::encode([0; 32]));
    let other = ben.register.issue_certificate(custody.by_session(ben, draft).act(), &file).await;
    custody.assert_refused(other, ben, "payload_differs").await;
    let kek = custody.adopt_kek(ben, "kek-tenants").await;
    let plan = custody.approved_rotation(kek).await;
    let rotation = custody.start(ben, &plan).await.unwrap();
    let file = custody.certificate_file(rotation, plan.request.0);
    custody.assert_refused(custody.issue(ben, rotation, &file).await, ben, "wrong_operation").await;
    let engineer = custody.enrol("eve", &[Role::Engineering]).await;
    let refused = custody.issue(&engineer, run, &file).await;
    assert!(refused.is_err(), "an engineer may not");
}
