//! The nouns and rules of key custody: keys, states, requests, seals, quorum. Pure.
