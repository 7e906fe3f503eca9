//! What is tried, and how it should end.

use std::ffi::CStr;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpListener, TcpStream, UdpSocket};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use nix::sched::CloneFlags;
use rustix::fs::FlockOperation;
use rustix::net::{AddressFamily, SocketType};
use rustix::process::{PidfdFlags, Signal};

/// How a probe should end.
#[derive(Clone, Copy, Debug)]
pub enum Expected {
    Works,
    /// Refused by Landlock, if nothing else refuses it.
    NoFile,
    /// Refused by seccomp.
    NoCall,
    /// It ends the process by itself.
    Signal(i32),
}

use Expected::{NoCall, NoFile, Signal as Ends, Works};

/// A folder with what probes need in it.
pub struct Place(pub PathBuf);

/// What was opened before the process went in.
pub struct Before {
    file: File,
    listener: TcpListener,
    client: TcpStream,
    unconnected: OwnedFd,
}

impl Place {
    pub fn new() -> Self {
        let place = Self(tempfile::Builder::new().prefix("kmd-sandbox").tempdir().unwrap().keep());
        for folder in ["data", "wallets", "outside"] {
            fs::create_dir(place.file(folder)).unwrap();
            fs::write(place.file(folder).join("file"), "contents").unwrap();
        }
        symlink(place.file("outside/file"), place.file("data/link")).unwrap();
        place
    }

    pub fn named(path: &str) -> Self {
        Self(path.into())
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub fn remove(self) {
        fs::remove_dir_all(self.0).unwrap();
    }

    /// Opens what is to be open.
    pub fn before(&self) -> Before {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        Before {
            file: File::open(self.file("data/file")).unwrap(),
            client: TcpStream::connect(listener.local_addr().unwrap()).unwrap(),
            listener,
            unconnected: rustix::net::socket(AddressFamily::INET, SocketType::STREAM, None).unwrap(),
        }
    }
}

/// Something that a process may try.
type Attempt = fn(&Place, Before) -> io::Result<()>;

pub const PROBES: &[(&str, Expected, Attempt)] = &[
    // What kmd does.
    ("uses files in its data directory", Works, |place, _| {
        use_files(&place.file("data"))
    }),
    ("uses files in the wallets folder", Works, |place, _| {
        use_files(&place.file("wallets"))
    }),
    ("locks a file", Works, |place, _| {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(place.file("wallets/file"))?;
        rustix::fs::fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive)?;
        rustix::fs::fcntl_lock(&file, FlockOperation::Unlock)?;
        File::open(place.file("wallets"))?.lock()
    }),
    ("reads random numbers", Works, |_, _| {
        File::open("/dev/urandom")?.read_exact(&mut [0; 16])
    }),
    ("reads what malloc wants to know", Works, |_, _| {
        fs::read("/proc/sys/vm/overcommit_memory")?;
        fs::read("/sys/devices/system/cpu/online").map(drop)
    }),
    ("serves a client", Works, |_, before| {
        let mut client = before.client;
        let (mut connection, _) = before.listener.accept()?;
        connection.set_nodelay(true)?;
        connection.write_all(b"answer")?;
        drop(connection);
        let mut answer = String::new();
        client.read_to_string(&mut answer).map(drop)
    }),
    ("keeps secrets", Works, |_, _| keep_a_secret()),
    ("starts threads that sleep and have another priority", Works, |_, _| {
        let nicer = || rustix::process::setpriority_process(Some(rustix::thread::gettid()), 19);
        let sleeps = thread::spawn(move || {
            thread::sleep(Duration::from_millis(1));
            nicer()
        });
        Ok(sleeps.join().unwrap()?)
    }),
    ("tells threads of signals", Works, |_, _| UnixStream::pair().map(drop)),
    ("panics and goes on", Works, |_, _| {
        let panics = thread::spawn(|| panic!("on purpose"));
        assert!(panics.join().is_err());
        Ok(())
    }),
    ("aborts", Ends(6), |_, _| std::process::abort()),
    // Files elsewhere.
    ("reads a file outside", NoFile, |place, _| {
        fs::read(place.file("outside/file")).map(drop)
    }),
    ("reads the names of users", NoFile, |_, _| {
        fs::read("/etc/passwd").map(drop)
    }),
    ("reads its own memory", NoFile, |_, _| {
        File::open("/proc/self/mem").map(drop)
    }),
    ("lists the root", NoFile, |_, _| fs::read_dir("/").map(drop)),
    ("follows a link out of its folder", NoFile, |place, _| {
        File::open(place.file("data/link")).map(drop)
    }),
    ("makes a file outside", NoFile, |place, _| {
        fs::write(place.file("outside/new"), "")
    }),
    ("makes a file among those of all", NoFile, |_, _| {
        tempfile::tempfile_in(std::env::temp_dir()).map(drop)
    }),
    ("writes a file outside", NoFile, |place, _| {
        OpenOptions::new()
            .append(true)
            .open(place.file("outside/file"))
            .map(drop)
    }),
    ("removes a file outside", NoFile, |place, _| {
        fs::remove_file(place.file("outside/file"))
    }),
    ("moves a file out", NoFile, |place, _| {
        fs::rename(place.file("data/file"), place.file("outside/moved"))
    }),
    ("moves a file in", NoFile, |place, _| {
        fs::rename(place.file("outside/file"), place.file("data/moved"))
    }),
    ("opens a terminal", NoFile, |_, _| File::open("/dev/ptmx").map(drop)),
    // Other programs and processes.
    ("runs another program", NoCall, |_, _| {
        Err(Command::new("/bin/true").exec())
    }),
    ("starts a process", NoCall, |_, _| {
        Command::new("/bin/true").spawn()?.wait().map(drop)
    }),
    ("sends a signal", NoCall, |_, _| {
        Ok(rustix::process::kill_process(rustix::process::getpid(), Signal::CHILD)?)
    }),
    ("asks to be traced", NoCall, |_, _| Ok(nix::sys::ptrace::traceme()?)),
    ("traces another process", NoCall, |_, _| {
        Ok(nix::sys::ptrace::attach(nix::unistd::getpid())?)
    }),
    ("reads the memory of a process", NoCall, |_, _| {
        let remote = nix::sys::uio::RemoteIoVec { base: 0, len: 0 };
        nix::sys::uio::process_vm_readv(nix::unistd::getpid(), &mut [], &[remote])?;
        Ok(())
    }),
    ("holds on to a process", NoCall, |_, _| {
        let this = rustix::process::getpid();
        Ok(rustix::process::pidfd_open(this, PidfdFlags::empty()).map(drop)?)
    }),
    ("makes executable memory by name", NoCall, |_, _| {
        Ok(rustix::fs::memfd_create("memory", rustix::fs::MemfdFlags::CLOEXEC).map(drop)?)
    }),
    ("can be dumped again", NoCall, |_, _| {
        let dumpable = rustix::process::DumpableBehavior::Dumpable;
        Ok(rustix::process::set_dumpable_behavior(dumpable)?)
    }),
    // The network.
    ("connects by TCP", NoCall, |_, before| {
        // With a socket from before, where making one is refused.
        let address = before.listener.local_addr()?;
        match TcpStream::connect(address) {
            Ok(_) => Ok(()),
            Err(_) => Ok(rustix::net::connect(&before.unconnected, &address)?),
        }
    }),
    ("binds a port", NoCall, |_, before| {
        let any = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0));
        Ok(rustix::net::bind(&before.unconnected, &any)?)
    }),
    ("listens", NoCall, |_, before| {
        Ok(rustix::net::listen(&before.unconnected, 1)?)
    }),
    ("opens a socket for UDP", NoCall, |_, _| {
        UdpSocket::bind("127.0.0.1:0").map(drop)
    }),
    ("opens a socket with a path", NoCall, |place, _| {
        UnixListener::bind(place.file("data/socket")).map(drop)
    }),
    // The system.
    ("mounts", NoCall, |place, _| {
        let nothing = None::<&CStr>;
        Ok(nix::mount::mount(
            nothing,
            &place.file("data"),
            Some(c"tmpfs"),
            nix::mount::MsFlags::empty(),
            nothing,
        )?)
    }),
    ("takes namespaces of its own", NoCall, |_, _| {
        Ok(nix::sched::unshare(CloneFlags::CLONE_NEWUSER)?)
    }),
    ("takes the namespace of another", NoCall, |_, before| {
        Ok(nix::sched::setns(&before.file, CloneFlags::empty())?)
    }),
    ("becomes another kind of process", NoCall, |_, _| {
        nix::sys::personality::set(nix::sys::personality::Persona::ADDR_NO_RANDOMIZE)?;
        Ok(())
    }),
    // Files in ways that kmd does not need.
    ("links to a file", NoCall, |place, _| {
        fs::hard_link(place.file("data/file"), place.file("data/linked"))
    }),
    ("makes a symbolic link", NoCall, |place, _| {
        symlink("/etc/passwd", place.file("data/users"))
    }),
    ("changes the mode of a file by its name", NoCall, |place, _| {
        fs::set_permissions(place.file("data/file"), Permissions::from_mode(0o777))
    }),
];

