//! The desktop shell: windows, session, thin commands. No rule lives here.
