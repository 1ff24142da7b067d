//! With an operator's own PostgreSQL login, and no console in between: nothing can be written, taken, called or made that the
//! verbs do not allow. What is attacked is listed from the server's own catalogue, so that a new table or function is covered.
#![expect(clippy::unwrap_used, reason = "a test may stop at once")]

use std::collections::BTreeMap;

use countersign_tests::{Psql, TestCustody, entry_of, operator_id, passphrase, signed, signed_falsely};
use custody::request::Wanted;
use domain::{KeyId, Plan, Role};
use ledger::{Entry, Subject};
use sqlx::Row as _;
use workplace::Desk;

/// SQLSTATE of every no: not allowed, not a member, not an owner.
const NOT_ALLOWED: &str = "42501";
const NOT_IN_THAT_STATE: &str = "55000";

/// Everything of the register that must not change, table by table and object by object.
async fn fingerprint(superuser: &mut Psql) -> BTreeMap<String, String> {
    let tables = superuser
        .texts("SELECT relname::text FROM pg_class WHERE relnamespace = 'custody'::regnamespace AND relkind IN ('r', 'p', 'S')")
        .await;
    let mut found = BTreeMap::new();
    for table in tables {
        let sql = format!(
            "SELECT coalesce(md5(string_agg(ROW(it.*)::text, chr(10) ORDER BY ROW(it.*)::text)), 'empty') FROM custody.{table} AS it"
        );
        found.insert(format!("rows of {table}"), superuser.texts(sql).await.concat());
    }
    let catalogue = "SELECT 'relation ' || c.oid || ' ' || c.relname || ' ' || c.relowner::text || coalesce(c.relacl::text, '')
            || c.relrowsecurity::text FROM pg_class AS c WHERE c.relnamespace = 'custody'::regnamespace
        UNION ALL SELECT 'column ' || a.attrelid || ' ' || a.attname || coalesce(a.attacl::text, '')
            FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid WHERE c.relnamespace = 'custody'::regnamespace
        UNION ALL SELECT 'function ' || p.oid || ' ' || p.proname || p.proowner::text || coalesce(p.proacl::text, '')
            || md5(p.prosrc) || p.prosecdef::text || coalesce(p.proconfig::text, '')
            FROM pg_proc AS p WHERE p.pronamespace = 'custody'::regnamespace
        UNION ALL SELECT 'trigger ' || tgrelid || ' ' || tgname || tgenabled::text FROM pg_trigger
        UNION ALL SELECT 'constraint ' || conrelid || ' ' || conname || pg_get_constraintdef(oid) FROM pg_constraint
        UNION ALL SELECT 'type ' || oid || ' ' || typname || typowner::text FROM pg_type
            WHERE typnamespace = 'custody'::regnamespace
        UNION ALL SELECT 'schema ' || nspname || nspowner::text || coalesce(nspacl::text, '') FROM pg_namespace
            WHERE nspname !~ '^pg_(toast_)?temp_'
        UNION ALL SELECT 'member ' || roleid || ' ' || member || admin_option::text FROM pg_auth_members
        UNION ALL SELECT 'role ' || rolname || rolsuper::text || rolcreaterole::text || rolcreatedb::text
            || rolbypassrls::text || rolreplication::text || rolcanlogin::text || coalesce(md5(rolpassword), '') FROM pg_authid
        UNION ALL SELECT 'database ' || datname || datdba::text || coalesce(datacl::text, '') FROM pg_database
        UNION ALL SELECT 'extension ' || extname FROM pg_extension";
    for line in superuser.texts(catalogue).await {
        found.insert(line, String::new());
    }
    found
}

/// Runs every statement in a transaction that is rolled back, and returns those that were obeyed, with what they were.
async fn obeyed(psql: &mut Psql, statements: Vec<String>) -> Vec<String> {
    let mut found = Vec::new();
    for statement in statements {
        let answer = psql.run(format!("BEGIN; {statement}")).await;
        psql.run("ROLLBACK").await.unwrap();
        match answer {
            Err(refused) if refused.state == NOT_ALLOWED => {}
            // A view that nobody can write through.
            Err(refused) if refused.state == NOT_IN_THAT_STATE && refused.message.contains(" view ") => {}
            answer => found.push(format!("{statement}: {answer:?}")),
        }
    }
    found
}

