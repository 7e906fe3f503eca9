//! A raw HTTP/1.1 client: it sends what it is told and keeps what it gets, byte for byte.

use super::{PATIENCE, canary};
use rustix::{
    io::Errno,
    net::{RecvFlags, recv},
};
use serde_json::Value;
use std::{
    io::{self, ErrorKind, Read, Write},
    net::{SocketAddr, TcpStream},
    os::{fd::AsFd, unix::net::UnixStream},
    path::Path,
    time::Duration,
};

pub struct Connection {
    wire: Wire,
    unread: Vec<u8>,
    host: String,
    closing: bool,
}

enum Wire {
    Tcp(TcpStream),
    Unix(UnixStream),
}

#[derive(Clone, Debug, Default)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Option<Vec<u8>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    /// As sent: order, case, repetitions.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn new(method: &str, path: &str) -> Self {
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            ..Self::default()
        }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    fn bytes(&self, host: &str) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\nHost: {host}\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if let Some(body) = &self.body {
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(self.body.as_deref().unwrap_or_default());
        bytes
    }
}

impl Connection {
    pub fn tcp(address: SocketAddr) -> Self {
        Self::try_tcp(address).unwrap()
    }

    pub fn try_tcp(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        let connection = Self::over(Wire::Tcp(stream), address.to_string());
        connection.patience(PATIENCE)?;
        Ok(connection)
    }

