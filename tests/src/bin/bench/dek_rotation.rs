//! Figures of a rotation of data-encryption keys: how fast tokens move, and what it asks of the vault.

use countersign_tests::{OtherVault, Pens, TestCustody, TokenBag};
use custody::request::Wanted;
use domain::{DekTrigger, KeyId, StepKind};
use local_vault::AuditCursor;
use vault::Budget;

use crate::figure::{Figure, Goal, real};
use crate::sizes::Sizes;
use crate::timed::Timed;

/// Tokens that are sealed at a time while the estate is made.
const SEALED_AT_ONCE: u32 = 10_000;

/// Of how many tokens one is opened at the end: each costs a call to the vault.
const OPENED_OF: usize = 200;

/// Measures all of them.
pub async fn measure(sizes: &Sizes) {
    let (deks, tokens) = (sizes.of("deks", 50), sizes.of("tokens", 100_000));
    let mut custody = TestCustody::found_on_disk().await;
    let pens = Pens::take_up(&custody).await;
    let vault = OtherVault::start(|settings| settings.limits = None).await;
    vault.stand_in(&mut custody, Budget::unlimited());
    eprintln!("{tokens} tokens under {deks} DEKs are made");
    let kek = custody.make_kek("kek-bench").await;
    let keys = custody.make_deks(kek, usize::try_from(deks).unwrap()).await;
    let mut bag = TokenBag::default();
    fill(&custody, &keys, tokens / deks, &mut bag).await;
    eprintln!("they are moved");
    let wanted = Wanted::RotateDeks { keys, trigger: DekTrigger::Schedule };
    let request = pens.seal(&custody, &wanted).await.request;
    let ines = &custody.ines;
    let run = ines.console.start(ines.author(), request).await.unwrap();
    let (_, before) = vault.running.audit().read_since(AuditCursor::default(), usize::MAX).unwrap();
    let timed = Timed::execute(ines, run).await;
    let (operations, _) = vault.running.audit().read_since(before, usize::MAX).unwrap();
    eprintln!("some of them are opened");
    bag.some_open(ines, OPENED_OF).await;
    let moved = real(bag.count());
    let (step, whole) = (timed.of(StepKind::Reencrypt).as_secs_f64(), timed.whole().as_secs_f64());
    Figure::measured("tokens re-encrypted a second", moved / step, "tokens/s", Goal::AtLeast(35_000.0))
        .with(format!(
            "{moved} tokens under {deks} DEKs: read, opened, sealed, signed and written; the whole run, from its first step to its \
             last, moves {:.0}/s",
            moved / whole
        ))
        .print();
    Figure::measured(
        "vault operations of a rotation of DEKs",
        real(operations.len()),
        "operations",
        Goal::AtMost(real(2 * deks + 1)),
    )
    .with(format!("two for each of {deks} DEKs, and the public half of their KEK"))
    .print();
}

async fn fill(custody: &TestCustody, keys: &[KeyId], each: u32, bag: &mut TokenBag) {
    let at_once = (SEALED_AT_ONCE / u32::try_from(keys.len()).unwrap()).max(1);
    let mut left = each;
    while left > 0 {
        let some = left.min(at_once);
        bag.seal(&custody.ines, keys, usize::try_from(some).unwrap()).await;
        left -= some;
    }
}
