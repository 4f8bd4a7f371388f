//! Bringing one stored file into a folder: by reflink, hard link, symbolic link or copy.

use std::ffi::CStr;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;
use std::sync::atomic::{AtomicU8, Ordering};

use rustix::fs::{AtFlags, Mode, OFlags, fchmod, linkat, openat, symlinkat, unlinkat};
use rustix::io::Errno;

/// How stored files come into an environment (`--link-mode`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LinkMode {
    /// Reflinks where the file system has them, else hard links, else copies.
    #[default]
    Auto,
    /// Hard links; a copy where the file system refuses one.
    Hardlink,
    /// Copies.
    Copy,
    /// Symbolic links into the store, which must then outlive the environment.
    Symlink,
    /// Reflinks; a copy where the file system has none.
    Clone,
}

impl LinkMode {
    /// The mode called `auto`, `hardlink`, `copy`, `symlink` or `clone`.
    pub fn parse(text: &str) -> Option<LinkMode> {
        Some(match text {
            "auto" => LinkMode::Auto,
            "hardlink" => LinkMode::Hardlink,
            "copy" => LinkMode::Copy,
            "symlink" => LinkMode::Symlink,
            "clone" | "reflink" => LinkMode::Clone,
            _ => return None,
        })
    }
}

const UNTRIED: u8 = 0;
const REFLINK: u8 = 1;
const HARDLINK: u8 = 2;
const COPY: u8 = 3;
const SYMLINK: u8 = 4;

/// A way that is chosen at the first file and kept for the others of the same two file systems.
#[derive(Debug)]
pub(crate) struct Linker {
    way: AtomicU8,
    mode: LinkMode,
    umask: u32,
}

/// A stored file, and where it goes.
pub(crate) struct Link<'a> {
    /// The store's folder of the file.
    pub(crate) from: BorrowedFd<'a>,
    /// Its name (or relative path) there.
    pub(crate) source: &'a CStr,
    /// The folder it goes to.
    pub(crate) to: BorrowedFd<'a>,
    /// Its name there.
    pub(crate) name: &'a CStr,
    /// The stored file's permission bits.
    pub(crate) mode: u32,
    /// Whether it shall be executable.
    pub(crate) executable: bool,
}

impl Linker {
    pub(crate) fn new(mode: LinkMode, umask: u32) -> Linker {
        let way = match mode {
            LinkMode::Auto | LinkMode::Clone => UNTRIED,
            LinkMode::Hardlink => HARDLINK,
            LinkMode::Copy => COPY,
            LinkMode::Symlink => SYMLINK,
        };
        Linker { way: AtomicU8::new(way), mode, umask }
    }

    /// pip: new files get 0666 without the umask, executable ones also every x bit.
    fn wanted_mode(&self, executable: bool) -> u32 {
        if executable { 0o777 & !self.umask | 0o111 } else { 0o666 & !self.umask }
    }

    /// Brings one file into place; what has the name already is an error.
    pub(crate) fn link(&self, link: &Link<'_>) -> io::Result<()> {
        match self.way.load(Ordering::Relaxed) {
            SYMLINK => Err(Errno::INVAL.into()), // see `symlink`, which needs a whole path
            // A mode belongs to the inode: a file that shall have another one cannot be shared.
            HARDLINK if link.mode == self.wanted_mode(link.executable) => self.hardlink(link),
            HARDLINK | COPY => self.copy(link, false),
            _ => self.reflink(link),
        }
    }

    /// Whether files are to be linked symbolically.
    pub(crate) fn is_symbolic(&self) -> bool {
        self.mode == LinkMode::Symlink
    }

    /// A symbolic link to `target` (`LinkMode::Symlink`).
    pub(crate) fn symlink(&self, target: &Path, to: BorrowedFd<'_>, name: &CStr) -> io::Result<()> {
        Ok(symlinkat(target, to, name)?)
    }

    fn hardlink(&self, link: &Link<'_>) -> io::Result<()> {
        match linkat(link.from, link.source, link.to, link.name, AtFlags::empty()) {
            Ok(()) => Ok(()),
            // Too many links to one inode: ext4 stops at 65,000, and empty files are popular.
            Err(Errno::MLINK) => self.copy(link, false),
            Err(Errno::XDEV | Errno::PERM | Errno::OPNOTSUPP | Errno::NOSYS) => {
                self.way.store(COPY, Ordering::Relaxed);
                self.copy(link, false)
            }
            Err(errno) => Err(errno.into()),
        }
    }

    fn reflink(&self, link: &Link<'_>) -> io::Result<()> {
        match self.copy(link, true) {
            Ok(()) => {
                self.way.store(REFLINK, Ordering::Relaxed);
                Ok(())
            }
            Err(error) if is_unsupported(&error) => {
                let next = if self.mode == LinkMode::Clone { COPY } else { HARDLINK };
                self.way.store(next, Ordering::Relaxed);
                self.link(link)
            }
            Err(error) => Err(error),
        }
    }

    /// A new inode with the stored file's content, shared by reference when `reflinked`.
    fn copy(&self, link: &Link<'_>, reflinked: bool) -> io::Result<()> {
        let source = openat(link.from, link.source, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let wanted = self.wanted_mode(link.executable);
        let target = openat(link.to, link.name, flags, Mode::from_raw_mode(wanted))?;
        if reflinked {
            if let Err(error) = clone_into(target.as_fd(), source.as_fd()) {
                let _ = unlinkat(link.to, link.name, AtFlags::empty());
                return Err(error.into());
            }
        } else {
            io::copy(&mut std::fs::File::from(source), &mut std::fs::File::from(target.try_clone()?))?;
        }
        if wanted & self.umask != 0 {
            fchmod(&target, Mode::from_raw_mode(wanted))?;
        }
        Ok(())
    }
}

#[cfg(target_os = "linux")]
fn clone_into(target: BorrowedFd<'_>, source: BorrowedFd<'_>) -> rustix::io::Result<()> {
    rustix::fs::ioctl_ficlone(target, source)
}

#[cfg(not(target_os = "linux"))]
fn clone_into(_target: BorrowedFd<'_>, _source: BorrowedFd<'_>) -> rustix::io::Result<()> {
    Err(Errno::OPNOTSUPP)
}

fn is_unsupported(error: &io::Error) -> bool {
    let errno = error.raw_os_error().map(Errno::from_raw_os_error);
    matches!(
        errno,
        Some(
            Errno::OPNOTSUPP
                | Errno::XDEV
                | Errno::INVAL
                | Errno::NOTTY
                | Errno::NOSYS
                | Errno::PERM
                | Errno::TXTBSY
        )
    )
}

/// The process's umask. Linux tells it without changing it; elsewhere it is set and set back.
pub fn current_umask() -> u32 {
    let told = std::fs::read_to_string("/proc/self/status").ok().and_then(|status| {
        let line = status.lines().find_map(|line| line.strip_prefix("Umask:"))?;
        u32::from_str_radix(line.trim(), 8).ok()
    });
    told.unwrap_or_else(|| {
        let mask = rustix::process::umask(Mode::from_raw_mode(0o077));
        rustix::process::umask(mask);
        mask.as_raw_mode()
    })
}
