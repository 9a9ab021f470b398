package org.align4j.core.kernel.vector.product;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * One unrolled micro-kernel, and the Java that it is: {@code rows} × {@code 2·panels} vectors of
 * sums in locals, so many {@code steps} of the depth in one turn of the loop. {@link
 * MicroKernelFiles} writes them into the sources.
 *
 * @param name of the method
 * @param rows of the left side
 * @param panels of the right side, 2 vectors a row each
 * @param steps 1 or 2
 * @param fenced whether addresses are cut to their bits and a fence stands between two steps, see
 *     {@link FiveRows}
 */
record MicroKernel(String name, int rows, int panels, int steps, boolean fenced)
    implements GeneratedKernel {

  private static final String LETTERS = "xyzwpqrs";

  @Override
  public String source() {
    List<String> lines = new ArrayList<>();
    String panelPitch = panels > 1 ? "long panelPitch, " : "";
    lines.add(
        "  static void "
            + name
            + "(long a, long b, "
            + panelPitch
            + "int depth, long c, long cPitch) {");
    each(lines, (i, j) -> "    FloatVector " + sum(i, j) + " = " + load(target(i, j)));
    if (fenced) {
      fencedLoop(lines);
    } else {
      plainLoop(lines);
    }
    each(
        lines,
        (i, j) -> "    " + sum(i, j) + ".intoMemorySegment(ALL, " + target(i, j) + ", ORDER);");
    if (steps > 1) {
      lines.add("    if (depth % 2 != 0) {");
      lines.addAll(fenced ? fencedTail() : plainTail());
      lines.add("    }");
    }
    lines.add("  }");
    return String.join("\n", lines) + "\n";
  }

  private void plainLoop(List<String> lines) {
    for (int step = 0; step < steps; step++) {
      String next = step == 0 ? "" : "n";
      for (int i = step == 0 ? 1 : 0; i < rows; i++) {
        lines.add("    long a" + i + next + " = a + " + 4 * (rows * step + i) + ";");
      }
      for (int j = step == 0 ? 1 : 0; j < vectors(); j++) {
        lines.add("    long b" + j + next + " = " + panel(j, step) + ";");
      }
    }
    lines.add("    for (int k = 0; k < " + (steps == 1 ? "depth" : "depth / 2") + "; k++) {");
    for (int step = 0; step < steps; step++) {
      String next = step == 0 ? "" : "n";
      String left = " + " + 4 * rows * steps + "L * k";
      String right = " + " + 2 * steps + " * BYTES * k";
      IntFunction<String> weights =
          j ->
              "      FloatVector "
                  + weight(j)
                  + next
                  + " = "
                  + load((j == 0 && next.isEmpty() ? "b" : "b" + j + next) + right);
      boolean interleaved = rows == 1 && panels > 1;
      if (!interleaved) {
        IntStream.range(0, vectors()).mapToObj(weights).forEach(lines::add);
      }
      for (int i = 0; i < rows; i++) {
        String factor = "s" + i + next;
        String at = (i == 0 && next.isEmpty() ? "a" : "a" + i + next) + left;
        lines.add("      FloatVector " + factor + " = " + broadcast(at));
        for (int j = 0; j < vectors(); j++) {
          if (interleaved) {
            lines.add(weights.apply(j));
          }
          lines.add(
              "      " + sum(i, j) + " = " + factor + ".fma(" + weight(j) + next + ", " + sum(i, j)
                  + ");");
        }
      }
    }
    lines.add("    }");
  }

  private void fencedLoop(List<String> lines) {
    int pitch = pitch();
    lines.add("    long first = a & ADDRESS;");
    lines.add("    long panel = b & ADDRESS;");
    lines.add("    int end = depth / 2 * " + 2 * pitch + ";");
    lines.add("    for (int o = 0; o < end; o += " + 2 * pitch + ") {");
    lines.add("      long s = first + (o & OFFSET);");
    lines.add("      long w = panel + " + ratio() + " * (o & OFFSET);");
    for (int step = 0; step < steps; step++) {
      String next = step == 0 ? "" : "n";
      if (step > 0) {
        lines.add("      if (FENCE) {");
        lines.add("        loadLoadFence();");
        lines.add("      }");
      }
      for (int j = 0; j < vectors(); j++) {
        lines.add(
            "      FloatVector " + weight(j) + next + " = " + load("w" + bytes(2 * step + j)));
      }
      for (int i = 0; i < rows; i++) {
        int at = pitch * step + 4 * i;
        String factor = "s" + i + next;
        lines.add("      FloatVector " + factor + " = " + broadcast(at == 0 ? "s" : "s + " + at));
        for (int j = 0; j < vectors(); j++) {
          lines.add(
              "      " + sum(i, j) + " = " + weight(j) + next + ".fma(" + factor + ", " + sum(i, j)
                  + ");");
        }
      }
    }
    lines.add("    }");
  }

  private List<String> fencedTail() {
    return List.of("      last(a + end, b + " + ratio() + " * end, c, cPitch, " + rows + ");");
  }

  /** The last step of two rows and two panels, panel by panel. */
  private List<String> plainTail() {
    return List.of(
        "      long last = depth - 1L;",
        "      FiveRows.two(a + 8 * last, b + 2 * BYTES * last, 1, c, cPitch);",
        "      FiveRows.two(a + 8 * last, b2 + 2 * BYTES * last, 1, c + 2 * BYTES, cPitch);");
  }

  private int vectors() {
    return 2 * panels;
  }

  /** Bytes from one step of the packed rows to the next: a power of two. */
  private int pitch() {
    return 4 * Packing.pitch(rows);
  }

  /** The constant of {@link FiveRows} for this pitch. */
  private String ratio() {
    return name.toUpperCase(Locale.ROOT);
  }

  private static String sum(int row, int vector) {
    return "c" + row + LETTERS.charAt(vector);
  }

  private static String weight(int vector) {
    return "b" + LETTERS.charAt(vector);
  }

  private static String target(int row, int vector) {
    String at = row == 0 ? "c" : row == 1 ? "c + cPitch" : "c + " + row + " * cPitch";
    return at + bytes(vector);
  }

  private static String panel(int vector, int step) {
    int panel = vector / 2;
    String at = panel == 0 ? "b" : panel == 1 ? "b + panelPitch" : "b + " + panel + " * panelPitch";
    return at + bytes(2 * step + vector % 2);
  }

  private static String bytes(int vectors) {
    return vectors == 0 ? "" : vectors == 1 ? " + BYTES" : " + " + vectors + " * BYTES";
  }

  private static String load(String address) {
    return "fromMemorySegment(SPECIES, ALL, " + address + ", ORDER);";
  }

  private static String broadcast(String address) {
    return "broadcast(SPECIES, ALL.get(FLOAT, " + address + "));";
  }

  private interface Line {
    String of(int row, int vector);
  }

  private void each(List<String> lines, Line line) {
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < vectors(); j++) {
        lines.add(line.of(i, j));
      }
    }
  }
}
