package org.align4j.models.checkpoint;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.align4j.core.file.BadFileException;
import org.align4j.core.file.ForeignFile;
import org.align4j.core.file.MappedFile;
import org.align4j.core.kernel.stored.StoredFormat;
import org.jspecify.annotations.Nullable;

/**
 * The container format GGUF, versions 2 and 3: metadata and tensors of a mapped file. Layout as in
 * ggml's {@code docs/gguf.md}. Knows nothing of what the names mean.
 */
final class GgufFile implements AutoCloseable {

  private static final int MAGIC = 0x46554747;
  private static final int DEFAULT_ALIGNMENT = 32;
  private static final int MOST_DIMENSIONS = 4;

  private static final int DEEPEST_ARRAY = 16;

  /** A string longer than this is a damaged length. */
  private static final long LONGEST_STRING = 1 << 24;

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** What is read, by ggml's numbers ({@code ggml.h}). */
  private static final ImmutableMap<Integer, StoredFormat> FORMATS =
      ImmutableMap.<Integer, StoredFormat>builder()
          .put(0, StoredFormat.F32)
          .put(1, StoredFormat.F16)
          .put(30, StoredFormat.BF16)
          .put(8, StoredFormat.Q8_0)
          .put(2, StoredFormat.Q4_0)
          .put(3, StoredFormat.Q4_1)
          .put(6, StoredFormat.Q5_0)
          .put(7, StoredFormat.Q5_1)
          .put(10, StoredFormat.Q2_K)
          .put(11, StoredFormat.Q3_K)
          .put(12, StoredFormat.Q4_K)
          .put(13, StoredFormat.Q5_K)
          .put(14, StoredFormat.Q6_K)
          .buildOrThrow();

  /** Names of the other types, for messages. */
  private static final ImmutableMap<Integer, String> TYPE_NAMES =
      ImmutableMap.<Integer, String>builder()
          .put(9, "Q8_1")
          .put(15, "Q8_K")
          .put(16, "IQ2_XXS")
          .put(17, "IQ2_XS")
          .put(18, "IQ3_XXS")
          .put(19, "IQ1_S")
          .put(20, "IQ4_NL")
          .put(21, "IQ3_S")
          .put(22, "IQ2_S")
          .put(23, "IQ4_XS")
          .put(24, "I8")
          .put(25, "I16")
          .put(26, "I32")
          .put(27, "I64")
          .put(28, "F64")
          .put(29, "IQ1_M")
          .put(34, "TQ1_0")
          .put(35, "TQ2_0")
          .put(39, "MXFP4")
          .put(40, "NVFP4")
          .buildOrThrow();

  private final MappedFile file;
  private final MemorySegment bytes;
  private long at;
  private final GgufMetadata metadata;
  private final ImmutableMap<String, StoredTensor> tensors;

  private GgufFile(MappedFile file) {
    this.file = file;
    this.bytes = file.slice(0, file.size(), "the file");
    checkHeader();
    long tensorCount = count("tensors", 24);
    long valueCount = count("metadata values", 12);
    this.metadata = new GgufMetadata(file.path(), readMetadata(valueCount));
    this.tensors = readTensors(tensorCount);
  }

