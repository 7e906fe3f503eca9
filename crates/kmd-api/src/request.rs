//! What makes a struct a request: its method, its path, its answer.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::de::{self, DeserializeOwned};
use serde::{Deserialize, Deserializer, Serialize};

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
    /// The path, from the root. `{id}` in it stands for the id of a wallet.
    const PATH: &'static str;

    /// The wallet that the path names, where it names one.
    fn wallet_id(&self) -> Option<&str> {
        None
    }

    /// Takes the wallet from the path; the body does not name it.
    fn set_wallet_id(&mut self, _id: &str) {}

    /// The path as it is sent.
    fn path(&self) -> Cow<'static, str> {
        match self.wallet_id() {
            Some(id) => {
                let id = utf8_percent_encode(id, NON_ALPHANUMERIC).to_string();
                Self::PATH.replace("{id}", &id).into()
            }
            None => Self::PATH.into(),
        }
    }
}

/// Declares a request: a struct whose fields may be missing or `null` (then
/// they have their zero value), that refuses unknown and repeated fields.
macro_rules! request {
    ($($declaration:tt)*) => {
        crate::request::declare! { [] [] $($declaration)* }
    };
}
pub(crate) use request;

/// As [`request`], for a wallet that the path names.
macro_rules! wallet_request {
    ($($declaration:tt)*) => {
        crate::request::declare! {
            [
                /// The wallet. It stands in the path.
                #[serde(skip)]
                pub wallet_id: String,
            ]
            [
                fn wallet_id(&self) -> Option<&str> {
                    Some(&self.wallet_id)
                }

                fn set_wallet_id(&mut self, id: &str) {
                    id.clone_into(&mut self.wallet_id);
                }
            ]
            $($declaration)*
        }
    };
}
pub(crate) use wallet_request;

/// What both are made of: fields and methods that only the one has, then what is
/// declared.
macro_rules! declare {
    (
        [$($own_field:tt)*]
        [$($own_method:tt)*]
        $(#[$doc:meta])*
        $name:ident: $method:ident $path:literal => $response:ty {
            $( $(#[$field_doc:meta])* $field:ident: $type:ty, )*
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name {
            $($own_field)*
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
            $($own_method)*
        }
    };
}
pub(crate) use declare;

/// Reads `null` as the zero value of the field.
pub(crate) fn null_is_zero<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Default + Deserialize<'de>,
    D: Deserializer<'de>,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// A struct that is written as a map. Derived structs would also take a list of
/// their fields in order, and positions are how mistakes pass.
pub(crate) struct Map<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Map<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> de::Visitor<'de> for Visitor<T> {
            type Value = Map<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }
            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Map<T>, A::Error> {
                T::deserialize(de::value::MapAccessDeserializer::new(map)).map(Map)
            }
        }
        deserializer.deserialize_map(Visitor(PhantomData))
    }
}
