//! The statuses that kmd answers with.

/// Declares the statuses: name, number, and the phrase that HTTP has for it.
macro_rules! statuses {
    ($($name:ident = $number:literal $reason:literal,)*) => {
        /// A status. There is no other, so that whoever counts has a place for each.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Status {
            $(#[doc = $reason] $name,)*
        }

        impl Status {
            /// All of them, each at the place of its discriminant.
            pub(crate) const ALL: &[Self] = &[$(Self::$name,)*];

            pub(crate) fn number(self) -> u16 {
                match self {
                    $(Self::$name => $number,)*
                }
            }

            /// The three digits of its number.
            pub(crate) fn digits(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($number),)*
                }
            }

            /// The phrase that stands behind the number.
            pub(crate) fn reason(self) -> &'static str {
                match self {
                    $(Self::$name => $reason,)*
                }
            }
        }
    };
}

statuses! {
    Ok = 200 "OK",
    BadRequest = 400 "Bad Request",
    Unauthorized = 401 "Unauthorized",
    Forbidden = 403 "Forbidden",
    NotFound = 404 "Not Found",
    MethodNotAllowed = 405 "Method Not Allowed",
    RequestTimeout = 408 "Request Timeout",
    Conflict = 409 "Conflict",
    PayloadTooLarge = 413 "Payload Too Large",
    TooManyRequests = 429 "Too Many Requests",
    RequestHeaderFieldsTooLarge = 431 "Request Header Fields Too Large",
    InternalServerError = 500 "Internal Server Error",
    ServiceUnavailable = 503 "Service Unavailable",
}
