package org.align4j.cuda.ptx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes a kernel that can be run of an entry of PTX. */
final class Assembler {

  private static final Pattern PARAMETER =
      Pattern.compile(
          "\\.param\\s+(?:\\.align\\s+\\d+\\s+)?\\.(\\w+)\\b.*?([\\w$]+)(?:\\[(\\d+)\\])?$");

  private final Source.Entry entry;
  private final Map<String, Long> symbols;
  private final Registers registers;
  private final Map<String, Integer> labels = new HashMap<>();
  private final Map<String, List<String>> tables = new HashMap<>();
  private int sharedBytes;
  private int localBytes;
  private int granule = 4;

  private Assembler(Source.Entry entry, Map<String, Long> addresses) {
    this.entry = entry;
    this.symbols = new HashMap<>(addresses);
    this.registers = new Registers(symbols);
  }

  /**
   * Makes a kernel.
   *
   * @param source the module
   * @param entry what is wanted of it
   * @param addresses of the module's variables in global and constant memory
   */
  static Kernel assemble(Source source, Source.Entry entry, Map<String, Long> addresses) {
    return new Assembler(entry, addresses).assemble(source);
  }

  private Kernel assemble(Source source) {
    int slots = parameters();
    variables(source);
    places();
    Instruction[] code = code();
    return new Kernel(
        entry.name(),
        code,
        registers.intRows(),
        registers.longRows(),
        registers.predicates(),
        registers.specials(),
        registers.declared(),
        sharedBytes,
        granule,
        localBytes,
        slots);
  }

  /** Parameters lie one after another, each from the beginning of an 8-byte word. */
  private int parameters() {
    int slots = 0;
    for (String text : entry.parameters()) {
      Matcher m = PARAMETER.matcher(text);
      if (!m.find()) {
        throw new PtxFault("%s: parameter %s is not known", entry.name(), text);
      }
      String extent = m.group(3);
      int size = Variable.bytes(m.group(1)) * (extent == null ? 1 : Integer.parseInt(extent));
      symbols.put(m.group(2), 8L * slots);
      slots += (size + 7) / 8;
    }
    return slots;
  }

  private void variables(Source source) {
    List<String> dynamic = new ArrayList<>();
    for (Source.Piece piece : source.declarations()) {
      Variable variable = Variable.of(piece.text());
      if (variable != null && variable.space().equals("shared") && isNamed(variable.name())) {
        if (variable.size() == 0) {
          dynamic.add(variable.name());
        } else {
          place(variable);
        }
      }
    }
    for (Source.Piece piece : entry.body()) {
      Variable variable = piece.text().startsWith(".") ? Variable.of(piece.text()) : null;
      if (variable != null) {
        place(variable);
      }
    }
    if (!dynamic.isEmpty()) {
      sharedBytes = aligned(sharedBytes, 16);
      dynamic.forEach(name -> symbols.put(name, (long) sharedBytes));
    }
  }

  private boolean isNamed(String name) {
    return entry.body().stream().anyMatch(piece -> piece.text().contains(name));
  }

  private void place(Variable variable) {
    if (variable.space().equals("shared")) {
      sharedBytes = aligned(sharedBytes, variable.alignment());
      symbols.put(variable.name(), (long) sharedBytes);
      sharedBytes += variable.size();
    } else if (variable.space().equals("local")) {
      localBytes = aligned(localBytes, variable.alignment());
      symbols.put(variable.name(), (long) localBytes);
      localBytes = aligned(localBytes + variable.size(), 16);
    } else {
      throw new PtxFault("%s: a %s variable within", entry.name(), variable.space());
    }
  }

  private static int aligned(int bytes, int alignment) {
    return (bytes + alignment - 1) / alignment * alignment;
  }

  private void places() {
    int place = 0;
    String label = "";
    for (Source.Piece piece : entry.body()) {
      String text = piece.text();
      if (isLabel(text)) {
        label = text.substring(0, text.length() - 1).strip();
        if (labels.put(label, place) != null) {
          throw new PtxFault("line %d: label %s is there twice", piece.line(), label);
        }
      } else if (text.startsWith(".branchtargets")) {
        tables.put(label, Statement.split(text.substring(".branchtargets".length())));
      } else if (isInstruction(text)) {
        place++;
      }
    }
  }

