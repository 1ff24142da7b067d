//! The use cases of key custody: plan, request, sign, run, verify.
