"""Adding metadata to a TensorFlow Lite model.

Belongs here: the one edit of a model file that the model store needs. Does not belong here: where models come
from. Formats: TensorFlow Lite's schema.fbs and metadata_schema.fbs (flatbuffers); numbers below are field ids.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import flatbuffers

_ALIGNMENT = 16  # of the tensors' data
# Model's fields
_VERSION, _OPERATORS, _SUBGRAPHS, _DESCRIPTION, _BUFFERS, _METADATA_BUFFER, _METADATA, _SIGNATURES = range(8)


def with_image_metadata(model: bytes, *, outputs: int, mean: float, std: float) -> bytes:
    """`model`, whose one input is an RGB picture, with metadata that says it wants `(pixel - mean) / std`.

    The model's bytes stay as they are: a new root is put before them that points into them (flatbuffers' offsets
    only point forward) and lists one more buffer. The same input gives the same bytes.
    """
    import flatbuffers

    model += bytes(-len(model) % _ALIGNMENT)
    fields = _root_fields(model)
    metadata = _image_metadata(outputs, mean, std)

    # A builder fills its bytes from the back, so the old model is simply what has been built so far.
    builder = flatbuffers.Builder(len(model) + len(metadata) + 4096)
    builder.head -= len(model)
    builder.Bytes[builder.head :] = model
    builder.Prep(_ALIGNMENT, 0)

    def old(position: int) -> int:
        """A builder's name for an object: how far it lies from the end."""
        return len(model) - position

    builder.StartVector(1, len(metadata), _ALIGNMENT)
    builder.head -= len(metadata)
    builder.Bytes[builder.head : builder.head + len(metadata)] = metadata
    data = builder.EndVector()
    buffer = _table(builder, 1, {0: ("offset", data)})
    name = builder.CreateString("TFLITE_METADATA")
    old_buffers = _vector(model, fields[_BUFFERS])
    entry = _table(builder, 2, {0: ("offset", name), 1: ("uint32", len(old_buffers))})

    entries = _offsets(builder, [*map(old, _vector(model, fields.get(_METADATA))), entry])
    buffers = _offsets(builder, [*map(old, old_buffers), buffer])
    kept = {
        field: ("offset", old(_follow(model, fields[field])))
        for field in (_OPERATORS, _SUBGRAPHS, _DESCRIPTION, _METADATA_BUFFER, _SIGNATURES)
        if field in fields
    }
    version = ("uint32", struct.unpack_from("<I", model, fields[_VERSION])[0])
    root = _table(
        builder,
        8,
        {_VERSION: version, **kept, _BUFFERS: ("offset", buffers), _METADATA: ("offset", entries)},
    )
    builder.Finish(root, b"TFL3")
    return bytes(builder.Output())


def _image_metadata(outputs: int, mean: float, std: float) -> bytes:
    """A ModelMetadata flatbuffer: one RGB input scaled by mean and std, `outputs` outputs of no meaning told."""
    import flatbuffers

    builder = flatbuffers.Builder(512)
    colour = _table(builder, 2, {0: ("int8", 1)})  # ImageProperties.color_space = RGB
    content = _table(builder, 3, {0: ("uint8", 2), 1: ("offset", colour)})  # Content of type ImageProperties
    scaling = {0: ("offset", _floats(builder, mean)), 1: ("offset", _floats(builder, std))}
    options = _table(builder, 2, scaling)  # NormalizationOptions
    unit = _table(builder, 2, {0: ("uint8", 1), 1: ("offset", options)})  # ProcessUnit of that type
    units = _offsets(builder, [unit])
    name = builder.CreateString("image")
    image = _table(builder, 7, {0: ("offset", name), 3: ("offset", content), 4: ("offset", units)})
    tensors = [_table(builder, 7, {}) for _ in range(outputs)]
    described = {2: ("offset", _offsets(builder, [image])), 3: ("offset", _offsets(builder, tensors))}
    subgraph = _table(builder, 10, described)
    subgraphs = _offsets(builder, [subgraph])
    parser = builder.CreateString("1.0.0")  # the oldest reader that understands this
    root = _table(builder, 8, {3: ("offset", subgraphs), 7: ("offset", parser)})
    builder.Finish(root, b"M001")
    return bytes(builder.Output())


def _table(builder: flatbuffers.Builder, fields: int, values: dict[int, tuple[str, int]]) -> int:
    """Write a table of `fields` fields; `values` by field id, as (kind, value)."""
    slots = {
        "offset": builder.PrependUOffsetTRelativeSlot,
        "int8": builder.PrependInt8Slot,
        "uint8": builder.PrependUint8Slot,
        "uint32": builder.PrependUint32Slot,
    }
    builder.StartObject(fields)
    for field, (kind, value) in values.items():
        slots[kind](field, value, 0)
    return builder.EndObject()


def _offsets(builder: flatbuffers.Builder, objects: list[int]) -> int:
    builder.StartVector(4, len(objects), 4)
    for item in reversed(objects):
        builder.PrependUOffsetTRelative(item)
    return builder.EndVector()


def _floats(builder: flatbuffers.Builder, *values: float) -> int:
    builder.StartVector(4, len(values), 4)
    for value in reversed(values):
        builder.PrependFloat32(value)
    return builder.EndVector()


def _follow(data: bytes, position: int) -> int:
    """Where the offset stored at `position` points."""
    return position + struct.unpack_from("<I", data, position)[0]


def _root_fields(data: bytes) -> dict[int, int]:
    """Position of each field that the root table has, by field id."""
    root = _follow(data, 0)
    vtable = root - struct.unpack_from("<i", data, root)[0]
    (size,) = struct.unpack_from("<H", data, vtable)
    offsets = struct.unpack_from(f"<{(size - 4) // 2}H", data, vtable + 4)
    return {field: root + offset for field, offset in enumerate(offsets) if offset}


def _vector(data: bytes, field: int | None) -> list[int]:
    """Positions of the objects that a field's vector of offsets points to."""
    if field is None:
        return []
    start = _follow(data, field)
    (count,) = struct.unpack_from("<I", data, start)
    return [_follow(data, start + 4 * (number + 1)) for number in range(count)]
