//! The commands of the table, thin: each finds who is at work, calls a use case, and translates the answer.

mod app;
mod certificates;
mod checkpoints;
mod duties;
mod estate;
mod exceptions;
mod exceptions_review;
mod gate;
mod joining;
mod keys;
mod ledger;
mod ledger_files;
mod offboarding;
mod operators;
mod overview;
mod protect;
mod requests;
mod reviews;
mod rules;
mod runs;
mod schedule;
mod shared_keys;
mod sign;
mod tenants;
mod tokens;
mod transitions;

use tauri::Wry;
use tauri::ipc::Invoke;

/// Every command of `ipc::COMMANDS`; a test holds the two lists to each other. A line for each module.
#[rustfmt::skip]
pub(crate) fn handler() -> impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        app::app_state, app::open_local_custody, app::test_connection, app::save_connection, app::prepare_founder,
        app::reset_founder, app::found_custody, app::unlock, app::lock, app::touch_activity, app::status_bar,
        app::operators,
        overview::overview, overview::settings,
        keys::keys_page, keys::key_detail, keys::tenants_list, keys::saved_views, keys::save_view, keys::delete_view,
        estate::create_deks, estate::import_preview, estate::import_commit, estate::discover, estate::discovery_adopt,
        estate::sample_load,
        requests::plan_request, requests::draft_request, requests::open_sign_window, requests::requests_page,
        requests::request_detail, requests::recheck_request, requests::withdraw_request,
        tenants::tenants_page, tenants::tenant_detail,
        protect::protect_preview, protect::protect, protect::protect_confirm, protect::holds, protect::set_hold,
        offboarding::offboarding_survey, offboarding::offboardings_page,
        reviews::reviews_page, reviews::review_detail,
        transitions::transition_review, transitions::transition_history,
        schedule::schedule, schedule::evidence,
        exceptions::exceptions_page, exceptions::exception_detail, exceptions::exception_form,
        exceptions::exception_revoke,
        exceptions_review::exceptions_review,
        gate::gate,
        shared_keys::shared_keys, shared_keys::shared_key_withdraw,
        certificates::certificates_page, certificates::certificate, certificates::certificate_issue,
        certificates::certificate_save,
        tokens::tokens, tokens::tokens_count, tokens::tokens_invalidate, tokens::tokens_sweep,
        operators::people, operators::person_detail, operators::protect_person, operators::read_card,
        joining::invitation, joining::joinings, joining::join, joining::joining_save, joining::joining_forget,
        rules::rules, rules::rules_history, rules::compare_rules, rules::violations,
        sign::sign_context, sign::sign_confirm, sign::sign_cancel,
        runs::run_start, runs::runs_page, runs::run_detail, runs::run_pause, runs::run_resume, runs::run_rollback,
        ledger::ledger_page, ledger::ledger_entry, ledger::ledger_verify, ledger::ledger_verify_stop,
        checkpoints::ledger_checkpoints, checkpoints::ledger_proof,
        ledger_files::ledger_proof_save, ledger_files::ledger_export, ledger_files::ledger_report,
    ]
}
