//! The one tool as a client sees it.

use crate::given::Given;
use crate::history::History;
use wasmmcp::Any;
use wasmmcp::prelude::*;

/// Where the chain of thoughts stands.
#[derive(Debug, Serialize, Schema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Standing {
    /// The number of this thought.
    thought_number: u64,
    /// How many are expected, this one included.
    total_thoughts: u64,
    /// Whether another is needed.
    next_thought_needed: bool,
    /// The branches so far.
    branches: Vec<String>,
    /// How many thoughts this session has had.
    thought_history_length: u64,
}

/// Takes one step of thinking about a problem and answers where the chain of steps stands. Call it once a step: say what you think now, guess how many steps there
/// will be, and change the guess freely. A step may revise an earlier one (isRevision, revisesThought), or leave the chain at one (branchFromThought, branchId) to try another way.
/// Go on until an answer is found and checked; then set nextThoughtNeeded to false.
#[tool(
    title = "Sequential thinking",
    read_only,
    non_destructive,
    idempotent,
    closed_world
)]
pub(crate) fn sequentialthinking(
    cx: &mut Context<'_>,
    #[arg(
        raw = r#"{"type":"string","description":"What you think now: a step, a doubt, a change of approach, a hypothesis or its test."}"#
    )]
    thought: Any,
    #[arg(
        name = "nextThoughtNeeded",
        raw = r#"{"type":["boolean","string"],"description":"Whether another step is needed."}"#
    )]
    next_thought_needed: Any,
    #[arg(
        name = "thoughtNumber",
        raw = r#"{"type":"integer","minimum":1,"maximum":9007199254740991,"description":"The number of this step, from 1 on."}"#
    )]
    thought_number: Any,
    #[arg(
        name = "totalThoughts",
        raw = r#"{"type":"integer","minimum":1,"maximum":9007199254740991,"description":"How many steps there will be, as you see it now; raised to thoughtNumber where it is less."}"#
    )]
    total_thoughts: Any,
    #[arg(
        name = "isRevision",
        raw = r#"{"type":["boolean","string"],"description":"Whether this step corrects an earlier one."}"#
    )]
    is_revision: Option<Any>,
    #[arg(
        name = "revisesThought",
        raw = r#"{"type":"integer","minimum":1,"maximum":9007199254740991,"description":"The number of the step that is corrected."}"#
    )]
    revises_thought: Option<Any>,
    #[arg(
        name = "branchFromThought",
        raw = r#"{"type":"integer","minimum":1,"maximum":9007199254740991,"description":"The number of the step at which the branch begins."}"#
    )]
    branch_from_thought: Option<Any>,
    #[arg(
        name = "branchId",
        raw = r#"{"type":"string","description":"A name for the branch; it counts where branchFromThought is given as well."}"#
    )]
    branch_id: Option<Any>,
    #[arg(
        name = "needsMoreThoughts",
        raw = r#"{"type":["boolean","string"],"description":"Whether the steps turned out to be too few."}"#
    )]
    needs_more_thoughts: Option<Any>,
) -> Result<Json<Standing>, ToolError> {
    let mut given = Given::default();
    given.text("thought", &thought);
    let next_thought_needed = given.truth("nextThoughtNeeded", &next_thought_needed);
    let thought_number = given.count("thoughtNumber", &thought_number);
    let total_thoughts = given.count("totalThoughts", &total_thoughts);
    is_revision.map(|value| given.truth("isRevision", &value));
    revises_thought.map(|value| given.count("revisesThought", &value));
    let from = branch_from_thought.map(|value| given.count("branchFromThought", &value));
    let branch = branch_id.map(|value| given.text("branchId", &value));
    needs_more_thoughts.map(|value| given.truth("needsMoreThoughts", &value));
    given.checked()?;

    let history = cx.kept::<History>();
    history.think(from.and(branch).filter(|name| !name.is_empty()))?;
    let standing = Standing {
        thought_number,
        total_thoughts: total_thoughts.max(thought_number),
        next_thought_needed,
        branches: history.branches(),
        thought_history_length: history.length,
    };
    // As text the same JSON indented by two, as the official server writes it.
    let text = serde_json::to_string_pretty(&standing).map_err(ToolError::from_error)?;
    Ok(Json::with_text(standing, text))
}
