//! The sign window. What it shows it reads from here, and what is signed is what it showed: the hash says so.

use std::sync::Arc;

use domain::{Decision, Plan, RequestId};
use ipc::{
    CacheTag, Done, EscapedTextView, FieldProblem, HostEvent, IpcError, Nothing, Role, SealSlotView, SealedView,
    SignAct, SignConfirmRequest, SignContextView, SignPlanView, SignSubject, Thing,
};
use keychain::Passphrase;
use tauri::State;

use super::app::{head, me};
use super::requests::Loaded;
use crate::at_work::AtWork;
use crate::failure::Failure;
use crate::host::Host;
use crate::views::moments::{count32, digest, micros};
use crate::views::people::{role, role_of};
use crate::views::plans::plan_view;
use crate::views::requests::{differences, label};

#[tauri::command]
pub(crate) async fn sign_context(host: State<'_, Host>, request: Nothing) -> Result<SignContextView, IpcError> {
    let _ = request;
    let work = host.at_work().await?;
    let context = match subject(&work).await? {
        SignSubject::Draft { draft } => draft_context(&work, &draft).await?,
        SignSubject::Request { request, decision } => request_context(&work, &request, decision).await?,
        SignSubject::Review { review } => super::reviews::sign_context(&work, &review).await?,
        SignSubject::Register { digest } => super::exceptions_review::sign_context(&work, &digest).await?,
        SignSubject::Checkpoint { cosign } => super::checkpoints::sign_context(&work, cosign).await?,
        subject @ SignSubject::Transitions { .. } => super::transitions::sign_context(&work, &subject).await?,
        subject @ SignSubject::Record { .. } => super::schedule::sign_context(&work, &subject).await?,
        SignSubject::Duty { duty } => super::duties::sign_context(&work, duty).await?,
    };
    let shown = match &context {
        SignContextView::Plan { statement } => statement.plan_hash.0.clone(),
        SignContextView::Review { statement } => statement.statement_hash.0.clone(),
        SignContextView::Register { statement } => statement.statement_hash.0.clone(),
        SignContextView::Checkpoint { statement } => statement.statement_hash.0.clone(),
        SignContextView::Transitions { statement } => statement.statement_hash.0.clone(),
        SignContextView::Record { statement } => statement.statement_hash.0.clone(),
        SignContextView::Duty { statement } => statement.statement_hash.0.clone(),
    };
    if let Some(signing) = work.signing.lock().await.as_mut() {
        signing.shown = hex::decode(shown).ok().and_then(|bytes| bytes.try_into().ok());
    }
    Ok(context)
}

#[tauri::command]
pub(crate) async fn sign_confirm(host: State<'_, Host>, request: SignConfirmRequest) -> Result<SealedView, IpcError> {
    let work = host.at_work().await?;
    work.touch();
    work.pen().await?;
    let subject = subject(&work).await?;
    let shown = work.signing.lock().await.as_ref().and_then(|signing| signing.shown);
    // What the reader says they saw, what the window was given, and what is signed must be one.
    let shown = shown.filter(|hash| digest(hash) == request.plan_hash).ok_or(IpcError::Moved)?;
    // EXPOSE: taken over into the keychain's own wiping form.
    let passphrase = request.passphrase.expose(|typed| Passphrase::new(typed.to_owned()));
    let sealed = match subject {
        SignSubject::Draft { draft } => submit(&work, &draft, shown, request.typed.as_deref(), passphrase).await?,
        SignSubject::Request { request: id, decision } => {
            let typed = request.typed.as_deref();
            decide(&work, Deciding { request: &id, decision, reason: &request.reason, typed }, shown, passphrase)
                .await?
        }
        SignSubject::Review { review } => {
            super::reviews::sign_off(&work, &review, &request.reason, shown, passphrase).await?
        }
        SignSubject::Register { .. } => {
            super::exceptions_review::sign_off(&work, &request.reason, shown, passphrase).await?
        }
        SignSubject::Checkpoint { cosign } => super::checkpoints::sign(&work, cosign, shown, passphrase).await?,
        subject @ SignSubject::Transitions { .. } => {
            super::transitions::sign(&work, &subject, &request.reason, shown, passphrase).await?
        }
        subject @ SignSubject::Record { .. } => {
            super::schedule::sign(&work, &subject, &request.reason, shown, passphrase).await?
        }
        SignSubject::Duty { duty } => super::duties::sign(&work, duty, shown, passphrase).await?,
    };
    *work.signing.lock().await = None;
    host.relay.changed(&[
        CacheTag::Exceptions,
        CacheTag::Requests,
        CacheTag::Reviews,
        CacheTag::People,
        CacheTag::Rules,
        CacheTag::Operators,
        CacheTag::Tenants,
        CacheTag::Overview,
        CacheTag::Keys,
        CacheTag::Ledger,
        CacheTag::Status,
    ]);
    host.relay.tell(&HostEvent::Sealed {
        request: sealed.request.clone(),
        label: sealed.label.clone(),
        decision: sealed.decision,
    });
    Ok(sealed)
}

