package org.align4j.algorithms.run;

import com.fasterxml.jackson.databind.node.NullNode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.align4j.algorithms.reward.Judgement;
import org.align4j.algorithms.train.ScoredSample;

/** A sampled response as {@code completions.jsonl} has it. */
public final class CompletionRow {

  private CompletionRow() {}

  /** The row of a sample, without its step. */
  public static Map<String, Object> of(ScoredSample sample) {
    Judgement judgement = sample.judgement();
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("id", sample.completion().prompt().id());
    row.put("prompt", sample.completion().prompt().text());
    row.put("answer", sample.completion().prompt().answer());
    row.put("completion", sample.completion().text());
    row.put("finished", sample.completion().finished());
    row.put("tokens", sample.tokens());
    row.put("score", judgement.isFailed() ? NullNode.getInstance() : judgement.score());
    row.put("verdict", judgement.verdict());
    if (!judgement.components().isEmpty()) {
      row.put("rewards", judgement.components());
    }
    judgement.failure().ifPresent(reason -> row.put("failure", reason));
    return row;
  }

  /** A row with the step that it belongs to, first; 0 for an evaluation. */
  public static Map<String, Object> ofStep(long step, Map<String, Object> row) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("step", step);
    line.putAll(row);
    return line;
  }
}
