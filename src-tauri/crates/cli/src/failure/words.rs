//! Codes of refusals in plain words: what happened, and what to do. `docs/formats/acts.md` lists the codes.

/// What happened, and what to do; nothing where nothing can be done.
pub type Words = (&'static str, &'static str);

/// A code in words, where there are any.
pub fn of(code: &str) -> Option<Words> {
    let families = [
        of_requests,
        of_runs,
        of_keys,
        of_protection,
        of_destruction,
        of_people,
        of_rules,
        of_exceptions,
        of_checkpoints,
        of_log_stack,
        of_reviews,
    ];
    families.into_iter().find_map(|family| family(code))
}

fn of_requests(code: &str) -> Option<Words> {
    Some(match code {
        "own_request" => (
            "this is your own request: nobody countersigns what they asked for themselves",
            "a second person signs it, with: countersign --as NAME sign REQUEST",
        ),
        "same_person" => ("the same person has acted here already, if as another operator", "a second person does it"),
        "already_signed" => ("you have signed this request already", ""),
        "request_expired" => ("the request's time is over", "ask anew with countersign request"),
        "request_not_open" => ("the request is decided already", "countersign request show REQUEST says how"),
        "request_unknown" => ("there is no such request", "countersign request list"),
        "not_requester" => ("only who asked takes a request back", ""),
        "plan_stale" => (
            "what the plan depends on has changed: its seals do not count any more",
            "ask anew with countersign request; the differences are named",
        ),
        "plan_differs" => ("the plan is not the one on record", "look again: countersign request show REQUEST"),
        "plan_unfit" => ("the plan does not fit what it is about", "ask anew with countersign request"),
        "no_quorum" => ("the signatures are not enough", "countersign request show REQUEST says whose are missing"),
        "operation_unknown" => ("the register does not know this operation", "countersign custody migrate"),
        _ => return None,
    })
}

fn of_reviews(code: &str) -> Option<Words> {
    Some(match code {
        "review_closed" => ("this review is closed already", "countersign review history"),
        "review_superseded" => ("another review took the place of this one", "countersign review period"),
        "looks_missing" => (
            "acts of this period wait for a second person's look: nothing is behind us while one is missing",
            "countersign review list",
        ),
        "list_differs" => (
            "the list is not the one that the register has for this period",
            "look again with countersign review period; if it stays so, countersign ledger verify",
        ),
        "finding_unfit" => {
            ("a finding names nothing that is on record", "countersign hold list, countersign request list")
        }
        "incident_open" => ("the incident has not ended: its hold stands", "countersign hold list"),
        _ => return None,
    })
}

fn of_rules(code: &str) -> Option<Words> {
    Some(match code {
        "rule_unfit" => ("a rule cannot be like this", "countersign rules show --json spells those in force"),
        "quorum_unreachable" => (
            "too few people could sign that together today, and nobody could ever change it again",
            "enrol people or grant roles first",
        ),
        "decision_missing" => ("this weakens the policy and names no decision record", "name it with --decision"),
        "rules_fixed" => ("a version of the rules is never changed", "ask for the next one: countersign rules change"),
        _ => return None,
    })
}

fn of_runs(code: &str) -> Option<Words> {
    Some(match code {
        "already_started" => ("the request's run has begun already", "countersign run list"),
        "run_active" => ("another run works on this key", "countersign run list"),
        "run_unknown" => ("there is no such run", "countersign run list"),
        "run_finished" => ("the run is finished", "countersign run show RUN"),
        "run_paused" => ("the run was paused by somebody", "countersign run resume RUN"),
        "run_not_paused" => ("the run is not paused", "countersign run show RUN"),
        "lease_held" => ("another console executes this run now", "wait for its end, or: countersign run pause RUN"),
        "lease_lost" => ("another console has taken this run over", "countersign run show RUN"),
        "cannot_turn_back" => ("the run cannot be turned back any more", "countersign run resume RUN finishes it"),
        "turned_back" => ("the run was turned back", "countersign run resume RUN finishes the way back"),
        "grace_running" => ("the grace period is not over", ""),
        "wraps_left" => ("DEKs still hang on that version of the KEK", "countersign keys list --under KEK"),
        "wrap_moved" | "token_moved" => ("others changed some of the batch first", "countersign run resume RUN"),
        "tokens_left" => ("tokens still need a former DEK: it is not erased", "countersign run resume RUN"),
        _ => return None,
    })
}

