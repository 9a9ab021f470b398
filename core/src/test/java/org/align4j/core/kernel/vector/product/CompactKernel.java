package org.align4j.core.kernel.vector.product;

import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.align4j.core.kernel.CompactForm;

/**
 * The three methods of a form of stored weights: those of {@link CompactRow} and {@link
 * CompactPair}, which multiply one row by numbers that become float32 in registers, and that of
 * {@link Widening}, which stores them.
 *
 * @param form of the numbers
 * @param pairs of panels that a row takes at once; 0 for Widening
 */
record CompactKernel(CompactForm form, int pairs) implements GeneratedKernel {

  private static final String LETTERS = "xyzw";

  @Override
  public String name() {
    return form.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String source() {
    return widens() ? widening() : row();
  }

  private boolean widens() {
    return pairs == 0;
  }

  private boolean quantised() {
    return form.header() > 0;
  }

  private boolean four() {
    return form == CompactForm.SIGNED4 || form == CompactForm.OFFSET4;
  }

  /** Vectors at a time: a pair of panels, or one panel where a number takes many steps. */
  private int vectors() {
    return widens() || form == CompactForm.FLOAT16 ? 2 : 4;
  }

  /** Text for each vector, its letter in place of {@code #}. */
  private String each(String text) {
    return LETTERS
        .substring(0, vectors())
        .chars()
        .mapToObj(letter -> text.replace("#", Character.toString(letter)))
        .collect(Collectors.joining());
  }

  /** The same with the vector's place from an address in a panel. */
  private String places(String address, UnaryOperator<String> line) {
    return places(address, "panelPitch", line);
  }

  private String places(String address, String pitch, UnaryOperator<String> line) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < vectors(); i++) {
      String at = address + (i < 2 ? "" : " + " + pitch) + (i % 2 == 0 ? "" : " + BYTES");
      text.append(line.apply("@").replace("@", at).replace("#", LETTERS.substring(i, i + 1)));
    }
    return text.toString();
  }

  private String row() {
    StringBuilder text = new StringBuilder();
    text.append("  private static void ").append(name()).append("(\n");
    text.append("long a, long b, long panelPitch, ").append(pairs == 2 ? "long pairPitch, " : "");
    text.append("long blockPitch, int blocks, int words, long c, long sumsPitch) {\n");
    text.append("long left = a & ADDRESS;\nint first = 0;\n");
    text.append("for (int block = 0; block < blocks; block++) {\nint k = first;\n");
    text.append(loop());
    text.append(
        sums(at -> "FloatVector c# = fromMemorySegment(SPECIES, ALL, " + at + ", ORDER);\n"));
    if (quantised()) {
      text.append(
          places(
              "at",
              at ->
                  "FloatVector s# = fromMemorySegment(SPECIES, ALL, "
                      + at
                      + ", ORDER);\n"
                      + "FloatVector t# = s#.mul("
                      + less()
                      + ");\n"));
      text.append("at += 2 * BYTES;\n");
      if (offset()) {
        text.append(
            places(
                "at",
                at -> "FloatVector o# = fromMemorySegment(SPECIES, ALL, " + at + ", ORDER);\n"));
        text.append("at += 2 * BYTES;\n");
      } else {
        text.append(each("FloatVector o# = s#.mul(" + (four() ? -8 : -128) + ");\n"));
      }
    }
    text.append("for (int word = 0; word < words; word++) {\n");
    text.append(twos()).append(words("at"));
    for (int i = 0; i < 2; i++) {
      String factor = "left + (k & OFFSET)" + (i == 0 ? "" : " + 4");
      text.append("FloatVector x").append(i).append(" = broadcast(SPECIES, ALL.get(FLOAT, ");
      text.append(factor).append("));\n");
      text.append(each(before(i) + "c# = " + value(i) + ".fma(x" + i + ", c#);\n"));
    }
    text.append("k += 8;\n").append(quantised() ? "}\n" : "").append("at += 2 * BYTES;\n}\n");
    text.append(sums(at -> "c#.intoMemorySegment(ALL, " + at + ", ORDER);\n"));
    return text.append(loops() ? "}\n" : "").append("first = k;\n}\n  }\n").toString();
  }

  private boolean loops() {
    return pairs == 2 || vectors() == 2;
  }

  /** Over pairs of panels, or panels; the number is a constant. */
  private String loop() {
    if (vectors() == 4) {
      return pairs == 2
          ? """
          for (int pair = 0; pair < 2; pair++) {
          k = first;
          long sums = c + 2 * sumsPitch * pair;
          long at = b + block * blockPitch + pairPitch * pair;
          """
          : """
          long sums = c;
          long at = b + block * blockPitch;
          """;
    }
    String pair =
        pairs == 2
            ? "for (int panel = 0; panel < 4; panel++) {\n"
            : "for (int panel = 0; panel < 2; panel++) {\n";
    return pair
        + "k = first;\nlong sums = c + sumsPitch * panel;\nlong at = b + block * blockPitch + "
        + (pairs == 2
            ? "panelPitch * (panel & 1) + pairPitch * (panel >> 1);\n"
            : "panelPitch * panel;\n");
  }

  private String sums(UnaryOperator<String> line) {
    return places("sums", "sumsPitch", line);
  }

  private String widening() {
    StringBuilder text = new StringBuilder();
    text.append("  private static void ").append(name()).append("(\n");
    text.append(
        quantised()
            ? "long header, long numbers, long blockPitch, int blocks, int words, long target) {\n"
                + "for (int block = 0; block < blocks; block++) {\n"
                + each(scales())
            : "long numbers, int words, long target) {\n");
    text.append("for (int word = 0; word < words; word++) {\n");
    text.append(twos()).append(words("numbers + 2 * BYTES * word"));
    for (int i = 0; i < 2; i++) {
      for (int j = 0; j < 2; j++) {
        int to = 2 * i + j;
        String at = "target" + (to == 0 ? "" : to == 1 ? " + BYTES" : " + " + to + " * BYTES");
        text.append(
            (before(i) + value(i) + ".intoMemorySegment(ALL, " + at + ", ORDER);\n")
                .replace("#", LETTERS.substring(j, j + 1)));
      }
    }
    text.append("target += 4 * BYTES;\n").append(quantised() ? "}\n" : "");
    text.append("}\n");
    if (quantised()) {
      text.append("header += blockPitch;\nnumbers += blockPitch;\n}\n");
    }
    return text.append("  }\n")
        .toString()
        .replace("header + 2 * BYTES$y", "header + 3 * BYTES")
        .replace("$y", " + BYTES")
        .replace("$x", "");
  }

  /** Scales and offsets of one panel; {@code $x} and {@code $y} stand for the vector's place. */
  private String scales() {
    return "FloatVector s# = fromMemorySegment(SPECIES, ALL, header$#, ORDER);\n"
        + "FloatVector t# = s#.mul("
        + less()
        + ");\n"
        + (offset()
            ? "FloatVector o# = fromMemorySegment(SPECIES, ALL, header + 2 * BYTES$#, ORDER);\n"
            : "");
  }

  private boolean offset() {
    return form == CompactForm.OFFSET4 || form == CompactForm.OFFSET8;
  }

  /** What the scale of the second number is smaller by: it stands so much higher in the word. */
  private String less() {
    return four() ? "0x1p-4f" : "0x1p-8f";
  }

  private String twos() {
    return quantised() ? "for (int two = 0; two < " + (four() ? 4 : 2) + "; two++) {\n" : "";
  }

  /**
   * Loads words, in each turn anew with the two numbers in front: a vector that a loop carries has
   * no type that the compiler is sure of, and what is called on it may then not be inlined.
   */
  private String words(String address) {
    String shift = quantised() ? ".lanewise(LSHR, " + (four() ? 8 : 16) + " * two)" : "";
    return places(
        address,
        at ->
            "IntVector v# = IntVector.fromMemorySegment(INTS, ALL, "
                + at
                + ", ORDER)"
                + shift
                + ";\n");
  }

  /** What half precision makes first: the magnitude with its exponent's new bias. */
  private String before(int i) {
    return form == CompactForm.FLOAT16
        ? "IntVector n#"
            + i
            + " = v#.lanewise("
            + (i == 0 ? "LSHL, 13" : "LSHR, 3")
            + ").lanewise(AND, MAGNITUDE).lanewise(ADD, BIAS);\n"
        : "";
  }

  /**
   * The i-th of two numbers of a word as float32. A row's signed ones are {@code q·s − 8·s}: 8·s is
   * exact, so the bits are those of {@code (q − 8)·s}, but for the sign of a zero, which no sum of
   * products that begins at 0 has.
   */
  private String value(int i) {
    String number =
        "((FloatVector) v#.lanewise(AND, "
            + (four() ? i == 0 ? "15" : "240" : i == 0 ? "255" : "0xff00")
            + ").convert(I2F, 0))";
    String scale = i == 0 ? "s#" : "t#";
    if (quantised() && !widens()) {
      return number + ".fma(" + scale + ", o#)";
    }
    return switch (form) {
      case SIGNED4 -> number + ".sub(8" + (i == 0 ? "" : " * 16") + ").mul(" + scale + ")";
      case SIGNED8 -> number + ".sub(128" + (i == 0 ? "" : " * 256") + ").mul(" + scale + ")";
      case OFFSET4, OFFSET8 -> number + ".fma(" + scale + ", o#)";
      case BFLOAT16 ->
          "v#.lanewise(" + (i == 0 ? "LSHL, 16" : "AND, 0xffff0000") + ").reinterpretAsFloats()";
      case FLOAT16 ->
          "n#@.lanewise(MIN, n#@.reinterpretAsFloats().fma(2, -LEAST).reinterpretAsInts())"
                  .replace("@", Integer.toString(i))
              + ".lanewise(ADD, v#"
              + (i == 0 ? ".lanewise(LSHL, 16)" : "")
              + ".lanewise(AND, SIGN)).reinterpretAsFloats()";
    };
  }
}
