#!/usr/bin/env python3
"""Writes server.toml: the calls and their right answers, by Pillow and ImageHash and never by our own server.

Needs pillow 13.0.0, imagehash 4.3.2. Run from the server's folder: python golden/server.py DATA
where DATA was made by: cargo run -p dataset -- generate DATA
"""
import json
import pathlib
import sys

import imagehash
from PIL import Image

DATA = pathlib.Path(sys.argv[1])
KINDS = {
    "phash": imagehash.phash,
    "dhash": imagehash.dhash,
    "ahash": imagehash.average_hash,
    "whash": imagehash.whash,
}
# One bit differs by the JPEG decoder, so this call's answer is not asked for: photo -> kinds.
DECODER = json.loads((pathlib.Path(__file__).parent / "decoder.json").read_text())
IMAGES = (".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp", ".tiff")
SET = [f"images/set/{number:012}.jpg" for number in range(1, 41)]
calls = []


def toml(value):
    """TOML in one line; JSON's strings and numbers are TOML's."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(v)}" for key, v in value.items()) + " }" if value else "{}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def call(name, tool, size, arguments, expect, origin):
    calls.append(
        f'\n[[call]]\nid = "{name}"\ntool = "{tool}"\ninput = "{size}"\narguments = {toml(arguments)}\n'
        f"[call.expect]\n" + "".join(f"{key} = {toml(value)}\n" for key, value in expect.items()) +
        f'[call.source]\norigin = "{origin}"\nscript = "golden/server.py"\n'
    )


def refused(pattern):
    return {"error": True, "text": {"pattern": pattern}}


def at(path):
    return "{data}/" + path


def size(path):
    return (DATA / path).stat().st_size


def info(path):
    with Image.open(DATA / path) as image:
        return {
            "path": at(path),
            "format": image.format,
            "mode": image.mode,
            "width": image.width,
            "height": image.height,
            "size_bytes": size(path),
            "aspect_ratio": round(image.width / image.height, 2),
        }


def infos():
    small = "images/photo_640x426.jpg"
    origin = "Pillow 13.0.0"
    call("get_image_info-small", "get_image_info", "small", {"image_path": at(small)}, {"structured": {"equal": info(small)}}, origin)
    large = "images/photo_1920x1280.jpg"
    call("get_image_info-large", "get_image_info", "large", {"image_path": at(large)}, {"structured": {"equal": info(large)}}, origin)
    for path in [
        "images/small_100x75.png", "images/alpha.png", "images/grey.png", "images/small.gif", "images/small.bmp",
        "images/small.webp", "edge/one_pixel.png", "edge/grey16.png", "edge/palette.png", "edge/grey.jpg",
        "edge/cmyk.jpg", "edge/progressive.jpg", "edge/rotated_by_exif.jpg", "edge/wrong_ending.png", "images/broken.jpg",
    ]:
        name = pathlib.Path(path).name.replace(".", "-").replace("_", "-")
        call(f"get_image_info-{name}", "get_image_info", "edge", {"image_path": at(path)}, {"structured": {"equal": info(path)}}, origin)
    for path, pattern in [
        ("edge/empty.jpg", "cannot identify"), ("edge/text.jpg", "cannot identify"), ("images/none.jpg", "no such file"),
        ("images", "not a file"), ("edge/bomb.png", "bomb"), ("edge/bomb.jpg", "bomb"),
    ]:
        name = path.replace("/", "-").replace(".", "-")
        call(f"get_image_info-refuses-{name}", "get_image_info", "edge", {"image_path": at(path)}, refused(pattern), "Pillow 13.0.0 refuses it")


def resized(path, arguments):
    with Image.open(DATA / path) as image:
        original = image.size
        if "max_size" in arguments:
            # 16-bit grey makes Pillow's thumbnail fail; the size is the same.
            image = image.convert("L") if image.mode == "I;16" else image
            image.thumbnail((arguments["max_size"],) * 2, Image.Resampling.LANCZOS)
            new = image.size
        elif "width" in arguments and "height" in arguments:
            new = (arguments["width"], arguments["height"])
        elif "width" in arguments:
            new = (arguments["width"], max(1, int(image.height * (arguments["width"] / image.width))))
        else:
            new = (max(1, int(image.width * (arguments["height"] / image.height))), arguments["height"])
    return {
        "success": True,
        "path": at(path),
        "original_size": list(original),
        "new_size": list(new),
        "original_bytes": size(path),
        "format": arguments.get("output_format", "JPEG"),
    }


def resizes():
    origin = "Pillow 13.0.0; the encoded bytes are the encoder's own"

    def add(name, kind, path, **arguments):
        expect = {"structured": {"subset": resized(path, arguments)}}
        call(f"resize_image-{name}", "resize_image", kind, {"image_path": at(path), **arguments}, expect, origin)

    add("small", "small", "images/photo_640x426.jpg", max_size=150)
    add("large", "large", "images/photo_1920x1280.jpg", width=800)
    add("large-thumbnail", "large", "images/photo_1920x1280.jpg", max_size=150)
    add("png", "edge", "images/photo_640x426.jpg", max_size=150, output_format="PNG")
    add("webp", "edge", "images/photo_640x426.jpg", max_size=150, output_format="WEBP")
    add("never-enlarges", "edge", "images/small_100x75.png", max_size=150)
    add("both-sides", "edge", "images/small_100x75.png", width=100, height=100, output_format="PNG")
    add("width", "edge", "images/small_100x75.png", width=33)
    add("height", "edge", "images/small_100x75.png", height=33)
    add("one-row", "edge", "images/photo_640x426.jpg", width=1)
    add("longest-first", "edge", "images/small_100x75.png", max_size=50, width=10, height=10)
    add("alpha", "edge", "images/alpha.png", max_size=64)
    add("alpha-png", "edge", "images/alpha.png", max_size=64, output_format="PNG")
    add("grey16", "edge", "edge/grey16.png", max_size=16)
    add("palette", "edge", "edge/palette.png", max_size=16)
    add("cmyk-png", "edge", "edge/cmyk.jpg", max_size=16, output_format="PNG")
    add("animated", "edge", "images/small.gif", max_size=20)
    add("one-pixel", "edge", "edge/one_pixel.png", max_size=20)
    add("quality-beyond", "edge", "images/small_100x75.png", max_size=20, quality=1000)
    photo = at("images/photo_640x426.jpg")
    for name, arguments, pattern in [
        ("nothing", {"image_path": photo}, "No resize parameters provided .width, height, or max_size."),
        ("zero", {"image_path": photo, "max_size": 0}, "No resize parameters provided"),
        ("format", {"image_path": photo, "max_size": 9, "output_format": "TIFF"}, "output_format"),
        ("too-large", {"image_path": photo, "width": 60000, "height": 60000}, "bomb"),
        ("broken", {"image_path": at("images/broken.jpg"), "max_size": 9}, "truncated"),
        ("bomb", {"image_path": at("edge/bomb.png"), "max_size": 9}, "bomb"),
        ("missing", {"image_path": at("images/none.jpg"), "max_size": 9}, "no such file"),
    ]:
        call(f"resize_image-refuses-{name}", "resize_image", "edge", arguments, refused(pattern), "the baseline answers an error, too")


def scanned(folder, recursive=True, extensions=IMAGES, include_info=False):
    root = DATA / folder
    found = sorted(
        str(path.relative_to(DATA))
        for path in (root.rglob("*") if recursive else root.glob("*"))
        if path.is_file() and path.suffix.lower() in extensions
    )
    total = sum(map(size, found))
    answer = {
        "directory": at(folder),
        "image_count": len(found),
        "total_size_bytes": total,
        "total_size_mb": round(total / (1024 * 1024), 2),
        "image_paths": [at(path) for path in found],
    }
    if include_info:
        answer["images"] = [info(path) for path in found]
    return answer


def scans():
    def add(name, kind, folder, answer, **arguments):
        call(f"scan_directory-{name}", "scan_directory", kind, {"directory": at(folder), **arguments}, {"structured": {"equal": answer}}, "Python's pathlib and Pillow 13.0.0; sorted")

    add("small", "small", "images", scanned("images", recursive=False), recursive=False)
    add("large", "large", "images/set", scanned("images/set", include_info=True), include_info=True)
    add("below", "edge", "images", scanned("images"))
    add("extension", "edge", "images", scanned("images", extensions=(".png",)), extensions=[".png"])
    add("without-dot", "edge", "images", scanned("images", extensions=(".png", ".gif")), extensions=["PNG", "gif"])
    add("none", "edge", "logs", scanned("logs"))
    for name, folder, pattern in [("missing", "none", "Directory not found: .*none"), ("file", "images/grey.png", "not a directory")]:
        call(f"scan_directory-refuses-{name}", "scan_directory", "edge", {"directory": at(folder)}, refused(pattern), "the baseline answers an error, too")


def hashed(path, kind="phash"):
    with Image.open(DATA / path) as image:
        return {"path": at(path), "hash": str(KINDS[kind](image)), "hash_type": kind}


def hashes():
    origin = "ImageHash 4.3.2 on Pillow 13.0.0"

    def add(name, size, path, kind):
        assert kind not in DECODER.get(path, []), path
        call(f"compute_image_hash-{name}", "compute_image_hash", size, {"image_path": at(path), "hash_type": kind}, {"structured": {"equal": hashed(path, kind)}}, origin)

    add("small", "small", "images/photo_640x426.jpg", "phash")
    add("large", "large", "images/photo_1920x1280.jpg", "phash")
    for kind in ("dhash", "ahash", "whash"):
        add(f"{kind}-small", "small", "images/photo_640x426.jpg", kind)
        add(f"{kind}-large", "large", "images/photo_1920x1280.jpg", kind)
    for kind in KINDS:
        for path in ("images/small_100x75.png", "images/alpha.png", "images/grey.png", "images/small.gif", "images/small.bmp", "images/small.webp", "edge/grey16.png", "edge/palette.png"):
            add(f"{kind}-{pathlib.Path(path).name.replace('.', '-').replace('_', '-')}", "edge", path, kind)
    path = "images/small_100x75.png"
    call("compute_image_hash-default", "compute_image_hash", "edge", {"image_path": at(path)}, {"structured": {"equal": hashed(path)}}, origin)
    for name, arguments, pattern in [
        ("broken", {"image_path": at("images/broken.jpg")}, "truncated"),
        ("text", {"image_path": at("edge/text.jpg")}, "cannot identify"),
        ("bomb", {"image_path": at("edge/bomb.jpg")}, "bomb"),
        ("kind", {"image_path": at(path), "hash_type": "colorhash"}, "hash_type"),
    ]:
        call(f"compute_image_hash-refuses-{name}", "compute_image_hash", "edge", arguments, refused(pattern), "the baseline answers an error, too")


def compared(items, threshold=5):
    """The groups by ImageHash's own distances."""
    valid = {}
    for item in items:
        if "hash" in item and "error" not in item:
            valid[item["path"]] = imagehash.hex_to_hash(item["hash"])
    errors = [item for item in items if "error" in item]
    if len(valid) < 2:
        return {"total_compared": len(valid), "duplicate_groups": [], "unique_count": len(valid), "errors": errors}
    groups, left = [], list(valid)
    unique = []
    while left:
        first = left[0]
        group = [path for path in left if path == first or valid[first] - valid[path] <= threshold]
        left = [path for path in left if path not in group]
        (groups if len(group) > 1 else unique).append(group)
    return {
        "total_compared": len(valid),
        "duplicate_groups": groups,
        "duplicate_group_count": len(groups),
        "unique_paths": [group[0] for group in unique],
        "unique_count": len(unique),
        "threshold": threshold,
        "errors": errors,
    }


