//! Every way of falsifying a bundle, by somebody who knows the format: the end is made to fit again.

use super::world::{MAREN, SUBMITTED, World, append, check, entry, fields, join, kind, maren, place_of, tomas};
use crate::bundle::{Fault, Proven, Selection, Writer};
use crate::prove_inclusion;
use canonical::{Decoder, Encoder};
use ledger::{GENESIS, Record, link};

/// What is done to the records of a bundle.
type Edit<'a> = &'a dyn Fn(&mut Vec<Vec<u8>>);

pub(super) struct Forgery {
    pub name: String,
    pub bundle: Vec<u8>,
    /// Which entry has to be named; `None` where it is about none.
    pub number: Option<u64>,
}

fn forgery(name: &str, number: impl Into<Option<u64>>, bundle: Vec<u8>) -> Forgery {
    Forgery { name: name.to_owned(), bundle, number: number.into() }
}

/// A record with one bit of one of its fields changed.
fn flipped(record: &[u8], field: usize) -> Vec<u8> {
    let mut decoder = Decoder::new(record);
    let mut encoder = Encoder::new();
    let mut at = 0;
    while !decoder.is_empty() {
        let mut value = decoder.bytes().unwrap().to_vec();
        if at == field {
            let middle = value.len() / 2;
            value[middle] ^= 4;
        }
        encoder = encoder.bytes(&value);
        at += 1;
    }
    encoder.finish()
}

/// Numbers and hashes anew, as whoever owns the database can.
pub(super) fn rechain(records: &mut [Record]) {
    let mut head = GENESIS;
    for (index, record) in records.iter_mut().enumerate() {
        record.number = index as u64 + 1;
        head = link(&head, &record.entry, &record.signatures);
        record.hash = head;
    }
}

/// The records of a bundle of the whole ledger, replaced by others; its checkpoints stay.
fn with_records(bundle: &[u8], records: &[Record]) -> Vec<u8> {
    let mut parts: Vec<Vec<u8>> = fields(bundle);
    let end = parts.pop().unwrap();
    parts.retain(|field| !["entry", "plan"].contains(&kind(field).as_str()));
    for record in records {
        let head = Encoder::new().text("entry").count(record.number);
        parts.push(head.bytes(&record.entry).bytes(&record.signatures).bytes(&record.hash).finish());
    }
    parts.push(end);
    join(&parts)
}

fn whole_forgeries(world: &World) -> Vec<Forgery> {
    let bundle = world.whole(12);
    let parts = fields(&bundle);
    let changed = |act: Edit<'_>| {
        let mut parts = parts.clone();
        act(&mut parts);
        join(&parts)
    };
    let at = |number| place_of(&parts, number);
    let mut forgeries = Vec::new();
    for number in [1, 2, 7, SUBMITTED, 20] {
        for (field, what) in [(2, "entry"), (3, "signatures"), (4, "hash")] {
            let bundle = changed(&|parts| parts[at(number)] = flipped(&parts[at(number)], field));
            forgeries.push(forgery(&format!("a bit of the {what} of {number}"), number, bundle));
        }
    }
    for (first, last) in [(1, 1), (2, 2), (5, 7), (12, 12), (13, 19)] {
        let bundle = changed(&|parts| drop(parts.drain(at(first)..=at(last))));
        forgeries.push(forgery(&format!("entries {first} to {last} taken out"), first, bundle));
    }
    forgeries.push(forgery("two entries swapped", 5, changed(&|parts| parts.swap(at(5), at(6)))));
    forgeries.push(forgery("an entry put in twice", 7, changed(&|parts| parts.insert(at(7), parts[at(6)].clone()))));
    forgeries.push(forgery("the tail cut off", 18, changed(&|parts| drop(parts.drain(at(18)..=at(20))))));
    forgeries.push(forgery(
        "an entry added",
        21,
        changed(&|parts| {
            let record = World::new(21).records.remove(20);
            let fields = Encoder::new().text("entry").count(21).bytes(&record.entry).bytes(&record.signatures);
            parts.insert(at(20) + 1, fields.bytes(&record.hash).finish());
        }),
    ));
    forgeries.extend(rechained(world, &bundle));
    forgeries.extend(beside_the_entries(&parts, &changed));
    forgeries.push(forgery("the file cut in its last record", 20, bundle[..bundle.len() - 9].to_vec()));
    forgeries.push(forgery(
        "the file without its end",
        20,
        bundle[..bundle.len() - parts.last().unwrap().len() - 4].to_vec(),
    ));
    forgeries.push(forgery("bytes after the end", 20, [bundle.clone(), vec![0, 0, 0, 0]].concat()));
    let written_at = parts[0].len() + 4 + 4 + 20 + 14 + 4 + 7;
    let mut damaged = bundle.clone();
    damaged[written_at] ^= 1;
    forgeries.push(forgery("a bit of the time of writing", 20, damaged));
    let mut damaged = bundle.clone();
    damaged[40] ^= 1;
    forgeries.push(forgery("a bit of the header", 12, damaged));
    forgeries
}

