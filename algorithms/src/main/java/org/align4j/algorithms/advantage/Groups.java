package org.align4j.algorithms.advantage;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.ImmutableIntArray;
import java.util.LinkedHashMap;
import java.util.Map;
import org.align4j.core.tensor.Masked;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Which samples of a batch answer the same prompt. Groups may have any size and any order.
 *
 * <p>Sums over groups are products with the membership matrix {@code [B,B]}, so they are ND4J ops
 * on any backend.
 */
public final class Groups {

  private final ImmutableIntArray ids;
  private final int[] first;
  private final int[] size;

  private Groups(ImmutableIntArray ids) {
    this.ids = ids;
    Map<Integer, Integer> firstOf = new LinkedHashMap<>();
    Map<Integer, Integer> sizeOf = new LinkedHashMap<>();
    for (int i = 0; i < ids.length(); i++) {
      firstOf.putIfAbsent(ids.get(i), i);
      sizeOf.merge(ids.get(i), 1, Integer::sum);
    }
    this.first = ids.stream().map(id -> firstOf.getOrDefault(id, 0)).toArray();
    this.size = ids.stream().map(id -> sizeOf.getOrDefault(id, 1)).toArray();
  }

  /** The group of each sample: equal numbers are one group. */
  public static Groups of(int... ids) {
    checkArgument(ids.length > 0, "group is empty: give each sample the number of its prompt");
    return new Groups(ImmutableIntArray.copyOf(ids));
  }

  /** {@code prompts} groups of {@code samples}, one after another. */
  public static Groups consecutive(int prompts, int samples) {
    int[] ids = new int[prompts * samples];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = i / samples;
    }
    return of(ids);
  }

  /** The group of each sample, {@code [B]}. */
  public ImmutableIntArray ids() {
    return ids;
  }

  /** Number of samples B. */
  public int samples() {
    return ids.length();
  }

  /** Fails unless every group has this many samples. */
  public void requireSize(int samplesPerPrompt) {
    for (int i = 0; i < size.length; i++) {
      checkArgument(
          size[i] == samplesPerPrompt,
          "group %s has %s samples, samplesPerPrompt is %s: keep all samples of a prompt in one"
              + " batch",
          ids.get(i),
          size[i],
          samplesPerPrompt);
    }
  }

  /** Size of the group of each sample, {@code [B]}. */
  public INDArray sizes(DataType type) {
    double[] sizes = new double[size.length];
    for (int i = 0; i < size.length; i++) {
      sizes[i] = size[i];
    }
    return Nd4j.createFromArray(sizes).castTo(type);
  }

  /** Sum over the group of each sample, {@code [B] -> [B]}. */
  public INDArray sum(INDArray samples) {
    return membership(samples.dataType()).mmul(Masked.column(samples)).reshape(samples());
  }

  /**
   * Differences to the first sample of the group, {@code [B] -> [B]}. Baselines are taken from
   * these: a group of equal values is then exactly 0, with no rounding left to divide by a tiny
   * deviation.
   */
  public INDArray fromFirst(INDArray samples) {
    return samples.sub(select(samples, first));
  }

  private INDArray select(INDArray samples, int[] rows) {
    return samples.reshape(samples(), 1).getRows(rows).reshape(samples());
  }

  private INDArray membership(DataType type) {
    INDArray id = Nd4j.createFromArray(first).castTo(type);
    return Masked.column(id).sub(id.reshape(1, samples())).eq(0).castTo(type);
  }
}
