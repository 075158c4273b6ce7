//! The fourteen tools as a client sees them: names, parameters and annotations are the official server's, the work is done in the other modules.

use std::sync::OnceLock;

use wasmmcp::{Any, Repeated, prelude::*};

use crate::allowed::Allowed;
use crate::edit::Replacement;
use crate::failure::Failure;
use crate::text::Part;
use crate::{change, edit, info, listing, media, search, text, tree};

/// What every tool but one answers with.
#[derive(Schema)]
#[expect(dead_code, reason = "only the schema is used")]
pub(crate) struct Reply {
    /// The same text as in the content block.
    content: String,
}

/// What `read_media_file` answers with.
#[derive(Schema)]
#[expect(dead_code, reason = "only the schema is used")]
pub(crate) struct MediaReply {
    /// The content block once more.
    #[schema(
        raw = r#"{"type":"array","items":{"anyOf":[{"type":"object","properties":{"type":{"type":"string","enum":["image","audio"]},"data":{"type":"string"},"mimeType":{"type":"string"}},"required":["type","data","mimeType"]},{"type":"object","properties":{"type":{"type":"string","const":"resource"},"resource":{"type":"object","properties":{"uri":{"type":"string"},"mimeType":{"type":"string"},"blob":{"type":"string"}},"required":["uri","blob"]}},"required":["type","resource"]}]}}"#
    )]
    content: Vec<Any>,
}

/// One replacement of `edit_file`.
#[derive(Deserialize, Schema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Edit {
    /// The passage to replace, as it stands in the file; indentation may differ.
    old_text: String,
    /// What to put in its place.
    new_text: String,
}

/// By what `list_directory_with_sizes` sorts.
#[derive(Clone, Copy, Debug, Deserialize, Schema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SortBy {
    Name,
    Size,
}

type Answer = Result<Repeated<Reply>, ToolError>;

fn answer(text: Result<String, Failure>) -> Answer {
    let text = text.map_err(|failure| ToolError::new(failure.0))?;
    Ok(Repeated::text("content", text))
}

/// The allowed directories, worked out at the first call and kept for the life of the process or instance.
fn allowed() -> &'static Allowed {
    static ALLOWED: OnceLock<Allowed> = OnceLock::new();
    ALLOWED.get_or_init(|| {
        let current = std::env::current_dir().ok();
        let current = current.as_deref().and_then(std::path::Path::to_str);
        Allowed::new(
            &wasmmcp::args(),
            current.unwrap_or("/"),
            std::env::var("HOME").ok(),
        )
    })
}

/// Reads a text file. Kept for older clients: `read_text_file` does the same.
#[tool(title = "Read File (Deprecated)", read_only, closed_world)]
pub(crate) fn read_file(
    /// The file to read.
    path: String,
    /// Read only so many lines from the end of the file.
    tail: Option<f64>,
    /// Read only so many lines from the beginning of the file.
    head: Option<f64>,
) -> Answer {
    answer(text::read(allowed(), &path, Part::of(head, tail)))
}

/// Reads a file as UTF-8 text, whatever its extension: all of it, its first lines (`head`) or its last lines (`tail`).
/// Bytes that are not UTF-8 come as U+FFFD. The file must lie in an allowed directory.
#[tool(title = "Read Text File", read_only, closed_world)]
pub(crate) fn read_text_file(
    /// The file to read.
    path: String,
    /// Read only so many lines from the end of the file.
    tail: Option<f64>,
    /// Read only so many lines from the beginning of the file.
    head: Option<f64>,
) -> Answer {
    answer(text::read(allowed(), &path, Part::of(head, tail)))
}

/// Reads a picture or a sound as a block that the client can show or play; any other file comes as an embedded resource.
/// The type is told by the extension. The file must lie in an allowed directory.
#[tool(title = "Read Media File", read_only, closed_world)]
pub(crate) fn read_media_file(
    /// The file to read.
    path: String,
) -> Result<Repeated<MediaReply>, ToolError> {
    let media = media::read(allowed(), &path).map_err(|failure| ToolError::new(failure.0))?;
    let block = match media.block {
        media::Block::Image => Content::image(&media.bytes, media.mime),
        media::Block::Audio => Content::audio(&media.bytes, media.mime),
        media::Block::Resource => Content::resource_blob(&media.uri, media.mime, &media.bytes),
    };
    Ok(Repeated::blocks("content", vec![block]))
}

/// Reads several text files in one call, each under its path. A file that cannot be read is reported in its place and does not stop the others.
#[tool(title = "Read Multiple Files", read_only, closed_world)]
pub(crate) fn read_multiple_files(
    /// The files to read, one at least; each must lie in an allowed directory.
    #[arg(min_items = 1)]
    paths: Vec<String>,
) -> Answer {
    answer(text::read_several(allowed(), &paths))
}

