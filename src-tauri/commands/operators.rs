//! People: who is enrolled, what they could sign together, and how one person ends another's access at once.

use std::sync::Arc;

use custody::people::Loss;
use custody::request::{Joiner, PeopleOrder, Wanted};
use domain::{KeyId, Operation, OperatorId, Timestamp};
use ipc::{
    CardView, FieldProblem, IpcError, JoinerWish, NeededForView, Nothing, OpenSealView, OperationRequest,
    OwnDutiesView, PeopleView, PersonAct, PersonActsView, PersonDetailView, PersonProtectedView, PersonRequest,
    ProtectPersonRequest, ReadCardRequest, RefusalReason, RequestLinkView, Thing,
};
use ledger::EnrolmentCard;
use rand_core::OsRng;
use register::{
    LostDeviceRow, OperatorKind, OperatorRow, OperatorStatus, ProofOfLifeRow, Receipt, RequestFolder, RequestRow,
};
use tauri::State;

use crate::at_work::AtWork;
use crate::failure::Failure;
use crate::host::Host;
use crate::views::acts::Asking;
use crate::views::moments::count32;
use crate::views::operators::{Roll, card as card_view, kind_of};
use crate::views::people::{Directory, role_of};
use crate::views::plans::operation;
use crate::views::requests::{label, may};

/// Requests looked through for what somebody has signed or is asked about.
const OPEN_MAX: u32 = 200;

#[tauri::command]
pub(crate) async fn people(host: State<'_, Host>, request: Nothing) -> Result<PeopleView, IpcError> {
    let _ = request;
    let work = host.at_work().await?;
    Ok(everyone(&work).await?)
}

#[tauri::command]
pub(crate) async fn person_detail(host: State<'_, Host>, request: PersonRequest) -> Result<PersonDetailView, IpcError> {
    let work = host.at_work().await?;
    Ok(detail(&work, operator_of(&request.operator)?).await?)
}

#[tauri::command]
pub(crate) async fn protect_person(
    host: State<'_, Host>,
    request: ProtectPersonRequest,
) -> Result<PersonProtectedView, IpcError> {
    let work = host.at_work().await?;
    work.touch();
    let operator = operator_of(&request.operator)?;
    let receipt = protect(&work, operator, &request).await?;
    let number = |name: &str| count32(receipt.number(name).unwrap_or_default());
    Ok(PersonProtectedView {
        person: detail(&work, operator).await?,
        lapsed: number("requests"),
        connections_left: number("connections_left"),
        entry: count32(receipt.seq),
    })
}

#[tauri::command]
pub(crate) async fn read_card(host: State<'_, Host>, request: ReadCardRequest) -> Result<CardView, IpcError> {
    let work = host.at_work().await?;
    let card = card_of(&request.text)?;
    let operators = work.read_operators().await?;
    let console = &work.desk.console;
    let people = Directory { operators: &operators, now: console.now().await.map_err(Failure::from)? };
    Ok(card_view(&card, &people, console.custody.id.0, &console.witness.founding()))
}

/// What the window asks for about a person, or about what is no person.
pub(super) fn wanted(work: &AtWork, asked: &OperationRequest, now: Timestamp) -> Result<Wanted, Failure> {
    let order = match asked {
        OperationRequest::ChangeRules { section, rules, decision_record } => {
            return Ok(Wanted::ChangeRules(super::rules::order(*section, rules, decision_record)));
        }
        OperationRequest::EnrolOperator { joiner, roles } => {
            PeopleOrder::Enrol { joiner: joiner_of(joiner, now)?, roles: roles_of(roles) }
        }
        OperationRequest::EnrolDevice { operator, card } => {
            let (operator, card) = (operator_of(operator)?, card_of(card)?);
            same_person(&card, operator)?;
            PeopleOrder::Device(card)
        }
        OperationRequest::GrantRole { operator, roles } => {
            PeopleOrder::Grant { operator: operator_of(operator)?, roles: roles_of(roles) }
        }
        OperationRequest::ReinstateOperator { operator, roles, card } => {
            let (operator, card) = (operator_of(operator)?, card.as_deref().map(card_of).transpose()?);
            card.as_ref().map(|card| same_person(card, operator)).transpose()?;
            PeopleOrder::Reinstate { operator, card, roles: roles_of(roles) }
        }
        _ => return Err(Failure::refused(RefusalReason::RunState)),
    };
    work.touch();
    Ok(Wanted::People(order))
}

