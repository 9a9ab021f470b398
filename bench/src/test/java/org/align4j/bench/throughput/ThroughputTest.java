package org.align4j.bench.throughput;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.align4j.core.engine.Engine;
import org.align4j.core.tensor.StoredWeights;
import org.align4j.models.transformer.Initialization;
import org.align4j.models.transformer.ModelHead;
import org.align4j.models.transformer.TransformerConfig;
import org.junit.jupiter.api.Test;

class ThroughputTest {

  @Test
  void storedAndFloat32WeightsAreSampledInTurn() {
    TransformerConfig tiny = ModelShapes.named("tiny");
    List<String> figures = new ArrayList<>();
    Throughput throughput = new Throughput("tiny", tiny, Engine.of("plan"), figures::add);
    StoredWeights weights = StoredWeights.of(Initialization.random(tiny, ModelHead.LANGUAGE, 1));

    List<SamplingPair> pairs = throughput.besideFloat32(weights, List.of(1, 3));

    assertThat(pairs).extracting(SamplingPair::batch).containsExactly(1, 3);
    assertThat(figures).containsExactly("sampling in turn, batch 1", "sampling in turn, batch 3");
    for (SamplingPair pair : pairs) {
      assertThat(List.of(pair.stored(), pair.float32(), pair.ratio()))
          .allSatisfy(rate -> assertThat(rate).isPositive().isFinite());
    }
  }
}
