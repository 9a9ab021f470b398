package org.align4j.core.samediff;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.align4j.core.batch.SequenceLayout;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.engine.Decoder;
import org.align4j.core.engine.Head;
import org.align4j.core.engine.Network;
import org.align4j.core.engine.NetworkDefinition;
import org.align4j.core.engine.Scores;
import org.align4j.core.runtime.Resources;
import org.align4j.core.tensor.Gradients;
import org.align4j.core.tensor.Parameters;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A network that stock SameDiff graphs run: one of the body and one of the head, with the
 * parameters' own arrays as variables. The data type is that of the parameters.
 *
 * <p>A batch runs in parts of whole sequences, so that a part's activations stay within about a
 * gigabyte. The backward pass computes a part's activations anew.
 */
public final class SameDiffNetwork implements Network {

  private static final int MAX_PART_TOKENS = 8192;

  private final NetworkDefinition definition;
  private final Parameters trained;
  private final Parameters parameters;
  private final Resources resources;
  private final DataType type;
  private final BodyGraph body;
  private final HeadGraph head;
  private final int partTokens;
  private final List<RanTogether> pending = new ArrayList<>();
  private @Nullable TokenBatch pendingBatch;
  private @Nullable Gradients gradients;
  private @Nullable GradientSums sums;
  private @Nullable StepGraph steps;
  private long version;
  private boolean frozen;

  /** Sequences that ran together, and the labelled rows m that lie in them. */
  private record RanTogether(
      PaddedBatch padded, List<Integer> leaves, int[] rows, INDArray hidden) {}

  private SameDiffNetwork(
      NetworkDefinition definition,
      Parameters trained,
      Parameters parameters,
      Resources resources) {
    this.trained = trained;
    this.resources = resources;
    this.definition = definition;
    this.parameters = parameters;
    this.type = parameters.dataType();
    this.body = new BodyGraph(definition, parameters);
    this.head = new HeadGraph(body.head(), body.hiddenColumns(), parameters);
    this.partTokens =
        Math.clamp(resources.memory() / Float.BYTES / body.floatsPerToken(), 64, MAX_PART_TOKENS);
  }

  /** Builds the graphs of a network over these parameters. */
  public static SameDiffNetwork create(NetworkDefinition definition, Parameters parameters) {
    return create(definition, parameters, Resources.shared());
  }

  /** The same with a budget of memory of one's own. */
  public static SameDiffNetwork create(
      NetworkDefinition definition, Parameters parameters, Resources resources) {
    return create(definition, parameters, parameters, resources);
  }

  /**
   * The same where some are frozen.
   *
   * @param parameters all of them, the trained ones among them
   */
  static SameDiffNetwork create(
      NetworkDefinition definition,
      Parameters trained,
      Parameters parameters,
      Resources resources) {
    definition
        .parameterShapes()
        .forEach((name, shape) ->
            checkArgument(
                Arrays.equals(parameters.get(name).shape(), shape),
                "parameter %s is %s, the network wants %s",
                name,
                Arrays.toString(parameters.get(name).shape()),
                Arrays.toString(shape)));
    return new SameDiffNetwork(definition, trained, parameters, resources);
  }

  @Override
  public Resources resources() {
    return resources;
  }

  /** The stock graph of the body, to inspect or save. */
  public SameDiff graph() {
    return body.graph();
  }

  @Override
  public Parameters parameters() {
    return trained;
  }

  /** Nothing to do: the graphs read the parameters' own arrays. */
  @Override
  public void parametersChanged() {
    checkTrainable();
    version++;
  }

  @Override
  public long version() {
    return version;
  }

  /** Frees nothing: the graphs read the parameters' own arrays. */
  @Override
  public void freeze() {
    forget();
    frozen = true;
  }

  private void checkTrainable() {
    checkState(!frozen, "the network is frozen: it scores and decodes, but is not trained");
  }

  @Override
  public Scores score(TokenBatch batch) {
    return run(batch, false).rounded();
  }

  @Override
  public float[][] hidden(TokenBatch batch) {
    float[][] states = new float[batch.rows().length][];
    Owners owners = new Owners(batch.layout());
    for (List<Integer> leaves : parts(batch.layout())) {
      PaddedBatch padded = new PaddedBatch(batch.tokens(), batch.layout(), leaves);
      int[] rows = owners.rowsOf(batch.rows(), leaves);
      int[] index = owners.indices(padded, batch.rows(), rows);
      INDArray hidden = body.hidden(padded);
      double[] values = HostArrays.doubles(hidden);
      int columns = (int) hidden.size(1);
      HostArrays.free(hidden);
      for (int i = 0; i < rows.length; i++) {
        int from = index[i] * columns;
        states[rows[i]] = HostArrays.rounded(Arrays.copyOfRange(values, from, from + columns));
      }
    }
    return states;
  }

  /** As {@link #score}, in double: what finite differences need. */
  double[] outputs(TokenBatch batch) {
    return run(batch, false).outputs();
  }

  /** As {@link #score}, in double. */
  double[] entropy(TokenBatch batch) {
    return run(batch, false).entropy();
  }

  private record Values(double[] outputs, double[] entropy) {
    Scores rounded() {
      return new Scores(HostArrays.rounded(outputs), HostArrays.rounded(entropy));
    }
  }

  @Override
  public Scores forward(TokenBatch batch) {
    checkTrainable();
    forget();
    Scores scores = run(batch, true).rounded();
    pendingBatch = batch;
    return scores;
  }