    pub fn unix(path: &Path) -> Self {
        let stream = UnixStream::connect(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let connection = Self::over(Wire::Unix(stream), "localhost".to_owned());
        connection.patience(PATIENCE).unwrap();
        connection
    }

    fn over(wire: Wire, host: String) -> Self {
        Self {
            wire,
            unread: Vec::new(),
            host,
            closing: false,
        }
    }

    /// How long a read may take before it is an error of kind `WouldBlock`.
    pub fn patience(&self, time: Duration) -> io::Result<()> {
        match &self.wire {
            Wire::Tcp(stream) => stream.set_read_timeout(Some(time)),
            Wire::Unix(stream) => stream.set_read_timeout(Some(time)),
        }
    }

    /// Whether the last answer said that it is the last of this connection.
    pub fn is_closing(&self) -> bool {
        self.closing
    }

    pub fn send(&mut self, request: &Request) -> Reply {
        self.try_send(request)
            .unwrap_or_else(|error| panic!("{} {}: {error}", request.method, request.path))
    }

    pub fn try_send(&mut self, request: &Request) -> io::Result<Reply> {
        self.start(request)?;
        self.answer(&request.method)
    }

    /// Sends a request and does not wait for the answer.
    pub fn start(&mut self, request: &Request) -> io::Result<()> {
        let bytes = request.bytes(&self.host);
        match self.write(&bytes) {
            // A daemon that refuses early closes its side; what it said first is still to be read.
            Err(error) if matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset) => Ok(()),
            other => other,
        }
    }

    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.wire {
            Wire::Tcp(stream) => stream.write_all(bytes),
            Wire::Unix(stream) => stream.write_all(bytes),
        }
    }

    /// Whether a read would not have to wait: there is an answer, or the end of the connection.
    pub fn is_readable(&self) -> bool {
        let socket = match &self.wire {
            Wire::Tcp(stream) => stream.as_fd(),
            Wire::Unix(stream) => stream.as_fd(),
        };
        let looked = recv(socket, &mut [0; 1], RecvFlags::PEEK | RecvFlags::DONTWAIT);
        !self.unread.is_empty() || !matches!(looked, Err(Errno::AGAIN))
    }

    /// Reads one answer to a request of this method. Where it refuses, it may tell no secret.
    pub fn answer(&mut self, method: &str) -> io::Result<Reply> {
        self.any_answer(method).map(Reply::discreet)
    }

    fn any_answer(&mut self, method: &str) -> io::Result<Reply> {
        let (status, headers) = loop {
            let (status, headers) = self.head()?;
            if status >= 200 {
                break (status, headers);
            }
        };
        let mut reply = Reply {
            status,
            headers,
            body: Vec::new(),
        };
        self.closing = reply
            .header("connection")
            .is_some_and(|value| value.eq_ignore_ascii_case("close"));
        if method == "HEAD" || status == 204 || status == 304 {
            return Ok(reply);
        }
        let chunked = reply
            .header("transfer-encoding")
            .is_some_and(|value| value.eq_ignore_ascii_case("chunked"));
        reply.body = if chunked {
            self.chunks()?
        } else if let Some(length) = reply.header("content-length") {
            let length = length.parse().map_err(|_| broken("content length"))?;
            self.exactly(length)?
        } else {
            self.closing = true;
            self.rest()?
        };
        Ok(reply)
    }

    /// Everything until the daemon closes the connection.
    pub fn rest(&mut self) -> io::Result<Vec<u8>> {
        loop {
            match self.fill() {
                Ok(0) => return Ok(std::mem::take(&mut self.unread)),
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::ConnectionReset => {
                    return Ok(std::mem::take(&mut self.unread));
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn head(&mut self) -> io::Result<(u16, Vec<(String, String)>)> {
        let line = self.line()?;
        let status = line
            .strip_prefix("HTTP/1.1 ")
            .and_then(|rest| rest.get(..3))
            .and_then(|code| code.parse().ok())
            .ok_or_else(|| broken("status line"))?;
        let mut headers = Vec::new();
        loop {
            let line = self.line()?;
            if line.is_empty() {
                return Ok((status, headers));
            }
            let (name, value) = line.split_once(':').ok_or_else(|| broken("header"))?;
            headers.push((name.to_owned(), value.trim().to_owned()));
        }
    }

    fn chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = self.line()?;
            let size = usize::from_str_radix(&line, 16).map_err(|_| broken("chunk size"))?;
            body.extend(self.exactly(size)?);
            if !self.line()?.is_empty() {
                return Err(broken("chunk end"));
            }
            if size == 0 {
                return Ok(body);
            }
        }
    }

    fn line(&mut self) -> io::Result<String> {
        loop {
            if let Some(end) = self.unread.windows(2).position(|pair| pair == b"\r\n") {
                let line = self.unread.drain(..end + 2).take(end).collect();
                return String::from_utf8(line).map_err(|_| broken("text"));
            }
            self.more()?;
        }
    }

    fn exactly(&mut self, length: usize) -> io::Result<Vec<u8>> {
        while self.unread.len() < length {
            self.more()?;
        }
        Ok(self.unread.drain(..length).collect())
    }

    fn more(&mut self) -> io::Result<()> {
        match self.fill()? {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }

    fn fill(&mut self) -> io::Result<usize> {
        let mut buffer = [0; 16384];
        let count = loop {
            let read = match &mut self.wire {
                Wire::Tcp(stream) => stream.read(&mut buffer),
                Wire::Unix(stream) => stream.read(&mut buffer),
            };
            match read {
                // The test was stopped and went on.
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.unread.extend_from_slice(&buffer[..count]);
        Ok(count)
    }
}

impl Reply {
    /// The same, checked: what refuses tells no secret.
    fn discreet(self) -> Self {
        if self.status >= 400 {
            canary::check("a header of a refusal", format!("{:?}", self.headers).as_bytes());
            canary::check("the body of a refusal", &self.body);
        }
        self
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// The message of an error answer.
    pub fn message(&self) -> String {
        let body = self.json();
        assert_eq!(body["error"], true, "an error answer: {body}");
        body["message"].as_str().unwrap().to_owned()
    }

    /// Checks that version 2 refused with this status and code, and with a hint; gives the message.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) -> String {
        let error = self.json()["error"].clone();
        let said = (self.status, error["code"].as_str());
        assert_eq!(said, (status, Some(code)), "{}", self.text());
        assert!(!error["hint"].as_str().unwrap().is_empty());
        error["message"].as_str().unwrap().to_owned()
    }
}

fn broken(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, format!("the answer has a broken {what}"))
}
