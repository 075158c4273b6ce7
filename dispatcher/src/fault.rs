//! Why a file is no plug-in, and what a plug-in did wrong.

use record::{Bytes, Count};

/// A file that is not taken for a plug-in.
#[derive(Debug, thiserror::Error)]
#[error("{path} is no scheduler plug-in: {why}")]
pub struct Refused {
    /// The file, as it was given.
    pub path: String,
    /// Why.
    pub why: Unfit,
}

/// Why bytes are no plug-in.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    /// There is no such file, or it may not be read.
    #[error("it cannot be read: {0}; give a file that can")]
    Unreadable(std::io::Error),
    /// It is a folder, a device or a pipe.
    #[error("it is no regular file; give a Wasm component")]
    NoFile,
    /// Its name would not be plain in a table.
    #[error(
        "its file name is what tables call it; rename it with at most 64 letters, digits, '-', '_' and '.'"
    )]
    Name,
    /// It is longer than a plug-in may be.
    #[error("it is longer than {0}; build it optimised, without debug information")]
    TooLarge(Bytes),
    /// It has no bytes.
    #[error("it is empty; build it again")]
    Empty,
    /// It does not begin as WebAssembly does.
    #[error("it does not begin as WebAssembly does; give what a compiler made for wasm32-wasip2")]
    NoWasm,
    /// It is a core module.
    #[error(
        "it is a core module, not a component; build it for wasm32-wasip2, or make a component of it with `wasm-tools component new`"
    )]
    CoreModule,
    /// It does not validate, or is more than this host takes.
    #[error("{0}; build it again")]
    Invalid(String),
    /// It imports what no plug-in is given.
    #[error("it imports {name}, which is {what}; a plug-in is given its question and nothing else")]
    Import {
        /// The import's own name.
        name: String,
        /// What that is.
        what: &'static str,
    },
    /// It is a component of another world.
    #[error("{0}; build it for the world `plugin` of dispatcher/plugin/wit/scheduler.wit")]
    World(String),
    /// This machine cannot compile or run one.
    #[error("this machine cannot run one: {0}")]
    Host(String),
}

/// What a plug-in did wrong when it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It did not come to an end.
    #[error(
        "did not come to an end within {0} units of fuel, about as many instructions, for one plan"
    )]
    Fuel(Count),
    /// It wanted more memory than there is for it.
    #[error("asked for more than {0} of memory, or for a table past every measure")]
    Memory(Bytes),
    /// It called itself too deep.
    #[error("called itself deeper than its stack is")]
    Stack,
    /// Its answer, or what it says, is larger than either has to be.
    #[error("said or answered more than {0} at once, where {1} calls were to be placed")]
    Answer(Bytes, Count),
    /// It said more than anybody reads.
    #[error("said more than {0} times something for one plan")]
    Said(Count),
    /// It called an import that leads nowhere.
    #[error("asked for {name}, which is {what}, and is given its question and nothing else")]
    Asked {
        /// The import's own name.
        name: String,
        /// What that is.
        what: &'static str,
    },
    /// It ended without an answer, or its answer is none.
    #[error("ended without an answer: {0}")]
    Ended(String),
    /// It left a call out.
    #[error("gives call {index} ({call}) no tier: its answer has {given} tiers for {calls} calls")]
    Missing {
        /// The call's place in the chain, from zero.
        index: usize,
        /// Server and tool.
        call: String,
        /// How many tiers there are in the answer.
        given: usize,
        /// How many there were to be.
        calls: usize,
    },
    /// It placed more calls than there are.
    #[error("places call {calls}, and was asked about {calls} calls, from 0 on")]
    Surplus {
        /// How many there were to be.
        calls: usize,
    },
    /// It named a tier that there is not.
    #[error("places call {index} ({call}) on tier {tier}, and was given {tiers} tiers, from 0 on")]
    Unknown {
        /// The call's place in the chain, from zero.
        index: usize,
        /// Server and tool.
        call: String,
        /// What it answered.
        tier: u32,
        /// How many tiers there are.
        tiers: usize,
    },
    /// It named a tier that the rules forbid.
    #[error("places call {index} ({call}) on {tier}, which the {rules} rules forbid: {why}")]
    Forbidden {
        /// The call's place in the chain, from zero.
        index: usize,
        /// Server and tool.
        call: String,
        /// The tier's name.
        tier: String,
        /// The rule set.
        rules: &'static str,
        /// What speaks against it.
        why: String,
    },
}

/// What a stranger wrote, in one line of at most so many letters.
pub(crate) fn plain(text: &str, most: usize) -> String {
    let mut plain: String = text.trim().chars().take(most).collect();
    if plain.len() < text.trim().len() {
        plain.push('…');
    }
    plain
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_stranger_wrote_is_one_short_line() {
        assert_eq!(plain(" a\nb\u{1b}[31m ", 9), "a b [31m");
        assert_eq!(plain("ööööö", 3), "ööö…");
    }
}
