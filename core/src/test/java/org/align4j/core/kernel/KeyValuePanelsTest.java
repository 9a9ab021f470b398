package org.align4j.core.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.align4j.core.batch.SequenceLayout;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeMemory;
import org.align4j.core.kernel.scalar.ScalarKernels;
import org.align4j.core.kernel.vector.VectorKernels;
import org.align4j.core.ops.Heads;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("lanes")
class KeyValuePanelsTest {

  private static final int[] AT = {3, 40, 63, 0, 17};
  private static final int[] ROWS = {0, 1, 2, 3, 4};

  @Test
  void whatWasWrittenStaysWhereItIsWhenThereAreMoreRows() {
    for (Kernels kernels : List.of(new ScalarKernels(), new VectorKernels())) {
      for (Heads heads : List.of(new Heads(3, 1, 8), new Heads(4, 2, 10), new Heads(2, 2, 64))) {
        try (KernelData data = new KernelData(1);
            NativeMemory memory = new NativeMemory()) {
          int columns = heads.key() * heads.headDim();
          Matrix k = data.matrix(AT.length, columns);
          Matrix v = data.matrix(AT.length, columns);
          KeyValuePanels panels = kernels.attention().keyValuePanels(heads);
          panels.grow(memory, 64);
          panels.write(k, v, ROWS, AT, 0, AT.length);
          for (int rows : new int[] {96, 1024}) {
            panels.grow(memory, rows);
            for (int n = 0; n < AT.length; n++) {
              for (int c = 0; c < columns; c++) {
                assertThat(panels.keys().get(AT[n], c)).isEqualTo(k.get(n, c));
                assertThat(panels.values().get(AT[n], c)).isEqualTo(v.get(n, c));
              }
            }
          }
        }
      }
    }
  }

  @Test
  void aCopyOfBlocksHoldsWhatTheyHold() {
    for (Kernels kernels : List.of(new ScalarKernels(), new VectorKernels())) {
      try (KernelData data = new KernelData(2);
          NativeMemory memory = new NativeMemory()) {
        Heads heads = new Heads(4, 2, 10);
        Matrix k = data.matrix(AT.length, 20);
        Matrix v = data.matrix(AT.length, 20);
        KeyValuePanels panels = kernels.attention().keyValuePanels(heads);
        panels.grow(memory, 256);
        panels.write(k, v, ROWS, AT, 0, AT.length);
        panels.copyBlocks(0, 160, 64);
        for (int n = 0; n < AT.length; n++) {
          for (int c = 0; c < 20; c++) {
            assertThat(panels.keys().get(160 + AT[n], c)).isEqualTo(k.get(n, c));
            assertThat(panels.values().get(160 + AT[n], c)).isEqualTo(v.get(n, c));
          }
        }
        assertThatThrownBy(() -> panels.copyBlocks(0, 16, 32))
            .hasMessage("32 rows from 0 to 16: they must be whole blocks of 32");
        assertThatThrownBy(() -> panels.copyBlocks(0, 224, 64))
            .hasMessage("rows [224, 288) are outside the 256 of the cache");
      }
    }
  }

  @Test
  void rowsThatAreNotThereAreRefused() {
    try (KernelData data = new KernelData(1);
        NativeMemory memory = new NativeMemory()) {
      KeyValuePanels panels = new VectorKernels().attention().keyValuePanels(new Heads(1, 1, 4));
      Matrix k = data.matrix(1, 4);
      assertThatThrownBy(() -> panels.grow(memory, 33))
          .hasMessage("0 rows become 33: it must be more, and whole blocks of 32");
      panels.grow(memory, 64);
      assertThatThrownBy(() -> panels.grow(memory, 64))
          .hasMessage("64 rows become 64: it must be more, and whole blocks of 32");
      assertThatThrownBy(() -> panels.write(k, k, new int[1], new int[] {64}, 0, 1))
          .hasMessage("rows [64, 65) are outside the 64 of the cache");
    }
  }

  @Test
  void stepsAndLayoutsAreNotMixedAndRunsBeginAtBlocks() {
    AttentionTiles tiles = new AttentionTiles(new Heads(1, 1, 4));
    assertThatThrownBy(() -> tiles.addStep(0, 5, 0, 5, 8))
        .hasMessage(
            "key rows begin at 0 and, after a prefix of 5, at 8: modulo 32 they must be positions");
    tiles.addStep(0, 5, 0, 5, 37);
    assertThat(tiles.areSteps()).isTrue();
    tiles.set(SequenceLayout.single(1));
    assertThat(tiles.areSteps()).isFalse();
    assertThatThrownBy(() -> tiles.addStep(1, 5, 0, 5, 37))
        .hasMessage("a step does not go with tiles of a layout: clear them");
  }
}
