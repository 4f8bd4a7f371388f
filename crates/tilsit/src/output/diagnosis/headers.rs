//! Headers and libraries that builds look for, and the packages of Debian that have them.
// tidy: table

/// Beginnings of header names and linker names, each with its package; the longest fit wins.
const PACKAGES: &[(&str, &str)] = &[
    ("Python.h", "python3-dev"),
    ("pyconfig.h", "python3-dev"),
    ("alsa/", "libasound2-dev"),
    ("archive.h", "libarchive-dev"),
    ("avahi-", "libavahi-client-dev"),
    ("bluetooth/", "libbluetooth-dev"),
    ("boost/", "libboost-all-dev"),
    ("bzlib.h", "libbz2-dev"),
    ("cairo.h", "libcairo2-dev"),
    ("cairo/", "libcairo2-dev"),
    ("cblas.h", "libopenblas-dev"),
    ("cups/", "libcups2-dev"),
    ("curl/", "libcurl4-openssl-dev"),
    ("db.h", "libdb-dev"),
    ("dbus/", "libdbus-1-dev"),
    ("event.h", "libevent-dev"),
    ("event2/", "libevent-dev"),
    ("expat.h", "libexpat1-dev"),
    ("ffi.h", "libffi-dev"),
    ("fftw3.h", "libfftw3-dev"),
    ("ft2build.h", "libfreetype-dev"),
    ("fuse.h", "libfuse-dev"),
    ("gdal.h", "libgdal-dev"),
    ("gdbm.h", "libgdbm-dev"),
    ("geos_c.h", "libgeos-dev"),
    ("git2.h", "libgit2-dev"),
    ("gmp.h", "libgmp-dev"),
    ("gobject/", "libglib2.0-dev"),
    ("glib.h", "libglib2.0-dev"),
    ("gpgme.h", "libgpgme-dev"),
    ("graphviz/", "libgraphviz-dev"),
    ("gssapi", "libkrb5-dev"),
    ("hdf5.h", "libhdf5-dev"),
    ("jpeglib.h", "libjpeg-dev"),
    ("krb5.h", "libkrb5-dev"),
    ("lber.h", "libldap-dev"),
    ("lcms2.h", "liblcms2-dev"),
    ("ldap.h", "libldap-dev"),
    ("leveldb/", "libleveldb-dev"),
    ("libpq-fe.h", "libpq-dev"),
    ("libusb", "libusb-1.0-0-dev"),
    ("libxml/", "libxml2-dev"),
    ("libxslt/", "libxslt1-dev"),
    ("linux/", "linux-libc-dev"),
    ("lmdb.h", "liblmdb-dev"),
    ("lua.h", "liblua5.4-dev"),
    ("lz4.h", "liblz4-dev"),
    ("lzma.h", "liblzma-dev"),
    ("magic.h", "libmagic-dev"),
    ("mpc.h", "libmpc-dev"),
    ("mpfr.h", "libmpfr-dev"),
    ("mpi.h", "libopenmpi-dev"),
    ("my_config.h", "default-libmysqlclient-dev"),
    ("mysql.h", "default-libmysqlclient-dev"),
    ("ncurses.h", "libncurses-dev"),
    ("netcdf.h", "libnetcdf-dev"),
    ("openssl/", "libssl-dev"),
    ("pcap.h", "libpcap-dev"),
    ("pcre.h", "libpcre3-dev"),
    ("png.h", "libpng-dev"),
    ("portaudio.h", "portaudio19-dev"),
    ("proj.h", "libproj-dev"),
    ("pulse/", "libpulse-dev"),
    ("rdkafka", "librdkafka-dev"),
    ("librdkafka/", "librdkafka-dev"),
    ("readline/", "libreadline-dev"),
    ("sasl/", "libsasl2-dev"),
    ("sasl.h", "libsasl2-dev"),
    ("SDL.h", "libsdl2-dev"),
    ("security/", "libpam0g-dev"),
    ("selinux/", "libselinux1-dev"),
    ("snappy", "libsnappy-dev"),
    ("sndfile.h", "libsndfile1-dev"),
    ("sodium.h", "libsodium-dev"),
    ("sql.h", "unixodbc-dev"),
    ("sqlext.h", "unixodbc-dev"),
    ("sqlite3.h", "libsqlite3-dev"),
    ("ssh2.h", "libssh2-1-dev"),
    ("libssh/", "libssh-dev"),
    ("sys/capability.h", "libcap-dev"),
    ("systemd/", "libsystemd-dev"),
    ("tcl.h", "tcl-dev"),
    ("tiff.h", "libtiff-dev"),
    ("tiffio.h", "libtiff-dev"),
    ("tk.h", "tk-dev"),
    ("udev.h", "libudev-dev"),
    ("libudev.h", "libudev-dev"),
    ("uuid/", "uuid-dev"),
    ("webp/", "libwebp-dev"),
    ("X11/", "libx11-dev"),
    ("xmlsec/", "libxmlsec1-dev"),
    ("yaml.h", "libyaml-dev"),
    ("zbar.h", "libzbar-dev"),
    ("zlib.h", "zlib1g-dev"),
    ("zmq.h", "libzmq3-dev"),
    ("zstd.h", "libzstd-dev"),
    // what the linker misses
    ("-lpython", "python3-dev"),
    ("-lz", "zlib1g-dev"),
    ("-lssl", "libssl-dev"),
    ("-lcrypto", "libssl-dev"),
    ("-lpq", "libpq-dev"),
    ("-lxml2", "libxml2-dev"),
    ("-lxslt", "libxslt1-dev"),
    ("-ljpeg", "libjpeg-dev"),
    ("-lffi", "libffi-dev"),
    ("-lldap", "libldap-dev"),
    ("-lcups", "libcups2-dev"),
    ("-lstdc++", "g++"),
    ("-lgfortran", "gfortran"),
    ("-lopenblas", "libopenblas-dev"),
];

/// The package of Debian that has a header, or what `-lNAME` looks for.
pub(super) fn package_of(wanted: &str) -> Option<&'static str> {
    let fits = |known: &str| {
        if known.starts_with("-l") { wanted == known } else { wanted.starts_with(known) }
    };
    // PostgreSQL's and others' own folders in front do not matter
    let found = PACKAGES.iter().filter(|(known, _)| fits(known)).max_by_key(|(known, _)| known.len());
    found.map(|(_, package)| *package)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages() {
        for (wanted, package) in [
            ("Python.h", Some("python3-dev")),
            ("openssl/ssl.h", Some("libssl-dev")),
            ("libxml/xpath.h", Some("libxml2-dev")),
            ("-lz", Some("zlib1g-dev")),
            ("-lzzz", None),
            ("mine.h", None),
        ] {
            assert_eq!(package_of(wanted), package, "{wanted}");
        }
    }
}
