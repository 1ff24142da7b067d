//! People whom two people enrolled, and everybody whom they did not.

use super::*;
use canonical::Encoder;
use sha2::{Digest as _, Sha256};

const NORA: Uuid = Uuid::from_u128(3);
const REQUEST: Uuid = Uuid::from_u128(40);
const HOUR: i64 = 3_600_000_000;

/// An enrolment of Nora as Security, and how it is signed for.
struct Story {
    card: EnrolmentCard,
    roles: &'static str,
    hours: &'static str,
    /// Role in which Tomas (DevOps) asks.
    asked_as: &'static str,
    /// Who countersigns, if anybody, in which role.
    sealed_by: Option<(Uuid, u8, &'static str)>,
    /// What stands between the last seal and the entry that applies it.
    between: Vec<(Entry, u8)>,
    /// When it was applied, by the entry's own word.
    applied_at: i64,
    /// Changes the plan after it was signed.
    altered: bool,
}

fn card(founding: Hash) -> EnrolmentCard {
    let card = EnrolmentCard {
        custody: Uuid::from_u128(7),
        founding,
        operator: NORA,
        kind: "operator".to_owned(),
        person: "nora@example.test".to_owned(),
        name: "Nora".to_owned(),
        login: "nora".to_owned(),
        device_name: "phone".to_owned(),
        public_key: [0; 32],
        proof: [0; 64],
    };
    card.signed(&TestKey::new(9))
}

fn honest() -> Story {
    let (maren, tomas) = (TestKey::new(1), TestKey::new(2));
    let founded = chain(&[(founding(), vec![&maren, &tomas])]);
    Story {
        card: card(founded[0].hash),
        roles: "security",
        hours: "24",
        asked_as: "devops",
        sealed_by: Some((MAREN, 1, "security")),
        between: Vec::new(),
        applied_at: 6_000_000,
        altered: false,
    }
}

fn plan_of(story: &Story) -> Vec<u8> {
    let mut parameters = story.card.parameters();
    parameters.insert("roles".to_owned(), story.roles.to_owned());
    parameters.insert("cool_down_hours".to_owned(), story.hours.to_owned());
    let target = Encoder::new().bytes(story.card.operator.as_bytes()).text("Nora").text("");
    let plan = Encoder::message("countersign/plan/v1").bytes(Uuid::from_u128(7).as_bytes()).text("production");
    let plan = plan.bytes(REQUEST.as_bytes()).text("enrol_operator").bytes(TOMAS.as_bytes()).bytes(&[5; 16]);
    let plan = plan.time(1).time(2).time(3).sequence(Encoder::new().sequence(target)).map(&parameters);
    plan.sequence(Encoder::new())
        .map(&BTreeMap::new())
        .text("why")
        .text("CHG")
        .text("back")
        .map(&BTreeMap::new())
        .finish()
}

impl Story {
    /// The whole ledger, with `after` at its end.
    fn told(&self, after: Vec<(Entry, u8)>) -> Vec<Record> {
        let plan = plan_of(self);
        let hash = hex::encode(Sha256::digest(&plan));
        let about = |number, who, verb, more: &[(&str, String)]| Entry {
            subject: Subject::new("request", REQUEST),
            ..entry(number, who, verb, more)
        };
        let seal = |role: &str| [("plan_hash", hash.clone()), ("role", role.to_owned())];
        let session = TestKey::new(4);
        let opened = [("public_key", hex::encode(session.public_key())), ("expires_at", (12 * HOUR).to_string())];
        let mut said = vec![
            (entry(2, TOMAS, "session.opened", &opened), 2),
            (about(3, TOMAS, "request.submitted", &seal(self.asked_as)), 2),
        ];
        if let Some((who, key, role)) = self.sealed_by {
            said.push((about(4, who, "request.sealed", &seal(role)), key));
        }
        said.extend(self.between.iter().cloned());
        let applied = match self.altered {
            false => plan,
            true => plan_of(&Story { roles: "security,risk_acceptance", ..honest() }),
        };
        let hex_text = hex::encode(applied);
        let pieces: Vec<(String, String)> = hex_text
            .as_bytes()
            .chunks(500)
            .enumerate()
            .map(|(number, piece)| (format!("plan.{number:02}"), String::from_utf8(piece.to_vec()).unwrap()))
            .collect();
        let pieces: Vec<(&str, String)> = pieces.iter().map(|(name, piece)| (name.as_str(), piece.clone())).collect();
        said.push((Entry { time: self.applied_at, ..about(6, TOMAS, "request.applied", &pieces) }, 4));
        said.extend(after);
        let keys: Vec<TestKey> = (0..20).map(TestKey::new).collect();
        let mut signed: Vec<(Entry, Vec<&dyn Signer>)> = vec![(founding(), vec![&keys[1], &keys[2]])];
        signed.extend(said.into_iter().map(|(entry, key)| (entry, vec![&keys[usize::from(key)] as &dyn Signer])));
        chain(&signed)
    }

