package org.align4j.algorithms.run.log;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.align4j.algorithms.reward.Judgement;
import org.align4j.algorithms.train.report.SampleTrace;
import org.align4j.algorithms.train.report.ScoredSample;
import org.jspecify.annotations.Nullable;

/** A sampled response as {@code completions.jsonl} has it. */
public final class CompletionRow {

  private CompletionRow() {}

  /** The row of a sample, without its step. */
  public static Map<String, @Nullable Object> of(ScoredSample sample) {
    Judgement judgement = sample.judgement();
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("id", sample.completion().prompt().id());
    row.put("prompt", sample.completion().prompt().text());
    row.put("answer", sample.completion().prompt().answer());
    row.put("completion", sample.completion().text());
    row.put("finished", sample.completion().finished());
    row.put("tokens", sample.tokens());
    row.put("score", judgement.isFailed() ? null : judgement.score());
    row.put("verdict", judgement.verdict());
    if (!judgement.components().isEmpty()) {
      row.put("rewards", judgement.components());
    }
    judgement.failure().ifPresent(reason -> row.put("failure", reason));
    return row;
  }

  /**
   * The row of a sample with its tokens: texts, log-probs and k1 KL to the reference of each, and
   * the mean advantage.
   *
   * @param text of one token
   */
  public static Map<String, @Nullable Object> of(SampleTrace trace, IntFunction<String> text) {
    Map<String, @Nullable Object> row = of(trace.sample());
    List<String> texts = new ArrayList<>();
    float[] kl = new float[trace.responseIds().length];
    double advantage = 0;
    for (int t = 0; t < kl.length; t++) {
      texts.add(text.apply(trace.responseIds()[t]));
      kl[t] = trace.logProbs()[t] - trace.refLogProbs()[t];
      advantage += trace.advantages()[t] / kl.length;
    }
    row.put("token_texts", texts);
    row.put("log_probs", trace.logProbs());
    row.put("kl", kl);
    row.put("advantage", advantage);
    return row;
  }

  /** A row with the step that it belongs to, first; 0 for an evaluation. */
  public static Map<String, @Nullable Object> ofStep(long step, Map<String, @Nullable Object> row) {
    Map<String, @Nullable Object> line = new LinkedHashMap<>();
    line.put("step", step);
    line.putAll(row);
    return line;
  }
}
