package org.align4j.algorithms.run.memory;

import com.google.common.collect.ImmutableList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.align4j.core.engine.Engine;
import org.align4j.core.engine.NetworkDefinition;
import org.align4j.core.engine.NetworkMemory;
import org.align4j.core.engine.NetworkMemory.Estimate;
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
    return estimates().plan(passes);
  }

  /**
   * Its networks, whatever their passes.
   *
   * @param frozen bytes of all weights that do not learn
   * @param scoring networks that only score
   * @param average whether a moving average is in the same memory
   * @param java bytes of the virtual machine, where they are of the same memory
   */
  private record Estimates(
      Estimate own,
      Optional<Estimate> critic,
      ImmutableList<Estimate> scoring,
      long frozen,
      boolean average,
      long java) {

    MemoryPlan plan(Passes passes) {
      NetworkMemory self = own.of(passes);
      NetworkMemory judge =
          critic
              .map(network -> network.of(new Passes(passes.sequence(), passes.batch(), 0)))
              .orElse(NetworkMemory.NONE);
      List<NetworkMemory> others =
          scoring.stream().map(network -> network.of(new Passes(passes.sequence(), 0, 0))).toList();
      return new MemoryPlan(
          self.weights() + judge.weights(),
          frozen + others.stream().mapToLong(NetworkMemory::weights).sum(),
          self.gradients() + judge.gradients(),
          self.moments() + judge.moments() + (average ? self.gradients() : 0),
          self.cache(),
          self.activations()
              + judge.activations()
              + others.stream().mapToLong(NetworkMemory::activations).sum(),
          java);
    }
  }

  private Estimates estimates() {
    boolean onDevice = engine.freeMemory().isPresent();
    ImmutableList.Builder<Estimate> scoring = ImmutableList.builder();
    long frozen = frozen();
    if (networks.reference()) {
      scoring.add(engine.memory(plain(ModelHead.LANGUAGE), copied(), resources));
    }
    for (StoredCheckpoint other : networks.others()) {
      var network = new Transformer(other.config(), ModelHead.LANGUAGE);
      frozen += frozen(other, network, name -> false);
      scoring.add(engine.memory(network, name -> false, resources));
    }
    return new Estimates(
        memory(networks.head()),
        networks.critic() ? Optional.of(memory(ModelHead.SCALAR)) : Optional.empty(),
        scoring.build(),
        frozen,
        networks.average() && !onDevice,
        onDevice ? 0 : MemoryPlan.JAVA);
  }

  private Estimate memory(ModelHead head) {
    return engine.memory(network(head), trained(), resources);
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

  /**
   * Refuses a job that cannot fit.
   *
   * @param host bytes that this process can still take; an engine on a device counts its own
   * @throws IllegalArgumentException for a job that takes more, with what would fit
   */
  public void check(long host) {
    MemoryPlan plan = plan();
    long available = engine.freeMemory().orElse(host);
    if (plan.total() <= available) {
      return;
    }
    ImmutableList<String> fitting = fitting(available);
    throw new IllegalArgumentException(
        plan.text()
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
          Estimates estimates = job.estimates();
          for (Map.Entry<String, Passes> smaller : smaller().entrySet()) {
            long total = estimates.plan(smaller.getValue()).total();
            if (total <= available) {
              String both =
                  Stream.of(change, smaller.getKey())
                      .filter(text -> !text.isEmpty())
                      .collect(Collectors.joining(", "));
              found.add(both + " (" + gigabytes(total) + " GB)");
              return;
            }
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

  /** The passes as they are, then of fewer sequences at once, then of one and fewer tokens. */
  private Map<String, Passes> smaller() {
    Map<String, Passes> smaller = new LinkedHashMap<>();
    smaller.put("", passes);
    for (int slots = passes.slots() / 2; slots > 0; slots /= 2) {
      smaller.put(
          slots + " sequences at once", new Passes(passes.sequence(), passes.batch(), slots));
    }
    for (int tokens = passes.sequence() / 2; tokens >= LEAST_SEQUENCE; tokens /= 2) {
      smaller.put(
          "one sequence of " + tokens + " tokens at once",
          new Passes(tokens, Math.min(tokens, passes.batch()), Math.min(1, passes.slots())));
    }
    return smaller;
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
