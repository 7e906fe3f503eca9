//! The load generator: many connections on few threads, each with one request on its way at any time.
//!
//! It shares the cores with what it measures, so it does as little as it can: requests are bytes made beforehand, an
//! answer is looked at for its status and its end, times go into memory taken beforehand, and for each answer there is
//! one read, one write and a share of an `epoll_wait`.

use std::io::{self, ErrorKind, Read, Write};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use mio::event::Source;
use mio::{Events, Interest, Poll, Token, net};

use crate::client::Endpoint;
use crate::http::Incoming;
use crate::stats::quantile;
use crate::stop;

/// One thread sends more than a daemon on the other core can answer; a second would only take time from it.
const THREADS: usize = 1;
/// Place for this many times is taken beforehand.
const EXPECTED_ANSWERS: usize = 1 << 20;
/// How often a thread looks up when nothing happens.
const TICK: Duration = Duration::from_millis(50);
/// How long the last answers may take after the end.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a load without a time of its own may go on.
const LONGEST: Duration = Duration::from_secs(900);
/// So many answers are kept, to be checked.
const SAMPLES: usize = 4;

/// What to send.
pub struct Load<'a> {
    pub endpoint: &'a Endpoint,
    pub connections: usize,
    /// The connections take turns in these.
    pub requests: &'a [Vec<u8>],
    /// What happens before this has passed does not count.
    pub warm_up: Duration,
    pub until: Until<'a>,
}

/// When to stop sending.
#[derive(Clone, Copy)]
pub enum Until<'a> {
    /// So long after the warm-up.
    Passed(Duration),
    /// After so many requests.
    Sent(usize),
    /// When told.
    Told(&'a AtomicBool),
}

/// What came back.
#[derive(Default)]
pub struct Outcome {
    /// Nanoseconds from each request to its answer, sorted.
    times: Vec<u64>,
    /// How long it was counted.
    counted: Duration,
    /// Answers, those that do not count included.
    pub answers: usize,
    /// Bodies of the last answers of some connections.
    pub samples: Vec<Vec<u8>>,
}

impl Outcome {
    /// Answers a second.
    pub fn rate(&self) -> f64 {
        self.times.len() as f64 / self.counted.as_secs_f64()
    }

    /// The time that this share of the answers does not exceed, in milliseconds.
    pub fn milliseconds(&self, share: f64) -> f64 {
        quantile(&self.times, share) as f64 / 1e6
    }
}

impl Load<'_> {
    /// Sends until it is time to stop, and waits for the last answers.
    ///
    /// # Errors
    /// Of a connection; an answer other than 200; an interruption.
    pub fn run(&self) -> Result<Outcome> {
        let threads = THREADS.min(self.connections);
        let mut shares: Vec<Vec<Connection>> = (0..threads).map(|_| Vec::new()).collect();
        for index in 0..self.connections {
            let connection = Connection::open(self.endpoint, &self.requests[index % self.requests.len()])?;
            shares[index % threads].push(connection);
        }
        let run = Run::new(self);
        let outcomes: Vec<Result<Outcome>> = std::thread::scope(|scope| {
            let workers: Vec<_> = shares
                .into_iter()
                .map(|share| scope.spawn(|| drive(&run, share)))
                .collect();
            let join =
                |worker: std::thread::ScopedJoinHandle<'_, _>| worker.join().ok().context("a load thread panicked");
            workers.into_iter().map(|worker| join(worker)?).collect()
        });
        let mut whole = Outcome::default();
        for outcome in outcomes {
            let outcome = outcome?;
            whole.times.extend(outcome.times);
            whole.counted = whole.counted.max(outcome.counted);
            whole.answers += outcome.answers;
            whole.samples.extend(outcome.samples);
        }
        whole.times.sort_unstable();
        ensure!(!whole.times.is_empty(), "no answer came in time");
        Ok(whole)
    }
}

/// A load that is under way.
struct Run<'a> {
    until: Until<'a>,
    begin: Instant,
    end: Instant,
    sent: AtomicUsize,
}

impl<'a> Run<'a> {
    fn new(load: &Load<'a>) -> Self {
        let begin = Instant::now() + load.warm_up;
        let time = match load.until {
            Until::Passed(time) => time,
            Until::Sent(_) | Until::Told(_) => LONGEST,
        };
        Self {
            until: load.until,
            begin,
            end: begin + time,
            sent: AtomicUsize::new(0),
        }
    }

    /// Whether one more request is to be sent.
    fn goes_on(&self, now: Instant) -> bool {
        now < self.end
            && match self.until {
                Until::Passed(_) => true,
                Until::Sent(most) => self.sent.fetch_add(1, Ordering::Relaxed) < most,
                Until::Told(told) => !told.load(Ordering::Relaxed),
            }
    }