  private static boolean isLabel(String text) {
    return text.endsWith(":");
  }

  private static boolean isInstruction(String text) {
    return !text.startsWith(".") && !text.equals("{") && !text.equals("}") && !isLabel(text);
  }

  private Instruction[] code() {
    List<Instruction> code = new ArrayList<>();
    for (Source.Piece piece : entry.body()) {
      String text = piece.text();
      if (text.equals("{")) {
        registers.enter();
      } else if (text.equals("}")) {
        registers.leave();
      } else if (text.startsWith(".reg")) {
        registers.declare(text);
      } else if (isInstruction(text)) {
        code.add(instruction(Statement.of(piece.line(), text)));
      }
    }
    if (code.isEmpty() || !isEnd(code.getLast())) {
      code.add(new Instruction(-1, false, ControlOps.end(), Statement.of(0, "ret")));
    }
    return code.toArray(Instruction[]::new);
  }

  private static boolean isEnd(Instruction last) {
    String name = last.statement().name();
    return last.predicate() < 0
        && (name.equals("ret") || name.equals("exit") || name.startsWith("bra"));
  }

  private Instruction instruction(Statement s) {
    try {
      int predicate = s.guard().isEmpty() ? -1 : registers.ofPredicate(s.guard());
      Op op = op(s);
      if (op == null) {
        throw new PtxFault("%s is not known", s.name());
      }
      return new Instruction(predicate, s.negated(), op, s);
    } catch (PtxFault fault) {
      throw new PtxFault(
          entry.name() + ", line " + s.line() + " (" + s + "): " + fault.getMessage(), fault);
    }
  }

  private @Nullable Op op(Statement s) {
    return switch (s.base()) {
      case "ld", "st" -> access(s);
      case "atom", "red" -> new MemoryOps(registers).atomic(s);
      case "cvta" -> new MemoryOps(registers).turn(s);
      case "cp" -> new AsyncOps(registers).of(s);
      case "mov" -> s.type().equals("pred") ? bits(s) : new MoveOps(registers).of(s);
      case "cvt" -> new ConvertOps(registers).of(s);
      case "setp" -> new CompareOps(registers).set(s);
      case "selp" -> new CompareOps(registers).select(s);
      case "bra" -> control().branch(s);
      case "brx" -> control().indexed(s);
      case "ret", "exit" -> ControlOps.end();
      case "bar", "barrier" -> barrier(s);
      case "membar", "fence" -> (warp, lanes) -> {};
      case "shfl" -> new WarpOps(registers).shuffle(s);
      case "vote" -> new WarpOps(registers).vote(s);
      case "match" -> new WarpOps(registers).match(s);
      case "redux" -> new WarpOps(registers).reduce(s);
      case "activemask" -> new WarpOps(registers).active(s);
      case "mma" -> new MatrixOps(registers).product(s);
      case "ldmatrix" -> new MatrixOps(registers).load(s);
      default -> arithmetic(s);
    };
  }

  private ControlOps control() {
    return new ControlOps(registers, labels, tables);
  }

  private Op access(Statement s) {
    if (s.has("shared") || s.has("shared::cta")) {
      granule = Math.min(granule, Variable.bytes(s.type()));
    }
    return new MemoryOps(registers).access(s);
  }

  private @Nullable Op barrier(Statement s) {
    return switch (s.name()) {
      case "bar.warp.sync" -> new WarpOps(registers).barrier(s);
      case "bar.sync", "barrier.sync", "barrier.sync.aligned", "bar.cta.sync" ->
          control().barrier(s);
      default -> null;
    };
  }

  private @Nullable Op arithmetic(Statement s) {
    return switch (s.type()) {
      case "f32" -> new FloatOps(registers).of(s);
      case "f64" -> new DoubleOps(registers).of(s);
      case "s64", "u64" -> s.base().equals("shr") ? bits(s) : new LongOps(registers).of(s);
      case "s32", "u32", "s16", "u16" -> {
        Op op = new IntegerOps(registers).of(s);
        yield op == null ? bits(s) : op;
      }
      default -> bits(s);
    };
  }

  private @Nullable Op bits(Statement s) {
    return new BitOps(registers).of(s);
  }
}
