//! A client that says one thing in each of the ways that the API understands.

use crate::support::{
    TOKEN,
    algorand::{base64, unbase64},
    http::{Connection, Reply, Request},
    pack::Pack,
};
use serde_json::Value;

/// How a request is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tongue {
    /// JSON, with bytes in base64.
    Json,
    /// JSON, with every character as an escape.
    Escapes,
    /// JSON, with keys as arrays of numbers.
    Numbers,
    /// MessagePack.
    Pack,
}

pub struct Speaker {
    pub connection: Connection,
    tongue: Tongue,
}

impl Speaker {
    pub fn new(connection: Connection, tongue: Tongue) -> Self {
        Self { connection, tongue }
    }

    pub fn send(&mut self, method: &str, path: &str, body: &Pack) -> Reply {
        let request = Request::new(method, path).header("X-KMD-API-Token", TOKEN);
        self.connection.send(&request.body(self.tongue.write(body)))
    }

    /// The answer of a request that must succeed.
    pub fn ok(&mut self, method: &str, path: &str, body: &Pack) -> Answer {
        let reply = self.send(method, path, body);
        assert_eq!(reply.status, 200, "{path} {:?}: {}", self.tongue, reply.text());
        match self.tongue {
            Tongue::Pack => Answer::Pack(Pack::decode(&reply.body)),
            _ => Answer::Json(reply.json()),
        }
    }
}

/// An answer in either encoding.
pub enum Answer {
    Json(Value),
    Pack(Pack),
}

impl Answer {
    pub fn text(&self, field: &str) -> String {
        match self {
            Self::Json(value) => value[field].as_str().unwrap().to_owned(),
            Self::Pack(value) => value.at(field).text().to_owned(),
        }
    }

    pub fn bytes(&self, field: &str) -> Vec<u8> {
        match self {
            Self::Json(value) => unbase64(value[field].as_str().unwrap()),
            Self::Pack(value) => value.at(field).bytes().to_vec(),
        }
    }

    /// The id of the wallet that was created.
    pub fn wallet_id(&self) -> String {
        match self {
            Self::Json(value) => value["wallet"]["id"].as_str().unwrap().to_owned(),
            Self::Pack(value) => value.at("wallet").at("id").text().to_owned(),
        }
    }
}

impl Tongue {
    pub fn write(self, body: &Pack) -> Vec<u8> {
        match self {
            Self::Pack => body.encode(),
            _ => self.json(body).into_bytes(),
        }
    }

    fn json(self, value: &Pack) -> String {
        let list = |items: &[Pack]| items.iter().map(|item| self.json(item)).collect::<Vec<_>>().join(",");
        match value {
            Pack::Text(text) => self.text(text),
            Pack::Bytes(bytes) if self == Self::Numbers && bytes.len() >= 32 => serde_json::to_string(bytes).unwrap(),
            Pack::Bytes(bytes) => self.text(&base64(bytes)),
            Pack::Uint(number) => number.to_string(),
            Pack::Bool(yes) => yes.to_string(),
            Pack::List(items) => format!("[{}]", list(items)),
            Pack::Map(entries) => {
                let entries = entries
                    .iter()
                    .map(|(key, value)| format!("\"{key}\": {}", self.json(value)));
                format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
            }
            other => panic!("no request has a {other:?}"),
        }
    }

    fn text(self, text: &str) -> String {
        if self != Self::Escapes {
            return Value::from(text).to_string();
        }
        let escapes = text.encode_utf16().map(|unit| format!("\\u{unit:04x}"));
        format!("\"{}\"", escapes.collect::<String>())
    }
}
