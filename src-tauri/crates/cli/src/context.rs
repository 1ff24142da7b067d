//! What holds for a whole invocation.

use std::path::PathBuf;

/// The global options.
#[derive(Debug, Clone)]
pub struct Context {
    /// Data folder.
    pub home: PathBuf,
    /// Name or login of the operator.
    pub operator: Option<String>,
    /// File with the operator's passphrase.
    pub passphrase_file: Option<PathBuf>,
    /// Whether a program reads.
    pub json: bool,
}
