//! One invocation, one session: opened with the operator's device key, closed whatever happens.

use keychain::Passphrase;
use workplace::{Desk, Premises, Workplace};

use crate::answer::Answer;
use crate::context::Context;
use crate::failure::Failure;
use crate::people;
use crate::secrets;

/// The data folder and the keychain.
pub async fn workplace(context: &Context) -> Result<Workplace, Failure> {
    let home = context.home.clone();
    // The keychain is reached through blocking calls.
    let found = tokio::task::spawn_blocking(move || Workplace::new(home)).await;
    Ok(found.map_err(|stopped| Failure::of("interrupted", &stopped))??)
}

/// The custody that is known in the data folder.
pub async fn premises(context: &Context) -> Result<Premises, Failure> {
    Ok(workplace(context).await?.open().await?)
}

/// Does `work` as the operator who was named, in a session of its own.
pub async fn with_desk(
    context: &Context,
    work: impl AsyncFnOnce(&Desk) -> Result<Answer, Failure>,
) -> Result<Answer, Failure> {
    let premises = premises(context).await?;
    let person = people::choose(context, &premises).await?;
    let passphrase = passphrase(context, &person.name)?;
    let desk = premises.sign_in(person.operator, passphrase).await?;
    let outcome = work(&desk).await;
    let register = &desk.console.register;
    if let Err(error) = desk.session.clone().close(register).await {
        tracing::warn!(%error, "the session could not be closed; it ends by its own clock");
    }
    register.close().await;
    outcome
}

/// The passphrase for one unlocking, from the file that was named or from the person.
pub fn passphrase(context: &Context, name: &str) -> Result<Passphrase, Failure> {
    let typed = match &context.passphrase_file {
        Some(file) => secrets::from_file(file)?,
        None => secrets::ask(&format!("Passphrase of {}", crate::table::safe(name)))?,
    };
    // EXPOSE: taken over into the keychain's own wiping form.
    Ok(Passphrase::new(typed.as_str().to_owned()))
}
