//! Whether an answer is the expected one, and what is wrong with it where it is not.

use crate::support::http::Reply;
use serde_json::Value;

/// An answer to be equal to.
#[derive(Clone, Debug)]
pub struct Expected {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// The reference sends a body in chunks when it is longer than this, and with its length otherwise.
const CHUNKED_ABOVE: usize = 2048;

impl Expected {
    /// The answer of a request that fails.
    pub fn error(status: u16, message: &str) -> Self {
        let message = Value::from(message);
        Self {
            status,
            headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
            body: format!("{{\n  \"error\": true,\n  \"message\": {message}\n}}").into_bytes(),
        }
    }

    pub fn check(&self, method: &str, got: &Reply) -> Result<(), String> {
        check_headers(&self.headers, method, got)
            .and_then(|()| equal("status", &self.status, &got.status))
            .and_then(|()| {
                let (want, got) = (String::from_utf8_lossy(&self.body), got.text());
                equal("body", want.as_ref(), got.as_str())
            })
            .map_err(|error| {
                format!(
                    "{error}\n  whole answer: {} {:?}\n{}",
                    got.status,
                    got.headers,
                    short(&got.text())
                )
            })
    }
}

/// The recorded headers and no others, in whatever order and case. `Date` and `Content-Length` were not recorded; the
/// framing follows from the length of our body, which a deviation may have changed.
pub fn check_headers(recorded: &[(String, String)], method: &str, got: &Reply) -> Result<(), String> {
    let mut want = normal(recorded, &["transfer-encoding"]);
    if method != "HEAD" && got.body.len() > CHUNKED_ABOVE {
        want.push(("transfer-encoding".to_owned(), "chunked".to_owned()));
        want.sort();
    }
    equal("headers", &want, &normal(&got.headers, &["date", "content-length"]))
}

fn normal(headers: &[(String, String)], without: &[&str]) -> Vec<(String, String)> {
    let mut headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), value.clone()))
        .filter(|(name, _)| !without.contains(&name.as_str()))
        .collect();
    headers.sort();
    headers
}

fn equal<T: PartialEq + std::fmt::Debug + ?Sized>(what: &str, want: &T, got: &T) -> Result<(), String> {
    if want == got {
        return Ok(());
    }
    let show = |value: &T| short(&format!("{value:?}"));
    Err(format!("{what}\n  expected: {}\n  got:      {}", show(want), show(got)))
}

pub fn short(text: &str) -> String {
    match text.char_indices().nth(2000) {
        Some((end, _)) => format!("{} … ({} bytes)", &text[..end], text.len()),
        None => text.to_owned(),
    }
}
