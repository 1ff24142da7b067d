//! The log stack and retention: what is no longer sent to, and observations whose term is over.

use super::verbs;

verbs! {
    /// Forgets a target of the log stack, and with it the alarm that it does not move. Refused as `log_target_unknown`.
    drop_log_target();
    /// Removes the rows of observations whose term is over. Refused as `under_retention` for one that is younger or still counts, as
    /// `observation_differs` for one that is not what its entry says, as `batch_differs` where the rules or the rows are others by now.
    prune_observations();
}
