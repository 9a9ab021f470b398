package org.align4j.spark.link;

import com.google.common.collect.ImmutableList;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.algorithms.train.step.LossStatistics;
import org.align4j.algorithms.train.step.NonFiniteException;
import org.align4j.models.policy.TokenSequence;

/** What an executor says of its shards of a mini-batch: their statistics, or why there are none. */
public final class ShardFrame {

  private static final int STATISTICS = 0;
  private static final int NOT_FINITE = 1;
  private static final int FAILED = 2;

  private ShardFrame() {}

  /** Another executor ended an update with an exception. */
  public static final class FailedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    FailedException(String message) {
      super(message);
    }
  }

  static byte[] of(List<LossStatistics> shards) {
    return bytes(out -> {
      out.writeByte(STATISTICS);
      out.writeInt(shards.size());
      for (LossStatistics shard : shards) {
        out.writeDouble(shard.loss());
        out.writeLong(shard.tokens());
        out.writeInt(shard.values().size());
        for (Map.Entry<String, Double> value : shard.values().entrySet()) {
          out.writeUTF(value.getKey());
          out.writeDouble(value.getValue());
        }
      }
    });
  }

  static byte[] of(RuntimeException failure) {
    return bytes(out -> {
      if (failure instanceof NonFiniteException notFinite) {
        out.writeByte(NOT_FINITE);
        out.writeUTF(String.valueOf(notFinite.getMessage()));
        TokenSequence sequence = notFinite.sequence();
        write(out, sequence == null ? new int[0] : sequence.prompt());
        write(out, sequence == null ? new int[0] : sequence.response());
        out.writeInt(notFinite.column());
      } else {
        out.writeByte(FAILED);
        out.writeUTF(failure.toString());
      }
    });
  }

  /**
   * The statistics of a frame.
   *
   * @throws NonFiniteException that the frame holds
   * @throws FailedException for any other exception that it holds
   */
  static ImmutableList<LossStatistics> read(byte[] frame) {
    try {
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(frame));
      int kind = in.readByte();
      if (kind == STATISTICS) {
        return statistics(in);
      }
      String message = in.readUTF();
      if (kind == FAILED) {
        throw new FailedException(message);
      }
      int[] prompt = ints(in);
      int[] response = ints(in);
      throw new NonFiniteException(
          message, prompt.length == 0 ? null : new TokenSequence(prompt, response), in.readInt());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ImmutableList<LossStatistics> statistics(DataInputStream in) throws IOException {
    ImmutableList.Builder<LossStatistics> shards = ImmutableList.builder();
    int count = in.readInt();
    for (int i = 0; i < count; i++) {
      double loss = in.readDouble();
      long tokens = in.readLong();
      Map<String, Double> values = new LinkedHashMap<>();
      int size = in.readInt();
      for (int k = 0; k < size; k++) {
        values.put(in.readUTF(), in.readDouble());
      }
      shards.add(new LossStatistics(loss, values, tokens));
    }
    return shards.build();
  }

  private interface Writer {
    void write(DataOutputStream out) throws IOException;
  }

  private static byte[] bytes(Writer writer) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      writer.write(new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void write(DataOutputStream out, int[] values) throws IOException {
    out.writeInt(values.length);
    for (int value : values) {
      out.writeInt(value);
    }
  }

  private static int[] ints(DataInputStream in) throws IOException {
    int[] values = new int[in.readInt()];
    for (int i = 0; i < values.length; i++) {
      values[i] = in.readInt();
    }
    return values;
  }
}
