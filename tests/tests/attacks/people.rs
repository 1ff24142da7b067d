//! A superuser enrols somebody alone: in the tables, or with an entry that one operator signs. Nobody who replays the ledger believes it.
#![expect(clippy::unwrap_used, reason = "a test may stop at once")]

use std::sync::Arc;

use countersign_tests::{TestCustody, at_once, entry_of, grounds, operator_id, passphrase, signed};
use custody::request::{Joiner, PeopleOrder, RequestError, Verdict, Wanted, Windows};
use custody::run::{AuthorityError, RunError};
use custody::{Witness, WitnessError};
use domain::{Decision, OperatorId, Role};
use keychain::Pins;
use ledger::{EnrolmentCard, Entry, Fault, PeopleError, Signer, Subject};
use uuid::Uuid;

struct Mallory(ed25519_dalek::SigningKey);

impl Signer for Mallory {
    fn public_key(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        ed25519_dalek::Signer::sign(&self.0, message).to_bytes()
    }
}

async fn pin(custody: &TestCustody) -> [u8; 32] {
    let (keychain, id) = (custody.premises.workplace().keychain().clone(), custody.ines.console.custody.id);
    tokio::task::spawn_blocking(move || Pins::new(&keychain, id).founding()).await.unwrap().unwrap().unwrap()
}

async fn fault(custody: &TestCustody, founding: [u8; 32]) -> Option<Fault> {
    match Witness::new(founding, None).verify_all(&custody.theo.console.register, &|_| {}).await {
        Ok(_) => None,
        Err(WitnessError::Fault(fault)) => Some(fault),
        Err(other) => unreachable!("{other:?}"),
    }
}

/// rows that no entry brought are named by the entry they claim; an entry that two people did not sign for is named by
/// its own number, and nothing is executed on such a ledger.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_enrolled_by_one_alone_whatever_they_own() {
    let custody = TestCustody::found().await;
    let kek = custody.make_kek("kek-payments").await;
    let rotation = custody.sealed_rotation(kek, at_once()).await;
    let (founding, mut superuser) = (pin(&custody).await, custody.superuser().await);
    assert_eq!(fault(&custody, founding).await, None);
    let (ines, theo) = (&custody.ines, &custody.theo);
    let mallory = Mallory(ed25519_dalek::SigningKey::from_bytes(&[42; 32]));
    let (ghost, key) = (Uuid::from_u128(99), hex::encode(mallory.public_key()));

    // Rows alone: each is undone before the next.
    let device = |of: Uuid| {
        format!("INSERT INTO custody.device VALUES (sha256('\\x{key}'), '\\x{key}', '{of}', 'x', 'active', 1)")
    };
    let rows = [
        (
            format!(
                "INSERT INTO custody.operator VALUES ('{ghost}', 'ghost@example.test', 'Ghost', 'ghost', 'operator', 'active', 1, 1)"
            ),
            format!("DELETE FROM custody.operator WHERE id = '{ghost}'"),
        ),
        (device(operator_id(ines)), format!("DELETE FROM custody.device WHERE public_key = '\\x{key}'")),
        (
            format!("INSERT INTO custody.operator_role VALUES ('{}', 'security', now(), now(), 1)", operator_id(ines)),
            format!("DELETE FROM custody.operator_role WHERE operator = '{}' AND role = 'security'", operator_id(ines)),
        ),
        (
            "UPDATE custody.operator SET login = login || 'x' WHERE name LIKE 'Theo%'".to_owned(),
            "UPDATE custody.operator SET login = left(login, -1) WHERE name LIKE 'Theo%'".to_owned(),
        ),
    ];
    for (done, undone) in rows {
        superuser.run(done.clone()).await.unwrap();
        assert_eq!(fault(&custody, founding).await, Some(Fault::Row { number: 1 }), "{done}");
        superuser.run(undone).await.unwrap();
    }
    assert_eq!(fault(&custody, founding).await, None);

    // A card that its key did not sign: no console asks for it, signs it, or puts it into force.
    let card = EnrolmentCard {
        custody: ines.console.custody.id.0,
        founding,
        operator: ghost,
        kind: "operator".to_owned(),
        person: "ghost@example.test".to_owned(),
        name: "Ghost".to_owned(),
        login: "ghost".to_owned(),
        device_name: "x".to_owned(),
        public_key: [0; 32],
        proof: [0; 64],
    }
    .signed(&mallory);
    let order = PeopleOrder::Enrol { joiner: Joiner::Keyed(card.clone()), roles: vec![Role::Security] };
    let me = OperatorId(operator_id(ines));
    let wanted = Wanted::People(order);
    let mut plan = ines.console.plan(me, &wanted, grounds(), Windows::default()).await.unwrap();
    plan.parameters.insert("proof".to_owned(), "00".repeat(64));
    superuser.run("CREATE ROLE ghost LOGIN").await.unwrap();
    let pen = ines.unlock_for_seal(passphrase()).await.unwrap();
    assert!(matches!(ines.console.submit(&plan, Role::DevOps, &pen).await, Err(RequestError::Card)));
    plan.parameters.insert("proof".to_owned(), hex::encode(card.proof));
    ines.console.submit(&plan, Role::DevOps, &pen).await.unwrap();
    let verdict = Verdict {
        request: plan.request,
        decision: Decision::Approve,
        role: Role::DevOps,
        reason: "",
        shown: plan.hash(),
    };
    assert!(ines.console.decide(verdict, &pen, ines.author()).await.is_err(), "nobody countersigns for themselves");

    // The entry that would put it into force, signed with her own session key and chained by the owner of the tables.
    let now = ines.console.now().await.unwrap();
    let hex_text = hex::encode(plan.encode());
    let pieces = hex_text.as_bytes().chunks(4_000).enumerate();
    let attributes = pieces
        .map(|(number, piece)| (format!("plan.{number:02}"), String::from_utf8(piece.to_vec()).unwrap()))
        .collect();
    let applied =
        Entry { attributes, ..entry_of(ines.author(), "request.applied", Subject::new("request", plan.request), now) };
    let forged = signed(&applied, ines.author());
    let (newest, _) = theo.console.register.head().await.unwrap();
    let (bytes, block) = (hex::encode(&forged.entry), hex::encode(&forged.signatures));
    let append = format!(
        "INSERT INTO custody.ledger_entry
         SELECT h.seq + 1, gen_random_uuid(), '\\x{bytes}', '\\x{block}', sha256('\\x00'::bytea || h.hash || '\\x{bytes}' || '\\x{block}'),
                now(), now(), '{me}', sha256('x'), 'request.applied', 'request', '{}', '' FROM custody.head AS h;
         UPDATE custody.head SET seq = seq + 1, hash = (SELECT hash FROM custody.ledger_entry ORDER BY seq DESC LIMIT 1)",
        plan.request
    );
    superuser.behind_the_fences(&["ledger_entry", "head"], append).await;
    let found = fault(&custody, founding).await;
    let Some(Fault::People { number, source: PeopleError::NotApproved { .. } }) = found else {
        unreachable!("{found:?}")
    };
    assert_eq!(number, newest + 1);
    let mut console = theo.console.clone();
    console.witness = Arc::new(Witness::new(founding, None));
    let error = console.start(theo.author(), rotation.request).await.unwrap_err();
    assert!(matches!(error, RunError::Authority(AuthorityError::Witness(_))), "{error:?}");
}