/// Edits after which everything is numbered and chained anew.
fn rechained(world: &World, bundle: &[u8]) -> Vec<Forgery> {
    let edited = |act: &dyn Fn(&mut Vec<Record>)| {
        let mut records = world.records.clone();
        act(&mut records);
        rechain(&mut records);
        with_records(bundle, &records)
    };
    let reworded = edited(&|records| {
        let end = records[6].entry.len() - 20;
        records[6].entry[end] ^= 1;
    });
    let removed = edited(&|records| {
        records.remove(4);
        records.push(records[10].clone());
    });
    let replayed = edited(&|records| records[14] = records[15].clone());
    let resigned = edited(&|records| {
        records.truncate(13);
        for number in 14..=20 {
            append(records, &entry(number, MAREN, "key.suspended", &[]), &[&maren()]);
        }
    });
    vec![
        forgery("an entry reworded, the chain computed anew", 7, reworded),
        forgery("an entry taken out, the chain computed anew", 1, removed),
        forgery("an entry replaced after the review, the chain computed anew", 16, replayed),
        forgery("an insider's other history since the review", 13, resigned),
    ]
}

/// Header, checkpoints and plans.
fn beside_the_entries(parts: &[Vec<u8>], changed: &dyn Fn(Edit<'_>) -> Vec<u8>) -> Vec<Forgery> {
    let plan = parts.iter().position(|field| kind(field) == "plan").unwrap();
    let other = World::of({
        let mut records = World::new(11).records;
        append(&mut records, &entry(12, MAREN, "key.suspended", &[]), &[&maren()]);
        records
    });
    let others = other.signed(12, &[&maren(), &tomas()]).encode();
    let checkpoint = |note: &str, path: &[u8]| Encoder::new().text("checkpoint").text(note).bytes(path).finish();
    let path_of = |field: &[u8]| {
        let mut fields = Decoder::new(field);
        let _kind_and_note = (fields.text().unwrap(), fields.text().unwrap());
        fields.bytes().unwrap().to_vec()
    };
    let moved = World::new(12).checkpoint(12).encode() + "\n" + others.rsplit_once("\n\n").unwrap().1;
    vec![
        forgery("another plan", SUBMITTED, changed(&|parts| parts[plan] = flipped(&parts[plan], 1))),
        forgery(
            "a plan elsewhere",
            8,
            changed(&|parts| {
                let moved = parts.remove(plan);
                parts.insert(plan - 1, moved);
            }),
        ),
        forgery(
            "a checkpoint of another history",
            None,
            changed(&|parts| {
                parts[2] = checkpoint(&others, &path_of(&parts[2]));
            }),
        ),
        forgery(
            "signatures of another checkpoint",
            12,
            changed(&|parts| parts[2] = checkpoint(&moved, &path_of(&parts[2]))),
        ),
        forgery("another proof of growth", None, changed(&|parts| parts[2] = flipped(&parts[2], 2))),
        forgery("checkpoints in another order", 0, changed(&|parts| parts.swap(2, 3))),
        forgery("no checkpoint", 0, changed(&|parts| drop(parts.drain(2..4)))),
        forgery("another custody", 12, changed(&|parts| parts[1] = flipped(&parts[1], 0))),
        forgery(
            "another ledger's name on everything but the entries",
            1,
            changed(&|parts| {
                parts[1] = flipped(&parts[1], 1);
                let (environment, flipped) = ("production", "produgtion");
                for at in [2, 3] {
                    let text = World::new(20).checkpoint(if at == 2 { 12 } else { 20 }).encode();
                    parts[at] = checkpoint(&text.replace(environment, flipped), &path_of(&parts[at]));
                }
            }),
        ),
        forgery("no entry", 0, changed(&|parts| drop(parts.drain(4..parts.len() - 1)))),
    ]
}

fn chosen_forgeries(world: &World) -> Vec<Forgery> {
    let parts = fields(&world.chosen(Selection::Entry(15), &[1, 2, 5, 6, SUBMITTED, 15], 12));
    let changed = |act: Edit<'_>| {
        let mut parts = parts.clone();
        act(&mut parts);
        join(&parts)
    };
    let at = |number| place_of(&parts, number);
    let mut forgeries = Vec::new();
    for number in [1, 6, SUBMITTED, 15] {
        for (field, what) in [(2, "entry"), (3, "signatures"), (4, "hash before"), (5, "path")] {
            let bundle = changed(&|parts| parts[at(number)] = flipped(&parts[at(number)], field));
            forgeries.push(forgery(&format!("chosen: a bit of the {what} of {number}"), number, bundle));
        }
    }
    let renumbered = |field: &[u8], number: u64| {
        let mut fields = Decoder::new(field);
        let (kind, _number) = (fields.text().unwrap(), fields.count().unwrap());
        let start = Encoder::new().text(kind).count(number);
        (0..4).fold(start, |encoder, _| encoder.bytes(fields.bytes().unwrap())).finish()
    };
    forgeries.push(forgery("chosen: another number", 7, changed(&|parts| parts[at(6)] = renumbered(&parts[at(6)], 7))));
    forgeries.push(forgery(
        "chosen: a number beyond",
        21,
        changed(&|parts| parts[at(15)] = renumbered(&parts[at(15)], 21)),
    ));
    forgeries.push(forgery("chosen: number zero", 0, changed(&|parts| parts[at(1)] = renumbered(&parts[at(1)], 0))));
    forgeries.push(forgery("chosen: swapped", 5, changed(&|parts| parts.swap(at(5), at(6)))));
    forgeries.push(forgery("chosen: twice", 6, changed(&|parts| parts.insert(at(6), parts[at(6)].clone()))));
    forgeries.push(forgery("chosen: no founding", 2, changed(&|parts| drop(parts.remove(at(1))))));
    forgeries.push(forgery("chosen: no certification of the signer", 5, changed(&|parts| drop(parts.remove(at(2))))));
    forgeries.push(forgery(
        "chosen: without what it is the evidence of",
        15,
        changed(&|parts| drop(parts.remove(at(15)))),
    ));
    forgeries
}

