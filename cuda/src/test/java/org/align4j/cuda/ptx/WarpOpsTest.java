package org.align4j.cuda.ptx;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Lanes give one another what CUDA's guide says of its warp functions, and the PTX ISA of {@code
 * ldmatrix}.
 */
class WarpOpsTest {

  /** A value of each lane. */
  private static int value(int lane) {
    return lane * 37 % 32 * 3 - 20;
  }

  private static Arguments of(String body, IntUnaryOperator expected) {
    return Arguments.of(body, expected);
  }

  static Stream<Arguments> functions() {
    return Stream.of(
        of("shfl.sync.bfly.b32 %d, %a, 5, 31, -1;", lane -> value(lane ^ 5)),
        // Segments of eight lanes: the clamp is that of __shfl_*_sync with a width of 8.
        of("shfl.sync.up.b32 %d, %a, 3, 6144, -1;", lane -> value(lane % 8 >= 3 ? lane - 3 : lane)),
        of(
            "shfl.sync.down.b32 %d, %a, 3, 6175, -1;",
            lane -> value(lane % 8 < 5 ? lane + 3 : lane)),
        of("shfl.sync.idx.b32 %d, %a, 2, 6175, -1;", lane -> value(lane / 8 * 8 + 2)),
        of("shfl.sync.idx.b32 %d, %a, 9, 31, -1;", lane -> value(9)),
        of(
            "setp.gt.s32 %p, %a, 0; vote.sync.ballot.b32 %d, %p, -1;",
            lane -> ballot(other -> value(other) > 0)),
        of(
            "setp.gt.s32 %p, %a, 70; vote.sync.any.pred %p, %p, -1; selp.b32 %d, 1, 0, %p;",
            lane -> 1),
        of(
            "setp.gt.s32 %p, %a, 70; vote.sync.all.pred %p, %p, -1; selp.b32 %d, 1, 0, %p;",
            lane -> 0),
        of("redux.sync.add.s32 %d, %a, -1;", lane -> sum()),
        of("redux.sync.max.s32 %d, %a, -1;", lane -> 73),
        of(
            "{ .reg .b32 %x; and.b32 %x, %a, 3; match.any.sync.b32 %d, %x, -1; }",
            lane -> ballot(other -> (value(other) & 3) == (value(lane) & 3))),
        of(
            matrix("ldmatrix.sync.aligned.m8n8.x4.shared.b16", 0),
            lane -> pair(8 * (lane / 4) + lane % 4 * 2, 8 * (lane / 4) + lane % 4 * 2 + 1)),
        of(
            matrix("ldmatrix.sync.aligned.m8n8.x4.shared.b16", 3),
            lane ->
                pair(8 * (24 + lane / 4) + lane % 4 * 2, 8 * (24 + lane / 4) + lane % 4 * 2 + 1)),
        of(
            matrix("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16", 2),
            lane -> pair(8 * (16 + lane % 4 * 2) + lane / 4, 8 * (17 + lane % 4 * 2) + lane / 4)),
        of(
            "setp.gt.s32 %p, %a, 0; mov.b32 %d, 0; @%p activemask.b32 %d;",
            lane -> value(lane) > 0 ? ballot(other -> value(other) > 0) : 0));
  }

  /**
   * Four matrices in shared memory, number n of row r is 8 r + n; the word that lanes get of the
   * i-th.
   */
  private static String matrix(String load, int i) {
    return """
    { .reg .b32 %w, %at, %x<4>; .shared .align 16 .b8 rows[512];
    mov.u32 %at, rows; shl.b32 %w, %t, 4; add.s32 %at, %at, %w;
    mul.lo.s32 %w, %t, 0x80008; add.s32 %w, %w, 0x10000; st.shared.b32 [%at], %w;
    add.s32 %w, %w, 0x20002; st.shared.b32 [%at+4], %w;
    add.s32 %w, %w, 0x20002; st.shared.b32 [%at+8], %w;
    add.s32 %w, %w, 0x20002; st.shared.b32 [%at+12], %w;
    bar.warp.sync -1;
    LOAD {%x0, %x1, %x2, %x3}, [%at];
    mov.b32 %d, %xI; }
    """
        .replace("LOAD", load)
        .replace("%xI", "%x" + i);
  }

  private static int pair(int low, int high) {
    return high << 16 | low;
  }

  private static int ballot(java.util.function.IntPredicate lanes) {
    int mask = 0;
    for (int lane = 0; lane < 32; lane++) {
      mask |= lanes.test(lane) ? 1 << lane : 0;
    }
    return mask;
  }

  private static int sum() {
    int sum = 0;
    for (int lane = 0; lane < 32; lane++) {
      sum += value(lane);
    }
    return sum;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("functions")
  void lanesWorkTogether(String body, IntUnaryOperator expected) {
    long[] values = new long[32];
    Arrays.setAll(values, WarpOpsTest::value);
    long[] result = OneInstruction.run(body, new int[] {32, 32}, values);
    for (int lane = 0; lane < 32; lane++) {
      assertThat((int) result[lane]).as("lane %s", lane).isEqualTo(expected.applyAsInt(lane));
    }
  }
}
