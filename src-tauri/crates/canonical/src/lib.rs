//! Length-prefixed, injective byte encoding that everything signed or hashed goes through.