/// Every way to write a relation or to own it, for each relation there is.
async fn statements_on_relations(superuser: &mut Psql) -> Vec<String> {
    let relations = superuser
        .rows(
            "SELECT c.relname::text, c.relkind::text,
                    ARRAY(SELECT quote_ident(a.attname) || ' = '
                              || CASE WHEN a.attidentity = '' AND a.attgenerated = '' THEN quote_ident(a.attname) ELSE 'DEFAULT' END
                          FROM pg_attribute AS a
                          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum) AS columns
             FROM pg_class AS c WHERE c.relnamespace = 'custody'::regnamespace ORDER BY 1",
        )
        .await;
    let mut found = Vec::new();
    for row in &relations {
        let (name, kind): (String, String) = (row.get(0), row.get(1));
        let columns: Vec<String> = row.get(2);
        let templates: &[&str] = match kind.as_str() {
            "r" | "p" => &TABLE_ATTACKS,
            "v" | "m" => &VIEW_ATTACKS,
            "S" => &SEQUENCE_ATTACKS,
            "i" | "I" => {
                &["DROP INDEX custody.{}", "ALTER INDEX custody.{} RENAME TO mine", "REINDEX INDEX custody.{}"]
            }
            "c" => &["DROP TYPE custody.{} CASCADE", "ALTER TYPE custody.{} ADD ATTRIBUTE hole int"],
            other => unreachable!("a relation of kind {other} that no attack covers: {name}"),
        };
        found.extend(templates.iter().map(|template| template.replace("{}", &name)));
        if matches!(kind.as_str(), "r" | "p" | "v") {
            for setting in columns {
                let (column, value) = setting.split_once(" = ").unwrap();
                found.push(format!("UPDATE custody.{name} SET {setting}"));
                found.push(format!("INSERT INTO custody.{name} ({column}) VALUES ({})", value.replace(column, "NULL")));
            }
        }
    }
    assert!(found.len() > 400, "the catalogue was not read: {}", found.len());
    found
}

const TABLE_ATTACKS: [&str; 24] = [
    "INSERT INTO custody.{} DEFAULT VALUES",
    "DELETE FROM custody.{}",
    "TRUNCATE custody.{} CASCADE",
    "MERGE INTO custody.{} AS t USING (SELECT 1) AS s ON true WHEN MATCHED THEN DELETE",
    "SELECT 1 FROM custody.{} FOR UPDATE",
    "SELECT 1 FROM custody.{} FOR NO KEY UPDATE",
    "SELECT 1 FROM custody.{} FOR SHARE",
    "SELECT 1 FROM custody.{} FOR KEY SHARE",
    "LOCK TABLE custody.{} IN ROW EXCLUSIVE MODE",
    "LOCK TABLE custody.{} IN ACCESS EXCLUSIVE MODE",
    "COPY custody.{} FROM STDIN",
    "ALTER TABLE custody.{} ADD COLUMN hole int",
    "ALTER TABLE custody.{} DISABLE TRIGGER ALL",
    "ALTER TABLE custody.{} OWNER TO CURRENT_USER",
    "ALTER TABLE custody.{} RENAME TO mine",
    "ALTER TABLE custody.{} SET SCHEMA public",
    "DROP TABLE custody.{} CASCADE",
    "CREATE INDEX hole ON custody.{} ((1))",
    "CREATE TRIGGER hole BEFORE INSERT ON custody.{} FOR EACH ROW EXECUTE FUNCTION custody.refuse_change()",
    "CREATE RULE hole AS ON INSERT TO custody.{} DO INSTEAD NOTHING",
    "CREATE POLICY hole ON custody.{} USING (true)",
    "COMMENT ON TABLE custody.{} IS 'mine'",
    "CREATE TEMP TABLE heir () INHERITS (custody.{})",
    "CREATE STATISTICS custody.hole ON ctid, tableoid FROM custody.{}",
];

const VIEW_ATTACKS: [&str; 6] = [
    "DELETE FROM custody.{}",
    "SELECT 1 FROM custody.{} FOR UPDATE",
    "DROP VIEW custody.{} CASCADE",
    "ALTER VIEW custody.{} OWNER TO CURRENT_USER",
    "CREATE OR REPLACE VIEW custody.{} AS SELECT 1",
    "CREATE TRIGGER hole INSTEAD OF INSERT ON custody.{} FOR EACH ROW EXECUTE FUNCTION custody.refuse_change()",
];