    fn verdict(&self) -> Result<Summary, Fault> {
        verify(&self.told(Vec::new()))
    }
}

fn read(records: &[Record]) -> Verifier {
    let mut verifier = Verifier::new();
    for record in records {
        verifier.push(record).unwrap();
    }
    verifier
}

/// whom two people enrolled is known from then on, signs with their own key, and counts after the cool-down alone; a console
/// that remembers the ledger knows the same.
#[test]
fn whom_two_people_enrolled_is_known_by_their_own_key() {
    let (story, key) = (honest(), key_id(&TestKey::new(9).public_key()));
    let hers = entry(7, NORA, "rehearsal.signed", &[]);
    let records = story.told(vec![(hers, 9)]);
    verify(&records).unwrap();
    let last = records.last().unwrap();
    let mut remembering = Verifier::new().remembering(last.number, last.hash).trusting_what_it_remembers();
    remembering.push_all(&records, &mut |_| {}).unwrap();
    for verifier in [read(&records), remembering] {
        let people = verifier.people();
        let roles = |at: i64| people.standing(&key, at).unwrap().roles.len();
        assert_eq!((roles(6_000_000 + 24 * HOUR - 1), roles(6_000_000 + 24 * HOUR)), (0, 1));
        assert_eq!(people.devices_of(NORA).collect::<Vec<_>>(), [&key]);
    }
    // An entry that says it was written earlier is none of a whole ledger; in a bundle of chosen entries it does not shorten the wait by more
    // than clocks may differ.
    let backdated = Story { applied_at: -24 * HOUR, ..honest() };
    assert_eq!(backdated.verdict(), Err(Fault::Backdated { number: 5 }));
    let mut people = People::new();
    for record in backdated.told(Vec::new()) {
        if record.number == 1 {
            people.begin(record.hash);
        }
        let block = SignatureBlock::decode(&record.signatures).unwrap();
        people.accept(&Entry::decode(&record.entry).unwrap(), &record.entry, &block).unwrap();
    }
    assert!(people.standing(&key, 20 * HOUR).unwrap().roles.is_empty());
}

/// an entry that enrols somebody whom two people did not sign for is named, whoever could write it into the ledger.
#[test]
fn an_enrolment_that_two_did_not_sign_for_is_named() {
    let suspended = Entry { subject: Subject::new("operator", MAREN), ..entry(5, TOMAS, "operator.suspended", &[]) };
    let revoked = Entry {
        subject: Subject::new("device", hex::encode(key_id(&TestKey::new(1).public_key()))),
        ..entry(5, TOMAS, "device.revoked", &[])
    };
    let withdrawn = Entry {
        subject: Subject::new("operator", MAREN),
        ..entry(5, TOMAS, "role.withdrawn", &[("roles", "security".to_owned())])
    };
    let rejected = Entry { subject: Subject::new("request", REQUEST), ..entry(5, MAREN, "request.rejected", &[]) };
    let not_approved = [
        Story { sealed_by: None, ..honest() },
        Story { sealed_by: Some((TOMAS, 2, "devops")), ..honest() },
        Story { sealed_by: Some((MAREN, 1, "devops")), ..honest() },
        Story { asked_as: "engineering", ..honest() },
        Story { altered: true, ..honest() },
        Story { hours: "-24", ..honest() },
        Story { between: vec![(suspended, 4)], ..honest() },
        Story { between: vec![(revoked, 4)], ..honest() },
        Story { between: vec![(withdrawn, 4)], ..honest() },
        Story { between: vec![(rejected, 1)], ..honest() },
    ];
    for (at, story) in not_approved.iter().enumerate() {
        let found = story.verdict();
        assert!(
            matches!(found, Err(Fault::People { source: PeopleError::NotApproved { .. }, .. })),
            "story {at}: {found:?}"
        );
    }
    let (card, known) = (honest().card, TestKey::new(2));
    let cards = [
        EnrolmentCard { name: "Mallory".to_owned(), ..card.clone() },
        EnrolmentCard { proof: [1; 64], ..card.clone() },
        EnrolmentCard { public_key: known.public_key(), ..card.clone() },
        card.clone().signed(&known),
        EnrolmentCard { founding: [7; 32], ..card.clone() }.signed(&TestKey::new(9)),
        EnrolmentCard { custody: Uuid::from_u128(8), ..card }.signed(&TestKey::new(9)),
    ];
    for (at, card) in cards.into_iter().enumerate() {
        let found = Story { card, ..honest() }.verdict();
        assert!(matches!(found, Err(Fault::People { number: 5, source: PeopleError::Card })), "card {at}: {found:?}");
    }
}

/// from the entry on that ends somebody's access, nothing of theirs counts: not their key, not a session of theirs.
#[test]
fn what_ends_access_ends_every_key() {
    let (session, key) = (TestKey::new(10), key_id(&TestKey::new(9).public_key()));
    let opened = [("public_key", hex::encode(session.public_key())), ("expires_at", (12 * HOUR).to_string())];
    let about = |verb, kind: &str, name: String| Entry {
        subject: Subject::new(kind, name),
        ..entry(8, TOMAS, verb, &[("roles", "security".to_owned())])
    };
    let ends = [
        ("operator.suspended", "operator", NORA.to_string(), PeopleError::Inactive),
        ("operator.left", "operator", NORA.to_string(), PeopleError::Inactive),
        ("role.withdrawn", "operator", NORA.to_string(), PeopleError::KeyEnded),
        ("device.revoked", "device", hex::encode(key), PeopleError::KeyEnded),
        ("device.reported_lost", "device", hex::encode(key), PeopleError::KeyEnded),
    ];
    for (verb, kind, name, source) in ends {
        for hand in [9, 10] {
            let after = vec![
                (entry(7, NORA, "session.opened", &opened), 9),
                (about(verb, kind, name.clone()), 4),
                (entry(9, NORA, "key.adopted", &[]), hand),
            ];
            let found = verify(&honest().told(after));
            assert_eq!(found, Err(Fault::People { number: 8, source: source.clone() }), "{verb}");
        }
        let records = honest().told(vec![(about(verb, kind, name), 4)]);
        let verifier = read(&records);
        let (then, now) =
            (verifier.people().standing_then(&key, 7 * HOUR), verifier.people().standing(&key, 30 * HOUR));
        assert!(then.is_none() && now.is_none_or(|now| !now.active && now.roles.is_empty()), "{verb}");
        assert!(
            verifier.people().standing_then(&key, 7_500_000).is_some(),
            "{verb}: what was signed before still verifies"
        );
    }
}
