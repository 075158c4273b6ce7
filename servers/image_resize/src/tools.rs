//! The six tools: each reads what it is pointed at and hands it to the module that does the work.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use wasmmcp::prelude::*;

use crate::answer::{Batch, Compared, Hashed, Info, Item, Outcome, Resized, Scanned};
use crate::decode::{self, Purpose};
use crate::encode::Output;
use crate::fault::Fault;
use crate::fit::Wish;
use crate::group::{self, Bits};
use crate::hash::{self, Kind};
use crate::limit;
use crate::probe::probe;
use crate::resize::{Made, Request, resize};
use crate::round;
use crate::scan::{self, EXTENSIONS, Found};
use crate::source::{self, Source};

impl From<Fault> for ToolError {
    fn from(fault: Fault) -> Self {
        Self::new(fault.to_string())
    }
}

/// Tells format, mode, size and aspect ratio of an image from its header, without decoding it. The format is recognised by content.
#[tool(title = "Describe an image", read_only, idempotent, closed_world)]
pub(crate) fn get_image_info(
    /// Path of the image file.
    image_path: String,
) -> Result<Json<Info>, ToolError> {
    Ok(Json::new(describe(image_path)?))
}

fn describe(path: String) -> Result<Info, Fault> {
    let mut source = Source::open(&path)?;
    let bytes = source.bytes();
    let header = probe(source.file())?;
    Ok(Info::new(path, &header, bytes))
}

/// Resizes one image and answers it in base64. max_size goes before width and height and never enlarges; width or height alone keeps
/// the shape; both together are met exactly.
#[tool(title = "Resize an image", read_only, idempotent, closed_world)]
pub(crate) fn resize_image(
    cx: &mut Context,
    /// Path of the image file.
    image_path: String,
    /// Width in pixels.
    width: Option<u32>,
    /// Height in pixels.
    height: Option<u32>,
    /// Longest side in pixels.
    max_size: Option<u32>,
    /// Quality of a JPEG, 1 to 100. WEBP is written without loss.
    #[arg(default = 85)]
    quality: i64,
    /// Format of the answer.
    #[arg(default = "JPEG")]
    output_format: Output,
) -> Result<Json<Resized>, ToolError> {
    let request = Request {
        wish: Wish {
            width: width.unwrap_or(0),
            height: height.unwrap_or(0),
            longest: max_size.unwrap_or(0),
        },
        output: output_format,
        quality,
    };
    let (original_bytes, made) = resize_file(cx, &image_path, &request);
    let (original_bytes, made) = (original_bytes.unwrap_or(0), made?);
    let output_bytes = made.file.len() as u64;
    Ok(Json::new(Resized {
        success: true,
        path: image_path,
        original_size: made.original.into(),
        new_size: made.size.into(),
        original_bytes,
        output_bytes,
        reduction_ratio: round::ratio(output_bytes, original_bytes, 4),
        format: output_format.name(),
        data_base64: STANDARD.encode(made.file),
    }))
}

/// The size of the file, once it is open, and the picture.
fn resize_file(
    cx: &mut Context,
    path: &str,
    request: &Request,
) -> (Option<u64>, Result<Made, Fault>) {
    let mut bytes = None;
    let content = cx.measure("io", || {
        let mut source = Source::open(path)?;
        bytes = Some(source.bytes());
        source.read()
    });
    (bytes, content.and_then(|content| resize(&content, request)))
}

/// Lists the image files of a folder, sorted by path, with their sizes and on request what their headers say. Links to folders are not followed.
#[tool(title = "Find images", read_only, idempotent, closed_world)]
pub(crate) fn scan_directory(
    /// Folder to look in.
    directory: String,
    /// Extensions to look for, with or without a dot; by default jpg, jpeg, png, gif, bmp, webp and tiff.
    extensions: Option<Vec<String>>,
    /// Whether to look in folders below as well.
    #[arg(default = true)]
    recursive: bool,
    /// Whether to read the header of every image.
    #[arg(default = false)]
    include_info: bool,
) -> Result<Json<Scanned>, ToolError> {
    let extensions = extensions.unwrap_or_else(|| EXTENSIONS.map(String::from).to_vec());
    let found = scan::scan(&directory, &extensions, recursive)?;
    let total: u64 = found.iter().map(|f| f.bytes).sum();
    let images = include_info.then(|| found.iter().map(info_or_error).collect());
    let image_paths: Vec<String> = found.into_iter().map(|f| f.path).collect();
    Ok(Json::new(Scanned {
        directory,
        image_count: image_paths.len() as u64,
        total_size_bytes: total,
        total_size_mb: round::decimals(total as f64 / 1_048_576.0, 2),
        image_paths,
        images,
    }))
}

/// The scan has asked for the size already; asking again would be one more host call for each file.
fn info_or_error(Found { path, bytes }: &Found) -> Info {
    let header = source::open(path).and_then(|mut file| probe(&mut file));
    match header {
        Ok(header) => Info::new(path.clone(), &header, *bytes),
        Err(fault) => Info {
            path: path.clone(),
            error: Some(fault.to_string()),
            ..Info::default()
        },
    }
}

