//! The one table of commands.
//!
//! `name(Request) -> View => [tags]` says what a command takes, what it answers and what it makes stale. The shell's router,
//! the permission files, the window's types and its cache invalidation all follow from here; a test holds them to it.

use crate::{
    app::*, bindings::Collector, certificates::*, estate::*, exceptions::*, gate::*, keys::*, ledger::*,
    offboarding::*, operators::*, overview::*, people::*, plans::*, protect::*, requests::*, review::*, rules::*,
    runs::*, scalar::*, schedule::*, settings::*, shared_keys::*, sign::*, tenants::*, tokens::*, transitions::*,
};

words! {
    /// What a cached answer belongs to.
    pub enum CacheTag {
        AppState, Status, Overview, Keys, SavedViews, Operators, Requests, Runs, Ledger, Discovery, Settings, Tenants, Reviews,
        Certificates, Tokens, Exceptions, People, Rules,
    }
}

macro_rules! ipc_commands {
    ($($(#[$meta:meta])* $name:ident ( $request:ty ) -> $view:ty => [ $($tag:ident),* ];)*) => {
        /// Every command, in the table's order.
        pub const COMMANDS: &[&str] = &[$(stringify!($name)),*];

        /// What a command makes stale once it has succeeded.
        pub const INVALIDATES: &[(&str, &[CacheTag])] = &[$((stringify!($name), &[$(CacheTag::$tag),*])),*];

        /// Shows every type of the table to the generator of bindings.
        pub(crate) fn visit(collector: &mut Collector) {
            $(collector.command::<$request, $view>(stringify!($name), &[$(CacheTag::$tag),*]);)*
        }
    };
}

ipc_commands! {
    app_state(Nothing) -> AppStateView => [];
    open_local_custody(OpenLocalCustodyRequest) -> AppStateView => [AppState];
    test_connection(ConnectionRequest) -> ConnectionTestView => [];
    save_connection(ConnectionRequest) -> AppStateView => [AppState];
    prepare_founder(PrepareFounderRequest) -> FoundingView => [AppState];
    reset_founder(ResetFounderRequest) -> FoundingView => [AppState];
    found_custody(Nothing) -> AppStateView => [AppState];
    unlock(UnlockRequest) -> AppStateView => [
        AppState, Status, Overview, Keys, Requests, Runs, Ledger, SavedViews, Settings, Tenants, Reviews, Certificates, Tokens, Exceptions
    ];
    lock(Nothing) -> AppStateView => [AppState];
    touch_activity(Nothing) -> SessionView => [];
    status_bar(Nothing) -> StatusView => [];
    operators(Nothing) -> OperatorsView => [];
    overview(Nothing) -> OverviewView => [];
    settings(Nothing) -> SettingsView => [];

    keys_page(KeysPageRequest) -> KeysPageView => [];
    key_detail(KeyDetailRequest) -> KeyDetailView => [];
    tenants_list(TenantsListRequest) -> TenantsListView => [];
    saved_views(Nothing) -> SavedViewsView => [];
    save_view(SaveViewRequest) -> SavedViewsView => [SavedViews];
    delete_view(DeleteViewRequest) -> SavedViewsView => [SavedViews];
    create_deks(CreateDeksRequest) -> CreatedDeksView => [Keys, Overview, Ledger, Status];

    import_preview(ImportPreviewRequest) -> ImportPreviewView => [];
    import_commit(ImportCommitRequest) -> ImportedView => [Keys, Overview, Ledger, Status];
    discover(Nothing) -> DiscoveryView => [Overview, Ledger, Status];
    discovery_adopt(DiscoveryAdoptRequest) -> DiscoveryView => [Keys, Overview, Ledger, Status];
    sample_load(Nothing) -> SampleLoadedView => [Keys, Overview, Requests, Runs, Ledger, Status];

    plan_request(PlanRequest) -> PlanView => [];
    draft_request(DraftRequest) -> DraftView => [];
    open_sign_window(OpenSignWindowRequest) -> Done => [];
    requests_page(RequestsPageRequest) -> RequestsPageView => [];
    request_detail(RequestDetailRequest) -> RequestDetailView => [];
    recheck_request(RecheckRequest) -> RecheckView => [];
    withdraw_request(WithdrawRequest) -> RequestDetailView => [Exceptions, Requests, Overview, Keys, Ledger, Status];

    tenants_page(TenantsPageRequest) -> TenantsPageView => [];
    tenant_detail(TenantDetailRequest) -> TenantDetailView => [];
    protect_preview(ProtectPreviewRequest) -> ConsequencesView => [];
    protect(ProtectRequest) -> ProtectedView => [Keys, Tenants, Reviews, Requests, Runs, Tokens, Overview, Ledger, Status];
    protect_confirm(ProtectConfirmRequest) -> ProtectedView => [Keys, Tenants, Reviews, Overview, Ledger, Status];
    holds(Nothing) -> HoldsView => [];
    set_hold(SetHoldRequest) -> HoldView => [Keys, Tenants, Reviews, Requests, Overview, Ledger, Status];

    offboarding_survey(OffboardingSurveyRequest) -> SurveyView => [];
    offboardings_page(OffboardingsPageRequest) -> OffboardingsPageView => [];

    reviews_page(ReviewsPageRequest) -> ReviewsPageView => [];
    review_detail(ReviewDetailRequest) -> ReviewDetailView => [];
    transition_review(Nothing) -> TransitionReviewView => [];
    transition_history(Nothing) -> TransitionHistoryView => [];
    schedule(Nothing) -> ScheduleView => [];
    evidence(EvidenceRequest) -> DocumentView => [];

    exceptions_page(ExceptionsPageRequest) -> ExceptionsPageView => [];
    exception_detail(ExceptionDetailRequest) -> ExceptionDetailView => [];
    exception_form(ExceptionFormRequest) -> ExceptionFormView => [];
    exception_revoke(ExceptionRevokeRequest) -> ExceptionDetailView => [Exceptions, Keys, Reviews, Overview, Ledger, Status];
    exceptions_review(Nothing) -> RegisterReviewView => [];
    gate(Nothing) -> GateView => [];
    shared_keys(Nothing) -> SharedKeysView => [];
    shared_key_withdraw(SharedKeyWithdrawRequest) -> SharedKeysView => [Exceptions, Keys, Reviews, Overview, Ledger, Status];

    certificates_page(CertificatesPageRequest) -> CertificatesPageView => [];
    certificate(CertificateRequest) -> CertificateView => [];
    certificate_issue(CertificateIssueRequest) -> CertificateView => [Certificates, Runs, Tenants, Reviews, Overview, Ledger, Status];
    certificate_save(CertificateSaveRequest) -> SavedFileView => [];

    tokens(Nothing) -> TokensView => [];
    tokens_count(TokensCountRequest) -> TokensCountView => [];
    tokens_invalidate(TokensInvalidateRequest) -> TokensGoneView => [Tokens, Keys, Tenants, Reviews, Overview, Ledger, Status];
    tokens_sweep(Nothing) -> TokensGoneView => [Tokens, Keys, Tenants, Overview, Ledger, Status];

    people(Nothing) -> PeopleView => [];
    person_detail(PersonRequest) -> PersonDetailView => [];
    protect_person(ProtectPersonRequest) -> PersonProtectedView => [People, Operators, Reviews, Requests, Overview, Ledger, Status];
    read_card(ReadCardRequest) -> CardView => [];
    invitation(Nothing) -> InvitationView => [];
    joinings(Nothing) -> JoiningsView => [];
    join(JoinRequest) -> JoiningView => [AppState, People];
    joining_save(JoiningCardRequest) -> SavedFileView => [];
    joining_forget(JoiningCardRequest) -> JoiningsView => [AppState, People];

    rules(Nothing) -> RulesView => [];
    rules_history(RulesHistoryRequest) -> RulesHistoryView => [];
    compare_rules(CompareRulesRequest) -> RulesComparedView => [];
    violations(ViolationsRequest) -> ViolationsView => [];

    sign_context(Nothing) -> SignContextView => [];
    sign_confirm(SignConfirmRequest) -> SealedView => [Exceptions, Requests, Reviews, Certificates, Tenants, People, Overview, Keys, Ledger, Status];
    sign_cancel(Nothing) -> Done => [];

    run_start(RunStartRequest) -> RunDetailView => [Requests, Runs, Tenants, Overview, Keys, Ledger, Status];
    runs_page(RunsPageRequest) -> RunsPageView => [];
    run_detail(RunRequest) -> RunDetailView => [];
    run_pause(RunRequest) -> RunDetailView => [Runs, Overview, Ledger, Status];
    run_resume(RunRequest) -> RunDetailView => [Runs, Overview, Ledger, Status];
    run_rollback(RunRollbackRequest) -> RunDetailView => [Runs, Requests, Overview, Keys, Ledger, Status];

    ledger_page(LedgerPageRequest) -> LedgerPageView => [];
    ledger_entry(LedgerEntryRequest) -> LedgerEntryView => [];
    ledger_verify(Nothing) -> LedgerVerdictView => [Status, Overview];
    ledger_verify_stop(Nothing) -> Done => [];
    ledger_checkpoints(Nothing) -> CheckpointsView => [];
    ledger_proof(LedgerEntryRequest) -> LedgerProofView => [];
    ledger_proof_save(LedgerEntryRequest) -> SavedFileView => [];
    ledger_export(LedgerExportRequest) -> LedgerExportedView => [];
    ledger_report(LedgerReportRequest) -> LedgerReportedView => [];
}

/// Commands that only the sign window may call; every other one belongs to the main window.
pub const SIGN_WINDOW_COMMANDS: &[&str] = &["sign_context", "sign_confirm", "sign_cancel"];
