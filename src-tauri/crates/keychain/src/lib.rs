//! The operating system's keychain, and the device key kept in it.
