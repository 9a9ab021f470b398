package org.align4j.models.checkpoint;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.align4j.core.file.BadFileException;
import org.align4j.core.file.ForeignFile;
import org.align4j.core.file.JsonFiles;
import org.align4j.core.file.MappedFile;
import org.align4j.core.kernel.stored.StoredFormat;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A safetensors file, mapped and checked: an 8-byte length, a JSON header, tensors that fill the
 * rest without gap or overlap. Tensors of F32, F16 and BF16 are loaded as float32.
 */
public final class Safetensors implements AutoCloseable {

  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** The format's own limit. */
  private static final long LONGEST_HEADER = 100_000_000;

  private static final int MOST_DIMENSIONS = 8;

  /** Bits of the format's types that we step over where nobody asks for them. */
  private static final ImmutableMap<String, Integer> OTHER_TYPES =
      ImmutableMap.<String, Integer>builder()
          .put("F64", 64)
          .put("I64", 64)
          .put("U64", 64)
          .put("I32", 32)
          .put("U32", 32)
          .put("I16", 16)
          .put("U16", 16)
          .put("I8", 8)
          .put("U8", 8)
          .put("BOOL", 8)
          .put("F8_E4M3", 8)
          .put("F8_E5M2", 8)
          .buildOrThrow();

  private record Entry(String name, String type, long[] shape, long begin, long end) {}

  private final MappedFile file;
  private final ImmutableMap<String, Entry> entries;
  private final MemorySegment data;

  private Safetensors(MappedFile file) {
    this.file = file;
    refuseWhatIsNone();
    if (file.size() < 8) {
      throw damaged("has %s bytes, not even a header's length", file.size());
    }
    long length = file.slice(0, 8, "the header's length").get(LONG, 0);
    if (length < 2 || length > LONGEST_HEADER || length > file.size() - 8) {
      throw damaged(
          "its header is said to have %s bytes, the file has %s",
          Long.toUnsignedString(length), file.size());
    }
    byte[] header = file.slice(8, length, "the header").toArray(ValueLayout.JAVA_BYTE);
    this.data = file.slice(8 + length, file.size() - 8 - length, "the data");
    this.entries = entries(JsonFiles.parseObject(file.path(), header));
    checkLayout();
  }

  /** A file that does not go on with a JSON header is often another thing altogether. */
  private void refuseWhatIsNone() {
    if (file.size() < 10 || file.slice(8, 1, "the header").get(ValueLayout.JAVA_BYTE, 0) != '{') {
      ForeignFile.recognise(file)
          .ifPresent(what -> {
            throw new BadFileException(file.path(), "%s", what);
          });
    }
  }

