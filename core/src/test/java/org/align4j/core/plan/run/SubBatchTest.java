package org.align4j.core.plan.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.align4j.core.batch.SequenceLayout;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.plan.Batches;
import org.junit.jupiter.api.Test;

class SubBatchTest {

  @Test
  void aChainOfSegmentsAboveTheLimitIsOnePart() {
    SequenceLayout layout =
        new SequenceLayout(new int[] {0, 40, 70, 75, 95}, new int[] {-1, 0, 1, 2});
    int[] rows = {94, 39, 70};
    TokenBatch batch = new TokenBatch(new int[95], layout, rows, new int[3], 1f);

    List<SubBatch> parts = SubBatch.split(batch, 50);

    assertThat(parts).hasSize(1);
    assertThat(parts.getFirst().batch().tokens()).hasSize(95);
    assertThat(IntStream.range(0, 3).map(parts.getFirst()::output)).containsExactly(0, 1, 2);
  }

  @Test
  void everyLabelIsInOnePartAndOnlyAPartOfOneSequenceIsAboveTheLimit() {
    Random random = new Random(2);
    for (int trial = 0; trial < 100; trial++) {
      TokenBatch batch = Batches.tree(Batches.alike(random, 6, 40), 1f);
      int limit = 10 + random.nextInt(60);
      int[] seen = new int[batch.labels().length];
      for (SubBatch part : SubBatch.split(batch, limit)) {
        SequenceLayout layout = part.batch().layout();
        int leaves = 0;
        for (boolean continued : layout.continued()) {
          leaves += continued ? 0 : 1;
        }
        assertThat(layout.tokens() <= limit || leaves == 1).isTrue();
        for (int m = 0; m < part.batch().labels().length; m++) {
          int output = part.output(m);
          seen[output]++;
          assertThat(part.batch().labels()[m]).isEqualTo(batch.labels()[output]);
        }
      }
      assertThat(seen).containsOnly(1);
    }
  }
}