  private Values run(TokenBatch batch, boolean keep) {
    SequenceLayout layout = batch.layout();
    double[] outputs = new double[batch.rows().length];
    double[] entropy = new double[head.language() ? outputs.length : 0];
    Owners owners = new Owners(layout);
    for (List<Integer> leaves : parts(layout)) {
      PaddedBatch padded = new PaddedBatch(batch.tokens(), layout, leaves);
      int[] rows = owners.rowsOf(batch.rows(), leaves);
      if (rows.length == 0) {
        continue;
      }
      INDArray hidden = body.hidden(padded);
      double[] partOutputs = new double[rows.length];
      double[] partEntropy = new double[head.language() ? rows.length : 0];
      head.score(
          hidden,
          owners.indices(padded, batch.rows(), rows),
          pick(batch.labels(), rows),
          batch.temperature(),
          partOutputs,
          partEntropy);
      for (int i = 0; i < rows.length; i++) {
        outputs[rows[i]] = partOutputs[i];
        if (head.language()) {
          entropy[rows[i]] = partEntropy[i];
        }
      }
      if (keep) {
        pending.add(new RanTogether(padded, leaves, rows, hidden));
      } else {
        HostArrays.free(hidden);
      }
    }
    return new Values(outputs, entropy);
  }

  @Override
  public void backward(float[] dOutputs, float @Nullable [] dEntropy) {
    TokenBatch batch = pendingBatch;
    checkState(batch != null, "backward without forward: run forward on a batch first");
    int m = batch.rows().length;
    checkArgument(
        dOutputs.length == m && (dEntropy == null || dEntropy.length == m),
        "coefficients [%s] do not match the %s labelled rows",
        dOutputs.length,
        m);
    float[] ofEntropy = dEntropy == null ? new float[m] : dEntropy;
    Owners owners = new Owners(batch.layout());
    GradientSums target = sums();
    for (RanTogether part : pending) {
      int[] rows =
          Arrays.stream(part.rows())
              .filter(row -> dOutputs[row] != 0 || ofEntropy[row] != 0)
              .toArray();
      if (rows.length == 0) {
        continue;
      }
      int[] index = owners.indices(part.padded(), batch.rows(), rows);
      double[] upstream =
          head.backward(
              part.hidden(),
              index,
              pick(batch.labels(), rows),
              batch.temperature(),
              pick(dOutputs, rows),
              pick(ofEntropy, rows),
              target);
      List<Integer> active = owners.owning(batch.rows(), rows, part.leaves());
      PaddedBatch padded = part.padded();
      if (active.size() < part.leaves().size()) {
        padded = new PaddedBatch(batch.tokens(), batch.layout(), active);
        int[] moved = owners.indices(padded, batch.rows(), rows);
        upstream = move(upstream, index, moved, padded, (int) part.hidden().size(1));
      }
      try (INDArray array =
          HostArrays.array(
              upstream,
              type,
              (long) padded.sequences() * padded.columns(),
              part.hidden().size(1))) {
        body.backward(padded, array, target);
      }
    }
  }

  /** Rows of the gradient at their places in a batch of fewer sequences. */
  private static double[] move(
      double[] upstream, int[] from, int[] to, PaddedBatch padded, int columns) {
    double[] moved = new double[padded.sequences() * padded.columns() * columns];
    for (int i = 0; i < from.length; i++) {
      System.arraycopy(upstream, from[i] * columns, moved, to[i] * columns, columns);
    }
    return moved;
  }

  /** Sequences of like length together, as many as a part may hold. */
  private List<List<Integer>> parts(SequenceLayout layout) {
    List<Integer> leaves = PaddedBatch.leaves(layout);
    leaves.sort(Comparator.comparingInt(leaf -> layout.end(leaf)));
    List<List<Integer>> parts = new ArrayList<>();
    List<Integer> part = new ArrayList<>();
    for (int leaf : leaves) {
      int length = layout.end(leaf);
      checkArgument(
          length <= definition.maxPositions(),
          "a sequence of %s tokens is longer than the network's %s positions",
          length,
          definition.maxPositions());
      if (!part.isEmpty() && (long) (part.size() + 1) * length > partTokens) {
        parts.add(part);
        part = new ArrayList<>();
      }
      part.add(leaf);
    }
    parts.add(part);
    return parts;
  }

  private static int[] pick(int[] values, int[] rows) {
    return Arrays.stream(rows).map(row -> values[row]).toArray();
  }

  private static float[] pick(float[] values, int[] rows) {
    float[] picked = new float[rows.length];
    for (int i = 0; i < rows.length; i++) {
      picked[i] = values[rows[i]];
    }
    return picked;
  }

  private GradientSums sums() {
    GradientSums existing = sums;
    if (existing == null) {
      existing = new GradientSums(gradients());
      sums = existing;
    }
    return existing;
  }

  @Override
  public Gradients gradients() {
    checkTrainable();
    Gradients existing = gradients;
    if (existing == null) {
      existing = new Gradients(trained);
      gradients = existing;
    }
    return existing;
  }

  @Override
  public Decoder decoder(int slots, int maxLength) {
    checkArgument(
        body.head() instanceof Head.Language<SDVariable>,
        "a decoder needs a language head; this network ends in a scalar");
    StepGraph existing = steps;
    if (existing == null) {
      existing = new StepGraph(definition, parameters);
      steps = existing;
    }
    return new SameDiffDecoder(definition, parameters, body, existing, slots, maxLength);
  }

  private void forget() {
    pending.forEach(part -> HostArrays.free(part.hidden()));
    pending.clear();
    pendingBatch = null;
  }

  @Override
  public void close() {
    forget();
    body.close();
    head.close();
    StepGraph stepGraph = steps;
    if (stepGraph != null) {
      stepGraph.close();
    }
    Gradients existing = gradients;
    if (existing != null) {
      existing.close();
    }
  }
}