  /** Opens and checks a file. */
  public static Safetensors open(Path path) {
    MappedFile file = MappedFile.open(path);
    try {
      return new Safetensors(file);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** Names of the tensors, in the order of the header. */
  public ImmutableSet<String> names() {
    return entries.keySet();
  }

  /** Shape of a tensor; a scalar's is empty. */
  public long[] shape(String name) {
    return entry(name).shape().clone();
  }

  /** Loads a tensor as a new float32 array of its shape. */
  public INDArray load(String name) {
    return stored(name).load();
  }

  @Override
  public void close() {
    file.close();
  }

  /** The tensor as stored in the file; it must be of a floating type that we decode. */
  StoredTensor stored(String name) {
    Entry entry = entry(name);
    StoredFormat format =
        switch (entry.type()) {
          case "F32" -> StoredFormat.F32;
          case "F16" -> StoredFormat.F16;
          case "BF16" -> StoredFormat.BF16;
          default ->
              throw new BadFileException(
                  file.path(),
                  "tensor %s is %s: F32, F16 and BF16 are supported",
                  BadFileException.quote(name),
                  entry.type());
        };
    return new StoredTensor(
        name, format, entry.shape(), data.asSlice(entry.begin(), entry.end() - entry.begin()));
  }

  private Entry entry(String name) {
    Entry entry = entries.get(name);
    checkArgument(entry != null, "%s has no tensor %s", file.path(), name);
    return entry;
  }

  private ImmutableMap<String, Entry> entries(JsonNode header) {
    var made = ImmutableMap.<String, Entry>builder();
    for (Map.Entry<String, JsonNode> property : header.properties()) {
      if (!property.getKey().equals("__metadata__")) {
        made.put(property.getKey(), entry(property.getKey(), property.getValue()));
      }
    }
    return made.buildOrThrow();
  }

  private Entry entry(String name, JsonNode node) {
    JsonNode type = node.path("dtype");
    JsonNode shape = node.path("shape");
    JsonNode offsets = node.path("data_offsets");
    if (!type.isTextual() || !shape.isArray() || !isPair(offsets)) {
      throw damaged(
          "the header's entry of tensor %s has no dtype, shape and data_offsets",
          BadFileException.quote(name));
    }
    if (shape.size() > MOST_DIMENSIONS) {
      throw damaged("tensor %s has %s dimensions", BadFileException.quote(name), shape.size());
    }
    long[] sizes = new long[shape.size()];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = size(name, shape.get(i));
    }
    Entry entry =
        new Entry(
            name, type.textValue(), sizes, size(name, offsets.get(0)), size(name, offsets.get(1)));
    checkExtent(entry);
    return entry;
  }

  private static boolean isPair(JsonNode node) {
    return node.isArray() && node.size() == 2;
  }

  private long size(String name, JsonNode node) {
    if (!node.isIntegralNumber() || !node.canConvertToLong() || node.longValue() < 0) {
      throw damaged(
          "tensor %s has the size or offset %s",
          BadFileException.quote(name), BadFileException.quote(node.toString()));
    }
    return node.longValue();
  }

  private void checkExtent(Entry entry) {
    String name = BadFileException.quote(entry.name());
    if (entry.begin() > entry.end() || entry.end() > data.byteSize()) {
      throw damaged(
          "tensor %s is said to lie at [%s, %s) of %s bytes",
          name, entry.begin(), entry.end(), data.byteSize());
    }
    int bits =
        switch (entry.type()) {
          case "F32" -> 32;
          case "F16", "BF16" -> 16;
          default -> {
            Integer other = OTHER_TYPES.get(entry.type());
            if (other == null) {
              throw damaged(
                  "tensor %s is of the unknown type %s",
                  name, BadFileException.quote(entry.type()));
            }
            yield other;
          }
        };
    long bytes = bits / 8;
    try {
      for (long size : entry.shape()) {
        bytes = Math.multiplyExact(bytes, size);
      }
    } catch (ArithmeticException e) {
      throw damaged("tensor %s is impossibly large: %s", name, Arrays.toString(entry.shape()));
    }
    if (bytes != entry.end() - entry.begin()) {
      throw damaged(
          "tensor %s is %s of %s, %s bytes, but has %s",
          name, Arrays.toString(entry.shape()), entry.type(), bytes, entry.end() - entry.begin());
    }
  }

  private void checkLayout() {
    List<Entry> ordered = new ArrayList<>(entries.values());
    ordered.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    long end = 0;
    String before = "the header";
    for (Entry entry : ordered) {
      if (entry.begin() != end) {
        throw damaged(
            "tensor %s begins at %s, %s ends at %s: tensors follow each other without gap or"
                + " overlap",
            BadFileException.quote(entry.name()), entry.begin(), before, end);
      }
      end = entry.end();
      before = BadFileException.quote(entry.name());
    }
    if (end != data.byteSize()) {
      throw damaged("its tensors end at %s of %s bytes", end, data.byteSize());
    }
  }

  private BadFileException damaged(String found, Object... values) {
    return new BadFileException(
        file.path(),
        "%s: the file is damaged or cut short; fetch it again",
        String.format(found, values));
  }
}
