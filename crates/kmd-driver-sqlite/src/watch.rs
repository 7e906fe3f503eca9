//! Being told by the kernel when files of a folder change (inotify), which spares
//! asking for each of them.
//!
//! Only where all who change files do so through this kernel: of what another
//! machine does in a folder that both have mounted, nobody is told.

use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};
use rustix::fs::statfs;
use rustix::io::Errno;

use crate::descriptor::Identity;
use crate::file_name;
use crate::listing::Stamp;

/// `f_type` of file systems that this kernel alone writes to (statfs(2)): ext2 to
/// ext4, XFS, Btrfs, tmpfs, F2FS, ZFS, bcachefs, and overlays, whose files nobody
/// may change but through them.
const LOCAL: [u64; 8] = [
    0xef53,
    0x5846_5342,
    0x9123_683e,
    0x0102_1994,
    0xf2f5_2010,
    0x2fc1_2fc1,
    0xca45_1a4e,
    0x794c_7630,
];

/// Whatever changes which files there are, what is in them, or what may be done with them.
const CHANGES: WatchFlags = WatchFlags::CREATE
    .union(WatchFlags::DELETE)
    .union(WatchFlags::MOVE)
    .union(WatchFlags::MODIFY)
    .union(WatchFlags::ATTRIB)
    .union(WatchFlags::DELETE_SELF)
    .union(WatchFlags::MOVE_SELF)
    .union(WatchFlags::ONLYDIR);

/// Room for some dozens of events.
const ROOM: usize = 4096;

/// A folder that is watched.
pub(crate) struct Watch {
    events: OwnedFd,
    folder: Identity,
}

/// What happened in a folder since it was last asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Happened {
    /// To files that count: nothing.
    Nothing,
    /// Something, perhaps much.
    Something,
    /// The folder is another, or gone: nothing more is told.
    End,
}

impl Watch {
    /// Watches a folder, if the kernel can be relied on to tell all that happens in it.
    pub(crate) fn on(folder: &Path) -> Option<Self> {
        let file_system = statfs(folder).ok()?;
        // The type of the field is not the same on every processor.
        #[allow(clippy::unnecessary_cast, clippy::cast_sign_loss)]
        let is_local = LOCAL.contains(&(file_system.f_type as u64));
        if !is_local {
            return None;
        }
        let identity = Stamp::of(folder).ok()?.identity;
        let events = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK).ok()?;
        inotify::add_watch(&events, folder, CHANGES).ok()?;
        let still = Stamp::of(folder).ok()?.identity;
        (identity == still).then_some(Self {
            events,
            folder: identity,
        })
    }

    /// Which folder it is. A path may lead to another by now, of which nothing is
    /// told: one that was removed while somebody had it open is not told to be gone,
    /// nor one whose parent was renamed, nor one over which another was mounted.
    pub(crate) fn folder(&self) -> Identity {
        self.folder
    }

    /// What happened since this was last called. What anybody did before it is called is
    /// told: the kernel takes note of a change before it lets the one who made it go on.
    pub(crate) fn happened(&self) -> Happened {
        let mut room = [MaybeUninit::uninit(); ROOM];
        let mut reader = Reader::new(&self.events, &mut room);
        let mut happened = Happened::Nothing;
        loop {
            match reader.next() {
                Ok(event) if is_end(event.events()) => return Happened::End,
                Ok(event) => {
                    // One without a name is of the folder, or says that there were too many.
                    if event.file_name().is_none_or(|name| file_name::counts(name.to_bytes())) {
                        happened = Happened::Something;
                    }
                }
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return happened,
                Err(_) => return Happened::End,
            }
        }
    }
}

fn is_end(events: ReadFlags) -> bool {
    events.intersects(ReadFlags::DELETE_SELF | ReadFlags::MOVE_SELF | ReadFlags::IGNORED | ReadFlags::UNMOUNT)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::FileExt;

    use super::*;

    #[test]
    fn whatever_changes_a_file_that_counts_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let (one, two) = (dir.path().join("one.db"), dir.path().join("two.db"));
        let watch = Watch::on(dir.path()).expect("temporary files lie on a local file system");
        let steps: [(&str, &dyn Fn(), Happened); 9] = [
            ("nothing", &|| (), Happened::Nothing),
            ("created", &|| fs::write(&one, "x").unwrap(), Happened::Something),
            ("nothing more", &|| (), Happened::Nothing),
            ("written", &|| fs::write(&one, "y").unwrap(), Happened::Something),
            ("renamed", &|| fs::rename(&one, &two).unwrap(), Happened::Something),
            (
                "made read-only",
                &|| {
                    let mut permissions = fs::metadata(&two).unwrap().permissions();
                    permissions.set_readonly(true);
                    fs::set_permissions(&two, permissions).unwrap();
                },
                Happened::Something,
            ),
            ("read", &|| drop(fs::read(&two).unwrap()), Happened::Nothing),
            ("removed", &|| fs::remove_file(&two).unwrap(), Happened::Something),
            (
                "a journal beside",
                &|| fs::write(dir.path().join("one.db-journal"), "x").unwrap(),
                Happened::Nothing,
            ),
        ];
        for (what, step, expected) in steps {
            step();
            assert_eq!(watch.happened(), expected, "{what}");
        }
    }

    #[test]
    fn more_than_the_kernel_keeps_is_told_as_something() {
        let dir = tempfile::tempdir().unwrap();
        let watch = Watch::on(dir.path()).unwrap();
        // In turns, since two of the same in a row are told as one.
        let files = ["0", "1"].map(|name| fs::File::create(dir.path().join(name)).unwrap());
        for _ in 0..10_000 {
            files.iter().for_each(|file| file.write_all_at(b"x", 0).unwrap());
        }
        assert_eq!(watch.happened(), Happened::Something);
        assert_eq!(watch.happened(), Happened::Nothing);
    }

    #[test]
    fn a_folder_that_went_is_watched_no_more() {
        let dir = tempfile::tempdir().unwrap();
        for gone in [
            (|path| fs::remove_dir(path)) as fn(&Path) -> std::io::Result<()>,
            |path| fs::rename(path, path.with_extension("moved")),
        ] {
            let folder = dir.path().join("folder");
            fs::create_dir(&folder).unwrap();
            let watch = Watch::on(&folder).unwrap();
            gone(&folder).unwrap();
            assert_eq!(watch.happened(), Happened::End);
        }
    }

    #[test]
    fn a_folder_that_is_not_there_or_not_local_is_not_watched() {
        assert!(Watch::on(Path::new("/nowhere")).is_none());
        assert!(Watch::on(Path::new("/proc")).is_none());
    }
}
