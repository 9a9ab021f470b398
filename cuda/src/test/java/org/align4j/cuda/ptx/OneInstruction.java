package org.align4j.cuda.ptx;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Runs an instruction, or a few, for 32 lanes: {@code %d} of {@code %a}, {@code %b}, {@code %c}.
 */
final class OneInstruction {

  private static final String[] NAMES = {"a", "b", "c"};

  private OneInstruction() {}

  /**
   * What it gives, each in the low bits of a long.
   *
   * @param types bits of a register for the result and for each input
   * @param inputs 32 of each
   */
  static long[] run(String body, int[] types, long[]... inputs) {
    StringBuilder parameters = new StringBuilder(".param .u64 out");
    StringBuilder loads = new StringBuilder();
    StringBuilder registers = new StringBuilder();
    for (int i = 0; i < inputs.length; i++) {
      int bits = types[i + 1];
      parameters.append(text(", .param .u64 in%d", i));
      registers.append(text(".reg .b%d %%%s;\n", bits, NAMES[i]));
      loads.append(text("ld.param.u64 %%q, [in%d]; add.s64 %%q, %%q, %%o;\n", i));
      loads.append(text("ld.global.b%d %%%s, [%%q];\n", bits, NAMES[i]));
    }
    String ptx =
        text(
            """
            .version 7.0
            .target sm_80
            .visible .entry one(%s) {
            .reg .pred %%p, %%q0; .reg .b32 %%t; .reg .b64 %%q, %%o; .reg .b%d %%d;
            %smov.u32 %%t, %%tid.x; mul.wide.u32 %%o, %%t, 8;
            %s%s
            ld.param.u64 %%q, [out]; add.s64 %%q, %%q, %%o; st.global.b%d [%%q], %%d;
            ret;
            }
            """,
            parameters, types[0], registers, loads, body, types[0]);
    EmulatedDevice device = EmulatedDevice.checked();
    long[] arguments = new long[1 + inputs.length];
    arguments[0] = device.allocate(256);
    device.fill(arguments[0], 0, 64);
    for (int i = 0; i < inputs.length; i++) {
      arguments[i + 1] = device.allocate(256);
      device.write(arguments[i + 1], MemorySegment.ofArray(inputs[i]));
    }
    device
        .load(ptx.getBytes(StandardCharsets.UTF_8))
        .function("one", 0)
        .launch(1, 1, 1, 32, MemorySegment.ofArray(arguments));
    long[] result = new long[32];
    device.read(arguments[0], MemorySegment.ofArray(result));
    return result;
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
