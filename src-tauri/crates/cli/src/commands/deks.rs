//! `countersign deks create`.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use custody::estate::Estate;
use custody::estate::deks::{CreatedDek, DekOrder, DekTarget};
use domain::Classification;
use serde::Deserialize;
use serde_json::json;

use crate::answer::Answer;
use crate::at_work::with_desk;
use crate::context::Context;
use crate::failure::Failure;
use crate::find;
use crate::progress::Meter;
use crate::table::Table;

/// Data-encryption keys.
#[derive(Debug, Subcommand)]
pub enum Deks {
    /// Make DEKs under a KEK, one for each tenant and integration, or secret
    Create(Create),
}

/// DEKs to be made.
#[derive(Debug, Args)]
pub struct Create {
    /// The KEK that wraps them, by name or id
    #[arg(long)]
    kek: String,
    /// A tenant and its integration; may be given several times
    #[arg(long, num_args = 2, value_names = ["TENANT", "INTEGRATION"], required_unless_present_any = ["secret", "file"])]
    target: Vec<String>,
    /// An internal secret; may be given several times
    #[arg(long, value_name = "NAME")]
    secret: Vec<String>,
    /// JSON file: a list of {"tenant", "integration"} and {"secret"}
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Who answers for them
    #[arg(long)]
    owner: String,
    /// What they are for
    #[arg(long)]
    purpose: String,
    /// public, internal, confidential or restricted
    #[arg(long, default_value = "confidential")]
    classification: Classification,
}

/// A target in a file.
#[derive(Deserialize)]
#[serde(untagged)]
enum TargetInFile {
    Tenant { tenant: String, integration: String },
    Secret { secret: String },
}

impl Deks {
    /// Makes them.
    pub async fn run(self, context: &Context) -> Result<Answer, Failure> {
        let Self::Create(create) = self;
        let targets = create.targets()?;
        with_desk(context, async |desk| {
            let order = DekOrder {
                kek: find::key(&desk.console.register, &create.kek).await?,
                targets,
                owner: create.owner,
                purpose: create.purpose,
                classification: create.classification,
            };
            let meter = Meter::new(context, "make DEKs");
            let count = |done, total| meter.count(done, total);
            let made = Estate::new(&desk.console, desk.author()).create_deks(&order, &count).await;
            meter.end();
            let made = made?;
            let dek = |it: &CreatedDek| json!({ "id": it.key, "name": it.name });
            let document = json!({ "deks": made.keys.iter().map(dek).collect::<Vec<_>>(), "entries": made.entries });
            let mut table = Table::new(&["dek", "id"]);
            for it in &made.keys {
                table.row([it.name.as_str(), &it.key.to_string()]);
            }
            Ok(Answer::new(document, format!("{}\n{} DEKs made", table.text(), made.keys.len())))
        })
        .await
    }
}

impl Create {
    fn targets(&self) -> Result<Vec<DekTarget>, Failure> {
        let mut targets = Vec::new();
        let mut named = self.target.iter().cloned();
        while let (Some(tenant), Some(integration)) = (named.next(), named.next()) {
            targets.push(DekTarget::Tenant { tenant, integration });
        }
        targets.extend(self.secret.iter().cloned().map(|name| DekTarget::Secret { name }));
        if let Some(file) = &self.file {
            targets.extend(from_file(file)?);
        }
        Ok(targets)
    }
}

fn from_file(path: &Path) -> Result<Vec<DekTarget>, Failure> {
    let failed = |error: &dyn std::fmt::Display| {
        Failure::new("file", format!("{} cannot be read: {error}", path.display())).could_not_tell()
    };
    let bytes = std::fs::read(path).map_err(|error| failed(&error))?;
    let listed: Vec<TargetInFile> = serde_json::from_slice(&bytes).map_err(|error| failed(&error))?;
    let target = |it: TargetInFile| match it {
        TargetInFile::Tenant { tenant, integration } => DekTarget::Tenant { tenant, integration },
        TargetInFile::Secret { secret } => DekTarget::Secret { name: secret },
    };
    Ok(listed.into_iter().map(target).collect())
}