#[tauri::command]
pub(crate) async fn sign_cancel(host: State<'_, Host>, request: Nothing) -> Result<Done, IpcError> {
    let _ = request;
    if let Ok(work) = host.at_work().await {
        *work.signing.lock().await = None;
    }
    host.relay.close_sign_window();
    Ok(Done {})
}

async fn subject(work: &AtWork) -> Result<SignSubject, Failure> {
    let signing = work.signing.lock().await;
    signing.as_ref().map(|signing| signing.subject.clone()).ok_or_else(|| Failure::not_found(Thing::Draft))
}

async fn draft_context(work: &Arc<AtWork>, draft: &ipc::DraftId) -> Result<SignContextView, Failure> {
    let plan = work.draft(draft).await.ok_or_else(|| Failure::not_found(Thing::Draft))?;
    let now = work.desk.console.now().await?;
    let found = work.desk.console.recheck_plan(&plan).await?;
    let role = requester_role(work, &plan)?;
    let rule = domain::quorum_rules().into_iter().find(|rule| rule.operation == plan.operation);
    let countersigners = rule.as_ref().and_then(|rule| rule.countersigners_of(role_of(role))).unwrap_or_default();
    let slots =
        vec![SealSlotView::Mine { role }, SealSlotView::Empty { roles: crate::views::people::roles(countersigners) }];
    let quorum = rule.map_or(2, |rule| rule.people_min.max(2));
    let view = Context { act: SignAct::Submit, label: None, requested_at: None, role, slots, quorum };
    context(work, &plan, view, me(work), now, &found)
}

async fn request_context(
    work: &Arc<AtWork>,
    request: &ipc::RequestId,
    decision: ipc::Decision,
) -> Result<SignContextView, Failure> {
    let loaded = Loaded::read(work, parse(request)?).await?;
    let shown = loaded.shown(work);
    let found = work.desk.console.recheck_plan(&loaded.plan).await?;
    let role = loaded.may.roles.first().copied().and_then(role);
    let role = role.ok_or_else(|| {
        let reason = crate::views::requests::refusal(&loaded.may, &loaded.row, &loaded.directory());
        Failure::refused(reason.unwrap_or(ipc::RefusalReason::AlreadyDecided))
    })?;
    let view = Context {
        act: SignAct::Decide { decision },
        label: Some(label(loaded.row.number)),
        requested_at: Some(micros(loaded.row.submitted_at)),
        role,
        slots: shown.slots(),
        quorum: shown.quorum(),
    };
    context(work, &loaded.plan, view, loaded.directory().person(loaded.row.requester), loaded.now, &found)
}

struct Context {
    act: SignAct,
    label: Option<String>,
    requested_at: Option<ipc::Micros>,
    role: Role,
    slots: Vec<SealSlotView>,
    quorum: u32,
}

