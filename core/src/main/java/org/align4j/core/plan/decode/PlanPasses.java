package org.align4j.core.plan.decode;

import com.google.common.primitives.Ints;
import org.align4j.core.batch.SequenceLayout;
import org.align4j.core.engine.SamplingSettings;
import org.align4j.core.graph.Graph;
import org.align4j.core.plan.head.LanguageHead;
import org.align4j.core.plan.layout.Backward;
import org.align4j.core.plan.op.Plan;
import org.align4j.core.plan.run.Batch;
import org.align4j.core.plan.run.CacheWrites;
import org.align4j.core.plan.run.KeyValueCaches;
import org.align4j.core.plan.run.RopeTables;
import org.align4j.core.plan.run.Stage;

/** Decoding on a plan whose attentions read a key-value cache. */
public final class PlanPasses implements DecoderPasses {

  /** Prompts wait until they have so many tokens to compute: products of few rows are slow. */
  public static final int PROMPT_TOKENS = 512;

  private final Stage.Context context;
  private final KeyValueCaches caches = new KeyValueCaches();
  private final Plan plan;
  private final int slots;
  private final NextTokens next;
  private final int[] windows;

  /** For so many slots; the context is its own, tables and head are the network's. */
  public PlanPasses(
      Graph graph, Stage.Context context, RopeTables ropes, LanguageHead head, int slots) {
    this.context = context;
    this.plan = new Plan(graph, Backward.NONE, context, ropes, caches);
    this.windows = Ints.toArray(caches.windows());
    this.slots = slots;
    this.next = new NextTokens(context, head, slots, graph.hidden().columns());
  }

  @Override
  public int promptTokens() {
    return PROMPT_TOKENS;
  }

  @Override
  public KeyValueCaches caches() {
    return caches;
  }

  @Override
  public CacheWrites writes(int window) {
    return context.batch().writes(window);
  }

  @Override
  public void prompts(int[] tokens, SequenceLayout layout) {
    begin(layout.tokens());
    context.batch().set(tokens, layout);
    plan.forward();
  }

  @Override
  public void steps(DecoderSteps steps) {
    begin(steps.rows());
    Batch batch = context.batch();
    batch.beginSteps(steps.rows());
    System.arraycopy(steps.tokens(), 0, batch.tokens(), 0, steps.rows());
    System.arraycopy(steps.positions(), 0, batch.positions(), 0, steps.rows());
    for (int c = 0; c < windows.length; c++) {
      for (int i = 0; i < steps.rows(); i++) {
        batch.addStep(
            windows[c],
            i,
            steps.positions()[i],
            steps.prefixRow(c)[i],
            steps.prefixLength()[i],
            steps.ownRow(c)[i]);
      }
    }
    plan.forward();
  }

  private void begin(int tokens) {
    context.weights().refresh();
    plan.reserve(tokens, Math.max(slots, PROMPT_TOKENS));
  }

  @Override
  public void keep(int[] rows, int[] ofSlots, int count) {
    next.keep(plan.hidden().matrix(), rows, ofSlots, count);
  }

  @Override
  public void discard(int slot) {
    next.discard(slot);
  }

  @Override
  public void computeLogits() {
    next.compute();
  }

  @Override
  public void draw(
      int[] ofSlots, SamplingSettings settings, double[] uniforms, int[] tokens, float[] logProbs) {
    next.draw(ofSlots, settings, uniforms, tokens, logProbs);
  }

  @Override
  public float[] logits(int slot) {
    return next.logits(slot);
  }

  @Override
  public void close() {
    plan.close();
    caches.close();
    next.close();
  }
}