/// Computes a perceptual hash of an image: 64 bits that stay alike when the image is scaled or re-encoded. compare_hashes takes the answers.
#[tool(title = "Hash an image", read_only, idempotent, closed_world)]
pub(crate) fn compute_image_hash(
    cx: &mut Context,
    /// Path of the image file.
    image_path: String,
    /// Kind of hash; only hashes of one kind can be compared.
    #[arg(default = "phash")]
    hash_type: Kind,
) -> Result<Json<Hashed>, ToolError> {
    let content = cx.measure("io", || Source::open(&image_path)?.read())?;
    let header = decode::header(&content)?;
    // Every kind of hash begins with a small picture.
    limit::resampling((header.width, header.height), (32, 32))?;
    let pixels = decode::decode(&content, &header, 1, Purpose::Hash)?;
    Ok(Json::new(Hashed {
        path: image_path,
        hash: hash::compute(hash_type, pixels).to_string(),
        hash_type,
    }))
}

/// Groups images whose hashes differ in few bits. Entries with an error, or with what is no hash, are answered under errors.
#[tool(title = "Find duplicates", read_only, idempotent, closed_world)]
pub(crate) fn compare_hashes(
    /// Answers of compute_image_hash: path and hash of each image.
    hashes: Vec<Item>,
    /// Most bits in which duplicates differ; 0 finds equal hashes only.
    #[arg(default = 5)]
    threshold: i64,
) -> Json<Compared> {
    let (entries, errors) = sort_out(hashes);
    let total = entries.len() as u64;
    if entries.len() < 2 {
        return Json::new(Compared {
            total_compared: total,
            duplicate_groups: Vec::new(),
            duplicate_group_count: None,
            unique_paths: None,
            unique_count: total,
            threshold: None,
            errors,
        });
    }
    let groups = group::group(&entries, threshold);
    Json::new(Compared {
        total_compared: total,
        duplicate_group_count: Some(groups.duplicates.len() as u64),
        duplicate_groups: groups.duplicates,
        unique_count: groups.unique.len() as u64,
        unique_paths: Some(groups.unique),
        threshold: Some(threshold),
        errors,
    })
}

/// Readable hashes by path (a later one replaces an earlier one of the same path, in its place), and entries without.
fn sort_out(items: Vec<Item>) -> (Vec<(String, Bits)>, Vec<Item>) {
    let mut places = BTreeMap::new();
    let (mut entries, mut errors) = (Vec::<(String, Bits)>::new(), Vec::new());
    for item in items {
        let Item {
            hash: Some(hash),
            error: None,
            ..
        } = &item
        else {
            if item.error.is_some() {
                errors.push(item);
            }
            continue;
        };
        match Bits::parse(hash) {
            Ok(bits) => {
                let place = *places
                    .entry(item.path.clone())
                    .or_insert(entries.len() as u64);
                match entries.get_mut(place as usize) {
                    Some(entry) => entry.1 = bits,
                    None => entries.push((item.path, bits)),
                }
            }
            Err(error) => errors.push(Item {
                error: Some(error),
                ..item
            }),
        }
    }
    (entries, errors)
}

/// Makes thumbnails of many images and answers their sizes, not the pictures. An image that fails does not stop the others.
#[tool(title = "Resize many images", read_only, idempotent, closed_world)]
pub(crate) fn batch_resize(
    cx: &mut Context,
    /// Paths of the image files.
    image_paths: Vec<String>,
    /// Longest side in pixels; smaller images keep their size.
    #[arg(default = 150, minimum = 1)]
    max_size: u32,
    /// Quality of a JPEG, 1 to 100. WEBP is written without loss.
    #[arg(default = 75)]
    quality: i64,
    /// Format of the thumbnails.
    #[arg(default = "JPEG")]
    output_format: Output,
) -> Result<Json<Batch>, ToolError> {
    let request = Request {
        wish: Wish {
            longest: max_size,
            ..Wish::default()
        },
        output: output_format,
        quality,
    };
    let mut batch = Batch {
        total_images: image_paths.len() as u64,
        ..Batch::default()
    };
    for (done, path) in image_paths.into_iter().enumerate() {
        if cx.cancelled() {
            return Err(ToolError::new(format!(
                "cancelled after {done} images; call again for the rest"
            )));
        }
        let (original, made) = resize_file(cx, &path, &request);
        batch.total_input_bytes += original.unwrap_or(0);
        batch.results.push(match made {
            Ok(made) => {
                let output = made.file.len() as u64;
                batch.successful += 1;
                batch.total_output_bytes += output;
                Outcome {
                    path,
                    success: true,
                    original_bytes: original,
                    output_bytes: Some(output),
                    new_size: Some(made.size.into()),
                    error: None,
                }
            }
            Err(fault) => {
                batch.failed += 1;
                Outcome {
                    path,
                    error: Some(fault.to_string()),
                    ..Outcome::default()
                }
            }
        });
        cx.progress(
            done as f64 + 1.0,
            Some(batch.total_images as f64),
            "images resized",
        );
    }
    batch.overall_reduction = round::ratio(batch.total_output_bytes, batch.total_input_bytes, 4);
    Ok(Json::new(batch))
}
