//! What makes a struct a request: its method, its path, its answer.

use serde::de::DeserializeOwned;
use serde::{Deserialize as _, Serialize};

/// The HTTP methods that the API uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads, without a body.
    Get,
    /// Everything else, with a body.
    Post,
    /// Removes a key or a multisig address; with a body.
    Delete,
}

impl Method {
    /// The method as HTTP spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }
}

/// A request of the API.
pub trait Request: Serialize {
    /// What the daemon answers on success.
    type Response: DeserializeOwned;
    /// The HTTP method.
    const METHOD: Method;
    /// The path, from the root.
    const PATH: &'static str;
}

/// Declares a request: a struct whose fields may be missing or `null` (then
/// they have their zero value), that refuses unknown and repeated fields.
macro_rules! request {
    (
        $(#[$doc:meta])*
        $name:ident: $method:ident $path:literal => $response:ty {
            $( $(#[$field_doc:meta])* $field:ident: $type:ty, )*
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name {
            $(
                $(#[$field_doc])*
                #[serde(deserialize_with = "crate::request::null_is_zero")]
                pub $field: $type,
            )*
        }

        impl crate::Request for $name {
            type Response = $response;
            const METHOD: crate::Method = crate::Method::$method;
            const PATH: &'static str = $path;
        }
    };
}
pub(crate) use request;

/// Reads `null` as the zero value of the field.
pub(crate) fn null_is_zero<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Default + serde::Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}