/// Writes a text file. What stood there before is lost; the new content appears in one step or not at all.
#[tool(title = "Write File", writes, idempotent, destructive, closed_world)]
pub(crate) fn write_file(
    /// The file to make or replace; its directory must exist.
    path: String,
    /// All that the file shall hold.
    content: String,
) -> Answer {
    answer(change::write(allowed(), &path, &content))
}

/// Replaces passages of a text file, one after another, and answers with the diff. Each replaces the first place where its old text stands;
/// where it stands nowhere exactly, lines are compared without the white space around them. Line ends become LF.
#[tool(title = "Edit File", writes, non_idempotent, destructive, closed_world)]
pub(crate) fn edit_file(
    /// The file to edit.
    path: String,
    /// The replacements, in order.
    edits: Vec<Edit>,
    /// Only show the diff and leave the file as it is.
    #[arg(name = "dryRun", default = false)]
    dry_run: bool,
) -> Answer {
    let replacements: Vec<Replacement<'_>> = edits
        .iter()
        .map(|edit| Replacement {
            old: &edit.old_text,
            new: &edit.new_text,
        })
        .collect();
    answer(edit::edit(allowed(), &path, &replacements, dry_run))
}

/// Makes a directory, with those above it that are missing. A directory that exists already is no error.
#[tool(
    title = "Create Directory",
    writes,
    idempotent,
    non_destructive,
    closed_world
)]
pub(crate) fn create_directory(
    /// The directory to make.
    path: String,
) -> Answer {
    answer(change::create_directory(allowed(), &path))
}

/// Lists what a directory holds, one entry a line, `[DIR]` or `[FILE]` before each name.
#[tool(title = "List Directory", read_only, closed_world)]
pub(crate) fn list_directory(
    /// The directory to list.
    path: String,
) -> Answer {
    answer(listing::plain(allowed(), &path))
}

/// Lists what a directory holds with the size of each file, and the totals.
#[tool(title = "List Directory with Sizes", read_only, closed_world)]
pub(crate) fn list_directory_with_sizes(
    /// The directory to list.
    path: String,
    /// By name, or the largest first.
    #[arg(name = "sortBy", default = "name")]
    sort_by: SortBy,
) -> Answer {
    let by = match sort_by {
        SortBy::Name => listing::SortBy::Name,
        SortBy::Size => listing::SortBy::Size,
    };
    answer(listing::with_sizes(allowed(), &path, by))
}

/// Shows a directory and everything below it as JSON: `name`, `type` (`file` or `directory`) and, for directories, `children`.
#[tool(title = "Directory Tree", read_only, closed_world)]
pub(crate) fn directory_tree(
    /// The directory at the root of the tree.
    path: String,
    /// Globs of what to leave out, matched against paths relative to the root; a plain name counts at every depth.
    #[arg(name = "excludePatterns", default = [])]
    exclude_patterns: Vec<String>,
) -> Answer {
    answer(tree::tree(allowed(), &path, &exclude_patterns))
}

/// Moves or renames a file or a directory. Nothing is ever replaced: the destination must not exist.
#[tool(title = "Move File", writes, non_idempotent, destructive, closed_world)]
pub(crate) fn move_file(
    /// What to move.
    source: String,
    /// Where to, with the new name.
    destination: String,
) -> Answer {
    answer(change::move_file(allowed(), &source, &destination))
}

/// Finds files and directories below a directory by a glob that is matched against paths relative to it:
/// `*.txt` looks in the directory itself, `**/*.txt` at every depth. Answers with full paths, one a line.
#[tool(title = "Search Files", read_only, closed_world)]
pub(crate) fn search_files(
    /// The directory to search below.
    path: String,
    /// The glob to match.
    pattern: String,
    /// Globs of what to leave out.
    #[arg(name = "excludePatterns", default = [])]
    exclude_patterns: Vec<String>,
) -> Answer {
    answer(search::search(
        allowed(),
        &path,
        &pattern,
        &exclude_patterns,
    ))
}

/// Tells size, times of making, change and reading, type and permissions of a file or a directory.
#[tool(title = "Get File Info", read_only, closed_world)]
pub(crate) fn get_file_info(
    /// The file or directory.
    path: String,
) -> Answer {
    answer(info::info(allowed(), &path))
}

/// Names the directories that these tools may touch, with all that is below them.
#[tool(title = "List Allowed Directories", read_only, closed_world)]
pub(crate) fn list_allowed_directories() -> Answer {
    answer(Ok(listing::allowed(allowed())))
}
