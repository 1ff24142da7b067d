//! What the whole-product tests share: a custody on this machine with its people, and a real window.