const SEQUENCE_ATTACKS: [&str; 6] = [
    "SELECT nextval('custody.{}')",
    "SELECT setval('custody.{}', 1)",
    "SELECT * FROM custody.{}",
    "ALTER SEQUENCE custody.{} RESTART",
    "ALTER SEQUENCE custody.{} OWNER TO CURRENT_USER",
    "DROP SEQUENCE custody.{} CASCADE",
];

/// Powers over the server, the database and other people, and doors out of the database.
fn statements_on_server(custody: &TestCustody) -> Vec<String> {
    let theo = &custody.theo.person.login;
    let superuser = custody.premises.local_custody().unwrap().superuser_login();
    let mut found: Vec<String> = SERVER_ATTACKS.iter().map(|&statement| statement.to_owned()).collect();
    let groups = ["countersign_owner", "countersign_security", "countersign_devops", "countersign_agent"];
    for role in groups.into_iter().chain([theo.as_str(), superuser, "pg_write_all_data"]) {
        found.push(format!("SET ROLE {role}"));
        found.push(format!("SET SESSION AUTHORIZATION {role}"));
        found.push(format!("GRANT {role} TO CURRENT_USER"));
        found.push(format!("DROP OWNED BY {role} CASCADE"));
        found.push(format!("REASSIGN OWNED BY {role} TO CURRENT_USER"));
        found.push(format!("DROP ROLE {role}"));
        // Names of the server's own roles are reserved: nobody alters those.
        if !role.starts_with("pg_") {
            found.push(format!("ALTER ROLE {role} PASSWORD 'mine'"));
            found.push(format!("ALTER ROLE {role} SET search_path = pg_temp"));
        }
    }
    found
}

const SERVER_ATTACKS: [&str; 40] = [
    "DROP SCHEMA custody CASCADE",
    "ALTER SCHEMA custody RENAME TO mine",
    "ALTER SCHEMA custody OWNER TO CURRENT_USER",
    "CREATE TABLE custody.mine (it int)",
    "CREATE TABLE public.mine (it int)",
    "CREATE VIEW custody.mine AS SELECT 1",
    "CREATE FUNCTION custody.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE FUNCTION public.sha256(bytea) RETURNS bytea LANGUAGE sql AS 'SELECT $1'",
    "CREATE OPERATOR public.= (LEFTARG = uuid, RIGHTARG = uuid, FUNCTION = uuid_ne)",
    "CREATE OPERATOR custody.<> (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq)",
    "CREATE TYPE custody.mine AS (it int)",
    "CREATE DOMAIN public.uuid AS text",
    "CREATE SCHEMA mine",
    "CREATE CAST (text AS uuid) WITH INOUT AS IMPLICIT",
    "CREATE EXTENSION adminpack",
    "CREATE EVENT TRIGGER mine ON ddl_command_start EXECUTE FUNCTION custody.refuse_change()",
    "CREATE PUBLICATION mine FOR ALL TABLES",
    "CREATE ROLE mine SUPERUSER",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "ALTER ROLE CURRENT_USER CREATEROLE",
    "ALTER ROLE CURRENT_USER BYPASSRLS",
    "ALTER DATABASE custody OWNER TO CURRENT_USER",
    "ALTER DATABASE custody SET search_path = pg_temp",
    "ALTER DATABASE custody RENAME TO mine",
    "ALTER DEFAULT PRIVILEGES FOR ROLE countersign_owner GRANT ALL ON TABLES TO PUBLIC",
    "SET session_replication_role = replica",
    "SET log_min_messages = panic",
    "SET allow_system_table_mods = on",
    "DO $$ BEGIN END $$; SET plpgsql.variable_conflict = use_column",
    "SELECT pg_read_file('postgresql.conf')",
    "SELECT pg_read_binary_file('PG_VERSION')",
    "SELECT pg_ls_dir('.')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT lo_export(1, '/tmp/mine')",
    "COPY (SELECT 1) TO '/tmp/mine'",
    "COPY (SELECT 1) TO PROGRAM 'cat'",
    "CREATE TEMP TABLE loot (line text); COPY loot FROM '/etc/passwd'",
    "SELECT pg_reload_conf()",
    "UPDATE pg_catalog.pg_proc SET proacl = NULL",
    "SELECT rolpassword FROM pg_catalog.pg_authid",
];

