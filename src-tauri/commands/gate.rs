//! What a pipeline would be told now.

use gate::Judgement;
use ipc::{GateView, IpcError, Nothing};
use tauri::State;

use crate::at_work::AtWork;
use crate::failure::Failure;
use crate::host::Host;
use crate::views::exceptions::gate_view;

#[tauri::command]
pub(crate) async fn gate(host: State<'_, Host>, request: Nothing) -> Result<GateView, IpcError> {
    let _ = request;
    let work = host.at_work().await?;
    Ok(asked(&work).await?)
}

/// Judged as the command of the pipeline judges it, by the register's clock.
pub(super) async fn asked(work: &AtWork) -> Result<GateView, Failure> {
    let console = &work.desk.console;
    let environment = console.custody.environment;
    let reading = console.gate_reading(environment).await?;
    let at = domain::Timestamp::from_micros(reading.read_at);
    reading.check_live(environment, at).map_err(Failure::internal)?;
    Ok(gate_view(&Judgement::of(reading, at).map_err(Failure::internal)?))
}
