//! How large anything that a stranger wrote may be. The published JSON Schema says the same numbers, and a test holds them together.

/// Bytes of one trace, scenario or file to import.
pub const FILE: usize = 16 << 20;
/// Calls of one trace.
pub const CALLS: usize = 65_536;
/// Values (numbers, strings, lists, objects …) in one file.
pub const VALUES: usize = 2_000_000;
/// Levels of lists and objects within each other.
pub const DEPTH: usize = 64;
/// Characters of a name: a scenario, a server, a tool.
pub const NAME: usize = 128;
/// Characters of a sentence: a title, where a trace came from.
pub const SENTENCE: usize = 2_000;
/// Earlier calls that one call depends on.
pub const DEPENDS_ON: usize = 4_096;
/// Dependencies of all calls together.
pub const EDGES: usize = 1_000_000;
/// Bytes of an argument, as compact JSON, that stays in the trace; what is larger goes to the blob folder.
pub const ARGUMENT: usize = 2_048;
/// Bytes of an answer, as compact JSON, that is kept beside its digest.
pub const LITERAL: usize = 1_024;
/// Bytes of one blob.
pub const BLOB: usize = 16 << 20;
/// Bytes of all blobs that one trace names, each counted as often as it is named.
pub const BLOBS: usize = 256 << 20;
/// The largest size or duration that a trace may state: 2⁵³ − 1, which every JSON reader keeps whole.
pub const WHOLE: u64 = (1 << 53) - 1;
