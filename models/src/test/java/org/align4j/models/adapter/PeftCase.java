package org.align4j.models.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.align4j.core.batch.SequenceLayout;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.engine.Engine;
import org.align4j.core.runtime.Resources;
import org.align4j.models.checkpoint.Checkpoint;
import org.align4j.models.policy.Policy;
import org.align4j.models.transformer.ModelHead;
import org.align4j.models.transformer.Transformer;

/** A base, an adapter and what peft computes with them ({@code peft_cases.py}). */
record PeftCase(Path folder, JsonNode expected) {

  static PeftCase of(String name) {
    Path folder = Path.of("src/test/resources/adapter", name);
    try {
      return new PeftCase(
          folder, new ObjectMapper().readTree(folder.resolve("expected.json").toFile()));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  Path base() {
    return folder.resolve("base");
  }

  Path adapter() {
    return folder.resolve("adapter");
  }

  Transformer network() {
    try (Checkpoint checkpoint = Checkpoint.load(base())) {
      return new Transformer(checkpoint.config(), ModelHead.LANGUAGE);
    }
  }

  Policy policy(Engine engine) {
    Checkpoint checkpoint = Checkpoint.load(base());
    var transformer = new Transformer(checkpoint.config(), ModelHead.LANGUAGE);
    return Policy.adapted(
        checkpoint,
        PeftFolder.load(adapter(), transformer),
        base().toString(),
        engine,
        Resources.shared());
  }

  float[] numbers(String... path) {
    JsonNode node = expected;
    for (String name : path) {
      node = node.path(name);
    }
    float[] values = new float[node.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) node.get(i).asDouble();
    }
    return values;
  }

  TokenBatch batch() {
    float[] numbers = numbers("tokens");
    int[] tokens = new int[numbers.length];
    int[] rows = new int[tokens.length - 1];
    int[] labels = new int[rows.length];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = (int) numbers[i];
      if (i > 0) {
        rows[i - 1] = i - 1;
        labels[i - 1] = tokens[i];
      }
    }
    return new TokenBatch(tokens, SequenceLayout.single(tokens.length), rows, labels, 1f);
  }
}
