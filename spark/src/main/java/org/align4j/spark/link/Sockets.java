package org.align4j.spark.link;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Connections between machines that know the run's secret. It is not sent: whoever connects answers
 * a challenge with it. Nothing waits longer than the link's time limit.
 */
public final class Sockets {

  private static final int CHALLENGE = 16;
  private static final int BUFFER = 1 << 18;
  private static final String MAC = "HmacSHA256";

  private Sockets() {}

  /** Both directions of a connection. */
  record Connection(Socket socket, DataInputStream in, DataOutputStream out)
      implements AutoCloseable {

    private static Connection of(Socket socket, Link link) throws IOException {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(link.timeoutMillis());
      return new Connection(
          socket,
          new DataInputStream(socket.getInputStream()),
          new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), BUFFER)));
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  /** Listens on the first port of the link's range that is free. */
  public static ServerSocket listen(String host, Link link) throws IOException {
    InetAddress address = InetAddress.getByName(host);
    for (int next = 0; ; next++) {
      int port = link.port() == 0 ? 0 : link.port() + next;
      ServerSocket server = new ServerSocket();
      try {
        server.bind(new InetSocketAddress(address, port));
        server.setSoTimeout(link.timeoutMillis());
        return server;
      } catch (BindException e) {
        server.close();
        if (link.port() == 0 || next == link.portTries()) {
          throw new IOException(
              "no port of %s to %s is free on %s".formatted(link.port(), port, host), e);
        }
      }
    }
  }

  /** Connects and proves to know the secret. */
  static Connection connect(String address, Link link) throws IOException {
    int colon = address.lastIndexOf(':');
    Socket socket = new Socket();
    try {
      socket.connect(
          new InetSocketAddress(
              address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))),
          link.timeoutMillis());
      Connection connection = Connection.of(socket, link);
      byte[] challenge = connection.in().readNBytes(CHALLENGE);
      connection.out().write(answer(challenge, link));
      connection.out().flush();
      return connection;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** Takes over an accepted connection; refuses one whose other end does not know the secret. */
  static Connection accepted(Socket socket, Link link) throws IOException {
    try {
      Connection connection = Connection.of(socket, link);
      byte[] challenge = new byte[CHALLENGE];
      new SecureRandom().nextBytes(challenge);
      connection.out().write(challenge);
      connection.out().flush();
      byte[] expected = answer(challenge, link);
      if (!MessageDigest.isEqual(expected, connection.in().readNBytes(expected.length))) {
        throw new IOException(socket.getRemoteSocketAddress() + " does not know the run's secret");
      }
      return connection;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private static byte[] answer(byte[] challenge, Link link) {
    try {
      Mac mac = Mac.getInstance(MAC);
      mac.init(new SecretKeySpec(link.secret(), MAC));
      return mac.doFinal(challenge);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no " + MAC, e);
    }
  }
}
