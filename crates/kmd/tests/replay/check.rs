//! What the answer to a step has to be, with the step's deviation taken into account.

use crate::{
    compare::{Expected, check_headers},
    deviations::Deviation,
    done,
    player::Player,
    support::{http::Reply, pack::Pack},
    swagger,
    transcript::{Body, Recorded, Response, Step},
};
use serde_json::Value;

impl Player {
    pub fn check(&mut self, step: &Step, deviation: Option<&Deviation>, got: &Reply) -> Result<(), String> {
        match deviation {
            None => self.check_recorded(step, got),
            Some(Deviation::Skip) => Ok(()),
            Some(Deviation::May(message)) => self.check_recorded(step, got).or_else(|error| {
                check_may(step, message.as_deref(), got).map_err(|ours| format!("{error}\nor {ours}"))
            }),
            Some(Deviation::Check(why)) => self.check_without_refused(step, why, got),
            Some(Deviation::Refused(status, message)) => {
                self.remember_refused(step);
                Expected::error(*status, message).check(&step.method, got)
            }
            Some(Deviation::Done) => {
                if got.status != 200 {
                    return Err(format!("expected 200, got {} {}", got.status, got.text()));
                }
                check_headers(&step.response.headers, &step.method, got)?;
                done::check(self, step, got)
            }
        }
    }

    fn check_recorded(&self, step: &Step, got: &Reply) -> Result<(), String> {
        let Response { status, headers, body } = &step.response;
        let body = match body {
            Recorded::Swagger if matches!(step.method.as_str(), "HEAD" | "OPTIONS") => String::new(),
            Recorded::Swagger => return swagger::check(step, got),
            Recorded::Text(text) => self.expected_body(step, text, got)?,
        };
        let mut expected = Expected {
            status: *status,
            headers: headers.clone(),
            body: body.into_bytes(),
        };
        let result = expected.check(&step.method, got);
        if result.is_err() && step.path == "/versions" {
            // What the second version of the API adds to the list, once there is one.
            expected.body = b"{\n  \"versions\": [\n    \"v1\",\n    \"v2\"\n  ]\n}".to_vec();
            return expected.check(&step.method, got).or(result);
        }
        result
    }

    fn expected_body(&self, step: &Step, recorded: &str, got: &Reply) -> Result<String, String> {
        let mut body = self.in_file_order(recorded);
        for path in step.volatile.iter().filter(|path| !path.starts_with("wallets ")) {
            body = self.take_over(path, &body, got)?;
        }
        self.fill_in(&body)
    }

    fn remember_refused(&mut self, step: &Step) {
        let Recorded::Text(body) = &step.response.body else {
            return;
        };
        let body: Value = serde_json::from_str(body).unwrap();
        if let Some(address) = body["address"].as_str() {
            self.refused.insert(address.to_owned());
        }
    }

    /// The recorded list without the addresses that the reference took and we refused.
    fn check_without_refused(&self, step: &Step, why: &str, got: &Reply) -> Result<(), String> {
        let Recorded::Text(recorded) = &step.response.body else {
            return Err("not a list".to_owned());
        };
        let recorded: Value = serde_json::from_str(recorded).unwrap();
        let recorded = recorded["addresses"].as_array().ok_or("not a list of addresses")?;
        let (gone, kept): (Vec<_>, Vec<_>) = recorded
            .iter()
            .map(|address| address.as_str().unwrap())
            .partition(|address| self.refused.contains(*address));
        let promised = match why {
            why if why.starts_with("same list without the two addresses") => gone.len() == 2,
            why => gone.len() == 1 && why.contains(gone[0]),
        };
        if !promised {
            return Err(format!("the replayer would leave out {gone:?}, which is not: {why}"));
        }
        let lines: Vec<String> = kept.iter().map(|address| format!("    \"{address}\"")).collect();
        let expected = Expected {
            status: step.response.status,
            headers: step.response.headers.clone(),
            body: format!("{{\n  \"addresses\": [\n{}\n  ]\n}}", lines.join(",\n")).into_bytes(),
        };
        expected.check(&step.method, got)
    }
}

/// Answers that a step may give instead of the recorded one.
fn check_may(step: &Step, message: Option<&str>, got: &Reply) -> Result<(), String> {
    match (&step.body, message) {
        (Body::MsgpackHandle, _) => {
            let empty = got.status == 200 && got.body == Pack::map([]).encode();
            empty
                .then_some(())
                .ok_or_else(|| "200 with an empty msgpack map".to_owned())
        }
        (_, Some(message)) => Expected::error(400, message).check(&step.method, got),
        (_, None) if step.path == "/metrics" && got.status == 200 => {
            let media_type = got.header("Content-Type");
            let is_text = media_type.is_some_and(|media_type| media_type.starts_with("text/plain; version=0.0.4"));
            is_text
                .then_some(())
                .ok_or_else(|| format!("metrics, got {media_type:?}"))
        }
        (_, None) => matches!(got.status, 404 | 405)
            .then_some(())
            .ok_or_else(|| format!("404 or 405, got {}", got.status)),
    }
}