def comparisons():
    origin = "distances by ImageHash 4.3.2"

    def add(name, kind, items, answer=None, **arguments):
        answer = answer or compared(items, **arguments)
        call(f"compare_hashes-{name}", "compare_hashes", kind, {"hashes": items, **arguments}, {"structured": {"equal": answer}}, origin)

    some = [hashed(path) for path in (SET[3], SET[30], "images/photo_640x426.jpg")]
    lost = {"path": at("images/broken.jpg"), "error": "truncated"}
    add("small", "small", some + [lost])
    add("large", "large", [hashed(path) for path in SET])
    add("strict", "edge", [hashed(path, "dhash") for path in SET], threshold=0)
    add("loose", "edge", [hashed(path) for path in SET[:12]], threshold=24)
    add("one", "edge", [some[0], lost])
    add("none", "edge", [])
    chain = [{"path": name, "hash": value} for name, value in [("a", "0000000000000000"), ("b", "000000000000000f"), ("c", "00000000000000ff")]]
    add("chain", "edge", chain)
    again = chain + [{"path": "a", "hash": "ffffffffffffffff"}]
    add("same-path-twice", "edge", again)
    wrong = [*chain, {"path": "d", "hash": "no hash"}]
    answer = compared(chain)
    del answer["errors"]
    call("compare_hashes-not-a-hash", "compare_hashes", "edge", {"hashes": wrong}, {"structured": {"subset": {**answer, "errors": [{"path": "d", "hash": "no hash"}]}}}, origin + "; the entry that makes the baseline fail is answered under errors")
    call("compare_hashes-refuses-nothing", "compare_hashes", "edge", {}, refused("hashes"), "the baseline answers an error, too")


