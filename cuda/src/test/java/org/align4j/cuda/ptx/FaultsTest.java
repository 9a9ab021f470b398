package org.align4j.cuda.ptx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Faults that are planted in kernels are found, and named. */
class FaultsTest {

  private static Watched spoilt(String kernel, String what, String by) {
    return spoilt(Order.FORWARD, kernel, what, by);
  }

  private static Watched spoilt(Order order, String kernel, String what, String by) {
    String text = Watched.text();
    int begin = text.indexOf(".entry " + kernel);
    int at = text.indexOf(what, begin);
    assertThat(at).as("%s in %s", what, kernel).isPositive();
    return new Watched(
        EmulatedDevice.checked(order),
        text.substring(0, at) + by + text.substring(at + what.length()));
  }

  private static Arguments fault(
      String name, String kernel, String what, String by, Consumer<Watched> run, String message) {
    return Arguments.of(name, spoilt(kernel, what, by), run, message);
  }

  static Stream<Arguments> faults() {
    Consumer<Watched> sums = Watched::rowSums;
    Consumer<Watched> backwards = Watched::backwards;
    Consumer<Watched> product = Watched::product;
    String barrier = "bar.sync \t0;";
    String none = " exit; } ";
    String lane =
        "{ .reg .pred %no; .reg .b32 %at; mov.u32 %at, %laneid; setp.eq.s32 %no, %at, 31; @%no";
    String after = "{ .reg .pred %no; setp.gt.s32 %no, %r1, ";
    return Stream.of(
        Arguments.of(
            "no barrier after the parts",
            spoilt(Order.BACKWARD, "row_sums", barrier, ""),
            sums,
            "race: thread 0 reads byte 4 of shared memory, which thread 32 wrote"),
        fault(
            "no barrier after the copies",
            "backwards",
            barrier,
            "",
            backwards,
            "which nobody wrote"),
        fault(
            "no wait for the copies",
            "backwards",
            "cp.async.wait_group 0;",
            "",
            backwards,
            "asynchronous copy is under way"),
        fault(
            "a shuffle over half a warp",
            "row_sums",
            "mov.u32 \t%r19, -1;",
            "mov.u32 %r19, 65535;",
            sums,
            "whose mask names 0000ffff only"),
        fault(
            "a lane leaves before a shuffle",
            "row_sums",
            "mov.b32 \t%r16",
            lane + none + "mov.b32 %r16",
            sums,
            "missing lanes"),
        fault(
            "a lane does not shuffle",
            "row_sums",
            "shfl.sync.bfly.b32 \t%r20|%p6",
            "setp.ne.s32 %p12, %r1, 7; @%p12 shfl.sync.bfly.b32 %r20|%p6",
            sums,
            "missing lanes"),
        fault(
            "a lane leaves before the product",
            "small_product",
            "mma.sync",
            lane + none + "mma.sync",
            product,
            "missing lanes: the whole warp is needed, 7fffffff are there"),
        fault(
            "one past the end",
            "row_sums",
            "setp.ge.s32 \t%p1",
            "setp.gt.s32 %p1",
            w -> oneRow(w, 100),
            "outside every allocation"),
        fault(
            "threads leave before the barrier",
            "row_sums",
            barrier,
            after + "95; @%no" + none + barrier,
            sums,
            "a barrier is not reached by all"),
        fault(
            "a part of a warp leaves before the barrier",
            "row_sums",
            barrier,
            after + "99; @%no" + none + barrier,
            sums,
            "a barrier is not reached by all"),
        fault(
            "blocks write the same",
            "row_sums",
            "shl.b64 \t%rd21, %rd2, 2",
            "mov.b64 %rd21, 0",
            sums,
            "race: blocks 0 and 1 write"),
        fault(
            "a part of shared memory is not written",
            "row_sums",
            "@%p11 bra",
            "setp.gt.or.s32 %p11, %r1, 63, %p11; @%p11 bra",
            sums,
            "byte 12 of shared memory, which nobody wrote"),
        fault(
            "an unknown instruction",
            "row_sums",
            barrier,
            "barrier.cluster.arrive;",
            sums,
            "barrier.cluster.arrive is not known"));
  }