fn of_keys(code: &str) -> Option<Words> {
    Some(match code {
        "name_taken" | "key_known" => ("a key of that name is in the register already", "countersign keys list NAME"),
        "key_unknown" => ("there is no such key", "countersign keys list"),
        "key_not_active" => ("the key, or the KEK above it, is not in use", "countersign keys show KEY"),
        "key_active" | "dek_active" => ("the key is in use", "countersign keys show KEY"),
        "illegal_transition" => ("a key in this state does not go into that one", "countersign keys show KEY"),
        "weak_algorithm" => ("the algorithm or its length is not approved", ""),
        "dek_exists" => ("there is a live DEK for that already: one for each tenant and integration, or secret", ""),
        "dek_unknown" => ("there is no such DEK", "countersign keys list --kind dek"),
        "dek_not_active" => ("the DEK is not in use", "countersign keys show DEK"),
        "dek_exhausted" => ("the DEK has sealed all that one key may seal", "countersign request rotate-dek DEK"),
        "dek_version_gone" => ("this version of the DEK was rotated away", "seal again: the new version is used"),
        "version_moved" => ("the key was rotated meanwhile", "try again"),
        "version_known" => ("this version is on record already", "countersign keys show KEY"),
        "version_unknown" => ("the register has no such version", "countersign keys show KEY"),
        "tenant_unknown" => ("there is no such tenant", "countersign tenants list"),
        "tenant_inactive" => ("the tenant is suspended, leaving or gone", "countersign tenants show TENANT"),
        "integration_unknown" => ("the tenant has no such integration", "countersign tenants show TENANT"),
        "token_unknown" => ("there is no such token, or it is somebody else's", ""),
        _ => return None,
    })
}

fn of_protection(code: &str) -> Option<Words> {
    Some(match code {
        "purpose_missing" => ("this needs a reason", "--reason TEXT"),
        "nothing_to_protect" => ("there is no live key to which this could be done", "countersign keys list"),
        "protection_unconfirmed" => (
            "the vault has not confirmed yet that it refuses the key",
            "complete the protective act first: the same command with --confirm ENTRY",
        ),
        "protection_unknown" => ("no protective act of that number concerns the key", "countersign review list"),
        "already_confirmed" => ("the vault had confirmed it already", ""),
        "version_enabled" => ("a version is still enabled in the vault", "countersign discover"),
        "tenant_not_suspended" => ("the tenant is not suspended", "countersign tenants show TENANT"),
        "scope_unknown" => ("this cannot be done to that", ""),
        "held" => (
            "it must be kept, nothing of it is destroyed",
            "two people lift a hold: countersign hold list, countersign request lift-hold",
        ),
        "hold_unknown" => ("there is no such hold", "countersign hold list"),
        "hold_lifted" => ("the hold was lifted already", "countersign hold list --all"),
        "hold_known" | "hold_fixed" => ("the hold is there already, and holds do not change", "countersign hold list"),
        "review_unknown" => ("no such entry waits for a review", "countersign review list"),
        "already_signed_off" | "review_fixed" => ("this was signed off already", "countersign review show ENTRY"),
        "nothing_left" => ("there is no token left to delete", ""),
        "batch_differs" => ("tokens came or went meanwhile: nothing was deleted", "try again"),
        "not_expired" => ("tokens are deleted only once they have expired", ""),
        _ => return None,
    })
}

fn of_destruction(code: &str) -> Option<Words> {
    Some(match code {
        "not_covered" => ("that is none of what was signed", "countersign request show REQUEST"),
        "deks_of_others" => ("data of others lies under its KEK and would go with it", "move their DEKs first"),
        "reclaim_pending" => (
            "zeroed, reclaim pending: something could still see the old rows",
            "end it, then: countersign run resume RUN",
        ),
        "reclaim_waits" => ("zeroed, reclaim pending: the quiet hours have not begun", "countersign run resume RUN"),
        "nothing_erased" => ("the run has erased nothing yet", ""),
        "something_left" => ("something of it is still there", "countersign run resume RUN"),
        "deletion_known" => ("it is deleted in the vault already", "countersign run list"),
        "deletion_unknown" => ("it is not deleted, or gone for good", "countersign keys show KEY"),
        "drill_missing" => (
            "no restore drill has shown that the newest backup opens without this KEK",
            "countersign drill restore --database URL --kek NAME",
        ),
        "drill_unfit" => ("this drill proves nothing", "restore the newest backup of this register"),
        "not_proven" => ("not everything is proven yet: there is no certificate before", "countersign run show RUN"),
        "certificate_known" => ("the run has its certificate already", "countersign certificate show RUN"),
        "verification_missing" => ("nothing is closed without what was verified", ""),
        _ => return None,
    })
}

fn of_log_stack(code: &str) -> Option<Words> {
    Some(match code {
        "log_target_unknown" => ("nothing was ever sent to a target of that name", "countersign ledger targets"),
        "under_retention" => ("its term is not over, or something still counts from it", ""),
        "observation_differs" => (
            "what the register keeps of an observation is not what was signed: it is not pruned",
            "keep everything as it is, and verify it: countersign ledger verify",
        ),
        _ => return None,
    })
}

