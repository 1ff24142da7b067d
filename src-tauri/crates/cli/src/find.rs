//! What a person means by `R-7`, `kek-payments` or an id.

use domain::{KeyId, KeyState, RequestId, RunId, TenantId};
use register::{
    Direction, HOLDS_PAGE_MAX, KeyFilter, KeyOrder, KeySort, Register, RequestFolder, RequestRow, RunFolder, RunRow,
};
use uuid::Uuid;
use workplace::Desk;

use crate::failure::Failure;

/// Keys of one name that are looked at.
const NAMESAKES_MAX: u32 = 100;

/// A request by its number (`R-7` or `7`) or its id.
pub async fn request(desk: &Desk, named: &str) -> Result<RequestRow, Failure> {
    let register = &desk.console.register;
    let found = if let Ok(id) = named.parse::<RequestId>() {
        register.request(id).await?
    } else {
        let number = number(named, "R-").ok_or_else(|| not_an_id("request", named, "R-7"))?;
        request_by_number(desk, number).await?
    };
    found.ok_or_else(|| unknown("request", named, "countersign request list --folder decided"))
}

/// The folders are complements: a request is in exactly one of these two.
async fn request_by_number(desk: &Desk, number: u32) -> Result<Option<RequestRow>, Failure> {
    let (register, me) = (&desk.console.register, desk.person.operator);
    for folder in [RequestFolder::Open, RequestFolder::Decided] {
        let page = register.requests_page(folder, me, number.checked_add(1), 1).await?;
        let found = page.rows.into_iter().find(|row| row.number == number);
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// A run by its number (`run-3` or `3`) or its id.
pub async fn run(register: &Register, named: &str) -> Result<RunRow, Failure> {
    let found = if let Ok(id) = named.parse::<RunId>() {
        register.run(id).await?
    } else {
        let number = number(named, "run-").ok_or_else(|| not_an_id("run", named, "3"))?;
        run_by_number(register, number).await?
    };
    found.ok_or_else(|| unknown("run", named, "countersign run list --finished"))
}

async fn run_by_number(register: &Register, number: u32) -> Result<Option<RunRow>, Failure> {
    for folder in [RunFolder::Active, RunFolder::Finished] {
        let page = register.runs_page(folder, number.checked_add(1), 1).await?;
        let found = page.rows.into_iter().find(|row| row.number == number);
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// A key by its id, or by its name where only one live key is called so.
pub async fn key(register: &Register, named: &str) -> Result<KeyId, Failure> {
    if let Ok(id) = named.parse::<KeyId>() {
        return Ok(id);
    }
    if let Some(kek) = register.kek_by_name(named).await? {
        return Ok(kek.id);
    }
    let filter = KeyFilter { text: named.to_owned(), ..KeyFilter::default() };
    let order = KeyOrder { sort: KeySort::Name, direction: Direction::Ascending };
    let page = register.keys_page(&filter, order, None, NAMESAKES_MAX).await?;
    let called_so: Vec<KeyId> = page.rows.iter().filter(|row| row.name == named).map(|row| row.id).collect();
    match called_so.as_slice() {
        [only] => Ok(*only),
        [] => Err(unknown("key", named, "countersign keys list TEXT")),
        several => {
            let ids = several.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let message = format!("{} keys are called {named}", several.len());
            Err(Failure::new("ambiguous", message).could_not_tell().hint(format!("name one by its id: {ids}")))
        }
    }
}

/// A tenant by its name, letter by letter, or its id.
pub async fn tenant(register: &Register, named: &str) -> Result<TenantId, Failure> {
    if let Ok(id) = named.parse::<TenantId>() {
        return Ok(id);
    }
    let found = register.tenant_named(named).await?;
    found.ok_or_else(|| unknown_tenant(named))
}

/// That there is no such tenant.
pub fn unknown_tenant(named: &str) -> Failure {
    unknown("tenant", named, "countersign tenants list")
}

/// A hold by its id, or by its reference where only one that is set has it.
pub async fn hold(register: &Register, named: &str) -> Result<Uuid, Failure> {
    if let Ok(id) = named.parse::<Uuid>() {
        return Ok(id);
    }
    let (mut found, mut below) = (Vec::new(), None);
    loop {
        let rows = register.holds_page(true, below, HOLDS_PAGE_MAX).await?;
        found.extend(rows.iter().filter(|row| row.reference == named).map(|row| row.id));
        match rows.last() {
            Some(last) => below = Some(last.set_seq),
            None => break,
        }
    }
    match found.as_slice() {
        [only] => Ok(*only),
        [] => Err(unknown_hold(named)),
        several => {
            let ids = several.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let message = format!("{} holds have the reference {named}", several.len());
            Err(Failure::new("ambiguous", message).could_not_tell().hint(format!("name one by its id: {ids}")))
        }
    }
}

/// That there is no such hold.
pub fn unknown_hold(named: &str) -> Failure {
    unknown("hold", named, "countersign hold list")
}

/// Whether a key still has a life to lead.
pub fn is_live(state: KeyState) -> bool {
    !matches!(state, KeyState::Destroyed | KeyState::Archived)
}

fn number(named: &str, prefix: &str) -> Option<u32> {
    let digits = match named.get(..prefix.len()) {
        Some(begin) if begin.eq_ignore_ascii_case(prefix) => named.get(prefix.len()..)?,
        _ => named,
    };
    digits.parse().ok()
}

fn not_an_id(what: &str, named: &str, example: &str) -> Failure {
    Failure::new("usage", format!("{named:?} is no {what}"))
        .could_not_tell()
        .hint(format!("name it by its number, such as {example}, or by its id"))
}

fn unknown(what: &str, named: &str, look: &str) -> Failure {
    Failure::new(format!("{what}_unknown"), format!("there is no {what} {named}"))
        .hint(format!("look for it with: {look}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_with_and_without_their_letter() {
        assert_eq!(["R-7", "r-7", "7"].map(|text| number(text, "R-")), [Some(7); 3]);
        assert_eq!(["R7", "R--7", "", "ü-7"].map(|text| number(text, "R-")), [None; 4]);
    }
}