/// Requests that are not decided, or approved and not begun.
pub(super) async fn open_requests(work: &AtWork) -> Result<Vec<RequestRow>, Failure> {
    let (register, me) = (&work.desk.console.register, work.desk.person.operator);
    Ok(register.requests_page(RequestFolder::Open, me, None, OPEN_MAX).await?.rows)
}

/// A request, named.
pub(super) fn request_link(row: &RequestRow) -> RequestLinkView {
    RequestLinkView { request: ipc::RequestId(row.id.to_string()), label: label(row.number) }
}

fn operator_of(id: &ipc::OperatorId) -> Result<OperatorId, Failure> {
    id.0.parse().map_err(|_not_an_id| Failure::not_found(Thing::Operator))
}

fn roles_of(named: &[ipc::Role]) -> Vec<domain::Role> {
    named.iter().copied().map(role_of).collect()
}

fn card_of(text: &str) -> Result<EnrolmentCard, Failure> {
    workplace::read_card(text.trim()).map_err(|error| {
        tracing::info!(%error, "what was pasted is no enrolment card");
        Failure::invalid("card", FieldProblem::NotACard)
    })
}

/// A card brings a device to the person it names, and to nobody else.
fn same_person(card: &EnrolmentCard, operator: OperatorId) -> Result<(), Failure> {
    if card.operator == operator.0 { Ok(()) } else { Err(Failure::invalid("card", FieldProblem::NotACard)) }
}

fn joiner_of(joiner: &JoinerWish, now: Timestamp) -> Result<Joiner, Failure> {
    Ok(match joiner {
        JoinerWish::Card { card } => Joiner::Keyed(card_of(card)?),
        JoinerWish::Keyless { kind, name, person, login } => Joiner::Keyless {
            operator: OperatorId::make(now, &mut OsRng),
            kind: kind_of(*kind),
            person: person.clone(),
            name: name.clone(),
            login: login.clone(),
        },
    })
}

async fn protect(work: &AtWork, operator: OperatorId, request: &ProtectPersonRequest) -> Result<Receipt, Failure> {
    let (console, author, why) = (&work.desk.console, work.pen().await?, request.reason.as_str());
    let loss = if request.accept_loss { Loss::Accepted } else { Loss::Refused };
    let done = match &request.act {
        PersonAct::Suspend => console.suspend_operator(author, operator, why, loss).await,
        PersonAct::Leave => console.operator_left(author, operator, why).await,
        PersonAct::WithdrawRole { role } => {
            console.withdraw_roles(author, operator, &withdrawn(work, operator, *role).await?, why).await
        }
        PersonAct::RevokeDevice { device } => console.revoke_device(author, &key_of(device)?, why).await,
        PersonAct::ReportLost { device, lost_at } => {
            let at = moment(lost_at, "lostAt")?;
            console.report_lost_device(author, &key_of(device)?, at, why, loss).await
        }
        PersonAct::ConfirmWipe { device, wiped_at } => {
            console.record_wiped(author, &key_of(device)?, moment(wiped_at, "wipedAt")?, why).await
        }
    };
    Ok(done?)
}

