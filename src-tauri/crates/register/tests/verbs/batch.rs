//! Many acts in one transaction: each of them appended or refused as if it had come alone, and none lost.

use register::{BATCH_ACTS_MAX, Receipt, Refusal};

use crate::common::{Custody, Draft, Payload, Person, Signed, VAULT_HOST, micros_now, sign};

impl Custody {
    fn observed(&self, who: &Person, count: usize) -> Signed {
        let payload = Payload::of([]);
        self.by_session(who, Draft::new("vault.observed", "vault", VAULT_HOST).payload(&payload).with("pass", count))
    }

    async fn numbers_of(&self, entries: &[Signed]) -> Vec<Option<i64>> {
        let mut numbers = Vec::new();
        for signed in entries {
            let query = sqlx::query_scalar("SELECT seq FROM custody.ledger_entry WHERE entry = $1").bind(&signed.entry);
            numbers.push(query.fetch_optional(&self.superuser).await.unwrap());
        }
        numbers
    }
}

async fn send(who: &Person, entries: &[Signed]) -> Vec<Result<Receipt, Refusal>> {
    let acts: Vec<_> = entries.iter().map(|signed| (signed.act(), [].as_slice())).collect();
    who.register.observe_vaults(&acts).await.unwrap()
}

/// of a batch every act is in the ledger, in order and chained, or refused, with the refusal kept; sent again after a lost reply,
/// nothing is doubled; where one of them makes the register fail, none is there.
#[tokio::test]
async fn of_a_batch_nothing_is_dropped_silently() {
    let custody = Custody::found().await;
    let (anna, ben) = (&custody.anna, &custody.ben);
    let mut entries: Vec<Signed> = (0..60).map(|count| custody.observed(ben, count)).collect();
    // In another's name, with a changed byte, too old, twice, about something else, and under a device key.
    entries[7] = custody.observed(anna, 7);
    entries[20].entry.push(0);
    let old = Draft::new("vault.observed", "vault", VAULT_HOST).payload(&Payload::of([]));
    entries[33] = sign(custody.id, ben, micros_now() - 90_000_000, old.clone(), &[&ben.session]);
    entries[34] = entries[10].clone();
    entries[41] = custody.by_session(ben, Draft { verb: "key.adopted", ..old.clone() });
    entries[59] = custody.by_device(ben, old);
    let refused = [
        (7, "wrong_actor"),
        (20, "malformed"),
        (33, "clock_skew"),
        (34, "entry_known"),
        (41, "wrong_verb"),
        (59, "session_key_needed"),
    ];
    let kept_before: i64 = custody.value("SELECT count(*) FROM custody.refusal").await;
    let before: i64 = custody.value("SELECT seq FROM custody.head").await;

    let answers = send(ben, &entries).await;
    assert_eq!(answers.len(), entries.len());
    let codes: Vec<_> = answers
        .iter()
        .enumerate()
        .filter_map(|(at, answer)| answer.as_ref().err().map(|refusal| (at, refusal.code())))
        .collect();
    assert_eq!(codes, refused);
    let numbers: Vec<u64> = answers.iter().flatten().map(|receipt| receipt.seq).collect();
    let first = u64::try_from(before).unwrap() + 1;
    assert_eq!(numbers, (first..first + 54).collect::<Vec<_>>(), "without a gap and in order");
    let kept: i64 = custody.value("SELECT count(*) FROM custody.refusal").await;
    assert_eq!(kept - kept_before, 6);
    let found = custody.numbers_of(&entries).await;
    for (at, (number, answer)) in found.iter().zip(&answers).enumerate() {
        let answered = answer.as_ref().ok().map(|receipt| i64::try_from(receipt.seq).unwrap());
        assert!(*number == answered || at == 34, "{at}: {number:?} {answered:?}");
    }
    let chained: bool = custody
        .value(
            "SELECT bool_and(e.hash = sha256('\\x00'::bytea || p.hash || e.entry || e.signatures))
             FROM custody.ledger_entry AS e JOIN custody.ledger_entry AS p ON p.seq = e.seq - 1",
        )
        .await;
    assert!(chained);
    let rooted: bool = custody.value("SELECT custody.tree_root(h.seq) IS NOT NULL FROM custody.head AS h").await;
    assert!(rooted);

    // The reply was lost: the same again.
    let again = send(ben, &entries).await;
    assert!(again.iter().all(Result::is_err));
    let known = again.iter().flat_map(|answer| answer.as_ref().err()).filter(|refusal| refusal.is_entry_known());
    assert_eq!(known.count(), 55);

    // The register fails at the fortieth: as if nothing of it had been sent.
    let head: i64 = custody.value("SELECT seq FROM custody.head").await;
    let more: Vec<Signed> = (0..50).map(|count| custody.observed(ben, count)).collect();
    custody
        .alter(format!(
            "CREATE FUNCTION public.disk_is_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                 IF NEW.seq = {} THEN RAISE disk_full USING MESSAGE = 'no space left on device'; END IF;
                 RETURN NEW;
             END $$;
             GRANT EXECUTE ON FUNCTION public.disk_is_full() TO PUBLIC;
             CREATE TRIGGER full_disk BEFORE INSERT ON custody.ledger_entry FOR EACH ROW EXECUTE FUNCTION public.disk_is_full()",
            head + 40
        ))
        .await;
    let acts: Vec<_> = more.iter().map(|signed| (signed.act(), [].as_slice())).collect();
    ben.register.observe_vaults(&acts).await.unwrap_err();
    assert_eq!(custody.value::<i64>("SELECT seq FROM custody.head").await, head);
    assert!(custody.numbers_of(&more).await.iter().all(Option::is_none));
    custody.alter("DROP TRIGGER full_disk ON custody.ledger_entry").await;
    assert!(send(ben, &more).await.iter().all(Result::is_ok));

    let many: Vec<Signed> = (0..=BATCH_ACTS_MAX).map(|count| custody.observed(ben, count)).collect();
    let acts: Vec<_> = many.iter().map(|signed| (signed.act(), [].as_slice())).collect();
    anna.register.observe_vaults(&acts).await.unwrap_err();
    assert!(custody.numbers_of(&many[..1]).await[0].is_none());
}