fn context(
    work: &AtWork,
    plan: &Plan,
    view: Context,
    requester: ipc::PersonView,
    now: domain::Timestamp,
    found: &[domain::Change],
) -> Result<SignContextView, Failure> {
    let statement = SignPlanView {
        act: view.act,
        label: view.label,
        custody: head(&work.desk.premises)?,
        plan: plan_view(plan, true),
        requester,
        requested_at: view.requested_at,
        reason: plan.reason.clone(),
        change_record: plan.change_record.clone(),
        rollback_plan: plan.rollback_plan.clone(),
        approve_by: micros(plan.clocks.approve_by),
        execute_by: micros(plan.clocks.execute_by),
        quorum: view.quorum,
        slots: view.slots,
        signer: me(work),
        role: view.role,
        device_key: digest(&work.desk.session.device),
        plan_hash: digest(&plan.hash()),
        rechecked_at: micros(now),
        type_this: type_this(plan).map(str::to_owned),
        differences: differences(found),
        escaped: escaped(plan),
    };
    Ok(SignContextView::Plan { statement })
}

/// What a signer types before they sign: the name of a tenant that is to end.
fn type_this(plan: &Plan) -> Option<&str> {
    let ends = plan.operation == domain::Operation::OffboardTenant;
    plan.targets.first().map(|target| target.name.as_str()).filter(|_| ends)
}

/// checked here, so that no window can leave it out.
fn check_typed(plan: &Plan, typed: Option<&str>) -> Result<(), Failure> {
    if type_this(plan).is_none_or(|wanted| typed == Some(wanted)) {
        Ok(())
    } else {
        Err(Failure::refused(ipc::RefusalReason::TypedDiffers))
    }
}

/// Texts a reader could mistake, with every unusual character made visible.
fn escaped(plan: &Plan) -> Vec<EscapedTextView> {
    let texts =
        [("reason", &plan.reason), ("changeRecord", &plan.change_record), ("rollbackPlan", &plan.rollback_plan)];
    let names = plan.targets.iter().map(|target| ("subject", &target.name));
    let view = |(field, text): (&str, &String)| {
        let escaped = domain::escape_visibly(text);
        (escaped != *text).then(|| EscapedTextView { field: field.to_owned(), escaped })
    };
    texts.into_iter().chain(names).filter_map(view).collect()
}

async fn submit(
    work: &Arc<AtWork>,
    draft: &ipc::DraftId,
    shown: [u8; 32],
    typed: Option<&str>,
    passphrase: Passphrase,
) -> Result<SealedView, Failure> {
    let plan = work.draft(draft).await.ok_or_else(|| Failure::not_found(Thing::Draft))?;
    if plan.hash() != shown {
        return Err(IpcError::Moved.into());
    }
    check_typed(&plan, typed)?;
    let role = requester_role(work, &plan)?;
    let device = work.desk.unlock_for_seal(passphrase).await?;
    let receipt = work.desk.console.submit(&plan, role_of(role), &device).await?;
    work.forget_draft(draft).await;
    sealed(work, plan.request, None, receipt.seq).await
}

/// A decision as the signer gave it.
struct Deciding<'a> {
    request: &'a ipc::RequestId,
    decision: ipc::Decision,
    reason: &'a str,
    typed: Option<&'a str>,
}

