package org.align4j.models.policy;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import java.util.List;
import org.align4j.core.engine.SequenceLayout;
import org.align4j.core.engine.TokenBatch;
import org.align4j.models.policy.PackedSequences.Labels;

/** Collects groups until the token budget is reached. */
final class MicroBatchBuilder {

  private final List<TokenSequence> sequences;
  private final Labels labelled;
  private final float temperature;

  private ImmutableIntArray.Builder tokens = ImmutableIntArray.builder();
  private ImmutableIntArray.Builder offsets = ImmutableIntArray.builder();
  private ImmutableIntArray.Builder prefix = ImmutableIntArray.builder();
  private ImmutableIntArray.Builder rows = ImmutableIntArray.builder();
  private ImmutableIntArray.Builder labels = ImmutableIntArray.builder();
  private ImmutableIntArray.Builder indices = ImmutableIntArray.builder();
  private ImmutableIntArray.Builder columns = ImmutableIntArray.builder();
  private int tokenCount;
  private int segmentCount;

  MicroBatchBuilder(List<TokenSequence> sequences, Labels labelled, float temperature) {
    this.sequences = sequences;
    this.labelled = labelled;
    this.temperature = temperature;
  }

  /** Adds samples of one prompt; answers the batch before them where they do not fit any more. */
  ImmutableList<MicroBatch> add(List<Integer> samples, int groupTokens, int tokenBudget) {
    ImmutableList<MicroBatch> finished =
        tokenCount > 0 && tokenCount + groupTokens > tokenBudget ? flush() : ImmutableList.of();
    int[] prompt = sequences.get(samples.get(0)).prompt();
    int promptSegment = segment(-1);
    append(prompt, prompt.length);
    int lastPromptRow = tokenCount - 1;
    for (int index : samples) {
      int[] response = sequences.get(index).response();
      int fed = labelled.fed(response.length);
      int start = tokenCount;
      if (fed > 0) {
        // a prompt of one sample needs no segment of its own
        if (samples.size() > 1) {
          segment(promptSegment);
        }
        append(response, fed);
      }
      label(index, response, lastPromptRow, start);
    }
    return finished;
  }

  private void label(int index, int[] response, int lastPromptRow, int start) {
    if (labelled == Labels.LAST_TOKEN) {
      rows.add(response.length == 0 ? lastPromptRow : start + response.length - 1);
      labels.add(0);
      indices.add(index);
      columns.add(0);
      return;
    }
    for (int t = 0; t < response.length; t++) {
      rows.add(t == 0 ? lastPromptRow : start + t - 1);
      labels.add(response[t]);
      indices.add(index);
      columns.add(t);
    }
  }

  private int segment(int prefixSegment) {
    offsets.add(tokenCount);
    prefix.add(prefixSegment);
    return segmentCount++;
  }

  private void append(int[] ids, int count) {
    for (int i = 0; i < count; i++) {
      tokens.add(ids[i]);
    }
    tokenCount += count;
  }

  /** The batch collected so far, if any, and an empty one from here on. */
  ImmutableList<MicroBatch> flush() {
    if (tokenCount == 0) {
      return ImmutableList.of();
    }
    offsets.add(tokenCount);
    var layout = new SequenceLayout(offsets.build().toArray(), prefix.build().toArray());
    var batch =
        new TokenBatch(
            tokens.build().toArray(),
            layout,
            rows.build().toArray(),
            labels.build().toArray(),
            temperature);
    var result = new MicroBatch(batch, indices.build().toArray(), columns.build().toArray());
    tokens = ImmutableIntArray.builder();
    offsets = ImmutableIntArray.builder();
    prefix = ImmutableIntArray.builder();
    rows = ImmutableIntArray.builder();
    labels = ImmutableIntArray.builder();
    indices = ImmutableIntArray.builder();
    columns = ImmutableIntArray.builder();
    tokenCount = 0;
    segmentCount = 0;
    // sequences without a response label nothing and need no forward pass
    return result.labels() == 0 ? ImmutableList.of() : ImmutableList.of(result);
  }
}
