package org.align4j.spark.link;

import static com.google.common.base.Preconditions.checkState;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.List;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.algorithms.train.LocalLearner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives a learner's state to whoever lags behind: a new executor, one that missed a step, the
 * driver at a checkpoint. While the learner learns it gives nothing.
 */
public final class StateServer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(StateServer.class);
  private static final long BUSY = -1;

  private final ServerSocket server;
  private final String host;
  private final LocalLearner learner;
  private final Link link;
  private volatile boolean open = true;

  /**
   * Serves from now on.
   *
   * @param bind address of this machine that it listens at
   * @param host name under which others reach that
   */
  public StateServer(String bind, String host, LocalLearner learner, Link link) {
    this.host = host;
    this.learner = learner;
    this.link = link;
    try {
      this.server = Sockets.listen(bind, link);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofPlatform().daemon().name("align4j-state").start(this::acceptAll);
  }

  /** Where it listens: {@code host:port}. */
  public String address() {
    return host + ":" + server.getLocalPort();
  }

  /** Whether the learner stays as it is until this is said again. */
  public void open(boolean value) {
    open = value;
  }

  private void acceptAll() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        Thread.ofPlatform().daemon().name("align4j-state-to").start(() -> serve(socket));
      } catch (SocketTimeoutException e) {
        // Nobody lagged behind for a while.
      } catch (IOException e) {
        LOG.debug("the state server ends", e);
      }
    }
  }

  private void serve(Socket socket) {
    try (Sockets.Connection connection = Sockets.accepted(socket, link)) {
      long wanted = connection.in().readLong();
      long version = version();
      boolean has = version >= wanted;
      connection.out().writeBoolean(has);
      if (has) {
        LearnerState.write(connection.out(), learner);
        // Had it changed on the way, the copy would be of two versions.
        connection.out().writeLong(version() == version ? version : BUSY);
      }
      connection.out().flush();
    } catch (IOException e) {
      LOG.warn("a state was not sent whole: {}", e.toString());
    }
  }

  private long version() {
    return open ? learner.progress().version() : BUSY;
  }

  /**
   * Overwrites a learner with the state of the first of these that has it.
   *
   * @param version at least
   * @param holders addresses, the dead among them
   * @throws PeerLostException where none has it
   */
  public static void take(
      long version, List<String> holders, LocalLearner learner, RlSettings settings, Link link) {
    IOException last = new IOException("nobody was asked");
    for (String holder : holders) {
      try (Sockets.Connection connection = Sockets.connect(holder, link)) {
        connection.out().writeLong(version);
        connection.out().flush();
        if (!connection.in().readBoolean()) {
          last = new IOException(holder + " has an earlier version, or is learning");
          continue;
        }
        LearnerState.read(connection.in(), learner, settings);
        long sent = connection.in().readLong();
        checkState(
            sent == learner.progress().version(), "%s changed its state while it sent it", holder);
        return;
      } catch (IOException | IllegalStateException e) {
        last = new IOException(holder + ": " + e, e);
      }
    }
    throw new PeerLostException(
        "no machine of %s gave its state of version %s".formatted(holders, version), last);
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      LOG.debug("the state server was closed", e);
    }
  }
}