  /** Opens and checks a file. */
  static GgufFile open(Path path) {
    MappedFile file = MappedFile.open(path);
    try {
      return new GgufFile(file);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  Path path() {
    return file.path();
  }

  GgufMetadata metadata() {
    return metadata;
  }

  /** All tensors by name, shapes rows first. */
  ImmutableMap<String, StoredTensor> tensors() {
    return tensors;
  }

  @Override
  public void close() {
    file.close();
  }

  private void checkHeader() {
    if (bytes.byteSize() < 24 || bytes.get(INT, 0) != MAGIC) {
      ForeignFile.recognise(file)
          .filter(what -> !what.startsWith("is a GGUF file"))
          .ifPresent(what -> {
            throw new BadFileException(file.path(), "%s", what);
          });
      throw new BadFileException(file.path(), "is not a GGUF file: it does not begin with GGUF");
    }
    int version = bytes.get(INT, 4);
    if (version != 0 && Integer.reverseBytes(version) <= 3 && Integer.reverseBytes(version) > 0) {
      throw new BadFileException(
          file.path(),
          "is a big-endian GGUF file: little-endian ones are read; convert it with gguf-py's"
              + " gguf_convert_endian, or take the usual file of the model");
    }
    if (version != 2 && version != 3) {
      throw new BadFileException(
          file.path(),
          "is GGUF version %s: versions 2 and 3, little-endian, are supported",
          Integer.toUnsignedString(version));
    }
    at = 8;
  }

  /** A count of things that take at least {@code smallest} bytes each. */
  private long count(String what, int smallest) {
    long value = int64("the number of " + what);
    if (value < 0 || value > (bytes.byteSize() - at) / smallest) {
      throw damaged("it is said to have %s %s", Long.toUnsignedString(value), what);
    }
    return value;
  }

  private ImmutableMap<String, Object> readMetadata(long count) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (long i = 0; i < count; i++) {
      String key = string("a metadata key");
      Object value = value(int32("the type of " + BadFileException.quote(key)), key);
      if (values.put(key, value) != null) {
        throw damaged("it has %s twice", BadFileException.quote(key));
      }
    }
    return ImmutableMap.copyOf(values);
  }

  private Object value(int type, String key) {
    return switch (type) {
      case 0 -> (long) Byte.toUnsignedInt(int8(key));
      case 1 -> (long) int8(key);
      case 2 -> (long) Short.toUnsignedInt(int16(key));
      case 3 -> (long) int16(key);
      case 4 -> Integer.toUnsignedLong(int32(key));
      case 5 -> (long) int32(key);
      // The shortest decimal of the float is what was meant: 1e-5, not 9.99999974e-6.
      case 6 -> Double.valueOf(Float.toString(Float.intBitsToFloat(int32(key))));
      case 7 -> int8(key) != 0;
      case 8 -> string(key);
      case 9 -> array(key, 0);
      case 10, 11 -> int64(key);
      case 12 -> Double.longBitsToDouble(int64(key));
      default -> throw damaged("%s has the unknown type %s", BadFileException.quote(key), type);
    };
  }

  private Object array(String key, int depth) {
    int type = int32(key);
    if (type < 0 || type > 12 || depth > DEEPEST_ARRAY) {
      throw damaged("%s is an array of the unknown type %s", BadFileException.quote(key), type);
    }
    int smallest =
        switch (type) {
          case 0, 1, 7 -> 1;
          case 2, 3 -> 2;
          case 4, 5, 6 -> 4;
          case 9 -> 12;
          default -> 8;
        };
    int count = Math.toIntExact(Math.min(Integer.MAX_VALUE, count("values in " + key, smallest)));
    if (type == 9) {
      for (int i = 0; i < count; i++) {
        array(key, depth + 1);
      }
      return new GgufMetadata.NestedArray();
    }
    if (type == 8) {
      var strings = ImmutableList.<String>builderWithExpectedSize(count);
      for (int i = 0; i < count; i++) {
        strings.add(string(key));
      }
      return strings.build();
    }
    if (type == 6 || type == 12) {
      double[] fractions = new double[count];
      for (int i = 0; i < count; i++) {
        fractions[i] = (Double) value(type, key);
      }
      return fractions;
    }
    long[] numbers = new long[count];
    for (int i = 0; i < count; i++) {
      Object element = value(type, key);
      numbers[i] =
          switch (element) {
            case Long whole -> whole;
            case Boolean flag -> flag ? 1 : 0;
            default -> throw new IllegalStateException("no such element: " + element);
          };
    }
    return numbers;
  }

  private ImmutableMap<String, StoredTensor> readTensors(long count) {
    record Entry(String name, StoredFormat format, long[] shape, long offset) {}
    List<Entry> entries = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      String name = string("a tensor's name");
      long[] shape = shape(name);
      StoredFormat format = format(int32("the type of a tensor"), name);
      entries.add(new Entry(name, format, shape, int64("a tensor's offset")));
    }
    long alignment = metadata.integer("general.alignment", DEFAULT_ALIGNMENT);
    if (alignment < 1 || alignment > 1 << 20) {
      throw damaged("general.alignment is %s", alignment);
    }
    long start = (at + alignment - 1) / alignment * alignment;
    var ordered = entries.stream().sorted(Comparator.comparingLong(Entry::offset)).toList();
    Map<String, StoredTensor> byName = new LinkedHashMap<>();
    long end = 0;
    for (Entry entry : ordered) {
      long length = byteSize(entry.name(), entry.format(), entry.shape());
      if (entry.offset() < end) {
        throw damaged("tensor %s overlaps the one before it", BadFileException.quote(entry.name()));
      }
      if (entry.offset() > bytes.byteSize()) {
        throw damaged(
            "tensor %s begins at %s", BadFileException.quote(entry.name()), entry.offset());
      }
      MemorySegment data =
          file.slice(
              start + entry.offset(), length, "tensor " + BadFileException.quote(entry.name()));
      var tensor = new StoredTensor(entry.name(), entry.format(), entry.shape(), data);
      if (byName.put(entry.name(), tensor) != null) {
        throw damaged("it has tensor %s twice", BadFileException.quote(entry.name()));
      }
      end = entry.offset() + length;
    }
    return ImmutableMap.copyOf(byName);
  }

