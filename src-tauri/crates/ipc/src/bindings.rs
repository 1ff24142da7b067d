//! Writes `ui/src/host/ipc.ts` from the table of commands.
//!
//! The file is committed. `tests/bindings.rs` fails when it is stale and says how to write it again.

use std::{any::TypeId, collections::BTreeMap, fmt::Write as _};

use ts_rs::{Config, TS, TypeVisitor};

use crate::{
    error::IpcError,
    events::HostEvent,
    table::{CacheTag, visit},
};

/// Gathers every type that a command reaches.
pub(crate) struct Collector {
    config: Config,
    seen: Vec<TypeId>,
    declarations: BTreeMap<String, String>,
    commands: Vec<(String, String, String, Vec<CacheTag>)>,
}

impl Collector {
    pub(crate) fn command<Q: TS + 'static, V: TS + 'static>(&mut self, name: &str, tags: &[CacheTag]) {
        self.visit::<Q>();
        self.visit::<V>();
        self.commands.push((name.to_owned(), Q::name(&self.config), V::name(&self.config), tags.to_vec()));
    }
}

impl TypeVisitor for Collector {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if self.seen.contains(&TypeId::of::<T>()) {
            return;
        }
        self.seen.push(TypeId::of::<T>());
        // Only our own types have a file; `Vec`, `Option` and numbers are TypeScript's already.
        if T::output_path().is_some() {
            self.declarations.insert(T::ident(&self.config), T::decl(&self.config));
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}

/// The whole text of `ipc.ts`.
#[must_use]
pub fn typescript() -> String {
    let mut all =
        Collector { config: Config::new(), seen: Vec::new(), declarations: BTreeMap::new(), commands: Vec::new() };
    visit(&mut all);
    all.visit::<IpcError>();
    all.visit::<HostEvent>();
    let mut text = String::from(
        "// Written from the table of commands in src-tauri/crates/ipc. Do not edit: run `cargo xtask bindings`.\n\n",
    );
    for declaration in all.declarations.values() {
        line(&mut text, &format!("export {declaration}"));
        text.push('\n');
    }
    line(&mut text, "/** What each command takes and what it answers. */");
    line(&mut text, "export type IpcSchema = {");
    for (name, request, view, _) in &all.commands {
        line(&mut text, &format!("  {name}: [{request}, {view}];"));
    }
    line(&mut text, "};\n");
    line(&mut text, "/** What each command makes stale once it has succeeded. */");
    line(&mut text, "export const INVALIDATES: { readonly [C in keyof IpcSchema]: readonly CacheTag[] } = {");
    for (name, _, _, tags) in &all.commands {
        let tags: Vec<String> = tags.iter().map(|tag| format!("\"{}\"", snake(&format!("{tag:?}")))).collect();
        line(&mut text, &format!("  {name}: [{}],", tags.join(", ")));
    }
    line(&mut text, "};");
    text
}

fn line(text: &mut String, content: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{content}");
}

fn snake(name: &str) -> String {
    let mut out = String::new();
    for (at, letter) in name.char_indices() {
        if letter.is_uppercase() && at > 0 {
            out.push('_');
        }
        out.extend(letter.to_lowercase());
    }
    out
}
