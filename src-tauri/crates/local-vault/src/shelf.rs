//! All keys, or all secrets, of the server: in memory for readers, in one sealed file each on disk.
//!
//! **Invariant:** a change is durable before anyone can see it or is told of it. Readers take a
//! snapshot and never wait for the disk.

use crate::StartError;
use crate::object::{Object, ObjectId, Version};
use crate::refusal::Refusal;
use crate::row;
use crate::sealed::Sealer;
use crate::store_key::{make_private_directory, sync_directory, write_private};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// What a change leaves behind.
pub(crate) enum Change<V> {
    Put(Object<V>),
    Remove,
}

pub(crate) struct Shelf<V> {
    directory: PathBuf,
    sealer: Arc<Sealer>,
    objects: RwLock<BTreeMap<ObjectId, Arc<Object<V>>>>,
    writer: Mutex<()>,
}

impl<V: Version> Shelf<V> {
    /// Loads everything. A file that does not open stops the start: a vault that silently lost a
    /// key would be worse than one that does not start.
    pub fn load(root: &Path, sealer: Arc<Sealer>) -> Result<Self, StartError> {
        let directory = root.join(V::KIND.plural());
        make_private_directory(&directory)?;
        let mut objects = BTreeMap::new();
        for entry in fs::read_dir(&directory)? {
            let path = entry?.path();
            if path.extension().is_some_and(|it| it == "new") {
                // Left by a crash before its rename: nobody was told of it.
                fs::remove_file(&path)?;
                continue;
            }
            let file = file_stem(&path);
            let object: Object<V> = row::open(&sealer, &label::<V>(&file), &fs::read(&path)?)
                .map_err(|_does_not_open| StartError::Damaged(path.clone()))?;
            objects.insert(object.id(), Arc::new(object));
        }
        Ok(Self { directory, sealer, objects: RwLock::new(objects), writer: Mutex::new(()) })
    }

    pub fn sealer(&self) -> &Sealer {
        &self.sealer
    }

    /// The object, deleted or not.
    pub fn find(&self, id: &ObjectId) -> Option<Arc<Object<V>>> {
        self.objects.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// The objects of a vault that follow `after` by name, at most `count` of those that `keep` takes.
    pub fn page(
        &self,
        vault: &str,
        after: Option<&str>,
        count: usize,
        keep: impl Fn(&Object<V>) -> bool,
    ) -> Vec<Arc<Object<V>>> {
        let from = match after {
            Some(name) => Bound::Excluded(ObjectId::new(vault, name)),
            None => Bound::Included(ObjectId::new(vault, "")),
        };
        self.objects
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .range((from, Bound::Unbounded))
            .take_while(|(id, _)| id.vault == vault)
            .map(|(_, object)| object)
            .filter(|object| keep(object))
            .take(count)
            .cloned()
            .collect()
    }

    /// Changes one object: nobody else changes anything meanwhile, and what `decide` refuses
    /// leaves no trace.
    pub fn change<R>(
        &self,
        id: &ObjectId,
        decide: impl FnOnce(Option<&Object<V>>) -> Result<(Change<V>, R), Refusal>,
    ) -> Result<R, Refusal> {
        let _writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let current = self.find(id);
        let (change, answer) = decide(current.as_deref())?;
        self.apply(id, change)?;
        Ok(answer)
    }

    /// Removes what `due` says is over. Returns what was removed.
    pub fn sweep(&self, due: impl Fn(&Object<V>) -> bool) -> Result<Vec<ObjectId>, Refusal> {
        let _writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let over: Vec<ObjectId> = self
            .objects
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
            .filter(|object| due(object))
            .map(|object| object.id())
            .collect();
        for id in &over {
            self.apply(id, Change::Remove)?;
        }
        Ok(over)
    }

    fn apply(&self, id: &ObjectId, change: Change<V>) -> Result<(), Refusal> {
        let file = self.sealer.file_name(V::KIND.label(), &id.vault, &id.name);
        let path = self.directory.join(format!("{file}.sealed"));
        let replacement = match change {
            Change::Put(object) => {
                let sealed =
                    row::seal(&self.sealer, &label::<V>(&file), &object).map_err(|error| Refusal::internal(&error))?;
                write_private(&path, &sealed).map_err(|error| Refusal::internal(&error))?;
                Some(Arc::new(object))
            }
            Change::Remove => {
                remove(&path, &self.directory).map_err(|error| Refusal::internal(&error))?;
                None
            }
        };
        let mut objects = self.objects.write().unwrap_or_else(PoisonError::into_inner);
        match replacement {
            Some(object) => objects.insert(id.clone(), object),
            None => objects.remove(id),
        };
        Ok(())
    }
}

fn remove(path: &Path, directory: &Path) -> io::Result<()> {
    fs::remove_file(path)?;
    sync_directory(directory)
}

fn file_stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn label<V: Version>(file: &str) -> String {
    format!("countersign/local-vault/{}/{file}", V::KIND.label())
}
