package org.align4j.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ResourcesTest {

  /**
   * The parts of the usual budget, in MiB, are those that docs/performance.md was measured with.
   */
  @Test
  void partsGrowWithTheBudget() {
    try (Resources usual = Resources.of(1, Resources.USUAL_MEMORY);
        Resources eight = Resources.of(1, 8 * Resources.USUAL_MEMORY)) {
      assertThat(usual.trainBytes()).isEqualTo(768L << 20);
      assertThat(usual.scoreBytes()).isEqualTo(40L << 20);
      assertThat(usual.logitBytes()).isEqualTo(144L << 20);
      assertThat(eight.trainBytes() + eight.scoreBytes() + eight.logitBytes())
          .isEqualTo((8 * (768L + 40 + 144)) << 20);
    }
  }

  @Test
  void whoeverSaysNothingSharesThoseOfTheProcess() {
    Resources shared = Resources.shared();
    assertThat(Resources.shared()).isSameAs(shared);
    assertThatThrownBy(() -> Resources.share(1, Resources.USUAL_MEMORY, false, Precision.FP32))
        .hasMessage("the shared resources are in use: set them before any network");
  }

  @Test
  void tooLittleIsRefused() {
    assertThatThrownBy(() -> Resources.of(0, Resources.USUAL_MEMORY))
        .hasMessage("threads is 0: it must be at least 1");
    assertThatThrownBy(() -> Resources.of(1, 1000))
        .hasMessage("memory is 1000 bytes: it must be at least 64 MiB (67108864)");
  }

  @Test
  void productsAreFloat32UnlessSaidOtherwise() {
    Resources shared = Resources.shared();
    assertThat(shared.precision()).isEqualTo(Precision.FP32);
    Resources narrow = shared.with(Precision.BF16).withRecompute();
    assertThat(narrow.precision()).isEqualTo(Precision.BF16);
    assertThat(narrow.threads()).isSameAs(shared.threads());
  }

  @Test
  void aPrecisionIsFoundByItsLabel() {
    assertThat(Precision.of("tf32")).isEqualTo(Precision.TF32);
    assertThatThrownBy(() -> Precision.of("fp16"))
        .hasMessage("precision is fp16: it is one of [fp32, tf32, bf16]");
  }
}
