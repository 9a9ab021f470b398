package org.align4j.core.plan;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import java.util.Arrays;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.engine.Decoder;
import org.align4j.core.engine.Divergence;
import org.align4j.core.engine.EngineProvider;
import org.align4j.core.engine.Head;
import org.align4j.core.engine.Network;
import org.align4j.core.engine.NetworkDefinition;
import org.align4j.core.engine.Scores;
import org.align4j.core.graph.Graph;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.graph.PlanOps;
import org.align4j.core.kernel.Threads;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeMemory;
import org.align4j.core.plan.decode.CachedDecoder;
import org.align4j.core.plan.decode.PlanPasses;
import org.align4j.core.plan.head.ActiveRows;
import org.align4j.core.plan.head.Distillation;
import org.align4j.core.plan.head.HeadPass;
import org.align4j.core.plan.head.LanguageHead;
import org.align4j.core.plan.head.PartResults;
import org.align4j.core.plan.head.PlanHead;
import org.align4j.core.plan.head.PlanHead.HeadResults;
import org.align4j.core.plan.head.ScalarOutput;
import org.align4j.core.plan.layout.Backward;
import org.align4j.core.plan.op.Plan;
import org.align4j.core.plan.run.BaseWeights;
import org.align4j.core.plan.run.Batch;
import org.align4j.core.plan.run.BatchCheck;
import org.align4j.core.plan.run.ParameterCheck;
import org.align4j.core.plan.run.RopeTables;
import org.align4j.core.plan.run.Stage;
import org.align4j.core.plan.run.SubBatch;
import org.align4j.core.plan.run.Weights;
import org.align4j.core.runtime.Resources;
import org.align4j.core.tensor.Gradients;
import org.align4j.core.tensor.Parameters;
import org.jspecify.annotations.Nullable;

/**
 * A network on the plan engine. Sequences are packed without padding, what several begin with is
 * computed once, and a token's log-prob has the same bits whatever it is computed with: scored,
 * trained on or sampled, on any number of threads.
 */
public final class PlanNetwork implements Network {

  private static final float[] NO_ENTROPY = new float[0];
  private static final int LEAST_TOKENS = 256;

  private final Graph graph;
  private final PlanSettings settings;
  private final Threads threads;
  private final NativeMemory memory = new NativeMemory();
  private final Weights weights;
  private final RopeTables ropes = new RopeTables(memory);
  private final Stage.Context scoring;
  private final Stage.Context training;
  private final Plan scorePlan;
  private final PlanHead head;
  private final HeadPass headPass;
  private final int trainTokens;
  private final int scoreTokens;
  private final ActiveRows selection = new ActiveRows();
  private @Nullable Plan trainPlan;

  /** Those of the last forward pass outlive a score. */
  private HeadResults results = PartResults.room(0);

  private HeadResults scoreResults = PartResults.room(0);
  private @Nullable SubBatch forwarded;
  private long version;
  private boolean frozen;
  private boolean closed;

  private PlanNetwork(
      Graph graph, Parameters parameters, @Nullable BaseWeights base, PlanSettings settings) {
    this.graph = graph;
    this.settings = settings;
    this.threads = settings.resources().threads();
    this.weights = new Weights(settings.resources().kernels(), threads, parameters, base, memory);
    this.scoring = context();
    this.training = context();
    this.scorePlan = new Plan(graph, Backward.NONE, scoring, ropes, null);
    this.trainTokens =
        tokens(
            0,
            settings.resources().trainBytes(),
            Plan.bytesPerToken(graph, weights::trains, backward()));
    this.scoreTokens =
        tokens(
            settings.scoreTokens(), settings.resources().scoreBytes(), scorePlan.bytesPerToken());
    this.head =
        switch (graph.head()) {
          case Head.Language<PlanNode> h ->
              new LanguageHead(scoring, h, settings.resources().logitBytes());
          case Head.Scalar<PlanNode> h -> new ScalarOutput(scoring, h);
        };
    this.headPass = new HeadPass(head);
  }

  /**
   * Compiles a definition over parameters, which stay where they are and belong to the caller.
   *
   * @throws IllegalArgumentException where the parameters are not those the definition declares
   */
  public static PlanNetwork create(
      NetworkDefinition definition, Parameters parameters, PlanSettings settings) {
    ParameterCheck.check(definition.parameterShapes(), parameters);
    return new PlanNetwork(PlanOps.record(definition), parameters, null, settings);
  }

  /** The same where some parameters are frozen, see {@link EngineProvider}. */
  public static PlanNetwork create(
      NetworkDefinition definition, Parameters trained, BaseWeights base, PlanSettings settings) {
    ParameterCheck.check(definition.parameterShapes(), trained, base.weights());
    return new PlanNetwork(PlanOps.record(definition), trained, base, settings);
  }

  /** The same with {@link PlanSettings#defaults}. */
  public static PlanNetwork create(NetworkDefinition definition, Parameters parameters) {
    return create(definition, parameters, PlanSettings.defaults());
  }

  /** Tokens of a pass: as wanted, or as many as fit. */
  static int tokens(int wanted, long budget, long bytesPerToken) {
    if (wanted > 0) {
      return wanted;
    }
    long fitting = Math.min(budget / bytesPerToken, 1 << 20);
    return (int) Math.max(LEAST_TOKENS, fitting / 64 * 64);
  }

  private Backward backward() {
    return settings.resources().recompute() ? Backward.RECOMPUTE : Backward.KEEP;
  }

  private Stage.Context context() {
    return new Stage.Context(settings.resources().kernels(), threads, weights, new Batch());
  }

  @Override
  public int preferredTokens() {
    return trainTokens;
  }

  @Override
  public Resources resources() {
    return settings.resources();
  }

  /** How it runs. */
  public PlanSettings settings() {
    return settings;
  }

