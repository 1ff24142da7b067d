//! What a login may read, and that it may write nothing.

use domain::Role;
use register::{Direction, KeyFilter, KeyOrder, KeySort, RegisterError};
use serde_json::json;
use sqlx::Row as _;

use crate::world::{LOGIN_ROLES, World, key};

fn is_refused<T>(answer: Result<T, RegisterError>) -> bool {
    answer.is_err_and(|error| error.refusal().is_some_and(|refusal| refusal.code() == "not_allowed"))
}

/// those who don't execute never see ciphertext; those who do, do.
#[tokio::test]
async fn only_executing_roles_read_wraps_and_tokens() {
    let world = World::with_estate().await;
    for (role, executes) in [
        (Role::Security, true),
        (Role::DevOps, true),
        (Role::Agent, true),
        (Role::Engineering, false),
        (Role::Auditor, false),
    ] {
        let register = world.register(role).await;
        assert_eq!(is_refused(register.wraps_of(&[key(400)]).await), !executes, "{role}");
        assert_eq!(is_refused(register.wraps_under(key(300), "v1", None, 10).await), !executes, "{role}");
        assert_eq!(is_refused(register.tokens_of(key(400), None, 10).await), !executes, "{role}");
        // That there are some, everyone may know.
        assert_eq!(register.count_wraps(key(300), "v1").await.unwrap(), 5, "{role}");
        assert_eq!(register.dek(key(400)).await.unwrap().unwrap().tokens, 5, "{role}");
    }
}

/// an auditor reads everything else.
#[tokio::test]
async fn every_role_reads_every_screen() {
    let world = World::with_estate().await;
    for role in LOGIN_ROLES {
        let register = world.register(*role).await;
        let me = register.me().await.unwrap().unwrap();
        let order = KeyOrder { sort: KeySort::Name, direction: Direction::Ascending };
        assert_eq!(register.keys_page(&KeyFilter::default(), order, None, 50).await.unwrap().rows.len(), 20, "{role}");
        assert!(register.key_detail(key(300)).await.unwrap().is_some(), "{role}");
        assert!(!register.timeline(key(300), 50).await.unwrap().is_empty(), "{role}");
        assert!(register.kek(key(300)).await.unwrap().is_some(), "{role}");
        assert_eq!(register.overview(me).await.unwrap().keys, 20, "{role}");
        assert!(register.status_counts(me).await.unwrap().head > 0, "{role}");
        assert_eq!(register.operators().await.unwrap().len(), 7, "{role}");
        assert!(register.saved_views("keys").await.unwrap().is_empty(), "{role}");
        assert!(register.refusals(None, 10).await.unwrap().is_empty(), "{role}");
        assert!(register.last_observation().await.unwrap().is_none(), "{role}");
        register.ledger_verbs().await.unwrap();
    }
}

