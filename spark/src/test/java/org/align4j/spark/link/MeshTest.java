package org.align4j.spark.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.align4j.algorithms.train.step.LossStatistics;
import org.align4j.algorithms.train.step.NonFiniteException;
import org.align4j.algorithms.train.step.ShardExchange;
import org.align4j.core.tensor.Gradients;
import org.align4j.core.tensor.Parameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** Ranks in threads of this process. */
@Timeout(60)
class MeshTest {

  private static final Link LINK = new Link(new byte[] {1, 2}, 0, 0, 2);
  private static final int SHARDS = 4;

  /** Longer than two blocks, and odd: halves are unlike. */
  private static final int FLOATS = 150_001;

  /** What a rank does once all are connected. */
  private interface Rank<T> {
    T with(Mesh mesh) throws Exception;
  }

  private static <T> List<Future<T>> connected(int ranks, Rank<T> work) throws Exception {
    return connected(ranks, addresses -> {}, work);
  }

  /** Who connects before the ranks do. */
  private interface Strangers {
    void to(List<String> addresses) throws IOException;
  }

  private static <T> List<Future<T>> connected(int ranks, Strangers strangers, Rank<T> work)
      throws Exception {
    List<ServerSocket> servers = new ArrayList<>();
    List<String> addresses = new ArrayList<>();
    for (int rank = 0; rank < ranks; rank++) {
      ServerSocket server = Sockets.listen("127.0.0.1", LINK);
      servers.add(server);
      addresses.add("127.0.0.1:" + server.getLocalPort());
    }
    strangers.to(addresses);
    List<Callable<T>> all = new ArrayList<>();
    for (int rank = 0; rank < ranks; rank++) {
      int own = rank;
      all.add(() -> {
        try (ServerSocket server = servers.get(own);
            Mesh mesh = new Mesh(own, addresses, SHARDS, server, LINK)) {
          return work.with(mesh);
        }
      });
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(ranks)) {
      return threads.invokeAll(all);
    }
  }

  private static float[] shard(int number) {
    Random random = new Random(number);
    float[] values = new float[FLOATS];
    for (int i = 0; i < FLOATS; i++) {
      values[i] = (float) random.nextGaussian() * (1 << (i % 20));
    }
    return values;
  }

  private static float[] plus(float[] a, float[] b) {
    float[] sum = new float[a.length];
    for (int i = 0; i < sum.length; i++) {
      sum[i] = a[i] + b[i];
    }
    return sum;
  }

  /** Shards first to last of the tree, added up in this thread. */
  private static float[] tree(int from, int to) {
    return to - from == 1
        ? shard(from)
        : plus(tree(from, (from + to) / 2), tree((from + to) / 2, to));
  }

  private static float[] sum(Mesh mesh) {
    ShardExchange.Range own = mesh.own(SHARDS);
    try (Parameters parameters =
            Parameters.zeros(DataType.FLOAT, ImmutableMap.of("w", new long[] {FLOATS}));
        Gradients gradients = new Gradients(parameters)) {
      if (own.to() > own.from()) {
        gradients.flat().assign(Nd4j.createFromArray(tree(own.from(), own.to())));
      }
      mesh.sum(gradients);
      return gradients.flat().data().asFloat();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 7})
  void anyNumberOfExecutorsAddsUpAlongTheSameTree(int ranks) throws Exception {
    float[] expected = tree(0, SHARDS);
    for (Future<float[]> sum : connected(ranks, MeshTest::sum)) {
      assertThat(sum.get()).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 6})
  void everybodyHearsTheStatisticsOfAllShardsInOrder(int ranks) throws Exception {
    List<Future<List<Double>>> heard =
        connected(
            ranks,
            mesh -> {
              ShardExchange.Range own = mesh.own(SHARDS);
              List<LossStatistics> statistics = new ArrayList<>();
              for (int shard = own.from(); shard < own.to(); shard++) {
                statistics.add(new LossStatistics(shard, ImmutableMap.of("x", 0.5), 1));
              }
              return mesh.gather(statistics, null).stream().map(LossStatistics::loss).toList();
            });
    for (Future<List<Double>> losses : heard) {
      assertThat(losses.get()).containsExactly(0.0, 1.0, 2.0, 3.0);
    }
  }

