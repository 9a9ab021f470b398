package org.align4j.cuda.ptx;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Names of registers and where they lie. Registers of up to 32 bits, of 64 bits and predicates are
 * numbered apart. Constants and special registers have numbers too, so that an operand is a number
 * always.
 */
final class Registers {

  private static final Pattern RANGE = Pattern.compile("([%\\w$]+)<(\\d+)>");
  private static final Pattern INTEGER = Pattern.compile("-?(0[xX][0-9a-fA-F]+|0[bB][01]+|\\d+)U?");

  /** A kind of register. */
  enum Kind {
    INT,
    LONG,
    PREDICATE
  }

  private record Register(Kind kind, int index) {}

  /** A special register, one value a lane. */
  record Special(String name, int index) {}

  private final Deque<Map<String, Register>> scopes = new ArrayDeque<>();
  private final Map<String, Long> symbols;
  private final Map<Long, Integer> longConstants = new HashMap<>();
  private final Map<Integer, Integer> intConstants = new HashMap<>();
  private final Map<Boolean, Integer> predicateConstants = new HashMap<>();
  private final Map<String, Integer> specialIndices = new HashMap<>();
  private int declared;
  private int ints;
  private int longs;
  private int predicates;

  /** Names without registers so far; {@code symbols} are addresses. */
  Registers(Map<String, Long> symbols) {
    this.symbols = symbols;
    scopes.push(new HashMap<>());
  }

  /** Begins braces. */
  void enter() {
    scopes.push(new HashMap<>());
  }

  /** Ends braces. */
  void leave() {
    scopes.pop();
  }

  /** Takes {@code .reg .b32 %r<5>, a}. */
  void declare(String text) {
    String[] words = text.split("\\s+", 3);
    Kind kind =
        switch (words[1]) {
          case ".pred" -> Kind.PREDICATE;
          case ".b64", ".u64", ".s64", ".f64" -> Kind.LONG;
          case ".b8", ".b16", ".u16", ".s16", ".f16", ".b32", ".u32", ".s32", ".f32" -> Kind.INT;
          default -> throw new PtxFault("registers of type %s are not known: %s", words[1], text);
        };
    for (String name : Statement.split(words[2])) {
      Matcher range = RANGE.matcher(name);
      if (range.matches()) {
        int count = Integer.parseInt(range.group(2));
        for (int i = 0; i < count; i++) {
          declare(range.group(1) + i, kind);
        }
      } else {
        declare(name, kind);
      }
    }
  }

  private void declare(String name, Kind kind) {
    declared += kind == Kind.LONG ? 2 : kind == Kind.INT ? 1 : 0;
    scopes.element().put(name, new Register(kind, next(kind)));
  }

  private int next(Kind kind) {
    return switch (kind) {
      case INT -> ints++;
      case LONG -> longs++;
      case PREDICATE -> predicates++;
    };
  }

  private @Nullable Register find(String name) {
    for (Map<String, Register> scope : scopes) {
      Register register = scope.get(name);
      if (register != null) {
        return register;
      }
    }
    return null;
  }

  private int register(String name, Kind kind) {
    Register register = find(name);
    if (register == null) {
      throw new PtxFault("%s is not known", name);
    }
    if (register.kind() != kind) {
      throw new PtxFault("%s is of kind %s, %s is needed", name, register.kind(), kind);
    }
    return register.index();
  }

  /** What kind of register a name has; immediate values have none. */
  @Nullable Kind kind(String name) {
    Register register = find(name);
    return register == null ? null : register.kind();
  }

  /** A register of up to 32 bits, or a constant. */
  int ofInt(String operand) {
    if (find(operand) != null) {
      return register(operand, Kind.INT);
    }
    if (operand.equals("_")) {
      return ints++;
    }
    if (operand.startsWith("%")) {
      return specialIndices.computeIfAbsent(special(operand), name -> ints++);
    }
    int value = (int) constant(operand);
    return intConstants.computeIfAbsent(value, key -> ints++);
  }

  private static String special(String name) {
    if (!name.matches("%(tid|ntid|ctaid|nctaid)\\.[xyz]|%laneid|%lanemask_(lt|le|gt|ge|eq)")) {
      throw new PtxFault("%s is not known", name);
    }
    return name;
  }

  /** A register of 64 bits, or a constant. */
  int ofLong(String operand) {
    if (find(operand) != null) {
      return register(operand, Kind.LONG);
    }
    if (operand.equals("_")) {
      return longs++;
    }
    return longConstants.computeIfAbsent(constant(operand), key -> longs++);
  }

  /** A predicate. */
  int ofPredicate(String operand) {
    if (operand.equals("_")) {
      return predicates++;
    }
    if (INTEGER.matcher(operand).matches()) {
      boolean value = constant(operand) != 0;
      return predicateConstants.computeIfAbsent(value, key -> predicates++);
    }
    return register(operand, Kind.PREDICATE);
  }

  /** A number or an address. */
  long constant(String operand) {
    Long symbol = symbols.get(operand);
    if (symbol != null) {
      return symbol;
    }
    String digits = operand.length() > 2 ? operand.substring(2) : "";
    if (operand.startsWith("0f") || operand.startsWith("0F")) {
      return Integer.parseUnsignedInt(digits, 16);
    }
    if (operand.startsWith("0d") || operand.startsWith("0D")) {
      return Long.parseUnsignedLong(digits, 16);
    }
    if (operand.equals("WARP_SZ")) {
      return Warp.LANES;
    }
    if (!INTEGER.matcher(operand).matches()) {
      throw new PtxFault("%s is no register, number or address", operand);
    }
    String number = operand.endsWith("U") ? operand.substring(0, operand.length() - 1) : operand;
    boolean negative = number.startsWith("-");
    String plain = negative ? number.substring(1) : number;
    long value =
        plain.startsWith("0x") || plain.startsWith("0X")
            ? Long.parseUnsignedLong(plain.substring(2), 16)
            : plain.startsWith("0b") || plain.startsWith("0B")
                ? Long.parseUnsignedLong(plain.substring(2), 2)
                : Long.parseUnsignedLong(plain);
    return negative ? -value : value;
  }

  /** 32-bit registers that were declared; one of 64 bits counts as two. */
  int declared() {
    return declared;
  }

  /** Predicates at first: a bit a lane. */
  int[] predicates() {
    int[] first = new int[predicates];
    predicateConstants.forEach((value, index) -> first[index] = value ? -1 : 0);
    return first;
  }

  /** Rows of 32 lanes by register: constants are there, other rows are null. */
  int[] @Nullable [] intRows() {
    int[] @Nullable [] rows = new int[ints][];
    intConstants.forEach((value, index) -> {
      int[] row = new int[Warp.LANES];
      Arrays.fill(row, value);
      rows[index] = row;
    });
    return rows;
  }

  /** The same for registers of 64 bits. */
  long[] @Nullable [] longRows() {
    long[] @Nullable [] rows = new long[longs][];
    longConstants.forEach((value, index) -> {
      long[] row = new long[Warp.LANES];
      Arrays.fill(row, value);
      rows[index] = row;
    });
    return rows;
  }

  /** Special registers that are used. */
  List<Special> specials() {
    List<Special> list = new ArrayList<>();
    specialIndices.forEach((name, index) -> list.add(new Special(name, index)));
    return list;
  }
}
