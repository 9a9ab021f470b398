package org.align4j.models.generate;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.align4j.core.engine.Decoder;
import org.align4j.core.engine.Network;
import org.align4j.core.engine.SamplingSettings;
import org.align4j.core.random.CounterRandom;

/**
 * Samples completions with continuous batching: a finished sequence frees its slot for the next
 * prompt. A token is drawn with the random number of (seed, sequence, step), so results do not
 * depend on what was batched with what.
 */
public final class Generator implements CompletionSource {

  private final Network network;
  private final int maxPositions;
  private final ImmutableSet<Integer> eosIds;
  private final Function<int[], String> decode;
  private final int slots;

  /**
   * A generator on a network with a language head.
   *
   * @param maxPositions tokens a sequence may have, prompt and response together
   * @param eosIds tokens that end a response; may be empty
   * @param decode text of ids, asked only where there are stop strings
   * @param slots most sequences decoded at once, above 0
   */
  public Generator(
      Network network,
      int maxPositions,
      ImmutableSet<Integer> eosIds,
      Function<int[], String> decode,
      int slots) {
    checkArgument(slots > 0, "slots is %s: it must be above 0", slots);
    this.network = network;
    this.maxPositions = maxPositions;
    this.eosIds = eosIds;
    this.decode = decode;
    this.slots = slots;
  }

  @Override
  public int maxPositions() {
    return maxPositions;
  }

  @Override
  public ImmutableList<SampledResponse> generate(
      List<int[]> prompts,
      int samples,
      GenerationSettings settings,
      long seed,
      long firstSequence,
      GenerationListener listener) {
    checkArgument(samples > 0, "samples is %s: it must be above 0", samples);
    int longest = 0;
    for (int p = 0; p < prompts.size(); p++) {
      int length = prompts.get(p).length;
      checkArgument(length > 0, "prompt %s is empty: at least one token is needed", p);
      checkArgument(
          length < maxPositions,
          "prompt %s has %s tokens, the model allows %s, prompt and response together: shorten it",
          p,
          length,
          maxPositions);
      longest = Math.max(longest, length);
    }
    if (prompts.isEmpty()) {
      return ImmutableList.of();
    }
    int maxLength = Math.min(maxPositions, longest + settings.maxNewTokens());
    int width = (int) Math.min(slots, (long) prompts.size() * samples);
    try (Decoder decoder = network.decoder(width, maxLength)) {
      return new Run(decoder, width, prompts, samples, settings, seed, firstSequence, listener)
          .toTheEnd();
    }
  }

  /** One sequence in progress. */
  private static final class Sequence {
    final int prompt;
    final int sample;
    final int slot;
    final int[] promptIds;
    final long stream;
    int[] ids = new int[16];
    float[] logProbs = new float[16];
    int length;

    Sequence(int prompt, int sample, int slot, int[] promptIds, long stream) {
      this.prompt = prompt;
      this.sample = sample;
      this.slot = slot;
      this.promptIds = promptIds;
      this.stream = stream;
    }

    void add(int token, float logProb) {
      if (length == ids.length) {
        ids = Arrays.copyOf(ids, 2 * length);
        logProbs = Arrays.copyOf(logProbs, 2 * length);
      }
      ids[length] = token;
      logProbs[length++] = logProb;
    }

    SampledResponse finished(FinishReason reason) {
      return new SampledResponse(
          prompt,
          sample,
          promptIds,
          Arrays.copyOf(ids, length),
          Arrays.copyOf(logProbs, length),
          reason);
    }
  }

  /** One call: what waits, what runs, what is done. */
  private final class Run {
    final Decoder decoder;
    final int samples;
    final GenerationSettings settings;
    final long seed;
    final GenerationListener listener;
    final StopStrings stops;
    final ArrayDeque<Pending> waiting = new ArrayDeque<>();
    final List<Sequence> running = new ArrayList<>();
    final SampledResponse[] done;

    Run(
        Decoder decoder,
        int width,
        List<int[]> prompts,
        int samples,
        GenerationSettings settings,
        long seed,
        long firstSequence,
        GenerationListener listener) {
      this.decoder = decoder;
      this.samples = samples;
      this.settings = settings;
      this.seed = seed;
      this.listener = listener;
      this.stops = new StopStrings(settings.stopStrings(), decode);
      this.done = new SampledResponse[prompts.size() * samples];
      for (int p = 0; p < prompts.size(); p++) {
        // a group wider than the decoder is cut; its prompt is then computed more than once
        for (int s = 0; s < samples; s += width) {
          int count = Math.min(width, samples - s);
          long stream = firstSequence + (long) p * samples + s;
          waiting.add(new Pending(p, s, count, prompts.get(p), stream));
        }
      }
    }

    ImmutableList<SampledResponse> toTheEnd() {
      while (!waiting.isEmpty() || !running.isEmpty()) {
        admit();
        step();
      }
      return ImmutableList.copyOf(done);
    }

    /** Starts whole groups while there is room for them. */
    void admit() {
      while (!waiting.isEmpty() && waiting.element().count() <= decoder.freeSlots()) {
        Pending next = waiting.remove();
        int[] started = decoder.start(next.promptIds(), next.count(), settings.maxNewTokens());
        for (int i = 0; i < started.length; i++) {
          running.add(
              new Sequence(
                  next.prompt(),
                  next.sample() + i,
                  started[i],
                  next.promptIds(),
                  next.stream() + i));
        }
      }
    }

    /** Draws a token for every running sequence and appends it where more are to come. */
    void step() {
      int n = running.size();
      int[] slotIds = new int[n];
      double[] uniforms = new double[n];
      int[] tokens = new int[n];
      float[] logProbs = new float[n];
      SamplingSettings sampling = settings.sampling();
      for (int i = 0; i < n; i++) {
        Sequence sequence = running.get(i);
        slotIds[i] = sequence.slot;
        uniforms[i] = CounterRandom.uniform(seed, sequence.stream, sequence.length);
      }
      decoder.sample(slotIds, sampling, uniforms, tokens, logProbs);
      List<Sequence> going = new ArrayList<>(n);
      for (int i = 0; i < n; i++) {
        Sequence sequence = running.get(i);
        sequence.add(tokens[i], logProbs[i]);
        listener.onToken(sequence.prompt, sequence.sample, tokens[i]);
        if (!finish(sequence, tokens[i])) {
          slotIds[going.size()] = sequence.slot;
          tokens[going.size()] = tokens[i];
          going.add(sequence);
        }
      }
      running.clear();
      running.addAll(going);
      if (!going.isEmpty()) {
        decoder.append(Arrays.copyOf(slotIds, going.size()), Arrays.copyOf(tokens, going.size()));
      }
    }

    boolean finish(Sequence sequence, int token) {
      FinishReason reason;
      if (eosIds.contains(token)) {
        reason = FinishReason.END_OF_SEQUENCE;
      } else if (stops.reached(sequence.ids, sequence.length)) {
        reason = FinishReason.STOP_STRING;
      } else if (sequence.length == settings.maxNewTokens()
          || sequence.promptIds.length + sequence.length == maxPositions) {
        reason = FinishReason.LENGTH;
      } else {
        return false;
      }
      decoder.retire(sequence.slot);
      SampledResponse completion = sequence.finished(reason);
      done[sequence.prompt * samples + sequence.sample] = completion;
      listener.onCompletion(completion);
      return true;
    }
  }

  /** Samples of one prompt that start together. */
  private record Pending(int prompt, int sample, int count, int[] promptIds, long stream) {}
}
