//! Figures of the process, from files that are out of reach once the sandbox is
//! entered: so they are opened before and read again and again.

use std::fs::File;
use std::mem::MaybeUninit;
use std::os::unix::fs::FileExt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use rustix::fs::{RawDir, SeekFrom};
use rustix::process::{Resource, getrlimit};
use rustix::time::{ClockId, clock_gettime};

/// What is known of the process.
pub(crate) struct Process {
    started: SystemTime,
    page_size: u64,
    most_descriptors: Option<u64>,
    /// `/proc/self/statm`.
    memory: Option<File>,
    /// `/proc/self/fd`. Only one may read it at a time, since its position is one.
    descriptors: Mutex<Option<File>>,
}

/// Memory, in bytes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Memory {
    pub(crate) virtual_size: u64,
    pub(crate) resident: u64,
}

impl Process {
    /// Opens what is to be read later. What is not there is not told.
    pub(crate) fn open() -> Self {
        Self {
            started: SystemTime::now(),
            page_size: rustix::param::page_size() as u64,
            most_descriptors: getrlimit(Resource::Nofile).current,
            memory: File::open("/proc/self/statm").ok(),
            descriptors: Mutex::new(File::open("/proc/self/fd").ok()),
        }
    }

    /// When it started, since 1970.
    pub(crate) fn started(&self) -> Duration {
        self.started.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
    }

    /// Descriptors that it may have open.
    pub(crate) fn most_descriptors(&self) -> Option<u64> {
        self.most_descriptors
    }

    /// Time that processors worked for it.
    pub(crate) fn processor_time(&self) -> Duration {
        let time = clock_gettime(ClockId::ProcessCPUTime);
        let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
        let nanoseconds = u32::try_from(time.tv_nsec).unwrap_or_default();
        Duration::new(seconds, nanoseconds)
    }

    /// How much memory it has.
    pub(crate) fn memory(&self) -> Option<Memory> {
        let mut bytes = [0; 128];
        let length = self.memory.as_ref()?.read_at(&mut bytes, 0).ok()?;
        memory(std::str::from_utf8(&bytes[..length]).ok()?, self.page_size)
    }

    /// Descriptors that are open.
    pub(crate) fn descriptors(&self) -> Option<usize> {
        // The file is whole at every point where a thread could panic.
        let folder = self.descriptors.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = folder.as_ref()?;
        rustix::fs::seek(folder, SeekFrom::Start(0)).ok()?;
        count(folder)
    }
}

/// The entries of a folder that is open, without "." and "..".
fn count(folder: &File) -> Option<usize> {
    let mut room = [MaybeUninit::uninit(); 4096];
    let mut entries = RawDir::new(folder, &mut room);
    let mut count = 0;
    while let Some(entry) = entries.next() {
        let hidden = entry.ok()?.file_name().to_bytes().starts_with(b".");
        count += usize::from(!hidden);
    }
    Some(count)
}

/// Reads `statm`: pages in all, pages in memory, and more.
fn memory(text: &str, page_size: u64) -> Option<Memory> {
    let mut pages = text.split(' ').map(str::parse::<u64>);
    let mut bytes = || Some(pages.next()?.ok()?.saturating_mul(page_size));
    Some(Memory {
        virtual_size: bytes()?,
        resident: bytes()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statm() {
        let cases = [("3 2 1 0 0 0 0\n", Some((12_288, 8192))), ("3 x", None), ("", None)];
        for (text, expected) in cases {
            let found = memory(text, 4096).map(|memory| (memory.virtual_size, memory.resident));
            assert_eq!(found, expected, "{text:?}");
        }
    }

    #[test]
    fn a_process_is_described_again_and_again() {
        let process = Process::open();
        for _ in 0..3 {
            let memory = process.memory().unwrap();
            assert!(memory.virtual_size > memory.resident && memory.resident > 1 << 20);
            assert!(process.descriptors().unwrap() > 3);
            assert!(process.processor_time() > Duration::ZERO);
        }
    }
}
