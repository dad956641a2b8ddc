"""Edits TensorFlow Lite models: adds metadata, and removes an output that nobody reads.

Belongs here: the two edits that the pose landmarker needs. Does not belong here: where models come from, running them.

Formats are TensorFlow Lite's schema.fbs and metadata_schema.fbs (flatbuffers); the numbers below are field ids. The
model's own bytes stay as they are: new objects and a new root are put before them and point into them, since offsets of
flatbuffers only point forward. The same input gives the same bytes.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import flatbuffers

_ALIGNMENT = 16  # of the tensors' data
# Model's fields
_VERSION, _OPERATORS, _SUBGRAPHS, _DESCRIPTION, _BUFFERS, _METADATA_BUFFER, _METADATA, _SIGNATURES = range(8)
_TENSORS, _INPUTS, _OUTPUTS, _STEPS, _NAME = range(5)  # SubGraph's fields
_STEP_INPUTS, _STEP_OUTPUTS = 1, 2  # of Operator's


def with_image_metadata(model: bytes, *, outputs: int, mean: float, std: float) -> bytes:
    """Add metadata that says that the model's one input is an RGB picture, as `(pixel - mean) / std`.

    Args:
        model: The model's file.
        outputs: Number of its outputs.
        mean: Subtracted from each pixel.
        std: Divides each pixel.
    """
    metadata = _image_metadata(outputs, mean, std)
    edit = _Edit(model, len(metadata) + 4096)
    builder = edit.builder
    builder.StartVector(1, len(metadata), _ALIGNMENT)
    builder.head -= len(metadata)
    builder.Bytes[builder.head : builder.head + len(metadata)] = metadata
    data = builder.EndVector()
    buffer = _table(builder, 1, {0: ("offset", data)})
    name = builder.CreateString("TFLITE_METADATA")
    old_buffers = _vector(edit.model, edit.fields[_BUFFERS])
    entry = _table(builder, 2, {0: ("offset", name), 1: ("uint32", len(old_buffers))})
    entries = _offsets(builder, [*map(edit.old, _vector(edit.model, edit.fields.get(_METADATA))), entry])
    buffers = _offsets(builder, [*map(edit.old, old_buffers), buffer])
    return edit.finished({_BUFFERS: buffers, _METADATA: entries})


def output_count(model: bytes) -> int:
    """Number of outputs of a model of one subgraph."""
    fields = _root_fields(model)
    return len(_numbers(model, _fields(model, _vector(model, fields[_SUBGRAPHS])[0])[_OUTPUTS]))


def without_output(model: bytes, output: int) -> bytes:
    """Remove the operators that only one output of a model of one subgraph needs.

    There are still as many outputs, since they are read by number: in this one's place the next one is given again.
    """
    edit = _Edit(model, 1 << 16)
    graph = _fields(edit.model, _vector(edit.model, edit.fields[_SUBGRAPHS])[0])
    outputs = _numbers(edit.model, graph[_OUTPUTS])
    outputs[output] = outputs[(output + 1) % len(outputs)]
    needed, steps = set(outputs), []
    for step in reversed(_vector(edit.model, graph[_STEPS])):  # they are listed in the order they run
        parts = _fields(edit.model, step)
        if needed.intersection(_numbers(edit.model, parts[_STEP_OUTPUTS])):
            needed.update(_numbers(edit.model, parts[_STEP_INPUTS]))
            steps.append(step)
    builder = edit.builder
    kept = {part: ("offset", edit.old(_follow(edit.model, at))) for part, at in graph.items()}
    kept[_STEPS] = ("offset", _offsets(builder, [edit.old(step) for step in reversed(steps)]))
    kept[_OUTPUTS] = ("offset", builder.CreateNumpyVector(np.array(outputs, np.int32)))
    return edit.finished({_SUBGRAPHS: _offsets(builder, [_table(builder, _NAME + 1, kept)])})


class _Edit:
    """A model to which objects are added; its builder fills bytes from the back, as if it had built the old model."""

    def __init__(self, model: bytes, room: int) -> None:
        import flatbuffers

        self.model = model + bytes(-len(model) % _ALIGNMENT)
        self.fields = _root_fields(self.model)
        self.builder = flatbuffers.Builder(len(self.model) + room)
        self.builder.head -= len(self.model)
        self.builder.Bytes[self.builder.head :] = self.model
        self.builder.Prep(_ALIGNMENT, 0)

    def old(self, position: int) -> int:
        """The builder's reference to an object of the model: its distance from the end."""
        return len(self.model) - position

    def finished(self, changed: dict[int, int]) -> bytes:
        """Finish the model with a new root whose `changed` fields point to new objects, the others as before."""
        kept = {
            field: ("offset", self.old(_follow(self.model, at)))
            for field, at in self.fields.items()
            if field != _VERSION and field not in changed
        }
        version = ("uint32", struct.unpack_from("<I", self.model, self.fields[_VERSION])[0])
        new = {field: ("offset", made) for field, made in changed.items()}
        self.builder.Finish(_table(self.builder, _SIGNATURES + 1, {_VERSION: version, **kept, **new}), b"TFL3")
        return bytes(self.builder.Output())


def _image_metadata(outputs: int, mean: float, std: float) -> bytes:
    """A ModelMetadata flatbuffer: one RGB input scaled by mean and std, and outputs without a description."""
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
    """Write a table of so many fields, with values by field id as (kind, value)."""
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
    """Position that the offset stored at `position` points to."""
    return position + struct.unpack_from("<I", data, position)[0]


def _root_fields(data: bytes) -> dict[int, int]:
    return _fields(data, _follow(data, 0))


def _fields(data: bytes, table: int) -> dict[int, int]:
    """Position of each field that the table has, by field id."""
    vtable = table - struct.unpack_from("<i", data, table)[0]
    (size,) = struct.unpack_from("<H", data, vtable)
    offsets = struct.unpack_from(f"<{(size - 4) // 2}H", data, vtable + 4)
    return {field: table + offset for field, offset in enumerate(offsets) if offset}


def _numbers(data: bytes, field: int) -> list[int]:
    """Values of a field's vector of int32."""
    start = _follow(data, field)
    (count,) = struct.unpack_from("<I", data, start)
    return list(struct.unpack_from(f"<{count}i", data, start + 4))


def _vector(data: bytes, field: int | None) -> list[int]:
    """Positions of the objects that a field's vector of offsets points to."""
    if field is None:
        return []
    start = _follow(data, field)
    (count,) = struct.unpack_from("<I", data, start)
    return [_follow(data, start + 4 * (number + 1)) for number in range(count)]