async fn decide(
    work: &Arc<AtWork>,
    Deciding { request, decision, reason, typed }: Deciding<'_>,
    shown: [u8; 32],
    passphrase: Passphrase,
) -> Result<SealedView, Failure> {
    let id = parse(request)?;
    let decided = match decision {
        ipc::Decision::Approve => Decision::Approve,
        ipc::Decision::Reject => Decision::Reject,
    };
    if decided == Decision::Reject && reason.trim().is_empty() {
        return Err(Failure::invalid("reason", FieldProblem::Empty));
    }
    let loaded = Loaded::read(work, id).await?;
    if decided == Decision::Approve {
        check_typed(&loaded.plan, typed)?;
    }
    let role = loaded.may.roles.first().copied().unwrap_or(loaded.row.requester_role);
    let device = work.desk.unlock_for_seal(passphrase).await?;
    let verdict = custody::request::Verdict { request: id, decision: decided, role, reason, shown };
    let receipt = work.desk.console.decide(verdict, &device, work.pen().await?).await?;
    // What could not be put into force now stays approved, on screen, for anybody eligible to execute.
    if decided == Decision::Approve
        && let Err(error) = work.desk.console.settle(work.pen().await?, id).await
    {
        tracing::warn!(%error, request = %id, "countersigned, and not yet in force");
    }
    sealed(work, id, Some(decision), receipt.seq).await
}

async fn sealed(
    work: &Arc<AtWork>,
    request: RequestId,
    decision: Option<ipc::Decision>,
    entry: u64,
) -> Result<SealedView, Failure> {
    let loaded = Loaded::read(work, request).await?;
    let given = loaded.seals.iter().filter(|seal| seal.decision == Decision::Approve).count();
    Ok(SealedView {
        request: Some(ipc::RequestId(request.to_string())),
        label: label(loaded.row.number),
        decision,
        entry: count32(entry),
        missing: loaded.shown(work).quorum().saturating_sub(count32(given)),
    })
}

/// The role in which this operator asks: the first of theirs that may ask for such a thing.
fn requester_role(work: &AtWork, plan: &Plan) -> Result<Role, Failure> {
    let rule = domain::quorum_rules().into_iter().find(|rule| rule.operation == plan.operation);
    let may_ask = |role: &&domain::Role| rule.as_ref().is_some_and(|rule| rule.countersigners_of(**role).is_some());
    let held = work.desk.person.roles.iter().find(may_ask).copied().and_then(role);
    held.ok_or_else(|| {
        let needs = vec![Role::Devops, Role::Engineering, Role::Security];
        Failure::refused(ipc::RefusalReason::RoleMissing { needs })
    })
}

fn parse(request: &ipc::RequestId) -> Result<RequestId, Failure> {
    request.0.parse().map_err(|_not_an_id| Failure::not_found(Thing::Request))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use domain::{Clocks, CustodyId, Environment, KeyId, Operation, OperatorId, Plan, RequestId, Target, Timestamp};
    use uuid::Uuid;

    use super::check_typed;

    fn plan(operation: Operation) -> Plan {
        let at = Timestamp::from_micros(0);
        Plan {
            custody: CustodyId(Uuid::nil()),
            environment: Environment::Development,
            request: RequestId(Uuid::nil()),
            operation,
            requester: OperatorId(Uuid::nil()),
            nonce: [0; 16],
            clocks: Clocks { planned_at: at, approve_by: at, execute_by: at },
            targets: vec![Target { key: KeyId(Uuid::nil()), name: "Pellworth Law".to_owned(), version: String::new() }],
            parameters: BTreeMap::new(),
            changes: Vec::new(),
            impact: BTreeMap::new(),
            reason: String::new(),
            change_record: String::new(),
            rollback_plan: String::new(),
            depends_on: BTreeMap::new(),
        }
    }

    /// a tenant's end is signed by whoever types its name, letter by letter, whatever the window sends.
    #[test]
    fn a_tenants_end_is_armed_by_its_name_alone() {
        let end = plan(Operation::OffboardTenant);
        for wrong in [None, Some(""), Some("pellworth law"), Some("Pellworth Law "), Some("Pellworth")] {
            assert!(check_typed(&end, wrong).is_err(), "{wrong:?}");
        }
        assert!(check_typed(&end, Some("Pellworth Law")).is_ok());
        assert!(check_typed(&plan(Operation::RotateKek), None).is_ok());
    }
}
