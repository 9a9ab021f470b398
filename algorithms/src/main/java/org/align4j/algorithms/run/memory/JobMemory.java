package org.align4j.algorithms.run.memory;

import com.google.common.collect.ImmutableList;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.align4j.core.engine.Engine;
import org.align4j.core.engine.NetworkDefinition;
import org.align4j.core.engine.NetworkMemory;
import org.align4j.core.engine.NetworkMemory.Passes;
import org.align4j.core.runtime.Resources;
import org.align4j.models.adapter.LoraNetwork;
import org.align4j.models.adapter.LoraSettings;
import org.align4j.models.checkpoint.StoredCheckpoint;
import org.align4j.models.policy.TrainedParts;
import org.align4j.models.transformer.ModelHead;
import org.align4j.models.transformer.Transformer;

/**
 * A job as far as its memory goes. Owns the files of its models, of which no weight is read.
 *
 * @param model shapes and stored formats
 * @param resources the budget of activations, and whether they are recomputed
 * @param tuning what is trained
 * @param networks besides the model itself
 * @param passes tokens of the largest passes, sequences decoded at once
 */
public record JobMemory(
    StoredCheckpoint model,
    Engine engine,
    Resources resources,
    Tuning tuning,
    Networks networks,
    Passes passes)
    implements AutoCloseable {

  private static final String SUGGESTED = "rank=16";
  private static final int LEAST_SEQUENCE = 128;

  /**
   * What is trained.
   *
   * @param learns whether anything is
   * @param lora adapter in place of the weights
   * @param parts in place of all weights
   * @param widened whether frozen weights are held in float32 though nothing is trained
   */
  public record Tuning(
      boolean learns, Optional<LoraSettings> lora, Optional<TrainedParts> parts, boolean widened) {

    /** Nothing, weights as stored or widened. */
    public static Tuning frozen(boolean widened) {
      return new Tuning(false, Optional.empty(), Optional.empty(), widened);
    }

    boolean everything() {
      return learns && lora.isEmpty() && parts.isEmpty();
    }

    /** An adapter, some parts, or everything. */
    public static Tuning of(Optional<LoraSettings> lora, Optional<TrainedParts> parts) {
      return new Tuning(true, lora, parts, false);
    }
  }

  /**
   * Networks of a job.
   *
   * @param head of the model itself
   * @param reference whether a frozen model scores too
   * @param critic whether a scalar network of the model's size learns too
   * @param average whether a moving average is kept
   * @param others further models that only score
   */
  public record Networks(
      ModelHead head,
      boolean reference,
      boolean critic,
      boolean average,
      ImmutableList<StoredCheckpoint> others) {

    /** The model alone. */
    public static Networks alone(ModelHead head) {
      return new Networks(head, false, false, false, ImmutableList.of());
    }
  }

  /** What it takes. */
  public MemoryPlan plan() {
    NetworkMemory own = memory(networks.head(), passes);
    NetworkMemory critic =
        networks.critic() ? memory(ModelHead.SCALAR, withoutDecoding()) : NetworkMemory.NONE;
    NetworkMemory reference =
        networks.reference() ? scoring(plain(ModelHead.LANGUAGE), copied()) : NetworkMemory.NONE;
    long others = 0;
    for (StoredCheckpoint other : networks.others()) {
      var network = new Transformer(other.config(), ModelHead.LANGUAGE);
      others += frozen(other, network, name -> false) + scoring(network, name -> false).total();
    }
    return new MemoryPlan(
        own.weights() + critic.weights(),
        frozen() + reference.weights() + others,
        own.gradients() + critic.gradients(),
        own.moments() + critic.moments() + (networks.average() ? own.gradients() : 0),
        own.cache(),
        own.activations() + critic.activations() + reference.activations());
  }

  private NetworkMemory memory(ModelHead head, Passes of) {
    return engine.memory(network(head), trained(), of, resources);
  }

  private Passes withoutDecoding() {
    return new Passes(passes.sequence(), passes.batch(), 0);
  }

  private NetworkDefinition plain(ModelHead head) {
    return new Transformer(model.config(), head);
  }

  private NetworkDefinition network(ModelHead head) {
    return tuning.lora().isPresent()
        ? LoraNetwork.of(plain(head), tuning.lora().get())
        : plain(head);
  }

  private Predicate<String> trained() {
    if (!tuning.learns()) {
      return name -> tuning.widened();
    }
    if (tuning.lora().isPresent()) {
      var own = plain(ModelHead.LANGUAGE).parameterShapes();
      return name -> !own.containsKey(name);
    }
    return tuning.parts().isPresent() ? tuning.parts().get().of(model.config()) : name -> true;
  }

  /** What a reference has of its own: copies of parts that are trained. */
  private Predicate<String> copied() {
    return tuning.parts().isPresent() ? trained() : name -> false;
  }

  /** Shared by all, or the reference's where everything else learns. */
  private long frozen() {
    if (tuning.widened()) {
      return 0;
    }
    if (tuning.everything()) {
      return networks.reference() ? frozen(model, plain(ModelHead.LANGUAGE), name -> false) : 0;
    }
    long held = frozen(model, network(networks.head()), trained());
    // Parts are trained in a whole model in memory.
    return tuning.parts().isPresent() ? held + Float.BYTES * model.weights().size() : held;
  }

  private long frozen(StoredCheckpoint of, NetworkDefinition network, Predicate<String> trained) {
    return engine.frozenMemory(network, trained, of.weights(), resources);
  }

  private NetworkMemory scoring(NetworkDefinition network, Predicate<String> copied) {
    return engine.memory(network, copied, new Passes(passes.sequence(), 0, 0), resources);
  }

  /**
   * Refuses a job that cannot fit.
   *
   * @param available bytes that this process can still take
   * @throws IllegalArgumentException for a job that takes more, with what would fit
   */
  public void check(long available) {
    if (fits(available)) {
      return;
    }
    ImmutableList<String> fitting = fitting(available);
    throw new IllegalArgumentException(
        plan().text()
            + "; but only "
            + gigabytes(available)
            + " GB are available. "
            + (fitting.isEmpty()
                ? "Nothing of this model fits: take a smaller one, or a file of fewer bits a weight"
                    + " (Q8_0, Q4_K)"
                : "What fits: " + String.join("; ", fitting)));
  }

  /** Changes after which it fits: by themselves, then with fewer or shorter sequences. */
  ImmutableList<String> fitting(long available) {
    ImmutableList.Builder<String> found = ImmutableList.builder();
    changes()
        .forEach((change, job) -> {
          JobMemory smaller = job;
          String less = "";
          for (int slots = passes.slots() / 2; slots > 0 && !smaller.fits(available); slots /= 2) {
            smaller = job.withPasses(new Passes(passes.sequence(), passes.batch(), slots));
            less = slots + " sequences at once";
          }
          int tokens = passes.sequence() / 2;
          for (; tokens >= LEAST_SEQUENCE && !smaller.fits(available); tokens /= 2) {
            int batch = Math.min(tokens, passes.batch());
            smaller = job.withPasses(new Passes(tokens, batch, Math.min(1, passes.slots())));
            less = "one sequence of " + tokens + " tokens at once";
          }
          if (smaller.fits(available)) {
            String both = change.isEmpty() || less.isEmpty() ? change + less : change + ", " + less;
            found.add(both + " (" + gigabytes(smaller.plan().total()) + " GB)");
          }
        });
    return found.build();
  }

  /** The job, and changes of it that take less. */
  private Map<String, JobMemory> changes() {
    Map<String, JobMemory> changes = new LinkedHashMap<>();
    changes.put("", this);
    if (tuning.learns()) {
      changes.put("--recompute", recomputing());
    }
    if (tuning.learns() && tuning.lora().isEmpty()) {
      changes.put("--lora " + SUGGESTED, adapted());
      changes.put("--lora " + SUGGESTED + " --recompute", adapted().recomputing());
    }
    return changes;
  }

  private boolean fits(long available) {
    return plan().total() <= available;
  }

  private JobMemory withPasses(Passes other) {
    return new JobMemory(model, engine, resources, tuning, networks, other);
  }

  private JobMemory recomputing() {
    return new JobMemory(model, engine, resources.withRecompute(), tuning, networks, passes);
  }

  private JobMemory adapted() {
    Tuning adapter = Tuning.of(Optional.of(LoraSettings.parse(SUGGESTED)), Optional.empty());
    return new JobMemory(model, engine, resources, adapter, networks, passes);
  }

  private static String gigabytes(long bytes) {
    return String.format(Locale.ROOT, "%.2f", bytes / 1e9);
  }

  @Override
  public void close() {
    model.close();
    networks.others().forEach(StoredCheckpoint::close);
  }
}