/// R-31, R-71: no table, view, sequence, index or type of the register, and no power of the server, obeys an operator's login.
#[tokio::test(flavor = "multi_thread")]
async fn an_operators_login_writes_nothing_and_owns_nothing() {
    let custody = TestCustody::found().await;
    let kek = custody.make_kek("kek-payments").await;
    custody.make_deks(kek, 2).await;
    let mut superuser = custody.superuser().await;
    let before = fingerprint(&mut superuser).await;
    for desk in [&custody.ines, &custody.theo] {
        let mut psql = custody.psql(desk).await;
        let attacks = statements_on_relations(&mut superuser).await;
        assert_eq!(obeyed(&mut psql, attacks).await, Vec::<String>::new());
        let attacks = statements_on_server(&custody);
        // Their own group is theirs to take on: it changes nothing that is checked.
        let attacks = attacks.into_iter().filter(|it| !is_own(it, desk)).chain(statements_as_group(desk));
        assert_eq!(obeyed(&mut psql, attacks.collect()).await, Vec::<String>::new());
        // Granting what one does not own is a warning to PostgreSQL; that it changed nothing is compared below.
        for grant in ["ALL ON ALL TABLES", "ALL ON ALL FUNCTIONS", "ALL ON ALL SEQUENCES"] {
            let _warned = psql.run(format!("GRANT {grant} IN SCHEMA custody TO CURRENT_USER, PUBLIC")).await;
            let _warned = psql.run(format!("REVOKE {grant} IN SCHEMA custody FROM countersign_security")).await;
        }
    }
    let after = fingerprint(&mut superuser).await;
    let changed: Vec<_> = before.iter().filter(|(name, rows)| after.get(*name) != Some(rows)).collect();
    assert!(changed.is_empty() && after.len() == before.len(), "{changed:?}");
    a_hole_is_noticed(&custody, &mut superuser).await;
}

/// A role one is a member of, or one's own name.
fn is_own(statement: &str, desk: &Desk) -> bool {
    let login = &desk.person.login;
    let groups = desk.person.roles.iter().map(|role| format!("countersign_{role}"));
    // Whoever owns nothing has nothing to pass on. DROP OWNED is another matter: it takes rights from everybody in a group.
    let taken_on = |name: &String| [format!("SET ROLE {name}"), format!("REASSIGN OWNED BY {name} TO CURRENT_USER")];
    groups.chain([login.clone()]).any(|name| taken_on(&name).contains(&statement.to_owned()))
        || statement == format!("SET SESSION AUTHORIZATION {login}")
        || statement.starts_with(&format!("ALTER ROLE {login} "))
        || statement == format!("GRANT {login} TO CURRENT_USER")
}

/// Attacks under the name of one's own group, which PostgreSQL lets every member take on.
fn statements_as_group(desk: &Desk) -> Vec<String> {
    let attacks = [
        "DROP OWNED BY CURRENT_USER CASCADE",
        "DELETE FROM custody.seal",
        "INSERT INTO custody.setting VALUES (2, 'rewrap_batch', '1')",
        "CREATE TABLE custody.mine (it int)",
        "SELECT custody.own_everything()",
    ];
    let as_group = |role: &Role| attacks.map(|attack| format!("SET ROLE countersign_{role}; {attack}"));
    desk.person.roles.iter().flat_map(as_group).collect()
}

/// The attacks notice a hole: with one grant too many they are obeyed.
async fn a_hole_is_noticed(custody: &TestCustody, superuser: &mut Psql) {
    superuser.run(format!("GRANT DELETE ON custody.saved_view TO {}", custody.ines.person.login)).await.unwrap();
    let attacks = statements_on_relations(superuser).await;
    let found = obeyed(&mut custody.psql(&custody.ines).await, attacks).await;
    assert!(found.iter().any(|it| it.starts_with("DELETE FROM custody.saved_view")), "{found:?}");
}

