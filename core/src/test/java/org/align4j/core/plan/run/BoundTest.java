package org.align4j.core.plan.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.align4j.core.kernel.Scratch;
import org.align4j.core.kernel.memory.NativeMemory;
import org.align4j.core.runtime.Resources;
import org.junit.jupiter.api.Test;

class BoundTest {

  @Test
  void anOperandIsWhatWasSetLast() {
    Bound<String> bound = new Bound<>("operands");
    bound.set("first");
    assertThat(bound.set("second")).isEqualTo("second");
    assertThat(bound.get()).isEqualTo("second");
  }

  @Test
  void anOperandThatNobodySetIsAnError() {
    assertThatThrownBy(() -> new Bound<String>("panels").get())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the panels of this stage were not bound");
  }

  /** A task body runs only behind its stage's own run, which binds. */
  @Test
  void aStageThatIsNotBoundRefusesToRunItsTiles() {
    try (NativeMemory memory = new NativeMemory()) {
      Resources resources = Resources.shared();
      PackedRows rows = new PackedRows(resources.kernels(), resources.threads(), memory, 8);
      assertThatThrownBy(() -> rows.run(0, 1, new Scratch()))
          .hasMessage("the rows of this stage were not bound");
    }
  }
}
