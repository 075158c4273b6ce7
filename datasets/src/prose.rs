//! Sentences about a subject: titles, abstracts, paragraphs and names for papers, documents and summaries. A grammar of our own; nothing is quoted.
use crate::draw::Draw;

/// What a text is about: a name for headings, and the things that its sentences speak of.
pub(crate) struct Subject {
    pub(crate) name: &'static str,
    things: [&'static str; 8],
}

/// Seven subjects, one for each question that the third scenario asks.
pub(crate) const SUBJECTS: [Subject; 7] = [
    Subject {
        name: "Language Model Agents",
        things: [
            "the agent",
            "a language model",
            "the planning loop",
            "each prompt",
            "the conversation history",
            "a chain of calls",
            "the context window",
            "the tool description",
        ],
    },
    Subject {
        name: "Tool Use",
        things: [
            "a tool server",
            "the tool schema",
            "the request proxy",
            "each invocation",
            "a structured result",
            "the registry",
            "the argument checker",
            "an idle tool",
        ],
    },
    Subject {
        name: "Edge Computing",
        things: [
            "an edge node",
            "the device tier",
            "the uplink",
            "a small board",
            "the placement rule",
            "the latency budget",
            "a nearby server",
            "the local cache",
        ],
    },
    Subject {
        name: "Cooperating Systems",
        things: [
            "a group of workers",
            "the coordinator",
            "the shared ledger",
            "each participant",
            "a negotiation round",
            "the voting rule",
            "an absent member",
            "the message bus",
        ],
    },
    Subject {
        name: "Function Calling",
        things: [
            "the function signature",
            "a typed argument",
            "the decoder",
            "a malformed call",
            "the validator",
            "the return value",
            "a nested call",
            "the grammar",
        ],
    },
    Subject {
        name: "Autonomous Systems",
        things: [
            "the controller",
            "a sensor reading",
            "the safety monitor",
            "the route planner",
            "an unexpected obstacle",
            "the fallback mode",
            "the operator",
            "a long mission",
        ],
    },
    Subject {
        name: "Reasoning and Planning",
        things: [
            "the search tree",
            "a partial plan",
            "the goal test",
            "each revision",
            "the proof step",
            "a branch of thought",
            "the heuristic",
            "the final answer",
        ],
    },
];

const ADJECTIVES: [&str; 24] = [
    "adaptive",
    "bounded",
    "careful",
    "compact",
    "consistent",
    "distributed",
    "efficient",
    "gradual",
    "hierarchical",
    "incremental",
    "isolated",
    "lightweight",
    "measured",
    "modular",
    "portable",
    "predictable",
    "private",
    "reliable",
    "robust",
    "scalable",
    "selective",
    "sparse",
    "stateless",
    "verified",
];

const NOUNS: [&str; 24] = [
    "scheduling",
    "placement",
    "isolation",
    "coordination",
    "caching",
    "inference",
    "retrieval",
    "compression",
    "recovery",
    "monitoring",
    "delegation",
    "calibration",
    "sampling",
    "migration",
    "allocation",
    "verification",
    "summarisation",
    "adaptation",
    "routing",
    "composition",
    "evaluation",
    "replication",
    "profiling",
    "admission",
];

const VERBS: [&str; 20] = [
    "reduces",
    "determines",
    "shares",
    "replaces",
    "limits",
    "depends on",
    "improves",
    "observes",
    "delays",
    "follows",
    "reuses",
    "separates",
    "predicts",
    "corrects",
    "balances",
    "outlives",
    "narrows",
    "records",
    "precedes",
    "explains",
];

const OBJECTS: [&str; 24] = [
    "the cost of a cold start",
    "the number of round trips",
    "the amount of data that leaves the device",
    "the waiting time of short requests",
    "the memory that is held between calls",
    "the order of independent steps",
    "the error of the estimate",
    "the load of the busiest node",
    "the length of the answer",
    "the time until the first result",
    "the share of repeated work",
    "the risk of a stale copy",
    "the choice between two tiers",
    "the size of each message",
    "the energy of a battery-powered board",
    "the spread between the best and the worst case",
    "the work that a reader has to do",
    "the quality of the final summary",
    "the frequency of retries",
    "the effect of a slow link",
    "the agreement between annotators",
    "the rate of invalid arguments",
    "the depth of the plan",
    "the price of isolation",
];

const OPENERS: [&str; 14] = [
    "In practice",
    "By contrast",
    "Under heavy load",
    "For most workloads",
    "As the second experiment shows",
    "In the absence of a network",
    "After a short warm-up",
    "On the smallest board",
    "With a fixed budget",
    "Across all seven scenarios",
    "When the link is slow",
    "To our surprise",
    "At the same time",
    "For short inputs",
];

const TAILS: [&str; 14] = [
    "even when the network is unavailable",
    "without any change to the client",
    "although the gain is small for short inputs",
    "because most of the input is never read",
    "so that the median falls by a third",
    "while the tail stays where it was",
    "as long as the profile is recent",
    "whenever two calls are independent",
    "if the result can be cached",
    "at the price of one more copy",
    "regardless of the language of the server",
    "before the first token is produced",
    "once the process has been started",
    "which earlier work did not measure",
];

const GIVEN: [&str; 12] = [
    "Amara", "Björn", "Chiara", "Dmitri", "Élodie", "Farid", "Grete", "Hiro", "Ines", "Jakub",
    "Keiko", "Lucía",
];

const FAMILY: [&str; 12] = [
    "Ahlgren",
    "Brâncuși",
    "Castellanos",
    "Dvořák",
    "Eze",
    "Fukuda",
    "Grünwald",
    "Haddad",
    "Iversen",
    "Jansons",
    "Kowalczyk",
    "Lindqvist",
];

/// One sentence with its full stop, 40 to 220 characters.
pub(crate) fn sentence(draw: &mut Draw, about: &Subject) -> String {
    let thing = draw.pick(&about.things);
    let verb = draw.pick(&VERBS);
    let object = draw.pick(&OBJECTS);
    let clause = match draw.below(5) {
        0 => {
            let adjective = draw.pick(&ADJECTIVES);
            let noun = draw.pick(&NOUNS);
            format!("{adjective} {noun} {verb} {object}")
        }
        1 => format!(
            "{thing} {verb} {object}, and {} {} {}",
            draw.pick(&about.things),
            draw.pick(&VERBS),
            draw.pick(&OBJECTS)
        ),
        2 => format!(
            "{thing} {verb} {object} by {}.{} %",
            draw.between(2, 68),
            draw.below(10)
        ),
        _ => format!("{thing} {verb} {object}"),
    };
    let mut whole = if draw.chance(300) {
        format!("{}, {clause}", draw.pick(&OPENERS))
    } else {
        clause
    };
    if draw.chance(350) {
        whole = format!("{whole}, {}", draw.pick(&TAILS));
    }
    whole.push('.');
    capital(&whole)
}

/// Sentences in a row.
pub(crate) fn paragraph(draw: &mut Draw, about: &Subject, sentences: u32) -> String {
    let all: Vec<String> = (0..sentences).map(|_| sentence(draw, about)).collect();
    all.join(" ")
}

/// A title of 40 to 90 characters, without a full stop.
pub(crate) fn title(draw: &mut Draw, about: &Subject) -> String {
    let first = draw.pick(&ADJECTIVES);
    let noun = draw.pick(&NOUNS);
    match draw.below(3) {
        0 => capital(&format!(
            "{first} {noun} for {}: {} by Design",
            about.name,
            capital(draw.pick(&ADJECTIVES))
        )),
        1 => capital(&format!(
            "On the role of {first} {noun} in {}",
            about.name.to_lowercase()
        )),
        _ => capital(&format!(
            "{first} {noun} and {} {} in {}",
            draw.pick(&ADJECTIVES),
            draw.pick(&NOUNS),
            about.name.to_lowercase()
        )),
    }
}

/// A person's name; it need not be ASCII.
pub(crate) fn person(draw: &mut Draw) -> String {
    format!("{} {}", draw.pick(&GIVEN), draw.pick(&FAMILY))
}

/// Paragraphs with an empty line between them, at least `bytes` long and cut at the end of a sentence.
pub(crate) fn document(draw: &mut Draw, about: &Subject, bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + 300);
    let mut in_paragraph = 0;
    let mut wanted = draw.between(3, 7);
    while text.len() < bytes {
        if in_paragraph == wanted {
            text.push_str("\n\n");
            (in_paragraph, wanted) = (0, draw.between(3, 7));
        } else if in_paragraph > 0 {
            text.push(' ');
        }
        text.push_str(&sentence(draw, about));
        in_paragraph += 1;
    }
    text.push('\n');
    text
}

/// The first letter made large.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::{SUBJECTS, document, sentence, title};
    use crate::draw::Draw;
    use crate::seed::Seed;

    #[test]
    fn sentences_end_and_titles_do_not() {
        let mut draw = Draw::of(Seed(7), "prose");
        for about in &SUBJECTS {
            for _ in 0..50 {
                let said = sentence(&mut draw, about);
                assert!(said.ends_with('.') && said.len() > 30, "{said}");
                assert!(said.starts_with(char::is_uppercase), "{said}");
                assert!(!title(&mut draw, about).ends_with('.'));
            }
        }
    }

    #[test]
    fn a_document_is_as_long_as_asked_and_a_sentence_more() {
        let mut draw = Draw::of(Seed(7), "documents");
        for bytes in [1, 2_000, 20_000] {
            let length = document(&mut draw, &SUBJECTS[2], bytes).len();
            assert!((bytes..bytes + 400).contains(&length), "{length}");
        }
    }
}
