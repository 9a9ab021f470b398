package org.align4j.cuda.engine;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.engine.Decoder;
import org.align4j.core.engine.Divergence;
import org.align4j.core.engine.Head;
import org.align4j.core.engine.Network;
import org.align4j.core.engine.Optimiser;
import org.align4j.core.engine.Scores;
import org.align4j.core.graph.Graph;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.optim.AdamWSettings;
import org.align4j.core.optim.ParameterGroup;
import org.align4j.core.plan.decode.CachedDecoder;
import org.align4j.core.plan.head.ActiveRows;
import org.align4j.core.plan.head.Distillation;
import org.align4j.core.plan.head.PartResults;
import org.align4j.core.plan.head.PlanHead.HeadResults;
import org.align4j.core.plan.run.BatchCheck;
import org.align4j.core.plan.run.SubBatch;
import org.align4j.core.runtime.Resources;
import org.align4j.core.tensor.Gradients;
import org.align4j.core.tensor.Parameters;
import org.align4j.cuda.engine.decode.CudaPasses;
import org.align4j.cuda.engine.head.CudaHead;
import org.align4j.cuda.engine.head.DistillationCuda;
import org.align4j.cuda.engine.head.LanguageHeadCuda;
import org.align4j.cuda.engine.head.ScalarHeadCuda;
import org.align4j.cuda.engine.op.CudaContext;
import org.align4j.cuda.engine.op.CudaPlan;
import org.align4j.cuda.engine.run.CudaFrozen;
import org.align4j.cuda.engine.run.CudaWeights;
import org.align4j.cuda.engine.run.DeviceBuffer;
import org.align4j.cuda.engine.run.Gpu;
import org.align4j.cuda.engine.run.RopeTables;
import org.align4j.cuda.kernel.DeviceMatrix;
import org.jspecify.annotations.Nullable;

/**
 * A network on a card. Sequences are packed without padding, what several begin with is computed
 * once, and a token's log-prob has the same bits whatever it is computed with: scored, trained on
 * or sampled. A step copies to and from the card its tokens, coefficients and results alone.
 */
public final class CudaNetwork implements Network {

  private static final float[] NO_ENTROPY = new float[0];

  private final Gpu gpu;
  private final Graph graph;
  private final Resources resources;
  private final CudaMemory.Budget budget;
  private final CudaWeights weights;
  private final RopeTables ropes;
  private final ScorePass scoring;
  private final CudaContext training;
  private final CudaHead head;
  private final int trainTokens;
  private final ActiveRows selection = new ActiveRows();
  private final PartResults partResults = new PartResults();
  private @Nullable CudaPlan trainPlan;
  private @Nullable DistillationCuda distillation;

  /** Those of the last forward pass outlive a score. */
  private HeadResults results = PartResults.room(0);

  private HeadResults scoreResults = PartResults.room(0);
  private @Nullable SubBatch forwarded;
  private long version;
  private boolean frozen;
  private boolean closed;

  /**
   * A network over parameters that were checked against its definition.
   *
   * @param parameters that are trained
   * @param base all others; null where there are none
   */
  CudaNetwork(
      Gpu gpu, Graph graph, Parameters parameters, @Nullable CudaFrozen base, Resources resources) {
    this.gpu = gpu;
    this.graph = graph;
    this.resources = resources;
    this.budget = CudaMemory.budget(resources, gpu.device());
    synchronized (gpu) {
      gpu.prepare(resources.precision());
      this.weights = new CudaWeights(gpu, parameters, base);
      this.ropes = new RopeTables(gpu.device());
      this.scoring = new ScorePass(graph, context(), budget);
      this.training = context();
      this.head =
          switch (graph.head()) {
            case Head.Language<PlanNode> h -> new LanguageHeadCuda(training, h);
            case Head.Scalar<PlanNode> h -> new ScalarHeadCuda(training, h);
          };
    }
    this.trainTokens =
        budget.trainTokens(CudaPlan.bytesPerToken(graph, weights::trains, budget.backward()));
  }

  /** A context with a batch of its own. */
  private CudaContext context() {
    return CudaContext.of(graph, gpu, weights, ropes, resources.precision());
  }

  @Override
  public int preferredTokens() {
    return trainTokens;
  }

  @Override
  public Resources resources() {
    return resources;
  }

  @Override
  public Parameters parameters() {
    synchronized (gpu) {
      return weights.parameters();
    }
  }

  @Override
  public void parametersChanged() {
    checkTrainable();
    synchronized (gpu) {
      weights.changed();
    }
    forwarded = null;
    version++;
  }

  @Override
  public long version() {
    return version;
  }

  @Override
  public Scores score(TokenBatch batch) {
    check(batch);
    int count = batch.rows().length;
    scoreResults = PartResults.atLeast(scoreResults, count);
    synchronized (gpu) {
      for (SubBatch part : scoring.parts(batch)) {
        head(scoring.run(part), part, scoreResults);
      }
    }
    return scores(scoreResults, count);
  }

  @Override
  public float[][] hidden(TokenBatch batch) {
    check(batch);
    float[][] states = new float[batch.rows().length][];
    if (states.length > 0) {
      synchronized (gpu) {
        try (DeviceBuffer room = new DeviceBuffer(gpu.device())) {
          DeviceMatrix all = scoring.hidden(batch, room);
          int columns = all.columns();
          float[] values = new float[Math.multiplyExact(states.length, columns)];
          gpu.device().read(all.address(), MemorySegment.ofArray(values));
          Arrays.setAll(states, m -> Arrays.copyOfRange(values, m * columns, (m + 1) * columns));
        }
      }
    }
    return states;
  }