/// A ledger whose chain was broken before its tree was made: each entry has its place, but one does not follow from the one before.
fn broken_chain() -> Forgery {
    let mut records = World::new(20).records;
    let other = [9; 32];
    records[5].hash = link(&other, &records[5].entry, &records[5].signatures);
    let world = World::of(records);
    let checkpoints = world.checkpoints(20);
    let mut writer = Writer::begin(Vec::new(), &World::header(Selection::Entry(6)), &checkpoints).unwrap();
    for (at, previous) in [(0, GENESIS), (1, world.records[0].hash), (4, world.records[3].hash), (5, other)] {
        let path = prove_inclusion(&world.levels, at as u64, 20).unwrap();
        writer.proven(Proven { record: &world.records[at], previous: &previous, path: &path }).unwrap();
    }
    forgery("chosen: a chain that was broken before", 6, writer.end().unwrap())
}

pub(super) fn forgeries() -> Vec<Forgery> {
    let world = World::new(20);
    let mut forgeries = whole_forgeries(&world);
    forgeries.extend(chosen_forgeries(&world));
    forgeries.push(broken_chain());
    forgeries
}

/// flipped bits, deletions, swaps, insertions, a truncated tail, recomputed chains: each is found, and named by its number, and
/// whoever finds it is told what to do.
#[test]
fn every_forgery_is_found_and_named() {
    for Forgery { name, bundle, number } in forgeries() {
        let Err(fault) = check(&bundle) else { panic!("{name} was not found") };
        assert_eq!(fault.number(), number, "{name}: {fault}");
        assert!(fault.remedy().ends_with('.') && fault.remedy().len() > 40, "{name}");
        if let Some(number) = number.filter(|number| *number > 0) {
            assert!(fault.to_string().contains(&number.to_string()), "{name}: {fault}");
        }
    }
}

/// a checkpoint over a rewritten history, made by whoever owns the database, is vouched for by nobody: demanding a reviewer finds it.
#[test]
fn a_rewritten_history_has_no_reviewers() {
    let mut records = World::new(20).records;
    records.remove(4);
    rechain(&mut records);
    let forged = World::of(records);
    let mut checkpoint = crate::SignedCheckpoint::unsigned(forged.checkpoint(19)).unwrap();
    checkpoint.cosign(&super::world::Key::new(66), 5).unwrap();
    let header = World::header(Selection::Whole);
    let mut writer = crate::bundle::Writer::begin(Vec::new(), &header, &forged.linked(vec![checkpoint])).unwrap();
    forged.records.iter().for_each(|record| writer.entry(record).unwrap());
    let bundle = writer.end().unwrap();
    let verified = check(&bundle).unwrap();
    assert!(verified.reviewed_by(1).is_none() && verified.leaves_open()[1].contains("nobody cosigned"));
    let demanding = crate::bundle::Expectations { reviewers: 1, ..Default::default() };
    let fault = super::world::check_knowing(&bundle, &demanding).unwrap_err();
    assert!(matches!(fault, Fault::NotReviewed { size: 19, demanded: 1 }));
}