/// with psql and their own login, nobody writes a row, takes a number or makes an object.
#[tokio::test]
async fn no_role_may_write_anywhere() {
    let world = World::with_people().await;
    let roles = LOGIN_ROLES
        .iter()
        .map(|role| format!("countersign_{role}"))
        .chain(LOGIN_ROLES.iter().map(|role| world.login(*role)));
    let roles: Vec<String> = roles.chain(["public".to_owned()]).collect();
    let found = sqlx::query(
        "SELECT r.name AS role, c.relname, a.privilege_type
         FROM pg_class AS c, LATERAL aclexplode(c.relacl) AS a
         JOIN LATERAL (SELECT coalesce((SELECT rolname::text FROM pg_roles WHERE oid = a.grantee), 'public') AS name) AS r ON true
         WHERE c.relnamespace = 'custody'::regnamespace AND r.name = ANY ($1)
           AND (c.relkind = 'S' OR a.privilege_type <> 'SELECT' OR a.is_grantable)",
    )
    .bind(&roles)
    .fetch_all(&world.admin)
    .await
    .unwrap();
    let found: Vec<(String, String, String)> =
        found.iter().map(|row| (row.get("role"), row.get("relname"), row.get("privilege_type"))).collect();
    assert_eq!(found, []);
    let creating: Vec<String> = sqlx::query_scalar(
        "SELECT role || ' ' || n.nspname FROM unnest($1::text[]) AS role, pg_namespace AS n
         WHERE n.nspname IN ('custody', 'public') AND role <> 'public' AND has_schema_privilege(role, n.oid, 'CREATE')",
    )
    .bind(&roles)
    .fetch_all(&world.admin)
    .await
    .unwrap();
    assert_eq!(creating, Vec::<String>::new());
    let writing: Vec<String> = sqlx::query_scalar(
        "SELECT c.relname::text FROM pg_class AS c, unnest($1::text[]) AS role
         WHERE c.relnamespace = 'custody'::regnamespace AND c.relkind IN ('r', 'v') AND role <> 'public'
           AND (has_table_privilege(role, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
                OR has_any_column_privilege(role, c.oid, 'INSERT, UPDATE, REFERENCES'))",
    )
    .bind(&roles)
    .fetch_all(&world.admin)
    .await
    .unwrap();
    assert_eq!(writing, Vec::<String>::new());
}

/// Two operators keep views of one name; neither sees, replaces or deletes the other's.
#[tokio::test]
async fn saved_views_are_their_owners_alone() {
    let world = World::with_people().await;
    let (ada, ben) = (world.register(Role::Security).await, world.register(Role::DevOps).await);
    assert!(ada.save_view("keys", "late", &json!({"due": "overdue"})).await.unwrap());
    assert!(ben.save_view("keys", "late", &json!({"due": "within"})).await.unwrap());
    assert!(ada.save_view("keys", "all", &json!({})).await.unwrap());
    assert!(ada.save_view("ledger", "late", &json!([])).await.unwrap());
    assert!(ada.save_view("keys", "late", &json!({"due": "violations"})).await.unwrap());
    let names = |views: Vec<register::SavedViewRow>| views.into_iter().map(|v| (v.name, v.filters)).collect::<Vec<_>>();
    let of_ada = [("all".to_owned(), json!({})), ("late".to_owned(), json!({"due": "violations"}))];
    assert_eq!(names(ada.saved_views("keys").await.unwrap()), of_ada);
    assert_eq!(names(ben.saved_views("keys").await.unwrap()), [("late".to_owned(), json!({"due": "within"}))]);
    assert!(!ben.delete_view("keys", "all").await.unwrap());
    assert!(ben.delete_view("keys", "late").await.unwrap());
    assert_eq!(names(ada.saved_views("keys").await.unwrap()), of_ada);
    assert!(ada.save_view("keys", &"x".repeat(61), &json!({})).await.is_err(), "names are short");
    assert!(ada.save_view("keys", "big", &json!({"text": "x".repeat(5_000)})).await.is_err(), "views are small");
}

/// an auditor's login writes nothing at all, and a suspended operator's no more.
#[tokio::test]
async fn auditors_and_the_suspended_keep_no_views() {
    let world = World::with_people().await;
    let auditor = world.register(Role::Auditor).await;
    assert!(is_refused(auditor.save_view("keys", "mine", &json!({})).await));
    assert!(is_refused(auditor.delete_view("keys", "mine").await));
    let cleo = world.register(Role::Engineering).await;
    world.run("UPDATE custody.operator SET status = 'suspended' WHERE id = public.nr(3)").await;
    assert!(!cleo.save_view("keys", "mine", &json!({})).await.unwrap());
}

/// the database's transitions are the domain's, neither more nor fewer.
#[tokio::test]
async fn legal_transitions_are_the_domains() {
    let world = World::with_people().await;
    let rows =
        sqlx::query("SELECT from_state, to_state FROM custody.legal_transition").fetch_all(&world.admin).await.unwrap();
    let mut found: Vec<(domain::KeyState, domain::KeyState)> = rows
        .iter()
        .map(|row| (row.get::<&str, _>(0).parse().unwrap(), row.get::<&str, _>(1).parse().unwrap()))
        .collect();
    let states = domain::KeyState::ALL.iter();
    let mut wanted: Vec<_> = states.flat_map(|from| from.successors().iter().map(|to| (*from, *to))).collect();
    found.sort();
    wanted.sort();
    assert_eq!(found, wanted);
}
