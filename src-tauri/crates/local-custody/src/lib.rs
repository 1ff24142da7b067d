//! A private PostgreSQL cluster and a local vault on this machine.
