package org.align4j.spark.link;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.align4j.algorithms.train.step.LossStatistics;
import org.align4j.algorithms.train.step.NonFiniteException;
import org.align4j.algorithms.train.step.ShardExchange;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.tensor.Gradients;
import org.jspecify.annotations.Nullable;

/**
 * The executors of one barrier stage, connected. The first M of N, the largest power of two that
 * shards and executors allow, compute shards; their gradients are added up by recursive halving and
 * handed out by recursive doubling (Thakur et al. 2005, §4.4): rank r and rank r xor 1 first, which
 * is the binary tree over shards. The others are given the sum. Every wait has a time limit.
 */
public final class Mesh implements ShardExchange, Closeable {

  private final int rank;
  private final int ranks;
  private final int computing;
  private final Link link;
  private final Callers callers;
  private final Map<Integer, Sockets.Connection> peers = new LinkedHashMap<>();
  private final ExecutorService sender =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("align4j-mesh").factory());
  private final FloatStream sending = new FloatStream();
  private final FloatStream receiving = new FloatStream();
  private double waitSeconds;
  private double sumSeconds;
  private double stepSeconds;
  private long summedAt;
  private long sentBytes;

  /** What is sent while something else is received. */
  private interface Sending {
    void to(DataOutputStream out) throws IOException;
  }

  /** What is received meanwhile. */
  private interface Receiving {
    void from(DataInputStream in) throws IOException;
  }

  /**
   * Connects to the executors that this one exchanges with.
   *
   * @param addresses of all, by rank
   * @param server listens at the address of this rank
   */
  public Mesh(int rank, List<String> addresses, int shards, ServerSocket server, Link link) {
    this.rank = rank;
    this.ranks = addresses.size();
    this.computing = Integer.highestOneBit(Math.min(ranks, shards));
    this.link = link;
    List<Integer> partners = partners();
    this.callers =
        new Callers(server, partners.stream().filter(peer -> peer > rank).toList(), link);
    try {
      // Lower ranks are connected to, higher ones connect; rank 0 waits for nobody.
      for (int peer : partners) {
        if (peer < rank) {
          Sockets.Connection connection = Sockets.connect(addresses.get(peer), link);
          peers.put(peer, connection);
          connection.out().writeInt(rank);
          connection.out().flush();
        }
      }
      peers.putAll(callers.all());
    } catch (IOException | InterruptedException e) {
      close();
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      throw lost("the executors %s could not all be reached".formatted(addresses), e);
    }
  }

  private List<Integer> partners() {
    List<Integer> partners = new ArrayList<>();
    if (rank >= computing) {
      partners.add(source(rank));
      return partners;
    }
    for (int bit = 1; bit < computing; bit <<= 1) {
      partners.add(rank ^ bit);
    }
    for (int other = computing; other < ranks; other++) {
      if (source(other) == rank) {
        partners.add(other);
      }
    }
    return partners;
  }

  /** Who gives a rank that computes nothing what the others have. */
  private int source(int idle) {
    return idle % computing;
  }

  @Override
  public Range own(int shards) {
    stepSeconds += summedAt == 0 ? 0 : seconds(summedAt);
    summedAt = 0;
    return rank < computing
        ? new Range(shards / computing * rank, shards / computing * (rank + 1))
        : new Range(0, 0);
  }

  @Override
  public List<LossStatistics> gather(
      List<LossStatistics> own, @Nullable NonFiniteException failure) {
    List<LossStatistics> all = new ArrayList<>();
    for (byte[] frame : gather(failure == null ? ShardFrame.of(own) : ShardFrame.of(failure))) {
      all.addAll(ShardFrame.read(frame));
    }
    return all;
  }

  /** In place of statistics: the others, who wait for them, end their update too. */
  public void fail(RuntimeException failure) {
    var _ = gather(ShardFrame.of(failure));
  }

  /** The frames of those that compute, by rank. */
  private Iterable<byte[]> gather(byte[] own) {
    long start = System.nanoTime();
    TreeMap<Integer, byte[]> frames = new TreeMap<>();
    if (rank < computing) {
      frames.put(rank, own);
      for (int bit = 1; bit < computing; bit <<= 1) {
        TreeMap<Integer, byte[]> known = new TreeMap<>(frames);
        exchange(rank ^ bit, out -> write(out, known), in -> read(in, frames));
      }
    }
    handOut(out -> write(out, frames), in -> read(in, frames));
    waitSeconds += seconds(start);
    return frames.values();
  }

  @Override
  public void sum(Gradients gradients) {
    long start = System.nanoTime();
    NativeFloats all = NativeFloats.of(gradients.flat());
    if (rank < computing) {
      sum(all, 1);
    }
    handOut(out -> send(out, all), in -> receiving.read(in, all));
    gradients.changed();
    sumSeconds += seconds(start);
    summedAt = System.nanoTime();
  }

  /** Halves are exchanged and added, the rest is done by the next bit, then they are given back. */
  private void sum(NativeFloats part, int bit) {
    if (bit == computing) {
      return;
    }
    long half = part.length() / 2;
    NativeFloats low = part.slice(0, half);
    NativeFloats high = part.slice(half, part.length() - half);
    NativeFloats kept = (rank & bit) == 0 ? low : high;
    NativeFloats given = (rank & bit) == 0 ? high : low;
    exchange(rank ^ bit, out -> send(out, given), in -> receiving.add(in, kept));
    sum(kept, bit << 1);
    exchange(rank ^ bit, out -> send(out, kept), in -> receiving.read(in, given));
  }

  private void send(DataOutputStream out, NativeFloats floats) throws IOException {
    sentBytes += Float.BYTES * floats.length();
    sending.write(out, floats);
  }

  /** From those that compute to those that do not. */
  private void handOut(Sending have, Receiving want) {
    try {
      if (rank >= computing) {
        want.from(peer(source(rank)).in());
        return;
      }
      for (int other = computing; other < ranks; other++) {
        if (source(other) == rank) {
          have.to(peer(other).out());
        }
      }
    } catch (IOException e) {
      throw lost("rank %s lost a peer".formatted(rank), e);
    }
  }

  private void exchange(int other, Sending have, Receiving want) {
    Sockets.Connection peer = peer(other);
    Future<?> sent =
        sender.submit(() -> {
          have.to(peer.out());
          return null;
        });
    try {
      want.from(peer.in());
      var _ = sent.get(link.timeoutSeconds(), TimeUnit.SECONDS);
    } catch (IOException | ExecutionException | TimeoutException e) {
      throw lost("rank %s lost rank %s".formatted(rank, other), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw lost("rank %s was interrupted".formatted(rank), e);
    }
  }

  private Sockets.Connection peer(int other) {
    Sockets.Connection peer = peers.get(other);
    if (peer == null) {
      throw new IllegalStateException("rank %s has no way to rank %s".formatted(rank, other));
    }
    return peer;
  }

  private static PeerLostException lost(String message, Exception cause) {
    return new PeerLostException(message + ": " + cause, cause);
  }

  private static void write(DataOutputStream out, Map<Integer, byte[]> frames) throws IOException {
    out.writeInt(frames.size());
    for (Map.Entry<Integer, byte[]> frame : frames.entrySet()) {
      out.writeInt(frame.getKey());
      out.writeInt(frame.getValue().length);
      out.write(frame.getValue());
    }
    out.flush();
  }

  private static void read(DataInputStream in, Map<Integer, byte[]> frames) throws IOException {
    int count = in.readInt();
    for (int i = 0; i < count; i++) {
      int from = in.readInt();
      byte[] frame = new byte[in.readInt()];
      in.readFully(frame);
      frames.put(from, frame);
    }
  }

  private static void close(AutoCloseable peer) {
    try {
      peer.close();
    } catch (Exception e) {
      // It is lost already.
    }
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) * 1e-9;
  }

  /** Seconds in which the others' gradients were waited for. */
  public double waitSeconds() {
    return waitSeconds;
  }

  /** Seconds in which gradients were exchanged. */
  public double sumSeconds() {
    return sumSeconds;
  }

  /** Seconds from a sum to the next mini-batch, or until now: the optimiser's. */
  public double stepSeconds() {
    return stepSeconds + (summedAt == 0 ? 0 : seconds(summedAt));
  }

  /** Bytes of gradients that were sent. */
  public long sentBytes() {
    return sentBytes;
  }

  @Override
  public void close() {
    for (Sockets.Connection peer : peers.values()) {
      close(peer);
    }
    close(callers);
    sender.shutdownNow();
  }
}