    /// The time over which `last`, the time of the last answer, counts.
    fn counted(&self, last: Instant) -> Duration {
        let end = match self.until {
            Until::Passed(_) => self.end,
            Until::Sent(_) | Until::Told(_) => last,
        };
        end.saturating_duration_since(self.begin)
    }
}

/// Serves a share of the connections until all of them are done.
fn drive(run: &Run, mut connections: Vec<Connection>) -> Result<Outcome> {
    let mut poll = Poll::new()?;
    let mut events = Events::with_capacity(1024);
    let mut times = Vec::with_capacity(EXPECTED_ANSWERS);
    let mut last = run.begin;
    let mut busy = 0;
    let mut answers = 0;
    for (index, connection) in connections.iter_mut().enumerate() {
        let interest = Interest::READABLE | Interest::WRITABLE;
        poll.registry()
            .register(connection.stream.source(), Token(index), interest)?;
        let now = Instant::now();
        if run.goes_on(now) {
            connection.send(now)?;
            busy += 1;
        }
    }
    while busy > 0 {
        wait(&mut poll, &mut events)?;
        for event in &events {
            let connection = &mut connections[event.token().0];
            if !connection.advance()? {
                continue;
            }
            let now = Instant::now();
            answers += 1;
            if now >= run.begin && now <= run.end {
                times.push(u64::try_from((now - connection.sent).as_nanos())?);
                last = now;
            }
            if run.goes_on(now) {
                connection.send(now)?;
            } else {
                busy -= 1;
            }
        }
        stop::check()?;
        ensure!(Instant::now() < run.end + PATIENCE, "answers do not come");
    }
    Ok(Outcome {
        times,
        counted: run.counted(last),
        answers,
        samples: connections
            .iter()
            .take(SAMPLES)
            .map(|connection| connection.incoming.body().into_owned())
            .collect(),
    })
}

fn wait(poll: &mut Poll, events: &mut Events) -> io::Result<()> {
    match poll.poll(events, Some(TICK)) {
        Err(error) if error.kind() == ErrorKind::Interrupted => Ok(()),
        other => other,
    }
}

struct Connection {
    stream: Stream,
    request: Vec<u8>,
    written: usize,
    waiting: bool,
    sent: Instant,
    incoming: Incoming,
}

impl Connection {
    fn open(endpoint: &Endpoint, request: &[u8]) -> Result<Self> {
        Ok(Self {
            stream: Stream::connect(endpoint)?,
            request: request.to_vec(),
            written: request.len(),
            waiting: false,
            sent: Instant::now(),
            incoming: Incoming::default(),
        })
    }

    fn send(&mut self, now: Instant) -> io::Result<()> {
        self.incoming.clear();
        self.sent = now;
        self.written = 0;
        self.waiting = true;
        self.write()
    }

    /// Writes and reads what can be; true when the answer is whole.
    fn advance(&mut self) -> Result<bool> {
        if !self.waiting {
            return Ok(false);
        }
        self.write()?;
        loop {
            match self.incoming.read(&mut self.stream) {
                Ok(false) => {}
                Ok(true) => break,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error).context("a connection broke"),
            }
        }
        if self.incoming.status() != 200 {
            bail!(self.incoming.complaint());
        }
        self.waiting = false;
        Ok(true)
    }

    fn write(&mut self) -> io::Result<()> {
        while self.written < self.request.len() {
            match self.stream.write(&self.request[self.written..]) {
                Ok(count) => self.written += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

enum Stream {
    Tcp(net::TcpStream),
    Unix(net::UnixStream),
}

impl Stream {
    /// Connects, and waits for that: only what follows is measured.
    fn connect(endpoint: &Endpoint) -> io::Result<Self> {
        match endpoint {
            Endpoint::Tcp(address) => {
                let stream = std::net::TcpStream::connect(address)?;
                stream.set_nodelay(true)?;
                stream.set_nonblocking(true)?;
                Ok(Self::Tcp(net::TcpStream::from_std(stream)))
            }
            Endpoint::Unix(path) => {
                let stream = std::os::unix::net::UnixStream::connect(path)?;
                stream.set_nonblocking(true)?;
                Ok(Self::Unix(net::UnixStream::from_std(stream)))
            }
        }
    }

    fn source(&mut self) -> &mut dyn Source {
        match self {
            Self::Tcp(stream) => stream,
            Self::Unix(stream) => stream,
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.read(buffer),
            Self::Unix(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.write(bytes),
            Self::Unix(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