/// R-71: only the published verbs write, each of them with its owner's rights and a fixed search path; everything beneath them
/// refuses an operator, whoever calls it.
#[tokio::test(flavor = "multi_thread")]
async fn an_operators_login_calls_the_verbs_and_nothing_beneath_them() {
    let custody = TestCustody::found().await;
    let mut superuser = custody.superuser().await;
    for desk in [&custody.ines, &custody.theo] {
        let login = &desk.person.login;
        let functions = superuser
            .rows(format!(
                "SELECT p.oid::regprocedure::text AS signature, p.proname::text AS name, p.provolatile::text AS kind,
                        p.prosecdef AND p.proowner = 'countersign_owner'::regrole
                            AND array_to_string(p.proconfig, ';') LIKE 'search_path=pg_catalog, pg_temp%' AS fenced,
                        has_function_privilege('{login}', p.oid, 'EXECUTE') AS callable,
                        EXISTS (SELECT FROM pg_proc AS d WHERE d.pronamespace = p.pronamespace
                                AND d.proname = 'do_' || p.proname) AS verb,
                        array_to_string(ARRAY(SELECT 'NULL::' || format_type(t, NULL) || ' AS a' || n
                            FROM unnest(p.proargtypes) WITH ORDINALITY AS a (t, n) ORDER BY n), ', ') AS arguments,
                        array_to_string(ARRAY(SELECT CASE WHEN n = p.pronargs AND p.provariadic <> 0 THEN 'VARIADIC ' ELSE '' END
                            || 'it.a' || n FROM generate_series(1, p.pronargs) AS n), ', ') AS passed
                 FROM pg_proc AS p
                 WHERE p.pronamespace = 'custody'::regnamespace AND p.prokind = 'f'
                   AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
                   AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = p.oid AND d.deptype = 'e')"
            ))
            .await;
        assert!(functions.len() > 80, "the catalogue was not read: {}", functions.len());
        let mut psql = custody.psql(desk).await;
        for row in &functions {
            let (signature, name): (String, String) = (row.get("signature"), row.get("name"));
            let (callable, fenced, verb): (bool, bool, bool) =
                (row.get("callable"), row.get("fenced"), row.get("verb"));
            if callable {
                let reads_only = row.get::<String, _>("kind") != "v";
                // A caller's own things, and dates that follow from the rules whoever sets them.
                let needs_no_entry =
                    ["renew_lease", "save_view", "delete_view", "flush", "follow_due", "report_log_target"]
                        .contains(&name.as_str());
                assert!(reads_only || (fenced && (verb || needs_no_entry)), "{login} may call {signature}");
                continue;
            }
            let (arguments, passed): (String, String) = (row.get("arguments"), row.get("passed"));
            let values = if arguments.is_empty() { "NULL AS none" } else { arguments.as_str() };
            // Out of a materialised row, so that the call is made and not folded away for its NULLs.
            let call = format!("WITH it AS MATERIALIZED (SELECT {values}) SELECT custody.{name}({passed}) FROM it");
            let answer = psql.run(call).await;
            assert_eq!(answer.map_err(|refused| refused.state), Err(NOT_ALLOWED.to_owned()), "{signature}");
        }
        let inner: Vec<String> = functions.iter().map(|row| row.get("name")).collect();
        for name in
            ["append", "do_start_run", "own_everything", "publish_verb", "create_login", "found", "keep_refusal"]
        {
            assert!(
                inner.iter().any(|known| known == name),
                "{name} is gone: what takes its place must be attacked too"
            );
        }
        let statements = functions.iter().flat_map(|row| {
            let signature: String = row.get("signature");
            [
                format!("DROP FUNCTION {signature} CASCADE"),
                format!("ALTER FUNCTION {signature} OWNER TO CURRENT_USER"),
                format!("ALTER FUNCTION {signature} SECURITY INVOKER"),
                format!("ALTER FUNCTION {signature} SET search_path = pg_temp"),
            ]
        });
        assert_eq!(obeyed(&mut psql, statements.collect()).await, Vec::<String>::new());
    }
}

