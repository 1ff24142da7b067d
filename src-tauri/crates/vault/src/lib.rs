//! Azure Key Vault through the official SDK: pacing, time limits, sign-in credentials.
