package org.align4j.cuda.ptx;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A variable that PTX declares.
 *
 * @param space shared, local, const or global
 * @param name its name
 * @param alignment of its address
 * @param size bytes; 0 for dynamic shared memory
 * @param first its bytes at first, empty where they are not told
 */
record Variable(String space, String name, int alignment, int size, byte[] first) {

  private static final Pattern DECLARATION =
      Pattern.compile(
          "(?:\\.(?:visible|extern|weak|common)\\s+)*\\.(shared|local|const|global)\\s+"
              + "(?:\\.align\\s+(\\d+)\\s+)?\\.(\\w+)\\s+([\\w$]+)((?:\\s*\\[\\d*\\])*)"
              + "(?:\\s*=\\s*(.*))?");
  private static final Pattern EXTENT = Pattern.compile("\\[(\\d*)\\]");

  /** A declaration, or null if the text is another one. */
  static @Nullable Variable of(String text) {
    Matcher m = DECLARATION.matcher(text);
    if (!m.matches()) {
      return null;
    }
    int element = bytes(m.group(3));
    int count = 1;
    Matcher extents = EXTENT.matcher(m.group(5));
    while (extents.find()) {
      count *= extents.group(1).isEmpty() ? 0 : Integer.parseInt(extents.group(1));
    }
    String alignment = m.group(2);
    String values = m.group(6);
    byte[] first = values == null ? new byte[0] : values(values, element, count * element);
    return new Variable(
        m.group(1),
        m.group(4),
        alignment == null ? element : Integer.parseInt(alignment),
        count * element,
        first);
  }

  private static byte[] values(String text, int element, int size) {
    byte[] bytes = new byte[size];
    Registers numbers = new Registers(java.util.Map.of());
    List<String> list = Statement.split(text.replaceAll("[{}]", ""));
    for (int i = 0; i < list.size(); i++) {
      Bytes.set(bytes, i * element, element, numbers.constant(list.get(i)));
    }
    return bytes;
  }

  /** Bytes of a type. */
  static int bytes(String type) {
    return switch (type) {
      case "b8", "u8", "s8" -> 1;
      case "b16", "u16", "s16", "f16" -> 2;
      case "b32", "u32", "s32", "f32" -> 4;
      case "b64", "u64", "s64", "f64" -> 8;
      default -> throw new PtxFault("type %s is not known", type);
    };
  }
}
