package org.align4j.algorithms.run;

import java.util.LinkedHashMap;
import java.util.Map;
import org.align4j.algorithms.train.ScoredSample;

/** A sampled response as {@code completions.jsonl} has it, without its step. */
public final class CompletionRow {

  private CompletionRow() {}

  /** The row of a sample. */
  public static Map<String, Object> of(ScoredSample sample) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("id", sample.completion().prompt().id());
    row.put("prompt", sample.completion().prompt().text());
    row.put("answer", sample.completion().prompt().answer());
    row.put("completion", sample.completion().text());
    row.put("finished", sample.completion().finished());
    row.put("tokens", sample.tokens());
    row.put("score", sample.judgement().score());
    row.put("verdict", sample.judgement().verdict());
    return row;
  }
}
