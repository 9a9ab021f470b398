package org.align4j.cuda.engine.decode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.align4j.core.batch.SequenceLayout;
import org.align4j.core.engine.Head;
import org.align4j.core.engine.SamplingSettings;
import org.align4j.core.graph.Graph;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.plan.decode.DecoderPasses;
import org.align4j.core.plan.decode.DecoderSteps;
import org.align4j.core.plan.layout.Backward;
import org.align4j.core.plan.run.CacheWrites;
import org.align4j.core.plan.run.KeyValueCaches;
import org.align4j.cuda.engine.head.LanguageHeadCuda;
import org.align4j.cuda.engine.op.CudaContext;
import org.align4j.cuda.engine.op.CudaPlan;
import org.align4j.cuda.engine.run.Gpu;

/** Decoding on a card: caches, logits and draws are there, steps are recorded as graphs. */
public final class CudaPasses implements DecoderPasses {

  /** Prompts wait until they have so many tokens to compute: a card wants many rows. */
  public static final int PROMPT_TOKENS = 2048;

  private final Gpu gpu;
  private final CudaContext context;
  private final int slots;
  private final DecoderAttention attention;
  private final CudaPlan plan;
  private final StepGraphs graphs;
  private final CudaNextTokens next;
  private final int[] tokens;
  private final int[] positions;

  /** For so many slots; the context is its own, the head is the network's. */
  public CudaPasses(Graph graph, CudaContext context, LanguageHeadCuda head, int slots) {
    this.gpu = context.gpu();
    this.context = context;
    this.slots = slots;
    this.tokens = new int[slots];
    this.positions = new int[slots];
    synchronized (gpu) {
      this.attention = new DecoderAttention(graph, context, slots);
      this.plan = new CudaPlan(graph, Backward.NONE, context, attention);
      this.graphs = new StepGraphs(context.device());
      this.next = new CudaNextTokens(context, head, slots, graph.hidden().columns());
    }
  }

  /** Bytes of device memory for states, logits and draws of so many slots. */
  public static long bytes(Graph graph, int slots) {
    return graph.head() instanceof Head.Language<PlanNode> head
        ? CudaNextTokens.bytes(slots, head.weight().columns(), head.weight().rows())
        : 0;
  }

  @Override
  public int promptTokens() {
    return PROMPT_TOKENS;
  }

  @Override
  public KeyValueCaches caches() {
    return attention.caches();
  }

  @Override
  public CacheWrites writes(int window) {
    return attention.writes(window);
  }

  @Override
  public void prompts(int[] packed, SequenceLayout layout) {
    synchronized (gpu) {
      begin(layout.tokens());
      context.batch().set(packed, layout);
      attention.beginPrompts();
      plan.forward();
    }
  }

  @Override
  public void steps(DecoderSteps steps) {
    int size = StepGraphs.size(steps.rows(), slots);
    synchronized (gpu) {
      begin(size);
      System.arraycopy(steps.tokens(), 0, tokens, 0, steps.rows());
      System.arraycopy(steps.positions(), 0, positions, 0, steps.rows());
      Arrays.fill(tokens, steps.rows(), size, 0);
      Arrays.fill(positions, steps.rows(), size, 0);
      context.batch().setSteps(tokens, positions, size);
      attention.beginSteps(steps, size);
      graphs.run(size, addresses(), plan::forward);
    }
  }

  private List<Long> addresses() {
    List<Long> list = new ArrayList<>();
    list.add((long) plan.moves());
    list.add(context.batch().tokens());
    list.add(context.batch().positions());
    attention.addAddresses(list);
    return list;
  }

  private void begin(int rows) {
    context.weights().refresh();
    plan.reserve(rows, Math.max(slots, PROMPT_TOKENS));
  }

  @Override
  public void keep(int[] rows, int[] ofSlots, int count) {
    synchronized (gpu) {
      next.keep(plan.hidden(), rows, ofSlots, count);
    }
  }

  @Override
  public void discard(int slot) {
    next.discard(slot);
  }

  @Override
  public void computeLogits() {
    synchronized (gpu) {
      next.compute();
    }
  }

  @Override
  public void draw(
      int[] ofSlots, SamplingSettings settings, double[] uniforms, int[] drawn, float[] logProbs) {
    synchronized (gpu) {
      next.draw(ofSlots, settings, uniforms, drawn, logProbs);
    }
  }

  @Override
  public float[] logits(int slot) {
    synchronized (gpu) {
      return next.logits(slot);
    }
  }

  @Override
  public void close() {
    synchronized (gpu) {
      graphs.close();
      plan.close();
      attention.close();
      next.close();
      context.batch().close();
    }
  }
}