/// R-31: whatever an operator puts in the way of names, and whatever they set, the verbs decide as before; and what they write
/// is chained by the server's own SHA-256.
#[tokio::test(flavor = "multi_thread")]
async fn shadowed_names_and_settings_change_no_verdict() {
    let custody = TestCustody::found().await;
    let plan = custody.ask(&new_kek(&custody, "kek-shadow").await).await;
    let mut psql = custody.psql(&custody.ines).await;
    let device = custody.ines.unlock_for_seal(passphrase()).await.unwrap();
    for shadow in SHADOWS {
        psql.run(shadow).await.unwrap();
    }
    let now = custody.ines.console.now().await.unwrap();
    let own = seal_entry(&custody.ines, &plan, Role::DevOps, &device.sign(b"anything"), now);
    assert_eq!(psql.call("decide_request", &signed(&own, &device), None).await, "own_request");
    let as_theo =
        Entry { actor: ledger::Actor { id: operator_id(&custody.theo), ..own.actor.clone() }, id: fresh(), ..own };
    assert_eq!(psql.call("decide_request", &signed(&as_theo, &device), None).await, "wrong_actor");

    let withdrawn = entry_of(&device, "request.withdrawn", Subject::new("request", plan.request), now);
    assert_eq!(psql.call("withdraw_request", &signed(&withdrawn, &device), None).await, "ok");
    let summary = custody.theo.console.witness.catch_up(&custody.theo.console.register).await.unwrap();
    assert_eq!(summary.entries, custody.theo.console.register.head().await.unwrap().0);

    // Large objects and notices belong to PostgreSQL itself: whoever makes them has changed nothing that is in custody.
    let before = fingerprint(&mut custody.superuser().await).await;
    psql.run("SELECT lo_create(0); NOTIFY countersign, '{\"seq\":999,\"verb\":\"run.finished\"}'").await.unwrap();
    psql.run("LISTEN countersign").await.unwrap();
    assert_eq!(fingerprint(&mut custody.superuser().await).await, before);
    custody.theo.console.witness.catch_up(&custody.theo.console.register).await.unwrap();
}

const SHADOWS: [&str; 15] = [
    // Before PostgreSQL has loaded the language: taken as a wish, and refused when it is loaded.
    "SET plpgsql.variable_conflict = use_column",
    "CREATE TEMP TABLE operator AS SELECT * FROM custody.operator; UPDATE pg_temp.operator SET person = person || 'x'",
    "CREATE TEMP TABLE request AS SELECT * FROM custody.request",
    "CREATE TEMP TABLE head (one boolean, seq bigint, hash bytea); INSERT INTO pg_temp.head VALUES (true, 0, '')",
    "CREATE TEMP TABLE ledger_entry (seq bigint)",
    "CREATE TEMP VIEW pg_roles AS SELECT session_user::text AS rolname, true AS rolsuper",
    "CREATE FUNCTION pg_temp.sha256(bytea) RETURNS bytea LANGUAGE sql AS $$ SELECT decode(repeat('00', 32), 'hex') $$",
    "CREATE FUNCTION pg_temp.lower(text) RETURNS text LANGUAGE sql AS $$ SELECT md5(random()::text) $$",
    "CREATE FUNCTION pg_temp.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ SELECT 'epoch'::timestamptz $$",
    "CREATE FUNCTION pg_temp.uuid_eq(uuid, uuid) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
    "CREATE OPERATOR pg_temp.= (LEFTARG = uuid, RIGHTARG = uuid, FUNCTION = pg_temp.uuid_eq)",
    "CREATE OPERATOR pg_temp.<> (LEFTARG = uuid, RIGHTARG = uuid, FUNCTION = uuid_eq)",
    "CREATE DOMAIN pg_temp.uuid AS text",
    "SET search_path = pg_temp, public, custody, pg_catalog; SET client_encoding = 'SQL_ASCII'; SET bytea_output = 'escape'",
    "SET TimeZone = 'Asia/Kathmandu'; SET DateStyle = 'German'; SET transform_null_equals = on; SET row_security = off;
     SET standard_conforming_strings = off; SET array_nulls = off; SET IntervalStyle = 'sql_standard'",
];

