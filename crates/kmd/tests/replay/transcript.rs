//! A recording, as read from its file.

use crate::support::{algorand::unbase64, golden};
use serde_json::Value;

pub struct Transcript {
    pub config: Value,
    pub token: String,
    pub steps: Vec<Step>,
}

pub struct Step {
    pub name: String,
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub token: Token,
    pub body: Body,
    pub response: Response,
    /// Variable, and where in the answer its value is.
    pub captures: Vec<(String, String)>,
    /// Where the answer differs from run to run.
    pub volatile: Vec<String>,
    pub seconds_before: f64,
}

pub enum Token {
    Valid,
    Absent,
    Literal(String),
}

pub enum Body {
    None,
    Text(String),
    Bytes(Vec<u8>),
    /// A msgpack map with a valid handle in it; the recording describes it only.
    MsgpackHandle,
}

pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Recorded,
}

pub enum Recorded {
    Text(String),
    /// A Swagger document, of which only paths and operations count.
    Swagger,
}

impl Transcript {
    pub fn load(name: &str) -> Self {
        let text = golden::text(&format!("transcripts/{name}.json"));
        let file = name_uncaptured_ids(&text);
        Self {
            config: file["config"].clone(),
            token: text_of(&file["token"]),
            steps: list(&file["steps"]).iter().map(Step::read).collect(),
        }
    }
}

impl Step {
    fn read(step: &Value) -> Self {
        let request = &step["request"];
        Self {
            name: text_of(&step["name"]),
            method: text_of(&request["method"]),
            path: text_of(&request["path"]),
            headers: pairs(&request["headers"]),
            token: match text_of(&request["token"]).as_str() {
                "valid" => Token::Valid,
                "absent" => Token::Absent,
                literal => Token::Literal(literal.to_owned()),
            },
            body: Body::read(request),
            response: Response::read(&step["response"]),
            captures: step["capture"]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(variable, path)| (variable.clone(), text_of(path)))
                .collect(),
            volatile: step["volatile"].as_array().into_iter().flatten().map(text_of).collect(),
            seconds_before: step["wait_seconds_before"].as_f64().unwrap_or_default(),
        }
    }
}

impl Body {
    fn read(request: &Value) -> Self {
        if let Some(text) = request["body"].as_str() {
            Self::Text(text.to_owned())
        } else if let Some(text) = request["body_base64"].as_str() {
            Self::Bytes(unbase64(text))
        } else if let Some(note) = request["body_note"].as_str() {
            assert!(note.contains("msgpack map with the valid handle"), "{note}");
            Self::MsgpackHandle
        } else {
            Self::None
        }
    }
}

impl Response {
    fn read(response: &Value) -> Self {
        Self {
            status: response["status"].as_u64().unwrap().try_into().unwrap(),
            headers: pairs(&response["headers"]),
            body: match response["body"].as_str() {
                Some(text) => Recorded::Text(text.to_owned()),
                None => {
                    let note = text_of(&response["body_note"]);
                    assert!(note.contains("Swagger"), "{note}");
                    Recorded::Swagger
                }
            },
        }
    }
}

/// Where a recording creates a wallet and captures nothing, the id stands in it as it was that day. Make it a
/// variable like the others.
fn name_uncaptured_ids(text: &str) -> Value {
    let mut text = text.to_owned();
    let file: Value = serde_json::from_str(&text).unwrap();
    let mut captures = Vec::new();
    for (index, step) in list(&file["steps"]).iter().enumerate() {
        let request = &step["request"];
        let creates = request["method"] == "POST" && request["path"] == "/v1/wallet";
        let created = creates && step["response"]["status"] == 200;
        if created && step["capture"].is_null() {
            let body: Value = serde_json::from_str(step["response"]["body"].as_str().unwrap()).unwrap();
            let variable = format!("uncaptured_{index}");
            text = text.replace(body["wallet"]["id"].as_str().unwrap(), &format!("${{{variable}}}"));
            captures.push((index, variable));
        }
    }
    let mut file: Value = serde_json::from_str(&text).unwrap();
    for (index, variable) in captures {
        file["steps"][index]["capture"] = serde_json::json!({variable: "wallet.id"});
    }
    file
}

fn pairs(value: &Value) -> Vec<(String, String)> {
    list(value)
        .iter()
        .map(|pair| (text_of(&pair[0]), text_of(&pair[1])))
        .collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
