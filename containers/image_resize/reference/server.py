#!/usr/bin/env python3
"""Images over MCP, in Python with Pillow and ImageHash: what ours is compared with. The rules are those of servers/image_resize/README.md.

    python3 server.py                          stdio
    python3 server.py --http 127.0.0.1:3000    streamable HTTP at /image_resize/mcp
"""

import base64
import io
import os
import pathlib
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Literal

import imagehash
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult, TextContent, ToolAnnotations
from PIL import Image, UnidentifiedImageError
from pydantic import BaseModel, Field
from pydantic_core import to_json

server = MCPServer("image_resize", version="1.0.0")
READ_ONLY = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)

# Pillow only warns between once and twice its limit of pixels.
warnings.simplefilter("error", Image.DecompressionBombWarning)
Image.MAX_IMAGE_PIXELS = 178_956_970
Image.init()

KINDS = {"phash": imagehash.phash, "dhash": imagehash.dhash, "ahash": imagehash.average_hash, "whash": imagehash.whash}
EXTENSIONS = ["jpg", "jpeg", "png", "gif", "bmp", "webp", "tiff"]
FAILURES = (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning)
LANCZOS = Image.Resampling.LANCZOS
Output = Literal["JPEG", "PNG", "WEBP"]
Kind = Literal["phash", "dhash", "ahash", "whash"]


class Item(BaseModel):
    """An answer of compute_image_hash, as it is handed on."""

    path: str
    hash: str | None = None
    hash_type: str | None = None
    error: str | None = None


def answer(value: dict[str, Any]) -> CallToolResult:
    """A structured answer, and as text the same JSON, compact."""
    return CallToolResult(content=[TextContent(type="text", text=to_json(value).decode())], structured_content=value)


def why(path: str, error: Exception) -> str:
    """What is said of an image that cannot be used."""
    if isinstance(error, FileNotFoundError):
        return f"'{path}': no such file"
    if isinstance(error, IsADirectoryError):
        return f"'{path}' is a folder, not a file"
    if isinstance(error, UnidentifiedImageError):
        return f"cannot identify the format of '{path}'"
    if isinstance(error, (Image.DecompressionBombError, Image.DecompressionBombWarning)):
        return f"'{path}' has more pixels than are decoded (a decompression bomb?)"
    return f"'{path}': {error}"


@contextmanager
def opened(path: str) -> Iterator[Image.Image]:
    """An image, whose failures are the tool's."""
    try:
        with Image.open(path) as image:
            yield image
    except FAILURES as error:
        raise ToolError(why(path, error)) from error


def info(path: str, image: Image.Image) -> dict[str, Any]:
    """What an image's header says."""
    width, height = image.size
    return {
        "path": path,
        "format": image.format,
        "mode": image.mode,
        "width": width,
        "height": height,
        "size_bytes": os.path.getsize(path),
        "aspect_ratio": round(width / height, 2),
    }


def thumbnail(image: Image.Image, longest: int) -> Image.Image:
    """An image that fits into a square; a JPEG is decoded at a fraction of its size where that is enough."""
    if image.mode.startswith("I;16"):
        image = image.point(lambda value: value / 256).convert("L")
    image.thumbnail((longest, longest), LANCZOS)
    return image


def written(image: Image.Image, output: Output, quality: int) -> bytes:
    """An image as a file."""
    if image.mode not in ("RGB", "L") and (output == "JPEG" or image.mode == "CMYK"):
        image = image.convert("RGB")
    file = io.BytesIO()
    options = {"lossless": True} if output == "WEBP" else {} if output == "PNG" else {"quality": min(max(quality, 1), 100)}
    image.save(file, output, **options)
    return file.getvalue()


@server.tool(title="Describe an image", annotations=READ_ONLY)
def get_image_info(image_path: str) -> CallToolResult:
    """Tells an image's format, mode and size from its header."""
    with opened(image_path) as image:
        return answer(info(image_path, image))


@server.tool(title="Resize an image", annotations=READ_ONLY)
def resize_image(
    image_path: str,
    width: Annotated[int, Field(ge=0)] | None = None,
    height: Annotated[int, Field(ge=0)] | None = None,
    max_size: Annotated[int, Field(ge=0)] | None = None,
    quality: int = 85,
    output_format: Output = "JPEG",
) -> CallToolResult:
    """Makes an image smaller or larger and answers it in base64."""
    with opened(image_path) as image:
        original = image.size
        if max_size:
            image = thumbnail(image, max_size)
        else:
            if width and height:
                size = (width, height)
            elif width:
                size = (width, max(1, int(image.height * (width / image.width))))
            elif height:
                size = (max(1, int(image.width * (height / image.height))), height)
            else:
                raise ToolError("No resize parameters provided (width, height, or max_size); give one of them")
            if size[0] * size[1] > Image.MAX_IMAGE_PIXELS:
                raise ToolError("the result would have more pixels than are made (a decompression bomb?)")
            image = image.resize(size, LANCZOS)
        file = written(image, output_format, quality)
    bytes_before = os.path.getsize(image_path)
    found = {"success": True, "path": image_path, "original_size": list(original), "new_size": list(image.size)}
    sizes = {"original_bytes": bytes_before, "output_bytes": len(file), "reduction_ratio": round(len(file) / bytes_before, 4)}
    return answer(found | sizes | {"format": output_format, "data_base64": base64.b64encode(file).decode()})


