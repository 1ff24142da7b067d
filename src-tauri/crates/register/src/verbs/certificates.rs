//! Certificates of destruction.

use super::verbs;

verbs! {
    /// Keeps the certificate of a run that destroyed something. Refused as `not_proven`, with what is missing, before everything
    /// was proven; as `certificate_known` the second time.
    issue_certificate(certificate);
}