/// Accepting risks goes with Security: who loses the one loses the other.
async fn withdrawn(work: &AtWork, operator: OperatorId, named: ipc::Role) -> Result<Vec<domain::Role>, Failure> {
    let role = role_of(named);
    let operators = work.read_operators().await?;
    let held = operators.iter().find(|row| row.id == operator).map(|row| row.roles.as_slice()).unwrap_or_default();
    let accepts = held.iter().any(|held| held.role == domain::Role::RiskAcceptance);
    let both = role == domain::Role::Security && accepts;
    Ok(if both { vec![role, domain::Role::RiskAcceptance] } else { vec![role] })
}

fn key_of(device: &ipc::Digest) -> Result<[u8; 32], Failure> {
    let bytes = hex::decode(&device.0).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or_else(|| Failure::not_found(Thing::Operator))
}

fn moment(at: &ipc::Micros, field: &str) -> Result<Timestamp, Failure> {
    let micros = at.to_i64().filter(|micros| *micros > 0);
    micros.map(Timestamp::from_micros).ok_or_else(|| Failure::invalid(field, FieldProblem::NotANumber))
}

/// What every view of people is made of.
struct Read {
    operators: Arc<Vec<OperatorRow>>,
    proofs: Vec<ProofOfLifeRow>,
    lost: Vec<LostDeviceRow>,
    now: Timestamp,
}

impl Read {
    async fn all(work: &AtWork) -> Result<Self, Failure> {
        let register = &work.desk.console.register;
        let operators = work.read_operators().await?;
        let (proofs, lost, now) =
            tokio::try_join!(register.proofs_of_life(), register.lost_devices(), register.clock())?;
        Ok(Self { operators, proofs, lost, now })
    }

    fn roll(&self) -> Roll<'_> {
        let people = Directory { operators: &self.operators, now: self.now };
        Roll { people, proofs: &self.proofs, lost: &self.lost }
    }
}

async fn everyone(work: &AtWork) -> Result<PeopleView, Failure> {
    let register = &work.desk.console.register;
    let read = Read::all(work).await?;
    let roll = read.roll();
    let (unmet, rules) = tokio::try_join!(register.unmet_quorums(), register.quorum_rules())?;
    let settings = register.rules(domain::RuleSection::Settings).await?.rows;
    let number = |name: &str| settings.get(name).and_then(|value| value.parse().ok()).unwrap_or_default();
    let rule = |of: Operation| rules.rules.iter().find(|rule| rule.operation == of);
    let asking = Asking { held: &work.desk.person.roles, people: &roll.people };
    Ok(PeopleView {
        people: read.operators.iter().map(|row| roll.row(row)).collect(),
        quorums: Operation::ALL.iter().map(|of| roll.quorum(*of, rule(*of), &unmet)).collect(),
        enrol: asking.may_ask(Operation::EnrolOperator, None),
        cool_down_hours: number("role_cool_down_hours"),
        rehearsal_days: number("rehearsal_days"),
        acknowledgement_days: number("acknowledgement_days"),
        lost_device_hours: number("lost_device_hours"),
    })
}

async fn detail(work: &AtWork, operator: OperatorId) -> Result<PersonDetailView, Failure> {
    let register = &work.desk.console.register;
    let read = Read::all(work).await?;
    let roll = read.roll();
    let row = read.operators.iter().find(|row| row.id == operator);
    let row = row.ok_or_else(|| Failure::not_found(Thing::Operator))?;
    let (events, needed) =
        tokio::try_join!(register.operator_events(operator), register.would_break_quorum(operator, None, None))?;
    let about = register.requests_about(KeyId(operator.0), OPEN_MAX).await?;
    let asking = Asking { held: &work.desk.person.roles, people: &roll.people };
    let once = asking.may_protect(None);
    let mut devices: Vec<_> = row.devices.iter().map(|device| roll.device(row, device, &events, &once)).collect();
    devices.reverse();
    let own = operator == work.desk.person.operator;
    Ok(PersonDetailView {
        row: roll.row(row),
        enrolled_at: crate::views::moments::micros(row.enrolled_at),
        enrolled_entry: count32(row.enrolled_seq),
        roles: roll.held(row, &once),
        devices,
        needed_for: needed.iter().map(|of| NeededForView { operation: operation(*of), with: Vec::new() }).collect(),
        open_seals: open_seals(work, operator).await?,
        requests: about.iter().filter(|row| alive(row)).map(request_link).collect(),
        history: events.iter().map(|event| roll.event(event, operator)).collect(),
        own: if own { own_duties(work, row, read.now).await? } else { None },
        acts: acts(&asking, row),
    })
}