  @Test
  void aNumberThatIsNotFiniteEndsTheMiniBatchEverywhere() throws Exception {
    List<Future<List<LossStatistics>>> ended =
        connected(
            3,
            mesh ->
                mesh.gather(
                    List.of(),
                    mesh.own(SHARDS).from() == 2
                        ? new NonFiniteException("policy: the loss is NaN", null, -1)
                        : null));
    for (Future<List<LossStatistics>> rank : ended) {
      assertThatThrownBy(rank::get)
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isInstanceOf(NonFiniteException.class)
          .hasMessage("policy: the loss is NaN");
    }
  }

  @Test
  void aRankThatSaysNothingIsLostAfterTheTimeLimit() throws Exception {
    List<Future<float[]>> ranks =
        connected(
            2,
            mesh -> {
              if (mesh.own(SHARDS).from() == 0) {
                return sum(mesh);
              }
              Thread.sleep(2L * LINK.timeoutMillis());
              return new float[0];
            });
    assertThatThrownBy(() -> ranks.get(0).get())
        .cause()
        .isInstanceOf(PeerLostException.class)
        .hasMessageContaining("rank 0 lost rank 1");
  }

  private static Socket socket(String address) throws IOException {
    return new Socket(
        InetAddress.getLoopbackAddress(),
        Integer.parseInt(address.substring(address.indexOf(':') + 1)));
  }

  /** Knows the secret, and says that it is a rank which nobody waits for. */
  private static void callAsNobody(String address) {
    try (Sockets.Connection nobody = Sockets.connect(address, LINK)) {
      nobody.out().writeInt(77);
      nobody.out().flush();
      var _ = nobody.in().read();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One answers with another secret, one says nothing, one is nobody's rank. */
  @Test
  void strangersAreDroppedAndTheStageGoesOn() throws Exception {
    List<Socket> opened = new ArrayList<>();
    List<Future<float[]>> sums =
        connected(
            4,
            addresses -> {
              for (String address : addresses) {
                Socket wrong = socket(address);
                wrong.getOutputStream().write(new byte[32]);
                opened.add(wrong);
                opened.add(socket(address));
                Thread.ofVirtual().start(() -> callAsNobody(address));
              }
            },
            MeshTest::sum);
    float[] expected = tree(0, SHARDS);
    for (Future<float[]> sum : sums) {
      assertThat(sum.get()).isEqualTo(expected);
    }
    for (Socket socket : opened) {
      socket.close();
    }
  }

  @Test
  void aRankThatNeverComesIsNamedAfterTheTimeLimit() throws Exception {
    try (ServerSocket server = Sockets.listen("127.0.0.1", LINK)) {
      List<String> addresses = List.of("127.0.0.1:" + server.getLocalPort(), "127.0.0.1:1");
      assertThatThrownBy(() -> new Mesh(0, addresses, SHARDS, server, LINK))
          .isInstanceOf(PeerLostException.class)
          .hasMessageContaining("ranks [] of [1] came within 2 s");
    }
  }

  @Test
  void whoDoesNotKnowTheSecretIsRefused() throws Exception {
    Link stranger = new Link(new byte[] {9}, 0, 0, 2);
    try (ServerSocket server = Sockets.listen("127.0.0.1", LINK);
        ExecutorService threads = Executors.newSingleThreadExecutor()) {
      var accepted = threads.submit(() -> Sockets.accepted(server.accept(), LINK));
      try (var _ = Sockets.connect("127.0.0.1:" + server.getLocalPort(), stranger)) {
        assertThatThrownBy(accepted::get).hasMessageContaining("does not know the run's secret");
      }
    }
  }
}