@server.tool(title="Find images", annotations=READ_ONLY)
def scan_directory(
    directory: str, extensions: list[str] | None = None, recursive: bool = True, include_info: bool = False
) -> CallToolResult:
    """Finds image files in a folder."""
    root = pathlib.Path(directory)
    if not root.exists():
        raise ToolError(f"Directory not found: {directory}")
    if not root.is_dir():
        raise ToolError(f"'{directory}' is not a directory")
    wanted = {"." + extension.lstrip(".").lower() for extension in (EXTENSIONS if extensions is None else extensions)}
    entries = root.rglob("*") if recursive else root.iterdir()
    paths = sorted(str(path) for path in entries if path.suffix.lower() in wanted and path.is_file())
    total = sum(map(os.path.getsize, paths))
    found = {"directory": directory, "image_count": len(paths), "total_size_bytes": total, "total_size_mb": round(total / 1048576, 2)}
    found["image_paths"] = paths
    if include_info:
        found["images"] = list(map(info_or_error, paths))
    return answer(found)


def info_or_error(path: str) -> dict[str, Any]:
    """What an image's header says, or why it cannot be read."""
    try:
        with Image.open(path) as image:
            return info(path, image)
    except FAILURES as error:
        return {"path": path, "error": why(path, error)}


@server.tool(title="Hash an image", annotations=READ_ONLY)
def compute_image_hash(image_path: str, hash_type: Kind = "phash") -> CallToolResult:
    """Tells a hash that is alike for images that look alike."""
    with opened(image_path) as image:
        return answer({"path": image_path, "hash": str(KINDS[hash_type](image)), "hash_type": hash_type})


@server.tool(title="Find duplicates", annotations=READ_ONLY)
def compare_hashes(hashes: list[Item], threshold: int = 5) -> CallToolResult:
    """Groups images whose hashes differ in few bits."""
    known: dict[str, int] = {}
    errors = []
    for item in hashes:
        if item.hash is None or item.error is not None:
            errors += [item] if item.error is not None else []
            continue
        try:
            known[item.path] = bits(item.hash)
        except ValueError as error:
            errors.append(item.model_copy(update={"error": str(error)}))
    failed = [item.model_dump(exclude_none=True) for item in errors]
    if len(known) < 2:
        return answer({"total_compared": len(known), "duplicate_groups": [], "unique_count": len(known), "errors": failed})
    groups, unique, left = [], [], list(known)
    while left:
        first = known[left[0]]
        group = [left[0]] + [path for path in left[1:] if (first ^ known[path]).bit_count() <= threshold]
        (groups if len(group) > 1 else unique).append(group)
        grouped = set(group)
        left = [path for path in left if path not in grouped]
    found = {"total_compared": len(known), "duplicate_groups": groups, "duplicate_group_count": len(groups)}
    single = [group[0] for group in unique]
    return answer(found | {"unique_paths": single, "unique_count": len(single), "threshold": threshold, "errors": failed})


def bits(text: str) -> int:
    """The bits of a hash in hexadecimal digits."""
    if not text or not all(digit in "0123456789abcdefABCDEF" for digit in text):
        raise ValueError(f"'{text}' is no hash in hexadecimal digits")
    return int(text, 16)


@server.tool(title="Resize many images", annotations=READ_ONLY)
def batch_resize(
    image_paths: list[str], max_size: Annotated[int, Field(ge=1)] = 150, quality: int = 75, output_format: Output = "JPEG"
) -> CallToolResult:
    """Makes thumbnails of many images and tells how much smaller they are."""
    results, before, after = [], 0, 0
    for path in image_paths:
        try:
            with Image.open(path) as image:
                original = os.path.getsize(path)
                before += original
                image = thumbnail(image, max_size)
                file = written(image, output_format, quality)
        except FAILURES as error:
            results.append({"path": path, "success": False, "error": why(path, error)})
            continue
        after += len(file)
        results.append({"path": path, "success": True, "original_bytes": original, "output_bytes": len(file), "new_size": list(image.size)})
    good = sum(result["success"] for result in results)
    found = {"total_images": len(results), "successful": good, "failed": len(results) - good}
    sizes = {"total_input_bytes": before, "total_output_bytes": after, "overall_reduction": round(after / before, 4) if before else 0.0}
    return answer(found | sizes | {"results": results})


def main() -> None:
    """Serves stdio, or HTTP where an address is given."""
    if sys.argv[1:2] == ["--http"]:
        host, _, port = sys.argv[2].rpartition(":")
        server.run("streamable-http", host=host, port=int(port), streamable_http_path="/image_resize/mcp")
    else:
        server.run("stdio")


if __name__ == "__main__":
    main()
