//! Plays one transcript and reports every difference at once.

use crate::{
    compare::short,
    deviations::{self, Deviation},
    support::{
        daemon::{Daemon, Home},
        http::{Connection, Reply, Request},
        pack::Pack,
    },
    transcript::{Body, Step, Token, Transcript},
};
use serde_json::Value;
use std::{
    collections::{BTreeSet, HashMap},
    thread,
    time::Duration,
};

pub struct Player {
    pub name: String,
    token: String,
    pub session_seconds: u64,
    deviations: HashMap<String, Deviation>,
    pub daemon: Daemon,
    /// The one in use, unless the daemon closed it.
    connection: Option<Connection>,
    /// What `${…}` stands for by now.
    pub captured: HashMap<String, String>,
    /// Addresses that the reference took and we refuse: they are missing in later lists.
    pub refused: BTreeSet<String>,
    /// Answers to the steps so far, for deviations that refer to another step.
    pub answers: HashMap<String, Reply>,
    differences: Vec<String>,
    visited: usize,
}

/// Plays all steps of a transcript; panics with what differs.
pub fn play(name: &str) {
    let transcript = Transcript::load(name);
    let home = Home::with(&transcript.config);
    home.write("kmd.token", &transcript.token);
    let daemon = home.start();
    let mut player = Player {
        name: name.to_owned(),
        token: transcript.token.clone(),
        session_seconds: transcript.config["session_lifetime_secs"].as_u64().unwrap_or(60),
        deviations: deviations::of(name),
        connection: None,
        daemon,
        captured: HashMap::new(),
        refused: BTreeSet::new(),
        answers: HashMap::new(),
        differences: Vec::new(),
        visited: 0,
    };
    for step in &transcript.steps {
        player.step(step);
    }
    assert_eq!(player.visited, transcript.steps.len());
    assert!(
        player.differences.is_empty(),
        "{} of {} steps differ\n\n{}",
        player.differences.len(),
        player.visited,
        player.differences.join("\n\n"),
    );
}

impl Player {
    fn step(&mut self, step: &Step) {
        self.visited += 1;
        // The one recording about time: whether a handle outlives its lifetime as the reference's does cannot be seen
        // from outside without letting the time pass.
        thread::sleep(Duration::from_secs_f64(step.seconds_before));

        let deviation = self.deviations.remove(&step.name);
        if matches!(deviation, Some(Deviation::Skip)) {
            return;
        }
        let got = match self.request(step).and_then(|request| self.send(&request)) {
            Ok(got) => got,
            Err(error) => return self.differ(step, &error),
        };
        self.capture(step, &got);
        if let Err(error) = self.check(step, deviation.as_ref(), &got) {
            self.differ(step, &error);
        }
        self.answers.insert(step.name.clone(), got);
    }

    fn differ(&mut self, step: &Step, error: &str) {
        let Self { name, differences, .. } = self;
        differences.push(format!(
            "{name} / {} ({} {}): {error}",
            step.name, step.method, step.path
        ));
    }

    fn request(&self, step: &Step) -> Result<Request, String> {
        let mut request = Request::new(&step.method, &step.path);
        request.headers.clone_from(&step.headers);
        let token = match &step.token {
            Token::Valid => Some(&self.token),
            Token::Absent => None,
            Token::Literal(token) => Some(token),
        };
        if let Some(token) = token {
            request = request.header("X-KMD-API-Token", token);
        }
        let body = match &step.body {
            Body::None if matches!(step.method.as_str(), "GET" | "HEAD" | "OPTIONS" | "BREW") => {
                return Ok(request);
            }
            Body::None => Vec::new(),
            Body::Text(text) => self.fill_in(text)?.into_bytes(),
            Body::Bytes(bytes) => bytes.clone(),
            Body::MsgpackHandle => {
                let handle = &self.captured["h"];
                Pack::map([("wallet_handle_token", handle.into())]).encode()
            }
        };
        Ok(request.body(body))
    }

    fn send(&mut self, request: &Request) -> Result<Reply, String> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => Connection::try_tcp(self.daemon.address).map_err(|error| format!("no connection: {error}"))?,
        };
        let reply = connection
            .try_send(request)
            .map_err(|error| format!("no answer: {error}"))?;
        self.connection = Some(connection).filter(|connection| !connection.is_closing());
        Ok(reply)
    }

    /// Puts the captured values in the place of their variables.
    pub fn fill_in(&self, text: &str) -> Result<String, String> {
        let mut text = text.to_owned();
        for (variable, value) in &self.captured {
            text = text.replace(&format!("${{{variable}}}"), value);
        }
        match text.contains("${") {
            true => Err(format!("a variable that no answer gave: {}", short(&text))),
            false => Ok(text),
        }
    }

    fn capture(&mut self, step: &Step, got: &Reply) {
        let Ok(body) = serde_json::from_slice::<Value>(&got.body) else {
            return;
        };
        for (variable, path) in &step.captures {
            if let Some(value) = at(&body, path).and_then(Value::as_str) {
                self.captured.insert(variable.clone(), value.to_owned());
            }
        }
    }
}

/// What is at a path of keys with dots between them.
pub fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(value, |value, key| value.get(key))
}
