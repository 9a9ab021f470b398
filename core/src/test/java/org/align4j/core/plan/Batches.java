package org.align4j.core.plan;

import com.google.common.primitives.Ints;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.align4j.core.batch.PrefixTree;
import org.align4j.core.batch.SequenceLayout;
import org.align4j.core.batch.TokenBatch;

/** Random batches: prompts with samples, packed with or without sharing what they begin with. */
public final class Batches {

  /** A prompt and its continuations. */
  public record Group(int[] prompt, List<int[]> samples) {}

  private Batches() {}

  /** Groups of two different tokens: many sequences begin alike. */
  public static List<Group> alike(Random random, int count, int longest) {
    return groups(random, 2, count, longest);
  }

  public static List<Group> groups(Random random, int vocabulary, int count, int longest) {
    List<Group> groups = new ArrayList<>();
    for (int g = 0; g < count; g++) {
      List<int[]> samples = new ArrayList<>();
      int[] prompt = tokens(random, vocabulary, 1 + random.nextInt(longest / 2));
      int size = 1 + random.nextInt(3);
      for (int i = 0; i < size; i++) {
        samples.add(tokens(random, vocabulary, 1 + random.nextInt(longest / 2)));
      }
      groups.add(new Group(prompt, samples));
    }
    return groups;
  }

  public static int[] tokens(Random random, int vocabulary, int length) {
    return random.ints(length, 0, vocabulary).toArray();
  }

  /** Labels every sample token; the last of a sample is a label only, not an input. */
  public static TokenBatch shared(List<Group> groups, float temperature) {
    Builder builder = new Builder();
    for (Group group : groups) {
      int promptSegment = builder.segment(group.prompt, group.prompt.length, -1);
      int lastOfPrompt = builder.count() - 1;
      for (int[] sample : group.samples) {
        builder.label(lastOfPrompt, sample[0]);
        int from = builder.count();
        if (sample.length > 1) {
          builder.segment(sample, sample.length - 1, promptSegment);
        }
        for (int i = 1; i < sample.length; i++) {
          builder.label(from + i - 1, sample[i]);
        }
      }
    }
    return builder.build(temperature);
  }

  /** The same labels in the same order, whatever sequences begin with in common once. */
  public static TokenBatch tree(List<Group> groups, float temperature) {
    List<int[]> sequences = new ArrayList<>();
    for (Group group : groups) {
      for (int[] sample : group.samples) {
        sequences.add(Ints.concat(group.prompt, Arrays.copyOf(sample, sample.length - 1)));
      }
    }
    PrefixTree tree = new PrefixTree(sequences);
    TokenBatch separate = separate(groups, temperature);
    int[] rows = new int[separate.rows().length];
    int m = 0;
    int s = 0;
    for (Group group : groups) {
      for (int[] sample : group.samples) {
        int[] packed = tree.rows(s++);
        for (int i = 0; i < sample.length; i++) {
          rows[m++] = packed[group.prompt.length - 1 + i];
        }
      }
    }
    return new TokenBatch(tree.tokens(), tree.layout(), rows, separate.labels(), temperature);
  }

  /** The same labels in the same order, every sequence by itself. */
  public static TokenBatch separate(List<Group> groups, float temperature) {
    Builder builder = new Builder();
    for (Group group : groups) {
      for (int[] sample : group.samples) {
        int prompt = group.prompt.length;
        int[] all = new int[prompt + sample.length];
        System.arraycopy(group.prompt, 0, all, 0, prompt);
        System.arraycopy(sample, 0, all, prompt, sample.length);
        int from = builder.count();
        builder.segment(all, all.length - 1, -1);
        for (int i = 0; i < sample.length; i++) {
          builder.label(from + prompt - 1 + i, sample[i]);
        }
      }
    }
    return builder.build(temperature);
  }

  public static float[] coefficients(Random random, int count) {
    float[] values = new float[count];
    for (int m = 0; m < count; m++) {
      values[m] = (float) random.nextGaussian();
    }
    return values;
  }

  private static final class Builder {
    private final List<Integer> tokens = new ArrayList<>();
    private final List<Integer> offsets = new ArrayList<>(List.of(0));
    private final List<Integer> prefixes = new ArrayList<>();
    private final List<Integer> rows = new ArrayList<>();
    private final List<Integer> labels = new ArrayList<>();

    int count() {
      return tokens.size();
    }

    int segment(int[] ids, int length, int prefix) {
      for (int i = 0; i < length; i++) {
        tokens.add(ids[i]);
      }
      offsets.add(tokens.size());
      prefixes.add(prefix);
      return prefixes.size() - 1;
    }

    void label(int row, int label) {
      rows.add(row);
      labels.add(label);
    }

    TokenBatch build(float temperature) {
      return new TokenBatch(
          array(tokens),
          new SequenceLayout(array(offsets), array(prefixes)),
          array(rows),
          array(labels),
          temperature);
    }

    private static int[] array(List<Integer> list) {
      return list.stream().mapToInt(Integer::intValue).toArray();
    }
  }
}
