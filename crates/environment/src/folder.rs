//! Reading folders relative to descriptors.

use std::ffi::CString;
use std::os::fd::OwnedFd;

use rustix::fs::{FileType, OFlags};
use rustix::io::Errno;

/// Opens a folder, never through a link.
pub(crate) fn folder_flags() -> OFlags {
    OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC
}

/// Opens a folder to name things in it only.
pub(crate) fn place_flags() -> OFlags {
    #[cfg(target_os = "linux")]
    let access = OFlags::PATH;
    #[cfg(not(target_os = "linux"))]
    let access = OFlags::RDONLY;
    access | OFlags::DIRECTORY | OFlags::CLOEXEC
}

/// The entries of an open folder that was not read before, without `.` and `..`.
#[cfg(target_os = "linux")]
pub(crate) fn entries(fd: &OwnedFd) -> Result<Vec<(CString, FileType)>, Errno> {
    // `Dir` would open the folder a second time.
    let mut buffer = [std::mem::MaybeUninit::uninit(); 8192];
    let mut folder = rustix::fs::RawDir::new(fd, &mut buffer);
    let mut entries = Vec::new();
    while let Some(entry) = folder.next() {
        let entry = entry?;
        if !matches!(entry.file_name().to_bytes(), b"." | b"..") {
            entries.push((entry.file_name().to_owned(), entry.file_type()));
        }
    }
    Ok(entries)
}

/// The entries of an open folder, without `.` and `..`.
#[cfg(not(target_os = "linux"))]
pub(crate) fn entries(fd: &OwnedFd) -> Result<Vec<(CString, FileType)>, Errno> {
    let mut entries = Vec::new();
    for entry in rustix::fs::Dir::read_from(fd)? {
        let entry = entry?;
        if !matches!(entry.file_name().to_bytes(), b"." | b"..") {
            entries.push((entry.file_name().to_owned(), entry.file_type()));
        }
    }
    Ok(entries)
}
