package org.align4j.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.runtime.Resources;
import org.align4j.core.tensor.Parameters;
import org.junit.jupiter.api.Test;

/** Networks side by side. */
class PlanThreadsTest {

  /** Both use one pool: they take turns. */
  private static final Resources TWO = Resources.of(2, Resources.USUAL_MEMORY);

  @Test
  void twoPlansInTwoThreadsDoNotDisturbEachOther() throws Exception {
    List<float[]> alone = new ArrayList<>();
    for (int seed = 0; seed < 2; seed++) {
      alone.add(train(seed).call());
    }
    try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
      List<Future<float[]>> together = new ArrayList<>();
      for (int seed = 0; seed < 2; seed++) {
        together.add(executor.submit(train(seed)));
      }
      for (int seed = 0; seed < 2; seed++) {
        assertThat(together.get(seed).get()).isEqualTo(alone.get(seed));
      }
    }
  }

  /** The gradient of some steps, each on its own random batch. */
  private static Callable<float[]> train(int seed) {
    return () -> {
      SmallNetwork shape = List.of(SmallNetwork.values()).get(seed);
      Random random = new Random(seed);
      try (Parameters parameters = shape.randomParameters(seed);
          PlanNetwork network = PlanNetwork.create(shape, parameters, PlanSettings.of(TWO))) {
        for (int step = 0; step < 10; step++) {
          TokenBatch batch = Batches.shared(Batches.groups(random, shape.vocabulary(), 2, 30), 1f);
          network.forward(batch);
          network.backward(Batches.coefficients(random, batch.rows().length), null);
        }
        return network.gradients().flat().toFloatVector();
      }
    };
  }
}
