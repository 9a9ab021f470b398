package org.align4j.cuda.build;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the assembler's log says of kernels, as a table. */
final class KernelResources {

  /** Of one kernel on one architecture. */
  private record Use(int registers, int stack, int spills, int shared) {}

  private static final Pattern ENTRY = Pattern.compile("Compiling entry function '(\\w+)'");
  private static final Pattern STACK =
      Pattern.compile("(\\d+) bytes stack frame, (\\d+) bytes spill stores, (\\d+) bytes spill");
  private static final Pattern REGISTERS = Pattern.compile("Used (\\d+) registers");
  private static final Pattern SHARED = Pattern.compile("(\\d+) bytes smem");

  private final TreeMap<String, TreeMap<String, Use>> kernels = new TreeMap<>();
  private final Set<String> known = new HashSet<>();
  private final List<String> serialized = new ArrayList<>();

  /** Adds the log of {@code --ptxas-options=-v}; several threads may. */
  synchronized void add(String compiled, String log) {
    String architecture = compiled.equals(KernelFiles.HOPPER) ? "sm_90" : compiled;
    known.add(architecture);
    String kernel = "";
    int stack = 0;
    int spills = 0;
    for (String line : log.lines().toList()) {
      Matcher entry = ENTRY.matcher(line);
      Matcher frame = STACK.matcher(line);
      Matcher registers = REGISTERS.matcher(line);
      if (line.contains("instructions are serialized")) {
        serialized.add(line.strip());
      } else if (entry.find()) {
        kernel = entry.group(1);
      } else if (frame.find()) {
        stack = Integer.parseInt(frame.group(1));
        spills = Integer.parseInt(frame.group(2)) + Integer.parseInt(frame.group(3));
      } else if (registers.find() && !kernel.isEmpty()) {
        Matcher shared = SHARED.matcher(line);
        int bytes = shared.find() ? Integer.parseInt(shared.group(1)) : 0;
        kernels
            .computeIfAbsent(kernel, _ -> new TreeMap<>())
            .put(architecture, new Use(Integer.parseInt(registers.group(1)), stack, spills, bytes));
      }
    }
  }

  /** Kernels that put registers into memory, or wait for each wgmma, and where. */
  List<String> faults() {
    List<String> spills = new ArrayList<>(serialized);
    kernels.forEach((kernel, uses) ->
        uses.forEach((architecture, use) -> {
          if (use.spills > 0) {
            spills.add(kernel + " on " + architecture + ": " + use.spills + " bytes");
          }
        }));
    return spills;
  }

  /** A table in Markdown. */
  String table() {
    List<String> architectures = KernelFiles.BINARIES.stream().filter(known::contains).toList();
    StringBuilder text = new StringBuilder("| kernel | shared bytes |");
    architectures.forEach(architecture -> text.append(" ").append(architecture).append(" |"));
    text.append("\n|---|--:|").append("--:|".repeat(architectures.size())).append("\n");
    for (Map.Entry<String, TreeMap<String, Use>> kernel : kernels.entrySet()) {
      int shared = kernel.getValue().values().stream().mapToInt(Use::shared).max().orElse(0);
      text.append("| ").append(kernel.getKey()).append(" | ").append(shared).append(" |");
      for (String architecture : architectures) {
        Use use = kernel.getValue().get(architecture);
        text.append(" ").append(use == null ? "" : cell(use)).append(" |");
      }
      text.append("\n");
    }
    return text.toString();
  }

  private static String cell(Use use) {
    String cell = Integer.toString(use.registers);
    if (use.stack > 0) {
      cell += " + " + use.stack + " B stack";
    }
    return use.spills > 0 ? cell + ", SPILLS" : cell;
  }
}