fn of_checkpoints(code: &str) -> Option<Words> {
    const LOOK: &str = "countersign ledger checkpoint";
    Some(match code {
        "checkpoint_unknown" => ("there is no such checkpoint", "countersign ledger checkpoint --sign"),
        "checkpoint_known" => ("there is a checkpoint of these entries, or of more, already", LOOK),
        "checkpoint_beyond" => ("the ledger has no entry of that number", LOOK),
        "root_differs" => (
            "the register's ledger is not the one that you saw: nothing was signed",
            "keep everything as it is, and verify it: countersign ledger verify",
        ),
        "device_newer" => {
            ("your device key is newer than this checkpoint", "make another one: countersign ledger checkpoint --sign")
        }
        _ => return None,
    })
}

fn of_exceptions(code: &str) -> Option<Words> {
    Some(match code {
        "exception_unknown" => ("there is no such exception", "countersign exception list --all"),
        "exception_known" | "exception_fixed" => ("exceptions do not change", "countersign exception show EX-57"),
        "exception_over" => {
            ("the exception was closed, renewed or revoked already", "countersign exception show EX-57")
        }
        "exception_expired" => (
            "the exception has expired: it takes two people to answer that",
            "countersign exception close EX-57 --evidence TEXT, or countersign exception renew EX-57",
        ),
        "expiry_past" => ("its date has passed", "give a date in the future: there is no exception without one"),
        "expiry_beyond_term" => (
            "its date lies beyond the longest term",
            "countersign rules show terms says how long an exception from each clause may last",
        ),
        "clause_unknown" => ("the policy in force has no such clause", "countersign rules show terms"),
        "renewal_differs" => ("a renewal is for the same clause and the same keys", "ask for a new exception instead"),
        "scope_empty" => ("there is no key that it would cover", "countersign keys list"),
        "scope_too_wide" => ("it would cover too many keys", "name fewer keys, types or tenants"),
        "acceptance_missing" => (
            "nobody who may accept risks has accepted this one",
            "countersign operators shows who holds risk_acceptance",
        ),
        "reminder_not_due" => ("people were reminded of that already", ""),
        "exceptions_differ" => ("the register changed while you looked at it: nothing was signed", "look at it again"),
        "shared_key_unknown" => ("there is no such entry for this key", "countersign shared-key list"),
        "shared_key_over" => ("that was withdrawn or replaced already", "countersign shared-key list --all"),
        "shared_key_known" | "shared_key_fixed" => {
            ("entries of this register do not change", "countersign shared-key list")
        }
        "key_not_shareable" => ("a DEK serves one integration of one tenant", ""),
        _ => return None,
    })
}

fn of_people(code: &str) -> Option<Words> {
    Some(match code {
        "role_missing" => ("you hold no role that may do this", "countersign operators shows who holds which"),
        "not_allowed" => ("your login may not do this", "countersign operators shows who holds which role"),
        "not_human" => ("this takes a person", ""),
        "would_break_quorum" => (
            "no two people could sign some operations any more",
            "enrol somebody else first; a suspicion or a lost device goes through with --accept-loss",
        ),
        "role_unfit" => ("these roles do not go together, or not with who it is", ""),
        "role_held" => ("one of these roles is held already", "countersign people show OPERATOR"),
        "role_unknown" => ("no such role is held", "countersign people show OPERATOR"),
        "operator_known" => ("an operator of that id is enrolled already", "countersign people list"),
        "operator_active" => ("the operator was neither suspended nor has left", "countersign people show OPERATOR"),
        "operator_unknown" => ("nobody of that id was ever enrolled", "countersign people list"),
        "login_unfit" => {
            ("the login can't become an operator's", "the administrator makes one: countersign custody login")
        }
        "device_unknown" => ("there is no such device", "countersign people show OPERATOR"),
        "loss_known" => ("the device was reported lost already", "countersign people lost"),
        "loss_unknown" => ("the device was not reported lost", "countersign people lost-device"),
        "already_wiped" => ("it is on record already that the device was wiped", "countersign people lost"),
        "duties_differ" => ("the duties have changed meanwhile", "read them anew: countersign people duties"),
        "operator_inactive" => ("you are suspended, or have left", "another Security operator can say why"),
        "clock_skew" => ("this computer's clock and the register's differ by more than a minute", "set the clock"),
        "clock_behind" => (
            "the register's clock is behind the newest ledger entry: it was set back, and nothing is decided by a clock that runs backwards",
            "set the clock of the database server right",
        ),
        "session_over" | "session_unknown" => ("the session is over", "try again"),
        "device_revoked" => ("the device key was revoked", "another device must be enrolled"),
        "text_unclean" => ("a text holds characters that are not shown or change how it reads", ""),
        "wrong_environment" => ("this belongs to another environment", "check --home"),
        _ => return None,
    })
}