  /** GGUF writes the fastest dimension first; ours are rows first. */
  private long[] shape(String name) {
    int dimensions = int32("a tensor's dimensions");
    if (dimensions < 1 || dimensions > MOST_DIMENSIONS) {
      throw damaged(
          "tensor %s has %s dimensions",
          BadFileException.quote(name), Integer.toUnsignedString(dimensions));
    }
    long[] shape = new long[dimensions];
    for (int i = dimensions - 1; i >= 0; i--) {
      shape[i] = int64("a tensor's shape");
      if (shape[i] < 1) {
        throw damaged("tensor %s has a dimension of %s", BadFileException.quote(name), shape[i]);
      }
    }
    return shape;
  }

  private StoredFormat format(int type, String name) {
    StoredFormat format = FORMATS.get(type);
    if (format == null) {
      String shown = TYPE_NAMES.getOrDefault(type, "type " + Integer.toUnsignedString(type));
      throw new BadFileException(
          file.path(),
          "tensor %s is stored as %s: %s are read; take the model in one of these",
          BadFileException.quote(name),
          shown,
          FORMATS.values().stream().map(StoredFormat::name).collect(Collectors.joining(", ")));
    }
    return format;
  }

  private long byteSize(String name, StoredFormat format, long[] shape) {
    try {
      long elements = 1;
      for (long size : shape) {
        elements = Math.multiplyExact(elements, size);
      }
      if (shape[shape.length - 1] % format.blockElements() != 0) {
        throw damaged(
            "tensor %s is stored as %s in blocks of %s numbers, but has rows of %s",
            BadFileException.quote(name), format, format.blockElements(), shape[shape.length - 1]);
      }
      return format.bytes(elements);
    } catch (ArithmeticException e) {
      throw damaged("tensor %s is impossibly large", BadFileException.quote(name));
    }
  }

  private String string(String what) {
    long length = int64(what);
    if (length < 0 || length > LONGEST_STRING) {
      throw damaged(
          "%s is said to be %s bytes long",
          BadFileException.quote(what), Long.toUnsignedString(length));
    }
    return new String(take(length, what).toArray(JAVA_BYTE), StandardCharsets.UTF_8);
  }

  private byte int8(String what) {
    return take(1, what).get(JAVA_BYTE, 0);
  }

  private short int16(String what) {
    return take(2, what).get(SHORT, 0);
  }

  private int int32(String what) {
    return take(4, what).get(INT, 0);
  }

  private long int64(String what) {
    return take(8, what).get(LONG, 0);
  }

  private MemorySegment take(long length, String what) {
    MemorySegment taken = file.slice(at, length, BadFileException.quote(what));
    at += length;
    return taken;
  }

  private BadFileException damaged(String found, @Nullable Object... values) {
    return new BadFileException(
        file.path(),
        "%s: the file is damaged or cut short; fetch it again",
        String.format(found, values));
  }
}
