//! Further indexes: one behind a certificate authority of its own, one that asks for a certificate, one that asks who
//! one is, and one whose answers come late, break off, or never come.

use fixtures::{Authority, FakeIndex, Fault, IndexOptions, ServedFile, WheelBuilder};
use std::io;
use std::path::Path;
use std::time::Duration;

/// The indexes; a case names them in braces.
pub struct Servers {
    secure: FakeIndex,
    asking: FakeIndex,
    private: FakeIndex,
    failing: FakeIndex,
    /// What is needed of the authorities, as files in the folder of a case.
    pems: [(&'static str, String); 3],
}

impl Servers {
    /// Starts them.
    pub fn start() -> Self {
        let (authority, asking) = (Authority::new(), Authority::new().asking_clients());
        let auth = Some(("ada".to_owned(), "pa55".to_owned()));
        let servers = Self {
            secure: FakeIndex::with_tls(IndexOptions::default(), &authority),
            asking: FakeIndex::with_tls(IndexOptions::default(), &asking),
            private: FakeIndex::with(IndexOptions { auth, ..IndexOptions::default() }),
            failing: failing(),
            pems: [
                ("authority.pem", authority.pem()),
                ("asking.pem", asking.pem()),
                ("client.pem", asking.client_pem()),
            ],
        };
        for index in [&servers.secure, &servers.asking, &servers.private] {
            index.add(WheelBuilder::new("gamma", "1.0"));
        }
        servers
    }

    /// Addresses filled in.
    pub fn filled(&self, text: &str) -> String {
        let all = [
            ("{secure}", &self.secure),
            ("{asking}", &self.asking),
            ("{private}", &self.private),
            ("{failing}", &self.failing),
        ];
        all.into_iter().fold(text.to_owned(), |text, (name, index)| {
            text.replace(name, index.url("").trim_end_matches('/'))
        })
    }

    /// Writes the files that belong to them.
    pub fn files(&self, folder: &Path) -> io::Result<()> {
        self.pems.iter().try_for_each(|(name, text)| std::fs::write(folder.join(name), text))
    }
}

/// An index at which every project fails in its own way, each time anew.
fn failing() -> FakeIndex {
    let index = FakeIndex::start();
    // not to be packed: what breaks off breaks off in the middle
    let noise: Vec<u8> = (0u32..6000).map(|place| (place.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let wheel =
        |name: &str| WheelBuilder::new(name, "1.0").file(&format!("{name}/noise.bin"), &noise).stored();
    for name in ["errors", "closes", "slow", "breaks", "breaks-always", "fine"] {
        index.add(ServedFile::from(wheel(name)));
    }
    let forever = |path: &str, fault: Fault| index.fault_times(path, usize::MAX, fault);
    forever("/simple/errors/", Fault::status(503));
    forever("/simple/closes/", Fault::Close);
    forever("/simple/slow/", Fault::Slow(200, Duration::from_millis(400)));
    forever("/files/breaks-1.0-py3-none-any.whl", Fault::TruncateAfter(4000));
    forever("/files/breaks_always-1.0-py3-none-any.whl", Fault::TruncateAfter(100));
    forever("/files/gone-1.0-py3-none-any.whl", Fault::status(404));
    forever("/files/refused-1.0-py3-none-any.whl", Fault::status(403));
    forever("/files/errors-1.0-py3-none-any.whl", Fault::status(500));
    forever("/files/closes-1.0-py3-none-any.whl", Fault::Close);
    forever("/files/hangs-1.0-py3-none-any.whl", Fault::Hang);
    forever("/errors.txt", Fault::status(502));
    forever("/closes.txt", Fault::Close);
    index
}
