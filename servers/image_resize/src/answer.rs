//! The shapes of the answers: the Python baseline's keys, in its order.

use wasmmcp::prelude::*;

use crate::hash::Kind;
use crate::probe::Header;
use crate::round;

/// What is known of an image, or why it is not.
#[derive(Debug, Default, Serialize, Schema)]
pub struct Info {
    /// Path as given.
    pub path: String,
    /// Format by content, for example JPEG.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<&'static str>,
    /// Pixel layout: 1, L, LA, P, RGB, RGBA, CMYK or I;16.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<&'static str>,
    /// Width in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Height in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// Size of the file in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
    /// Width divided by height, to two decimals.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aspect_ratio: Option<f64>,
    /// Why the header could not be read (in a scan only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl Info {
    /// From a header and the size of its file.
    #[must_use]
    pub fn new(path: String, header: &Header, bytes: u64) -> Self {
        Self {
            path,
            format: Some(header.format.name()),
            mode: Some(header.mode),
            width: Some(header.width),
            height: Some(header.height),
            size_bytes: Some(bytes),
            aspect_ratio: Some(round::ratio(header.width.into(), header.height.into(), 2)),
            error: None,
        }
    }
}

/// A resized image.
#[derive(Debug, Serialize, Schema)]
pub struct Resized {
    /// Always true: a failure is an error of the call.
    pub success: bool,
    /// Path as given.
    pub path: String,
    /// Width and height before.
    pub original_size: [u32; 2],
    /// Width and height now.
    pub new_size: [u32; 2],
    /// Size of the file before.
    pub original_bytes: u64,
    /// Size of the file now.
    pub output_bytes: u64,
    /// Size now divided by size before, to four decimals.
    pub reduction_ratio: f64,
    /// Format now.
    pub format: &'static str,
    /// The new file in base64.
    pub data_base64: String,
}

/// Image files of a folder.
#[derive(Debug, Serialize, Schema)]
pub struct Scanned {
    /// Folder as given.
    pub directory: String,
    /// Number of image files.
    pub image_count: u64,
    /// Bytes of all of them.
    pub total_size_bytes: u64,
    /// The same in MiB, to two decimals.
    pub total_size_mb: f64,
    /// Their paths, sorted.
    pub image_paths: Vec<String>,
    /// What their headers say, when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub images: Option<Vec<Info>>,
}

/// The hash of an image.
#[derive(Debug, Serialize, Schema)]
pub struct Hashed {
    /// Path as given.
    pub path: String,
    /// 16 hexadecimal digits.
    pub hash: String,
    /// Kind of hash.
    pub hash_type: Kind,
}

/// An answer of compute_image_hash, as it is handed on.
#[derive(Clone, Debug, Serialize, Deserialize, Schema)]
pub struct Item {
    /// Path of the image.
    pub path: String,
    /// Hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// Kind of hash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash_type: Option<String>,
    /// Why there is no hash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Which images are alike. With fewer than two hashes only the counts, no groups and the errors.
#[derive(Debug, Serialize, Schema)]
pub struct Compared {
    /// Number of images with a hash.
    pub total_compared: u64,
    /// Paths of images that are alike.
    pub duplicate_groups: Vec<Vec<String>>,
    /// Number of groups.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duplicate_group_count: Option<u64>,
    /// Paths of images in no group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unique_paths: Option<Vec<String>>,
    /// Number of them.
    pub unique_count: u64,
    /// Threshold as given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold: Option<i64>,
    /// Entries without a usable hash.
    pub errors: Vec<Item>,
}

/// What became of one image of a batch.
#[derive(Debug, Default, Serialize, Schema)]
pub struct Outcome {
    /// Path as given.
    pub path: String,
    /// Whether it was resized.
    pub success: bool,
    /// Size of the file before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original_bytes: Option<u64>,
    /// Size of the file now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_bytes: Option<u64>,
    /// Width and height now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_size: Option<[u32; 2]>,
    /// Why it was not resized.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// What became of a batch.
#[derive(Debug, Default, Serialize, Schema)]
pub struct Batch {
    /// Number of paths given.
    pub total_images: u64,
    /// How many were resized.
    pub successful: u64,
    /// How many were not.
    pub failed: u64,
    /// Bytes of the files that were opened.
    pub total_input_bytes: u64,
    /// Bytes of the files that were made.
    pub total_output_bytes: u64,
    /// Output divided by input, to four decimals.
    pub overall_reduction: f64,
    /// One entry for each path, in order.
    pub results: Vec<Outcome>,
}
