package org.align4j.cuda.engine.decode;

import static com.google.common.base.Preconditions.checkNotNull;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.align4j.core.graph.Graph;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.ops.Heads;
import org.align4j.core.ops.Ops.Op;
import org.align4j.core.plan.decode.DecoderSteps;
import org.align4j.core.plan.run.CacheWrites;
import org.align4j.core.plan.run.KeyValueCaches;
import org.align4j.cuda.engine.op.CachedAttention;
import org.align4j.cuda.engine.op.CudaContext;
import org.align4j.cuda.engine.op.HeadPadding;
import org.align4j.cuda.engine.run.DeviceBuffer;
import org.align4j.cuda.kernel.DeviceMatrix;
import org.align4j.cuda.kernel.Rows;

/**
 * Attentions of a decoder: what a pass keeps goes to the caches, prompts attend as in scoring,
 * single new tokens to what is there. Which rows that are is copied before the pass, to addresses
 * that stay.
 */
final class DecoderAttention implements CachedAttention, AutoCloseable {

  private final CudaContext context;
  private final KeyValueCaches caches = new KeyValueCaches();
  private final IdentityHashMap<Op.Attention<PlanNode>, DeviceKeyValues> stores =
      new IdentityHashMap<>();
  private final Map<Integer, Lists> ofWindow = new TreeMap<>();
  private final DeviceBuffer prefixLength;
  private final int[] padded;
  private boolean steps;

  /** Of all attentions with a window: the rows that are kept, and those of steps. */
  private static final class Lists implements AutoCloseable {
    final CacheWrites writes = new CacheWrites();
    final DeviceKeyValues first;
    final DeviceBuffer from;
    final DeviceBuffer to;
    final DeviceBuffer prefixRow;
    final DeviceBuffer ownRow;
    int count;

    Lists(CudaContext context, DeviceKeyValues first) {
      this.first = first;
      from = new DeviceBuffer(context.device());
      to = new DeviceBuffer(context.device());
      prefixRow = new DeviceBuffer(context.device());
      ownRow = new DeviceBuffer(context.device());
    }

    @Override
    public void close() {
      from.close();
      to.close();
      prefixRow.close();
      ownRow.close();
    }
  }

  DecoderAttention(Graph graph, CudaContext context, int slots) {
    this.context = context;
    this.prefixLength = new DeviceBuffer(context.device());
    this.padded = new int[slots];
    for (var place : graph.operations()) {
      if (place.op() instanceof Op.Attention<PlanNode> op) {
        DeviceKeyValues store = new DeviceKeyValues(context.gpu(), HeadPadding.wide(op.heads()));
        int window = op.heads().window();
        caches.of(window).add(store);
        stores.put(op, store);
        ofWindow.computeIfAbsent(window, key -> new Lists(context, store));
      }
    }
  }

  KeyValueCaches caches() {
    return caches;
  }

  CacheWrites writes(int window) {
    return lists(window).writes;
  }

  private Lists lists(int window) {
    return checkNotNull(ofWindow.get(window));
  }

  /** The next pass is one over prompts. */
  void beginPrompts() {
    steps = false;
    for (Lists lists : ofWindow.values()) {
      lists.count = lists.writes.count();
      lists.from.set(lists.writes.tokens(), lists.count);
      lists.to.set(lists.writes.rows(), lists.count);
    }
  }

  /**
   * The next pass is one over steps.
   *
   * @param size of the pass: rows beyond the steps are there for company
   */
  void beginSteps(DecoderSteps of, int size) {
    steps = true;
    prefixLength.set(padded(of.prefixLength(), of.rows(), 0), size);
    int cache = 0;
    for (Lists lists : ofWindow.values()) {
      lists.count = size;
      for (int i = 0; i < size; i++) {
        padded[i] = i;
      }
      lists.from.set(padded, size);
      // Rows that keep company go to spare ones, each to its own, and attend to themselves.
      int spare = lists.first.rows();
      lists.to.set(padded(lists.writes.rows(), of.rows(), spare), size);
      lists.ownRow.set(padded(of.ownRow(cache), of.rows(), spare), size);
      lists.prefixRow.set(padded(of.prefixRow(cache), of.rows(), 0), size);
      cache++;
    }
  }

  private int[] padded(int[] values, int count, int spare) {
    System.arraycopy(values, 0, padded, 0, count);
    for (int i = count; i < padded.length; i++) {
      padded[i] = spare == 0 ? 0 : spare + (i - count) % DeviceKeyValues.SPARE;
    }
    return padded;
  }

  @Override
  public void attend(
      Op.Attention<PlanNode> op,
      Heads heads,
      DeviceMatrix q,
      DeviceMatrix k,
      DeviceMatrix v,
      DeviceMatrix out) {
    DeviceKeyValues store = checkNotNull(stores.get(op));
    Lists lists = lists(heads.window());
    if (lists.count > 0) {
      Rows rows = context.kernels().rows();
      int columns = heads.key() * heads.headDim();
      long from = lists.from.address();
      long to = lists.to.address();
      rows.scatterRows(k, from, to, store.keys(), lists.count, columns);
      rows.scatterRows(v, from, to, store.values(), lists.count, columns);
    }
    if (steps) {
      context
          .kernels()
          .attention()
          .attentionStep(
              q,
              store.keys().address(),
              store.values().address(),
              context.batch().positions(),
              lists.prefixRow.address(),
              prefixLength.address(),
              lists.ownRow.address(),
              out,
              q.rows(),
              heads);
    } else {
      context.kernels().attention().attention(q, k, v, context.batch().tiles(heads), out, null);
    }
  }

  /** Lists what recorded steps read and write: with other addresses they are void. */
  void addAddresses(List<Long> list) {
    list.add(prefixLength.address());
    for (Lists lists : ofWindow.values()) {
      list.add((long) lists.first.moves());
      list.add(lists.from.address());
      list.add(lists.to.address());
      list.add(lists.prefixRow.address());
      list.add(lists.ownRow.address());
    }
  }

  @Override
  public void close() {
    stores.values().forEach(DeviceKeyValues::close);
    ofWindow.values().forEach(Lists::close);
    prefixLength.close();
    caches.close();
  }
}
