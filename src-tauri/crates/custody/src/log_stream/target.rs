//! Where a stream goes, as it is written on the command line.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use reqwest::Url;

/// Hosts that ingest for Azure Monitor, by cloud. A token is sent to no other.
const INGESTION_SUFFIXES: [&str; 3] =
    [".ingest.monitor.azure.com", ".ingest.monitor.azure.us", ".ingest.monitor.azure.cn"];

/// Longest name that the register keeps.
const NAME_CHARS_MAX: usize = 300;

/// Why this is no target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// Neither of the forms.
    #[error("a target is -, a file, elasticsearch:URL/INDEX or azure-monitor:URL/RULE/STREAM")]
    Form,
    /// Its address.
    #[error("{0} is no address")]
    Address(String),
    /// Nothing leaves this computer in the clear.
    #[error("the address must begin with https://; http:// is for this computer alone")]
    Clear,
    /// A secret in an address ends up in lists of processes and in logs.
    #[error(
        "the address must hold neither user nor password nor a query: credentials come from the environment or a file"
    )]
    Credentials,
    /// Another host than those of Azure.
    #[error("{0} is no host that ingests for Azure Monitor")]
    Host(String),
    /// Too long to be reported.
    #[error("the target's name is longer than {NAME_CHARS_MAX} characters")]
    TooLong,
}

/// Where a stream goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Standard output.
    Output,
    /// A file, one event a line.
    File(PathBuf),
    /// An index or data stream of Elasticsearch.
    Elasticsearch(Url),
    /// A stream of a data collection rule of Azure Monitor.
    AzureMonitor {
        /// The ingestion endpoint.
        endpoint: Url,
        /// The rule's immutable id.
        rule: String,
        /// Its stream.
        stream: String,
    },
}

impl Target {
    /// What it is called in reports and for its position; standard output is a new one each time.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        (*self != Self::Output).then(|| self.to_string())
    }
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let target = if text == "-" {
            Self::Output
        } else if let Some(address) = text.strip_prefix("elasticsearch:") {
            elasticsearch(address)?
        } else if let Some(address) = text.strip_prefix("azure-monitor:") {
            azure_monitor(address)?
        } else if text.is_empty() || text.contains("://") {
            return Err(TargetError::Form);
        } else {
            let file = text.strip_prefix("file:").unwrap_or(text);
            Self::File(std::path::absolute(Path::new(file)).map_err(|_unreadable| TargetError::Form)?)
        };
        if target.to_string().chars().count() > NAME_CHARS_MAX {
            return Err(TargetError::TooLong);
        }
        Ok(target)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Output => f.write_str("-"),
            Self::File(file) => write!(f, "file:{}", file.display()),
            Self::Elasticsearch(url) => write!(f, "elasticsearch:{url}"),
            Self::AzureMonitor { endpoint, rule, stream } => write!(f, "azure-monitor:{endpoint}{rule}/{stream}"),
        }
    }
}

fn elasticsearch(address: &str) -> Result<Target, TargetError> {
    let url = secure(address)?;
    let index = segments(&url).pop().filter(|index| is_index(index));
    if index.is_none() {
        return Err(TargetError::Form);
    }
    Ok(Target::Elasticsearch(url))
}

/// Names of indices as Elasticsearch has them, and nothing that would be another path there.
fn is_index(name: &str) -> bool {
    !name.starts_with(['-', '_', '+', '.'])
        && name.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || matches!(it, '-' | '_' | '.' | '+'))
}

fn azure_monitor(address: &str) -> Result<Target, TargetError> {
    let mut endpoint = secure(address)?;
    let segments = segments(&endpoint);
    let [rule, stream] = segments.as_slice() else { return Err(TargetError::Form) };
    let is_word = |word: &str| word.chars().all(|it| it.is_ascii_alphanumeric() || matches!(it, '-' | '_'));
    if !rule.starts_with("dcr-") || !is_word(rule) || !is_word(stream) {
        return Err(TargetError::Form);
    }
    let host = endpoint.host_str().unwrap_or_default().to_owned();
    if !is_loopback(&endpoint) && !INGESTION_SUFFIXES.iter().any(|suffix| host.ends_with(suffix)) {
        return Err(TargetError::Host(host));
    }
    endpoint.set_path("/");
    Ok(Target::AzureMonitor { endpoint, rule: rule.clone(), stream: stream.clone() })
}

fn segments(url: &Url) -> Vec<String> {
    let segments = url.path_segments().into_iter().flatten();
    segments.filter(|segment| !segment.is_empty()).map(str::to_owned).collect()
}

fn secure(address: &str) -> Result<Url, TargetError> {
    let url = Url::parse(address).map_err(|_unparsed| TargetError::Address(address.to_owned()))?;
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        return Err(TargetError::Credentials);
    }
    match url.scheme() {
        "https" if url.host_str().is_some() => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        "http" => Err(TargetError::Clear),
        _ => Err(TargetError::Address(address.to_owned())),
    }
}

/// By address: a name could be resolved to anything.
pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at once")]
mod tests {
    use super::*;

    /// nothing is sent in the clear over a network, no secret stands in an address, and a token for Azure goes to Azure.
    #[test]
    fn only_safe_targets_are_taken() {
        let taken = [
            ("-", "-"),
            ("/var/log/countersign.ndjson", "file:/var/log/countersign.ndjson"),
            (
                "elasticsearch:https://es.example:9200/logs-countersign",
                "elasticsearch:https://es.example:9200/logs-countersign",
            ),
            ("elasticsearch:http://127.0.0.1:9200/logs", "elasticsearch:http://127.0.0.1:9200/logs"),
            ("elasticsearch:http://[::1]:9200/p/logs", "elasticsearch:http://[::1]:9200/p/logs"),
            (
                "azure-monitor:https://a-b1.westeurope-1.ingest.monitor.azure.com/dcr-00ff/Custom-Countersign_CL",
                "azure-monitor:https://a-b1.westeurope-1.ingest.monitor.azure.com/dcr-00ff/Custom-Countersign_CL",
            ),
        ];
        for (written, name) in taken {
            assert_eq!(written.parse::<Target>().unwrap().to_string(), name);
        }
        let refused = [
            "",
            "https://es.example/logs",
            "elasticsearch:https://es.example",
            "elasticsearch:es.example/logs",
            "elasticsearch:http://es.example/logs",
            "elasticsearch:http://localhost/logs",
            "elasticsearch:https://u:p@es.example/logs",
            "elasticsearch:https://es.example/_bulk",
            "elasticsearch:https://es.example/Logs",
            "elasticsearch:https://es.example/l?x=1",
            "azure-monitor:https://a.ingest.monitor.azure.com/dcr-1",
            "azure-monitor:https://a.ingest.monitor.azure.com/rule/S",
            "azure-monitor:https://a.ingest.monitor.azure.com.evil.example/dcr-1/S",
            "azure-monitor:https://evil.example/dcr-1/S",
            "azure-monitor:http://a.ingest.monitor.azure.com/dcr-1/S",
        ];
        for written in refused {
            assert!(written.parse::<Target>().is_err(), "{written}");
        }
    }
}
