//! Revisions of the specification and which wire each belongs to.

/// A revision of the Model Context Protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Revision {
    /// 2024-11-05
    V2024_11_05,
    /// 2025-03-26
    V2025_03_26,
    /// 2025-06-18
    V2025_06_18,
    /// 2025-11-25: the last one that begins with a handshake.
    V2025_11_25,
    /// 2026-07-28: no handshake, every request carries what is needed.
    V2026_07_28,
}

/// Which of the two ways of talking a request uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// `initialize` first; revisions up to 2025-11-25.
    Handshake,
    /// Each request stands alone; 2026-07-28.
    Stateless,
}

impl Revision {
    /// Every revision served, newest first.
    pub const ALL: [Revision; 5] = [
        Revision::V2026_07_28,
        Revision::V2025_11_25,
        Revision::V2025_06_18,
        Revision::V2025_03_26,
        Revision::V2024_11_05,
    ];

    /// The newest revision that begins with a handshake.
    pub const HANDSHAKE: Revision = Revision::V2025_11_25;

    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Revision::V2024_11_05 => "2024-11-05",
            Revision::V2025_03_26 => "2025-03-26",
            Revision::V2025_06_18 => "2025-06-18",
            Revision::V2025_11_25 => "2025-11-25",
            Revision::V2026_07_28 => "2026-07-28",
        }
    }

    /// The revision of that name.
    pub fn named(name: &str) -> Option<Revision> {
        Revision::ALL
            .into_iter()
            .find(|revision| revision.name() == name)
    }

    /// The wire that the revision uses.
    pub const fn wire(self) -> Wire {
        match self {
            Revision::V2026_07_28 => Wire::Stateless,
            _ => Wire::Handshake,
        }
    }

    /// What `initialize` answers: the asked revision where it has a handshake and is known, else the newest that has one.
    pub fn negotiate(asked: &str) -> Revision {
        match Revision::named(asked) {
            Some(revision) if revision.wire() == Wire::Handshake => revision,
            _ => Revision::HANDSHAKE,
        }
    }
}