  private void head(CudaPlan plan, SubBatch part, HeadResults all) {
    TokenBatch batch = part.batch();
    partResults.collect(
        part,
        all,
        target ->
            head.forward(
                plan.hidden(),
                batch.rows(),
                batch.labels(),
                batch.rows().length,
                batch.temperature(),
                target));
  }

  private Scores scores(HeadResults all, int count) {
    return new Scores(
        Arrays.copyOf(all.outputs(), count),
        head instanceof LanguageHeadCuda ? Arrays.copyOf(all.entropy(), count) : NO_ENTROPY);
  }

  @Override
  public Scores forward(TokenBatch batch) {
    checkTrainable();
    check(batch);
    int count = batch.rows().length;
    HeadResults all = PartResults.atLeast(results, count);
    results = all;
    SubBatch whole = new SubBatch(batch, null);
    forwarded = null;
    if (batch.tokens().length > 0) {
      synchronized (gpu) {
        head(trainForward(batch), whole, all);
      }
    }
    forwarded = whole;
    return scores(all, count);
  }

  private CudaPlan trainForward(TokenBatch batch) {
    CudaPlan plan = trainPlan();
    weights.refresh();
    plan.reserve(batch.tokens().length, trainTokens);
    training.batch().set(batch.tokens(), batch.layout());
    plan.forward();
    return plan;
  }

  private CudaPlan trainPlan() {
    CudaPlan plan = trainPlan;
    if (plan == null) {
      plan = new CudaPlan(graph, budget.backward(), training, null);
      trainPlan = plan;
    }
    return plan;
  }

  @Override
  public void backward(float[] dOutputs, float @Nullable [] dEntropy) {
    checkState(!closed, "the network is closed");
    SubBatch whole =
        BatchCheck.backward(forwarded, dOutputs, dEntropy, head instanceof LanguageHeadCuda);
    forwarded = null;
    selection.of(whole, dOutputs, dEntropy, results);
    if (!selection.isEmpty()) {
      synchronized (gpu) {
        backward(whole, dEntropy != null);
      }
    }
  }

  private void backward(SubBatch whole, boolean withEntropy) {
    TokenBatch batch = whole.batch();
    CudaPlan plan = trainPlan();
    if (!selection.isWhole()) {
      batch = selection.narrow(whole).batch();
      training.batch().set(batch.tokens(), batch.layout());
      plan.keepRows(selection.tokenRows(), selection.tokenCount());
    }
    plan.beginBackward();
    head.backward(
        plan.backwardHidden(),
        selection.rows(),
        selection.labels(),
        selection.count(),
        batch.temperature(),
        selection.coefficients(withEntropy),
        plan.hiddenGradient());
    plan.backward();
    weights.gradientChanged();
  }

  @Override
  public float[] distill(
      TokenBatch batch, Network teacher, Divergence divergence, float[] coefficients) {
    checkTrainable();
    check(batch);
    checkArgument(
        teacher != this && teacher instanceof CudaNetwork other && other.gpu == gpu,
        "the teacher must be another network of the CUDA engine on the same GPU");
    CudaNetwork guide = (CudaNetwork) teacher;
    guide.check(batch);
    BatchCheck.distill(batch, coefficients);
    LanguageHeadCuda own = LanguageHeadCuda.of(head, "student");
    LanguageHeadCuda others = LanguageHeadCuda.of(guide.head, "teacher");
    Distillation.checkVocabularies(own.vocabulary(), others.vocabulary());
    forwarded = null;
    if (batch.rows().length == 0) {
      return new float[0];
    }
    synchronized (gpu) {
      DistillationCuda distillation = this.distillation;
      if (distillation == null) {
        distillation = new DistillationCuda(gpu);
        this.distillation = distillation;
      }
      DeviceMatrix states = guide.scoring.hidden(batch, distillation.teacherStates());
      CudaPlan plan = trainForward(batch);
      plan.beginBackward();
      float[] values =
          distillation.run(
              own,
              others,
              new DistillationCuda.Manner(divergence, batch.temperature()),
              plan.backwardHidden(),
              batch.rows(),
              states,
              coefficients,
              plan.hiddenGradient());
      plan.backward();
      weights.gradientChanged();
      return values;
    }
  }

  private void check(TokenBatch batch) {
    checkState(!closed, "the network is closed");
    BatchCheck.check(batch, graph, head instanceof LanguageHeadCuda);
  }

  @Override
  public Gradients gradients() {
    checkState(!closed, "the network is closed");
    checkTrainable();
    synchronized (gpu) {
      return weights.gradients();
    }
  }

  @Override
  public Optimiser optimiser(AdamWSettings settings, List<ParameterGroup> groups) {
    checkTrainable();
    synchronized (gpu) {
      return new CudaOptimiser(
          gpu,
          weights,
          settings,
          groups,
          () -> {
            weights.updated();
            forwarded = null;
            version++;
          });
    }
  }

  @Override
  public void freeze() {
    checkState(!closed, "the network is closed");
    frozen = true;
    synchronized (gpu) {
      weights.freeze();
    }
  }

  private void checkTrainable() {
    checkState(!frozen, "the network is frozen: it scores and decodes, but is not trained");
  }

  @Override
  public Decoder decoder(int slots, int maxLength) {
    checkState(!closed, "the network is closed");
    BatchCheck.decoder(graph, slots, maxLength);
    CudaContext own;
    synchronized (gpu) {
      weights.refresh();
      own = context();
    }
    return new CachedDecoder(
        new CudaPasses(graph, own, (LanguageHeadCuda) head, slots),
        graph.tokenLimit(),
        slots,
        maxLength);
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    synchronized (gpu) {
      scoring.close();
      if (trainPlan != null) {
        trainPlan.close();
      }
      if (distillation != null) {
        distillation.close();
      }
      head.close();
      training.batch().close();
      ropes.close();
      weights.close();
    }
  }
}
