//! Joining a custody: a device key is made on this computer, and a card of it that two people enrol.

use std::path::{Path, PathBuf};

use domain::OperatorId;
use ipc::{
    FieldProblem, InvitationView, IpcError, JoinRequest, JoiningCardRequest, JoiningView, JoiningsView, Nothing,
    SavedFileView, Thing,
};
use keychain::{PASSPHRASE_CHARS_MIN, Passphrase};
use ledger::EnrolmentCard;
use register::OperatorKind;
use tauri::State;
use workplace::{CARD_BYTES_MAX, Invitation, JoinOrder, Premises, read_card, write_card};
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::host::Host;
use crate::saved::save;
use crate::views::moments::{count32, digest};

/// Where the cards made on this computer lie until their people are enrolled. A card holds no secret.
const FOLDER: &str = "cards";

#[tauri::command]
pub(crate) async fn invitation(host: State<'_, Host>, request: Nothing) -> Result<InvitationView, IpcError> {
    let _ = request;
    let work = host.at_work().await?;
    let made = work.desk.premises.invitation(None).await.map_err(Failure::from)?;
    Ok(InvitationView { text: made.write() })
}

#[tauri::command]
pub(crate) async fn joinings(host: State<'_, Host>, request: Nothing) -> Result<JoiningsView, IpcError> {
    let _ = request;
    Ok(waiting(&host).await?)
}

#[tauri::command]
pub(crate) async fn join(host: State<'_, Host>, request: JoinRequest) -> Result<JoiningView, IpcError> {
    let premises = premises(&host).await?;
    let invitation = invitation_of(&request.invitation)?;
    let operator = request.operator.as_ref().map(operator_of).transpose()?;
    // EXPOSE: taken over into a buffer that is wiped, for the keychain.
    let password = request.login_password.expose(|typed| Zeroizing::new(typed.to_owned()));
    // EXPOSE: taken over into the keychain's own wiping form.
    let passphrase = request.passphrase.expose(|typed| Passphrase::new(typed.to_owned()));
    let login = request.login.trim();
    let order = JoinOrder {
        operator,
        kind: OperatorKind::Operator,
        name: request.name,
        person: request.person,
        login: (!login.is_empty()).then(|| login.to_owned()),
        password: (!password.is_empty()).then_some(password),
        device_name: request.device_name,
        invitation,
        // A computer holds one device key of a person: a further one here takes the place of the last.
        replace: operator.is_some(),
    };
    let card = premises.join(order, passphrase).await.map_err(Failure::from)?;
    let (folder, text, key) = (folder(&host), write_card(&card), hex::encode(card.key()));
    let kept = tokio::task::spawn_blocking(move || keep(&folder, &key, &text)).await;
    kept.map_err(Failure::internal)?.map_err(Failure::internal)?;
    Ok(view(&card))
}

#[tauri::command]
pub(crate) async fn joining_save(
    host: State<'_, Host>,
    request: JoiningCardRequest,
) -> Result<SavedFileView, IpcError> {
    let card = find(&host, &request.device_key).await?;
    save(&host, file_name(&card.name), "card", write_card(&card).into_bytes()).await
}

#[tauri::command]
pub(crate) async fn joining_forget(
    host: State<'_, Host>,
    request: JoiningCardRequest,
) -> Result<JoiningsView, IpcError> {
    let card = find(&host, &request.device_key).await?;
    let premises = premises(&host).await?;
    premises.forget_person(OperatorId(card.operator)).await.map_err(Failure::from)?;
    let file = path_of(&folder(&host), &hex::encode(card.key()));
    let removed = tokio::task::spawn_blocking(move || std::fs::remove_file(file)).await;
    removed.map_err(Failure::internal)?.map_err(Failure::internal)?;
    Ok(waiting(&host).await?)
}

async fn premises(host: &Host) -> Result<Premises, Failure> {
    host.premises().await?.ok_or_else(|| Failure::not_found(Thing::Custody))
}

fn operator_of(id: &ipc::OperatorId) -> Result<OperatorId, Failure> {
    id.0.trim().parse().map_err(|_not_an_id| Failure::invalid("operator", FieldProblem::NotAnAddress))
}

fn invitation_of(text: &str) -> Result<Option<Invitation>, Failure> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let read = Invitation::read(text.trim());
    read.map(Some).map_err(|error| {
        tracing::info!(%error, "what was pasted is no invitation");
        Failure::invalid("invitation", FieldProblem::NotACard)
    })
}

/// Cards of people who have not sat down here with a role yet.
async fn waiting(host: &Host) -> Result<JoiningsView, Failure> {
    let premises = premises(host).await?;
    let known = premises.people()?;
    let needs_invitation = premises.invitation(None).await.is_err();
    let cards = cards(host).await?;
    let new = |card: &&EnrolmentCard| {
        known.iter().any(|person| person.operator.0 == card.operator && person.roles.is_empty())
    };
    Ok(JoiningsView {
        waiting: cards.iter().filter(new).map(view).collect(),
        needs_invitation,
        passphrase_chars_min: count32(PASSPHRASE_CHARS_MIN),
    })
}

async fn find(host: &Host, device_key: &ipc::Digest) -> Result<EnrolmentCard, Failure> {
    let cards = cards(host).await?;
    let found = cards.into_iter().find(|card| digest(&card.key()) == *device_key);
    found.ok_or_else(|| Failure::not_found(Thing::Operator))
}

async fn cards(host: &Host) -> Result<Vec<EnrolmentCard>, Failure> {
    let folder = folder(host);
    let read = tokio::task::spawn_blocking(move || read_all(&folder)).await;
    read.map_err(Failure::internal)?.map_err(Failure::internal)
}

fn read_all(folder: &Path) -> std::io::Result<Vec<EnrolmentCard>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        if entry.metadata()?.len() > u64::try_from(CARD_BYTES_MAX).unwrap_or(u64::MAX) {
            continue;
        }
        // What lies there and is no card is left alone.
        if let Ok(card) = read_card(&std::fs::read_to_string(entry.path()).unwrap_or_default()) {
            found.push((entry.metadata()?.modified()?, card));
        }
    }
    found.sort_by_key(|(at, _)| *at);
    Ok(found.into_iter().map(|(_, card)| card).collect())
}

fn view(card: &EnrolmentCard) -> JoiningView {
    JoiningView {
        name: card.name.clone(),
        device_key: digest(&card.key()),
        device_name: card.device_name.clone(),
        card: write_card(card),
        file_name: format!("{}.card", file_name(&card.name)),
    }
}

fn folder(host: &Host) -> PathBuf {
    host.home().join(FOLDER)
}

fn path_of(folder: &Path, key: &str) -> PathBuf {
    folder.join(format!("{key}.card"))
}

fn keep(folder: &Path, key: &str, text: &str) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    std::fs::write(path_of(folder, key), text)
}

/// A name that every file system takes.
fn file_name(name: &str) -> String {
    let plain: String = name.to_lowercase().chars().map(|it| if it.is_alphanumeric() { it } else { '-' }).collect();
    let plain = plain.trim_matches('-');
    if plain.is_empty() { "enrolment".to_owned() } else { plain.to_owned() }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_card_is_saved_under_a_name_without_paths() {
        assert_eq!(super::file_name("Lena Kovač"), "lena-kovač");
        assert_eq!(super::file_name("../../etc"), "etc");
        assert_eq!(super::file_name("///"), "enrolment");
    }
}
