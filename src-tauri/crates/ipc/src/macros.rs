//! The three forms a wire type has: a request, a view and a closed word list.

/// A request: what the window asks. Unknown fields are refused, so that a caller cannot smuggle in what nobody reads.
macro_rules! request {
    ($(#[$meta:meta])* pub struct $name:ident { $($(#[$fmeta:meta])* pub $field:ident : $ty:ty),* $(,)? }) => {
        $(#[$meta])*
        #[derive(serde::Deserialize, ts_rs::TS)]
        #[serde(deny_unknown_fields, rename_all = "camelCase")]
        #[ts(export_to = "ipc.ts")]
        pub struct $name { $($(#[$fmeta])* pub $field: $ty),* }
    };
}

/// A view: what the host answers.
macro_rules! view {
    ($(#[$meta:meta])* pub struct $name:ident { $($(#[$fmeta:meta])* pub $field:ident : $ty:ty),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, ts_rs::TS)]
        #[serde(rename_all = "camelCase")]
        #[ts(export_to = "ipc.ts")]
        pub struct $name { $($(#[$fmeta])* pub $field: $ty),* }
    };
}

/// A closed list of words, the same in both directions.
macro_rules! words {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$vmeta:meta])* $variant:ident),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, ts_rs::TS)]
        #[serde(rename_all = "snake_case")]
        #[ts(export_to = "ipc.ts")]
        #[expect(missing_docs, reason = "the words of a closed list speak for themselves")]
        pub enum $name { $($(#[$vmeta])* $variant),* }

        impl $name {
            /// Every word of the list, in its order.
            pub const ALL: &[Self] = &[$(Self::$variant),*];
        }
    };
}

/// An identifier that travels as text and is branded in TypeScript.
macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident => $brand:literal;)*) => { $(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, ts_rs::TS)]
        #[serde(transparent)]
        #[ts(export_to = "ipc.ts", type = $brand)]
        pub struct $name(pub String);

        impl From<String> for $name {
            fn from(value: String) -> Self {
                Self(value)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    )* };
}
