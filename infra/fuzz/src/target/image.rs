//! Pictures: a damaged file is refused, and what is not refused has the sizes that it is said to have.

use serde_json::{Value, json};

use super::{Target, call, folder, planted};

pub(super) const TARGET: Target = Target {
    name: "image",
    feed,
    longest: 20_000,
    compares: true,
    words: &[
        "\u{7f}PNG",
        "IHDR",
        "IDAT",
        "PLTE",
        "tRNS",
        "IEND",
        "GIF89a",
        "GIF87a",
        "RIFF",
        "WEBP",
        "VP8 ",
        "VP8L",
        "VP8X",
        "BM",
        "JFIF",
        "Exif",
        "II*",
        "MM",
    ],
};

fn feed(data: &[u8]) {
    let path = folder().join("picture");
    std::fs::write(&path, data).expect("memory takes the file");
    let path = path.to_str().expect("our own name");
    let ask = |tool: &str, mut arguments: Value| {
        arguments["image_path"] = path.into();
        let result = call(&image_resize::SERVER, tool, &arguments)?;
        // A failure is a result here, as in the original: an object with its reason.
        let answer = result["structuredContent"].clone();
        answer["error"].is_null().then_some(answer)
    };
    let info = ask("get_image_info", json!({}));
    let hash = ask("compute_image_hash", json!({"hash_type": "dhash"}));
    let small = ask("resize_image", json!({"max_size": 24}));
    if let Some(hash) = &hash {
        let hash = hash["hash"].as_str().expect("a hash is text");
        assert_eq!(hash.len(), 16, "{hash}");
    }
    let Some(info) = info else {
        assert!(small.is_none(), "resized without a size");
        return;
    };
    let (width, height) = (info["width"].as_u64(), info["height"].as_u64());
    assert!(width > Some(0) && height > Some(0), "{info}");
    if let Some(small) = small {
        assert_eq!(
            [&small["original_size"][0], &small["original_size"][1]],
            [&info["width"], &info["height"]],
            "the header and the decoder see different sizes"
        );
        let new = [&small["new_size"][0], &small["new_size"][1]];
        assert!(
            new.iter()
                .all(|side| side.as_u64().is_some_and(|side| side <= 24))
        );
    }
    // Behind the signature and the header's own checks: no seed is that wide.
    planted(|| width > Some(5000));
}
