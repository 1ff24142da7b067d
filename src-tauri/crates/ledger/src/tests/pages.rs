//! Pages of entries whose signatures were never verified: on all processors, with the verdict of one by one.

use super::*;

/// Entries of a long ledger: Maren opens sessions now and then, and each is used at once, in the same page.
fn long(entries: usize) -> Vec<(Entry, TestKey)> {
    let mut session = TestKey::new(3);
    let mut made = Vec::new();
    for number in 2..=entries {
        let time = number as u64;
        if number % 50 == 2 {
            session = TestKey::new(u8::try_from(3 + number / 50).unwrap());
            let opened =
                [("public_key", hex::encode(session.public_key())), ("expires_at", 9_000_000_000_i64.to_string())];
            made.push((entry(time, MAREN, "session.opened", &opened), TestKey::new(1)));
        } else {
            made.push((entry(time, MAREN, "dek.rewrapped", &[]), TestKey(session.0.clone())));
        }
    }
    made
}

fn chained(entries: &[(Entry, TestKey)]) -> Vec<Record> {
    let (maren, tomas) = (TestKey::new(1), TestKey::new(2));
    let mut all: Vec<(Entry, Vec<&dyn Signer>)> = vec![(founding(), vec![&maren, &tomas])];
    all.extend(entries.iter().map(|(entry, key)| (entry.clone(), vec![key as &dyn Signer])));
    chain(&all)
}

/// What verifying one by one says, what verifying in pages says, and how many entries each gave away before.
fn both(records: &[Record], page: usize) -> [(Result<(), Fault>, Summary, usize); 2] {
    let (mut one_by_one, mut in_pages) = (Verifier::new(), Verifier::new());
    let (mut told, mut told_in_pages) = (0, 0);
    let first = records.iter().try_for_each(|record| one_by_one.push(record).map(|_entry| told += 1));
    let second = records.chunks(page).try_for_each(|page| in_pages.push_all(page, &mut |_said| told_in_pages += 1));
    [(first, one_by_one.summary(), told), (second, in_pages.summary(), told_in_pages)]
}

/// a page verified at once is found bad exactly where it is bad one by one, and nothing of it is believed from there on; a ledger that
/// was put right afterwards is read on from the same verifier.
#[test]
fn a_page_is_judged_as_its_entries_are_one_by_one() {
    let entries = long(400);
    let honest = chained(&entries);
    for page in [400, 128, 100, 63, 7] {
        let [alone, together] = both(&honest, page);
        assert_eq!(alone, together);
        assert_eq!((alone.0, alone.2), (Ok(()), 400), "{page}");
    }
    let closed = |entries: &mut Vec<(Entry, TestKey)>, at: usize| {
        let subject = Subject::new("session", hex::encode(key_id(&entries[at].1.public_key())));
        entries[at].0 = Entry { subject, ..entry(at as u64 + 2, MAREN, "session.closed", &[]) };
    };
    type Edit<'a> = &'a dyn Fn(&mut Vec<(Entry, TestKey)>, usize);
    let edits: [(&str, Edit<'_>); 6] = [
        ("signed by a stranger", &|entries, at| entries[at].1 = TestKey::new(99)),
        ("in another's name", &|entries, at| entries[at].0.actor.id = TOMAS),
        ("for another custody", &|entries, at| entries[at].0.custody = Uuid::from_u128(8)),
        ("a decision under a session key", &|entries, at| entries[at].0.verb = "request.sealed".into()),
        ("after the session's end", &|entries, at| entries[at].0.time = 9_000_000_001),
        ("the session closed before", &|entries, at| closed(entries, at - 1)),
    ];
    for (what, edit) in edits {
        for at in [7, 60, 133, 260, 395] {
            let mut changed = long(400);
            edit(&mut changed, at);
            let records = chained(&changed);
            let [alone, together] = both(&records, 128);
            assert_eq!(alone, together, "{what} at {at}");
            assert_eq!(alone.0.unwrap_err().number(), at as u64 + 2, "{what}");
            // Put right: whoever stopped here goes on here, as if it had never been.
            let mut verifier = Verifier::new();
            let first = records.chunks(128).try_for_each(|page| verifier.push_all(page, &mut |_| {}));
            let good = verifier.summary().entries;
            assert!(first.is_err() && good == at as u64 + 1, "{what}");
            if what != "the session closed before" {
                verifier.push_all(&honest[at + 1..], &mut |_| {}).unwrap();
                assert_eq!(verifier.summary().head, honest[399].hash, "{what}");
            }
        }
    }
}

/// a signature that was changed, with the chain made anew, is named wherever in a page it is.
#[test]
fn a_bad_signature_anywhere_in_a_page_is_named() {
    let honest = chained(&long(300));
    for at in [0, 1, 31, 32, 63, 64, 127, 128, 255, 256, 299] {
        let mut records = honest.clone();
        let last = records[at].signatures.len() - 1;
        records[at].signatures[last - 20] ^= 1;
        rechain(&mut records);
        let [alone, together] = both(&records, 300);
        assert_eq!(alone, together);
        let fault = together.0.unwrap_err();
        let is_signature =
            matches!(&fault, Fault::People { source: PeopleError::Signature(SignatureError::Invalid { .. }), .. });
        assert!(is_signature && fault.number() == at as u64 + 1, "{at}: {fault}");
    }
}
