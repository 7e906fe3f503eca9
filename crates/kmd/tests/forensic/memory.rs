//! The memory of another process, as root reads it.

use crate::support::secrets::Needles;
use std::{
    fmt,
    fs::{self, File},
    ops::Range,
    os::unix::fs::FileExt,
};

const PAGE: usize = 4096;
/// Of an entry of `/proc/PID/pagemap`: the page is in memory, or in swap.
const THERE: u64 = 0b11 << 62;

/// The mappings of a process.
pub struct Memory {
    id: u32,
    mappings: Vec<Mapping>,
}

struct Mapping {
    range: Range<usize>,
    name: String,
    /// Made by kmd-memory: neither dumped nor inherited by a child, which no other memory of the daemon asks for.
    protected: bool,
}

/// A secret, and where it is.
pub struct Found {
    pub secret: String,
    pub address: usize,
    pub place: String,
    /// The bytes around it.
    pub around: String,
    pub protected: bool,
}

impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} at {:x} in [{}]: {}",
            self.secret, self.address, self.place, self.around
        )
    }
}

impl Memory {
    pub fn of(id: u32) -> Self {
        let smaps = fs::read_to_string(format!("/proc/{id}/smaps")).unwrap();
        let mut mappings: Vec<Mapping> = Vec::new();
        for line in smaps.lines() {
            if let Some(mapping) = Mapping::parse(line) {
                mappings.push(mapping);
            } else if let Some(flags) = line.strip_prefix("VmFlags:") {
                let has = |flag: &str| flags.split_whitespace().any(|word| word == flag);
                let mapping = mappings.last_mut().unwrap();
                mapping.protected = has("dd") && has("dc") || mapping.is_secret();
            }
        }
        name_stacks(id, &mut mappings);
        Self { id, mappings }
    }

    /// Whether some of it is such that not even root reads it.
    pub fn is_secret(&self) -> bool {
        self.mappings.iter().any(Mapping::is_secret)
    }

    /// Everything in it that is one of these.
    pub fn search(&self, needles: &Needles) -> Vec<Found> {
        let memory = File::open(format!("/proc/{}/mem", self.id)).unwrap();
        let pages = File::open(format!("/proc/{}/pagemap", self.id)).unwrap();
        let mut found = Vec::new();
        let mut read = 0;
        for mapping in self.mappings.iter().filter(|mapping| !mapping.is_secret()) {
            for part in mapping.parts(&pages) {
                let mut bytes = vec![0; part.len()];
                // A mapping may be gone since, and devices of the kernel are not to be read.
                if memory.read_exact_at(&mut bytes, part.start as u64).is_err() {
                    continue;
                }
                read += bytes.len();
                found.extend(needles.search(&bytes).map(|(secret, at)| {
                    Found {
                        secret,
                        address: part.start + at,
                        place: mapping.name.clone(),
                        around: bytes[at.saturating_sub(32)..bytes.len().min(at + 96)]
                            .escape_ascii()
                            .to_string(),
                        protected: mapping.protected,
                    }
                }));
            }
        }
        assert!(read > 1 << 20, "only {read} bytes could be read");
        found
    }
}

/// Names the stacks of threads after them, and where they end now.
fn name_stacks(id: u32, mappings: &mut [Mapping]) {
    for task in fs::read_dir(format!("/proc/{id}/task")).unwrap() {
        let task = task.unwrap().path();
        // A thread may end meanwhile, and one that runs says nothing.
        let Ok(call) = fs::read_to_string(task.join("syscall")) else {
            continue;
        };
        let name = fs::read_to_string(task.join("comm")).unwrap_or_default();
        let pointer = call.split_whitespace().rev().nth(1).unwrap_or_default();
        let pointer = usize::from_str_radix(pointer.trim_start_matches("0x"), 16).unwrap_or_default();
        if let Some(stack) = mappings.iter_mut().find(|mapping| mapping.range.contains(&pointer)) {
            stack.name = format!("stack of {} down to {pointer:x}", name.trim());
        }
    }
}

impl Mapping {
    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split_whitespace();
        let (start, end) = words.next()?.split_once('-')?;
        let address = |text| usize::from_str_radix(text, 16).ok();
        Some(Self {
            range: address(start)?..address(end)?,
            name: words.skip(4).collect::<Vec<_>>().join(" "),
            protected: false,
        })
    }

    fn is_secret(&self) -> bool {
        self.name.starts_with("/secretmem")
    }

    /// What of it there is: what was never written to is nowhere.
    fn parts(&self, pages: &File) -> Vec<Range<usize>> {
        let count = self.range.len() / PAGE;
        let mut entries = vec![0; 8 * count];
        let first = self.range.start / PAGE;
        if pages.read_exact_at(&mut entries, 8 * first as u64).is_err() {
            return Vec::new();
        }
        let mut parts: Vec<Range<usize>> = Vec::new();
        for (number, entry) in entries.chunks_exact(8).enumerate() {
            if u64::from_ne_bytes(entry.try_into().unwrap()) & THERE == 0 {
                continue;
            }
            let start = self.range.start + number * PAGE;
            match parts.last_mut() {
                Some(last) if last.end == start => last.end += PAGE,
                _ => parts.push(start..start + PAGE),
            }
        }
        parts
    }
}