  private static void oneRow(Watched watched, int columns) {
    long x = watched.upload(Watched.numbers(columns));
    long y = watched.device().allocate(4);
    watched.launch("row_sums", 1, 128, 0, x, y, columns);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("faults")
  void aPlantedFaultIsFound(String name, Watched watched, Consumer<Watched> run, String message) {
    assertThatThrownBy(() -> run.accept(watched))
        .isInstanceOf(PtxFault.class)
        .hasMessageContaining(message);
  }

  @Test
  void aFaultSaysWhereItIs() {
    Watched watched = spoilt("row_sums", "bar.sync \t0;", "");
    assertThatThrownBy(watched::rowSums)
        .hasMessageContaining("row_sums, line ")
        .hasMessageContaining("ld.shared.f32 %f3")
        .hasMessageContaining("warp 0");
  }

  @Test
  void twoFragmentsExchangedGiveAnotherProduct() {
    String text = Watched.text();
    String changed =
        text.replaceFirst("(mma\\.sync\\S+ \\{[^}]*\\}, \\{)(%r\\d+),(%r\\d+),", "$1$3,$2,");
    assertThat(changed).isNotEqualTo(text);
    assertThat(new Watched(EmulatedDevice.checked(), changed).product())
        .isNotEqualTo(new Watched(EmulatedDevice.checked(), text).product());
  }

  @Test
  void aHalvedShuffleGivesAnotherSum() {
    Watched halved = spoilt("row_sums", "mov.u32 \t%r18, 16;", "mov.u32 %r18, 8;");
    assertThat(halved.rowSums())
        .isNotEqualTo(new Watched(EmulatedDevice.checked(), Watched.text()).rowSums());
  }

  @Test
  void memoryThatNobodyWroteIsNotRead() {
    Watched watched = new Watched(EmulatedDevice.checked(), Watched.text());
    long x = watched.device().allocate(4 * 128);
    long y = watched.device().allocate(4);
    watched.device().fill(x, 0, 127);
    assertThatThrownBy(() -> watched.launch("row_sums", 1, 128, 0, x, y, 128))
        .hasMessageContaining("byte 508 of an allocation of 512")
        .hasMessageContaining("nobody wrote");
  }

  @Test
  void misalignedVectorsAreFound() {
    Watched watched = new Watched(EmulatedDevice.checked(), Watched.text());
    long x = watched.upload(Watched.numbers(132));
    long y = watched.device().allocate(4 * 132);
    assertThatThrownBy(() -> watched.launch("backwards", 1, 32, 512, x + 4, y))
        .hasMessageContaining("misaligned");
    assertThatThrownBy(() -> watched.launch("backwards", 1, 32, 512, x, y + 8))
        .hasMessageContaining("misaligned");
  }

  @Test
  void sharedMemoryHasAnEnd() {
    Watched watched = new Watched(EmulatedDevice.checked(), Watched.text());
    long x = watched.upload(Watched.numbers(128));
    assertThatThrownBy(() -> watched.launch("backwards", 1, 32, 496, x, x))
        .hasMessageContaining("16 bytes at 496 of shared memory, which has 496");
  }

  @Test
  void whatWasFreedIsOutside() {
    Watched watched = new Watched(EmulatedDevice.checked(), Watched.text());
    long x = watched.upload(Watched.numbers(128));
    long y = watched.device().allocate(4);
    watched.launch("row_sums", 1, 128, 0, x, y, 128);
    watched.device().free(x);
    assertThatThrownBy(() -> watched.launch("row_sums", 1, 128, 0, x, y, 128))
        .hasMessageContaining("outside every allocation");
  }
}
