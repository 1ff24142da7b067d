//! The desktop shell: windows, session, thin commands. No rule lives here.

mod at_work;
mod commands;
mod failure;
mod host;
mod idle;
mod relay;
mod reminding;
mod runs_here;
mod saved;
mod views;

use tauri::{Manager, RunEvent};
use tracing_subscriber::EnvFilter;
use workplace::Workplace;

use crate::host::Host;

/// Opens the console and returns when its last window is closed.
pub fn run() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let built = tauri::Builder::default()
        .invoke_handler(commands::handler())
        .setup(|app| {
            let host = Host::new(app.handle().clone(), Workplace::usual_home());
            app.manage(host.clone());
            idle::watch(host);
            Ok(())
        })
        .build(tauri::generate_context!());
    match built {
        Ok(app) => app.run(|handle, event| {
            if let RunEvent::Exit = event {
                let host: Host = handle.state::<Host>().inner().clone();
                tauri::async_runtime::block_on(host.leave());
            }
        }),
        Err(error) => {
            tracing::error!(%error, "the console cannot open a window");
            std::process::exit(1);
        }
    }
}