fn alive(row: &RequestRow) -> bool {
    matches!(row.state, domain::RequestState::Open | domain::RequestState::Approved | domain::RequestState::Executing)
}

/// Their seals that lapse with their access.
async fn open_seals(work: &AtWork, operator: OperatorId) -> Result<Vec<OpenSealView>, Failure> {
    let open = open_requests(work).await?;
    let ids: Vec<_> = open.iter().map(|row| row.id).collect();
    let seals = work.desk.console.register.seals_of(&ids).await?;
    let mine = |row: &&RequestRow| {
        seals.iter().any(|seal| {
            seal.request == row.id && seal.operator == operator && seal.decision == domain::Decision::Approve
        })
    };
    let view = |row: &RequestRow| OpenSealView {
        request: request_link(row),
        operation: operation(row.operation),
        subject: row.targets.first().map(|target| target.name.clone()).unwrap_or_default(),
        targets: count32(row.targets.len()),
        requester: row.requester == operator,
    };
    Ok(open.iter().filter(mine).map(view).collect())
}

/// What they owe for themselves: a human who may sign.
async fn own_duties(work: &AtWork, row: &OperatorRow, now: Timestamp) -> Result<Option<OwnDutiesView>, Failure> {
    if row.kind != OperatorKind::Operator {
        return Ok(None);
    }
    let duties = work.desk.console.register.duties().await?;
    let held = row.roles_at(now);
    let reason = if held.is_empty() {
        // A role that was granted waits out its cool-down.
        Some(RefusalReason::RoleMissing { needs: vec![ipc::Role::Security, ipc::Role::Devops, ipc::Role::Engineering] })
    } else {
        held.iter().all(|role| *role == domain::Role::Auditor).then_some(RefusalReason::AuditorNeverSigns)
    };
    Ok(Some(OwnDutiesView {
        words: duties.words.lines().map(str::to_owned).collect(),
        version: duties.version.to_string(),
        sign: may(reason, &[]),
    }))
}

fn acts(asking: &Asking<'_>, row: &OperatorRow) -> PersonActsView {
    let stands = |wanted: OperatorStatus| {
        let refusal = RefusalReason::Register { refusal: "operator_inactive".to_owned() };
        (row.status != wanted).then_some(refusal)
    };
    let gone = (row.status == OperatorStatus::Left)
        .then(|| RefusalReason::Register { refusal: "operator_inactive".to_owned() });
    let human = |otherwise: Option<RefusalReason>| {
        let not_human = RefusalReason::Register { refusal: "not_human".to_owned() };
        if row.kind == OperatorKind::Operator { otherwise } else { Some(not_human) }
    };
    let keyed = |otherwise: Option<RefusalReason>| {
        let not_human = RefusalReason::Register { refusal: "not_human".to_owned() };
        let holds = matches!(row.kind, OperatorKind::Operator | OperatorKind::Agent);
        if holds { otherwise } else { Some(not_human) }
    };
    PersonActsView {
        suspend: asking.may_protect(stands(OperatorStatus::Active)),
        leave: asking.may_protect(gone),
        grant: asking.may_ask(Operation::GrantRole, human(stands(OperatorStatus::Active))),
        reinstate: asking.may_ask(Operation::ReinstateOperator, stands(OperatorStatus::Suspended)),
        enrol_device: asking.may_ask(Operation::EnrolDevice, keyed(stands(OperatorStatus::Active))),
    }
}