  @Override
  public Parameters parameters() {
    return weights.parameters();
  }

  @Override
  public void parametersChanged() {
    checkTrainable();
    weights.changed();
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
    scoreResults = PartResults.atLeast(scoreResults, batch.rows().length);
    for (SubBatch part : SubBatch.split(batch, scoreTokens)) {
      score(part, scoreResults);
    }
    return scores(scoreResults, batch.rows().length);
  }

  @Override
  public float[][] hidden(TokenBatch batch) {
    check(batch);
    float[][] states = new float[batch.rows().length][];
    for (SubBatch part : SubBatch.split(batch, scoreTokens)) {
      scoreBody(part);
      Matrix hidden = scorePlan.hidden().matrix();
      int[] rows = part.batch().rows();
      for (int m = 0; m < rows.length; m++) {
        float[] state = new float[hidden.columns()];
        hidden.row(rows[m]).copyTo(state, 0, state.length);
        states[part.output(m)] = state;
      }
    }
    return states;
  }

  @Override
  public Scores forward(TokenBatch batch) {
    checkTrainable();
    check(batch);
    weights.refresh();
    HeadResults all = PartResults.atLeast(results, batch.rows().length);
    results = all;
    SubBatch whole = new SubBatch(batch, null);
    forwarded = null;
    if (batch.tokens().length > 0) {
      headPass.apply(trainForward(batch), whole, all, true);
    }
    forwarded = whole;
    return scores(all, batch.rows().length);
  }

  @Override
  public void backward(float[] dOutputs, float @Nullable [] dEntropy) {
    checkState(!closed, "the network is closed");
    SubBatch whole =
        BatchCheck.backward(forwarded, dOutputs, dEntropy, head instanceof LanguageHead);
    forwarded = null;
    selection.of(whole, dOutputs, dEntropy, results);
    if (!selection.isEmpty()) {
      backward(whole, dEntropy != null);
    }
  }

  private void backward(SubBatch whole, boolean withEntropy) {
    TokenBatch batch = whole.batch();
    Plan plan = trainPlan();
    if (!selection.isWhole()) {
      batch = selection.narrow(whole).batch();
      training.batch().set(batch.tokens(), batch.layout());
      plan.keepRows(selection.tokenRows(), selection.tokenCount());
    }
    plan.beginBackward();
    head.backward(
        plan.backwardHidden().matrix(),
        selection.rows(),
        selection.labels(),
        selection.count(),
        batch.temperature(),
        selection.coefficients(withEntropy),
        plan.hiddenGradient().matrix(),
        selection.chosenOutputs());
    plan.backward();
  }

  private Plan trainForward(TokenBatch batch) {
    Plan plan = trainPlan();
    plan.reserve(batch.tokens().length, trainTokens);
    training.batch().set(batch.tokens(), batch.layout());
    plan.forward();
    return plan;
  }

  private Plan trainPlan() {
    Plan plan = trainPlan;
    if (plan == null) {
      plan = new Plan(graph, backward(), training, ropes, null);
      trainPlan = plan;
      weights.refresh();
    }
    return plan;
  }

  private void score(SubBatch part, HeadResults all) {
    scoreBody(part);
    headPass.apply(scorePlan, part, all, false);
  }

  private void scoreBody(SubBatch part) {
    weights.refresh();
    scorePlan.reserve(part.batch().tokens().length, scoreTokens);
    scoring.batch().set(part.batch().tokens(), part.batch().layout());
    scorePlan.forward();
  }

  private Scores scores(HeadResults all, int count) {
    return new Scores(
        Arrays.copyOf(all.outputs(), count),
        head instanceof LanguageHead ? Arrays.copyOf(all.entropy(), count) : NO_ENTROPY);
  }

  @Override
  public float[] distill(
      TokenBatch batch, Network teacher, Divergence divergence, float[] coefficients) {
    checkTrainable();
    check(batch);
    checkArgument(
        teacher != this && teacher instanceof PlanNetwork,
        "the teacher must be another network of the plan engine");
    PlanNetwork guide = (PlanNetwork) teacher;
    guide.check(batch);
    BatchCheck.distill(batch, coefficients);
    Distillation distillation =
        new Distillation(
            LanguageHead.of(head, "student"),
            LanguageHead.of(guide.head, "teacher"),
            threads,
            divergence,
            batch.temperature());
    weights.refresh();
    forwarded = null;
    float[][] states = guide.hidden(batch);
    float[] values = new float[batch.rows().length];
    if (batch.tokens().length > 0) {
      Plan plan = trainForward(batch);
      plan.beginBackward();
      distillation.run(plan, new SubBatch(batch, null), states, coefficients, values);
      plan.backward();
    }
    return values;
  }

  private void check(TokenBatch batch) {
    checkState(!closed, "the network is closed");
    BatchCheck.check(batch, graph, head instanceof LanguageHead);
  }

  @Override
  public Gradients gradients() {
    checkState(!closed, "the network is closed");
    checkTrainable();
    return weights.gradients();
  }

  @Override
  public void freeze() {
    checkState(!closed, "the network is closed");
    frozen = true;
    weights.freeze();
  }

  private void checkTrainable() {
    checkState(!frozen, "the network is frozen: it scores and decodes, but is not trained");
  }

  @Override
  public Decoder decoder(int slots, int maxLength) {
    checkState(!closed, "the network is closed");
    BatchCheck.decoder(graph, slots, maxLength);
    LanguageHead language = (LanguageHead) head;
    language.releaseKept();
    return new CachedDecoder(
        new PlanPasses(graph, context(), ropes, language, slots),
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
    scorePlan.close();
    if (trainPlan != null) {
      trainPlan.close();
    }
    head.close();
    weights.close();
    memory.close();
  }
}
