//! `docs/reference/api.md` is what the two descriptions that the daemon serves say.
//!
//! `UPDATE_PAGES=1 cargo test -p kmd --test pages api` writes it anew.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;

use serde_json::Value;

use crate::{read, root};

const PAGE: &str = "docs/reference/api.md";

const HEAD: &str = "\
# The HTTP API

<!-- Made by a test, crates/kmd/tests/pages/api.rs, from swagger.json and openapi.json of crates/kmd-server. -->

The daemon serves the same as `/swagger.json` and `/v2/openapi.json`. Where it listens is in `kmd.net`, the token in `kmd.token`. \
A field in bold must be there. What the Go kmd does otherwise: [compatibility](../compatibility.md). A whole run with curl: \
[create_and_sign.sh](../../examples/create_and_sign.sh).
";

#[test]
fn the_page_of_the_api_is_current() {
    let page = page();
    if std::env::var_os("UPDATE_PAGES").is_some() {
        fs::write(root().join(PAGE), &page).unwrap();
    }
    assert!(
        read(PAGE) == page,
        "{PAGE} is not current; this writes it: UPDATE_PAGES=1 cargo test -p kmd --test pages api"
    );
}

#[test]
fn every_endpoint_and_field_is_on_the_page() {
    let page = page();
    for name in ["swagger.json", "openapi.json"] {
        let document = Document::read(name);
        for (path, methods) in object(&document.root["paths"]) {
            for method in object(methods).keys() {
                let heading = format!("\n### {} {path}\n", method.to_uppercase());
                assert_eq!(page.matches(&heading).count(), 1, "{heading}");
            }
        }
        for (schema, fields) in object(document.schemas()) {
            for field in fields["properties"].as_object().into_iter().flatten() {
                assert!(page.contains(field.0), "{schema}: {}", field.0);
            }
        }
    }
}

fn page() -> String {
    let mut page = HEAD.to_owned();
    for (version, name) in [(1, "swagger.json"), (2, "openapi.json")] {
        Document::read(name).section(version, &mut page);
    }
    page
}

/// A description in Swagger 2 or OpenAPI 3.
struct Document {
    root: Value,
}

impl Document {
    fn read(name: &str) -> Self {
        let text = read(&format!("crates/kmd-server/{name}"));
        Self {
            root: serde_json::from_str(&text).unwrap(),
        }
    }

    fn section(&self, version: u8, page: &mut String) {
        let description = text(&self.root["info"]["description"]);
        write!(page, "\n## Version {version}\n\n{description}\n").unwrap();
        let mut objects = BTreeSet::new();
        for (path, methods) in object(&self.root["paths"]) {
            for (method, operation) in object(methods) {
                write!(page, "\n### {} {path}\n\n", method.to_uppercase()).unwrap();
                self.operation(operation, &mut objects, page);
            }
        }
        self.objects(version, objects, page);
    }

    fn operation(&self, operation: &Value, objects: &mut BTreeSet<String>, page: &mut String) {
        let sentences = [text(&operation["summary"]), text(&operation["description"])];
        let said = sentences.iter().filter(|said| !said.is_empty());
        let said: Vec<_> = said.map(|said| said.trim_end_matches('.')).collect();
        writeln!(page, "{}.", said.join(". ")).unwrap();
        if let Some(request) = self.request(operation) {
            self.table("Request", request, objects, page);
        }
        let responses = object(&operation["responses"]);
        if let Some(answer) = responses.get("200").and_then(|answer| self.body(answer)) {
            self.table("Answer", answer, objects, page);
        }
        let failures: Vec<_> = responses.iter().filter(|(status, _)| *status != "200").collect();
        if failures.is_empty() {
            return;
        }
        page.push_str("\n| failure | |\n|---|---|\n");
        for (status, response) in failures {
            writeln!(page, "| {status} | {} |", text(&self.target(response)["description"])).unwrap();
        }
    }

    /// Objects that fields are made of, and those that these are made of.
    fn objects(&self, version: u8, mut wanted: BTreeSet<String>, page: &mut String) {
        wanted.insert("Error".to_owned());
        let mut shown = BTreeSet::new();
        write!(page, "\n### Objects of version {version}\n").unwrap();
        while let Some(name) = wanted.iter().find(|name| !shown.contains(*name)).cloned() {
            let schema = &self.schemas()[&name];
            self.table(&format!("**{name}**"), schema, &mut wanted, page);
            shown.insert(name);
        }
    }

    fn table(&self, title: &str, schema: &Value, objects: &mut BTreeSet<String>, page: &mut String) {
        let mut rows = Vec::new();
        self.rows("", schema, objects, &mut rows);
        if rows.is_empty() {
            return;
        }
        write!(page, "\n| {title} | type | |\n|---|---|---|\n").unwrap();
        rows.iter().for_each(|row| writeln!(page, "{row}").unwrap());
    }

    fn rows(&self, prefix: &str, schema: &Value, objects: &mut BTreeSet<String>, rows: &mut Vec<String>) {
        let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().map(text).collect();
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            let full = format!("{prefix}{name}");
            if field["properties"].is_object() {
                self.rows(&format!("{full}."), field, objects, rows);
                continue;
            }
            let marked = if required.contains(&name.as_str()) {
                format!("**`{full}`**")
            } else {
                format!("`{full}`")
            };
            let kind = kind(field, objects);
            let meaning = text(&field["description"]).replace('|', "\\|");
            rows.push(format!("| {marked} | {kind} | {meaning} |"));
        }
    }

    fn request<'a>(&'a self, operation: &'a Value) -> Option<&'a Value> {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let in_swagger = parameters.map(|parameter| self.target(parameter));
        let in_swagger = in_swagger
            .filter(|parameter| parameter["in"] == "body")
            .find_map(|parameter| self.body(parameter));
        in_swagger.or_else(|| self.body(&operation["requestBody"]))
    }

    /// The schema of a request or an answer.
    fn body<'a>(&'a self, of: &'a Value) -> Option<&'a Value> {
        let of = self.target(of);
        let schemas = [&of["schema"], &of["content"]["application/json"]["schema"]];
        let schema = schemas.into_iter().find(|schema| schema.is_object())?;
        Some(self.target(schema))
    }

    /// What a reference points to; anything else is itself.
    fn target<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(reference) => self.root.pointer(reference.trim_start_matches('#')).unwrap(),
            None => value,
        }
    }

    fn schemas(&self) -> &Value {
        let places = ["/definitions", "/components/schemas"];
        places.iter().find_map(|place| self.root.pointer(place)).unwrap()
    }
}

/// The type of a field, in a word or two; objects with a name are noted.
fn kind(field: &Value, objects: &mut BTreeSet<String>) -> String {
    // A reference with words of its own beside it.
    if let Some(referred) = field["allOf"].get(0) {
        return kind(referred, objects);
    }
    if let Some(name) = field["$ref"]
        .as_str()
        .and_then(|reference| reference.rsplit('/').next())
    {
        objects.insert(name.to_owned());
        return name.to_owned();
    }
    let is_base64 = field["format"] == "byte" || field["contentEncoding"] == "base64";
    match text(&field["type"]) {
        "array" => format!("list of {}", kind(&field["items"], objects)),
        "string" if is_base64 => "base64".to_owned(),
        other => other.to_owned(),
    }
}

fn object(value: &Value) -> &serde_json::Map<String, Value> {
    value.as_object().unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
