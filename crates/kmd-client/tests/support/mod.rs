//! A daemon that is none: a data directory, and a thread that answers requests by a script.

use std::io::{self, Read, Write};
use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::mpsc::{self, Receiver};
use std::thread;

use tempfile::TempDir;

pub const TOKEN: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// What happens on one connection, in order.
#[derive(Clone)]
pub enum Step {
    /// Reads a request and answers with these bytes.
    Answer(Vec<u8>),
    /// Reads a request and says nothing until the client has gone.
    Hang,
    /// Reads a request and closes.
    Swallow,
    /// Answers and closes without reading all of the request.
    Refuse(Vec<u8>),
}

/// What the daemon saw.
#[derive(Debug, PartialEq)]
pub enum Event {
    Connected,
    Request(Vec<u8>),
    /// Its end of the connection is closed.
    Closed,
}

pub struct FakeDaemon {
    pub home: TempDir,
    pub events: Receiver<Event>,
}

#[derive(Clone, Copy, Debug)]
pub enum Over {
    Tcp,
    Unix,
}

pub fn home() -> TempDir {
    let home = TempDir::with_prefix("kmd-client").unwrap();
    write(home.path(), "kmd.token", &format!("{TOKEN}\nsecond line\n"));
    home
}

pub fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).unwrap();
}

impl FakeDaemon {
    /// One list of steps a connection; a connection beyond them is closed at once.
    pub fn start(over: Over, script: Vec<Vec<Step>>) -> Self {
        let home = home();
        let (sender, events) = mpsc::channel();
        let serve = move |connection: &mut dyn Connection, steps: Vec<Step>| {
            let _ = sender.send(Event::Connected);
            for step in steps {
                play(connection, step, &sender);
            }
            let _ = connection.close();
            let _ = sender.send(Event::Closed);
        };
        match over {
            Over::Tcp => {
                let listener = TcpListener::bind("127.0.0.1:0").unwrap();
                let address = listener.local_addr().unwrap().to_string();
                write(home.path(), "kmd.net", &address);
                thread::spawn(move || {
                    for steps in script {
                        serve(&mut listener.accept().unwrap().0, steps);
                    }
                });
            }
            Over::Unix => {
                let listener = UnixListener::bind(home.path().join("kmd.sock")).unwrap();
                thread::spawn(move || {
                    for steps in script {
                        serve(&mut listener.accept().unwrap().0, steps);
                    }
                });
            }
        }
        Self { home, events }
    }

    pub fn client(&self) -> kmd_client::Client {
        kmd_client::Client::open(self.home.path()).unwrap()
    }

    /// Waits until a connection is closed.
    pub fn wait_for_close(&self) {
        while self.events.recv().unwrap() != Event::Closed {}
    }

    /// All that happens until the last connection of the script is closed.
    pub fn all_events(&self) -> Vec<Event> {
        self.events.iter().collect()
    }
}

trait Connection: Read + Write {
    fn close(&mut self) -> io::Result<()>;
}

impl Connection for std::net::TcpStream {
    fn close(&mut self) -> io::Result<()> {
        self.shutdown(std::net::Shutdown::Both)
    }
}

impl Connection for std::os::unix::net::UnixStream {
    fn close(&mut self) -> io::Result<()> {
        self.shutdown(std::net::Shutdown::Both)
    }
}

fn play(connection: &mut dyn Connection, step: Step, sender: &mpsc::Sender<Event>) {
    if let Step::Refuse(bytes) = &step {
        connection.read_exact(&mut [0; 10]).unwrap();
        connection.write_all(bytes).unwrap();
        return;
    }
    let request = read_request(connection);
    let _ = sender.send(Event::Request(request));
    match step {
        Step::Answer(bytes) => connection.write_all(&bytes).unwrap(),
        Step::Hang => drop(connection.read(&mut [0])),
        Step::Swallow | Step::Refuse(_) => {}
    }
}

fn read_request(connection: &mut dyn Connection) -> Vec<u8> {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if connection.read(&mut byte).unwrap_or_default() == 0 {
            return request;
        }
        request.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&request).to_ascii_lowercase();
    let length = head.split("content-length: ").nth(1);
    let length: usize = length.map_or(0, |rest| rest.lines().next().unwrap().parse().unwrap());
    let start = request.len();
    request.resize(start + length, 0);
    connection.read_exact(&mut request[start..]).unwrap();
    request
}

pub fn answer(status: u16, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}