def batched(paths, longest=150):
    results, total = [], 0
    for path in paths:
        try:
            with Image.open(DATA / path) as image:
                image.thumbnail((longest, longest), Image.Resampling.LANCZOS)
                image.load()
                results.append({"path": at(path), "success": True, "original_bytes": size(path), "new_size": list(image.size)})
        except (OSError, Image.DecompressionBombError):
            results.append({"path": at(path), "success": False})
        # The baseline counts a file's bytes once it is open.
        if (DATA / path).exists() and not path.startswith("edge/"):
            total += size(path)
    good = sum(result["success"] for result in results)
    return {"total_images": len(paths), "successful": good, "failed": len(paths) - good, "total_input_bytes": total, "results": results}


def batches():
    origin = "Pillow 13.0.0; the encoded bytes are the encoder's own"

    def add(name, kind, paths, **arguments):
        expect = {"structured": {"subset": batched(paths, arguments.get("max_size", 150))}}
        call(f"batch_resize-{name}", "batch_resize", kind, {"image_paths": [at(path) for path in paths], **arguments}, expect, origin)

    add("small", "small", SET[:4])
    add("large", "large", SET)
    mixed = ["images/small_100x75.png", "images/alpha.png", "images/small.gif", "images/small.webp", "images/small.bmp", "images/grey.png"]
    add("formats", "edge", mixed, max_size=40, output_format="WEBP")
    add("failures", "edge", ["images/small_100x75.png", "images/broken.jpg", "images/none.jpg"])
    add("none", "edge", [])
    call("batch_resize-refuses-zero", "batch_resize", "edge", {"image_paths": [at(SET[0])], "max_size": 0}, refused("max_size"), "the baseline answers errors, too")


def main():
    infos()
    resizes()
    scans()
    hashes()
    comparisons()
    batches()
    here = pathlib.Path(__file__).parent
    (here.parent / "server.toml").write_text((here / "server.head.toml").read_text() + "".join(calls))
    print(len(calls), "calls")


main()
