package org.align4j.models.generate;

import java.util.ArrayDeque;
import java.util.Arrays;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.engine.Decoder;
import org.align4j.core.engine.Network;
import org.align4j.core.engine.SamplingSettings;
import org.align4j.core.engine.Scores;
import org.align4j.core.tensor.Gradients;
import org.align4j.core.tensor.Parameters;
import org.jspecify.annotations.Nullable;

/**
 * A network whose next token is any of V with equal probability: token {@code ⌊u · V⌋}; greedy
 * takes a token that depends on the whole sequence. Counts what the generator asks for.
 */
final class HashingNetwork implements Network {

  final int vocabulary;
  int prompts;
  int steps;
  int widest;
  boolean closed;

  HashingNetwork(int vocabulary) {
    this.vocabulary = vocabulary;
  }

  @Override
  public void freeze() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Decoder decoder(int slots, int maxLength) {
    widest = Math.max(widest, slots);
    return new HashingDecoder(slots, maxLength);
  }

  private final class HashingDecoder implements Decoder {
    final int[][] sequences;
    final int[] limits;
    final int maxLength;
    final ArrayDeque<Integer> free = new ArrayDeque<>();

    HashingDecoder(int slots, int maxLength) {
      this.sequences = new int[slots][];
      this.limits = new int[slots];
      this.maxLength = maxLength;
      for (int i = 0; i < slots; i++) {
        free.add(i);
      }
    }

    @Override
    public int freeSlots() {
      return free.size();
    }

    @Override
    public int[] start(int[] prompt, int samples, int maxNewTokens) {
      prompts++;
      int[] slots = new int[samples];
      for (int i = 0; i < samples; i++) {
        slots[i] = free.remove();
        sequences[slots[i]] = prompt.clone();
        limits[slots[i]] = Math.min(maxLength, prompt.length + maxNewTokens);
      }
      return slots;
    }

    @Override
    public void sample(
        int[] slots, SamplingSettings settings, double[] uniforms, int[] tokens, float[] logProbs) {
      for (int i = 0; i < slots.length; i++) {
        tokens[i] =
            settings.greedy()
                ? Math.floorMod(Arrays.hashCode(sequences[slots[i]]), vocabulary)
                : (int) (uniforms[i] * vocabulary);
        logProbs[i] = (float) -Math.log(vocabulary);
      }
    }

    @Override
    public void append(int[] slots, int[] tokens) {
      steps++;
      for (int i = 0; i < slots.length; i++) {
        int[] sequence = sequences[slots[i]];
        if (sequence.length == limits[slots[i]]) {
          throw new IllegalStateException("slot " + slots[i] + " is full");
        }
        sequences[slots[i]] = Arrays.copyOf(sequence, sequence.length + 1);
        sequences[slots[i]][sequence.length] = tokens[i];
      }
    }

    @Override
    public float[] logits(int slot) {
      return new float[vocabulary];
    }

    @Override
    public void retire(int slot) {
      free.add(slot);
    }

    @Override
    public void close() {
      closed = free.size() == sequences.length;
    }
  }

  @Override
  public Parameters parameters() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void parametersChanged() {}

  @Override
  public long version() {
    return 0;
  }

  @Override
  public float[][] hidden(TokenBatch batch) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Scores score(TokenBatch batch) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Scores forward(TokenBatch batch) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void backward(float[] dOutputs, float @Nullable [] dEntropy) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Gradients gradients() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