/// R-30, R-31, R-70: what the register refuses to an operator's login it writes down, by login, function and reason; and a caller
/// who rolls back is in the server's log all the same.
#[tokio::test(flavor = "multi_thread")]
async fn refusals_are_recorded() {
    let custody = TestCustody::found().await;
    let plan = custody.ask(&new_kek(&custody, "kek-refused").await).await;
    let (ines, theo) = (&custody.ines, &custody.theo);
    let mut psql = custody.psql(ines).await;
    let device = ines.unlock_for_seal(passphrase()).await.unwrap();
    let now = ines.console.now().await.unwrap();
    let own = seal_entry(ines, &plan, Role::DevOps, &[1; 64], now);
    let forged = |actor: &Desk| Entry {
        actor: ledger::Actor { kind: ledger::ActorKind::Operator, id: operator_id(actor) },
        id: fresh(),
        ..own.clone()
    };
    let theos_key = theo.session.device;
    let start = Entry {
        attributes: [("request", plan.request.to_string()), ("plan_hash", hex::encode(plan.hash()))]
            .map(|(name, value)| (name.to_owned(), value))
            .into(),
        ..entry_of(ines.author(), "run.started", Subject::new("run", fresh()), now)
    };
    let elsewhere = Entry { custody: fresh(), id: fresh(), ..own.clone() };
    let in_production = Entry { environment: "production".to_owned(), id: fresh(), ..own.clone() };
    let yesterday = Entry { time: now.micros() - 86_400_000_000, id: fresh(), ..own.clone() };
    let attacks = [
        // Signs for herself, in her own name and in Theo's, with her own key and with his.
        ("decide_request", signed(&own, &device), "own_request"),
        ("decide_request", signed(&forged(theo), &device), "wrong_actor"),
        ("decide_request", signed_falsely(&forged(theo), theos_key), "wrong_actor"),
        ("decide_request", signed_falsely(&forged(ines), theos_key), "wrong_key"),
        ("decide_request", signed_falsely(&forged(ines), [9; 32]), "wrong_key"),
        // With the key of her session, which can't seal.
        ("decide_request", signed(&forged(ines), ines.author()), "device_key_needed"),
        // Starts what nobody countersigned.
        ("start_run", signed(&start, ines.author()), "no_quorum"),
        ("decide_request", signed(&elsewhere, &device), "wrong_custody"),
        ("decide_request", signed(&in_production, &device), "wrong_environment"),
        ("decide_request", signed(&yesterday, &device), "clock_skew"),
        ("withdraw_request", signed(&forged(ines), &device), "wrong_verb"),
    ];
    let (head, _) = ines.console.register.head().await.unwrap();
    for (verb, entry, code) in &attacks {
        assert_eq!(psql.call(verb, entry, None).await, *code, "{verb}");
    }
    let mut psql_of_theo = custody.psql(theo).await;
    let withdrawn = entry_of(theo.author(), "request.withdrawn", Subject::new("request", plan.request), now);
    assert_eq!(psql_of_theo.call("withdraw_request", &signed(&withdrawn, theo.author()), None).await, "not_requester");
    assert_eq!(ines.console.register.head().await.unwrap().0, head, "a refused act is no entry");

    let mut kept = ines.console.register.refusals(None, 100).await.unwrap();
    kept.reverse();
    let told: Vec<_> = kept.iter().map(|it| (it.login.as_str(), it.function.as_str(), it.code.as_str())).collect();
    let login = ines.person.login.as_str();
    let mut wanted: Vec<_> = attacks.iter().map(|(verb, _, code)| (login, *verb, *code)).collect();
    wanted.push((theo.person.login.as_str(), "withdraw_request", "not_requester"));
    assert_eq!(told, wanted);

    psql.run("BEGIN").await.unwrap();
    assert_eq!(psql.call("decide_request", &signed(&forged(theo), &device), None).await, "wrong_actor");
    psql.run("ROLLBACK").await.unwrap();
    assert_eq!(ines.console.register.refusals(None, 100).await.unwrap().len(), wanted.len());
    let line = format!("countersign: decide_request refused to {login} with wrong_actor");
    assert_eq!(custody.server_log().matches(&line).count(), 3, "two that were kept, one that was rolled back");
    let _denied = psql.run("DELETE FROM custody.ledger_entry").await;
    assert!(custody.server_log().contains("permission denied for table ledger_entry"));
}

async fn new_kek(custody: &TestCustody, name: &str) -> Wanted {
    let now = custody.ines.console.now().await.unwrap();
    Wanted::CreateKek(custody::request::NewKek {
        key: KeyId::make(now, &mut rand_core::OsRng),
        name: domain::KeyName::parse(name).unwrap(),
        bits: 2048,
        owner: "Platform security".to_owned(),
        purpose: "Attacked".to_owned(),
        classification: domain::Classification::Restricted,
        tenant: None,
    })
}

/// The entry that brings a second seal; `signature` may be anything.
fn seal_entry(desk: &Desk, plan: &Plan, role: Role, signature: &[u8; 64], now: domain::Timestamp) -> Entry {
    let attributes =
        [("plan_hash", hex::encode(plan.hash())), ("role", role.to_string()), ("seal", hex::encode(signature))];
    Entry {
        attributes: attributes.map(|(name, value)| (name.to_owned(), value)).into(),
        ..entry_of(desk.author(), "request.sealed", Subject::new("request", plan.request), now)
    }
}

fn fresh() -> uuid::Uuid {
    let mut bytes = [0; 16];
    rand_core::RngCore::fill_bytes(&mut rand_core::OsRng, &mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}
