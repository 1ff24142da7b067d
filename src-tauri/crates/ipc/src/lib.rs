//! Wire types and the one table of commands between the window and its host.