/// All that kmd does with files.
fn use_files(folder: &Path) -> io::Result<()> {
    let (first, second) = (folder.join("first"), folder.join("second"));
    let mut file = OpenOptions::new().write(true).create_new(true).open(&first)?;
    file.set_permissions(Permissions::from_mode(0o640))?;
    file.write_all(b"contents")?;
    file.sync_all()?;
    file.set_len(4)?;
    fs::rename(&first, &second)?;
    assert_eq!(fs::read(&second)?, b"cont");
    fs::write(&second, "again")?;
    assert!(fs::metadata(&second)?.is_file() && !first.exists());
    assert_eq!(
        fs::read_dir(folder)?.filter(|entry| entry.is_ok()).count(),
        2 + usize::from(folder.ends_with("data"))
    );
    fs::remove_file(&second)?;
    fs::create_dir(&first)
}

/// Secrets lie where they would lie outside.
fn keep_a_secret() -> io::Result<()> {
    let mut secret = kmd_memory::Secret::<[u8; 32]>::zeroed();
    secret.copy_from_slice(&[7; 32]);
    let large = kmd_memory::SecretSlice::copy_of(&[7; 70_000]);
    assert_eq!((secret[31], large[69_999]), (7, 7));
    let protection = kmd_memory::protection();
    assert!(
        !matches!(
            protection,
            kmd_memory::Protection::Unlocked {
                reason: kmd_memory::Reason::Refused { .. }
                    | kmd_memory::Reason::Unmapped { .. }
                    | kmd_memory::Reason::Dumpable { .. }
            }
        ),
        "{protection}"
    );
    Ok(())
}
